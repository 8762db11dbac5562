package courses

import (
	"time"

	"github.com/google/uuid"

	"hanzhi/courses/localize"
)

// Teacher is somebody who teaches a run.
type Teacher struct {
	AccountID uuid.UUID `json:"accountId" format:"uuid"`
	Name      string    `json:"name"`
	Email     string    `json:"email,omitempty" doc:"Shown to authors only."`
}

// Run is a course taken by a cohort between two dates.
type Run struct {
	ID        uuid.UUID     `json:"id" format:"uuid"`
	Title     localize.Text `json:"title"`
	StartsAt  time.Time     `json:"startsAt"`
	EndsAt    time.Time     `json:"endsAt"`
	TimeZone  string        `json:"timeZone" doc:"IANA name; the dates are meant in it." example:"Africa/Lusaka"`
	Capacity  *int          `json:"capacity,omitempty" doc:"Seats; absent = no limit."`
	SeatsLeft *int          `json:"seatsLeft,omitempty" db:"-"`
	Teachers  []Teacher     `json:"teachers"`
	State     string        `json:"state" db:"-" enum:"upcoming,open,ended,cancelled"`
	Version   int           `json:"version"`

	Plan []PlannedLesson `json:"plan" doc:"Lessons that have a date or a gate, the dated ones first."`

	SeatsTaken  int        `json:"-"`
	CancelledAt *time.Time `json:"-"`
}

// selectRuns reads runs r with their teachers; the WHERE clause follows.
const selectRuns = `
	SELECT r.id, r.title, r.starts_at, r.ends_at, r.time_zone, r.capacity, r.seats_taken, r.cancelled_at, r.version,
	       coalesce((SELECT jsonb_agg(jsonb_build_object('accountId', a.id, 'name', a.name, 'email', a.email) ORDER BY a.name, a.id)
	                 FROM run_teachers t JOIN accounts a ON a.id = t.account_id WHERE t.run_id = r.id), '[]') AS teachers, ` + selectPlan + ` AS plan
	FROM runs r`

// at returns the run with what depends on the time and on the seats taken.
func (r Run) at(now time.Time) Run {
	switch {
	case r.CancelledAt != nil:
		r.State = "cancelled"
	case now.Before(r.StartsAt):
		r.State = "upcoming"
	case now.Before(r.EndsAt):
		r.State = "open"
	default:
		r.State = "ended"
	}
	r.SeatsLeft = nil
	if r.Capacity != nil {
		left := max(0, *r.Capacity-r.SeatsTaken)
		r.SeatsLeft = &left
	}
	return r
}

// joinable reports whether learners may still enrol in the run, seats aside.
func (r Run) joinable(now time.Time) bool { return r.CancelledAt == nil && now.Before(r.EndsAt) }
