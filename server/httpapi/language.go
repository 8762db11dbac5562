package httpapi

import (
	"context"
	"net/url"
	"time"

	"github.com/google/uuid"

	"hanzhi/courses/language"
	"hanzhi/server/fault"
)

type lessonLanguageOutput struct{ Body language.LessonLanguage }

type lessonLanguageInput struct {
	ID   uuid.UUID `path:"id" format:"uuid"`
	At   time.Time `query:"at" format:"date-time" doc:"A day to tell readiness for, from today up to a year from now."`
	List string    `query:"list" maxLength:"20" doc:"The list of levels of who has no account, or has chosen none."`
}

func (a *API) lessonLanguage(ctx context.Context, in *lessonLanguageInput) (*lessonLanguageOutput, error) {
	l, err := a.Language.LessonByList(ctx, viewerID(ctx), in.ID, in.List, in.At)
	return &lessonLanguageOutput{l}, err
}

type courseReadinessInput struct {
	Slug string    `path:"slug" minLength:"1" maxLength:"80"`
	At   time.Time `query:"at" format:"date-time" doc:"A day to tell readiness for, from today up to a year from now."`
}

type courseReadinessOutput struct{ Body language.CourseReadiness }

func (a *API) courseReadiness(ctx context.Context, in *courseReadinessInput) (*courseReadinessOutput, error) {
	r, err := a.Language.CourseReadiness(ctx, viewerID(ctx), in.Slug, in.At)
	return &courseReadinessOutput{r}, err
}

type chineseLevelInput struct{ Body language.ChineseLevel }

type chineseLevelOutput struct{ Body language.DeclaredLevel }

func (a *API) setChineseLevel(ctx context.Context, in *chineseLevelInput) (*chineseLevelOutput, error) {
	l, err := a.Language.DeclareLevel(ctx, viewerID(ctx), in.Body)
	return &chineseLevelOutput{l}, err
}

type reviewGoalInput struct {
	Body struct {
		Goal int `json:"goal" minimum:"5" maximum:"200" doc:"Reviews a day."`
	}
}

type reviewDayOutput struct{ Body language.ReviewDay }

func (a *API) setReviewGoal(ctx context.Context, in *reviewGoalInput) (*reviewDayOutput, error) {
	t, err := a.Language.SetGoal(ctx, viewerID(ctx), in.Body.Goal)
	return &reviewDayOutput{t}, err
}

type reviewsInput struct {
	Body struct {
		Reviews []language.NewReview `json:"reviews" minItems:"1" maxItems:"500"`
	}
}

type reviewsOutput struct{ Body language.ReviewResult }

func (a *API) review(ctx context.Context, in *reviewsInput) (*reviewsOutput, error) {
	r, err := a.Language.Review(ctx, viewerID(ctx), in.Body.Reviews)
	return &reviewsOutput{r}, err
}

type dueInput struct {
	Limit int `query:"limit" minimum:"1" maximum:"100" default:"20"`
}

type dueOutput struct{ Body language.Due }

func (a *API) dueReviews(ctx context.Context, in *dueInput) (*dueOutput, error) {
	d, err := a.Language.Due(ctx, viewerID(ctx), in.Limit)
	return &dueOutput{d}, err
}

type tonesOutput struct{ Body language.TonePractice }

func (a *API) tones(ctx context.Context, _ *struct{}) (*tonesOutput, error) {
	t, err := a.Language.Tones(ctx, viewerID(ctx))
	return &tonesOutput{t}, err
}

type wordsInput struct {
	Kept  bool   `query:"kept" default:"true" doc:"Only kept words; false = all that are remembered."`
	Query string `query:"query" maxLength:"40" doc:"Hanzi, pinyin with or without tones, or a gloss."`
	After string `query:"after" maxLength:"200" doc:"next of the page before."`
	Limit int    `query:"limit" minimum:"1" maximum:"100" default:"50"`
}

type wordsOutput struct{ Body language.OwnWords }

func (a *API) words(ctx context.Context, in *wordsInput) (*wordsOutput, error) {
	w, err := a.Language.Words(ctx, viewerID(ctx), language.WordFilter{All: !in.Kept, Query: in.Query, After: in.After, Limit: in.Limit})
	return &wordsOutput{w}, err
}

type dictionaryInput struct {
	Query string `query:"query" required:"true" minLength:"1" maxLength:"40" doc:"Hanzi, pinyin with or without tones, or a gloss in any language."`
	Limit int    `query:"limit" minimum:"1" maximum:"100" default:"20"`
}

type dictionaryOutput struct {
	Body struct {
		Items []language.Word `json:"items"`
	}
}

func (a *API) searchDictionary(ctx context.Context, in *dictionaryInput) (*dictionaryOutput, error) {
	items, err := a.Language.Search(ctx, viewerID(ctx), in.Query, in.Limit)
	out := &dictionaryOutput{}
	out.Body.Items = items
	return out, err
}

type entryInput struct {
	Word string `path:"word" maxLength:"400" doc:"In hanzi."`
}

type entryOutput struct{ Body language.Entry }

func (a *API) dictionaryEntry(ctx context.Context, in *entryInput) (*entryOutput, error) {
	word, err := url.PathUnescape(in.Word)
	if err != nil {
		return nil, fault.NewNotFound("word")
	}
	e, err := a.Language.Entry(ctx, viewerID(ctx), word)
	return &entryOutput{e}, err
}

type linesInput struct {
	Body struct {
		Lines []string `json:"lines" minItems:"1" maxItems:"60" doc:"Of up to 300 characters each."`
	}
}

func (a *API) lines(ctx context.Context, in *linesInput) (*lessonLanguageOutput, error) {
	l, err := a.Language.Lines(ctx, viewerID(ctx), in.Body.Lines)
	return &lessonLanguageOutput{l}, err
}
