// Package typeface makes fonts with only the characters that are asked for, so that a unit's Chinese can be read where
// the device has no Chinese font, for a hundredth of a whole one. The glyphs are those of Noto Sans SC under the SIL Open
// Font License, as the NOTICE beside the table says; the table is made by the build (see package build below it).
//
// The table is read when the first font is made, some 5 MB. All functions may be called concurrently.
package typeface

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sync"

	"github.com/andybalholm/brotli"

	"hanzhi/courses/language/typeface/layout"
)

//go:embed all:table
var files embed.FS

// ErrNotBuilt says that the program was compiled without the table.
var ErrNotBuilt = errors.New("the typeface has not been built: run make build")

// version is part of every name: another table or another way of writing makes other fonts.
const version = "noto-sans-sc 5.3.0, 1"

// quality of the compression: a font is made once and sent often.
const quality = 10

var load = sync.OnceValues(func() (layout.Face, error) {
	body, err := files.ReadFile("table/" + layout.File)
	if errors.Is(err, fs.ErrNotExist) {
		return layout.Face{}, ErrNotBuilt
	}
	if err != nil {
		return layout.Face{}, err
	}
	face, err := layout.Decode(body)
	if err != nil {
		return layout.Face{}, fmt.Errorf("%w: run make build", err)
	}
	return face, nil
})

// Characters returns what of a text a font can show, each character once and in order. Letters of other scripts, and
// characters that the typeface does not have, are left to the device.
func Characters(text string) (string, error) {
	face, err := load()
	if err != nil {
		return "", err
	}
	var list []rune
	for _, r := range text {
		if _, found := find(face, r); found {
			list = append(list, r)
		}
	}
	slices.Sort(list)
	return string(slices.Compact(list)), nil
}

// Name is the name of the font of characters, in the order that Characters gives: 32 hexadecimal digits, the same for the same
// characters.
func Name(characters string) string {
	sum := sha256.Sum256([]byte(version + "\n" + characters))
	return hex.EncodeToString(sum[:16])
}

func find(face layout.Face, r rune) (int, bool) {
	if r == 0 {
		return 0, false
	}
	return slices.BinarySearchFunc(face.Glyphs, r, func(g layout.Glyph, r rune) int { return int(g.Rune - r) })
}

// Make returns a font of characters as WOFF2. What the typeface does not have is left out.
func Make(characters string) ([]byte, error) {
	face, err := load()
	if err != nil {
		return nil, err
	}
	clean, err := Characters(characters)
	if err != nil {
		return nil, err
	}
	glyphs := []layout.Glyph{face.Glyphs[0]}
	for _, r := range clean {
		i, _ := find(face, r)
		glyphs = append(glyphs, face.Glyphs[i])
	}
	return pack(fontTables(face, glyphs))
}

// table is one of a font; a transformed one is read back into original bytes by who unpacks it.
type table struct {
	known     byte // index of its name in the specification's list
	body      []byte
	original  int
	transform bool
}

// fontTables makes the tables of a font, in the order of the specification's list of names.
func fontTables(face layout.Face, glyphs []layout.Glyph) []table {
	head := bytes.Clone(face.Shared["head"])
	be.PutUint16(head[16:], be.Uint16(head[16:])|1<<11) // "was transformed"
	be.PutUint16(head[50:], 1)                          // long offsets
	hhea := bytes.Clone(face.Shared["hhea"])
	be.PutUint16(hhea[34:], uint16(len(glyphs)))
	var metrics []byte
	for _, g := range glyphs {
		metrics = be.AppendUint16(be.AppendUint16(metrics, g.Advance), uint16(g.Bearing))
	}
	glyf, original := outlines(glyphs)
	post := append([]byte{0, 3, 0, 0}, make([]byte, 28)...)
	list := []table{
		{known: 0, body: characterMap(glyphs)}, {known: 1, body: head}, {known: 2, body: hhea}, {known: 3, body: metrics},
		{known: 4, body: maximums(glyphs)}, {known: 5, body: face.Shared["name"]}, {known: 6, body: face.Shared["OS/2"]}, {known: 7, body: post},
		{known: 10, body: glyf, original: original, transform: true}, {known: 11, original: 4 * (len(glyphs) + 1), transform: true},
	}
	for i := range list {
		if !list[i].transform {
			list[i].original = len(list[i].body)
		}
	}
	return list
}

