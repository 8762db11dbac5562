package film

import (
	"log"
	"math"
	"os"
	"regexp"
	"strings"
	"sync"

	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/fontscan"
	"github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/math/fixed"
)

// lineHeight is that of the board's texts, in sizes.
const lineHeight = 1.3

// families are asked for first; what they lack is taken from any font of the system. The Chinese ones are those for
// simplified characters: others write the same characters in another way.
var families = []string{"Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Noto Sans", "DejaVu Sans"}

// typesetter sets texts in all scripts. One goroutine has it at a time.
type typesetter struct {
	mu     sync.Mutex
	fonts  *fontscan.FontMap
	shaper shaping.HarfbuzzShaper
	cut    shaping.Segmenter
}

// typesetters are made once: looking through a system's fonts takes a while.
var typesetters = sync.OnceValues(func() (*typesetter, error) {
	dir, err := os.MkdirTemp("", "hanzhi-fonts-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	t := &typesetter{fonts: fontscan.NewFontMap(log.New(discard{}, "", 0))}
	if err := t.fonts.UseSystemFonts(dir); err != nil {
		return nil, err
	}
	t.fonts.SetQuery(fontscan.Query{Families: families})
	return t, nil
})

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

// runs shapes a line; a font is found for every part of it that any font has.
func (t *typesetter) runs(line string, size float64, right bool) []shaping.Output {
	text := []rune(line)
	if len(text) == 0 {
		return nil
	}
	in := shaping.Input{Text: text, RunEnd: len(text), Direction: di.DirectionLTR, Size: fixed.Int26_6(size * 64), Language: language.NewLanguage("zh-Hans")}
	if right {
		in.Direction = di.DirectionRTL
	}
	var out []shaping.Output
	for _, part := range t.cut.Split(in, t.fonts) {
		if part.Face != nil {
			out = append(out, t.shaper.Shape(part))
		}
	}
	return out
}

func (t *typesetter) width(line string, size float64) (w float64) {
	for _, run := range t.runs(line, size, false) {
		w += float64(run.Advance) / 64
	}
	return w
}

// line is the outline of a line that begins at the given place: at its left, or at its right for scripts that run so.
func (t *typesetter) line(text string, size float64, at point, right bool) path {
	var p path
	for _, run := range t.runs(text, size, right) {
		if right {
			at.x -= float64(run.Advance) / 64
		}
		dot := at
		for _, g := range run.Glyphs {
			p.append(glyphPath(run.Face, g, size, dot))
			dot.x += float64(g.Advance) / 64
		}
		if !right {
			at = dot
		}
	}
	return p
}

func glyphPath(face *font.Face, g shaping.Glyph, size float64, dot point) path {
	var p path
	outline, ok := face.GlyphDataOutline(g.GlyphID)
	if !ok {
		return p
	}
	f := size / float64(face.Upem())
	at := func(q opentype.SegmentPoint) point {
		return point{dot.x + float64(g.XOffset)/64 + float64(q.X)*f, dot.y - float64(g.YOffset)/64 - float64(q.Y)*f}
	}
	for i, s := range outline.Segments {
		switch s.Op {
		case opentype.SegmentOpMoveTo:
			if i > 0 {
				p.close()
			}
			p.move(at(s.Args[0]))
		case opentype.SegmentOpLineTo:
			p.line(at(s.Args[0]))
		case opentype.SegmentOpQuadTo:
			p.quad(at(s.Args[0]), at(s.Args[1]))
		case opentype.SegmentOpCubeTo:
			p.cube(at(s.Args[0]), at(s.Args[1]), at(s.Args[2]))
		}
	}
	p.close()
	return p
}

var (
	fromRight = regexp.MustCompile(`^[^\p{L}]*[\p{Arabic}\p{Hebrew}]`)
	pieces    = regexp.MustCompile(`[\p{Han}\x{3000}-\x{303f}\x{ff00}-\x{ffef}]|[^\s\p{Han}\x{3000}-\x{303f}\x{ff00}-\x{ffef}]+\s*|\s+`)
)

// lines breaks a text as the board does: after spaces, and between Chinese characters.
func (t *typesetter) lines(text string, width, size float64) []string {
	var out []string
	for paragraph := range strings.SplitSeq(text, "\n") {
		line := ""
		for _, piece := range pieces.FindAllString(paragraph, -1) {
			if line != "" && t.width(strings.TrimRight(line+piece, " "), size) > width {
				out = append(out, strings.TrimRight(line, " "))
				line = ""
			}
			line += piece
		}
		out = append(out, strings.TrimRight(line, " "))
	}
	return out
}

// text is the outline of a text on the board.
func (t *typesetter) text(s shape) path {
	t.mu.Lock()
	defer t.mu.Unlock()
	size := math.Min(math.Max(s.Size, 4), 400)
	right := fromRight.MatchString(s.Text)
	at := point{s.X, s.Y}
	if right {
		at.x += s.W
	}
	var p path
	for i, line := range t.lines(s.Text, s.W, size) {
		p.append(t.line(line, size, at.add(point{0, size * (lineHeight*float64(i) + 1)}), right))
	}
	return p
}

// letter is one character, set in the middle of a square.
func (t *typesetter) letter(q square) path {
	t.mu.Lock()
	defer t.mu.Unlock()
	size := q.side * 0.84
	w := t.width(q.hanzi, size)
	return t.line(q.hanzi, size, q.add(point{(q.side - w) / 2, q.side/2 + size*0.36}), false)
}
