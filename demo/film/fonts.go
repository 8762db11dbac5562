package film

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// style is one of the three typefaces of the slides.
type style int

const (
	plain style = iota // Noto Sans CJK SC: pinyin, glosses, small print
	bold               // Noto Sans CJK SC Bold: headings in Latin letters
	brush              // Noto Serif CJK SC Bold: Hanzi
)

var fontFiles = map[style]string{plain: "NotoSansCJK-Regular.ttc", bold: "NotoSansCJK-Bold.ttc", brush: "NotoSerifCJK-Bold.ttc"}

// fontFolders are where distributions put the package fonts-noto-cjk.
var fontFolders = []string{"/usr/share/fonts/opentype/noto", "/usr/share/fonts/noto-cjk", "/usr/share/fonts/google-noto-cjk", "/usr/share/fonts/truetype/noto"}

type fonts struct {
	faces map[style]*opentype.Font
	mu    sync.Mutex
	sizes map[faceKey]font.Face
}

type faceKey struct {
	style style
	size  float64
}

func openFonts() (*fonts, error) {
	f := &fonts{faces: map[style]*opentype.Font{}, sizes: map[faceKey]font.Face{}}
	for s, name := range fontFiles {
		face, err := simplified(name)
		if err != nil {
			return nil, err
		}
		f.faces[s] = face
	}
	return f, nil
}

// simplified opens the face for simplified Chinese of a font collection: the other faces have Japanese, Korean and
// traditional forms of the same characters, which a learner must not copy.
func simplified(name string) (*opentype.Font, error) {
	data, err := readFont(name)
	if err != nil {
		return nil, err
	}
	all, err := opentype.ParseCollection(data)
	if err != nil {
		return nil, fmt.Errorf("font %s: %w", name, err)
	}
	for i := range all.NumFonts() {
		face, err := all.Font(i)
		if err != nil {
			return nil, fmt.Errorf("font %s: %w", name, err)
		}
		family, err := face.Name(nil, sfnt.NameIDFamily)
		if err == nil && strings.HasSuffix(family, "CJK SC") {
			return face, nil
		}
	}
	return nil, fmt.Errorf("font %s has no face for simplified Chinese", name)
}

func readFont(name string) ([]byte, error) {
	for _, folder := range fontFolders {
		data, err := os.ReadFile(filepath.Join(folder, name))
		if !errors.Is(err, os.ErrNotExist) {
			return data, err
		}
	}
	return nil, fmt.Errorf("font %s not found: install the package fonts-noto-cjk", name)
}

// with lends a face of a size to use. Faces keep a glyph buffer of their own, so one goroutine has them at a time.
func (f *fonts) with(s style, size float64, use func(font.Face)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	key := faceKey{s, size}
	face, ok := f.sizes[key]
	if !ok {
		var err error
		face, err = opentype.NewFace(f.faces[s], &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingNone})
		if err != nil {
			panic(err) // NewFace fails on nil fonts only
		}
		f.sizes[key] = face
	}
	use(face)
}

// width is how wide a text is in pixels.
func (f *fonts) width(s style, size float64, text string) (w float64) {
	f.with(s, size, func(face font.Face) { w = float64(font.MeasureString(face, text)) / 64 })
	return w
}

// text writes at the baseline (x, y).
func (f *fonts) text(img *image.RGBA, s style, size, x, y float64, c color.Color, text string) {
	f.with(s, size, func(face font.Face) {
		d := font.Drawer{Dst: img, Src: image.NewUniform(c), Face: face, Dot: fixed.Point26_6{X: fixed.Int26_6(x * 64), Y: fixed.Int26_6(y * 64)}}
		d.DrawString(text)
	})
}

// centred writes a text with its middle at x.
func (f *fonts) centred(img *image.RGBA, s style, size, x, y float64, c color.Color, text string) {
	f.text(img, s, size, x-f.width(s, size, text)/2, y, c, text)
}

// wrap breaks a text in lines no wider than width: at spaces, or anywhere in Chinese.
func (f *fonts) wrap(s style, size, width float64, text string) []string {
	var lines []string
	line := ""
	for _, piece := range pieces(text) {
		if line != "" && f.width(s, size, line+strings.TrimRight(piece, " ")) > width {
			lines = append(lines, strings.TrimRight(line, " "))
			line = ""
		}
		line += piece
	}
	return append(lines, strings.TrimRight(line, " "))
}

// pieces cuts a text where a line may end: after a space and after a Chinese character that no mark follows.
func pieces(text string) []string {
	var out []string
	runes, start := []rune(text), 0
	for i, r := range runes {
		last := i == len(runes)-1
		if last || r == ' ' || r > 0x2e80 && !strings.ContainsRune("，。！？：；、”）", runes[i+1]) && !strings.ContainsRune("“（", r) {
			out = append(out, string(runes[start:i+1]))
			start = i + 1
		}
	}
	return out
}
