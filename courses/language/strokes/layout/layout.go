// Package layout is the form in which the strokes of characters are stored, shared by the program that writes them and
// the package that reads them.
//
// A table is blocks of characters, each compressed alone, so that one character costs the reading of one block. Within a
// block numbers of a kind stand together: coordinates are differences to the point before, in steps of two units, and
// most of them are one byte.
package layout

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/andybalholm/brotli"
)

// File is the name of the table.
const File = "strokes.bin"

// Step is what coordinates are rounded to. A character is 1024 units wide: on a square of 300 pixels nobody sees it.
const Step = 2

// perBlock characters are compressed together: more are smaller, fewer are faster to read one of.
const perBlock = 48

// magic begins a table and names its version.
const magic = "strokes2"

// ErrVersion says that the table was written by another version of the program.
var ErrVersion = errors.New("strokes of another version")

// Point is a place in a square of 1024 units, in steps; y goes up, and 900 is its top.
type Point struct{ X, Y int16 }

// Near is the point that is nearest to coordinates in units.
func Near(x, y float64) Point {
	return Point{int16(math.Round(x / Step)), int16(math.Round(y / Step))}
}

// Points is how many points each command of an outline has.
var Points = map[string]int{"M": 1, "L": 1, "Q": 2, "C": 3, "Z": 0}

var letters = []byte("MLQCZ")

// Command is a command of an SVG path.
type Command struct {
	Letter byte
	Points []Point
}

// Stroke is one stroke: its outline, and the line that the brush follows.
type Stroke struct {
	Outline []Command
	Median  []Point
}

// Character is a character with its strokes in the order of writing.
type Character struct {
	Rune    rune
	Strokes []Stroke
}

// Encode writes a table of characters, which are in the order of their runes.
func Encode(characters []Character) ([]byte, error) {
	var blocks [][]byte
	head := &streams{}
	head.number(uint64(len(characters)))
	last := rune(0)
	for _, c := range characters {
		head.number(uint64(c.Rune - last))
		last = c.Rune
	}
	for from := 0; from < len(characters); from += perBlock {
		block := characters[from:min(from+perBlock, len(characters))]
		medians, outlines := &streams{}, &streams{}
		for _, c := range block {
			medians.medians(c)
			outlines.outlines(c)
		}
		for _, s := range []*streams{medians, outlines} {
			b, err := s.compress()
			if err != nil {
				return nil, err
			}
			blocks = append(blocks, b)
			head.number(uint64(len(b)))
		}
	}
	packed, err := head.compress()
	if err != nil {
		return nil, err
	}
	out := binary.LittleEndian.AppendUint32([]byte(magic), uint32(len(packed)))
	out = append(out, packed...)
	return append(out, bytes.Join(blocks, nil)...), nil
}

// streams holds the numbers of a block by kind: counts and commands, horizontal and vertical differences.
type streams struct {
	parts [3][]byte
	at    Point
}

func (s *streams) number(n uint64) { s.parts[0] = binary.AppendUvarint(s.parts[0], n) }

func (s *streams) point(p Point) {
	s.parts[1] = binary.AppendVarint(s.parts[1], int64(p.X-s.at.X))
	s.parts[2] = binary.AppendVarint(s.parts[2], int64(p.Y-s.at.Y))
	s.at = p
}

func (s *streams) medians(c Character) {
	s.number(uint64(len(c.Strokes)))
	for _, stroke := range c.Strokes {
		s.number(uint64(len(stroke.Median)))
		s.at = Point{}
		for _, p := range stroke.Median {
			s.point(p)
		}
	}
}

func (s *streams) outlines(c Character) {
	s.number(uint64(len(c.Strokes)))
	for _, stroke := range c.Strokes {
		s.number(uint64(len(stroke.Outline)))
		s.at = Point{}
		for _, command := range stroke.Outline {
			s.number(uint64(bytes.IndexByte(letters, command.Letter)))
			for _, p := range command.Points {
				s.point(p)
			}
		}
	}
}

