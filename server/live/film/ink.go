package film

import "math"

// The look of ink is that of perfect-freehand 1.2.3 (MIT, © 2021 Stephen Ruiz), which the board draws with: its outline,
// with the board's settings, written again in Go.
const (
	inkSmoothing  = 0.5
	inkStreamline = 0.35
	feltThinning  = 0.6  // where the device feels pressure
	plainThinning = 0.35 // where speed stands for it
	halfTurn      = math.Pi + 1e-4
	inkPart       = 240 // points of one outline: a longer line is drawn in parts, so that one more point costs no more
	inkShared     = 24  // points that a part shares with the one before, so that no seam is seen
)

// inkPoint is a place of the pen; pressure 0–1, 0 throughout = felt none.
type inkPoint struct {
	point
	pressure float64
}

// ink is a stroke as it grows.
type ink struct {
	size  float64
	parts [][]inkPoint
	last  [3]int
	read  int // numbers of the log's that are in it
}

// extend adds what the log has of a stroke beyond what was read before.
func (k *ink) extend(points []int16) {
	for ; k.read+2 < len(points); k.read += 3 {
		for i := range k.last {
			k.last[i] += int(points[k.read+i])
		}
		p := inkPoint{point{float64(k.last[0]) / 10, float64(k.last[1]) / 10}, float64(k.last[2]) / 255}
		if n := len(k.parts); n == 0 || len(k.parts[n-1]) >= inkPart {
			var begin []inkPoint
			if n > 0 {
				begin = append(begin, k.parts[n-1][len(k.parts[n-1])-inkShared:]...)
			}
			k.parts = append(k.parts, begin)
		}
		n := len(k.parts) - 1
		k.parts[n] = append(k.parts[n], p)
	}
}

// outlines are the parts to fill, from part number from on.
func (k *ink) outlines(from int) path {
	var p path
	for _, part := range k.parts[max(0, from):] {
		p.append(smoothOutline(outlineOf(part, k.size)))
	}
	return p
}

// smoothOutline rounds an outline: its corners are where the curve bends to, not where it goes through.
func smoothOutline(edge []point) path {
	var p path
	if len(edge) < 3 {
		return p
	}
	middle := func(i int) point { return edge[i].to(edge[(i+1)%len(edge)], 0.5) }
	p.move(middle(len(edge) - 1))
	for i := range edge {
		p.quad(edge[i], middle(i))
	}
	p.close()
	return p
}

// knot is a place of the smoothed line.
type knot struct {
	point
	pressure, distance, length float64
	vector                     point
}

// knotsOf smooths the line that was drawn.
func knotsOf(points []inkPoint, size float64) []knot {
	const t = 0.15 + (1-inkStreamline)*0.85
	line := append([]inkPoint{}, points...)
	switch len(line) {
	case 0:
		return nil
	case 1:
		line = append(line, inkPoint{line[0].add(point{1, 1}), line[0].pressure})
	case 2:
		end := line[1]
		line = line[:1]
		for i := 1.0; i < 5; i++ {
			line = append(line, inkPoint{line[0].to(end.point, i/4), 0.5})
		}
	}
	knots := []knot{{point: line[0].point, pressure: line[0].pressure, vector: point{1, 1}}}
	length, begun := 0.0, false
	for i, from := 1, knots[0]; i < len(line); i++ {
		at := line[i].point
		if i < len(line)-1 {
			at = from.to(at, t)
		}
		if at == from.point {
			continue
		}
		distance := at.sub(from.point).length()
		length += distance
		if i < len(line)-1 && !begun {
			if length < size {
				continue
			}
			begun = true
		}
		from = knot{at, line[i].pressure, distance, length, from.sub(at).unit()}
		knots = append(knots, from)
	}
	knots[0].vector = point{}
	if len(knots) > 1 {
		knots[0].vector = knots[1].vector
	}
	return knots
}

// simulated is the pressure that speed stands for: who writes fast presses less.
func simulated(before, distance, size float64) float64 {
	speed := math.Min(1, distance/size)
	return math.Min(1, before+(math.Min(1, 1-speed)-before)*(speed*0.275))
}

