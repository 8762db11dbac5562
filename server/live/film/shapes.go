package film

import (
	"image/color"
	"math"
	"strconv"
)

// The board's colours; it looks as it did in the class.
var (
	paper = color.RGBA{0xff, 0xfd, 0xf8, 0xff}
	rules = color.RGBA{0xd9, 0xa9, 0x9a, 0xff} // of writing squares
	trace = color.RGBA{0xdd, 0xd2, 0xbf, 0xff} // characters to write over
	dark  = color.RGBA{0x22, 0x1f, 0x19, 0xff}
)

// shape is an object of object.put.
type shape struct {
	Kind  string  `json:"kind"`
	X     float64 `json:"x"`
	Y     float64 `json:"y"`
	W     float64 `json:"w"`
	H     float64 `json:"h"`
	Color string  `json:"color"`
	Size  float64 `json:"size"`
	Text  string  `json:"text"`
}

// colorOf reads #rrggbb or #rrggbbaa; what is no colour is ink. One with an alpha is a highlighter's.
func colorOf(s string) (c color.RGBA, marker bool) {
	if len(s) != 7 && len(s) != 9 || s[0] != '#' {
		return dark, false
	}
	v, err := strconv.ParseUint(s[1:], 16, 64)
	if err != nil {
		return dark, false
	}
	if marker = len(s) == 9; marker {
		v >>= 8
	}
	return color.RGBA{uint8(v >> 16), uint8(v >> 8), uint8(v), 0xff}, marker
}

// stripe is a straight line with round ends.
func stripe(a, b point, width float64) path {
	r := width / 2
	p := circle(a, r)
	if d := b.sub(a); d.length() > 0 {
		side := d.unit().across().times(r)
		// The same way round as the circles, so that what they share stays filled.
		p.append(polygon(a.add(side), b.add(side), b.sub(side), a.sub(side)))
		p.append(circle(b, r))
	}
	return p
}

// dashes is a line of strokes of a length with gaps as long.
func dashes(a, b point, width, length float64) path {
	var p path
	whole := b.sub(a).length()
	side := b.sub(a).unit().across().times(width / 2)
	for at := 0.0; at < whole; at += 2 * length {
		from, to := a.to(b, at/whole), a.to(b, math.Min(1, (at+length)/whole))
		p.append(polygon(from.add(side), to.add(side), to.sub(side), from.sub(side)))
	}
	return p
}

// ring is the edge of an ellipse: one outline round it, and one the other way round within it.
func ring(c point, rx, ry, width float64) path {
	const steps = 96
	var outer, inner []point
	for i := range steps {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / steps)
		outer = append(outer, point{c.x + (rx+width/2)*cos, c.y + (ry+width/2)*sin})
		inner = append(inner, point{c.x + max(0, rx-width/2)*cos, c.y - max(0, ry-width/2)*sin})
	}
	p := polygon(outer...)
	p.append(polygon(inner...))
	return p
}

// outline is what is filled of a shape that is no text.
func (s shape) outline() path {
	a, b := point{s.X, s.Y}, point{s.X + s.W, s.Y + s.H}
	width := math.Max(1, s.Size)
	switch s.Kind {
	case "rect":
		p := stripe(a, point{b.x, a.y}, width)
		p.append(stripe(point{b.x, a.y}, b, width))
		p.append(stripe(b, point{a.x, b.y}, width))
		p.append(stripe(point{a.x, b.y}, a, width))
		return p
	case "ellipse":
		return ring(a.to(b, 0.5), math.Abs(s.W)/2, math.Abs(s.H)/2, width)
	case "line", "arrow":
		p := stripe(a, b, width)
		if s.Kind == "arrow" {
			angle, length := math.Atan2(s.H, s.W), width*2+14
			for _, turn := range []float64{-0.5, 0.5} {
				sin, cos := math.Sincos(angle + turn)
				p.append(stripe(b, point{b.x - length*cos, b.y - length*sin}, width))
			}
		}
		return p
	}
	return path{}
}
