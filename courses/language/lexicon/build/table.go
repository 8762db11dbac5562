package main

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"hanzhi/courses/language/lexicon/layout"
	"hanzhi/courses/language/pinyin"
)

// table is everything in the form it is written.
type table struct {
	words   []word
	letters []rune // the most frequent first: neighbours in the trie
	trie    *trie
	names   []byte
	src     *sources
}

func newTable(src *sources) (*table, error) {
	t := &table{words: newWords(src), src: src}
	uses := map[rune]int{}
	for _, w := range t.words {
		if !utf8.ValidString(w.hanzi) || w.main == "" {
			return nil, fmt.Errorf("%q has no reading", w.hanzi)
		}
		for _, r := range w.hanzi {
			uses[r]++
		}
	}
	for r := range uses {
		t.letters = append(t.letters, r)
	}
	slices.SortFunc(t.letters, func(a, b rune) int { return cmp.Or(cmp.Compare(uses[b], uses[a]), cmp.Compare(a, b)) })
	code := map[rune]int32{}
	for i, r := range t.letters {
		code[r] = int32(i) + 1
	}
	keys, order := make([][]int32, len(t.words)), make([]int, len(t.words))
	for i, w := range t.words {
		order[i] = i
		for _, r := range w.hanzi {
			keys[i] = append(keys[i], code[r])
		}
	}
	// The trie wants the order of codes, the table that of bytes: the numbers in the trie are changed back.
	slices.SortFunc(order, func(a, b int) int { return slices.Compare(keys[a], keys[b]) })
	sorted := make([][]int32, len(keys))
	for i, w := range order {
		sorted[i] = keys[w]
	}
	t.trie = newTrie(sorted)
	for cell, end := range t.trie.ends {
		if end > 0 {
			t.trie.ends[cell] = uint32(order[end-1]) + 1
		}
	}
	t.names = nameModel(src, t.letters)
	return t, nil
}

// encode writes the table: see package layout.
func (t *table) encode() []byte {
	var sections [layout.Sections][]byte
	put := func(section int, numbers ...uint32) {
		for _, n := range numbers {
			sections[section] = binary.LittleEndian.AppendUint32(sections[section], n)
		}
	}
	for _, r := range t.letters {
		put(layout.Codes, uint32(r))
	}
	for i := range t.trie.check {
		put(layout.Trie, uint32(t.trie.base[i]), uint32(t.trie.check[i]))
	}
	put(layout.Ends, t.trie.ends...)
	var hanzi, readings, keys, details []string
	for _, w := range t.words {
		sections[layout.Costs] = binary.LittleEndian.AppendUint16(sections[layout.Costs], w.cost)
		sections[layout.Flags] = append(sections[layout.Flags], w.flags)
		put(layout.Frequencies, uint32(w.count))
		hanzi, readings = append(hanzi, w.hanzi), append(readings, w.main)
		keys, details = append(keys, w.keys()), append(details, w.details())
	}
	sections[layout.Hanzi], sections[layout.Readings] = texts(hanzi), texts(readings)
	sections[layout.Keys], sections[layout.Details] = texts(keys), texts(details)
	sections[layout.Names] = t.names
	sections[layout.GlossWords], sections[layout.Postings] = glossIndex(t.words)
	for _, pair := range simplifications(t.src.entries) {
		put(layout.Simplified, uint32(pair[0]), uint32(pair[1]))
	}
	sections[layout.About] = []byte(t.src.date)

	out := append([]byte(layout.Magic), binary.LittleEndian.AppendUint32(nil, layout.Sections)...)
	offset := len(out) + 8*layout.Sections
	for _, s := range sections {
		out = binary.LittleEndian.AppendUint32(out, uint32(offset))
		out = binary.LittleEndian.AppendUint32(out, uint32(len(s)))
		offset += len(s)
	}
	for _, s := range sections {
		out = append(out, s...)
	}
	return out
}

