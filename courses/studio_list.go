package courses

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/courses/localize"
	"hanzhi/server/pg"
)

// StudioCourse is a course in its authors' list.
type StudioCourse struct {
	ID            uuid.UUID      `json:"id" format:"uuid"`
	Slug          string         `json:"slug"`
	Title         localize.Text  `json:"title"`
	Format        string         `json:"format" enum:"mooc,micro"`
	State         string         `json:"state" enum:"draft,published,archived"`
	Institution   InstitutionRef `json:"institution"`
	Dirty         bool           `json:"dirty" doc:"The draft has changed since it was published."`
	UpdatedAt     time.Time      `json:"updatedAt"`
	EnrolledCount int            `json:"enrolledCount"`
}

// StudioFilter narrows the list of an author's courses.
type StudioFilter struct {
	Query string // part of a title, in any language, or of the address
	State string
	Page  string
	Limit int
}

type studioRow struct {
	ID              uuid.UUID
	Slug            string
	Title           localize.Text
	Format          string
	State           string
	InstitutionID   uuid.UUID
	InstitutionSlug string
	InstitutionName localize.Text
	Country         string
	Dirty           bool
	UpdatedAt       time.Time
	EnrolledCount   int
}

// DraftCourses lists the courses that the viewer may author, the one edited last first. An administrator may author
// all of them.
func (s *Service) DraftCourses(ctx context.Context, viewer uuid.UUID, f StudioFilter) ([]StudioCourse, string, error) {
	after, err := parseCursor(f.Page)
	if err != nil {
		return nil, "", err
	}
	limit := bounded(f.Limit)
	args := pgx.NamedArgs{"viewer": viewer, "state": f.State, "query": strings.ToLower(strings.TrimSpace(f.Query)), "limit": limit + 1, "at": nil, "after": nil}
	if after != nil {
		args["at"], args["after"] = after.At, after.ID
	}
	rows, err := s.db.Query(ctx, `
		SELECT c.id, c.slug, c.title, c.format, c.state, i.id AS institution_id, i.slug AS institution_slug, i.name AS institution_name, i.country,
		       c.edits <> c.published_edits AS dirty, c.updated_at,
		       (SELECT count(*) FROM enrolments e WHERE e.course_id = c.id AND e.left_at IS NULL) AS enrolled_count
		FROM courses c JOIN institutions i ON i.id = c.institution_id
		WHERE (is_admin(@viewer) OR c.institution_id IN (
		          SELECT m.institution_id FROM members m JOIN accounts a ON a.id = m.account_id
		          WHERE m.account_id = @viewer AND m.role IN ('author', 'coordinator') AND a.suspended_at IS NULL)
		       OR c.id IN (SELECT p.course_id FROM class_publications p WHERE p.published_by = @viewer AND p.kind = 'micro') AND may_author(@viewer, c.id))
		  AND (@state = '' OR c.state = @state)
		  AND (@query = '' OR strpos(c.slug, @query) > 0
		       OR EXISTS (SELECT FROM jsonb_each_text(c.title) t WHERE strpos(lower(t.value), @query) > 0))
		  AND (@at::timestamptz IS NULL OR (c.updated_at, c.id) < (@at, @after::uuid))
		ORDER BY c.updated_at DESC, c.id DESC LIMIT @limit`, args)
	if err != nil {
		return nil, "", pg.Translate(err, "courses of", viewer)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[studioRow])
	if err != nil {
		return nil, "", pg.Translate(err, "courses of", viewer)
	}
	next := ""
	if len(found) > limit {
		found = found[:limit]
		next = cursor{At: found[limit-1].UpdatedAt, ID: found[limit-1].ID}.String()
	}
	list := make([]StudioCourse, len(found))
	for i, r := range found {
		list[i] = StudioCourse{ID: r.ID, Slug: r.Slug, Title: r.Title, Format: r.Format, State: r.State, Dirty: r.Dirty, UpdatedAt: r.UpdatedAt, EnrolledCount: r.EnrolledCount,
			Institution: InstitutionRef{ID: r.InstitutionID, Slug: r.InstitutionSlug, Name: r.InstitutionName, Country: r.Country}}
	}
	return list, next, nil
}
