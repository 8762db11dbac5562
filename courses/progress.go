package courses

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"

	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// Report says what a learner has watched or read since the last one. Reporting the same again, late, or in another order
// changes nothing: what is stored is the union of all reports.
type Report struct {
	ID         uuid.UUID `json:"id" format:"uuid" doc:"Made by the client; named in the answer."`
	ActivityID uuid.UUID `json:"activityId" format:"uuid"`
	Watched    [][2]int  `json:"watched" maxItems:"1000" doc:"Seconds as [from, to), cut to the activity's length; [[0,1]] = a reading that has been read."`
	PositionMs int       `json:"positionMs" minimum:"0" maximum:"2147483647" doc:"Where the learner is now; the report with the latest at decides."`
	At         time.Time `json:"at" doc:"The client's time of the position; a time to come counts as now."`
}

// MaxReports is how many reports one request may hold.
const MaxReports = 500

// Rejection names a report that was not taken, and why.
type Rejection struct {
	ID   uuid.UUID `json:"id" format:"uuid"`
	Code string    `json:"code" enum:"unknown_activity,bad_range" doc:"unknown_activity: there is none, or the viewer may not learn it."`
}

// ReportResult tells of each report whether it is stored.
type ReportResult struct {
	Accepted []uuid.UUID `json:"accepted" doc:"Stored for good; the client may forget them."`
	Rejected []Rejection `json:"rejected" doc:"Will never be taken as they are."`
}

// update is what a request adds to one learner's progress in one activity.
type update struct {
	account, activity uuid.UUID
	watched           spans
	positionMs        int
	at                time.Time
	allowed           bool // set by the write: the learner may learn the activity, and it is stored
}

func (u update) compareKey(v update) int {
	return cmp.Or(bytes.Compare(u.account[:], v.account[:]), bytes.Compare(u.activity[:], v.activity[:]))
}

// merge adds v, of the same learner and activity, to u.
func (u *update) merge(v update) {
	u.watched = u.watched.union(v.watched)
	if c := v.at.Compare(u.at); c > 0 || c == 0 && v.positionMs > u.positionMs {
		u.at, u.positionMs = v.at, v.positionMs
	}
}

// Report stores reports of a learner and returns once they are committed. Each is judged by itself; an error means that
// none may count as stored.
func (s *Service) Report(ctx context.Context, viewer uuid.UUID, reports []Report) (ReportResult, error) {
	if viewer == uuid.Nil {
		return ReportResult{}, fault.New(fault.Unauthenticated, "unauthenticated", "Sign in to keep your progress.")
	}
	if len(reports) > MaxReports {
		return ReportResult{}, fault.NewInvalid("reports", "too_many", "At most %d reports fit into one request.", MaxReports)
	}
	result := ReportResult{Accepted: []uuid.UUID{}, Rejected: []Rejection{}}
	index := make(map[uuid.UUID]int, len(reports)) // activity → its update
	var updates []update
	for _, r := range reports {
		watched, ok := newSpans(r.Watched)
		if !ok {
			result.Rejected = append(result.Rejected, Rejection{r.ID, "bad_range"})
			continue
		}
		u := update{account: viewer, activity: r.ActivityID, watched: watched, positionMs: max(0, r.PositionMs), at: r.At}
		if i, found := index[r.ActivityID]; found {
			updates[i].merge(u)
			continue
		}
		index[r.ActivityID] = len(updates)
		updates = append(updates, u)
	}
	if len(updates) > 0 {
		if err := s.reports.submit(ctx, updates); err != nil {
			return ReportResult{}, err
		}
	}
	result.judge(reports, updates, index)
	return result, nil
}

// judge sorts the reports into accepted and rejected by what became of their updates.
func (r *ReportResult) judge(reports []Report, updates []update, index map[uuid.UUID]int) {
	bad := make(map[uuid.UUID]bool, len(r.Rejected))
	for _, x := range r.Rejected {
		bad[x.ID] = true
	}
	for _, x := range reports {
		switch i, found := index[x.ActivityID]; {
		case bad[x.ID] || !found:
		case updates[i].allowed:
			r.Accepted = append(r.Accepted, x.ID)
		default:
			r.Rejected = append(r.Rejected, Rejection{x.ID, "unknown_activity"})
		}
	}
}

// writeProgress stores updates of any number of learners in one statement and marks those that were allowed. Updates of
// one key are folded first, since a statement may touch a row once only, and go in key order, so that copies of the server
// that write the same rows seldom deadlock; if they do, one starts again.
func (s *Service) writeProgress(ctx context.Context, updates []update) error {
	rows, rowOf := foldUpdates(updates)
	var allowed []bool
	for attempt := 1; ; attempt++ {
		var err error
		allowed, err = upsertProgress(ctx, s.db, rows)
		if err == nil {
			break
		}
		var e *pgconn.PgError
		if deadlock := errors.As(err, &e) && e.Code == "40P01"; !deadlock || attempt == 5 {
			return err
		}
	}
	for i := range updates {
		updates[i].allowed = allowed[rowOf[i]]
	}
	return nil
}

