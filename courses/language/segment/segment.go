// Package segment cuts Chinese text into words and reads them. It finds the likeliest words of the dictionary, keeps the
// terms of a trade whole, and leaves numbers, units, codes and Latin words of technical texts as they are.
//
// How good it is, and what else was tried, is in docs/decisions/own-segmentation.md; bench/language measures it.
package segment

import (
	"maps"
	"slices"
	"sync"
	"unicode/utf8"

	"github.com/google/uuid"

	"hanzhi/courses/language/lexicon"
)

// Kind is what a token is.
type Kind uint8

// The kinds. Chinese numerals of several characters are numbers unless they are a word of the dictionary.
const (
	Word        Kind = iota
	Number           // 0.02, 1,000, 50%, 第3, 25亿, 三十五
	Latin            // a word in another script
	Code             // G01, X-10.5, M8, O0001.NC: letters and digits, or a name of a file
	Unit             // mm, r/min, °C
	Name             // a proper name of the dictionary, or what looks like one
	Punctuation      // marks and symbols
	Space            // white space
)

var kindNames = [...]string{"word", "number", "latin", "code", "unit", "name", "punctuation", "space"}

// String is the kind's name in the API.
func (k Kind) String() string { return kindNames[k] }

// Token is a piece of a text. The texts of all tokens make the whole text again, byte for byte.
type Token struct {
	Text   string
	Kind   Kind
	Start  int       // of the text, in code points; a byte that is no UTF-8 counts as one
	Pinyin string    // marked and lexical, syllables parted by a space; empty for what is not read in Chinese
	Term   uuid.UUID // of the term bank; uuid.Nil for other words
}

// Term is a word of a term bank.
type Term struct {
	ID     uuid.UUID
	Hanzi  string
	Pinyin string // marked, syllables parted by a space
}

// Segmenter cuts texts; all its methods may be called concurrently.
type Segmenter struct {
	lexicon *lexicon.Lexicon
	terms   map[string]Term
	lengths map[rune][]int // of the terms that begin with a character, in code points, the longest first
}

// New returns a segmenter without terms.
func New(l *lexicon.Lexicon) *Segmenter { return &Segmenter{lexicon: l} }

// With returns a segmenter that knows terms in addition; of terms that are written alike the last one counts. It costs
// as much as copying the terms.
//
// A term stays whole wherever it stands, whatever else the text could be cut into. Of terms that overlap the longest of
// those that begin first wins, unless only the other one is made of whole words. Terms of one character are no exception to the dictionary: 焊 is found as a word of its
// own, and 焊接 remains one word.
func (s *Segmenter) With(terms []Term) *Segmenter {
	view := &Segmenter{lexicon: s.lexicon, terms: make(map[string]Term, len(s.terms)+len(terms)), lengths: map[rune][]int{}}
	maps.Copy(view.terms, s.terms)
	for _, t := range terms {
		if t.Hanzi != "" {
			view.terms[t.Hanzi] = t
		}
	}
	for hanzi := range view.terms {
		first, _ := utf8.DecodeRuneInString(hanzi)
		if n := utf8.RuneCountInString(hanzi); n > 1 && !slices.Contains(view.lengths[first], n) {
			view.lengths[first] = append(view.lengths[first], n)
		}
	}
	for _, lengths := range view.lengths {
		slices.Sort(lengths)
		slices.Reverse(lengths)
	}
	return view
}

// Segment cuts a text into tokens with their readings.
func (s *Segmenter) Segment(text string) []Token { return s.AppendTokens(nil, text) }

// AppendTokens is Segment for callers that keep a slice: it appends to dst.
func (s *Segmenter) AppendTokens(dst []Token, text string) []Token {
	w := works.Get().(*work)
	defer works.Put(w)
	w.load(s, text, dst)
	for w.at < len(w.runes) {
		w.step()
	}
	w.read()
	dst = w.tokens
	w.release()
	return dst
}

// Reading is the reading of one place of a text, as an author has set it.
type Reading struct {
	Start  int // of the token, in code points
	Pinyin string
}

// Override puts the authors' readings of places into tokens, which it changes. A place at which no token begins, as
// when the text was cut otherwise since, is left out.
func Override(tokens []Token, readings []Reading) {
	for _, r := range readings {
		if i, found := slices.BinarySearchFunc(tokens, r.Start, func(t Token, start int) int { return t.Start - start }); found {
			tokens[i].Pinyin = r.Pinyin
		}
	}
}

// work is the state of cutting one text; it is used again for others.
type work struct {
	*Segmenter
	text    string
	runes   []rune
	offsets []int32 // of each rune in the text, and of its end
	classes []class
	codes   []int32
	at      int // rune
	tokens  []Token
	first   int          // of our tokens
	entries []lexicon.ID // of each of our tokens; noEntry without
	path    []path
	base    int // rune of path[0]
}

const noEntry lexicon.ID = -1

var works = sync.Pool{New: func() any { return new(work) }}

func (w *work) load(s *Segmenter, text string, dst []Token) {
	w.Segmenter, w.text, w.tokens, w.first, w.at = s, text, dst, len(dst), 0
	w.runes, w.offsets, w.classes, w.codes, w.entries = w.runes[:0], w.offsets[:0], w.classes[:0], w.codes[:0], w.entries[:0]
	for i, r := range text {
		w.runes = append(w.runes, r)
		w.offsets = append(w.offsets, int32(i))
		w.classes = append(w.classes, classOf(r))
		w.codes = append(w.codes, s.lexicon.Trie.Code(r))
	}
	w.offsets = append(w.offsets, int32(len(text)))
}

