// Package strokes knows how characters are written: the outline of each stroke, and the line that the brush follows, in
// the order of writing. It also reads what somebody draws. Its table is made by the build (see package build below it)
// and is part of the binary; it holds data of Make Me a Hanzi under the Arphic Public License, as the NOTICE beside it
// says.
//
// Characters are read from the table when they are asked for. All functions may be called concurrently.
package strokes

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"sync"

	lru "github.com/hashicorp/golang-lru/v2"

	"hanzhi/courses/language/strokes/layout"
)

//go:embed all:table
var files embed.FS

// ErrNotBuilt says that the program was compiled without the table.
var ErrNotBuilt = errors.New("the strokes have not been built: run make build")

// keptBlocks is how many blocks of 48 characters stay unpacked, some 100 KB each.
const keptBlocks = 32

// Drawing is how a character is written, in a square of 1024 units whose y goes up and has 900 at its top. It is the
// form that hanzi-writer reads.
type Drawing struct {
	Strokes []string   `json:"strokes" doc:"Outlines as SVG paths, in the order of writing."`
	Medians [][][2]int `json:"medians" doc:"Of each stroke the points that the brush goes through."`
}

// Table is the loaded table.
type Table struct {
	table  *layout.Table
	blocks *lru.Cache[int, []layout.Character]
	shapes func() ([]shape, error)
}

// Load returns the table, loaded once and shared. It fails with ErrNotBuilt, or when the table is of another version
// than the program.
var Load = sync.OnceValues(func() (*Table, error) {
	body, err := files.ReadFile("table/" + layout.File)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotBuilt
	}
	if err != nil {
		return nil, err
	}
	t := &Table{}
	if t.table, err = layout.Open(body); err != nil {
		return nil, fmt.Errorf("%w: run make build", err)
	}
	if t.blocks, err = lru.New[int, []layout.Character](keptBlocks); err != nil {
		return nil, err
	}
	t.shapes = sync.OnceValues(t.readShapes)
	return t, nil
})

// Notice is the licence of the data.
func Notice() string {
	body, err := files.ReadFile("table/NOTICE")
	if err != nil {
		return ErrNotBuilt.Error()
	}
	return string(body)
}

// Runes lists all characters, in the order of code points.
func (t *Table) Runes() []rune { return t.table.Runes }

// Has reports that it is known how to write a character.
func (t *Table) Has(r rune) bool {
	_, found := slices.BinarySearch(t.table.Runes, r)
	return found
}

// Drawings returns how the characters of a text are written, by character; those that are not known are left out.
func (t *Table) Drawings(text string) (map[string]Drawing, error) {
	found := map[string]Drawing{}
	for _, r := range text {
		i, known := slices.BinarySearch(t.table.Runes, r)
		if _, again := found[string(r)]; !known || again {
			continue
		}
		c, err := t.character(i)
		if err != nil {
			return nil, err
		}
		found[string(r)] = drawn(c)
	}
	return found, nil
}

func (t *Table) character(index int) (layout.Character, error) {
	n, place := layout.Block(index)
	block, cached := t.blocks.Get(n)
	if !cached {
		var err error
		if block, err = t.table.Characters(n); err != nil {
			return layout.Character{}, err
		}
		t.blocks.Add(n, block)
	}
	return block[place], nil
}

func drawn(c layout.Character) Drawing {
	d := Drawing{Strokes: make([]string, len(c.Strokes)), Medians: make([][][2]int, len(c.Strokes))}
	for i, s := range c.Strokes {
		d.Strokes[i] = path(s.Outline)
		d.Medians[i] = make([][2]int, len(s.Median))
		for j, p := range s.Median {
			d.Medians[i][j] = [2]int{int(p.X) * layout.Step, int(p.Y) * layout.Step}
		}
	}
	return d
}

// path writes an outline with differences instead of places, which are shorter.
func path(outline []layout.Command) string {
	b := make([]byte, 0, 16*len(outline))
	var at, start layout.Point
	for _, c := range outline {
		b = append(b, c.Letter|0x20)
		for i, p := range c.Points {
			b = number(b, int(p.X-at.X)*layout.Step, i == 0)
			b = number(b, int(p.Y-at.Y)*layout.Step, false)
		}
		switch {
		case c.Letter == 'Z':
			at = start
		case len(c.Points) > 0:
			at = c.Points[len(c.Points)-1]
		}
		if c.Letter == 'M' {
			start = at
		}
	}
	return string(b)
}

// number writes a number; a minus parts it from what stands before.
func number(b []byte, n int, first bool) []byte {
	if !first && n >= 0 {
		b = append(b, ' ')
	}
	return strconv.AppendInt(b, int64(n), 10)
}
