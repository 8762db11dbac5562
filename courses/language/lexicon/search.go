package lexicon

import (
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"hanzhi/courses/language/lexicon/layout"
	"hanzhi/courses/language/pinyin"
)

// Match is a word that a query found.
type Match struct {
	Word
	Exact bool // the query is the word, a reading of it, or a gloss
}

// MaxMatches is the most that a search returns.
const MaxMatches = 200

// maxQuery is the longest query that is looked at, in characters.
const maxQuery = 60

// searchIndex is read at the first search, some 5 MB.
type searchIndex struct {
	once       sync.Once
	keys       texts
	glossWords texts
	simplified map[rune]rune
}

// The ranks of a match; the more frequent word comes first among equals.
const (
	exact = iota
	begins
	contains
)

// hit is an entry that matches, as a number whose order is that of the matches: rank, frequency, length, entry.
type hit uint64

const idBits, lengthBits, weightBits = 20, 8, 32

func (l *Lexicon) hit(id ID, rank int) hit {
	weight := uint64(1<<weightBits-1) - uint64(l.weight(id))
	length := uint64(min(len(l.Hanzi(id)), 1<<lengthBits-1))
	return hit(uint64(rank)<<(idBits+lengthBits+weightBits) | weight<<(idBits+lengthBits) | length<<idBits | uint64(id))
}

func (h hit) id() ID    { return ID(h & (1<<idBits - 1)) }
func (h hit) rank() int { return int(h >> (idBits + lengthBits + weightBits)) }

// weight is the frequency of an entry, raised for words of the levels: learners look for those.
func (l *Lexicon) weight(id ID) int {
	w := int(l.freqs[id])
	if level := l.Level(id); level > 0 {
		w += 2000 * (7 - level)
	}
	return w
}

// Search finds words by hanzi (simplified or traditional, any part of the word), by pinyin (with or without tones, marks
// or digits, spaces and apostrophes) or by words of their English glosses, the last of which may be a beginning. What
// agrees with the query whole comes first, then what begins with it, the more frequent word first. It answers within
// milliseconds; limit is at most MaxMatches.
func (l *Lexicon) Search(query string, limit int) []Match {
	limit = min(limit, MaxMatches)
	query = strings.TrimSpace(query)
	if limit <= 0 || query == "" || utf8.RuneCountInString(query) > maxQuery || !utf8.ValidString(query) {
		return nil
	}
	x := l.loadIndex()
	var hits []hit
	if strings.ContainsFunc(query, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		hits = l.byHanzi(x.simplify(query))
	} else {
		hits = append(l.byPinyin(x, query, limit), l.byGloss(x, query)...)
	}
	slices.Sort(hits)
	matches := make([]Match, 0, min(limit, len(hits)))
	seen := map[ID]bool{}
	for _, h := range hits {
		if len(matches) == limit {
			break
		}
		if id := h.id(); !seen[id] {
			seen[id] = true
			matches = append(matches, Match{l.Entry(id), h.rank() == exact})
		}
	}
	return matches
}

func (l *Lexicon) loadIndex() *searchIndex {
	x := &l.index
	x.once.Do(func() {
		x.keys, x.glossWords = l.table.texts(layout.Keys), l.table.texts(layout.GlossWords)
		pairs := l.table.numbers(layout.Simplified)
		x.simplified = make(map[rune]rune, len(pairs)/2)
		for i := 0; i+1 < len(pairs); i += 2 {
			x.simplified[rune(pairs[i])] = rune(pairs[i+1])
		}
	})
	return x
}

func (x *searchIndex) simplify(s string) string {
	return strings.Map(func(r rune) rune {
		if to, ok := x.simplified[r]; ok {
			return to
		}
		return r
	}, s)
}

// byHanzi finds entries that hold a text.
func (l *Lexicon) byHanzi(query string) []hit {
	query = strings.ReplaceAll(query, " ", "")
	var hits []hit
	for at := 0; at < len(l.hanzi.body); {
		i := strings.Index(l.hanzi.body[at:], query)
		if i < 0 {
			break
		}
		at += i
		id := l.hanzi.holding(at)
		start, end := int(l.hanzi.offsets[id]), int(l.hanzi.offsets[id+1])
		if l.flags[id]&layout.Phrase != 0 || at+len(query) > end { // no word, or across two of them
			at++
			continue
		}
		rank := contains
		switch {
		case at == start && len(query) == end-start:
			rank = exact
		case at == start:
			rank = begins
		}
		hits = append(hits, l.hit(ID(id), rank))
		at = end
	}
	return hits
}

// byPinyin finds entries by the key of a query. Tones and borders of syllables that the query has must agree.
func (l *Lexicon) byPinyin(x *searchIndex, query string, limit int) []hit {
	key := pinyin.Key(query)
	if key == "" {
		return nil
	}
	var hits []hit
	body, pattern := x.keys.body, ","+key
	for at := 0; at < len(body); {
		i := strings.Index(body[at:], pattern)
		if i < 0 {
			break
		}
		at += i
		id := x.keys.holding(at)
		end := int(x.keys.offsets[id+1])
		rank := begins
		if strings.Contains(body[at:end], pattern+",") {
			rank = exact
		}
		hits = append(hits, l.hit(ID(id), rank))
		at = end
	}
	syllables, ok := pinyin.Syllables(query)
	if !ok || !slices.ContainsFunc(syllables, toned) && !strings.ContainsAny(query, " '’-") {
		return hits
	}
	slices.Sort(hits)
	kept := hits[:0]
	for _, h := range hits {
		if len(kept) == limit {
			break
		}
		if rank, ok := l.agrees(h.id(), syllables); ok {
			kept = append(kept, l.hit(h.id(), max(rank, h.rank())))
		}
	}
	return kept
}

func toned(syllable string) bool {
	_, tone := pinyin.Plain(syllable)
	return tone > 0
}

// agrees reports whether a reading of an entry is (exact) or begins with the syllables of a query. A syllable without a
// tone agrees with every tone, and the last one without with all that begin so.
func (l *Lexicon) agrees(id ID, syllables []string) (rank int, ok bool) {
	_, readings := l.details(id)
	rank = contains
	for _, r := range readings {
		own := strings.Fields(r.Pinyin)
		if len(own) < len(syllables) {
			continue
		}
		whole, same := len(own) == len(syllables), true
		for i, s := range syllables {
			part, agree := sameSyllable(s, own[i])
			if part && i == len(syllables)-1 {
				whole, agree = false, true
			}
			same = same && agree
		}
		switch {
		case same && whole:
			return exact, true
		case same:
			rank = begins
		}
	}
	return rank, rank < contains
}

// sameSyllable reports whether a syllable of a query agrees with one of a word, or is a toneless beginning of it.
func sameSyllable(asked, own string) (beginning, same bool) {
	letters, tone := pinyin.Plain(asked)
	ownLetters, ownTone := pinyin.Plain(own)
	if ownTone == 0 {
		ownTone = pinyin.Neutral
	}
	a, b := pinyin.Key(letters), pinyin.Key(ownLetters)
	return tone == 0 && a != b && strings.HasPrefix(b, a), a == b && (tone == 0 || tone == ownTone)
}
