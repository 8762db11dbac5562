package courses

import (
	"runtime"
	"sync"
	"time"
)

// gatherer lets requests that come at the same time share their work with the database. A lone request is worked on at
// once; while work is under way the next ones gather, and the next turn takes them all.
type gatherer[T any] struct {
	// run works on a batch and tells each of its items how it went.
	run func([]T)
	// limit bounds the weight of a batch; one item alone may be heavier.
	limit  int
	weight func(T) int
	// second is how many must wait for a second turn to begin while one is under way; 0 = never. With it the database
	// does not stand still while the answers of the first are written.
	second int
	// linger says how long to gather more before the next turn, from the last turn's size and time; nil = not at all.
	linger func(n int, took time.Duration) time.Duration

	mu      sync.Mutex
	waiting []T
	turns   int // under way
	closed  bool
	idle    sync.WaitGroup
}

// add queues an item; false after close.
func (g *gatherer[T]) add(item T) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return false
	}
	g.waiting = append(g.waiting, item)
	if g.turns == 0 || g.turns == 1 && g.second > 0 && len(g.waiting) >= g.second {
		g.turns++
		g.idle.Add(1)
		go g.work()
	}
	return true
}

// work takes turns until nothing waits.
func (g *gatherer[T]) work() {
	defer g.idle.Done()
	var pause time.Duration
	for {
		if pause > 0 {
			time.Sleep(pause)
		}
		runtime.Gosched() // requests that have arrived, but not come here yet, are in time for this turn
		batch := g.take()
		if batch == nil {
			return
		}
		start := time.Now()
		g.run(batch)
		if g.linger != nil {
			pause = g.linger(len(batch), time.Since(start))
		}
	}
}

// take removes the items of the next turn from those that wait; nil when none do, and then nobody works.
func (g *gatherer[T]) take() []T {
	g.mu.Lock()
	defer g.mu.Unlock()
	sum, n := 0, 0
	for ; n < len(g.waiting); n++ {
		if sum += g.weight(g.waiting[n]); n > 0 && sum > g.limit {
			break
		}
	}
	if n == 0 {
		g.turns--
		g.waiting = nil
		return nil
	}
	batch := g.waiting[:n:n]
	g.waiting = g.waiting[n:]
	return batch
}

// close refuses further items and waits for those that are under way.
func (g *gatherer[T]) close() {
	g.mu.Lock()
	g.closed = true
	g.mu.Unlock()
	g.idle.Wait()
}
