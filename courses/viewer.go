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
	activities  pgtype.FlatArray[pgtype.UUID] // begun ones; the lists below are parallel to it
	watched     []string                      // multiranges as text; of such types pgx reads lists without reflection
	positions   []int32
	times       pgtype.FlatArray[pgtype.Timestamptz]
	runs        pgtype.FlatArray[pgtype.UUID] // all of the course, parallel to seats
	seats       []int32
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
	viewersAtOnce = 100
	queryTimeout  = 10 * time.Second
)

func newViewers(db pg.Querier) *viewers {
	v := &viewers{db: db}
	v.gather = gatherer[*viewerRequest]{run: v.run, limit: viewersAtOnce, weight: func(*viewerRequest) int { return 1 }}
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
		       e.id, e.run_id, e.enrolled_at, p.activities, p.watched, p.positions, p.times, r.runs, r.seats
		FROM unnest($1::uuid[], $2::text[]) WITH ORDINALITY i(viewer, slug, n)
		JOIN courses c ON c.slug = i.slug
		LEFT JOIN enrolments e ON e.account_id = i.viewer AND e.course_id = c.id AND e.left_at IS NULL
		LEFT JOIN LATERAL (
			SELECT array_agg(p.activity_id) AS activities, array_agg(p.watched::text) AS watched, array_agg(p.position_ms) AS positions, array_agg(p.position_at) AS times
			FROM progress p WHERE p.account_id = i.viewer AND p.course_id = c.id AND e.id IS NOT NULL) p ON true
		LEFT JOIN LATERAL (
			SELECT array_agg(r.id) AS runs, array_agg(r.seats_taken) AS seats FROM runs r WHERE r.course_id = c.id AND c.format = 'mooc') r ON true
		WHERE c.revision IS NOT NULL AND (c.state = 'published' OR may_learn(i.viewer, c.id))`, who, slugs)
	if err != nil {
		return err
	}
	var r viewerRow
	_, err = pgx.ForEachRow(rows, []any{&r.number, (*[16]byte)(&r.id), &r.pageVersion, &r.mayEdit, &r.enrolmentID, &r.runID, &r.enrolledAt,
		&r.activities, &r.watched, &r.positions, &r.times, &r.runs, &r.seats}, func() error {
		batch[r.number-1].row = r
		r = viewerRow{} // the lists are the request's now
		return nil
	})
	return err
}

// part makes of the row what page p shows to its viewer.
func (r viewerRow) part(p *page, now time.Time) (viewerPart, error) {
	v := viewerPart{mayEdit: r.mayEdit, runs: p.runsAt(now, r.seatsTaken())}
	v.nextRun = nextRun(p.runs, now)
	if !r.enrolmentID.Valid {
		return v, nil
	}
	v.enrolment = &Enrolment{ID: r.enrolmentID.Bytes, CourseID: r.id, EnrolledAt: r.enrolledAt.Time}
	if r.runID.Valid {
		run := uuid.UUID(r.runID.Bytes)
		v.enrolment.RunID = &run
	}
	seen := make(map[uuid.UUID]watched, len(r.activities))
	all := make(spans, 0, 2*len(r.activities)) // one array for the sets of all
	for i, id := range r.activities {
		from := len(all)
		var err error
		if all, err = parseSpans(all, r.watched[i]); err != nil {
			return viewerPart{}, err
		}
		seen[id.Bytes] = watched{ActivityID: id.Bytes, Watched: all[from:], PositionMs: int(r.positions[i]), PositionAt: r.times[i].Time}
	}
	t := measure(p.outline, seen)
	v.progress = &t
	return v, nil
}

func (r viewerRow) seatsTaken() map[uuid.UUID]int {
	if len(r.runs) == 0 {
		return nil
	}
	seats := make(map[uuid.UUID]int, len(r.runs))
	for i, id := range r.runs {
		seats[id.Bytes] = int(r.seats[i])
	}
	return seats
}
