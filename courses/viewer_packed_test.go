package courses

import (
	"reflect"
	"testing"

	"github.com/google/uuid"
)

func TestViewerRow(t *testing.T) {
	w := setup(t)
	c := w.publish(MOOC)
	run := w.newRun(c.id, 30, "teacher@example.org")
	w.enrol(w.learner, c.id, &run)
	for i, set := range []string{"{}", "{[0,1)}", "{[0,12),[30,41),[999999,1000000)}"} {
		w.exec(`INSERT INTO progress (account_id, course_id, activity_id, watched, position_ms, position_at)
			VALUES ($1, $2, gen_random_uuid(), $3::text::int4multirange, $4, '2026-11-27T08:30:00.000001Z'::timestamptz - $5::int * interval '30 years')`, w.learner, c.id, set, 1234567*i, i)
	}
	viewer := newViewers(w.db)
	defer viewer.gather.close()
	row := must(viewer.query(w.Context(), w.learner, c.slug))(w)

	t.Run("progress is unpacked as it is stored", func(t *testing.T) {
		seen, err := unpackProgress(row.progress)
		w.no(err)
		ids := scan[[]uuid.UUID](w, `SELECT array_agg(activity_id) FROM progress WHERE account_id = $1`, w.learner)
		if len(seen) != 3 || len(ids) != 3 {
			t.Fatalf("%d of %d activities", len(seen), len(ids))
		}
		for _, id := range ids {
			set, position, at := w.stored(w.learner, id)
			got := seen[id]
			if got.ActivityID != id || got.Watched.String() != set.String() || got.PositionMs != position || !got.PositionAt.Equal(at) {
				t.Errorf("got %+v, stored is %v %d %v", got, set, position, at)
			}
		}
	})
	t.Run("seats are unpacked as they are stored", func(t *testing.T) {
		seats, err := unpackSeats(row.seats)
		w.no(err)
		if want := map[uuid.UUID]int{run: 1}; !reflect.DeepEqual(seats, want) {
			t.Errorf("got %v, want %v", seats, want)
		}
	})
	t.Run("what is cut off or of another form is refused", func(t *testing.T) {
		for n := range row.progress {
			if _, err := unpackProgress(row.progress[:n]); err == nil && !boundary(row.progress, n) {
				t.Errorf("%d bytes of %d are taken", n, len(row.progress))
			}
		}
		if _, err := unpackSeats(row.seats[:len(row.seats)-1]); err == nil {
			t.Error("cut seats are taken")
		}
		unbounded := scan[[]byte](w, `SELECT uuid_send(gen_random_uuid()) || int4send(1) || timestamptz_send(now()) || multirange_send('{[1,)}'::int4multirange)`)
		if _, err := unpackProgress(append(unbounded, make([]byte, packedRange)...)); err == nil {
			t.Error("a range without an end is taken")
		}
	})
}

// boundary reports whether an element ends at byte n.
func boundary(b []byte, n int) bool {
	for end := 0; end <= n; {
		if end == n {
			return true
		}
		end += packedFixed + packedRange*int(b[end+packedFixed-1])
	}
	return false
}
