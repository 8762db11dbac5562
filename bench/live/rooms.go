package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sys/unix"

	"hanzhi/bench/report"
)

// class is a class that has begun on a server of its own, with its teacher.
func (b *bench) class() (*process, uuid.UUID, *member, []byte, error) {
	p, err := us(b.redis, b.office)
	if err != nil {
		return nil, uuid.Nil, nil, nil, err
	}
	class, teacher, joined, err := p.begin()
	if err != nil {
		p.kill()
	}
	return p, class, teacher, joined, err
}

// begin has a teacher begin a class; joined is what the server said to the teacher.
func (p *process) begin() (class uuid.UUID, teacher *member, joined []byte, err error) {
	class = uuid.New()
	if teacher, joined, err = p.join(class, teacherID, nil); err == nil {
		err = teacher.do("class.start", nil)
	}
	return class, teacher, joined, err
}

// marked finds the number that a message of ours carries: its caption is the time at which it was sent.
func marked(b []byte) (time.Time, bool) {
	_, rest, found := bytes.Cut(b, []byte(`"text":"sent `))
	if !found {
		return time.Time{}, false
	}
	text, _, _ := bytes.Cut(rest, []byte(`"`))
	n, err := strconv.ParseInt(string(text), 10, 64)
	return time.Unix(0, n), err == nil
}

func say(m *member) error {
	return m.do("caption.say", map[string]string{"text": fmt.Sprintf("sent %d", time.Now().UnixNano()), "language": "en"})
}

// times collects how long messages took.
type times struct {
	mu   sync.Mutex
	list []time.Duration
}

func (t *times) on(b []byte, at time.Time) {
	if sent, ok := marked(b); ok {
		t.mu.Lock()
		t.list = append(t.list, at.Sub(sent))
		t.mu.Unlock()
	}
}

func (t *times) take() []time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	list := t.list
	t.list = nil
	return list
}

// latency measures 40 messages a second to a thousand.
func (b *bench) latency() ([]report.Row, error) {
	p, class, teacher, _, err := b.class()
	if err != nil {
		return nil, err
	}
	defer p.kill()
	var t times
	members, err := p.joinMany(class, 1000, t.on)
	if err != nil {
		return nil, err
	}
	defer closeAll(members)
	time.Sleep(2 * time.Second)
	for range 400 {
		if err := say(teacher); err != nil {
			return nil, err
		}
		time.Sleep(25 * time.Millisecond)
	}
	time.Sleep(2 * time.Second)
	list := t.take()
	if len(list) < 380*1000 {
		return nil, fmt.Errorf("only %d deliveries", len(list))
	}
	p99 := quantile(list, 0.99)
	return []report.Row{report.New("live: 40 messages/s to 1,000, p99", ms(p99), fmt.Sprintf("limit 100 ms; median %s", ms(quantile(list, 0.5))), ratio(p99, 100*time.Millisecond), "<= 1")}, nil
}

// joins measures a thousand people who come at once, tickets in hand.
func (b *bench) joins() ([]report.Row, error) {
	p, class, _, _, err := b.class()
	if err != nil {
		return nil, err
	}
	defer p.kill()
	const n = 1000
	people, tickets := make([]uuid.UUID, n), make([]string, n)
	for i := range people {
		people[i] = uuid.New()
		tickets[i] = p.ticket(class, people[i])
	}
	var messages atomic.Int64
	members := make([]*member, n)
	began := time.Now()
	err = parallel(n, func(i int) (err error) {
		members[i], _, err = p.joinWith(class, people[i], tickets[i], `{}`, func([]byte, time.Time) { messages.Add(1) })
		return err
	})
	took := time.Since(began)
	defer closeAll(members)
	if err != nil {
		return nil, err
	}
	time.Sleep(2 * time.Second)
	each := float64(messages.Load()) / n
	return []report.Row{
		report.New("live: 1,000 joins into one room", fmt.Sprintf("%.2f s", took.Seconds()), "limit 2 s", ratio(took, 2*time.Second), "<= 1"),
		report.New("live: messages per join", fmt.Sprintf("%.1f", each), "limit 3", each/3, "<= 1"),
	}, nil
}

