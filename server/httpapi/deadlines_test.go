package httpapi

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// TestDeadlines: requests of the same second end together, none before its time.
func TestDeadlines(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var d deadlines
		first := d.next(time.Now())
		time.Sleep(sharedFor)
		if d.next(time.Now()) != first {
			t.Error("requests of one second have two contexts")
		}
		time.Sleep(time.Millisecond)
		second := d.next(time.Now())
		if second == first {
			t.Error("a request of the next second has the context of the last")
		}
		for _, begun := range []context.Context{first, second} {
			if end, ok := begun.Deadline(); !ok || end.Before(time.Now().Add(requestTimeout-time.Millisecond)) || end.After(time.Now().Add(requestTimeout+sharedFor)) {
				t.Errorf("the end is %v at %v", end, time.Now())
			}
		}
		time.Sleep(requestTimeout)
		if !errors.Is(first.Err(), context.DeadlineExceeded) || second.Err() != nil {
			t.Errorf("the first ended with %v, the second with %v", first.Err(), second.Err())
		}
		time.Sleep(sharedFor + time.Millisecond)
		if !errors.Is(second.Err(), context.DeadlineExceeded) {
			t.Errorf("the second ended with %v", second.Err())
		}
	})
}
