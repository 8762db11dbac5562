package courses

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/courses/localize"
	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// NewClassPublication says what a recorded class becomes.
type NewClassPublication struct {
	Kind     string        `json:"kind" enum:"micro,lesson" doc:"micro = a course of its own, lesson = an activity of a lesson of the class's course."`
	Title    localize.Text `json:"title" doc:"Of the course or the activity; at most 200 characters per language."`
	LessonID *uuid.UUID    `json:"lessonId,omitempty" format:"uuid" doc:"Of an activity."`
}

// ClassPublication is what a recorded class was published as.
type ClassPublication struct {
	ID          uuid.UUID     `json:"id" format:"uuid" doc:"Of the video as well."`
	Kind        string        `json:"kind" enum:"micro,lesson"`
	State       string        `json:"state" enum:"making,published,draft,failed" doc:"making = learners see it as soon as the video can be played; draft = it stands in the draft of a course that is not published; failed = see failure."`
	Progress    float64       `json:"progress" minimum:"0" maximum:"1" doc:"Of the video."`
	Failure     string        `json:"failure,omitempty" doc:"Code of what is in the way."`
	CourseID    uuid.UUID     `json:"courseId" format:"uuid"`
	CourseSlug  string        `json:"courseSlug"`
	CourseTitle localize.Text `json:"courseTitle"`
	LessonID    uuid.UUID     `json:"lessonId" format:"uuid"`
	CreatedAt   time.Time     `json:"createdAt"`
}

// ClassPublications is what a recorded class was published as, and where else it may go.
type ClassPublications struct {
	Items   []ClassPublication `json:"items"`
	Lessons []LessonRef        `json:"lessons" doc:"Of the class's course, for those who may author it."`
}

// PublicationCheck says whether a class may be published so: by who leads it; into a lesson by who authors its course too.
func (s *Service) PublicationCheck(ctx context.Context, viewer, class uuid.UUID, in NewClassPublication) error {
	if _, err := courseTitleRule.Clean("title", in.Title); err != nil {
		return err
	}
	return mayPublish(ctx, s.db, viewer, class, in)
}

func mayPublish(ctx context.Context, q pg.Querier, viewer, class uuid.UUID, in NewClassPublication) error {
	var ended, lesson bool
	err := q.QueryRow(ctx, `
		SELECT k.state = 'ended', EXISTS (SELECT FROM lessons l JOIN units u ON u.id = l.unit_id
			WHERE l.id = @lesson AND l.deleted_at IS NULL AND u.deleted_at IS NULL AND u.course_id = r.course_id AND may_author(@viewer, u.course_id))
		FROM classes k JOIN runs r ON r.id = k.run_id WHERE k.id = @class AND class_role(@viewer, k.id) = 'teacher'`,
		pgx.NamedArgs{"class": class, "viewer": viewer, "lesson": in.LessonID}).Scan(&ended, &lesson)
	switch {
	case err != nil:
		return pg.Translate(err, "class", class)
	case !ended:
		return fault.New(fault.Conflict, "class_not_ended", "A class can be published when it has ended.")
	case in.Kind == "lesson" && !lesson:
		return fault.NewInvalid("lessonId", "unknown_lesson", "The class's course has no such lesson, or its drafts are not yours.")
	}
	return nil
}

// PublishClass publishes the film of a class, which is ordered already under the same id, as soon as it can be played. Again, it
// changes nothing.
func (s *Service) PublishClass(ctx context.Context, viewer, class, id uuid.UUID, in NewClassPublication) (ClassPublication, error) {
	title, err := courseTitleRule.Clean("title", in.Title)
	if err != nil {
		return ClassPublication{}, err
	}
	in.Title = title
	var p ClassPublication
	err = pg.InTx(ctx, s.db, func(tx pgx.Tx) error {
		if err := mayPublish(ctx, tx, viewer, class, in); err != nil {
			return err
		}
		known, playable, err := lockFilm(ctx, tx, class, id)
		if err == nil && !known {
			err = insertPublication(ctx, tx, viewer, class, id, in)
		}
		if err == nil && !known && playable {
			err = s.release(ctx, tx, id)
		}
		if err != nil {
			return err
		}
		list, err := publications(ctx, tx, viewer, class)
		for _, one := range list {
			if one.ID == id {
				p = one
			}
		}
		return err
	})
	return p, err
}

