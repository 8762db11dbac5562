package classes

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// Event is one entry of a class's log, as docs/live-protocol.md lists them.
type Event struct {
	Offset int64           `json:"offset"`
	At     time.Time       `json:"-"`
	Ms     int64           `json:"at" db:"-" doc:"Unix ms by the log's clock."`
	Name   string          `json:"event"`
	By     *uuid.UUID      `json:"by,omitempty" format:"uuid"`
	Space  string          `json:"space,omitempty"`
	To     string          `json:"to,omitempty"`
	Key    *uuid.UUID      `json:"-"`
	Data   json.RawMessage `json:"data,omitempty"`
}

// AppendEvents stores events of a class; what is there already stays as it is. The class is live from class.started on.
func (s *Service) AppendEvents(ctx context.Context, class uuid.UUID, events []Event) error {
	n := len(events)
	offsets, at, names := make([]int64, n), make([]time.Time, n), make([]string, n)
	actors, spaces, to := make([]*uuid.UUID, n), make([]string, n), make([]string, n)
	keys, data := make([]*uuid.UUID, n), make([]*string, n)
	var started *time.Time
	for i, e := range events {
		offsets[i], at[i], names[i], actors[i], spaces[i], to[i], keys[i] = e.Offset, e.At, e.Name, e.By, e.Space, e.To, e.Key
		data[i] = storable(e.Data)
		if e.Name == "class.started" {
			started = &events[i].At
		}
	}
	return pg.InTx(ctx, s.db, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO class_events (class_id, offset_no, at, name, actor, space, audience, key, data)
			SELECT @class, x.* FROM unnest(@offsets::bigint[], @at::timestamptz[], @names::text[], @actors::uuid[], @spaces::text[], @to::text[], @keys::uuid[], @data::jsonb[]) AS x
			ON CONFLICT DO NOTHING`,
			pgx.NamedArgs{"class": class, "offsets": offsets, "at": at, "names": names, "actors": actors, "spaces": spaces, "to": to, "keys": keys, "data": data})
		if err == nil && started != nil {
			_, err = tx.Exec(ctx, `UPDATE classes SET state = 'live', started_at = coalesce(started_at, @at) WHERE id = @class AND state = 'scheduled'`,
				pgx.NamedArgs{"class": class, "at": *started})
		}
		return pg.Translate(err, "events of class", class)
	})
}

const eventColumns = `offset_no AS "offset", at, name, actor AS by, space, audience AS "to", key, data`

// LoadEvents returns the whole log of a class, in order.
func (s *Service) LoadEvents(ctx context.Context, class uuid.UUID) ([]Event, error) {
	rows, err := s.db.Query(ctx, `SELECT `+eventColumns+` FROM class_events WHERE class_id = @class ORDER BY offset_no`, pgx.NamedArgs{"class": class})
	return collectEvents(rows, err, class)
}

// maxEvents is how many events one page of the log has.
const maxEvents = 5000

// EventPage is a piece of a class's log.
type EventPage struct {
	Items []Event `json:"items"`
	Next  int64   `json:"next,omitempty" doc:"Ask again after this offset; absent = that was all."`
}

// Events returns a page of the log as the viewer may see it: staff all that was said to anybody, others, once the class is
// over, what was said to everybody in it and to them. What was right in a poll is for staff, until it was shown. NotFound
// for who has no part in the class, Forbidden when its replay is not for the viewer.
func (s *Service) Events(ctx context.Context, viewer, class uuid.UUID, after int64, limit int) (EventPage, error) {
	c, err := oneClass(ctx, s.db, viewer, class)
	if err != nil {
		return EventPage{}, err
	}
	staff := c.Role == "teacher"
	if !staff && (!c.ReplayOpen || c.State != "ended") {
		return EventPage{}, fault.New(fault.Forbidden, "replay_closed", "The replay of this class is not open.")
	}
	if limit <= 0 || limit > maxEvents {
		limit = maxEvents
	}
	rows, err := s.db.Query(ctx, `SELECT offset_no AS "offset", at, name, actor AS by, space, audience AS "to", key,
		CASE WHEN name = 'poll.opened' AND NOT @staff THEN data - 'correct' ELSE data END AS data FROM class_events
		WHERE class_id = @class AND offset_no > @after AND audience <> 'nobody'
		  AND (@staff OR audience = '' AND space = '' OR audience = @viewer::uuid::text) ORDER BY offset_no LIMIT @limit`,
		pgx.NamedArgs{"class": class, "after": after, "staff": staff, "viewer": viewer, "limit": limit})
	list, err := collectEvents(rows, err, class)
	page := EventPage{Items: list}
	if err == nil && len(list) == limit {
		page.Next = list[limit-1].Offset
	}
	return page, err
}

func collectEvents(rows pgx.Rows, err error, class uuid.UUID) ([]Event, error) {
	if err != nil {
		return nil, pg.Translate(err, "events of class", class)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[Event])
	for i := range list {
		list[i].Ms = list[i].At.UnixMilli()
	}
	return list, pg.Translate(err, "events of class", class)
}

// End says that a class is over and its log complete: who was there is computed from it, and what counts. It may be repeated.
func (s *Service) End(ctx context.Context, class uuid.UUID, at time.Time) error {
	return pg.InTx(ctx, s.db, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE classes SET state = 'ended', ended_at = coalesce(ended_at, @at), started_at = coalesce(started_at, @at) WHERE id = @class AND state <> 'ended'`,
			pgx.NamedArgs{"class": class, "at": at})
		if err != nil {
			return pg.Translate(err, "class", class)
		}
		if err := storeAttendance(ctx, tx, class); err != nil {
			return err
		}
		return storeGrades(ctx, tx, class)
	})
}

// storable is data as PostgreSQL takes it: a text there may hold neither a zero character nor half of a pair.
func storable(data json.RawMessage) *string {
	if len(data) == 0 {
		return nil
	}
	if bytes.Contains(data, []byte(`\u`)) {
		d := json.NewDecoder(bytes.NewReader(data))
		d.UseNumber()
		var v any
		if d.Decode(&v) == nil {
			if b, err := json.Marshal(withoutZeros(v)); err == nil {
				data = b
			}
		}
	}
	text := string(data)
	return &text
}

func withoutZeros(v any) any {
	switch v := v.(type) {
	case string:
		return strings.ReplaceAll(v, "\x00", "")
	case []any:
		for i := range v {
			v[i] = withoutZeros(v[i])
		}
	case map[string]any:
		clean := make(map[string]any, len(v))
		for k, x := range v {
			clean[strings.ReplaceAll(k, "\x00", "")] = withoutZeros(x)
		}
		return clean
	}
	return v
}