// Longest text whose working memory is kept for the next one, in code points.
const keptRunes = 1 << 16

func (w *work) release() {
	w.Segmenter, w.text, w.tokens = nil, "", nil
	if cap(w.runes) > keptRunes {
		*w = work{}
	}
}

func (w *work) slice(from, to int) string { return w.text[w.offsets[from]:w.offsets[to]] }

// emit adds the token from where we are up to a rune.
func (w *work) emit(to int, kind Kind, entry lexicon.ID) {
	t := Token{Text: w.slice(w.at, to), Kind: kind, Start: w.at}
	if term, ok := w.terms[t.Text]; ok && (kind == Word || kind == Name || kind == Number && to-w.at > 1) {
		t.Term, t.Pinyin, t.Kind = term.ID, term.Pinyin, Word
	}
	w.tokens = append(w.tokens, t)
	w.entries = append(w.entries, entry)
	w.at = to
}

// step takes the next token, or the words of the next run of Chinese characters.
func (w *work) step() {
	if n := w.termAt(w.at); n > 0 {
		w.emit(w.at+n, Word, noEntry)
		return
	}
	switch w.classes[w.at] {
	case space:
		w.emit(w.run(w.at, space), Space, noEntry)
	case han:
		w.hanRun()
	case letter, digit:
		if n, entry := w.mixedAt(w.at); n > 0 {
			w.emit(w.at+n, Word, entry)
			return
		}
		w.atom()
	default:
		w.symbol()
	}
}

// run is where the runes of one class end.
func (w *work) run(from int, c class) int {
	for from < len(w.classes) && w.classes[from] == c {
		from++
	}
	return from
}

// termAt is the length of the longest term at a place, in code points; 0 when there is none.
func (w *work) termAt(at int) int {
	for _, n := range w.lengths[w.runes[at]] {
		if w.isTerm(at, n) && !w.yields(at, n) {
			return n
		}
	}
	return 0
}

// isTerm reports whether a stretch is a term. Latin letters and digits of a term must not go on in the text: T is no
// term within TIG.
func (w *work) isTerm(at, n int) bool {
	if at+n > len(w.runes) || !w.whole(at, at+n) {
		return false
	}
	_, ok := w.terms[w.slice(at, at+n)]
	return ok
}

// yields reports whether a term must give way to one that begins within it: when the words of the dictionary have
// borders around that one, and not around this. 没有电源 holds 电源, and no 有电.
func (w *work) yields(at, n int) bool {
	for k := at + 1; k < at+n; k++ {
		for _, m := range w.lengths[w.runes[k]] {
			if k+m > at+n && w.isTerm(k, m) && w.bordered(k, k+m) && !w.bordered(at, at+n) {
				return true
			}
		}
	}
	return false
}

// around is how many characters beside a stretch are looked at to find the borders of words.
const around = 12

// bordered reports whether a stretch of Chinese begins and ends where words do when no terms are known.
func (w *work) bordered(from, to int) bool {
	start, end := from, to
	for start > 0 && from-start < around && w.classes[start-1] == han {
		start--
	}
	for end < len(w.classes) && end-to < around && w.classes[end] == han {
		end++
	}
	for _, c := range w.classes[from:to] {
		if c != han {
			return false
		}
	}
	w.plan(start, end)
	begins := false
	for i := start; i <= to; i += int(w.path[i-start].length) {
		begins = begins || i == from
		if i == to {
			return begins
		}
	}
	return false
}

// whole reports whether a stretch cuts no Latin word, code or number in two.
func (w *work) whole(from, to int) bool {
	inWord := func(i int) bool {
		return i > 0 && i < len(w.classes) && w.classes[i-1].isAtom() && w.classes[i].isAtom()
	}
	return !inWord(from) && !inWord(to)
}

// mixedAt is the longest word of the dictionary at a place that has both Chinese characters and others, such as
// T恤 or 卡拉OK, in code points.
func (w *work) mixedAt(at int) (int, lexicon.ID) {
	node, length, entry := lexicon.Root, 0, noEntry
	var hasHan, hasOther bool
	for i := at; i < len(w.codes) && i < at+maxWord; i++ {
		if node = w.lexicon.Trie.Next(node, w.codes[i]); node == lexicon.None {
			break
		}
		hasHan, hasOther = hasHan || w.classes[i] == han, hasOther || w.classes[i].isAtom()
		if id, ok := w.lexicon.Trie.End(node); ok && hasHan && hasOther && w.whole(at, i+1) {
			length, entry = i+1-at, id
		}
	}
	return length, entry
}

// hanRun cuts the Chinese characters up to something else, or up to a term.
func (w *work) hanRun() {
	end := w.at
	for end < len(w.classes) && w.classes[end] == han && end-w.at < maxRun {
		if end > w.at && w.termAt(end) > 0 {
			break
		}
		end++
	}
	if end == len(w.classes) || !w.classes[end].isAtom() {
		w.cut(end)
		return
	}
	for from := max(w.at, end-maxWord+1); from < end; from++ {
		if n, entry := w.mixedAt(from); from+n > end {
			w.cut(from)
			w.emit(from+n, Word, entry)
			return
		}
	}
	if w.classes[end] == digit && w.runes[end-1] == '第' {
		w.cut(end - 1)
		w.atom()
		return
	}
	w.cut(end)
}