// texts writes their number, their offsets and then the texts.
func texts[T string | []byte](list []T) []byte {
	head, body := binary.LittleEndian.AppendUint32(nil, uint32(len(list))), []byte(nil)
	for _, s := range list {
		head = binary.LittleEndian.AppendUint32(head, uint32(len(body)))
		body = append(body, s...)
	}
	return append(binary.LittleEndian.AppendUint32(head, uint32(len(body))), body...)
}

// keys are the distinct keys of all readings, each between commas; a phrase or a rare character is not searched for.
func (w *word) keys() string {
	var list []string
	for _, r := range w.readings {
		if k := pinyin.Key(r.pinyin); k != "" && !slices.Contains(list, k) {
			list = append(list, k)
		}
	}
	if len(list) == 0 {
		return ""
	}
	return "," + strings.Join(list, ",") + ","
}

func (w *word) details() string {
	var b strings.Builder
	b.WriteString(w.traditional)
	for _, r := range w.readings {
		b.WriteString("\n" + r.pinyin)
		for _, g := range r.glosses {
			b.WriteString("\t" + g)
		}
	}
	return b.String()
}

// glossIndex is the words of all glosses and, for each, the words they explain.
func glossIndex(words []word) (glossWords, postings []byte) {
	index := map[string][]uint64{}
	for i, w := range words {
		best := map[string]uint64{}
		for _, r := range w.readings {
			for _, g := range r.glosses {
				parts := layout.GlossTokens(g)
				for _, p := range parts {
					alone := uint64(0)
					if len(parts) == 1 || len(parts) == 2 && (parts[0] == "to" || parts[0] == "a" || parts[0] == "an") {
						alone = 1
					}
					best[p] = max(best[p], uint64(i)*2+alone)
				}
			}
		}
		for p, n := range best {
			index[p] = append(index[p], n)
		}
	}
	list := make([]string, 0, len(index))
	for p := range index {
		list = append(list, p)
	}
	slices.Sort(list)
	encoded := make([][]byte, len(list))
	for i, p := range list {
		last := uint64(0)
		for _, n := range index[p] {
			encoded[i] = binary.AppendUvarint(encoded[i], (n/2-last)*2+n%2)
			last = n / 2
		}
	}
	return texts(list), texts(encoded)
}

// simplifications are the traditional characters that are nothing else, each with its simplified form.
func simplifications(entries []entry) [][2]rune {
	simplified := map[string]bool{}
	for _, e := range entries {
		simplified[e.simplified] = true
	}
	seen := map[rune]rune{}
	for _, e := range entries {
		from, to := []rune(e.traditional), []rune(e.simplified)
		if len(from) == 1 && len(to) == 1 && from[0] != to[0] && !simplified[e.traditional] && seen[from[0]] == 0 {
			seen[from[0]] = to[0]
		}
	}
	var pairs [][2]rune
	for from, to := range seen {
		pairs = append(pairs, [2]rune{from, to})
	}
	slices.SortFunc(pairs, func(a, b [2]rune) int { return cmp.Compare(a[0], b[0]) })
	return pairs
}

// foreignSeen is how often a letter must be in the foreign names that we learn from.
const foreignSeen = 3

// nameModel learns the letters of foreign names from those in the source of frequencies: see layout.Names.
func nameModel(src *sources, letters []rune) []byte {
	seen, total := map[rune]int{}, 0
	for hanzi, c := range src.counts {
		runes := []rune(hanzi)
		if c.class != "nrt" || len(runes) < 2 || len(runes) > 6 || !isHan(hanzi) {
			continue
		}
		for _, r := range runes {
			seen[r]++
			total++
		}
	}
	out := bytes.Repeat([]byte{layout.NoName}, len(letters))
	for i, r := range letters {
		if n := seen[r]; n >= foreignSeen {
			out[i] = byte(min(layout.NoName-1, math.Round(-math.Log(float64(n)/float64(total))*layout.NameSteps)))
		}
	}
	return out
}
