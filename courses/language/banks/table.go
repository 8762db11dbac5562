package banks

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"hanzhi/courses/localize"
	"hanzhi/courses/sheet"
	"hanzhi/server/fault"
)

// Term is a line of a table.
type Term struct {
	Line         int // from 1, the header
	Hanzi        string
	Pinyin       string // tone marks, a space between syllables
	PartOfSpeech string
	Level        int // written, not read
	Safety       bool
	Gloss        localize.Text
	Definition   localize.Text
	Picture      *uuid.UUID // assets of the platform that wrote the table
	Audio        *uuid.UUID
}

// Problem is a mistake in a table. Codes: not_utf8, no_header, unknown_column, twice, missing_column, bad_csv, too_many,
// too_many_cells, not_true_or_false, bad_reference, those of ParseTBX and those of Check.
type Problem struct {
	Line        int // 0 = the whole file
	Field, Code string
}

// Limits of a table.
const (
	maxTerms    = 100_000
	maxProblems = 200
	maxHanzi    = 12
)

// Rules of the texts of a term.
var (
	glossRule      = localize.Rule{MaxRunes: 200}
	definitionRule = localize.Rule{MaxRunes: 1000}
	plainRule      = localize.Rule{MaxRunes: 100}
)

// Table is what a file says.
type Table struct {
	Terms    []Term
	Problems []Problem
	// Guessed are the lines whose pinyin the file does not have: it is the dictionary's.
	Guessed []int
	columns map[string]bool
}

// Has reports whether the file says anything of a column: "pos", "safety", "gloss:ru" … What it does not say is left as
// it is.
func (t Table) Has(column string) bool { return t.columns[column] }

// table is a file being read.
type table struct {
	Table
	order []string       // columns of a header
	seen  map[string]int // line by hanzi
}

func newTable() *table {
	return &table{Table: Table{columns: map[string]bool{}}, seen: map[string]int{}}
}

func (t *table) full() bool { return len(t.Problems) >= maxProblems }

// Parse reads a table: UTF-8 with or without a byte order mark, parted by commas, semicolons or tabs. Lines with a
// problem are left out and reported; no more than 200 are.
func Parse(b []byte) Table {
	b = bytes.TrimPrefix(b, []byte("\ufeff"))
	t := newTable()
	if !utf8.Valid(b) {
		t.problem(1+bytes.Count(b[:invalidAt(b)], []byte("\n")), "", "not_utf8")
		return t.Table
	}
	r := csv.NewReader(bytes.NewReader(b))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes = separator(b), -1, false
	header, err := r.Read()
	if err != nil {
		t.problem(1, "", "no_header")
		return t.Table
	}
	if !t.readHeader(header) {
		return t.Table
	}
	for !t.full() {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.problem(lineOf(err), "", "bad_csv")
			break // what follows a broken quotation mark cannot be told apart
		}
		line, _ := r.FieldPos(0)
		if !t.readLine(line, record) {
			break
		}
	}
	return t.Table
}

