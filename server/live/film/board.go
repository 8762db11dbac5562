package film

import (
	"bytes"
	"encoding/json"
	"image"
	"image/color"
	"image/draw"

	"github.com/google/uuid"
	scaling "golang.org/x/image/draw"
	"golang.org/x/image/webp"

	"hanzhi/server/live"
)

// The picture is 1280 × 720, of a page of 1600 × 900 units.
const (
	pageWidth, pageHeight = 1600, 900
	Width, Height         = 1280, 720
	scale                 = float64(Width) / pageWidth
	markerAlpha           = 128 // how much of a highlighter is seen; paper shines through the rest
)

// board follows the log of a class and keeps the picture of the page that is shown.
type board struct {
	state   *live.State
	picture func(uuid.UUID) ([]byte, error)                 // of a slide, WebP
	strokes func(hanzi string) (map[string][]string, error) // outlines of how characters are written
	types   *typesetter

	page              *live.Page
	inks              map[uuid.UUID]*ink // of the page
	grown             map[uuid.UUID]bool // since the last picture
	stale             bool               // more than ink has been added
	base, marks, inky *image.RGBA        // paper and slide, highlighter, ink
	marked            bool
	frame             *image.RGBA
	slides            map[uuid.UUID]image.Image
}

func newBoard(class uuid.UUID, picture func(uuid.UUID) ([]byte, error), strokes func(string) (map[string][]string, error), types *typesetter) *board {
	layer := func() *image.RGBA { return image.NewRGBA(image.Rect(0, 0, Width, Height)) }
	b := &board{state: live.NewState(class), picture: picture, strokes: strokes, types: types, base: layer(), marks: layer(), inky: layer(),
		frame: layer(), grown: map[uuid.UUID]bool{}, slides: map[uuid.UUID]image.Image{}}
	draw.Draw(b.base, b.base.Bounds(), image.NewUniform(paper), image.Point{}, draw.Src)
	b.stale = true
	return b
}

// apply folds an event in.
func (b *board) apply(e live.Event) {
	b.state.Apply(e)
	if e.Space != "" {
		return
	}
	if shown := b.shown(); shown != b.page {
		b.open(shown)
		return
	}
	var d struct {
		Page   uuid.UUID `json:"page"`
		Object uuid.UUID `json:"object"`
	}
	if b.page == nil || json.Unmarshal(e.Data, &d) != nil || d.Page != b.page.ID {
		return
	}
	switch e.Name {
	case "stroke.added":
		b.grown[d.Object] = true
	case "object.put", "object.removed", "object.restored", "page.cleared":
		b.stale = true
	}
}

// shown is the page of the class that is shown now.
func (b *board) shown() *live.Page {
	board := b.state.Boards[""]
	if board == nil {
		return nil
	}
	for _, p := range board.Pages {
		if p.ID == board.Shown {
			return p
		}
	}
	return nil
}

// open turns to a page.
func (b *board) open(page *live.Page) {
	b.page, b.stale, b.inks = page, true, map[uuid.UUID]*ink{}
	clear(b.grown)
	draw.Draw(b.base, b.base.Bounds(), image.NewUniform(paper), image.Point{}, draw.Src)
	switch {
	case page == nil:
	case page.Kind == "grid":
		b.drawGrid(page.Hanzi)
	case page.Asset != uuid.Nil:
		b.drawSlide(page.Asset)
	}
}

func (b *board) drawGrid(hanzi string) {
	outlines := map[string][]string{}
	if b.strokes != nil {
		if known, err := b.strokes(hanzi); err == nil {
			outlines = known
		}
	}
	for _, q := range squaresOf(hanzi) {
		fill(b.base, q.rules(), rules)
		if known := outlines[q.hanzi]; len(known) > 0 {
			fill(b.base, q.character(known), trace)
		} else if b.types != nil {
			fill(b.base, b.types.letter(q), trace)
		}
	}
}

// drawSlide fits a slide into the page. One that is gone leaves paper.
func (b *board) drawSlide(asset uuid.UUID) {
	img, known := b.slides[asset]
	if !known {
		if data, err := b.picture(asset); err == nil {
			img, _ = webp.Decode(bytes.NewReader(data))
		}
		if len(b.slides) > 8 { // a slide is a few megabytes, and teachers turn back
			clear(b.slides)
		}
		b.slides[asset] = img
	}
	if img == nil {
		return
	}
	size := img.Bounds().Size()
	f := min(float64(Width)/float64(size.X), float64(Height)/float64(size.Y))
	w, h := int(float64(size.X)*f+0.5), int(float64(size.Y)*f+0.5)
	to := image.Rect((Width-w)/2, (Height-h)/2, (Width-w)/2+w, (Height-h)/2+h)
	scaling.CatmullRom.Scale(b.base, to, img, img.Bounds(), draw.Over, nil)
}

// refresh brings the picture up to date and returns what of it has changed.
func (b *board) refresh() image.Rectangle {
	var dirty image.Rectangle
	switch {
	case b.stale:
		dirty = b.redraw()
	case len(b.grown) > 0:
		for _, o := range b.page.Objects {
			if b.grown[o.ID] && !o.Removed {
				dirty = dirty.Union(b.grow(o))
			}
		}
	}
	clear(b.grown)
	b.stale = false
	if dirty.Empty() {
		return dirty
	}
	draw.Draw(b.frame, dirty, b.base, dirty.Min, draw.Src)
	if b.marked {
		draw.DrawMask(b.frame, dirty, b.marks, dirty.Min, image.NewUniform(color.Alpha{markerAlpha}), image.Point{}, draw.Over)
	}
	draw.Draw(b.frame, dirty, b.inky, dirty.Min, draw.Over)
	return dirty
}

// redraw draws all objects of the page anew.
func (b *board) redraw() image.Rectangle {
	clear(b.inky.Pix)
	clear(b.marks.Pix)
	b.marked, b.inks = false, map[uuid.UUID]*ink{}
	if b.page != nil {
		for _, o := range b.page.Objects {
			if o.Removed {
				continue
			}
			if o.Shape == nil {
				b.grow(o)
				continue
			}
			var s shape
			if json.Unmarshal(o.Shape, &s) == nil {
				b.shape(s)
			}
		}
	}
	return b.frame.Bounds()
}

// grow draws what of a stroke is new: the parts of it that have changed.
func (b *board) grow(o *live.Object) image.Rectangle {
	k := b.inks[o.ID]
	from := 0
	if k == nil {
		k = &ink{size: max(1, o.Size)}
		b.inks[o.ID] = k
	} else {
		from = len(k.parts) - 1
	}
	k.extend(o.Points)
	c, marker := colorOf(o.Color)
	return fill(b.layer(marker), k.outlines(from), c)
}

func (b *board) shape(s shape) {
	c, marker := colorOf(s.Color)
	outline := s.outline()
	if s.Kind == "text" {
		if b.types == nil {
			return
		}
		outline = b.types.text(s)
	}
	fill(b.layer(marker), outline, c)
}

func (b *board) layer(marker bool) *image.RGBA {
	if marker {
		b.marked = true
		return b.marks
	}
	return b.inky
}
