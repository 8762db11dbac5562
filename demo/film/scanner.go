package film

import (
	"image"
	"image/color"
	"math"

	"github.com/srwiley/rasterx"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// scanner fills paths for rasterx. The library's own scanner visits every pixel of the picture for each path; this one
// visits the path's box only and is some hundred times faster on the small shapes of our drawings.
type scanner struct {
	to     *image.RGBA
	ink    image.Uniform
	raster vector.Rasterizer
	points []point
	box    fixed.Rectangle26_6
}

type point struct {
	fixed.Point26_6
	start bool
}

var _ rasterx.Scanner = (*scanner)(nil)

func newScanner(to *image.RGBA) *scanner {
	s := &scanner{to: to}
	s.Clear()
	return s
}

func (s *scanner) Start(a fixed.Point26_6) { s.add(a, true) }
func (s *scanner) Line(b fixed.Point26_6)  { s.add(b, false) }

func (s *scanner) add(p fixed.Point26_6, start bool) {
	s.points = append(s.points, point{p, start})
	s.box.Min.X, s.box.Max.X = min(s.box.Min.X, p.X), max(s.box.Max.X, p.X)
	s.box.Min.Y, s.box.Max.Y = min(s.box.Min.Y, p.Y), max(s.box.Max.Y, p.Y)
}

// Draw fills the path with the colour set.
func (s *scanner) Draw() {
	r := image.Rect(s.box.Min.X.Floor(), s.box.Min.Y.Floor(), s.box.Max.X.Ceil(), s.box.Max.Y.Ceil()).Intersect(s.to.Bounds())
	if len(s.points) == 0 || r.Empty() {
		return
	}
	s.raster.Reset(r.Dx(), r.Dy())
	for _, p := range s.points {
		x, y := float32(p.X)/64-float32(r.Min.X), float32(p.Y)/64-float32(r.Min.Y)
		if p.start {
			s.raster.MoveTo(x, y)
		} else {
			s.raster.LineTo(x, y)
		}
	}
	s.raster.Draw(s.to, r, &s.ink, image.Point{})
}

// Clear forgets the path.
func (s *scanner) Clear() {
	s.points = s.points[:0]
	s.box.Min = fixed.Point26_6{X: math.MaxInt32, Y: math.MaxInt32}
	s.box.Max = fixed.Point26_6{X: math.MinInt32, Y: math.MinInt32}
}

// SetColor takes a plain colour; our drawings have no gradients.
func (s *scanner) SetColor(c any) {
	if plainColor, ok := c.(color.Color); ok {
		s.ink.C = plainColor
	}
}

func (s *scanner) GetPathExtent() fixed.Rectangle26_6 { return s.box }
func (s *scanner) SetBounds(int, int)                 { s.Clear() }
func (s *scanner) SetWinding(bool)                    {} // non-zero, as the drawings are made
func (s *scanner) SetClip(image.Rectangle)            {} // clipped to the picture
