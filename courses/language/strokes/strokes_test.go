package strokes

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func load(t testing.TB) *Table {
	t.Helper()
	table, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func TestDrawings(t *testing.T) {
	t.Parallel()
	table := load(t)
	t.Run("each character has its strokes in order, once", func(t *testing.T) {
		t.Parallel()
		got, err := table.Drawings("王a王😀国")
		if err != nil || len(got) != 2 || len(got["王"].Strokes) != 4 || len(got["国"].Medians) != 8 {
			t.Fatalf("%d drawings, %v", len(got), err)
		}
		// 王: the first stroke runs from left to right, near the top.
		first := got["王"].Medians[0]
		if end := first[len(first)-1]; end[0] < first[0][0]+300 || end[1] < 600 {
			t.Errorf("the first stroke of 王 is %v", first)
		}
	})
	t.Run("outlines are paths that begin with a place and hold no other letters", func(t *testing.T) {
		t.Parallel()
		form := regexp.MustCompile(`^m-?\d+[ -]\d+([lqc](-?\d+[ -]?)+)+z$`)
		got, err := table.Drawings(string(table.Runes()[2000:2100]))
		if err != nil {
			t.Fatal(err)
		}
		for hanzi, d := range got {
			for _, path := range d.Strokes {
				if !form.MatchString(path) {
					t.Errorf("%s: %s", hanzi, path)
				}
			}
		}
	})
	t.Run("every character of the table can be read", func(t *testing.T) {
		t.Parallel()
		if n := len(table.Runes()); n != 9574 {
			t.Errorf("%d characters", n)
		}
		for from := 0; from < len(table.Runes()); from += 48 {
			r := table.Runes()[from]
			if d, err := table.Drawings(string(r)); err != nil || len(d) != 1 || !table.Has(r) {
				t.Fatalf("%c: %v", r, err)
			}
		}
		if table.Has('a') || table.Has('\U0002A6D6') {
			t.Error("it knows what it cannot write")
		}
	})
	t.Run("the licence of the data is at hand", func(t *testing.T) {
		t.Parallel()
		if !strings.Contains(Notice(), "ARPHIC PUBLIC LICENSE") {
			t.Error("no licence")
		}
	})
}

// hand draws a character as a person might: each stroke is moved, each point shakes. Strokes may come in any order, and
// two that follow each other may run together.
type hand struct {
	*rand.Rand
	shuffle, join bool
}

func (h hand) draw(d Drawing) [][][2]int {
	var lines [][][2]int
	for _, median := range d.Medians {
		dx, dy := h.NormFloat64()*40, h.NormFloat64()*40
		var line [][2]int
		for i := 1; i < len(median); i++ {
			a, b := median[i-1], median[i]
			for step := range 6 {
				f := float64(step) / 6
				x := float64(a[0]) + f*float64(b[0]-a[0])
				y := float64(a[1]) + f*float64(b[1]-a[1])
				line = append(line, [2]int{int(x + dx + h.NormFloat64()*15), int(900 - y + dy + h.NormFloat64()*15)})
			}
		}
		lines = append(lines, line)
	}
	if h.join && len(lines) > 3 {
		i := 1 + h.IntN(len(lines)-2)
		lines[i] = append(lines[i], lines[i+1]...)
		lines = append(lines[:i+1], lines[i+2:]...)
	}
	if h.shuffle {
		h.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
	}
	return lines
}

// sampleOf takes characters of the whole common block at equal steps, so that rare and crowded ones are there too.
func sampleOf(table *Table, n int) []rune {
	var list []rune
	for _, r := range table.Runes() {
		if r >= 0x4e00 && r <= 0x9fa5 {
			list = append(list, r)
		}
	}
	var chosen []rune
	for i := range n {
		chosen = append(chosen, list[i*len(list)/n])
	}
	return chosen
}

func TestRecognize(t *testing.T) {
	t.Parallel()
	table := load(t)
	never := func(string) float64 { return 0 }
	for _, c := range []struct {
		name       string
		hand       hand
		characters int
		want       float64
	}{
		{"a drawing with a shaking hand is among the first eight in nineteen of twenty cases", hand{Rand: rand.New(rand.NewPCG(1, 1))}, 1100, 0.95},
		{"the order of strokes does not matter", hand{Rand: rand.New(rand.NewPCG(2, 2)), shuffle: true}, 300, 0.95},
		{"two strokes in one go are forgiven", hand{Rand: rand.New(rand.NewPCG(3, 3)), join: true}, 300, 0.93},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			hits, first := 0, 0
			var longest, total time.Duration
			characters := sampleOf(table, c.characters)
			for _, r := range characters {
				d, err := table.Drawings(string(r))
				if err != nil {
					t.Fatal(err)
				}
				lines := c.hand.draw(d[string(r)])
				start := time.Now()
				found, err := table.Recognize(lines, 8, never)
				if err != nil {
					t.Fatal(err)
				}
				took := time.Since(start)
				longest, total = max(longest, took), total+took
				for i, one := range found {
					if one.Hanzi == string(r) {
						hits++
						if i == 0 {
							first++
						}
					}
				}
			}
			n := float64(len(characters))
			t.Logf("first %.3f, first eight %.3f, %v a query, longest %v", float64(first)/n, float64(hits)/n, total/time.Duration(len(characters)), longest)
			if float64(hits)/n < c.want {
				t.Errorf("%.3f of %d drawings found, want %.2f", float64(hits)/n, len(characters), c.want)
			}
		})
	}
	t.Run("of two that look alike the more frequent one comes first", func(t *testing.T) {
		t.Parallel()
		d, err := table.Drawings("土")
		if err != nil {
			t.Fatal(err)
		}
		lines := hand{Rand: rand.New(rand.NewPCG(4, 4))}.draw(d["土"])
		for _, favourite := range []string{"土", "士"} {
			found, err := table.Recognize(lines, 8, func(s string) float64 {
				if s == favourite {
					return 1
				}
				return 0
			})
			if err != nil || len(found) < 2 {
				t.Fatal(found, err)
			}
			if favourite == "土" && found[0].Hanzi != "土" {
				t.Errorf("%v", found)
			}
		}
	})
	t.Run("dots, nothing and points beyond the square find something or nothing, and never fail", func(t *testing.T) {
		t.Parallel()
		for _, lines := range [][][][2]int{nil, {}, {{}}, {{{5, 5}}}, {{{5, 5}}, {{5, 5}}}, {{{0, 0}, {1 << 30, -1 << 30}}}, {{{1, 1}}, {{2, 2}}}} {
			found, err := table.Recognize(lines, 8, never)
			if err != nil {
				t.Errorf("%v: %v", lines, err)
			}
			for _, c := range found {
				if c.Distance != c.Distance || !utf8.ValidString(c.Hanzi) {
					t.Errorf("%v: %v", lines, c)
				}
			}
		}
	})
}
