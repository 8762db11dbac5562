package courses

import (
	"context"
	"time"

	"hanzhi/server/fault"
)

// batcher turns the reports of many requests into few writes: one commit serves many. A request is answered when its
// reports are committed, never before.
type batcher struct {
	write  func(context.Context, []update) error
	gather gatherer[*submission]
}

// submission is one request's part of a write, which sets allowed of its updates.
type submission struct {
	updates []update
	err     error
	done    chan struct{}
}

// Limits of one write. Under load it pays to wait a little for more requests.
const (
	maxBatchRows = 2000
	minLinger    = 2 * time.Millisecond
	maxLinger    = 10 * time.Millisecond
	writeTimeout = 10 * time.Second
)

func newBatcher(write func(context.Context, []update) error) *batcher {
	b := &batcher{write: write}
	b.gather = gatherer[*submission]{
		run: b.flush, limit: maxBatchRows, weight: func(s *submission) int { return len(s.updates) },
		linger: func(n int, took time.Duration) time.Duration {
			if n == 1 {
				return 0
			}
			return min(max(took, minLinger), maxLinger)
		},
	}
	return b
}

// submit writes the updates together with those of other requests and returns when they are committed or have failed.
// When ctx ends first they may or may not be written; reporting again is harmless.
func (b *batcher) submit(ctx context.Context, updates []update) error {
	s := &submission{updates: updates, done: make(chan struct{})}
	if !b.gather.add(s) {
		return fault.New(fault.Unavailable, "shutting_down", "The server is about to restart; please try again.")
	}
	select {
	case <-s.done:
		return s.err
	case <-ctx.Done():
		return fault.Wrap(ctx.Err(), fault.Unavailable, "timeout", "Saving took too long; please try again.")
	}
}

// flush writes a batch. When the database refuses it for what is in it, each request is written by itself, so that nobody
// suffers for another's data.
func (b *batcher) flush(batch []*submission) {
	err := b.writeAll(batch)
	alone := err != nil && len(batch) > 1 && !fault.Is(err, fault.Unavailable)
	for _, s := range batch {
		if s.err = err; alone {
			s.err = b.writeAll([]*submission{s})
		}
		close(s.done)
	}
}

func (b *batcher) writeAll(batch []*submission) error {
	// Not the context of a request: the others must not fail when one client goes.
	ctx, cancel := context.WithTimeout(context.Background(), writeTimeout)
	defer cancel()
	if len(batch) == 1 {
		return b.write(ctx, batch[0].updates)
	}
	var all []update
	for _, s := range batch {
		all = append(all, s.updates...)
	}
	if err := b.write(ctx, all); err != nil {
		return err
	}
	for _, s := range batch {
		copy(s.updates, all)
		all = all[len(s.updates):]
	}
	return nil
}

// close refuses further submissions and waits for those that are under way.
func (b *batcher) close() { b.gather.close() }
