// Package layout is the form in which the glyphs of the typeface are stored, shared by the program that writes them and
// the package that reads them. Outlines are kept as WOFF2 transports them (W3C, WOFF File Format 2.0, section 5.1), so
// that a font of some of them is their streams one after the other.
package layout

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"

	"github.com/andybalholm/brotli"
)

// File is the name of the table.
const File = "typeface.bin"

const magic = "typeface1"

// ErrVersion says that the table was written by another version of the program.
var ErrVersion = errors.New("a typeface of another version")

// Glyph is the shape of a character. Its byte slices are streams of a transformed glyf table.
type Glyph struct {
	Rune     rune
	Advance  uint16
	Bearing  int16 // left
	Contours int16
	Points   []byte // nPoints
	Flags    []byte
	Outline  []byte // points as triplets, and the length of the instructions, which is 0
	Box      []byte // eight bytes where the box is not that of the points, else none
}

// Tables are those of the font that do not depend on its characters.
var Tables = []string{"head", "hhea", "OS/2", "name"}

// Face is the whole typeface: what all fonts of it share, and the glyphs in the order of their runes. The first glyph
// is .notdef and has no rune.
type Face struct {
	Shared map[string][]byte
	Glyphs []Glyph
}

// Encode writes a table.
func Encode(f Face) ([]byte, error) {
	var counts, points, flags, outlines, boxes, shared []byte
	for _, name := range Tables {
		counts = binary.AppendUvarint(counts, uint64(len(f.Shared[name])))
		shared = append(shared, f.Shared[name]...)
	}
	counts = binary.AppendUvarint(counts, uint64(len(f.Glyphs)))
	last := rune(0)
	for _, g := range f.Glyphs {
		for _, n := range []int{int(g.Rune - last), int(g.Advance), int(g.Bearing), int(g.Contours), len(g.Points), len(g.Flags), len(g.Outline), len(g.Box)} {
			counts = binary.AppendVarint(counts, int64(n))
		}
		last = g.Rune
		points, flags, outlines, boxes = append(points, g.Points...), append(flags, g.Flags...), append(outlines, g.Outline...), append(boxes, g.Box...)
	}
	var out bytes.Buffer
	out.WriteString(magic)
	w := brotli.NewWriterOptions(&out, brotli.WriterOptions{Quality: 9, LGWin: 24})
	for _, part := range [][]byte{counts, shared, points, flags, outlines, boxes} {
		if _, err := w.Write(binary.AppendUvarint(nil, uint64(len(part)))); err != nil {
			return nil, err
		}
		if _, err := w.Write(part); err != nil {
			return nil, err
		}
	}
	err := w.Close()
	return out.Bytes(), err
}

// Decode reads a table; the glyphs share its memory.
func Decode(b []byte) (Face, error) {
	packed, ok := bytes.CutPrefix(b, []byte(magic))
	if !ok {
		return Face{}, ErrVersion
	}
	all, err := io.ReadAll(brotli.NewReader(bytes.NewReader(packed)))
	if err != nil {
		return Face{}, err
	}
	r := reader{}
	for i := range r.parts {
		n, used := binary.Uvarint(all)
		if used <= 0 || n > uint64(len(all)-used) {
			return Face{}, io.ErrUnexpectedEOF
		}
		r.parts[i], all = all[used:used+int(n)], all[used+int(n):]
	}
	f := Face{Shared: map[string][]byte{}}
	sizes := make([]int, len(Tables))
	for i := range sizes {
		sizes[i] = r.count()
	}
	for i, name := range Tables {
		f.Shared[name] = r.take(1, sizes[i])
	}
	n := r.count()
	if r.err == nil && n > 100_000 {
		return Face{}, ErrVersion
	}
	last := rune(0)
	for range n {
		g := Glyph{Rune: last + rune(r.number()), Advance: uint16(r.number()), Bearing: int16(r.number()), Contours: int16(r.number())}
		lengths := [4]int{int(r.number()), int(r.number()), int(r.number()), int(r.number())}
		g.Points, g.Flags, g.Outline, g.Box = r.take(2, lengths[0]), r.take(3, lengths[1]), r.take(4, lengths[2]), r.take(5, lengths[3])
		last = g.Rune
		f.Glyphs = append(f.Glyphs, g)
	}
	return f, r.err
}

// reader reads what Encode has written; the first error stays.
type reader struct {
	parts [6][]byte
	err   error
}

func (r *reader) count() int {
	n, used := binary.Uvarint(r.parts[0])
	return int(r.advance(int64(n), used))
}

func (r *reader) number() int64 {
	n, used := binary.Varint(r.parts[0])
	return r.advance(n, used)
}

func (r *reader) advance(n int64, used int) int64 {
	if used <= 0 {
		r.err = io.ErrUnexpectedEOF
		return 0
	}
	r.parts[0] = r.parts[0][used:]
	return n
}

func (r *reader) take(part, n int) []byte {
	if n < 0 || n > len(r.parts[part]) {
		r.err = io.ErrUnexpectedEOF
		return nil
	}
	b := r.parts[part][:n:n]
	r.parts[part] = r.parts[part][n:]
	return b
}
