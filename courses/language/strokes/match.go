package strokes

import (
	"cmp"
	"math"
	"slices"

	"hanzhi/courses/language/strokes/layout"
)

// A drawing is compared with every character twice. First with a coarse picture of both: how much line of which
// direction lies in which part of the square. That knows nothing of strokes, so neither their order nor their number
// matters much. The best of those are then compared stroke by stroke, each stroke of the drawing with the nearest one of
// the character, wherever it stands in the order.
const (
	grid       = 6 // parts of the square along a side
	directions = 4 // of a line, without an arrow: ─ ╱ │ ╲
	features   = grid * grid * directions
	samples    = 8   // points that stand for a stroke
	finalists  = 120 // that are compared stroke by stroke
)

// Limits of a drawing: more than anybody writes, and little enough to be compared at once.
const (
	MaxStrokes = 48
	MaxPoints  = 256 // of a stroke
)

type point struct{ x, y float32 }

// stroke is a line through points that are equally far from each other, in a square of 1.
type stroke [samples]point

// shape is a character, or a drawing, in a form that can be compared.
type shape struct {
	r       rune
	strokes []stroke
	coarse  [features]float32
}

// Candidate is a character that a drawing may be.
type Candidate struct {
	Hanzi    string
	Distance float64 // 0 = drawn exactly so
}

// Recognize returns the characters that a drawing looks like, best first. Points are of a square of 1024 units whose y
// goes down, as on a screen; where the drawing stands in the square and how big it is do not matter. Frequency gives
// each character the weight of its use: the more frequent one of two that look alike comes first.
func (t *Table) Recognize(lines [][][2]int, limit int, frequency func(string) float64) ([]Candidate, error) {
	shapes, err := t.shapes()
	if err != nil {
		return nil, err
	}
	drawing, ok := shapeOf(0, points(lines))
	if !ok {
		return nil, nil
	}
	var found []Candidate
	for _, i := range nearest(shapes, &drawing) {
		hanzi := string(shapes[i].r)
		distance := compare(&drawing, &shapes[i])
		found = append(found, Candidate{hanzi, distance * (1 - 0.15*frequency(hanzi))})
	}
	slices.SortFunc(found, func(a, b Candidate) int {
		return cmp.Or(cmp.Compare(a.Distance, b.Distance), cmp.Compare(a.Hanzi, b.Hanzi))
	})
	return found[:min(len(found), limit)], nil
}

func points(lines [][][2]int) [][]point {
	var list [][]point
	for _, line := range lines {
		drawn := make([]point, len(line))
		for i, p := range line {
			drawn[i] = point{float32(p[0]), float32(p[1])}
		}
		list = append(list, drawn)
	}
	return list
}

func (t *Table) readShapes() ([]shape, error) {
	shapes := make([]shape, 0, len(t.table.Runes))
	for n := range t.table.Blocks() {
		block, err := t.table.Medians(n)
		if err != nil {
			return nil, err
		}
		for _, c := range block {
			lines := make([][]point, len(c.Strokes))
			for i, s := range c.Strokes {
				for _, p := range s.Median {
					lines[i] = append(lines[i], point{float32(p.X) * layout.Step, -float32(p.Y) * layout.Step})
				}
			}
			if s, ok := shapeOf(c.Rune, lines); ok {
				shapes = append(shapes, s)
			}
		}
	}
	return shapes, nil
}

// shapeOf brings lines to a square of 1 around them; not ok when nothing is drawn.
func shapeOf(r rune, lines [][]point) (shape, bool) {
	s := shape{r: r}
	low, high := point{math.MaxFloat32, math.MaxFloat32}, point{-math.MaxFloat32, -math.MaxFloat32}
	for _, line := range lines {
		for _, p := range line {
			low = point{min(low.x, p.x), min(low.y, p.y)}
			high = point{max(high.x, p.x), max(high.y, p.y)}
		}
	}
	w, h := high.x-low.x, high.y-low.y
	side := max(w, h)
	if side <= 0 {
		return s, false
	}
	// Long and flat characters (一) stay so; what is nearly square becomes it.
	stretch := func(length float32) float32 { return max(length, side/3) }
	w, h = stretch(w), stretch(h)
	centre := point{(low.x + high.x) / 2, (low.y + high.y) / 2}
	for _, line := range lines {
		if len(line) == 0 {
			continue
		}
		moved := make([]point, len(line))
		for i, p := range line {
			moved[i] = point{0.5 + (p.x-centre.x)/w, 0.5 + (p.y-centre.y)/h}
		}
		s.strokes = append(s.strokes, resample(moved))
	}
	s.describe()
	return s, true
}

func distance(a, b point) float32 {
	x, y := a.x-b.x, a.y-b.y
	return float32(math.Sqrt(float64(x*x + y*y)))
}

