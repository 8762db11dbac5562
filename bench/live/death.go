package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/google/uuid"

	"hanzhi/bench/report"
)

const (
	deaths     = 10
	survivors  = 2000
	deathEvery = 50 * time.Millisecond // 20 events a second
)

// follower is somebody whose node dies: what they have seen, and how to come back.
type follower struct {
	mu     sync.Mutex
	id     uuid.UUID
	epoch  string
	ticket string
	last   uint64
	seen   []uint64 // offsets of captions, in the order in which they came
	m      *member
	back   time.Duration
}

func (f *follower) on(b []byte, _ time.Time) {
	switch {
	case bytes.HasPrefix(b, []byte(`{"id":1,`)):
		var r struct {
			Result struct {
				Epoch, Ticket string
				Offset        uint64
			}
		}
		if json.Unmarshal(b, &r) == nil {
			f.mu.Lock()
			f.epoch, f.ticket = r.Result.Epoch, r.Result.Ticket
			if f.last == 0 {
				f.last = r.Result.Offset
			}
			f.mu.Unlock()
		}
	case bytes.HasPrefix(b, []byte(`{"offset":`)):
		text, _, _ := bytes.Cut(b[len(`{"offset":`):], []byte(","))
		offset, _ := strconv.ParseUint(string(text), 10, 64)
		f.mu.Lock()
		f.last = max(f.last, offset)
		if bytes.Contains(b, []byte(`"event":"caption.said"`)) {
			f.seen = append(f.seen, offset)
		}
		f.mu.Unlock()
	}
}

// resume comes back at another node, trying until it is let in.
func (f *follower) resume(p *process, class uuid.UUID, since time.Time) error {
	for {
		f.mu.Lock()
		with := fmt.Sprintf(`{"epoch":%q,"offset":%d}`, f.epoch, f.last)
		ticket := f.ticket
		f.mu.Unlock()
		m, _, err := p.joinWith(class, f.id, ticket, with, f.on)
		if err == nil {
			f.m, f.back = m, time.Since(since)
			return nil
		}
		if time.Since(since) > 30*time.Second {
			return err
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// death kills one of two nodes with 2,000 people while the class goes on, ten times.
func (b *bench) death() ([]report.Row, error) {
	var all []time.Duration
	good, wrong := 0, 0
	for n := range deaths {
		back, bad, err := b.oneDeath()
		if err != nil {
			return nil, fmt.Errorf("run %d: %w", n+1, err)
		}
		all = append(all, back...)
		wrong += bad
		if bad == 0 && quantile(back, 0.99) <= 3*time.Second {
			good++
		}
	}
	p99 := quantile(all, 0.99)
	return []report.Row{
		report.New("live: kill -9 of one of two nodes, 2,000 people: p99 until back", fmt.Sprintf("%.2f s", p99.Seconds()), fmt.Sprintf("limit 3 s; %d of %d runs good", good, deaths), ratio(p99, 3*time.Second), "<= 1"),
		report.New("live: events lost, doubled or out of order in them", fmt.Sprint(wrong), "limit 0", float64(wrong), "0"),
	}, nil
}

func (b *bench) oneDeath() (back []time.Duration, wrong int, err error) {
	doomed, err := us(b.redis, b.office)
	if err != nil {
		return nil, 0, err
	}
	other, class, teacher, _, err := b.class()
	if err != nil {
		doomed.kill()
		return nil, 0, err
	}
	defer other.kill()
	people := make([]*follower, survivors)
	err = parallel(survivors, func(i int) (err error) {
		f := &follower{id: uuid.New()}
		people[i] = f
		f.m, _, err = doomed.joinWith(class, f.id, doomed.ticket(class, f.id), `{}`, f.on)
		return err
	})
	if err != nil {
		doomed.kill()
		return nil, 0, err
	}
	stop := make(chan struct{})
	var speaking sync.WaitGroup
	speaking.Go(func() {
		for tick := time.NewTicker(deathEvery); ; {
			select {
			case <-stop:
				tick.Stop()
				return
			case <-tick.C:
				_ = say(teacher)
			}
		}
	})
	time.Sleep(2 * time.Second)
	killed := time.Now()
	doomed.kill()
	var coming sync.WaitGroup
	errs := make([]error, survivors)
	for i, f := range people {
		coming.Go(func() {
			<-f.m.ended
			// As clients do: at once, each at a moment of its own.
			time.Sleep(time.Duration(i%300) * time.Millisecond)
			errs[i] = f.resume(other, class, killed)
		})
	}
	coming.Wait()
	time.Sleep(2 * time.Second)
	close(stop)
	speaking.Wait()
	time.Sleep(2 * time.Second)
	longest := longestOf(people)
	for i, f := range people {
		if errs[i] != nil {
			return nil, 0, errs[i]
		}
		back = append(back, f.back)
		wrong += f.faults(longest)
		_ = f.m.conn.Close()
	}
	return back, wrong, nil
}

func longestOf(people []*follower) []uint64 {
	var longest []uint64
	for _, f := range people {
		f.mu.Lock()
		if len(f.seen) > len(longest) {
			longest = f.seen
		}
		f.mu.Unlock()
	}
	return longest
}

// faults counts what is missing, doubled or out of order in what somebody has seen, from their first event on.
func (f *follower) faults(all []uint64) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.seen) == 0 {
		return len(all)
	}
	n, from := 0, 0
	for from < len(all) && all[from] < f.seen[0] {
		from++
	}
	want := all[from:]
	for i := range max(len(want), len(f.seen)) {
		if i >= len(want) || i >= len(f.seen) || want[i] != f.seen[i] {
			n++
		}
	}
	return n
}
