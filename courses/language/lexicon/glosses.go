package lexicon

import (
	"encoding/binary"
	"slices"
	"strings"

	"hanzhi/courses/language/lexicon/layout"
)

// Limits of a search in glosses, so that a query such as "the" or "a" costs no more than others.
const (
	maxRead    = 400 // entries whose glosses are read and compared
	maxEndings = 200 // words that begin with the last word of a query
	minBegin   = 3   // letters of a word that may be a beginning
)

// How a word of a query is found in an entry: not at all, among other words, or as a whole gloss.
const (
	absent = iota
	among
	alone
)

// byGloss finds entries by the words of their glosses.
func (l *Lexicon) byGloss(x *searchIndex, query string) []hit {
	tokens := layout.GlossTokens(query)
	if len(tokens) > 1 && isArticle(tokens[0]) {
		tokens = tokens[1:]
	}
	if len(tokens) == 0 {
		return nil
	}
	var found []byte
	for i, token := range tokens {
		next := make([]byte, l.Size())
		l.explainedBy(x, token, i == len(tokens)-1 && len(token) >= minBegin, next)
		for id := range next {
			if found != nil {
				next[id] = min(next[id], found[id], among)
			}
		}
		found = next
	}
	var hits []hit
	for id, how := range found {
		if how != absent {
			hits = keepFirst(hits, l.hit(ID(id), contains-int(how-among)))
		}
	}
	phrase := strings.Join(tokens, " ")
	for i, h := range hits {
		hits[i] = l.hit(h.id(), l.glossRank(h.id(), phrase))
	}
	return hits
}

// keepFirst adds a hit to those that are kept in order, of which there are at most maxRead.
func keepFirst(hits []hit, h hit) []hit {
	if len(hits) == maxRead {
		if h >= hits[maxRead-1] {
			return hits
		}
		hits = hits[:maxRead-1]
	}
	at, _ := slices.BinarySearch(hits, h)
	return slices.Insert(hits, at, h)
}

func isArticle(s string) bool { return s == "to" || s == "a" || s == "an" || s == "the" }

// explainedBy marks the entries whose glosses have a word, or one that begins so.
func (l *Lexicon) explainedBy(x *searchIndex, token string, beginning bool, found []byte) {
	from, to := x.glossWords.prefix(token)
	for i := from; i < min(to, from+maxEndings); i++ {
		whole := x.glossWords.at(i) == token
		if !whole && !beginning {
			return
		}
		id := uint64(0)
		for b := l.table.text(layout.Postings, i); len(b) > 0; {
			n, width := binary.Uvarint(b)
			if id += n / 2; width <= 0 || id >= uint64(len(found)) {
				return
			}
			b = b[width:]
			if whole && n%2 == 1 {
				found[id] = alone
			} else {
				found[id] = max(found[id], among)
			}
		}
	}
}

// glossRank is how well a phrase agrees with the glosses of an entry.
func (l *Lexicon) glossRank(id ID, phrase string) int {
	_, readings := l.details(id)
	rank := contains
	for _, r := range readings {
		for _, g := range r.Glosses {
			for part := range strings.SplitSeq(withoutBrackets(g), ";") {
				tokens := layout.GlossTokens(part)
				for len(tokens) > 1 && isArticle(tokens[0]) {
					tokens = tokens[1:]
				}
				switch words := strings.Join(tokens, " "); {
				case words == phrase:
					return exact
				case strings.HasPrefix(words, phrase):
					rank = begins
				}
			}
		}
	}
	return rank
}

// withoutBrackets drops remarks such as "(bound form)".
func withoutBrackets(s string) string {
	for {
		open := strings.IndexByte(s, '(')
		if open < 0 {
			return s
		}
		length := strings.IndexByte(s[open:], ')')
		if length < 0 {
			return s[:open]
		}
		s = s[:open] + s[open+length+1:]
	}
}
