package live

import "sync"

// crew is a few goroutines that do something for all connections: a goroutine for each, whose stack stays as deep as it
// once was, is most of what a quiet connection would weigh.
type crew struct {
	do     func(c *conn, buffer []byte)
	mu     sync.Mutex
	more   *sync.Cond
	queue  []*conn // from first on
	first  int
	closed bool
}

// newCrew starts one. Each of its goroutines has a buffer of its own.
func newCrew(size, buffer int, do func(c *conn, buffer []byte)) *crew {
	w := &crew{do: do}
	w.more = sync.NewCond(&w.mu)
	for range size {
		go w.work(make([]byte, buffer))
	}
	return w
}

// add queues connections. Who adds sees to it that none is there twice.
func (w *crew) add(conns ...*conn) {
	if len(conns) == 0 {
		return
	}
	w.mu.Lock()
	w.queue = append(w.queue, conns...)
	w.mu.Unlock()
	if len(conns) == 1 {
		w.more.Signal()
		return
	}
	w.more.Broadcast()
}

func (w *crew) work(buffer []byte) {
	for c := w.next(); c != nil; c = w.next() {
		w.do(c, buffer)
	}
}

// next waits for a connection; nil when there will be none any more.
func (w *crew) next() *conn {
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.first == len(w.queue) && !w.closed {
		w.more.Wait()
	}
	if w.closed {
		return nil
	}
	c := w.queue[w.first]
	w.queue[w.first] = nil
	if w.first++; w.first == len(w.queue) {
		w.queue, w.first = w.queue[:0], 0
	}
	return c
}

func (w *crew) close() {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	w.more.Broadcast()
}