// foldUpdates returns one update for each key, in key order, and for each given update the one it went into.
func foldUpdates(updates []update) (rows []update, rowOf []int) {
	order := make([]int, len(updates))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return updates[a].compareKey(updates[b]) })
	rowOf = make([]int, len(updates))
	for _, i := range order {
		if n := len(rows); n > 0 && rows[n-1].compareKey(updates[i]) == 0 {
			rows[n-1].merge(updates[i])
		} else {
			rows = append(rows, updates[i])
		}
		rowOf[i] = len(rows) - 1
	}
	return rows, rowOf
}

// upsertProgress writes rows that differ in their keys and reports which were allowed. Rows that are there are updated,
// since an insert that meets a conflict logs a lock too; those that are not are inserted, and when another copy of the
// server comes first, the conflict clause adds to its row. Reports that bring nothing new write nothing. What is passed or
// marked is not done by saying so: of practices and tasks only the position is taken. OFFSET 0 keeps Postgres from
// answering the EXISTS of a batch by reading all learners of the platform at once.
func upsertProgress(ctx context.Context, q pg.Querier, rows []update) ([]bool, error) {
	accounts, activities := make([]pgtype.UUID, len(rows)), make([]pgtype.UUID, len(rows)) // as pgx takes them fastest
	watched, positions, times := make([]string, len(rows)), make([]int, len(rows)), make([]time.Time, len(rows))
	for i, r := range rows {
		accounts[i], activities[i] = pgtype.UUID{Bytes: r.account, Valid: true}, pgtype.UUID{Bytes: r.activity, Valid: true}
		watched[i] = r.watched.String()
		positions[i], times[i] = min(r.positionMs, maxSecond*1000), r.at
	}
	result, err := q.Query(ctx, `
		WITH allowed AS MATERIALIZED (
			SELECT i.n, i.account_id, ra.course_id, i.activity_id, CASE WHEN ra.kind IN ('practice', 'task') THEN '{}' ELSE i.watched::int4multirange * int4multirange(int4range(0, ra.length)) END AS watched,
			       least(i.position_ms, ra.length * 1000 + 999) AS position_ms, least(i.position_at, now()) AS position_at
			FROM unnest(@accounts::uuid[], @activities::uuid[], @watched::text[], @positions::int[], @times::timestamptz[])
			     WITH ORDINALITY AS i(account_id, activity_id, watched, position_ms, position_at, n)
			JOIN revision_activities ra ON ra.activity_id = i.activity_id
			JOIN courses c ON c.id = ra.course_id AND c.revision = ra.revision
			JOIN revision_lessons l ON l.lesson_id = ra.lesson_id AND l.revision = ra.revision
			WHERE l.preview AND c.state = 'published'
			   OR (EXISTS (SELECT FROM learners e WHERE e.account_id = i.account_id AND e.course_id = c.id OFFSET 0) OR may_learn(i.account_id, c.id))
			  AND NOT (EXISTS (SELECT FROM run_lessons g WHERE g.lesson_id = ra.lesson_id AND g.gate IS NOT NULL) AND is_barred(i.account_id, ra.lesson_id))
			ORDER BY i.account_id, ra.course_id, i.activity_id
		), updated AS (
			UPDATE progress p SET watched = p.watched + a.watched, updated_at = now(),
			    position_ms = CASE WHEN (a.position_at, a.position_ms) > (p.position_at, p.position_ms) THEN a.position_ms ELSE p.position_ms END,
			    position_at = greatest(a.position_at, p.position_at)
			FROM allowed a
			WHERE p.account_id = a.account_id AND p.course_id = a.course_id AND p.activity_id = a.activity_id
			  AND (NOT p.watched @> a.watched OR (a.position_at, a.position_ms) > (p.position_at, p.position_ms))
		), inserted AS (
			INSERT INTO progress AS p (account_id, course_id, activity_id, watched, position_ms, position_at)
			SELECT a.account_id, a.course_id, a.activity_id, a.watched, a.position_ms, a.position_at FROM allowed a
			WHERE NOT EXISTS (SELECT FROM progress o WHERE o.account_id = a.account_id AND o.course_id = a.course_id AND o.activity_id = a.activity_id)
			ORDER BY a.account_id, a.course_id, a.activity_id
			ON CONFLICT (account_id, course_id, activity_id) DO UPDATE SET watched = p.watched + excluded.watched, updated_at = now(),
			    position_ms = CASE WHEN (excluded.position_at, excluded.position_ms) > (p.position_at, p.position_ms) THEN excluded.position_ms ELSE p.position_ms END,
			    position_at = greatest(excluded.position_at, p.position_at)
		)
		SELECT n FROM allowed`,
		pgx.NamedArgs{"accounts": accounts, "activities": activities, "watched": watched, "positions": positions, "times": times})
	if err != nil {
		return nil, pg.Translate(err, "progress of", len(rows))
	}
	numbers, err := pgx.CollectRows(result, pgx.RowTo[int])
	allowed := make([]bool, len(rows))
	for _, n := range numbers {
		allowed[n-1] = true
	}
	return allowed, pg.Translate(err, "progress of", len(rows))
}
