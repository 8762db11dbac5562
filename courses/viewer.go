package courses

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// viewerRow is the viewer's part as the database has it, with the version that the page must have.
type viewerRow struct {
	number      int64 // of the request in its batch, from 1
	id          uuid.UUID
	pageVersion int64
	mayEdit     bool
	enrolmentID pgtype.UUID
	runID       pgtype.UUID
	enrolledAt  pgtype.Timestamptz
	progress    []byte // of the activities that were begun: see unpackProgress
	seats       []byte // of all runs of the course: see unpackSeats
}

// viewers answers what course pages need of their viewers. It is the most frequent query of the platform, so those that
// are asked for at the same moment share one.
type viewers struct {
	db     pg.Querier
	gather gatherer[*viewerRequest]
}

// viewerRequest asks for one viewer's part of one page.
type viewerRequest struct {
	viewer pgtype.UUID
	slug   string
	row    viewerRow
	err    error
	done   chan struct{}
}

const (
	viewersAtOnce    = 100
	viewersForSecond = 3
	queryTimeout     = 10 * time.Second
)

func newViewers(db pg.Querier) *viewers {
	v := &viewers{db: db}
	v.gather = gatherer[*viewerRequest]{run: v.run, limit: viewersAtOnce, second: viewersForSecond, weight: func(*viewerRequest) int { return 1 }}
	return v
}

func (v *viewers) query(ctx context.Context, viewer uuid.UUID, slug string) (viewerRow, error) {
	r := &viewerRequest{viewer: pgtype.UUID{Bytes: viewer, Valid: true}, slug: slug, done: make(chan struct{})}
	if !v.gather.add(r) {
		return viewerRow{}, fault.New(fault.Unavailable, "shutting_down", "The server is about to restart; please try again.")
	}
	select {
	case <-r.done:
		return r.row, r.err
	case <-ctx.Done():
		return viewerRow{}, fault.Wrap(ctx.Err(), fault.Unavailable, "timeout", "The answer took too long; please try again.")
	}
}

// run answers a batch.
func (v *viewers) run(batch []*viewerRequest) {
	ctx, cancel := context.WithTimeout(context.Background(), queryTimeout)
	defer cancel()
	err := v.answer(ctx, batch)
	for _, r := range batch {
		switch {
		case err != nil:
			r.err = pg.Translate(err, "course", r.slug)
		case r.row.number == 0:
			r.err = fault.NewNotFound("course")
		}
		close(r.done)
	}
}

// answer goes against two habits for speed: its arguments are numbered, for named ones are put in anew each time, and
// before may_author, which costs as much as all the rest, stand two cheap conditions that nearly nobody meets. OFFSET 0
// keeps Postgres from reading all members and accounts at once to answer them.
func (v *viewers) answer(ctx context.Context, batch []*viewerRequest) error {
	who, slugs := make([]pgtype.UUID, len(batch)), make([]string, len(batch))
	for i, r := range batch {
		who[i], slugs[i] = r.viewer, r.slug
	}
	rows, err := v.db.Query(ctx, `
		SELECT i.n, c.id, c.page_version,
		       (EXISTS (SELECT FROM members m WHERE m.account_id = i.viewer AND m.institution_id = c.institution_id OFFSET 0)
		        OR EXISTS (SELECT FROM accounts a WHERE a.id = i.viewer AND a.platform_admin OFFSET 0)) AND may_author(i.viewer, c.id) AS may_edit,
		       e.id, e.run_id, e.enrolled_at,
		       (SELECT string_agg(uuid_send(p.activity_id) || int4send(p.position_ms) || timestamptz_send(p.position_at) || multirange_send(p.watched), '')
		        FROM progress p WHERE p.account_id = e.account_id AND p.course_id = e.course_id) AS progress,
		       (SELECT string_agg(uuid_send(r.id) || int4send(r.seats_taken), '') FROM runs r WHERE r.course_id = c.id AND c.format = 'mooc') AS seats
		FROM unnest($1::uuid[], $2::text[]) WITH ORDINALITY i(viewer, slug, n)
		JOIN courses c ON c.slug = i.slug
		LEFT JOIN enrolments e ON e.account_id = i.viewer AND e.course_id = c.id AND e.left_at IS NULL
		WHERE c.revision IS NOT NULL AND (c.state = 'published' OR may_learn(i.viewer, c.id))`, who, slugs)
	if err != nil {
		return err
	}
	var r viewerRow
	_, err = pgx.ForEachRow(rows, []any{&r.number, (*[16]byte)(&r.id), &r.pageVersion, &r.mayEdit, &r.enrolmentID, &r.runID, &r.enrolledAt,
		&r.progress, &r.seats}, func() error {
		batch[r.number-1].row = r
		r = viewerRow{} // the lists are the request's now
		return nil
	})
	return err
}

// part makes of the row what page p shows to its viewer.
func (r viewerRow) part(p *page, now time.Time) (viewerPart, error) {
	seats, err := unpackSeats(r.seats)
	if err != nil {
		return viewerPart{}, err
	}
	v := viewerPart{mayEdit: r.mayEdit, runs: p.runsAt(now, seats)}
	v.nextRun = nextRun(p.runs, now)
	if !r.enrolmentID.Valid {
		return v, nil
	}
	v.enrolment = &Enrolment{ID: r.enrolmentID.Bytes, CourseID: r.id, EnrolledAt: r.enrolledAt.Time}
	if r.runID.Valid {
		run := uuid.UUID(r.runID.Bytes)
		v.enrolment.RunID = &run
	}
	seen, err := unpackProgress(r.progress)
	if err != nil {
		return viewerPart{}, err
	}
	t := measure(p.outline, seen)
	v.progress = &t
	return v, nil
}
