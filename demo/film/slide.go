package film

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"strings"

	"hanzhi/demo/content"
)

// The slides are 1280 × 720: practice paper and ink, one seal red, jade for what is done.
const (
	slideWidth  = 1280
	slideHeight = 720
)

var (
	ink   = color.RGBA{0x22, 0x20, 0x1d, 0xff}
	quiet = color.RGBA{0x74, 0x6a, 0x5f, 0xff}
	red   = color.RGBA{0xc8, 0x32, 0x1f, 0xff}
	jade  = color.RGBA{0x2f, 0x7d, 0x6b, 0xff}
	white = color.RGBA{0xff, 0xff, 0xff, 0xff}
)

// slide is a drawing board: shapes are SVG, texts are set with the fonts.
type slide struct {
	*image.RGBA
	fonts *fonts
	err   error
}

// newSlide begins with paper, the course's name above and the lesson's progress below.
func (s *Studio) newSlide(title content.Text, done, total int) *slide {
	b := &slide{RGBA: image.NewRGBA(image.Rect(0, 0, slideWidth, slideHeight)), fonts: s.fonts}
	draw.Draw(b.RGBA, b.Bounds(), image.NewUniform(color.RGBA{0xfb, 0xf6, 0xec, 0xff}), image.Point{}, draw.Src)
	b.shapes(paperGrid() + `<rect x="64" y="40" width="44" height="44" rx="8" ry="8" fill="#C8321F"/>`)
	b.fonts.centred(b.RGBA, brush, 30, 86, 73, white, "汉")
	b.fonts.text(b.RGBA, brush, 26, 124, 72, ink, title.Zh)
	b.fonts.text(b.RGBA, plain, 22, 124+b.fonts.width(brush, 26, title.Zh)+18, 71, quiet, title.En)
	var dots strings.Builder
	for i := range total {
		fill := "#DDD2BF"
		if i < done {
			fill = "#2F7D6B"
		}
		fmt.Fprintf(&dots, `<rect x="%d" y="694" width="%d" height="8" rx="4" ry="4" fill="%s"/>`, 64+i*1152/total, 1152/total-8, fill)
	}
	b.shapes(dots.String())
	return b
}

// shapes draws SVG elements over the slide.
func (b *slide) shapes(elements string) {
	if b.err == nil {
		b.err = drawSVG(b.RGBA, fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d">%s</svg>`, slideWidth, slideHeight, elements), 0, 0, slideWidth, slideHeight)
	}
}

// paperGrid is the faint grid of practice paper that runs out to the right.
func paperGrid() string {
	var g strings.Builder
	g.WriteString(`<g stroke="#EFE5D3" stroke-width="2">`)
	for x := 832; x <= 1280; x += 64 {
		fmt.Fprintf(&g, `<path d="M%d 0 L%d 720"/>`, x, x)
	}
	for y := 8; y <= 720; y += 64 {
		fmt.Fprintf(&g, `<path d="M832 %d L1280 %d"/>`, y, y)
	}
	g.WriteString(`</g>`)
	return g.String()
}

// coverPaper is the ground of a course's cover.
func coverPaper(w, h int) string {
	var g strings.Builder
	fmt.Fprintf(&g, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d"><rect x="0" y="0" width="%d" height="%d" fill="#FBF6EC"/><g stroke="#EADFCB" stroke-width="2">`, w, h, w, h)
	step := h / 8
	for x := step; x < w; x += step {
		fmt.Fprintf(&g, `<path d="M%d 0 L%d %d"/>`, x, x, h)
	}
	for y := step; y < h; y += step {
		fmt.Fprintf(&g, `<path d="M0 %d L%d %d"/>`, y, w, y)
	}
	g.WriteString(`</g></svg>`)
	return g.String()
}

// The card with the drawing stands at the right of every slide.
const (
	cardX, cardY, cardSize  = 836, 138, 380
	pictureInset            = 34
	textLeft, textRight     = 64, 788
	pictureX, pictureY      = cardX + pictureInset, cardY + pictureInset
	pictureSize             = cardSize - 2*pictureInset
	textMiddle              = (textLeft + textRight) / 2.0
	textWidth               = textRight - textLeft
	speakerY, cellRatio     = 584, 1.22
	smallestHanzi, maxHanzi = 44, 112
)

func (b *slide) card() {
	b.shapes(fmt.Sprintf(`<rect x="%d" y="%d" width="%d" height="%d" rx="20" ry="20" fill="#FFFFFF" stroke="#D9CFBE" stroke-width="3"/>`, cardX, cardY, cardSize, cardSize))
}

// cells draws 田字格 practice squares of the given side, n in a row from (x, y).
func (b *slide) cells(x, y, side float64, n int) {
	var g strings.Builder
	for i := range n {
		l, r, t, m := x+float64(i)*side, x+float64(i+1)*side, y, y+side/2
		fmt.Fprintf(&g, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="#FFFFFF" stroke="#D98A7C" stroke-width="3"/>`, l, t, side, side)
		fmt.Fprintf(&g, `<path d="M%.1f %.1f L%.1f %.1f M%.1f %.1f L%.1f %.1f" stroke="#E9B9AF" stroke-width="2" stroke-dasharray="8,7" fill="none"/>`, l, m, r, m, (l+r)/2, t, (l+r)/2, t+side)
	}
	b.shapes(g.String())
}