// outlineOf returns the edge of a line of ink.
func outlineOf(points []inkPoint, size float64) []point {
	knots := knotsOf(points, size)
	if len(knots) == 0 || size <= 0 {
		return nil
	}
	felt := false
	for _, p := range points {
		felt = felt || p.pressure > 0
	}
	o := outliner{size: size, felt: felt, thinning: plainThinning}
	if felt {
		o.thinning = feltThinning
	}
	return o.trace(knots)
}

type outliner struct {
	size, thinning float64
	felt           bool
	left, right    []point
}

func (o *outliner) radius(pressure float64) float64 {
	return math.Max(0.01, o.size*(0.5-o.thinning*(0.5-pressure)))
}

// begin is the pressure that the line begins with: that of its first places together.
func (o *outliner) begin(knots []knot) float64 {
	p := knots[0].pressure
	for _, k := range knots[:min(10, len(knots))] {
		now := k.pressure
		if !o.felt {
			now = simulated(p, k.distance, o.size)
		}
		p = (p + now) / 2
	}
	return p
}

func (o *outliner) trace(knots []knot) []point {
	last := knots[len(knots)-1]
	pressure, radius, first := o.begin(knots), o.radius(last.pressure), 0.0
	before, turned := knots[0].vector, false
	fromLeft, fromRight := knots[0].point, knots[0].point
	apart := math.Pow(o.size*inkSmoothing, 2)
	far := func(a, b point) bool { d := a.sub(b); return d.dot(d) > apart }
	for i, k := range knots {
		end := i == len(knots)-1
		if !end && last.length-k.length < 3 {
			continue
		}
		now := k.pressure
		if !o.felt {
			now = simulated(pressure, k.distance, o.size)
		}
		if radius = o.radius(now); first == 0 {
			first = radius
		}
		next, along := k.vector, 1.0
		if !end {
			next = knots[i+1].vector
			along = k.vector.dot(next)
		}
		if back := along < 0; back || k.vector.dot(before) < 0 && !turned {
			fromLeft, fromRight = o.corner(k.point, before.across().times(radius))
			turned = turned || back
			continue
		}
		turned = false
		if end {
			side := k.vector.across().times(radius)
			o.left, o.right = append(o.left, k.sub(side)), append(o.right, k.add(side))
			continue
		}
		side := next.to(k.vector, along).across().times(radius)
		if l := k.sub(side); i <= 1 || far(fromLeft, l) {
			o.left, fromLeft = append(o.left, l), l
		}
		if r := k.add(side); i <= 1 || far(fromRight, r) {
			o.right, fromRight = append(o.right, r), r
		}
		pressure, before = now, k.vector
	}
	return o.join(knots, first, radius)
}

// corner goes round a sharp turn on both sides.
func (o *outliner) corner(at, side point) (left, right point) {
	for step := 0.0; step <= 1; step += 1.0 / 13 {
		left, right = at.sub(side).around(at, halfTurn*step), at.add(side).around(at, -halfTurn*step)
		o.left, o.right = append(o.left, left), append(o.right, right)
	}
	return left, right
}

// join closes the two sides with round ends; a line of one place is a dot.
func (o *outliner) join(knots []knot, first, radius float64) []point {
	start := knots[0].point
	if len(knots) == 1 {
		var dot []point
		from := start.add(point{-1, -1}.across().unit().times(-first))
		for step := 1.0 / 13; step <= 1; step += 1.0 / 13 {
			dot = append(dot, from.around(start, halfTurn*2*step))
		}
		return dot
	}
	if len(o.right) == 0 {
		return nil
	}
	last := knots[len(knots)-1]
	edge := o.left
	tip := last.add(last.vector.times(-1).across().times(radius))
	for step := 1.0 / 29; step < 1; step += 1.0 / 29 {
		edge = append(edge, tip.around(last.point, halfTurn*3*step))
	}
	for i := range o.right {
		edge = append(edge, o.right[len(o.right)-1-i])
	}
	for step := 1.0 / 13; step <= 1; step += 1.0 / 13 {
		edge = append(edge, o.right[0].around(start, halfTurn*step))
	}
	return edge
}