// lockFilm holds the film, so that it does not become playable between the look at it and the note that somebody waits for it.
func lockFilm(ctx context.Context, q pg.Querier, class, id uuid.UUID) (known, playable bool, err error) {
	err = q.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM class_publications p WHERE p.id = a.id), a.playable
		FROM assets a JOIN class_films f ON f.asset_id = a.id WHERE a.id = @id AND f.class_id = @class AND a.deleted_at IS NULL FOR UPDATE OF a`,
		pgx.NamedArgs{"id": id, "class": class}).Scan(&known, &playable)
	return known, playable, pg.Translate(err, "film", id)
}

// insertPublication makes the draft that is published later: a course, or an activity at the end of a lesson.
func insertPublication(ctx context.Context, q pg.Querier, viewer, class, id uuid.UUID, in NewClassPublication) error {
	of := func(what string) uuid.UUID { return uuid.NewSHA1(id, []byte(what)) }
	args := pgx.NamedArgs{"id": id, "class": class, "viewer": viewer, "kind": in.Kind, "title": in.Title, "activity": of("activity")}
	if in.Kind == "micro" {
		args["course"], args["unit"], args["lesson"] = of("course"), of("unit"), of("lesson")
		if err := insertRecordedCourse(ctx, q, in, args); err != nil {
			return err
		}
		args["position"] = 0
	} else {
		c, err := lockCourse(ctx, q, viewer, place{"lesson", *in.LessonID})
		if err != nil {
			return err
		}
		if c.State == Archived {
			return fault.New(fault.Conflict, "course_archived", "The course is archived; restore it to edit it.")
		}
		args["course"], args["lesson"] = c.ID, *in.LessonID
		if args["position"], err = activityLevel.makeRoom(ctx, q, *in.LessonID, nil); err != nil {
			return err
		}
		if err := markChanged(ctx, q, c.ID); err != nil {
			return err
		}
	}
	b := &pgx.Batch{}
	b.Queue(`INSERT INTO activities (id, lesson_id, kind, title, asset_id, position) VALUES (@activity, @lesson, 'video', @title, @id, @position)`, args)
	b.Queue(`
		INSERT INTO class_publications (id, class_id, kind, course_id, lesson_id, activity_id, published_by)
		VALUES (@id, @class, @kind, @course, @lesson, @activity, @viewer)`, args)
	return pg.Translate(q.SendBatch(ctx, b).Close(), "publication", id)
}

// insertRecordedCourse makes a micro-course of one lesson, like the course of the class in trade, level and languages.
func insertRecordedCourse(ctx context.Context, q pg.Querier, in NewClassPublication, args pgx.NamedArgs) error {
	var languages []string
	err := q.QueryRow(ctx, `SELECT c.languages FROM classes k JOIN runs r ON r.id = k.run_id JOIN courses c ON c.id = r.course_id WHERE k.id = @class`, args).Scan(&languages)
	if err != nil {
		return pg.Translate(err, "class", args["class"])
	}
	title := localize.Text{}
	for locale, text := range in.Title {
		title[locale] = text
	}
	if !title.Has(languages[0]) { // a course has a title in its first language; the class had it in another
		title[languages[0]] = in.Title.In(languages[0])
	}
	args["title"] = title
	if args["slug"], err = chooseSlug(ctx, q, args["course"].(uuid.UUID), NewCourse{Title: title, Languages: languages}); err != nil {
		return err
	}
	b := &pgx.Batch{}
	b.Queue(`
		INSERT INTO courses (id, institution_id, slug, format, trade, level, languages, title, created_by)
		SELECT @course, c.institution_id, @slug, 'micro', c.trade, c.level, c.languages, @title, @viewer
		FROM classes k JOIN runs r ON r.id = k.run_id JOIN courses c ON c.id = r.course_id
		WHERE k.id = @class AND class_role(@viewer, k.id) = 'teacher'`, args)
	b.Queue(`INSERT INTO units (id, course_id, kind, title, position) VALUES (@unit, @course, 'vocational', @title, 0)`, args)
	b.Queue(`INSERT INTO lessons (id, unit_id, title, position) VALUES (@lesson, @unit, @title, 0)`, args)
	return slugTaken(pg.Translate(q.SendBatch(ctx, b).Close(), "course", args["course"]))
}

// ClassPublications lists what a class was published as, for those who lead it.
func (s *Service) ClassPublications(ctx context.Context, viewer, class uuid.UUID) (p ClassPublications, err error) {
	args := pgx.NamedArgs{"class": class, "viewer": viewer}
	var leads bool
	if err := s.db.QueryRow(ctx, `SELECT class_role(@viewer, id) = 'teacher' FROM classes WHERE id = @class AND class_role(@viewer, id) = 'teacher'`, args).Scan(&leads); err != nil {
		return p, pg.Translate(err, "class", class)
	}
	if p.Items, err = publications(ctx, s.db, viewer, class); err != nil {
		return p, err
	}
	rows, err := s.db.Query(ctx, `
		SELECT l.id, l.title FROM classes k JOIN runs r ON r.id = k.run_id
		JOIN units u ON u.course_id = r.course_id AND u.deleted_at IS NULL JOIN lessons l ON l.unit_id = u.id AND l.deleted_at IS NULL
		WHERE k.id = @class AND may_author(@viewer, r.course_id) ORDER BY u.position, u.id, l.position, l.id LIMIT 500`, args)
	if err != nil {
		return p, pg.Translate(err, "lessons for class", class)
	}
	lessons, err := pgx.CollectRows(rows, pgx.RowToStructByName[LessonRef])
	p.Lessons = notNil(lessons)
	return p, pg.Translate(err, "lessons for class", class)
}

func publications(ctx context.Context, q pg.Querier, viewer, class uuid.UUID) ([]ClassPublication, error) {
	rows, err := q.Query(ctx, `
		SELECT p.id, p.kind, a.progress, p.course_id, c.slug AS course_slug, c.title AS course_title, p.lesson_id, p.created_at,
		       CASE WHEN p.published_at IS NOT NULL THEN 'published' WHEN p.failure = 'course_draft' THEN 'draft'
		            WHEN p.failure <> '' OR a.state = 'failed' OR a.deleted_at IS NOT NULL THEN 'failed' ELSE 'making' END AS state,
		       CASE WHEN p.failure <> '' THEN p.failure WHEN a.state = 'failed' THEN a.failure_code WHEN a.deleted_at IS NOT NULL THEN 'film_deleted' ELSE '' END AS failure
		FROM class_publications p JOIN assets a ON a.id = p.id JOIN courses c ON c.id = p.course_id
		WHERE p.class_id = @class AND class_role(@viewer, p.class_id) = 'teacher' ORDER BY p.created_at DESC, p.id`,
		pgx.NamedArgs{"class": class, "viewer": viewer})
	if err != nil {
		return nil, pg.Translate(err, "publications of class", class)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[ClassPublication])
	return notNil(list), pg.Translate(err, "publications of class", class)
}