// stalled measures what fifty who stop reading cost the others, and themselves.
func (b *bench) stalled() ([]report.Row, error) {
	p, class, teacher, _, err := b.class()
	if err != nil {
		return nil, err
	}
	defer p.kill()
	var t times
	members, err := p.joinMany(class, 500, nil)
	if err != nil {
		return nil, err
	}
	defer closeAll(members)
	for _, m := range members[50:] {
		m.setOn(t.on)
	}
	long := string(bytes.Repeat([]byte("y"), 400))
	speak := func(seconds int) ([]time.Duration, error) {
		t.take()
		for range seconds * 20 {
			if err := say(teacher); err != nil {
				return nil, err
			}
			// Enough bytes that the kernel's buffers of who does not read are full soon.
			if err := teacher.do("broadcast", map[string]string{"text": long}); err != nil {
				return nil, err
			}
			time.Sleep(50 * time.Millisecond)
		}
		time.Sleep(time.Second)
		return t.take(), nil
	}
	weigh := func() int { p.settle(); return p.rss() }
	start := weigh()
	usual, err := speak(15)
	if err != nil {
		return nil, err
	}
	before := weigh()
	cuts := stall(members[:50])
	with, err := speak(5)
	if err != nil {
		return nil, err
	}
	each := max(0, float64((weigh()-before)-(before-start)/3)/1024/50) // without what the room itself has grown by
	rest, err := speak(15)
	if err != nil {
		return nil, err
	}
	with = append(with, rest...)
	slowest, cut := time.Duration(0), 0
	for range 50 {
		if took := <-cuts; took > 0 {
			slowest, cut = max(slowest, took), cut+1
		}
	}
	a, c := quantile(usual, 0.95), quantile(with, 0.95)
	return []report.Row{
		report.New("live: p95 of others while 50 of 500 are stalled", ms(c), "without them "+ms(a), ratio(c, a), "<= 1.2"),
		report.New("live: memory per stalled one", fmt.Sprintf("%.0f KB", each), "limit 64 KB", each/64, "<= 1"),
		report.New("live: stalled ones cut, slowest", fmt.Sprintf("%.1f s", slowest.Seconds()), fmt.Sprintf("limit 15 s; %d of 50 cut", cut), ratio(slowest, 15*time.Second), "<= 1"),
	}, nil
}

// stall has members read no more, as phones do that are put away. It gives back how long each one's socket stood; zero
// when it stands after 30 s.
func stall(members []*member) <-chan time.Duration {
	cuts := make(chan time.Duration, len(members))
	for _, m := range members {
		m.stall.Store(true)
		go func() {
			began := time.Now()
			for time.Since(began) < 30*time.Second {
				if m.reset() {
					cuts <- time.Since(began)
					return
				}
				time.Sleep(100 * time.Millisecond)
			}
			cuts <- 0
		}()
	}
	return cuts
}

// reset reports whether the server has ended the connection, without reading from it.
func (m *member) reset() bool {
	raw, err := m.conn.(syscall.Conn).SyscallConn()
	if err != nil {
		return true
	}
	gone := false
	err = raw.Control(func(fd uintptr) {
		info, err := unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO)
		gone = err != nil || info.State != unix.BPF_TCP_ESTABLISHED
	})
	return gone || err != nil
}

func (m *member) setOnFrame(on func([]byte, time.Time)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.frame = on
}

func (m *member) setOn(on func([]byte, time.Time)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.on = on
}

// lock measures how soon a thousand people are muted, and that none of them connects anew.
func (b *bench) lock() ([]report.Row, error) {
	p, class, teacher, _, err := b.class()
	if err != nil {
		return nil, err
	}
	defer p.kill()
	var got atomic.Int64
	var mu sync.Mutex
	var sent time.Time
	var list []time.Duration
	members, err := p.joinMany(class, 1000, func(b []byte, at time.Time) {
		if bytes.Contains(b, []byte(`"event":"room.locked"`)) || bytes.Contains(b, []byte(`"event":"person.muted"`)) {
			mu.Lock()
			list = append(list, at.Sub(sent))
			mu.Unlock()
			got.Add(1)
		}
	})
	if err != nil {
		return nil, err
	}
	defer closeAll(members)
	time.Sleep(2 * time.Second)
	for i := range 20 {
		mu.Lock()
		sent = time.Now()
		mu.Unlock()
		name, with := "lock", map[string]any{"what": "chat", "on": i%4 == 0}
		if i%2 == 1 {
			name, with = "mute", map[string]any{"on": i%4 == 1}
		}
		if err := teacher.do(name, with); err != nil {
			return nil, err
		}
		for deadline := time.Now().Add(10 * time.Second); got.Load() < int64(1000*(i+1)); time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				return nil, fmt.Errorf("lock %d reached %d", i, got.Load())
			}
		}
	}
	gone := 0
	for _, m := range members {
		select {
		case <-m.ended:
			gone++
		default:
		}
	}
	p99 := quantile(list, 0.99)
	return []report.Row{report.New("live: lock or mute 1,000 people, p99", ms(p99), fmt.Sprintf("limit 200 ms; %d had to connect again", gone), ratio(p99, 200*time.Millisecond), "<= 1")}, nil
}

