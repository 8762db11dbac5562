package classes

import (
	"context"
	"encoding/json"
	"io"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/courses/localize"
	"hanzhi/courses/sheet"
	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// Correction is what a teacher has made of somebody's attendance.
type Correction struct {
	Minutes *int      `json:"minutes,omitempty" doc:"Absent = what the connections say counts again."`
	Note    string    `json:"note"`
	By      string    `json:"by" doc:"Name; empty when the account is gone."`
	At      time.Time `json:"at"`
}

// Attendee is one person of a class's report.
type Attendee struct {
	Person    uuid.UUID    `json:"person" format:"uuid"`
	Name      string       `json:"name"`
	Email     string       `json:"email,omitempty"`
	Role      string       `json:"role" enum:"teacher,coteacher,student,observer"`
	Guest     bool         `json:"guest,omitempty"`
	Minutes   int          `json:"minutes" doc:"That count: corrected, or as connected."`
	Connected int          `json:"connected" doc:"Minutes, as the connections say."`
	Share     float64      `json:"share" minimum:"0" maximum:"1" doc:"Of the class."`
	Intervals [][2]int64   `json:"intervals" doc:"When connected: from and to in Unix ms."`
	Hands     int          `json:"hands"`
	Answered  int          `json:"answered" doc:"Polls with a right answer."`
	Right     int          `json:"right"`
	Written   int          `json:"written" doc:"Sheets handed in in writing rounds."`
	Grade     *ClassGrade  `json:"grade,omitempty" doc:"Of a class that counts, for its students who were there."`
	History   []Correction `json:"history" doc:"Corrections, the newest first: that one counts."`

	ms int64 // that count
}

// PollResult is how a poll with a right answer went.
type PollResult struct {
	Poll     uuid.UUID `json:"poll" format:"uuid"`
	Question string    `json:"question"`
	Graded   bool      `json:"graded"`
	Answers  int       `json:"answers"`
	Right    int       `json:"right"`
}

// ClassReport is what is kept of a class about its people.
type ClassReport struct {
	Class   Class        `json:"class"`
	Held    bool         `json:"held" doc:"It was started, if only for a moment."`
	Minutes int          `json:"minutes" doc:"How long it was held, rounded."`
	People  []Attendee   `json:"people" doc:"By name; who are enrolled and were not there are among them."`
	Polls   []PollResult `json:"polls"`
}

// Report returns who was in a class and what they did. NotFound unless the viewer leads the class.
func (s *Service) Report(ctx context.Context, viewer, class uuid.UUID) (ClassReport, error) {
	c, err := oneClass(ctx, s.db, viewer, class)
	if err != nil {
		return ClassReport{}, err
	}
	if c.Role != "teacher" {
		return ClassReport{}, fault.NewNotFound("class")
	}
	r := ClassReport{Class: c, Polls: []PollResult{}}
	if r.People, err = attendees(ctx, s.db, class); err != nil {
		return r, err
	}
	events, err := eventsOf(ctx, s.db, class, "class.started", "class.ended", "hand.raised", "poll.opened", "poll.answered", "write.submitted")
	if err != nil {
		return r, err
	}
	r.addDoings(events)
	_, held := attended(events)
	r.Held, r.Minutes = held.from > 0, minutesOf(held.ms())
	for i := range r.People {
		p := &r.People[i]
		if held.ms() > 0 {
			p.Share = min(1, float64(p.ms)/float64(held.ms()))
		}
	}
	return r, nil
}

// minutesOf rounds: who was there for the whole class was there for all its minutes.
func minutesOf(ms int64) int { return int(math.Round(float64(ms) / 60000)) }

// attendees are those who were there and those who are enrolled, with their corrections.
func attendees(ctx context.Context, q pg.Querier, class uuid.UUID) ([]Attendee, error) {
	rows, err := q.Query(ctx, `
		WITH k AS (SELECT id, run_id FROM classes WHERE id = @class), p AS (
			SELECT n.person, n.name, n.role, n.guest, n.intervals, n.ms FROM class_attendance n JOIN k ON k.id = n.class_id
			UNION ALL
			SELECT a.id, a.name, 'student', false, '[]', 0 FROM k JOIN enrolments e ON e.run_id = k.run_id AND e.left_at IS NULL JOIN accounts a ON a.id = e.account_id
			WHERE NOT EXISTS (SELECT FROM class_attendance n WHERE n.class_id = k.id AND n.person = a.id))
		SELECT p.person, p.name, coalesce(a.email, ''), p.role, p.guest, p.intervals, p.ms,
		       coalesce((SELECT jsonb_agg(jsonb_build_object('minutes', x.minutes, 'note', x.note, 'by', coalesce(b.name, ''), 'at', x.corrected_at) ORDER BY x.corrected_at DESC, x.id DESC)
		                 FROM class_corrections x LEFT JOIN accounts b ON b.id = x.corrected_by WHERE x.class_id = @class AND x.person = p.person), '[]'),
		       (SELECT jsonb_build_object('points', g.points, 'most', g.most) FROM class_grades g WHERE g.class_id = @class AND g.account_id = p.person)
		FROM p LEFT JOIN accounts a ON a.id = p.person ORDER BY p.name COLLATE "C", p.person`, pgx.NamedArgs{"class": class})
	if err != nil {
		return nil, pg.Translate(err, "attendance of class", class)
	}
	list := []Attendee{}
	var a Attendee
	var ms int64
	_, err = pgx.ForEachRow(rows, []any{&a.Person, &a.Name, &a.Email, &a.Role, &a.Guest, &a.Intervals, &ms, &a.History, &a.Grade}, func() error {
		a.Connected, a.ms = minutesOf(ms), ms
		a.Minutes = a.Connected
		if len(a.History) > 0 && a.History[0].Minutes != nil {
			a.Minutes = *a.History[0].Minutes
			a.ms = int64(a.Minutes) * 60000
		}
		list = append(list, a)
		a.Intervals, a.History, a.Grade = nil, nil, nil
		return nil
	})
	return list, pg.Translate(err, "attendance of class", class)
}

// doing is what the report reads of an event.
type doing struct {
	Person   uuid.UUID `json:"person"`
	Poll     uuid.UUID `json:"poll"`
	Round    uuid.UUID `json:"round"`
	Mark     *float64  `json:"mark"`
	Kind     string    `json:"kind"`
	Question string    `json:"question"`
	Graded   bool      `json:"graded"`
	Correct  []int     `json:"correct"`
	Answer   struct {
		Choices []int    `json:"choices"`
		X       *float64 `json:"x"`
		Y       *float64 `json:"y"`
	} `json:"answer"`
}

// right reports whether an answer to the poll is right; what is right on a picture is a circle in thousandths of it.
func (poll doing) right(answer doing) bool {
	if poll.Kind == "spot" {
		x, y := answer.Answer.X, answer.Answer.Y
		return len(poll.Correct) == 3 && x != nil && y != nil && math.Hypot(1000**x-float64(poll.Correct[0]), 1000**y-float64(poll.Correct[1])) <= float64(poll.Correct[2])
	}
	return slices.Equal(slices.Sorted(slices.Values(poll.Correct)), slices.Sorted(slices.Values(answer.Answer.Choices)))
}

// addDoings counts hands, answers and sheets. The last answer of a person to a poll is the one that counts.
func (r *ClassReport) addDoings(events []Event) {
	people := make(map[uuid.UUID]*Attendee, len(r.People))
	for i := range r.People {
		people[r.People[i].Person] = &r.People[i]
	}
	type of struct{ poll, person uuid.UUID }
	polls, answers := map[uuid.UUID]doing{}, map[of]doing{}
	var order []uuid.UUID
	for _, e := range events {
		var d doing
		if len(e.Data) == 0 || json.Unmarshal(e.Data, &d) != nil {
			continue
		}
		p := people[d.Person]
		switch {
		case e.Name == "poll.opened" && len(d.Correct) > 0 && polls[d.Poll].Kind == "":
			polls[d.Poll] = d
			order = append(order, d.Poll)
		case e.Name == "poll.answered" && p != nil:
			answers[of{d.Poll, d.Person}] = d
		case e.Name == "hand.raised" && p != nil:
			p.Hands++
		case e.Name == "write.submitted" && p != nil:
			p.Written++
		}
	}
	results := map[uuid.UUID]*PollResult{}
	for at, d := range answers {
		poll, known := polls[at.poll]
		if !known {
			continue
		}
		if results[at.poll] == nil {
			results[at.poll] = &PollResult{}
		}
		results[at.poll].Answers++
		people[at.person].Answered++
		if poll.right(d) {
			results[at.poll].Right++
			people[at.person].Right++
		}
	}
	for _, id := range order {
		result := PollResult{Poll: id, Question: polls[id].Question, Graded: polls[id].Graded}
		if n := results[id]; n != nil {
			result.Answers, result.Right = n.Answers, n.Right
		}
		r.Polls = append(r.Polls, result)
	}
}

// NewCorrection is a correction to be made.
type NewCorrection struct {
	Minutes *int   `json:"minutes,omitempty" minimum:"0" maximum:"1440" doc:"Absent = what the connections say counts again."`
	Note    string `json:"note" maxLength:"1000" doc:"Why; at most 500 characters."`
}

var noteRule = localize.Rule{MaxRunes: 500, Required: true}

// Correct corrects how long somebody was in a class; what was before stays as history, and grades follow. A repeated correction changes
// nothing. NotFound unless the viewer leads the class and the person was there or is enrolled.
func (s *Service) Correct(ctx context.Context, viewer, class, person, id uuid.UUID, in NewCorrection) error {
	note, err := noteRule.CleanString("note", in.Note)
	switch {
	case err != nil:
		return err
	case id == uuid.Nil:
		return fault.NewInvalid("correction", "bad_id", "Make a new UUID (version 7) for this.")
	case in.Minutes != nil && (*in.Minutes < 0 || *in.Minutes > 1440):
		return fault.NewInvalid("minutes", "out_of_range", "Attendance lies between 0 and 1440 minutes.")
	}
	return pg.InTx(ctx, s.db, func(tx pgx.Tx) error {
		if err := insertCorrection(ctx, tx, viewer, class, person, id, in.Minutes, note); err != nil {
			return err
		}
		return storeGrades(ctx, tx, class)
	})
}

func insertCorrection(ctx context.Context, q pg.Querier, viewer, class, person, id uuid.UUID, minutes *int, note string) error {
	tag, err := q.Exec(ctx, `
		INSERT INTO class_corrections (id, class_id, person, minutes, note, corrected_by)
		SELECT @id, k.id, @person, @minutes, @note, @viewer FROM classes k
		WHERE k.id = @class AND class_role(@viewer, k.id) = 'teacher' AND (
			EXISTS (SELECT FROM class_attendance n WHERE n.class_id = k.id AND n.person = @person)
			OR EXISTS (SELECT FROM enrolments e WHERE e.run_id = k.run_id AND e.account_id = @person AND e.left_at IS NULL))
		ON CONFLICT (id) DO UPDATE SET note = class_corrections.note WHERE class_corrections.class_id = @class AND class_corrections.person = @person`,
		pgx.NamedArgs{"id": id, "class": class, "person": person, "minutes": minutes, "note": note, "viewer": viewer})
	if err == nil && tag.RowsAffected() == 0 {
		return fault.NewNotFound("person of the class")
	}
	return pg.Translate(err, "attendance of class", class)
}

// WriteReport writes the people of a class as CSV. Cells that a spreadsheet would take for a formula are made text.
func (s *Service) WriteReport(ctx context.Context, viewer, class uuid.UUID, to io.Writer) error {
	r, err := s.Report(ctx, viewer, class)
	if err != nil {
		return err
	}
	w, err := sheet.NewWriter(to)
	if err != nil {
		return err
	}
	if err := w.Write([]string{"name", "email", "role", "guest", "minutes", "share_percent", "connected_minutes", "note", "hands", "polls_right", "polls_answered", "sheets_written", "points", "points_most"}); err != nil {
		return err
	}
	for _, p := range r.People {
		note := ""
		if len(p.History) > 0 {
			note = p.History[0].Note
		}
		points, most := "", ""
		if p.Grade != nil {
			points, most = strconv.FormatFloat(p.Grade.Points, 'f', -1, 64), strconv.Itoa(p.Grade.Most)
		}
		if err := w.Write([]string{sheet.Text(p.Name), sheet.Text(p.Email), p.Role, strconv.FormatBool(p.Guest), strconv.Itoa(p.Minutes),
			strconv.FormatFloat(p.Share*100, 'f', 1, 64), strconv.Itoa(p.Connected), sheet.Text(note), strconv.Itoa(p.Hands), strconv.Itoa(p.Right),
			strconv.Itoa(p.Answered), strconv.Itoa(p.Written), points, most}); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}
