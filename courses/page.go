package courses

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/courses/localize"
	"hanzhi/server/pg"
)

// page is all of a published course that is the same for everybody. It is kept in memory and never changed; whether it
// is still right is told by courses.page_version, which every query for a viewer's part reads anyway.
type page struct {
	version     int64
	revision    int
	publishedAt time.Time
	state       string
	card        CourseCard // without what depends on the viewer and the time
	description localize.Text
	outline     revisionOutline
	sizes       []Size
	runs        []Run
	encoded     encodedPage
}

// pageOf returns the page of a course in its present version; nil when the course has just been unpublished.
func (s *Service) pageOf(ctx context.Context, id uuid.UUID, version int64) (*page, error) {
	if p, ok := s.pages.Get(id); ok && p.version == version {
		return p, nil
	}
	pages, err := s.pagesOf(ctx, map[uuid.UUID]int64{id: version})
	return pages[id], err
}

// pagesOf returns the pages of courses in their present versions, from memory or, all at once, from the database. A
// course that has just been unpublished is missing.
func (s *Service) pagesOf(ctx context.Context, versions map[uuid.UUID]int64) (map[uuid.UUID]*page, error) {
	pages := make(map[uuid.UUID]*page, len(versions))
	var missing []uuid.UUID
	for id, version := range versions {
		if p, ok := s.pages.Get(id); ok && p.version == version {
			pages[id] = p
			continue
		}
		missing = append(missing, id)
	}
	if len(missing) == 0 {
		return pages, nil
	}
	loaded, err := loadPages(ctx, s.db, missing)
	for _, p := range loaded {
		s.pages.Add(p.card.ID, p)
		pages[p.card.ID] = p
	}
	return pages, err
}

// loadPages reads the pages of courses that have a current revision. It judges no rights: the caller has.
func loadPages(ctx context.Context, q pg.Querier, ids []uuid.UUID) ([]*page, error) {
	rows, err := q.Query(ctx, `
		SELECT c.id, c.slug, c.format, c.state, c.page_version, r.number, r.published_at, r.course, r.outline,
		       i.id AS institution_id, i.slug AS institution_slug, i.name AS institution_name, i.country,
		       coalesce((SELECT jsonb_agg(jsonb_build_object('asset', d.asset_id, 'name', d.name, 'kind', d.kind, 'height', d.height, 'bytes', d.bytes))
		                 FROM renditions d WHERE d.asset_id IN (
		                     SELECT ra.asset_id FROM revision_activities ra WHERE ra.course_id = c.id AND ra.revision = c.revision)), '[]') AS renditions,
		       coalesce((SELECT jsonb_agg(to_jsonb(t) ORDER BY t."startsAt") FROM (
		           SELECT r.id, r.title, r.starts_at AS "startsAt", r.ends_at AS "endsAt", r.time_zone AS "timeZone", r.capacity,
		                  r.version, r.cancelled_at AS "cancelledAt",
		                  coalesce((SELECT jsonb_agg(jsonb_build_object('accountId', a.id, 'name', a.name) ORDER BY a.name, a.id)
		                            FROM run_teachers t JOIN accounts a ON a.id = t.account_id WHERE t.run_id = r.id), '[]') AS teachers, `+selectPlan+` AS plan
		           FROM runs r WHERE r.course_id = c.id) t), '[]') AS runs
		FROM courses c JOIN revisions r ON r.course_id = c.id AND r.number = c.revision JOIN institutions i ON i.id = c.institution_id
		WHERE c.id = ANY (@ids)`, pgx.NamedArgs{"ids": ids})
	if err != nil {
		return nil, pg.Translate(err, "courses", ids)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[pageRow])
	if err != nil {
		return nil, pg.Translate(err, "courses", ids)
	}
	pages := make([]*page, len(found))
	for i, row := range found {
		if pages[i], err = row.page(); err != nil {
			return nil, err
		}
	}
	return pages, nil
}

type pageRow struct {
	ID              uuid.UUID
	Slug            string
	Format          string
	State           string
	PageVersion     int64
	Number          int
	PublishedAt     time.Time
	Course          revisionCourse
	Outline         revisionOutline
	InstitutionID   uuid.UUID
	InstitutionSlug string
	InstitutionName localize.Text
	Country         string
	Renditions      []renditionRow
	Runs            []runRow
}

// runRow is a run with the dates that decide its state, which Run itself does not tell clients.
type runRow struct {
	Run
	CancelledAt *time.Time `json:"cancelledAt"`
}

func (r pageRow) page() (*page, error) {
	p := &page{
		version: r.PageVersion, revision: r.Number, publishedAt: r.PublishedAt, state: r.State,
		card: CourseCard{
			ID: r.ID, Slug: r.Slug, Format: r.Format, Trade: r.Course.Trade, Level: r.Course.Level, Languages: r.Course.Languages,
			Title: r.Course.Title, Summary: r.Course.Summary,
			Institution: InstitutionRef{ID: r.InstitutionID, Slug: r.InstitutionSlug, Name: r.InstitutionName, Country: r.Country},
			EffortHours: r.Course.EffortHours, VideoMinutes: r.Course.VideoMinutes, LessonCount: r.Course.LessonCount,
			PosterAssetID: r.Course.PosterAssetID,
		},
		description: r.Course.Description, outline: r.Outline,
	}
	var videos []uuid.UUID
	for _, u := range r.Outline.Units {
		for _, l := range u.Lessons {
			for _, a := range l.Activities {
				if a.AssetID != nil {
					videos = append(videos, *a.AssetID)
				}
			}
		}
	}
	p.sizes = weigh(videos, r.Renditions)
	for _, run := range r.Runs {
		run.Run.CancelledAt = run.CancelledAt
		p.runs = append(p.runs, run.Run)
	}
	var err error
	p.encoded, err = p.encode()
	return p, err
}

// runsAt returns the runs with their states and seats, those to come and open ones first, without cancelled ones.
func (p *page) runsAt(now time.Time, seats map[uuid.UUID]int) []Run {
	runs := make([]Run, 0, len(p.runs))
	for _, r := range p.runs {
		r.SeatsTaken = seats[r.ID]
		if r.CancelledAt == nil {
			runs = append(runs, r.at(now))
		}
	}
	slices.SortStableFunc(runs, func(a, b Run) int {
		over := func(r Run) int {
			if r.State == "ended" {
				return 1
			}
			return 0
		}
		return cmp.Or(cmp.Compare(over(a), over(b)), a.StartsAt.Compare(b.StartsAt))
	})
	return runs
}

// nextRun is the run that a learner could join and that ends first.
func nextRun(runs []Run, now time.Time) *NextRun {
	var next *NextRun
	for _, r := range runs {
		if r.joinable(now) && (next == nil || r.EndsAt.Before(next.EndsAt)) {
			next = &NextRun{ID: r.ID, StartsAt: r.StartsAt, EndsAt: r.EndsAt}
		}
	}
	return next
}
