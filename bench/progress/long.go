package main

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"hanzhi/bench/fixture"
	"hanzhi/bench/report"
	"hanzhi/courses"
	"hanzhi/server/embedded"
	"hanzhi/server/pg"
)

// The long test: reports of two thousand learners, shuffled and tripled, go to a server process that is killed (-9) ten
// times while it works; a third of the answers are thrown away unread, as a phone in a tunnel would lose them. A report
// is sent again until its answer has been read. Of every other report the further copies are dropped once one has been
// acknowledged, so that none of them can make up for an acknowledged one that was lost. In the end the database must
// hold exactly the union of all reports.

const (
	kills       = 10
	perRequest  = 50
	senders     = 16
	answersLost = 3 // one in so many
)

// event is one report, kept small: there are a million of them.
type event struct {
	account       uint16
	activity      uint8
	from, to      uint16 // seconds; equal = nothing watched
	from2, to2    uint16
	position      int32
	at            int32 // milliseconds after start
	acknowledged  atomic.Bool
	dropWhenTaken bool
}

type long struct {
	*fixture.World
	events []event
	start  time.Time
	server *server
	sent   atomic.Int64
	lost   atomic.Int64
	acked  atomic.Int64
}

func runLong(n int) error {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "hanzhi-long-progress-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	services, err := embedded.Start(ctx, embedded.Options{Dir: dir, Log: slog.New(slog.DiscardHandler), Postgres: true})
	if err != nil {
		return err
	}
	defer services.Stop()
	if err := pg.Migrate(ctx, services.DatabaseURL); err != nil {
		return err
	}
	db, err := pg.Open(ctx, services.DatabaseURL)
	if err != nil {
		return err
	}
	defer db.Close()
	s := courses.New(db)
	defer s.Close()
	w, err := fixture.Seed(ctx, db, s, learners)
	if err != nil {
		return err
	}
	seedNumber := uint64(time.Now().UnixNano())
	fmt.Printf("%d reports, each three times; seed %d\n", n, seedNumber)
	l := &long{World: w, start: time.Now().Add(-48 * time.Hour).Truncate(time.Millisecond)}
	l.invent(rand.New(rand.NewPCG(seedNumber, 1)), n)
	if l.server, err = startServer(dir, services.DatabaseURL); err != nil {
		return err
	}
	defer l.server.stop()
	began := time.Now()
	l.sendAll(rand.New(rand.NewPCG(seedNumber, 2)))
	fmt.Printf("%d reports sent, %d answers lost on purpose, %d kills, %.0f s\n", l.sent.Load(), l.lost.Load(), l.server.kills.Load(), time.Since(began).Seconds())
	if left := n - int(l.acked.Load()); left != 0 {
		return fmt.Errorf("%d reports were never acknowledged", left)
	}
	if err := l.compare(ctx, db); err != nil {
		return err
	}
	return report.Print(report.Row{Name: fmt.Sprintf("%d progress reports ×3, %d kills", n, kills), Value: "0 lost", Peer: "the fold in memory", Ratio: 1, Aim: "= 1"})
}

// invent makes the reports: mostly seconds near each other, some with two ranges or none, positions at any time.
func (l *long) invent(random *rand.Rand, n int) {
	l.events = make([]event, n)
	for i := range l.events {
		e := &l.events[i]
		e.account, e.activity = uint16(random.IntN(len(l.Accounts))), uint8(random.IntN(len(l.Activities)))
		e.from = uint16(random.IntN(fixture.Seconds))
		e.to = e.from + uint16(random.IntN(16))
		if random.IntN(4) == 0 {
			e.from2 = uint16(random.IntN(fixture.Seconds + 50)) // some lie behind the end
			e.to2 = e.from2 + uint16(random.IntN(5))
		}
		e.position, e.at = int32(random.IntN(fixture.Seconds*1000)), int32(random.IntN(47*3_600_000))
		e.dropWhenTaken = i%2 == 0
	}
}

func (l *long) report(i int) courses.Report {
	e := &l.events[i]
	r := courses.Report{ID: idOf(i), ActivityID: l.Activities[e.activity], PositionMs: int(e.position), At: l.start.Add(time.Duration(e.at) * time.Millisecond)}
	if e.to > e.from {
		r.Watched = append(r.Watched, [2]int{int(e.from), int(e.to)})
	}
	if e.to2 > e.from2 {
		r.Watched = append(r.Watched, [2]int{int(e.from2), int(e.to2)})
	}
	return r
}

// idOf is a UUID that tells which event it is.
func idOf(i int) uuid.UUID {
	id := uuid.UUID{6: 0x70, 8: 0x80}
	for b := range 4 {
		id[12+b] = byte(i >> (24 - 8*b))
	}
	return id
}

func eventOf(id uuid.UUID) int {
	i := 0
	for _, b := range id[12:] {
		i = i<<8 | int(b)
	}
	return i
}

// sendAll sends every report three times, in any order, in requests of one learner each, and kills the server ten times
// on the way.
func (l *long) sendAll(random *rand.Rand) {
	order := make([]uint32, 0, 3*len(l.events))
	for range 3 {
		for i := range l.events {
			order = append(order, uint32(i))
		}
	}
	random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	requests := l.group(order)
	stopKilling := make(chan struct{})
	var killing sync.WaitGroup
	killing.Go(func() { l.server.killNow(kills, len(requests), &l.sent, stopKilling) })
	work := make(chan []uint32)
	var wg sync.WaitGroup
	for n := range senders {
		mine := rand.New(rand.NewPCG(uint64(n), 3))
		wg.Go(func() {
			for r := range work {
				l.send(mine, r)
			}
		})
	}
	for _, r := range requests {
		work <- r
	}
	close(work)
	wg.Wait()
	close(stopKilling)
	killing.Wait()
}

// group cuts the order into requests of up to perRequest reports of one learner each.
func (l *long) group(order []uint32) [][]uint32 {
	var requests [][]uint32
	open := make([][]uint32, len(l.Accounts))
	for _, i := range order {
		a := l.events[i].account
		if open[a] = append(open[a], i); len(open[a]) == perRequest {
			requests = append(requests, open[a])
			open[a] = nil
		}
	}
	for _, rest := range open {
		if len(rest) > 0 {
			requests = append(requests, rest)
		}
	}
	return requests
}

// send sends the reports of a request until the answer has been read. One answer in three is lost.
func (l *long) send(random *rand.Rand, request []uint32) {
	for {
		var reports []courses.Report
		for _, i := range request {
			if e := &l.events[i]; !e.dropWhenTaken || !e.acknowledged.Load() {
				reports = append(reports, l.report(int(i)))
			}
		}
		if len(reports) == 0 {
			return
		}
		l.sent.Add(int64(len(reports)))
		lose := random.IntN(answersLost) == 0
		result, err := l.server.report(l.Accounts[l.events[request[0]].account], reports, lose)
		if lose {
			l.lost.Add(1)
			continue
		}
		if err != nil {
			time.Sleep(20 * time.Millisecond) // the server is being killed or comes back
			continue
		}
		for _, id := range result.Accepted {
			if !l.events[eventOf(id)].acknowledged.Swap(true) {
				l.acked.Add(1)
			}
		}
		return
	}
}
