// Package classes is the live meetings of runs: when they are, who may come as what, and what is kept of them. The room
// itself is server/live, which asks this package about people and hands it the log.
package classes

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"hanzhi/courses/localize"
	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// Service is the domain's entrance; all its methods may be called concurrently.
type Service struct {
	db  *pgxpool.Pool
	now func() time.Time
}

// New returns a service over a migrated database.
func New(db *pgxpool.Pool) *Service { return &Service{db: db, now: time.Now} }

// Class is one live meeting of a run.
type Class struct {
	ID          uuid.UUID     `json:"id" format:"uuid"`
	RunID       uuid.UUID     `json:"runId" format:"uuid"`
	RunTitle    localize.Text `json:"runTitle"`
	CourseSlug  string        `json:"courseSlug"`
	CourseTitle localize.Text `json:"courseTitle"`
	Institution uuid.UUID     `json:"institutionId" format:"uuid"`
	LessonID    *uuid.UUID    `json:"lessonId,omitempty" format:"uuid" doc:"What the class is about."`
	SeriesID    *uuid.UUID    `json:"seriesId,omitempty" format:"uuid" doc:"The weekly classes that it was planned with."`
	Title       localize.Text `json:"title"`
	StartsAt    time.Time     `json:"startsAt"`
	Minutes     int           `json:"minutes"`
	TimeZone    string        `json:"timeZone" doc:"IANA name: where the class's hour is an hour of the wall clock." example:"Africa/Lusaka"`
	WaitingRoom bool          `json:"waitingRoom"`
	ReplayOpen  bool          `json:"replayOpen" doc:"Students may see the recording."`
	Graded      bool          `json:"graded" doc:"What students do in it counts as a grade."`
	State       string        `json:"state" enum:"scheduled,live,ended,cancelled"`
	StartedAt   *time.Time    `json:"startedAt,omitempty"`
	EndedAt     *time.Time    `json:"endedAt,omitempty"`
	Version     int           `json:"version"`
	Role        string        `json:"role" enum:"teacher,student,observer" doc:"Of who asks."`

	Teachers []ClassTeacher `json:"teachers" doc:"Who lead it, those of its run first."`
	Grade    *ClassGrade    `json:"grade,omitempty" doc:"Of who asks, in a class that counts."`
}

// NewClass is a class to be planned or, with the version last seen, changed.
type NewClass struct {
	RunID       uuid.UUID     `json:"runId" format:"uuid"`
	LessonID    *uuid.UUID    `json:"lessonId,omitempty" format:"uuid" doc:"A lesson of the run's course."`
	Title       localize.Text `json:"title" doc:"At most 200 characters per language."`
	StartsAt    time.Time     `json:"startsAt"`
	Minutes     int           `json:"minutes" minimum:"5" maximum:"600"`
	TimeZone    string        `json:"timeZone" minLength:"1" maxLength:"60" doc:"IANA name." example:"Africa/Lusaka"`
	WaitingRoom bool          `json:"waitingRoom,omitempty"`
	ReplayOpen  *bool         `json:"replayOpen,omitempty" doc:"Absent = yes."`
	Graded      *bool         `json:"graded,omitempty" doc:"What students do in it counts as a grade; absent = as it was, of a new class no."`
	TeacherIDs  []uuid.UUID   `json:"teacherIds,omitempty" maxItems:"10" doc:"Who lead it besides the teachers of its run; absent = as it was. Only who teaches the run says so."`
	Weeks       int           `json:"weeks,omitempty" minimum:"0" maximum:"52" doc:"How many times, a week apart, at the same hour of the zone; 0 and 1 = once. Of a new class only."`
	Version     int           `json:"version,omitempty" minimum:"0" maximum:"2147483647" doc:"The version last seen; absent = a new class."`
	Later       bool          `json:"later,omitempty" doc:"With a version: change the later ones of the series as well, by the same shift."`
}

var titleRule = localize.Rule{MaxRunes: 200, Required: true}

func (in *NewClass) check(id uuid.UUID) error {
	title, err := titleRule.Clean("title", in.Title)
	switch {
	case err != nil:
		return err
	case id == uuid.Nil:
		return fault.NewInvalid("id", "bad_id", "The id of a class is a UUID made by the client.")
	case in.Minutes < 5 || in.Minutes > 600:
		return fault.NewInvalid("minutes", "bad_length", "A class lasts between 5 and 600 minutes.")
	case in.StartsAt.Year() < 2000 || in.StartsAt.Year() > 2200:
		return fault.NewInvalid("startsAt", "bad_date", "A class lies between the years 2000 and 2200.")
	case in.Weeks < 0 || in.Weeks > 52:
		return fault.NewInvalid("weeks", "bad_weeks", "A class is repeated for at most 52 weeks.")
	}
	if _, err := time.LoadLocation(in.TimeZone); err != nil || in.TimeZone == "" || in.TimeZone == "Local" {
		return fault.NewInvalid("timeZone", "unknown_time_zone", "%.60q is no time zone such as Africa/Lusaka.", in.TimeZone)
	}
	in.Title = title
	return nil
}

