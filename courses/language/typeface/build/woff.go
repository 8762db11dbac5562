package main

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	"hanzhi/courses/language/typeface/layout"
)

var (
	errForm   = errors.New("another form of font than expected")
	bigEndian = binary.BigEndian
)

// slice is a WOFF 1.0 file with TrueType outlines, unpacked.
type slice struct {
	tables     map[string][]byte
	characters map[rune]int // glyphs by character
	offsets    []int        // of the glyphs
}

func readSlice(name string) (*slice, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	if len(b) < 44 || string(b[:4]) != "wOFF" {
		return nil, errForm
	}
	s := &slice{tables: map[string][]byte{}, characters: map[rune]int{}}
	for i := range int(bigEndian.Uint16(b[12:])) {
		entry := b[44+20*i:]
		offset, packed, length := bigEndian.Uint32(entry[4:]), bigEndian.Uint32(entry[8:]), bigEndian.Uint32(entry[12:])
		body := b[offset : offset+packed]
		if packed != length {
			z, err := zlib.NewReader(bytes.NewReader(body))
			if err != nil {
				return nil, err
			}
			if body, err = io.ReadAll(z); err != nil {
				return nil, err
			}
		}
		s.tables[string(entry[:4])] = body
	}
	for _, name := range append([]string{"glyf", "loca", "hmtx", "cmap", "maxp"}, layout.Tables...) {
		if s.tables[name] == nil {
			return nil, fmt.Errorf("%w: no table %s", errForm, name)
		}
	}
	s.readOffsets()
	return s, s.readCharacters()
}

func (s *slice) readOffsets() {
	loca, long := s.tables["loca"], bigEndian.Uint16(s.tables["head"][50:]) == 1
	for i := range int(bigEndian.Uint16(s.tables["maxp"][4:])) + 1 {
		if long {
			s.offsets = append(s.offsets, int(bigEndian.Uint32(loca[4*i:])))
		} else {
			s.offsets = append(s.offsets, 2*int(bigEndian.Uint16(loca[2*i:])))
		}
	}
}

// readCharacters reads the tables of characters in the formats 4 and 12.
func (s *slice) readCharacters() error {
	cmap := s.tables["cmap"]
	for i := range int(bigEndian.Uint16(cmap[2:])) {
		sub := cmap[bigEndian.Uint32(cmap[4+8*i+4:]):]
		switch bigEndian.Uint16(sub) {
		case 4:
			s.readSegments(sub)
		case 12:
			for g := range int(bigEndian.Uint32(sub[12:])) {
				group := sub[16+12*g:]
				first, last, id := bigEndian.Uint32(group), bigEndian.Uint32(group[4:]), bigEndian.Uint32(group[8:])
				for r := first; r <= last; r++ {
					s.characters[rune(r)] = int(id + r - first)
				}
			}
		}
	}
	if len(s.characters) == 0 {
		return fmt.Errorf("%w: no characters", errForm)
	}
	return nil
}

func (s *slice) readSegments(sub []byte) {
	n := int(bigEndian.Uint16(sub[6:])) / 2
	ends, starts := sub[14:], sub[16+2*n:]
	deltas, offsets := sub[16+4*n:], sub[16+6*n:]
	for i := range n {
		first, last := bigEndian.Uint16(starts[2*i:]), bigEndian.Uint16(ends[2*i:])
		delta, offset := bigEndian.Uint16(deltas[2*i:]), bigEndian.Uint16(offsets[2*i:])
		for r := int(first); r <= int(last) && r != 0xffff; r++ {
			id := uint16(r)
			if offset != 0 {
				if id = bigEndian.Uint16(offsets[2*i+int(offset)+2*(r-int(first)):]); id == 0 {
					continue
				}
			}
			if id += delta; id != 0 {
				s.characters[rune(r)] = int(id)
			}
		}
	}
}

func (s *slice) shared() map[string][]byte {
	shared := map[string][]byte{}
	for _, name := range layout.Tables {
		shared[name] = s.tables[name]
	}
	return shared
}

// glyph transforms a simple glyph; the font has no others.
func (s *slice) glyph(r rune, id int) (layout.Glyph, error) {
	g := layout.Glyph{Rune: r}
	metrics, n := s.tables["hmtx"], int(bigEndian.Uint16(s.tables["hhea"][34:]))
	g.Advance = bigEndian.Uint16(metrics[4*min(id, n-1):])
	if id < n {
		g.Bearing = int16(bigEndian.Uint16(metrics[4*id+2:]))
	} else {
		g.Bearing = int16(bigEndian.Uint16(metrics[4*n+2*(id-n):]))
	}
	b := s.tables["glyf"][s.offsets[id]:s.offsets[id+1]]
	if len(b) == 0 {
		return g, nil
	}
	g.Contours = int16(bigEndian.Uint16(b))
	if g.Contours <= 0 {
		return g, fmt.Errorf("%w: a glyph of other glyphs", errForm)
	}
	return g, transform(&g, b)
}