func (s *streams) compress() ([]byte, error) {
	var out bytes.Buffer
	w := brotli.NewWriterOptions(&out, brotli.WriterOptions{Quality: 9, LGWin: 20})
	for _, part := range s.parts {
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

// Table is a table that is read block by block. It may be read concurrently.
type Table struct {
	Runes  []rune // in order
	blocks [][]byte
}

// Open reads the head of a table.
func Open(b []byte) (*Table, error) {
	if len(b) < len(magic)+4 || string(b[:len(magic)]) != magic {
		return nil, ErrVersion
	}
	size := int(binary.LittleEndian.Uint32(b[len(magic):]))
	b = b[len(magic)+4:]
	if size > len(b) {
		return nil, io.ErrUnexpectedEOF
	}
	head, err := decompress(b[:size])
	if err != nil {
		return nil, err
	}
	b = b[size:]
	t := &Table{Runes: make([]rune, head.number())}
	last := rune(0)
	for i := range t.Runes {
		last += rune(head.number())
		t.Runes[i] = last
	}
	for range 2 * ((len(t.Runes) + perBlock - 1) / perBlock) {
		n := int(head.number())
		if n > len(b) {
			return nil, io.ErrUnexpectedEOF
		}
		t.blocks, b = append(t.blocks, b[:n]), b[n:]
	}
	return t, head.err
}

// Block is the number of the block that holds the character with this index of Runes, and its place there.
func Block(index int) (block, place int) { return index / perBlock, index % perBlock }

// Blocks is how many there are.
func (t *Table) Blocks() int { return len(t.blocks) / 2 }

// Medians reads the lines of a block's characters, without outlines.
func (t *Table) Medians(block int) ([]Character, error) {
	r, err := decompress(t.blocks[2*block])
	if err != nil {
		return nil, fmt.Errorf("block %d: %w", block, err)
	}
	runes := t.Runes[block*perBlock : min((block+1)*perBlock, len(t.Runes))]
	list := make([]Character, len(runes))
	for i := range list {
		list[i] = Character{Rune: runes[i], Strokes: make([]Stroke, r.number())}
		for j := range list[i].Strokes {
			median := make([]Point, r.number())
			r.at = Point{}
			for k := range median {
				median[k] = r.point()
			}
			list[i].Strokes[j].Median = median
		}
	}
	return list, r.err
}

// Characters reads a block.
func (t *Table) Characters(block int) ([]Character, error) {
	list, err := t.Medians(block)
	if err != nil {
		return nil, err
	}
	r, err := decompress(t.blocks[2*block+1])
	if err != nil {
		return nil, fmt.Errorf("block %d: %w", block, err)
	}
	for i := range list {
		if n := r.number(); n != uint64(len(list[i].Strokes)) {
			return nil, ErrVersion
		}
		for j := range list[i].Strokes {
			outline := make([]Command, r.number())
			r.at = Point{}
			for k := range outline {
				outline[k] = r.command()
			}
			list[i].Strokes[j].Outline = outline
		}
	}
	return list, r.err
}

// reader reads what streams has written; the first error stays.
type reader struct {
	parts [3]*bytes.Reader
	at    Point
	err   error
}

func decompress(b []byte) (*reader, error) {
	all, err := io.ReadAll(brotli.NewReader(bytes.NewReader(b)))
	if err != nil {
		return nil, err
	}
	r := &reader{}
	for i := range r.parts {
		n, used := binary.Uvarint(all)
		if used <= 0 || n > uint64(len(all)-used) {
			return nil, io.ErrUnexpectedEOF
		}
		r.parts[i], all = bytes.NewReader(all[used:used+int(n)]), all[used+int(n):]
	}
	return r, nil
}

// number reads a count; nothing that is counted here comes in more than 100,000.
func (r *reader) number() uint64 {
	n, err := binary.ReadUvarint(r.parts[0])
	if err == nil && n > 10_000_000 {
		err = ErrVersion
	}
	if err != nil {
		r.err = err
		return 0
	}
	return n
}

func (r *reader) point() Point {
	x, errX := binary.ReadVarint(r.parts[1])
	y, errY := binary.ReadVarint(r.parts[2])
	if err := errors.Join(errX, errY); err != nil {
		r.err = err
	}
	r.at = Point{r.at.X + int16(x), r.at.Y + int16(y)}
	return r.at
}

func (r *reader) command() Command {
	n := r.number()
	if n >= uint64(len(letters)) {
		r.err = ErrVersion
		return Command{}
	}
	c := Command{Letter: letters[n]}
	for range Points[string(c.Letter)] {
		c.Points = append(c.Points, r.point())
	}
	return c
}
