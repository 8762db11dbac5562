package httpapi

import (
	"context"

	"github.com/google/uuid"

	"hanzhi/courses"
)

type attemptsInput struct {
	Body struct {
		Attempts []courses.Attempt `json:"attempts" minItems:"1" maxItems:"500"`
	}
}

type attemptsOutput struct{ Body courses.AttemptResult }

func (a *API) attempt(ctx context.Context, in *attemptsInput) (*attemptsOutput, error) {
	r, err := a.Courses.Attempt(ctx, viewerID(ctx), in.Body.Attempts)
	return &attemptsOutput{r}, err
}

type taskOutput struct{ Body courses.TaskView }

func (a *API) task(ctx context.Context, in *idInput) (*taskOutput, error) {
	t, err := a.Courses.Task(ctx, viewerID(ctx), in.ID)
	return a.shownTask(ctx, t), err
}

// shownTask gives the pictures of an open task their addresses.
func (a *API) shownTask(ctx context.Context, t courses.TaskView) *taskOutput {
	if t.Work != nil {
		viewer := viewerID(ctx)
		t.Work.HTML = courses.ShowPictures(t.Work.HTML, func(asset uuid.UUID) string { return a.Media.ImageURL(viewer, asset) })
	}
	return &taskOutput{t}
}

type sitInput struct {
	ID      uuid.UUID `path:"id" format:"uuid"`
	Sitting uuid.UUID `path:"sitting" format:"uuid" doc:"Made by the client."`
	Body    struct {
		TimeZone string `json:"timeZone" minLength:"1" maxLength:"60" doc:"IANA name." example:"Africa/Lusaka"`
	}
}

type sittingOutput struct{ Body courses.Sitting }

func (a *API) sit(ctx context.Context, in *sitInput) (*sittingOutput, error) {
	s, err := a.Courses.Sit(ctx, viewerID(ctx), in.ID, in.Sitting, in.Body.TimeZone)
	return &sittingOutput{a.shownSitting(ctx, s)}, err
}

// shownSitting gives the pictures of a question their addresses.
func (a *API) shownSitting(ctx context.Context, s courses.Sitting) courses.Sitting {
	if s.Question != nil {
		viewer := viewerID(ctx)
		for i, c := range s.Question.Choices {
			s.Question.Choices[i].Picture = courses.ShowPicture(c.Picture, func(asset uuid.UUID) string { return a.Media.ImageURL(viewer, asset) })
		}
	}
	return s
}

type lockAnswerInput struct {
	ID      uuid.UUID `path:"id" format:"uuid"`
	Sitting uuid.UUID `path:"sitting" format:"uuid"`
	Answer  uuid.UUID `path:"answer" format:"uuid" doc:"Made by the client."`
	Body    courses.LockAnswer
}

type lockAnswerOutput struct{ Body courses.Answered }

func (a *API) answerLock(ctx context.Context, in *lockAnswerInput) (*lockAnswerOutput, error) {
	r, err := a.Courses.AnswerLock(ctx, viewerID(ctx), in.ID, in.Sitting, in.Answer, in.Body)
	r.Sitting = a.shownSitting(ctx, r.Sitting)
	return &lockAnswerOutput{r}, err
}

type putTaskFileInput struct {
	ID      uuid.UUID `path:"id" format:"uuid"`
	File    uuid.UUID `path:"file" format:"uuid" doc:"Made by the client."`
	RawBody []byte    `contentType:"application/octet-stream"`
}

type taskFileOutput struct{ Body courses.TaskFile }

func (a *API) putTaskFile(ctx context.Context, in *putTaskFileInput) (*taskFileOutput, error) {
	f, err := a.Courses.PutTaskFile(ctx, viewerID(ctx), in.ID, in.File, in.RawBody)
	return &taskFileOutput{f}, err
}

type oneTaskFileInput struct {
	ID   uuid.UUID `path:"id" format:"uuid"`
	File uuid.UUID `path:"file" format:"uuid"`
}

func (a *API) deleteTaskFile(ctx context.Context, in *oneTaskFileInput) (*none, error) {
	return &none{}, a.Courses.DeleteTaskFile(ctx, viewerID(ctx), in.ID, in.File)
}

// evidenceOutput is a file of a stranger: shown as what it is and as nothing else.
type evidenceOutput struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Policy      string `header:"Content-Security-Policy"`
	Body        []byte
}

func (a *API) taskFile(ctx context.Context, in *idInput) (*evidenceOutput, error) {
	mime, data, err := a.Courses.TaskFile(ctx, viewerID(ctx), in.ID)
	return &evidenceOutput{mime, "inline", "default-src 'none'; sandbox", data}, err
}

type submitInput struct {
	ID         uuid.UUID `path:"id" format:"uuid"`
	Submission uuid.UUID `path:"submission" format:"uuid" doc:"Made by the client."`
	Body       courses.NewSubmission
}

func (a *API) submitTask(ctx context.Context, in *submitInput) (*taskOutput, error) {
	t, err := a.Courses.Submit(ctx, viewerID(ctx), in.ID, in.Submission, in.Body)
	return a.shownTask(ctx, t), err
}

type runTasksOutput struct{ Body courses.RunTasks }

func (a *API) runTasks(ctx context.Context, in *idInput) (*runTasksOutput, error) {
	r, err := a.Courses.RunTasks(ctx, viewerID(ctx), in.ID)
	return &runTasksOutput{r}, err
}

type markInput struct {
	ID   uuid.UUID `path:"id" format:"uuid" doc:"The submission."`
	Mark uuid.UUID `path:"mark" format:"uuid" doc:"Made by the client."`
	Body courses.NewMark
}

type learnerTaskOutput struct{ Body courses.LearnerTask }

func (a *API) markTask(ctx context.Context, in *markInput) (*learnerTaskOutput, error) {
	l, err := a.Courses.MarkTask(ctx, viewerID(ctx), in.ID, in.Mark, in.Body)
	return &learnerTaskOutput{l}, err
}