// resample puts points on a line at equal distances.
func resample(line []point) stroke {
	var length float32
	for i := 1; i < len(line); i++ {
		length += distance(line[i-1], line[i])
	}
	var out stroke
	step, at, left := length/(samples-1), 0, float32(0) // left: how far the next point is from line[at]
	for i := range out {
		for at+1 < len(line) {
			d := distance(line[at], line[at+1])
			if left <= d && d > 0 {
				break
			}
			if at+2 >= len(line) {
				break
			}
			left -= d
			at++
		}
		out[i] = line[at]
		if at+1 < len(line) {
			if d := distance(line[at], line[at+1]); d > 0 {
				f := min(left/d, 1)
				out[i] = point{line[at].x + f*(line[at+1].x-line[at].x), line[at].y + f*(line[at+1].y-line[at].y)}
			}
		}
		left += step
	}
	return out
}

// describe fills the coarse picture: each piece of a stroke adds its length to the parts of the square around its
// middle and to the two directions that are nearest to its own.
func (s *shape) describe() {
	var total float32
	for _, line := range s.strokes {
		for i := 1; i < samples; i++ {
			a, b := line[i-1], line[i]
			length := distance(a, b)
			if length == 0 {
				continue
			}
			angle := math.Atan2(float64(b.y-a.y), float64(b.x-a.x)) / math.Pi * directions
			if angle < 0 {
				angle += directions
			}
			lower := math.Floor(angle)
			f := float32(angle - lower)
			s.spread((a.x+b.x)/2, (a.y+b.y)/2, int(lower)%directions, length*(1-f))
			s.spread((a.x+b.x)/2, (a.y+b.y)/2, (int(lower)+1)%directions, length*f)
			total += length
		}
	}
	for i, v := range s.coarse {
		// The root keeps long lines from hiding short ones.
		s.coarse[i] = float32(math.Sqrt(float64(v / max(total, 1e-6))))
	}
}

func (s *shape) spread(x, y float32, direction int, amount float32) {
	gx, gy := x*grid-0.5, y*grid-0.5
	left, top := float32(math.Floor(float64(gx))), float32(math.Floor(float64(gy)))
	for _, c := range [4][3]float32{
		{left, top, (1 - gx + left) * (1 - gy + top)}, {left + 1, top, (gx - left) * (1 - gy + top)},
		{left, top + 1, (1 - gx + left) * (gy - top)}, {left + 1, top + 1, (gx - left) * (gy - top)},
	} {
		cx, cy := min(max(int(c[0]), 0), grid-1), min(max(int(c[1]), 0), grid-1)
		s.coarse[(cy*grid+cx)*directions+direction] += amount * c[2]
	}
}

// nearest returns the places of the shapes whose coarse picture is nearest, and whose number of strokes is not too far.
func nearest(shapes []shape, drawing *shape) []int {
	type near struct {
		place    int
		distance float32
	}
	var list []near
	n := len(drawing.strokes)
	for i := range shapes {
		// Strokes that are written in one go make the drawing's number smaller, rarely larger.
		more := len(shapes[i].strokes) - n
		if more > 4+n || more < -3-n/4 {
			continue
		}
		var d float32
		for j, v := range shapes[i].coarse {
			d += (v - drawing.coarse[j]) * (v - drawing.coarse[j])
		}
		list = append(list, near{i, d + 0.02*float32(max(more, -more))})
	}
	slices.SortFunc(list, func(a, b near) int { return cmp.Compare(a.distance, b.distance) })
	places := make([]int, min(len(list), finalists))
	for i := range places {
		places[i] = list[i].place
	}
	return places
}

// compare measures how far two shapes are from each other, stroke by stroke: every stroke of the one finds its nearest
// in the other, and the coarse pictures count too.
func compare(a, b *shape) float64 {
	costs := make([]float32, len(a.strokes)*len(b.strokes))
	for i := range a.strokes {
		for j := range b.strokes {
			costs[i*len(b.strokes)+j] = apart(&a.strokes[i], &b.strokes[j])
		}
	}
	total := pair(costs, len(a.strokes), len(b.strokes))
	var coarse float64
	for j, v := range b.coarse {
		coarse += float64((v - a.coarse[j]) * (v - a.coarse[j]))
	}
	return total + 0.25*coarse
}

// apart is the mean distance of two strokes; a stroke that runs the other way is a worse match, and still one.
func apart(a, b *stroke) float32 {
	var straight, back float32
	for i := range a {
		straight += distance(a[i], b[i])
		back += distance(a[i], b[samples-1-i])
	}
	return min(straight, back+0.6) / samples
}

// unpaired is what a stroke costs that has no partner.
const unpaired = 0.22

// pair finds partners, the nearest first, and returns the mean cost of a stroke.
func pair(costs []float32, rows, columns int) float64 {
	order := make([]int, len(costs))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(x, y int) int { return cmp.Compare(costs[x], costs[y]) })
	usedRow, usedColumn := make([]bool, rows), make([]bool, columns)
	var sum float64
	pairs := 0
	for _, k := range order {
		i, j := k/columns, k%columns
		if usedRow[i] || usedColumn[j] || costs[k] > 2*unpaired {
			continue
		}
		usedRow[i], usedColumn[j] = true, true
		sum += float64(costs[k])
		pairs++
	}
	alone := rows + columns - 2*pairs
	return (sum + unpaired*float64(alone)) / float64(max(rows, columns))
}
