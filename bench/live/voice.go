package main

import (
	"encoding/binary"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"hanzhi/bench/report"
)

// voice measures a voice that goes up one weak line and down another while somebody draws: 64 kbit/s, 300 ms there and
// back, 3 % of the packets lost in both directions of both.
func (b *bench) voice() ([]report.Row, error) {
	p, class, teacher, joined, err := b.class()
	if err != nil {
		return nil, err
	}
	defer p.kill()
	line, err := launch([]string{b.line}, "BENCH_UPSTREAM="+p.addr)
	if err != nil {
		return nil, err
	}
	defer line.kill()
	far := *p
	far.addr = line.addr
	speaker, _, err := far.join(class, teacherID, nil)
	if err != nil {
		return nil, err
	}
	ear := &ear{}
	listener, _, err := far.join(class, uuid.New(), nil)
	if err != nil {
		return nil, err
	}
	defer closeAll([]*member{teacher, speaker, listener})
	listener.setOnFrame(ear.hear)
	if err := speaker.do("air.take", map[string]bool{"voice": true}); err != nil {
		return nil, err
	}
	page, err := pageOf(joined)
	if err != nil {
		return nil, err
	}
	time.Sleep(time.Second)
	sent, err := speak(speaker, teacher, page)
	if err != nil {
		return nil, err
	}
	time.Sleep(3 * time.Second)
	gap, late, missing := ear.measure(sent)
	return []report.Row{report.New("live: voice over lines of 64 kbit/s with 3 % loss, longest gap after 5 s", ms(gap),
		fmt.Sprintf("limit 1 s; %d of %d missing; mouth to ear median %s", missing, len(sent), ms(late)), ratio(gap, time.Second), "<= 1")}, nil
}

// speak sends half a minute of voice as 12 kbit/s Opus would be, while the teacher draws twice a second.
func speak(speaker, teacher *member, page uuid.UUID) ([]time.Time, error) {
	const packet, frames = 60 * time.Millisecond, 500
	sent := make([]time.Time, frames)
	began := time.Now()
	for i := range sent {
		frame := append([]byte{1 << 4, 0}, binary.BigEndian.AppendUint16(nil, uint16(i))...)
		frame = binary.BigEndian.AppendUint32(frame, uint32(i)*uint32(packet.Milliseconds()))
		sent[i] = time.Now()
		if err := speaker.writeFrame(2, append(frame, make([]byte, 90)...)); err != nil {
			return nil, err
		}
		if i%8 == 0 {
			if err := teacher.draw(page, i, 20); err != nil {
				return nil, err
			}
		}
		time.Sleep(time.Until(began.Add(time.Duration(i+1) * packet)))
	}
	return sent, nil
}

// ear is when the frames of a voice arrived.
type ear struct {
	mu    sync.Mutex
	heard map[int]time.Time
}

func (e *ear) hear(frame []byte, at time.Time) {
	if len(frame) < 8 || frame[0]>>4 != 1 {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.heard == nil {
		e.heard = map[int]time.Time{}
	}
	e.heard[int(binary.BigEndian.Uint16(frame[2:]))] = at
}

// measure returns the longest time in which nothing came after the first five seconds, how late half of it came, and how
// much never did.
func (e *ear) measure(sent []time.Time) (gap, late time.Duration, missing int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	var times []time.Time
	var delays []time.Duration
	for i, s := range sent {
		at, heard := e.heard[i]
		if !heard {
			missing++
			continue
		}
		delays = append(delays, at.Sub(s))
		if s.Sub(sent[0]) > 5*time.Second {
			times = append(times, at)
		}
	}
	slices.SortFunc(times, time.Time.Compare)
	for i := 1; i < len(times); i++ {
		gap = max(gap, times[i].Sub(times[i-1]))
	}
	if len(times) == 0 {
		gap = sent[len(sent)-1].Sub(sent[0])
	}
	return gap, quantile(delays, 0.5), missing
}