// board measures a board of 100,000 points: what a stroke costs on it beside one on an empty board at the same moment, and
// how soon who joins late has it all. Strokes come as fast as the class takes them: two hours of drawing in some minutes.
func (b *bench) board() ([]report.Row, error) {
	p, err := us(b.redis, b.office)
	if err != nil {
		return nil, err
	}
	defer p.kill()
	old, err := p.drawer()
	if err != nil {
		return nil, err
	}
	const messages = 2000
	var last, first []time.Duration
	for i := range messages - messages/10 {
		if _, err := old.draw(i); err != nil {
			return nil, err
		}
	}
	fresh, err := p.drawer()
	if err != nil {
		return nil, err
	}
	for i := range messages / 10 {
		x, err1 := old.draw(i)
		y, err2 := fresh.draw(i)
		if err := errors.Join(err1, err2); err != nil {
			return nil, err
		}
		last, first = append(last, x), append(first, y)
	}
	began := time.Now()
	late, state, err := p.join(old.class, uuid.New(), nil)
	if err != nil {
		return nil, err
	}
	took := time.Since(began)
	_ = late.conn.Close()
	x, y := quantile(last, 0.95), quantile(first, 0.95)
	return []report.Row{
		report.New("live: p95 of a stroke, last tenth of 100,000 points", ms(x), "first tenth of another board, in turns "+ms(y), ratio(x, y), "<= 1.1"),
		report.New("live: late join of that board", ms(took), fmt.Sprintf("limit 500 ms; %d KB", len(state)>>10), ratio(took, 500*time.Millisecond), "<= 1"),
	}, nil
}

// pageOf reads the page that a class shows out of the answer to join.
func pageOf(joined []byte) (uuid.UUID, error) {
	var j struct {
		Result struct{ Room struct{ Page uuid.UUID } }
	}
	err := json.Unmarshal(joined, &j)
	return j.Result.Room.Page, err
}

// draw adds the i-th stroke.
func (m *member) draw(page uuid.UUID, i, points int) error {
	stroke := make([]int, 0, 3*points)
	for k := range points {
		stroke = append(stroke, (i*7+k)%60-30, (i*3+k)%40-20, k%3)
	}
	stroke[0], stroke[1], stroke[2] = 8000, 4500, 128
	return m.do("stroke.add", map[string]any{"page": page, "object": uuid.New(), "color": "ink", "size": 4, "points": stroke})
}

// drawing is a class with somebody who draws and somebody who watches.
type drawing struct {
	class, page uuid.UUID
	teacher     *member
	arrived     chan time.Time
}

func (p *process) drawer() (*drawing, error) {
	class, teacher, joined, err := p.begin()
	if err != nil {
		return nil, err
	}
	d := &drawing{class: class, teacher: teacher, arrived: make(chan time.Time, 1)}
	if d.page, err = pageOf(joined); err != nil {
		return nil, err
	}
	_, _, err = p.join(d.class, uuid.New(), func(b []byte, at time.Time) {
		if bytes.Contains(b, []byte(`"event":"stroke.added"`)) {
			d.arrived <- at
		}
	})
	return d, err
}

// draw adds the i-th stroke, of 50 points, and returns how long it took to be seen; it waits for the limit of strokes.
func (d *drawing) draw(i int) (time.Duration, error) {
	sent := time.Now()
	if err := d.teacher.draw(d.page, i, 50); err != nil {
		return 0, err
	}
	select {
	case at := <-d.arrived:
		time.Sleep(34*time.Millisecond - min(34*time.Millisecond, time.Since(sent)))
		return at.Sub(sent), nil
	case <-time.After(10 * time.Second):
		return 0, fmt.Errorf("stroke %d was lost", i)
	}
}
