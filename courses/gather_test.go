package courses

import (
	"slices"
	"testing"
	"time"
)

// TestGatherer: items wait for the turn that is under way; a second one begins when enough of them do, a third never.
func TestGatherer(t *testing.T) {
	t.Parallel()
	begun, goOn := make(chan []int), make(chan struct{})
	g := gatherer[int]{limit: 4, second: 3, weight: func(int) int { return 1 }, run: func(batch []int) {
		begun <- batch
		<-goOn
	}}
	add := func(items ...int) {
		for _, n := range items {
			if !g.add(n) {
				t.Fatalf("%d is refused", n)
			}
		}
	}
	next := func(want ...int) {
		t.Helper()
		select {
		case got := <-begun:
			if !slices.Equal(got, want) {
				t.Errorf("a turn has %v, want %v", got, want)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("no turn has begun for %v", want)
		}
	}
	none := func() {
		t.Helper()
		select {
		case got := <-begun:
			t.Errorf("a turn has begun for %v", got)
		case <-time.After(50 * time.Millisecond):
		}
	}
	add(1)
	next(1)
	add(2, 3)
	none()
	add(4)
	next(2, 3, 4)
	add(5, 6, 7, 8, 9)
	none()
	goOn <- struct{}{}
	next(5, 6, 7, 8)
	goOn <- struct{}{}
	next(9)
	goOn <- struct{}{}
	goOn <- struct{}{}
	g.close()
	if g.add(10) {
		t.Error("an item is taken after the end")
	}
}
