// Package levels reads lists of words by level, such as those of HSK: text files, one for each level, one word a line.
package levels

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Limits of what is read.
const (
	MaxLevel    = 12
	maxWord     = 12
	maxWords    = 50_000
	maxProblems = 300
)

// File is one file as an operator gives it.
type File struct {
	Name  string
	Level int // 0 = as its name says: hsk-2025-level-3.txt; level-7-9 is one level that the list calls 7–9
	Data  []byte
}

// LineProblem is what is wrong with a line. Codes: not_utf8, no_level, empty, too_many, which make a file unreadable; no_word,
// too_long, which leave the line out; twice (in its level) and lower_level, which leave it out since the word is there.
type LineProblem struct {
	File  string `json:"file"`
	Line  int    `json:"line" doc:"From 1; 0 = the whole file."`
	Code  string `json:"code" enum:"not_utf8,no_level,empty,too_many,no_word,too_long,twice,lower_level"`
	Text  string `json:"text,omitempty" doc:"What stands there."`
	Other string `json:"other,omitempty" doc:"Where the word stands first: file and line, or the level that has it."`
}

// ListLevel is one level of what was read.
type ListLevel struct {
	Name  string `json:"name" doc:"What the list calls it: 1, or 7–9." example:"1"`
	Words int    `json:"words" doc:"Entries; 没（有） is one, though it is written in two ways."`
}

// List is what files come to.
type List struct {
	Levels   []ListLevel    // the first is level 1
	Words    map[string]int // level of every form of every entry, the lowest that has it
	Problems []LineProblem  // at most 300
	Lines    int            // that hold something
	Count    int            // problems, also those beyond the 300
	Unread   bool           // a file could not be read
}

var fileLevel = regexp.MustCompile(`(?:^|\D)(\d{1,2})(?:\s*[-–—~_]\s*(\d{1,2}))?$`)

// LevelOf is the level that the name of a file ends in, and what the list calls it; 0 when it ends in none.
func LevelOf(name string) (level int, called string) {
	if dot := strings.LastIndexByte(name, '.'); dot > 0 {
		name = name[:dot]
	}
	found := fileLevel.FindStringSubmatch(strings.TrimSpace(name))
	if found == nil {
		return 0, ""
	}
	level, _ = strconv.Atoi(found[1])
	to, _ := strconv.Atoi(found[2])
	switch {
	case level < 1 || level > MaxLevel:
		return 0, ""
	case to > level && to <= MaxLevel:
		return level, fmt.Sprintf("%d–%d", level, to)
	}
	return level, strconv.Itoa(level)
}

// entry is a line that holds a word.
type entry struct {
	file, line int
	text       string
	forms      []string
}

// reader is a list being read.
type reader struct {
	List
	files   []File
	entries [MaxLevel + 1][]entry
	called  [MaxLevel + 1]string
}

// Parse reads files. Lines with a problem are left out and reported; of a word that several levels have the lowest counts.
func Parse(files []File) List {
	r := &reader{files: files, List: List{Words: map[string]int{}, Problems: []LineProblem{}, Levels: []ListLevel{}}}
	for i := range files {
		r.read(i)
	}
	top := 0
	for level := range r.entries {
		if len(r.entries[level]) > 0 {
			top = level
		}
	}
	for level := 1; level <= top; level++ {
		r.count(level)
	}
	return r.List
}

func (r *reader) read(i int) {
	f := r.files[i]
	level, called := LevelOf(f.Name)
	if f.Level != 0 && f.Level != level {
		level, called = f.Level, strconv.Itoa(f.Level)
	}
	body := bytes.TrimPrefix(f.Data, []byte("\ufeff"))
	switch {
	case level < 1 || level > MaxLevel:
		r.unread(LineProblem{File: f.Name, Code: "no_level"})
		return
	case !utf8.Valid(body):
		r.unread(LineProblem{File: f.Name, Line: brokenLine(body), Code: "not_utf8"})
		return
	}
	if r.called[level] == "" || called != strconv.Itoa(level) {
		r.called[level] = called
	}
	before := len(r.entries[level])
	for n, line := range strings.Split(strings.ReplaceAll(string(body), "\r\n", "\n"), "\n") {
		if !r.line(i, n+1, level, line) {
			r.unread(LineProblem{File: f.Name, Line: n + 1, Code: "too_many"})
			return
		}
	}
	if len(r.entries[level]) == before {
		r.unread(LineProblem{File: f.Name, Code: "empty"})
	}
}

func brokenLine(body []byte) int {
	for n, line := range bytes.Split(body, []byte("\n")) {
		if !utf8.Valid(line) {
			return n + 1
		}
	}
	return 0
}

// line reads one line; false when there are more than a list may have.
func (r *reader) line(file, n, level int, line string) bool {
	text := strings.TrimFunc(norm.NFC.String(line), func(c rune) bool { return unicode.IsSpace(c) || c == '\ufeff' || c == '\u200b' })
	if text == "" {
		return true
	}
	if r.Lines++; r.Lines > maxWords {
		return false
	}
	forms, code := formsOf(text)
	if code != "" {
		r.problem(LineProblem{File: r.files[file].Name, Line: n, Code: code, Text: short(text)})
		return true
	}
	r.entries[level] = append(r.entries[level], entry{file, n, text, forms})
	return true
}

// count takes the entries of a level that are new in it and in the levels below.
func (r *reader) count(level int) {
	first := map[string]entry{}
	words := 0
	for _, e := range r.entries[level] {
		lower := slices.IndexFunc(e.forms, func(form string) bool { return r.Words[form] > 0 && r.Words[form] < level })
		earlier, again := first[e.forms[0]]
		switch {
		case again:
			r.problem(LineProblem{File: r.files[e.file].Name, Line: e.line, Code: "twice", Text: e.text, Other: fmt.Sprintf("%s:%d", r.files[earlier.file].Name, earlier.line)})
			continue
		case lower >= 0 && r.Words[e.forms[0]] > 0 && r.Words[e.forms[0]] < level:
			r.problem(LineProblem{File: r.files[e.file].Name, Line: e.line, Code: "lower_level", Text: e.text, Other: strconv.Itoa(r.Words[e.forms[lower]])})
			continue
		}
		words++
		first[e.forms[0]] = e
		for _, form := range e.forms {
			if r.Words[form] == 0 {
				r.Words[form] = level
			}
		}
	}
	called := r.called[level]
	if called == "" {
		called = strconv.Itoa(level)
	}
	r.Levels = append(r.Levels, ListLevel{Name: called, Words: words})
}

func (r *reader) unread(p LineProblem) {
	r.Unread = true
	r.problem(p)
}

func (r *reader) problem(p LineProblem) {
	if r.Count++; len(r.Problems) < maxProblems {
		r.Problems = append(r.Problems, p)
	}
}

func short(text string) string {
	if runes := []rune(text); len(runes) > 40 {
		return string(runes[:40]) + "…"
	}
	return text
}
