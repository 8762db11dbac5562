package classes

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/server/pg"
)

// span is a stretch of time in Unix ms.
type span [2]int64

// presence is how long somebody was in a class.
type presence struct {
	Person    uuid.UUID
	Name      string
	Role      string
	Guest     bool
	Intervals []span
	Ms        int64
}

// held is when a class was held, in Unix ms; 0 = never started.
type held struct{ from, to int64 }

func (h held) ms() int64 { return max(0, h.to-h.from) }

// here is a connection that is open.
type here struct {
	person uuid.UUID
	node   string
	from   int64
}

// attendance folds a log into presences: the union of somebody's connections, each from its join to its last sign of
// life, as far as the class was held and the person was not waiting at the door.
type attendance struct {
	held    held
	last    int64
	people  map[uuid.UUID]*presence
	open    map[uuid.UUID]here
	waiting map[uuid.UUID]bool
}

// attended returns who was in a class and when it was held.
func attended(events []Event) ([]presence, held) {
	a := &attendance{people: map[uuid.UUID]*presence{}, open: map[uuid.UUID]here{}, waiting: map[uuid.UUID]bool{}}
	for _, e := range events {
		a.apply(e)
	}
	if a.held.from > 0 && a.held.to == 0 {
		a.held.to = a.last
	}
	for id, h := range a.open {
		a.close(id, h, a.last)
	}
	list := make([]presence, 0, len(a.people))
	for _, p := range a.people {
		p.Intervals = union(p.Intervals, a.held)
		p.Ms = 0
		for _, s := range p.Intervals {
			p.Ms += s[1] - s[0]
		}
		list = append(list, *p)
	}
	slices.SortFunc(list, func(x, y presence) int {
		return cmp.Or(cmp.Compare(x.Name, y.Name), slices.Compare(x.Person[:], y.Person[:]))
	})
	return list, a.held
}

func (a *attendance) apply(e Event) {
	a.last = max(a.last, e.Ms)
	var d struct {
		Person     uuid.UUID `json:"person"`
		Connection uuid.UUID `json:"connection"`
		Name       string    `json:"name"`
		Role       string    `json:"role"`
		Node       string    `json:"node"`
		Guest      bool      `json:"guest"`
		Waiting    bool      `json:"waiting"`
		Seen       int64     `json:"seen"`
	}
	switch e.Name {
	case "class.started":
		if a.held.from == 0 {
			a.held.from = e.Ms
		}
		return
	case "class.ended":
		if a.held.to == 0 {
			a.held.to = e.Ms
		}
		return
	case "person.joined", "person.left", "person.admitted", "person.role", "node.gone":
	default:
		return
	}
	if len(e.Data) > 0 && json.Unmarshal(e.Data, &d) != nil {
		return
	}
	switch e.Name {
	case "person.joined":
		a.join(e.Ms, d.Person, d.Connection, d.Node, d.Waiting)
		p := a.people[d.Person]
		p.Name, p.Guest = d.Name, d.Guest
		p.Role = cmp.Or(p.Role, d.Role)
	case "person.role":
		if p := a.people[d.Person]; p != nil {
			p.Role = d.Role
		}
	case "person.admitted":
		a.admit(e.Ms, d.Person)
	case "person.left":
		if h, known := a.open[d.Connection]; known {
			a.close(d.Connection, h, cmp.Or(d.Seen, e.Ms))
		}
	case "node.gone":
		for id, h := range a.open {
			if h.node == d.Node {
				a.close(id, h, cmp.Or(d.Seen, e.Ms))
			}
		}
	}
}

func (a *attendance) join(at int64, person, connection uuid.UUID, node string, waits bool) {
	if a.people[person] == nil {
		a.people[person] = &presence{Person: person}
		a.waiting[person] = waits
	}
	if h, open := a.open[connection]; open {
		a.close(connection, h, at)
	}
	a.open[connection] = here{person, node, at}
}

// admit lets one person in, or all who wait: what was before was at the door.
func (a *attendance) admit(at int64, person uuid.UUID) {
	for _, id := range slices.Collect(maps.Keys(a.waiting)) {
		if !a.waiting[id] || person != uuid.Nil && id != person {
			continue
		}
		a.waiting[id] = false
		for connection, h := range a.open {
			if h.person == id {
				h.from = at
				a.open[connection] = h
			}
		}
	}
}

func (a *attendance) close(connection uuid.UUID, h here, at int64) {
	delete(a.open, connection)
	if at > h.from && !a.waiting[h.person] {
		p := a.people[h.person]
		p.Intervals = append(p.Intervals, span{h.from, at})
	}
}

// union joins stretches that touch, and cuts off what is outside of the class.
func union(list []span, within held) []span {
	slices.SortFunc(list, func(x, y span) int { return cmp.Compare(x[0], y[0]) })
	joined := []span{}
	for _, s := range list {
		s = span{max(s[0], within.from), min(s[1], within.to)}
		if within.from == 0 || s[1] <= s[0] {
			continue
		}
		if n := len(joined); n > 0 && s[0] <= joined[n-1][1] {
			joined[n-1][1] = max(joined[n-1][1], s[1])
			continue
		}
		joined = append(joined, s)
	}
	return joined
}

// eventsOf reads the events of a class that have one of some names.
func eventsOf(ctx context.Context, q pg.Querier, class uuid.UUID, names ...string) ([]Event, error) {
	rows, err := q.Query(ctx, `SELECT `+eventColumns+` FROM class_events WHERE class_id = @class AND name = ANY (@names) ORDER BY offset_no`,
		pgx.NamedArgs{"class": class, "names": names})
	return collectEvents(rows, err, class)
}

// comings are the events that attendance is folded from.
var comings = []string{"class.started", "class.ended", "person.joined", "person.left", "person.admitted", "person.role", "node.gone"}

// storeAttendance computes who was there anew.
func storeAttendance(ctx context.Context, tx pgx.Tx, class uuid.UUID) error {
	events, err := eventsOf(ctx, tx, class, comings...)
	if err != nil {
		return err
	}
	list, _ := attended(events)
	b := &pgx.Batch{}
	b.Queue(`DELETE FROM class_attendance WHERE class_id = @class`, pgx.NamedArgs{"class": class})
	for _, p := range list {
		b.Queue(`INSERT INTO class_attendance (class_id, person, name, role, guest, intervals, ms) VALUES (@class, @person, @name, @role, @guest, @intervals, @ms)`,
			pgx.NamedArgs{"class": class, "person": p.Person, "name": p.Name, "role": p.Role, "guest": p.Guest, "intervals": p.Intervals, "ms": p.Ms})
	}
	return pg.Translate(tx.SendBatch(ctx, b).Close(), "attendance of class", class)
}
