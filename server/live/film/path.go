package film

import (
	"image"
	"image/color"
	"image/draw"
	"math"

	"golang.org/x/image/vector"
)

// point is a place in units of the page, 1600 × 900.
type point struct{ x, y float64 }

func (p point) add(q point) point           { return point{p.x + q.x, p.y + q.y} }
func (p point) sub(q point) point           { return point{p.x - q.x, p.y - q.y} }
func (p point) times(f float64) point       { return point{p.x * f, p.y * f} }
func (p point) dot(q point) float64         { return p.x*q.x + p.y*q.y }
func (p point) across() point               { return point{p.y, -p.x} }
func (p point) length() float64             { return math.Hypot(p.x, p.y) }
func (p point) to(q point, f float64) point { return p.add(q.sub(p).times(f)) }

// unit is the direction of p; that of nothing is nothing.
func (p point) unit() point {
	if l := p.length(); l > 0 {
		return p.times(1 / l)
	}
	return point{}
}

// around turns p about c.
func (p point) around(c point, angle float64) point {
	sin, cos := math.Sincos(angle)
	d := p.sub(c)
	return point{d.x*cos - d.y*sin + c.x, d.x*sin + d.y*cos + c.y}
}

// path is an outline to fill: what overlaps itself stays filled.
type path struct {
	ops    []byte // m, l, q, c or z
	points []point
}

func (p *path) move(a point)       { p.put('m', a) }
func (p *path) line(a point)       { p.put('l', a) }
func (p *path) quad(a, b point)    { p.put('q', a, b) }
func (p *path) cube(a, b, c point) { p.put('c', a, b, c) }
func (p *path) close()             { p.ops = append(p.ops, 'z') }

func (p *path) put(op byte, points ...point) {
	p.ops, p.points = append(p.ops, op), append(p.points, points...)
}

// polygon is a path along corners.
func polygon(corners ...point) path {
	var p path
	for i, c := range corners {
		if i == 0 {
			p.move(c)
		} else {
			p.line(c)
		}
	}
	p.close()
	return p
}

// circle is a filled circle.
func circle(c point, radius float64) path {
	var p path
	k := radius * 0.5522847498
	p.move(point{c.x + radius, c.y})
	p.cube(point{c.x + radius, c.y + k}, point{c.x + k, c.y + radius}, point{c.x, c.y + radius})
	p.cube(point{c.x - k, c.y + radius}, point{c.x - radius, c.y + k}, point{c.x - radius, c.y})
	p.cube(point{c.x - radius, c.y - k}, point{c.x - k, c.y - radius}, point{c.x, c.y - radius})
	p.cube(point{c.x + k, c.y - radius}, point{c.x + radius, c.y - k}, point{c.x + radius, c.y})
	p.close()
	return p
}

// append adds another path.
func (p *path) append(q path) {
	p.ops, p.points = append(p.ops, q.ops...), append(p.points, q.points...)
}

// bounds are the pixels that the path may touch.
func (p *path) bounds() image.Rectangle {
	if len(p.points) == 0 {
		return image.Rectangle{}
	}
	low, high := p.points[0], p.points[0]
	for _, q := range p.points {
		low.x, low.y = math.Min(low.x, q.x), math.Min(low.y, q.y)
		high.x, high.y = math.Max(high.x, q.x), math.Max(high.y, q.y)
	}
	// What lies far off the page must not overflow.
	at := func(v float64) int { return int(math.Max(-1e6, math.Min(1e6, v*scale))) }
	return image.Rect(at(low.x)-1, at(low.y)-1, at(high.x)+2, at(high.y)+2)
}

// fill draws a path and returns the pixels that it may have touched.
func fill(img *image.RGBA, p path, c color.RGBA) image.Rectangle {
	r := p.bounds().Intersect(img.Bounds())
	if r.Empty() {
		return r
	}
	z := vector.NewRasterizer(r.Dx(), r.Dy())
	at := func(q point) (float32, float32) {
		return float32(q.x*scale) - float32(r.Min.X), float32(q.y*scale) - float32(r.Min.Y)
	}
	i := 0
	for _, op := range p.ops {
		switch op {
		case 'm':
			x, y := at(p.points[i])
			z.MoveTo(x, y)
			i++
		case 'l':
			x, y := at(p.points[i])
			z.LineTo(x, y)
			i++
		case 'q':
			x, y := at(p.points[i])
			x2, y2 := at(p.points[i+1])
			z.QuadTo(x, y, x2, y2)
			i += 2
		case 'c':
			x, y := at(p.points[i])
			x2, y2 := at(p.points[i+1])
			x3, y3 := at(p.points[i+2])
			z.CubeTo(x, y, x2, y2, x3, y3)
			i += 3
		case 'z':
			z.ClosePath()
		}
	}
	z.DrawOp = draw.Over
	z.Draw(img, r, image.NewUniform(c), image.Point{})
	return r
}
