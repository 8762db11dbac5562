package courses

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/server/pg"
)

// DraftCourse returns a course as its authors edit it, with what hinders publishing it. NotFound unless the viewer may
// author it.
func (s *Service) DraftCourse(ctx context.Context, viewer, id uuid.UUID) (DraftCourse, error) {
	d, err := loadDraft(ctx, s.db, viewer, id)
	return d.at(s.now()), err
}

// draftParts is what the queries of loadDraft bring, before it is a tree.
type draftParts struct {
	course     CourseFields
	units      []DraftUnit
	lessons    []DraftLesson
	activities []DraftActivity
	assets     map[uuid.UUID]ActivityAsset
	pairings   []Pairing
	runs       []Run
}

// loadDraft reads the whole draft in one round trip.
func loadDraft(ctx context.Context, q pg.Querier, viewer, id uuid.UUID) (DraftCourse, error) {
	p := draftParts{assets: map[uuid.UUID]ActivityAsset{}}
	args := pgx.NamedArgs{"viewer": viewer, "course": id}
	b := &pgx.Batch{}
	b.Queue(selectCourseFields, args).Query(one(&p.course))
	b.Queue(`
		SELECT u.id, u.kind, u.title, u.version
		FROM units u WHERE u.course_id = @course AND u.deleted_at IS NULL AND may_author(@viewer, u.course_id)
		ORDER BY u.position, u.id`, args).Query(many(&p.units))
	b.Queue(`
		SELECT l.id, l.unit_id, l.title, l.summary, l.preview, l.version
		FROM lessons l JOIN units u ON u.id = l.unit_id
		WHERE u.course_id = @course AND l.deleted_at IS NULL AND may_author(@viewer, u.course_id)
		ORDER BY l.position, l.id`, args).Query(many(&p.lessons))
	b.Queue(`
		SELECT a.id, a.lesson_id, a.kind, a.title, a.body, a.asset_id, a.version
		FROM activities a JOIN lessons l ON l.id = a.lesson_id JOIN units u ON u.id = l.unit_id
		WHERE u.course_id = @course AND a.deleted_at IS NULL AND may_author(@viewer, u.course_id)
		ORDER BY a.position, a.id`, args).Query(many(&p.activities))
	b.Queue(`
		SELECT s.id, s.kind, s.filename, s.size, s.state, s.playable, s.progress, s.failure_code, s.duration_ms, s.width, s.height, s.institution_id
		FROM assets s WHERE s.deleted_at IS NULL AND s.id IN (
			SELECT a.asset_id FROM activities a JOIN lessons l ON l.id = a.lesson_id JOIN units u ON u.id = l.unit_id
			WHERE u.course_id = @course AND a.deleted_at IS NULL AND may_author(@viewer, u.course_id))`, args).Query(byID(p.assets))
	b.Queue(`
		SELECT p.language_unit_id, p.vocational_unit_id
		FROM pairings p JOIN units l ON l.id = p.language_unit_id JOIN units v ON v.id = p.vocational_unit_id
		WHERE l.course_id = @course AND l.deleted_at IS NULL AND v.deleted_at IS NULL AND may_author(@viewer, l.course_id)
		ORDER BY l.position, v.position, l.id, v.id`, args).Query(many(&p.pairings))
	b.Queue(selectRuns+` WHERE r.course_id = @course AND may_author(@viewer, r.course_id) ORDER BY r.starts_at, r.id`, args).Query(many(&p.runs))
	if err := q.SendBatch(ctx, b).Close(); err != nil {
		return DraftCourse{}, pg.Translate(err, "course", id)
	}
	d := p.tree()
	problems, err := findProblems(ctx, q, &d)
	d.Problems = problems
	return d, err
}

const selectCourseFields = `
	SELECT c.id, c.slug, c.institution_id, c.format, c.state, c.trade, c.level, c.languages, c.title, c.summary, c.description,
	       c.effort_hours, coalesce(c.word_budget, 0) AS word_budget, c.poster_asset_id, c.version, c.revision, r.published_at, c.edits <> c.published_edits AS dirty
	FROM courses c LEFT JOIN revisions r ON r.course_id = c.id AND r.number = c.revision
	WHERE c.id = @course AND may_author(@viewer, c.id)`

// tree puts the parts together; the order of each level is the queries'.
func (p draftParts) tree() DraftCourse {
	activities := map[uuid.UUID][]DraftActivity{}
	for _, a := range p.activities {
		if a.AssetID != nil {
			if asset, ok := p.assets[*a.AssetID]; ok {
				a.Asset = asset.shown()
			}
		}
		activities[a.LessonID] = append(activities[a.LessonID], a)
	}
	lessons := map[uuid.UUID][]DraftLesson{}
	for _, l := range p.lessons {
		l.Activities = notNil(activities[l.ID])
		lessons[l.UnitID] = append(lessons[l.UnitID], l)
	}
	for i := range p.units {
		p.units[i].Lessons = notNil(lessons[p.units[i].ID])
	}
	return DraftCourse{CourseFields: p.course, Units: notNil(p.units), Pairings: notNil(p.pairings), Runs: notNil(p.runs)}
}

// at returns the draft with the states of its runs.
func (d DraftCourse) at(now time.Time) DraftCourse {
	for i := range d.Runs {
		d.Runs[i] = d.Runs[i].at(now)
	}
	return d
}

func (a ActivityAsset) shown() *ActivityAsset {
	if a.FailureCode != "" {
		a.Failure = &AssetFailure{Code: a.FailureCode}
	}
	return &a
}

// notNil makes an empty list of none, so that JSON says [] and never null.
func notNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// one collects the single row of a batched query; none is pgx.ErrNoRows.
func one[T any](to *T) func(pgx.Rows) error {
	return func(rows pgx.Rows) (err error) {
		*to, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[T])
		return err
	}
}

// many collects the rows of a batched query.
func many[T any](to *[]T) func(pgx.Rows) error {
	return func(rows pgx.Rows) (err error) {
		*to, err = pgx.CollectRows(rows, pgx.RowToStructByName[T])
		return err
	}
}

func byID(to map[uuid.UUID]ActivityAsset) func(pgx.Rows) error {
	return func(rows pgx.Rows) error {
		assets, err := pgx.CollectRows(rows, pgx.RowToStructByName[ActivityAsset])
		for _, a := range assets {
			to[a.ID] = a
		}
		return err
	}
}
