package film

import (
	"bufio"
	"context"
	"encoding/binary"
	"io"
	"math"
	"slices"

	"github.com/google/uuid"
)

const (
	rate     = 48000 // samples a second, mono
	loudness = 400   // root mean square of samples from which on somebody speaks: −38 dB
	lookMs   = 200   // for how long it is measured; also the time of one picture
)

// mixer lays voices over one another at their times, and notes who spoke when.
type mixer struct {
	out     *bufio.Writer
	window  []int32 // samples from at on
	at      int64   // sample of the film
	end     int64
	spoke   map[uuid.UUID][]bool // by lookMs
	scratch []byte
}

func newMixer(w io.Writer, ms int64) *mixer {
	return &mixer{out: bufio.NewWriterSize(w, 1<<18), end: ms * rate / 1000, spoke: map[uuid.UUID][]bool{}}
}

// add lays a voice over what is there; its first sample is that of the film.
func (m *mixer) add(person uuid.UUID, samples []int16, first int64) {
	if first < m.at {
		cut := min(m.at-first, int64(len(samples)))
		samples, first = samples[cut:], first+cut
	}
	if past := first + int64(len(samples)) - m.end; past > 0 {
		samples = samples[:max(0, int64(len(samples))-past)]
	}
	if need := first + int64(len(samples)) - m.at; need > int64(len(m.window)) {
		m.window = append(m.window, make([]int32, need-int64(len(m.window)))...)
	}
	for i, s := range samples {
		m.window[first-m.at+int64(i)] += int32(s)
	}
	m.listen(person, samples, first)
}

// listen notes when the voice was more than noise.
func (m *mixer) listen(person uuid.UUID, samples []int16, first int64) {
	const look = rate * lookMs / 1000
	heard := m.spoke[person]
	for i := 0; i+look <= len(samples); i += look {
		var sum float64
		for _, s := range samples[i : i+look] {
			sum += float64(s) * float64(s)
		}
		slot := int((first + int64(i)) / look)
		if n := slot + 1 - len(heard); n > 0 {
			heard = append(heard, make([]bool, n)...)
		}
		heard[slot] = heard[slot] || math.Sqrt(sum/look) > loudness
	}
	m.spoke[person] = heard
}

// flush writes everything before a sample of the film: nothing more will be laid over it.
func (m *mixer) flush(to int64) error {
	to = min(to, m.end)
	for m.at < to {
		n := int(min(to-m.at, 1<<16))
		m.scratch = m.scratch[:0]
		for i := range n {
			var v int32
			if i < len(m.window) {
				v = min(max(m.window[i], math.MinInt16), math.MaxInt16)
			}
			m.scratch = binary.LittleEndian.AppendUint16(m.scratch, uint16(int16(v)))
		}
		if _, err := m.out.Write(m.scratch); err != nil {
			return err
		}
		m.window = m.window[min(n, len(m.window)):]
		m.at += int64(n)
	}
	if len(m.window) == 0 {
		m.window = nil
	}
	return nil
}

// mix writes the voices of a class as 16-bit samples, and returns who spoke in which fifth of a second.
func (j *job) mix(ctx context.Context, w io.Writer, pieces []Piece) (map[uuid.UUID][]bool, error) {
	m := newMixer(w, j.time.length())
	pieces = slices.Clone(pieces)
	slices.SortStableFunc(pieces, func(a, b Piece) int { return int(a.From - b.From) })
	for i, p := range pieces {
		samples, err := j.studio.Voice(ctx, p.Key)
		if err != nil {
			return nil, err
		}
		for _, s := range j.time {
			from, to := max(p.From, s.from), min(p.From+int64(len(samples))*1000/rate, s.to)
			if from >= to {
				continue
			}
			first := j.time.film(from) * rate / 1000
			if err := m.flush(first); err != nil {
				return nil, err
			}
			m.add(p.Person, samples[(from-p.From)*rate/1000:min(int64(len(samples)), (to-p.From)*rate/1000)], first)
		}
		j.studio.Report(0.3 * float64(i+1) / float64(len(pieces)))
	}
	if err := m.flush(m.end); err != nil {
		return nil, err
	}
	return m.spoke, m.out.Flush()
}
