package segment

import (
	"math"
	"strings"

	"hanzhi/courses/language/lexicon"
	"hanzhi/courses/language/lexicon/layout"
)

const (
	maxWord = 8    // characters of a word that is looked for
	maxRun  = 8192 // characters that are cut at once
)

// Costs, in steps as those of the words: -ln of the share of running words that something has.
const (
	nat        = layout.CostSteps
	unknown    = 20 * nat // a character that is no word
	numeral    = 12 * nat // all Chinese numbers that are no words of the dictionary
	foreign    = 7 * nat  // all foreign names, to which the costs of their letters are added
	nameStep   = layout.CostSteps / layout.NameSteps
	maxForeign = 6
	minForeign = 2
)

// path is the best way from a place to the end of a run.
type path struct {
	cost   int32
	length uint8
	kind   Kind
	entry  lexicon.ID
}

// cut takes the words of a run of Chinese characters.
func (w *work) cut(end int) {
	w.plan(w.at, end)
	for i, n := 0, end-w.at; i < n; {
		p := w.path[i]
		i += int(p.length)
		w.emit(w.at+int(p.length), p.kind, p.entry)
	}
}

// plan finds, of all ways to cut a run of Chinese characters into words, the one with the least sum of costs, from its
// end. What begins at the i-th character is in path[i].
func (w *work) plan(from, end int) {
	n := max(end-from, 0)
	if cap(w.path) < n+1 {
		w.path = make([]path, n+1, max(256, 2*n))
	}
	w.base, w.path = from, w.path[:n+1]
	w.path[n] = path{}
	run := 0
	for i := n - 1; i >= 0; i-- {
		w.path[i] = path{cost: math.MaxInt32}
		known := w.words(i, n)
		run = w.numbers(i, run)
		w.names(i, n, known)
	}
}

// offer is a token from i of a length: it is taken when the way over it is the best so far.
func (w *work) offer(i, length int, cost int32, kind Kind, entry lexicon.ID) {
	if sum := cost + w.path[i+length].cost; sum < w.path[i].cost {
		w.path[i] = path{sum, uint8(length), kind, entry}
	}
}

// words offers the words of the dictionary at i, and the character alone when it is none. Its result has the bit of each
// length that is a word.
func (w *work) words(i, n int) (known uint16) {
	node, trie := lexicon.Root, &w.lexicon.Trie
	alone := noEntry
	for length := 1; length <= n-i && length <= maxWord; length++ {
		if node = trie.Next(node, w.codes[w.base+i+length-1]); node == lexicon.None {
			break
		}
		id, ok := trie.End(node)
		if !ok {
			continue
		}
		if length == 1 {
			alone = id
		}
		if cost, ok := w.lexicon.Cost(id); ok {
			known |= 1 << length
			kind := Word
			if w.lexicon.IsName(id) {
				kind = Name
			}
			w.offer(i, length, cost, kind, id)
		}
	}
	if known&(1<<1) == 0 {
		w.offer(i, 1, unknown, Word, alone)
	}
	return known
}

const numerals = "零〇一二两三四五六七八九十百千万亿"

func isNumeral(r rune) bool { return strings.ContainsRune(numerals, r) }

// numbers offers the whole number in Chinese numerals at i, with the 第 before it. run is how many numerals follow the
// character at i, and its result how many begin there.
func (w *work) numbers(i, run int) int {
	r := w.runes[w.base+i]
	switch {
	case isNumeral(r):
		if run++; run > 1 {
			w.offer(i, min(run, math.MaxUint8), numeral, Number, noEntry)
		}
		return run
	case r == '第' && run > 0:
		w.offer(i, min(1+run, math.MaxUint8), numeral, Number, noEntry)
	}
	return 0
}

// names offers foreign names in Chinese characters, where the letters make them likely. Chinese names of persons are
// left to the dictionary: as candidates they took more words apart than they found.
func (w *work) names(i, n int, known uint16) {
	sum := int32(foreign)
	for length := 1; length <= n-i && length <= maxForeign; length++ {
		c, ok := w.lexicon.NameCost(w.codes[w.base+i+length-1])
		if !ok {
			return
		}
		sum += c * nameStep
		if length >= minForeign && known&(1<<length) == 0 {
			w.offer(i, length, sum, Name, noEntry)
		}
	}
}