// transform writes an outline as WOFF2 transports it.
func transform(g *layout.Glyph, b []byte) error {
	box, b := b[2:10], b[10:]
	last := -1
	for range g.Contours {
		end := int(bigEndian.Uint16(b))
		g.Points = append255(g.Points, end-last)
		last, b = end, b[2:]
	}
	if bigEndian.Uint16(b) != 0 {
		return fmt.Errorf("%w: instructions", errForm)
	}
	points := readPoints(b[2:], last+1)
	low, high := [2]int{1 << 15, 1 << 15}, [2]int{-1 << 15, -1 << 15}
	at := [2]int{}
	for _, p := range points {
		g.Flags, g.Outline = appendTriplet(g.Flags, g.Outline, p)
		at[0], at[1] = at[0]+p.dx, at[1]+p.dy
		for i := range at {
			low[i], high[i] = min(low[i], at[i]), max(high[i], at[i])
		}
	}
	g.Outline = append(g.Outline, 0)
	var own []byte
	for _, v := range []int{low[0], low[1], high[0], high[1]} {
		own = bigEndian.AppendUint16(own, uint16(int16(v)))
	}
	if !bytes.Equal(own, box) {
		g.Box = box
	}
	return nil
}

type difference struct {
	dx, dy int
	onLine bool
}

// readPoints reads the flags and coordinates of a simple glyph.
func readPoints(b []byte, n int) []difference {
	points, flags := make([]difference, n), make([]byte, 0, n)
	for len(flags) < n {
		flag := b[0]
		b = b[1:]
		flags = append(flags, flag)
		if flag&8 != 0 {
			for range b[0] {
				flags = append(flags, flag)
			}
			b = b[1:]
		}
	}
	coordinate := func(flag, short, same byte) int {
		switch {
		case flag&short != 0:
			v := int(b[0])
			b = b[1:]
			if flag&same == 0 {
				v = -v
			}
			return v
		case flag&same != 0:
			return 0
		}
		v := int(int16(bigEndian.Uint16(b)))
		b = b[2:]
		return v
	}
	for i, flag := range flags[:n] {
		points[i].onLine = flag&1 != 0
		points[i].dx = coordinate(flag, 2, 16)
	}
	for i, flag := range flags[:n] {
		points[i].dy = coordinate(flag, 4, 32)
	}
	return points
}

// append255 writes a 255UInt16.
func append255(b []byte, n int) []byte {
	switch {
	case n < 253:
		return append(b, byte(n))
	case n < 506:
		return append(b, 255, byte(n-253))
	case n < 762:
		return append(b, 254, byte(n-506))
	}
	return append(b, 253, byte(n>>8), byte(n))
}

// appendTriplet writes a point: which of the 128 forms of the specification's table fits, and the bits it holds.
func appendTriplet(flags, outline []byte, p difference) ([]byte, []byte) {
	x, y := max(p.dx, -p.dx), max(p.dy, -p.dy)
	xSign, ySign, off := 0, 0, 0
	if p.dx >= 0 {
		xSign = 1
	}
	if p.dy >= 0 {
		ySign = 1
	}
	if !p.onLine {
		off = 128
	}
	signs := xSign + 2*ySign
	flag := func(n int) []byte { return append(flags, byte(off+n)) }
	switch {
	case p.dx == 0 && y < 1280:
		return flag((y&0xf00)>>7 + ySign), append(outline, byte(y))
	case p.dy == 0 && x < 1280:
		return flag(10 + (x&0xf00)>>7 + xSign), append(outline, byte(x))
	case x < 65 && y < 65:
		return flag(20 + (x-1)&0x30 + ((y-1)&0x30)>>2 + signs), append(outline, byte((x-1)&0xf<<4|(y-1)&0xf))
	case x < 769 && y < 769:
		return flag(84 + 12*(((x-1)&0x300)>>8) + ((y-1)&0x300)>>6 + signs), append(outline, byte(x-1), byte(y-1))
	case x < 4096 && y < 4096:
		return flag(120 + signs), append(outline, byte(x>>4), byte(x&0xf<<4|y>>8), byte(y))
	}
	return flag(124 + signs), append(outline, byte(x>>8), byte(x), byte(y>>8), byte(y))
}
