package main

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"hanzhi/bench/report"
)

const (
	crowdSize = 5000
	burstSize = 80
)

// said is what a burst's messages say; it marks them, and makes them as long as a line of chat.
var said = "burst " + strings.Repeat("x", 90)

// result is what a server did with a crowd.
type result struct {
	memory    float64 // KB a connection
	perSecond float64 // deliveries
	cpu       float64 // µs a delivery
}

// crowd measures the memory of a connection and a burst to a room of 5,000, ours beside centrifuge's.
func (b *bench) crowd() ([]report.Row, error) {
	theirs, err := b.theirCrowd()
	if err != nil {
		return nil, fmt.Errorf("centrifuge: %w", err)
	}
	ours, err := b.ourCrowd()
	if err != nil {
		return nil, err
	}
	return []report.Row{
		report.New("live: memory per joined connection at 5,000", fmt.Sprintf("%.1f KB", ours.memory), fmt.Sprintf("centrifuge %.1f KB", theirs.memory), ours.memory/theirs.memory, "<= 0.5, <= 9 KB"),
		report.New("live: burst to a room of 5,000, deliveries/s", fmt.Sprintf("%.0f", ours.perSecond), fmt.Sprintf("centrifuge %.0f", theirs.perSecond), ours.perSecond/theirs.perSecond, ">= 4"),
		report.New("live: CPU per delivery of the burst", fmt.Sprintf("%.2f µs", ours.cpu), fmt.Sprintf("centrifuge %.2f µs", theirs.cpu), ours.cpu/theirs.cpu, "<= 0.25"),
	}, nil
}

func (b *bench) ourCrowd() (result, error) {
	p, class, _, _, err := b.class()
	if err != nil {
		return result{}, err
	}
	defer p.kill()
	var got atomic.Int64
	on := func(b []byte, _ time.Time) { got.Add(int64(bytes.Count(b, []byte("burst x")))) }
	before := p.rss()
	members, err := p.joinMany(class, crowdSize, on)
	if err != nil {
		return result{}, err
	}
	defer closeAll(members)
	return p.burst(before, &got, func(i int) error { return members[i].do("chat.post", map[string]string{"text": said}) })
}

func (b *bench) theirCrowd() (result, error) {
	p, err := launch([]string{b.peer}, "BENCH_REDIS="+b.redis)
	if err != nil {
		return result{}, err
	}
	defer p.kill()
	var got atomic.Int64
	before := p.rss()
	members, err := p.subscribe(crowdSize, func(b []byte, _ time.Time) { got.Add(int64(bytes.Count(b, []byte("burst x")))) })
	if err != nil {
		return result{}, err
	}
	defer closeAll(members)
	return p.burst(before, &got, func(int) error {
		res, err := http.Post("http://"+p.addr+"/publish", "application/json", strings.NewReader(`{"text":"`+said+`"}`))
		if err == nil {
			_ = res.Body.Close()
		}
		return err
	})
}

// burst settles, weighs the process, sends and waits until everybody has everything.
func (p *process) burst(before int, got *atomic.Int64, send func(int) error) (result, error) {
	time.Sleep(8 * time.Second)
	r := result{memory: float64(p.rss()-before) / 1024 / crowdSize}
	want := int64(burstSize * crowdSize)
	cpu, began := p.cpu(), time.Now()
	var wait sync.WaitGroup
	var failed error
	wait.Go(func() { failed = parallel(burstSize, send) })
	for got.Load() < want {
		if time.Since(began) > time.Minute {
			return r, fmt.Errorf("%d of %d came", got.Load(), want)
		}
		time.Sleep(time.Millisecond)
	}
	took := time.Since(began)
	wait.Wait()
	time.Sleep(200 * time.Millisecond)
	r.perSecond = float64(want) / took.Seconds()
	r.cpu = float64((p.cpu() - cpu).Microseconds()) / float64(want)
	return r, failed
}