var be = binary.BigEndian

// characterMap is a cmap of one subtable, format 12, for both platforms that ask.
func characterMap(glyphs []layout.Glyph) []byte {
	var groups []byte
	n := uint32(0)
	for i := 1; i < len(glyphs); {
		first := i
		for i++; i < len(glyphs) && glyphs[i].Rune == glyphs[i-1].Rune+1; i++ {
		}
		groups = be.AppendUint32(groups, uint32(glyphs[first].Rune))
		groups = be.AppendUint32(groups, uint32(glyphs[i-1].Rune))
		groups = be.AppendUint32(groups, uint32(first))
		n++
	}
	b := []byte{0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0, 20, 0, 3, 0, 10, 0, 0, 0, 20, 0, 12, 0, 0}
	b = be.AppendUint32(b, uint32(16+len(groups)))
	b = be.AppendUint32(be.AppendUint32(b, 0), n)
	return append(b, groups...)
}

// maximums is the table maxp.
func maximums(glyphs []layout.Glyph) []byte {
	b := make([]byte, 32)
	be.PutUint32(b, 0x00010000)
	be.PutUint16(b[4:], uint16(len(glyphs)))
	points, contours := 0, 0
	for _, g := range glyphs {
		points, contours = max(points, len(g.Flags)), max(contours, int(g.Contours))
	}
	be.PutUint16(b[6:], uint16(points))
	be.PutUint16(b[8:], uint16(contours))
	be.PutUint16(b[14:], 2)
	return b
}

// outlines is a transformed glyf table, and how many bytes it may become.
func outlines(glyphs []layout.Glyph) ([]byte, int) {
	bitmap := make([]byte, 4*((len(glyphs)+31)/32))
	var contours, points, flags, outline, boxes []byte
	original := 0
	for i, g := range glyphs {
		contours = be.AppendUint16(contours, uint16(g.Contours))
		points, flags, outline = append(points, g.Points...), append(flags, g.Flags...), append(outline, g.Outline...)
		if len(g.Box) > 0 {
			bitmap[i/8] |= 0x80 >> (i % 8)
			boxes = append(boxes, g.Box...)
		}
		original += 12 + 2*int(g.Contours) + 5*len(g.Flags) + 3
	}
	b := be.AppendUint16([]byte{0, 0, 0, 0}, uint16(len(glyphs)))
	b = be.AppendUint16(b, 1)
	streams := [][]byte{contours, points, flags, outline, nil, append(bitmap, boxes...), nil}
	for _, s := range streams {
		b = be.AppendUint32(b, uint32(len(s)))
	}
	return append(b, bytes.Join(streams, nil)...), original
}

// pack writes a WOFF2 file.
func pack(tables []table) ([]byte, error) {
	var directory, body []byte
	size := 12 + 16*len(tables)
	for _, t := range tables {
		directory = append(directory, t.known)
		directory = appendBase128(directory, t.original)
		if t.transform {
			directory = appendBase128(directory, len(t.body))
		}
		body = append(body, t.body...)
		size += (t.original + 3) &^ 3
	}
	var packed bytes.Buffer
	w := brotli.NewWriterOptions(&packed, brotli.WriterOptions{Quality: quality, LGWin: 22})
	if _, err := w.Write(body); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	length := (48 + len(directory) + packed.Len() + 3) &^ 3
	b := be.AppendUint32([]byte("wOF2"), 0x00010000)
	b = be.AppendUint32(b, uint32(length))
	b = be.AppendUint16(be.AppendUint16(b, uint16(len(tables))), 0)
	b = be.AppendUint32(b, uint32(size))
	b = be.AppendUint32(b, uint32(packed.Len()))
	b = append(b, make([]byte, 48-len(b))...)
	b = append(append(b, directory...), packed.Bytes()...)
	return append(b, make([]byte, length-len(b))...), nil
}

// appendBase128 writes a UIntBase128.
func appendBase128(b []byte, n int) []byte {
	shift := 0
	for n>>(shift+7) > 0 {
		shift += 7
	}
	for ; shift > 0; shift -= 7 {
		b = append(b, byte(n>>shift)|0x80)
	}
	return append(b, byte(n&0x7f))
}