// at returns when the class of week n begins: the same hour of the wall clock, also over a change of summer time.
func (in *NewClass) at(week int) time.Time {
	zone, err := time.LoadLocation(in.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	return in.StartsAt.In(zone).AddDate(0, 0, 7*week).UTC()
}

// Plan makes a class, or changes it when in.Version is its present version. A repeated creation changes nothing. NotFound
// unless the viewer may teach the run or, to change a class, leads it.
func (s *Service) Plan(ctx context.Context, viewer, id uuid.UUID, in NewClass) (Class, error) {
	if err := in.check(id); err != nil {
		return Class{}, err
	}
	var c Class
	err := pg.InTx(ctx, s.db, func(tx pgx.Tx) error {
		if err := checkPlace(ctx, tx, viewer, id, in); err != nil {
			return err
		}
		var err error
		if in.Version == 0 {
			err = insertClasses(ctx, tx, viewer, id, in)
		} else {
			err = changeClass(ctx, tx, s.now(), viewer, id, in)
		}
		if err != nil {
			return err
		}
		c, err = oneClass(ctx, tx, viewer, id)
		return err
	})
	return c, err
}

// checkPlace sees to it that the run is the viewer's to teach, or the class theirs to change, and the lesson one of its
// course. Who leads a class is for those who teach its run to say.
func checkPlace(ctx context.Context, q pg.Querier, viewer, id uuid.UUID, in NewClass) error {
	var lesson, names bool
	err := q.QueryRow(ctx, `
		SELECT @lesson::uuid IS NULL OR EXISTS (SELECT FROM lessons l JOIN units u ON u.id = l.unit_id
			WHERE l.id = @lesson AND u.course_id = r.course_id AND l.deleted_at IS NULL), may_teach(@viewer, r.id)
		FROM runs r WHERE r.id = @run AND r.cancelled_at IS NULL AND (may_teach(@viewer, r.id)
			OR @version > 0 AND EXISTS (SELECT FROM classes k WHERE k.id = @id AND k.run_id = r.id AND class_role(@viewer, k.id) = 'teacher'))`,
		pgx.NamedArgs{"run": in.RunID, "viewer": viewer, "id": id, "version": in.Version, "lesson": in.LessonID}).Scan(&lesson, &names)
	switch {
	case err != nil:
		return pg.Translate(err, "run", in.RunID)
	case !lesson:
		return fault.NewInvalid("lessonId", "unknown_lesson", "The run's course has no such lesson.")
	case !names && in.TeacherIDs != nil:
		return fault.NewInvalid("teacherIds", "not_yours", "Who leads a class is said by the teachers of its run.")
	}
	return nil
}

func insertClasses(ctx context.Context, q pg.Querier, viewer, id uuid.UUID, in NewClass) error {
	var series *uuid.UUID
	if in.Weeks > 1 {
		weekly := uuid.NewSHA1(id, []byte("series"))
		series = &weekly
	}
	var made []uuid.UUID
	for week := range max(1, in.Weeks) {
		one := id
		if week > 0 {
			one = uuid.NewSHA1(id, []byte{byte(week)})
		}
		tag, err := q.Exec(ctx, `
			INSERT INTO classes (id, run_id, lesson_id, series_id, title, starts_at, minutes, time_zone, waiting_room, replay_open, graded, created_by)
			VALUES (@id, @run, @lesson, @series, @title, @startsAt, @minutes, @zone, @waiting, coalesce(@replay::boolean, true), coalesce(@graded::boolean, false), @viewer)
			ON CONFLICT (id) DO NOTHING`, pgx.NamedArgs{"graded": in.Graded, "id": one, "run": in.RunID, "lesson": in.LessonID, "series": series, "title": in.Title,
			"startsAt": in.at(week), "minutes": in.Minutes, "zone": in.TimeZone, "waiting": in.WaitingRoom, "replay": in.ReplayOpen, "viewer": viewer})
		if err != nil {
			return pg.Translate(err, "class", one)
		}
		if tag.RowsAffected() == 0 && week == 0 {
			return nil // it was made before, with all that follow
		}
		made = append(made, one)
	}
	return nameTeachers(ctx, q, in.RunID, made, in.TeacherIDs)
}

func changeClass(ctx context.Context, tx pgx.Tx, now time.Time, viewer, id uuid.UUID, in NewClass) error {
	args := pgx.NamedArgs{"id": id, "run": in.RunID, "lesson": in.LessonID, "title": in.Title, "startsAt": in.StartsAt, "minutes": in.Minutes,
		"zone": in.TimeZone, "waiting": in.WaitingRoom, "replay": in.ReplayOpen, "graded": in.Graded, "version": in.Version, "viewer": viewer}
	var old time.Time
	var zone string
	var series *uuid.UUID
	err := tx.QueryRow(ctx, `
		SELECT starts_at, time_zone, series_id FROM classes WHERE id = @id AND run_id = @run AND class_role(@viewer, id) = 'teacher' FOR UPDATE`, args).
		Scan(&old, &zone, &series)
	if err != nil {
		return pg.Translate(err, "class", id)
	}
	if !old.Equal(in.StartsAt) {
		if err := noteChanges(ctx, tx, now, id); err != nil {
			return err
		}
	}
	tag, err := tx.Exec(ctx, `
		UPDATE classes SET lesson_id = @lesson, title = @title, starts_at = @startsAt, minutes = @minutes, time_zone = @zone,
			waiting_room = @waiting, replay_open = coalesce(@replay::boolean, replay_open), graded = coalesce(@graded::boolean, graded), version = version + 1
		WHERE id = @id AND version = @version AND state <> 'cancelled'`, args)
	if err != nil {
		return pg.Translate(err, "class", id)
	}
	if tag.RowsAffected() == 0 {
		return fault.New(fault.Conflict, "stale_version", "Somebody has changed or cancelled this class meanwhile. Reload to see it.")
	}
	if err := storeGrades(ctx, tx, id); err != nil {
		return err
	}
	changed := []uuid.UUID{id}
	if in.Later && series != nil {
		later, err := shiftLater(ctx, tx, now, viewer, id, *series, old, in)
		if err != nil {
			return err
		}
		changed = append(changed, later...)
	}
	return nameTeachers(ctx, tx, in.RunID, changed, in.TeacherIDs)
}

// shiftLater moves the later classes of a series that the viewer leads to the day and hour that the first one has now, each in
// its own week, and returns them.
func shiftLater(ctx context.Context, q pg.Querier, now time.Time, viewer, first, series uuid.UUID, old time.Time, in NewClass) ([]uuid.UUID, error) {
	rows, err := q.Query(ctx, `
		SELECT id, starts_at FROM classes WHERE series_id = @series AND id <> @first AND starts_at > @old AND state = 'scheduled' AND class_role(@viewer, id) = 'teacher'
		ORDER BY starts_at FOR UPDATE`, pgx.NamedArgs{"series": series, "first": first, "old": old, "viewer": viewer})
	if err != nil {
		return nil, pg.Translate(err, "classes", series)
	}
	ids, weeks := []uuid.UUID{}, []int{0}
	var one uuid.UUID
	var at time.Time
	_, err = pgx.ForEachRow(rows, []any{&one, &at}, func() error {
		week := int(math.Round(at.Sub(old).Hours() / (7 * 24)))
		ids, weeks = append(ids, one), append(weeks, max(week, weeks[len(weeks)-1]+1)) // one that was moved by itself shares no week
		return nil
	})
	if err != nil {
		return nil, pg.Translate(err, "classes", series)
	}
	if !old.Equal(in.StartsAt) {
		if err := noteChanges(ctx, q, now, ids...); err != nil {
			return nil, err
		}
	}
	for i, id := range ids {
		_, err := q.Exec(ctx, `
			UPDATE classes SET lesson_id = coalesce(lesson_id, @lesson), title = @title, starts_at = @startsAt, minutes = @minutes, time_zone = @zone,
				waiting_room = @waiting, graded = coalesce(@graded::boolean, graded), version = version + 1 WHERE id = @id`,
			pgx.NamedArgs{"id": id, "graded": in.Graded, "lesson": in.LessonID, "title": in.Title, "startsAt": in.at(weeks[i+1]), "minutes": in.Minutes, "zone": in.TimeZone, "waiting": in.WaitingRoom})
		if err != nil {
			return nil, pg.Translate(err, "class", id)
		}
	}
	return ids, nil
}

// Cancel calls a class off, or with later also those of its series that come after it. Doing it again changes nothing.
func (s *Service) Cancel(ctx context.Context, viewer, id uuid.UUID, later bool) error {
	return pg.InTx(ctx, s.db, func(tx pgx.Tx) error {
		ids, err := lockToCancel(ctx, tx, viewer, id, later)
		if err != nil {
			return err
		}
		if len(ids) == 0 {
			if _, err := oneClass(ctx, tx, viewer, id); err != nil {
				return err
			}
			return fault.New(fault.Conflict, "class_begun", "This class has begun already, or it is not yours to cancel.")
		}
		return callOff(ctx, tx, s.now(), ids)
	})
}

// callOff cancels those of the classes that have not begun.
func callOff(ctx context.Context, tx pgx.Tx, now time.Time, ids []uuid.UUID) error {
	if err := noteChanges(ctx, tx, now, ids...); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE classes SET state = 'cancelled', version = version + 1 WHERE id = ANY (@ids) AND state = 'scheduled'`, pgx.NamedArgs{"ids": ids})
	return pg.Translate(err, "classes", ids)
}

// lockToCancel returns the classes that are to be called off, those that are so already among them.
func lockToCancel(ctx context.Context, q pg.Querier, viewer, id uuid.UUID, later bool) ([]uuid.UUID, error) {
	rows, err := q.Query(ctx, `
		SELECT c.id FROM classes one JOIN classes c ON c.id = one.id OR @later AND c.series_id = one.series_id AND c.starts_at > one.starts_at
		WHERE one.id = @id AND class_role(@viewer, one.id) = 'teacher' AND class_role(@viewer, c.id) = 'teacher' AND c.state IN ('scheduled', 'cancelled')
		ORDER BY c.starts_at, c.id FOR UPDATE OF c`, pgx.NamedArgs{"id": id, "viewer": viewer, "later": later})
	if err != nil {
		return nil, pg.Translate(err, "class", id)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	return ids, pg.Translate(err, "class", id)
}

const classColumns = `c.id, c.run_id, r.title AS run_title, co.slug AS course_slug, co.title AS course_title, co.institution_id AS institution,
	c.lesson_id, c.series_id, c.title, c.starts_at, c.minutes, c.time_zone, c.waiting_room, c.replay_open, c.graded, c.state, c.started_at, c.ended_at, c.version,
	(SELECT jsonb_build_object('points', g.points, 'most', g.most) FROM class_grades g WHERE g.class_id = c.id AND g.account_id = @viewer) AS grade, ` + classTeachers

const classTables = ` FROM classes c JOIN runs r ON r.id = c.run_id JOIN courses co ON co.id = r.course_id `

// Class returns one class; NotFound for who has no part in it.
func (s *Service) Class(ctx context.Context, viewer, id uuid.UUID) (Class, error) {
	return oneClass(ctx, s.db, viewer, id)
}

func oneClass(ctx context.Context, q pg.Querier, viewer, id uuid.UUID) (Class, error) {
	rows, err := q.Query(ctx, `SELECT `+classColumns+`, class_role(@viewer, c.id) AS role`+classTables+`
		WHERE c.id = @id AND class_role(@viewer, c.id) IS NOT NULL`, pgx.NamedArgs{"id": id, "viewer": viewer})
	if err != nil {
		return Class{}, pg.Translate(err, "class", id)
	}
	c, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Class])
	return c, pg.Translate(err, "class", id)
}

// Filter says which classes are wanted.
type Filter struct {
	Run    uuid.UUID // uuid.Nil = of all runs that the viewer is in
	Lesson uuid.UUID // uuid.Nil = of all lessons
	Past   bool      // those that are over, the latest first; otherwise those to come and live, the next first
	Limit  int
}

// maxClasses is how many classes one list has.
const maxClasses = 200

// Classes lists classes that the viewer teaches or learns in.
func (s *Service) Classes(ctx context.Context, viewer uuid.UUID, f Filter) ([]Class, error) {
	if f.Limit <= 0 || f.Limit > maxClasses {
		f.Limit = maxClasses
	}
	rows, err := s.db.Query(ctx, `
		WITH mine AS (
			SELECT id FROM classes WHERE run_id IN (
				SELECT run_id FROM enrolments WHERE account_id = @viewer AND left_at IS NULL AND run_id IS NOT NULL
				UNION SELECT run_id FROM run_teachers WHERE account_id = @viewer
				UNION SELECT id FROM runs WHERE id = @run)
			UNION SELECT class_id FROM class_teachers WHERE account_id = @viewer)
		SELECT `+classColumns+`, class_role(@viewer, c.id) AS role`+classTables+`
		WHERE c.id IN (SELECT id FROM mine) AND (@run = '00000000-0000-0000-0000-000000000000'::uuid OR c.run_id = @run)
			AND (@lesson = '00000000-0000-0000-0000-000000000000'::uuid OR c.lesson_id = @lesson)
			AND class_role(@viewer, c.id) IS NOT NULL
			AND @past = (c.state IN ('ended', 'cancelled') OR c.state = 'scheduled' AND c.starts_at + make_interval(mins => c.minutes) < @now)
		ORDER BY CASE WHEN @past THEN -extract(epoch FROM c.starts_at) ELSE extract(epoch FROM c.starts_at) END, c.id LIMIT @limit`,
		pgx.NamedArgs{"viewer": viewer, "run": f.Run, "lesson": f.Lesson, "past": f.Past, "now": s.now(), "limit": f.Limit})
	if err != nil {
		return nil, pg.Translate(err, "classes", "")
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[Class])
	return slices.Clip(list), pg.Translate(err, "classes", "")
}