func invalidAt(b []byte) int {
	at := 0
	for at < len(b) {
		r, size := utf8.DecodeRune(b[at:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		at += size
	}
	return at
}

// separator is what parts the header: spreadsheets of many countries write semicolons, or tabs.
func separator(b []byte) rune {
	header, _, _ := bytes.Cut(b, []byte("\n"))
	best, most := ',', bytes.Count(header, []byte(","))
	for _, c := range ";\t" {
		if n := bytes.Count(header, []byte(string(c))); n > most {
			best, most = c, n
		}
	}
	return best
}

func lineOf(err error) int {
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		return parse.Line
	}
	return 0
}

func (t *table) problem(line int, field, code string) {
	if !t.full() {
		t.Problems = append(t.Problems, Problem{Line: line, Field: field, Code: code})
	}
}

func (t *table) readHeader(header []string) bool {
	for _, column := range header {
		column = strings.TrimSpace(column)
		kind, locale, localised := strings.Cut(column, ":")
		switch {
		case t.columns[column]:
			t.problem(1, column, "twice")
		case localised && (kind == "gloss" || kind == "definition") && localize.IsLocale(locale):
		case slices.Contains([]string{"hanzi", "pinyin", "pos", "level", "safety", "picture", "audio"}, column):
		default:
			t.problem(1, column, "unknown_column")
		}
		t.columns[column] = true
		t.order = append(t.order, column)
	}
	for _, needed := range []string{"hanzi", "pinyin"} {
		if !t.columns[needed] {
			t.problem(1, needed, "missing_column")
		}
	}
	return len(t.Problems) == 0
}

// readLine takes a line; false ends the reading.
func (t *table) readLine(line int, record []string) bool {
	if len(record) == 1 && strings.TrimSpace(record[0]) == "" {
		return true
	}
	if len(record) > len(t.order) {
		t.problem(line, "", "too_many_cells")
		return true
	}
	term := Term{Line: line, Gloss: localize.Text{}, Definition: localize.Text{}}
	for i, cell := range record {
		if field, code := term.set(t.order[i], strings.TrimSpace(sheet.Plain(cell))); code != "" {
			t.problem(line, field, code)
			return true
		}
	}
	return t.add(term)
}

// set puts a cell into the term; code is what is wrong with it.
func (t *Term) set(column, cell string) (field, code string) {
	kind, locale, _ := strings.Cut(column, ":")
	switch kind {
	case "hanzi":
		t.Hanzi = cell
	case "pinyin":
		t.Pinyin = cell
	case "pos":
		t.PartOfSpeech = strings.ToLower(cell)
	case "safety":
		safety, known := truths[strings.ToLower(cell)]
		if !known {
			return "safety", "not_true_or_false"
		}
		t.Safety = safety
	case "gloss":
		t.Gloss[locale] = cell
	case "definition":
		t.Definition[locale] = cell
	case "picture", "audio":
		if cell == "" {
			return "", ""
		}
		id, err := uuid.Parse(strings.TrimPrefix(cell, "asset:"))
		if err != nil {
			return kind, "bad_reference"
		}
		if kind == "picture" {
			t.Picture = &id
		} else {
			t.Audio = &id
		}
	}
	return "", ""
}

// add checks a term and takes it; false when the table can take no more.
func (t *table) add(term Term) bool {
	if len(t.Terms) == maxTerms {
		t.problem(0, "", "too_many")
		return false
	}
	if err := term.Check(); err != nil {
		t.problem(term.Line, err.Field, err.Code)
		return true
	}
	if _, twice := t.seen[term.Hanzi]; twice {
		t.problem(term.Line, "hanzi", "twice")
		return true
	}
	t.seen[term.Hanzi] = term.Line
	t.Terms = append(t.Terms, term)
	return true
}

var truths = map[string]bool{"": false, "false": false, "no": false, "0": false, "true": true, "yes": true, "1": true}

// Check cleans a term and refuses what cannot be one. Codes: required, too_long, no_hanzi, bad_pinyin, syllables (not
// one a character), unknown_part_of_speech, and those of localize.
func (t *Term) Check() *fault.Error {
	var err error
	if t.Hanzi, err = plainRule.CleanString("hanzi", t.Hanzi); err != nil {
		return asFault(err)
	}
	switch n := utf8.RuneCountInString(t.Hanzi); {
	case n == 0:
		return fault.NewInvalid("hanzi", "required", "A term needs its hanzi.")
	case n > maxHanzi:
		return fault.NewInvalid("hanzi", "too_long", "A term has at most %d characters.", maxHanzi)
	case strings.ContainsFunc(t.Hanzi, unicode.IsSpace) || !strings.ContainsFunc(t.Hanzi, isHan):
		return fault.NewInvalid("hanzi", "no_hanzi", "A term is written in hanzi, without spaces.")
	}
	if t.Pinyin, err = plainRule.CleanString("pinyin", t.Pinyin); err != nil {
		return asFault(err)
	}
	if fault := t.checkPinyin(); fault != nil {
		return fault
	}
	if !IsPartOfSpeech(t.PartOfSpeech) {
		return fault.NewInvalid("partOfSpeech", "unknown_part_of_speech", "%.20q is no part of speech of the list.", t.PartOfSpeech)
	}
	if t.Gloss, err = glossRule.Clean("gloss", t.Gloss); err != nil {
		return asFault(err)
	}
	if t.Definition, err = definitionRule.Clean("definition", t.Definition); err != nil {
		return asFault(err)
	}
	return nil
}

func asFault(err error) *fault.Error {
	var f *fault.Error
	if errors.As(err, &f) {
		return f
	}
	return fault.NewInvalid("", "invalid", "This is no term.")
}

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }

// Write writes terms as a table that Parse reads back.
func Write(to io.Writer, terms []Term) error {
	glosses, definitions := map[string]bool{"en": true}, map[string]bool{"en": true}
	for _, t := range terms {
		for locale := range t.Gloss {
			glosses[locale] = true
		}
		for locale := range t.Definition {
			definitions[locale] = true
		}
	}
	header := []string{"hanzi", "pinyin", "pos", "level", "safety"}
	glossed, defined := slices.Sorted(maps.Keys(glosses)), slices.Sorted(maps.Keys(definitions))
	for _, locale := range glossed {
		header = append(header, "gloss:"+locale)
	}
	for _, locale := range defined {
		header = append(header, "definition:"+locale)
	}
	header = append(header, "picture", "audio")
	w, err := sheet.NewWriter(to)
	if err != nil {
		return err
	}
	w.UseCRLF = false // or a carriage return within a text would be lost
	if err := w.Write(header); err != nil {
		return err
	}
	for _, t := range terms {
		level := ""
		if t.Level > 0 {
			level = strconv.Itoa(t.Level)
		}
		record := []string{sheet.Text(t.Hanzi), sheet.Text(t.Pinyin), t.PartOfSpeech, level, strconv.FormatBool(t.Safety)}
		for _, locale := range glossed {
			record = append(record, sheet.Text(t.Gloss[locale]))
		}
		for _, locale := range defined {
			record = append(record, sheet.Text(t.Definition[locale]))
		}
		if err := w.Write(append(record, reference(t.Picture), reference(t.Audio))); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

// reference is an asset as tables name it.
func reference(asset *uuid.UUID) string {
	if asset == nil {
		return ""
	}
	return "asset:" + asset.String()
}
