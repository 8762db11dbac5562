package main

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"hanzhi/courses"
	"hanzhi/courses/language"
	"hanzhi/courses/language/banks"
	"hanzhi/courses/localize"
	"hanzhi/demo/content"
	"hanzhi/server/app"
)

// word is in every transcript.
const word = "转速"

const (
	cues    = 450 // of four seconds: half an hour
	cueMs   = 4000
	perUnit = 300 // terms that the small unit says
	trade   = "7223"
)

// world is a course of fifty lessons, each half an hour of speech, and a unit of some 300 words; and who is in it.
type world struct {
	slug             string
	teacher, learner uuid.UUID
	run, bank        uuid.UUID
	small            uuid.UUID // unit
	lessons          []uuid.UUID
}

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

func text(s string) localize.Text { return localize.Text{"en": s} }

func seed(ctx context.Context, a *app.App, db *pgxpool.Pool) (*world, error) {
	w := &world{slug: "lathe", teacher: newID(), learner: newID(), run: newID(), bank: newID(), small: newID()}
	institution, course := newID(), newID()
	for _, x := range []struct {
		sql  string
		args []any
	}{
		{`INSERT INTO institutions (id, slug, name, kind, country) VALUES ($1, 'bench', '{"en": "Bench"}', 'college', 'ZM')`, []any{institution}},
		{`INSERT INTO accounts (id, email, name, password_hash, platform_admin) VALUES ($1, 'teacher@example.org', 'Teacher', 'x', true), ($2, 'learner@example.org', 'Learner', 'x', false)`,
			[]any{w.teacher, w.learner}},
		{`INSERT INTO accounts (id, email, name, password_hash) SELECT gen_random_uuid(), 'crowd-' || n || '@example.org', 'Crowd', 'x' FROM generate_series(1, $1) n`, []any{learners - 1}},
	} {
		if _, err := db.Exec(ctx, x.sql, x.args...); err != nil {
			return nil, err
		}
	}
	if _, err := a.Language.PutBank(ctx, w.teacher, w.bank, language.NewBank{InstitutionID: institution, Trade: trade, Name: text("Words")}); err != nil {
		return nil, err
	}
	if _, err := a.Courses.CreateCourse(ctx, w.teacher, course, courses.NewCourse{InstitutionID: institution, Slug: w.slug, Format: courses.MOOC,
		Title: text("Lathe"), Languages: []string{"en"}, Trade: trade, Level: "hsk2:2"}); err != nil {
		return nil, err
	}
	if err := w.write(ctx, a, db, institution, course); err != nil {
		return nil, err
	}
	if _, err := a.Courses.Publish(ctx, w.teacher, course); err != nil {
		return nil, err
	}
	return w, w.enrol(ctx, a, db, course)
}

// write makes the lessons with their captions.
func (w *world) write(ctx context.Context, a *app.App, db *pgxpool.Pool, institution, course uuid.UUID) error {
	lines, terms, err := speech()
	if err != nil {
		return err
	}
	large := newID()
	for _, unit := range []uuid.UUID{w.small, large} {
		if _, err := a.Courses.CreateUnit(ctx, w.teacher, unit, courses.NewUnit{CourseID: course, Kind: "vocational", Title: text("Unit")}); err != nil {
			return err
		}
	}
	if _, err := w.lesson(ctx, a, db, institution, w.small, terms[:min(perUnit, len(terms))]); err != nil {
		return err
	}
	for n := range transcripts {
		said := make([]string, cues)
		for i := range said {
			said[i] = lines[(n*37+i)%len(lines)]
		}
		said[0] = word + "要看好。"
		id, err := w.lesson(ctx, a, db, institution, large, said)
		if err != nil {
			return err
		}
		w.lessons = append(w.lessons, id)
	}
	return nil
}

func (w *world) lesson(ctx context.Context, a *app.App, db *pgxpool.Pool, institution, unit uuid.UUID, said []string) (uuid.UUID, error) {
	lesson, asset := newID(), newID()
	if _, err := db.Exec(ctx, `INSERT INTO assets (id, institution_id, kind, filename, size, state, playable, duration_ms)
		VALUES ($1, $2, 'video', 'x.mp4', 1, 'ready', true, $3)`, asset, institution, len(said)*cueMs); err != nil {
		return lesson, err
	}
	track := make([]map[string]any, len(said))
	for i, line := range said {
		track[i] = map[string]any{"id": fmt.Sprint(i), "startMs": i * cueMs, "endMs": (i + 1) * cueMs, "text": line}
	}
	if _, err := db.Exec(ctx, `INSERT INTO captions (asset_id, lang, cues) VALUES ($1, 'zh-CN', $2)`, asset, track); err != nil {
		return lesson, err
	}
	if _, err := a.Courses.CreateLesson(ctx, w.teacher, lesson, courses.NewLesson{UnitID: unit, Title: text("Lesson")}); err != nil {
		return lesson, err
	}
	_, err := a.Courses.CreateActivity(ctx, w.teacher, newID(), courses.NewActivity{LessonID: lesson, Kind: "video", Title: text("Video"), AssetID: &asset})
	return lesson, err
}

// speech is what the demo courses say and the terms of all banks: many lines of many words.
func speech() (lines, terms []string, err error) {
	all, err := content.Courses()
	if err != nil {
		return nil, nil, err
	}
	for _, c := range all {
		for _, l := range c.Lessons() {
			for _, line := range l.Lines {
				lines = append(lines, line.Hanzi())
			}
		}
	}
	shipped, err := banks.All()
	if err != nil {
		return nil, nil, err
	}
	for _, b := range shipped {
		for _, t := range b.Terms {
			terms = append(terms, t.Hanzi)
			lines = append(lines, "请说一说"+t.Hanzi+"是什么。")
		}
	}
	return lines, terms, nil
}

// enrol puts the learners into a run and gives each a memory of 200 words, three days old.
func (w *world) enrol(ctx context.Context, a *app.App, db *pgxpool.Pool, course uuid.UUID) error {
	now := time.Now()
	if _, err := a.Courses.PutRun(ctx, w.teacher, w.run, courses.RunInput{CourseID: course, Title: text("Run"), StartsAt: now.Add(-time.Hour), EndsAt: now.AddDate(0, 1, 0),
		TimeZone: "UTC", TeacherEmails: []string{"teacher@example.org"}}); err != nil {
		return err
	}
	if _, err := db.Exec(ctx, `INSERT INTO enrolments (id, account_id, course_id, run_id) SELECT gen_random_uuid(), id, $1, $2 FROM accounts WHERE NOT platform_admin`, course, w.run); err != nil {
		return err
	}
	l, err := a.Language.Lesson(ctx, w.learner, w.lessons[0], time.Time{})
	if err != nil {
		return err
	}
	words := make([]string, 0, 200)
	for word := range l.Words {
		if words = append(words, word); len(words) == cap(words) {
			break
		}
	}
	for half := range 2 { // a statement may take 15 s
		if _, err := db.Exec(ctx, `INSERT INTO word_memory (account_id, word, kept, state, stability, difficulty, due_at, last_review_at, last_rating, scheduled_days, remaining_steps, reps, lapses, parameters)
			SELECT a.id, x, true, 2, 10, 5, now(), now() - interval '3 days', 3, 10, 0, 4, 0, 'fsrs-6' FROM accounts a, unnest($1::text[]) x WHERE NOT a.platform_admin`,
			words[len(words)*half/2:len(words)*(half+1)/2]); err != nil {
			return err
		}
	}
	_, err = db.Exec(ctx, `ANALYZE`)
	return err
}
