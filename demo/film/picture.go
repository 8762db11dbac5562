package film

import (
	"bytes"
	"embed"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"strings"
	"sync"
	"text/template"

	"github.com/fyne-io/oksvg"
	"github.com/srwiley/rasterx"
)

// The drawings are SVG files of 400 × 400. Some move: they hold template calls that give a value for the moment.
//
//go:embed pictures/*.svg
var pictureFiles embed.FS

// turn is how long one turn of a spindle takes, pass how long the tool needs along a workpiece; both in seconds.
const (
	turn = 1.6
	pass = 6.0
)

// moment gives the template functions for t seconds after the drawing appeared.
func moment(t float64) template.FuncMap {
	beat := math.Mod(t, 0.8) < 0.4
	return template.FuncMap{
		// spin is an angle that goes round once a turn.
		"spin": func(from float64) float64 { return math.Mod(from+360*t/turn, 360) },
		// wave is the height of a mark on a turning cylinder seen from the side.
		"wave": func(top, bottom, phase float64) float64 {
			f := math.Mod(t/turn+phase, 1)
			return round1(bottom - (bottom-top)*(1-math.Cos(math.Pi*f))/2)
		},
		// at goes from a to b as the tool goes along the workpiece, rests there for two seconds and begins again.
		"at": func(a, b float64) float64 { return round1(a + (b-a)*math.Min(1, math.Mod(t, pass+2)/pass)) },
		// blink and flick alternate slowly and quickly.
		"blink": func(a, b string) string {
			if beat {
				return a
			}
			return b
		},
		"flick": func(a, b float64) float64 { return round1(b + (a-b)*(0.5+0.5*math.Sin(t*23)*math.Cos(t*9))) },
	}
}

func round1(v float64) float64 { return math.Round(v*10) / 10 }

// drawPicture draws the named picture of moment t into the square of the given size at (x, y).
func drawPicture(img *image.RGBA, name string, t, x, y, size float64) error {
	source, err := pictureFiles.ReadFile("pictures/" + name + ".svg")
	if err != nil {
		return fmt.Errorf("drawing: %w", err)
	}
	text, err := template.New(name).Funcs(moment(t)).Parse(string(source))
	if err != nil {
		return fmt.Errorf("drawing %s: %w", name, err)
	}
	var svg bytes.Buffer
	if err := text.Execute(&svg, nil); err != nil {
		return fmt.Errorf("drawing %s: %w", name, err)
	}
	return drawSVG(img, svg.String(), x, y, size, size)
}

func drawSVG(img *image.RGBA, svg string, x, y, w, h float64) error {
	icon, err := oksvg.ReadIconStream(strings.NewReader(svg), oksvg.StrictErrorMode)
	if err != nil {
		return fmt.Errorf("drawing: %w", err)
	}
	icon.SetTarget(x, y, w, h)
	b := img.Bounds()
	icon.Draw(rasterx.NewDasher(b.Dx(), b.Dy(), newScanner(img)), 1)
	return nil
}

// shownPictures remembers which drawings move.
type shownPictures struct{ moving sync.Map }

// moves tells whether a drawing has moving parts.
func (s *shownPictures) moves(name string) bool {
	if m, ok := s.moving.Load(name); ok {
		return m.(bool)
	}
	source, _ := pictureFiles.ReadFile("pictures/" + name + ".svg")
	m := bytes.Contains(source, []byte("{{"))
	s.moving.Store(name, m)
	return m
}

// PNG is a drawing on white as a PNG file of the given width: the pictures of readings are square, covers (wide) are
// 16:9 with the drawing in the middle of practice paper.
func PNG(name string, width int, wide bool) ([]byte, error) {
	height := width
	if wide {
		height = width * 9 / 16
	}
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(img, img.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	side := float64(height)
	if wide {
		if err := drawSVG(img, coverPaper(width, height), 0, 0, float64(width), float64(height)); err != nil {
			return nil, err
		}
		side *= 0.72
	}
	if err := drawPicture(img, name, 1, (float64(width)-side)/2, (float64(height)-side)/2, side); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err := png.Encode(&out, img)
	return out.Bytes(), err
}
