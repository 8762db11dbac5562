package language

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"hanzhi/courses/language/pinyin"
	"hanzhi/courses/language/segment"
)

// lineIndex is a lesson as it is searched, made once.
type lineIndex struct {
	folded []string   // texts, parallel to the lesson's lines
	spelt  []spelling // how they are read
	sought []sought   // meanings, parallel to the lesson's words
	again  []bool     // the line stood there before, as of another activity with the same video
}

// spelling is a line in pinyin: letters without marks, ü as u.
type spelling struct {
	letters string
	tones   []byte // of each letter; 0 where it carries none
	umlaut  []bool
	starts  []int    // of each letter: the code point whose syllable it begins, else -1
	places  [][2]int // of each letter: the code points that are read so
}

// fold makes small letters of a text rune by rune, so that places in it stay the same.
func fold(text string) string { return strings.Map(unicode.ToLower, text) }

func (l *lesson) indexLines() *lineIndex {
	x := &lineIndex{folded: make([]string, len(l.lines)), spelt: make([]spelling, len(l.lines)), again: make([]bool, len(l.lines))}
	type key struct {
		activity string
		startMs  int64
		text     string
	}
	seen := map[key]bool{}
	for i, line := range l.lines {
		k := key{line.activityID.String(), line.startMs, line.text}
		x.folded[i], x.spelt[i], x.again[i] = fold(line.text), spell(line.tokens), seen[k]
		seen[k] = true
	}
	for _, w := range l.words {
		x.sought = append(x.sought, soughtBy(w.Hanzi, "", w.Glosses, w.Gloss))
	}
	return x
}

func spell(tokens []segment.Token) (s spelling) {
	var letters []byte
	for _, t := range tokens {
		length := utf8.RuneCountInString(t.Text)
		parts := strings.Fields(t.Pinyin)
		for i, syllable := range parts {
			place := [2]int{t.Start, t.Start + length}
			if len(parts) == length {
				place = [2]int{t.Start + i, t.Start + i + 1}
			}
			for j, l := range lettersOf(syllable) {
				start := -1
				if j == 0 {
					start = place[0]
				}
				letters = append(letters, l.base)
				s.tones, s.umlaut = append(s.tones, l.tone), append(s.umlaut, l.umlaut)
				s.starts, s.places = append(s.starts, start), append(s.places, place)
			}
		}
	}
	s.letters = string(letters)
	return s
}

// letter is a letter of pinyin with the tone that its syllable shows on it; 0 = any.
type letter struct {
	base   byte
	tone   byte
	umlaut bool
}

// lettersOf are those of marked pinyin; nothing for what is none.
func lettersOf(text string) (list []letter) {
	for _, r := range strings.ToLower(text) {
		plain, tone := pinyin.Plain(string(r))
		for _, b := range plain {
			switch {
			case b == ' ' || b == '\'' || b == '’':
			case b >= 'a' && b <= 'z':
				list = append(list, letter{byte(b), byte(tone), false})
			case b == 'ü':
				list = append(list, letter{'u', byte(tone), true})
			default:
				return nil
			}
		}
	}
	return list
}

// lineQuery is what is looked for in lines.
type lineQuery struct {
	text    string
	letters string // as pinyin; empty when it can be none
	spelt   []letter
	inside  bool // worth looking for among meanings: more than one letter and no hanzi
}

func newLineQuery(text string) lineQuery {
	q := lineQuery{text: fold(strings.TrimSpace(text))}
	syllables, ok := pinyin.Syllables(q.text)
	if !ok {
		syllables = strings.Fields(q.text)
	}
	if list := lettersOf(pinyin.Mark(strings.Join(syllables, " "))); len(list) > 1 {
		q.spelt = list
		for _, l := range list {
			q.letters += string(rune(l.base))
		}
	}
	q.inside = utf8.RuneCountInString(q.text) > 1 && !strings.ContainsFunc(q.text, isHan)
	return q
}

// foundLine is a place in a lesson: a line, or with other not -1 one in another language beside it.
type foundLine struct{ line, other int }

// search finds the lines of a lesson in their order; a line in another language follows the Chinese one it goes with.
func (q lineQuery) search(l *lesson, others []otherLine) []foundLine {
	x := l.searched()
	var found []foundLine
	hit := make([]bool, len(l.lines))
	for i := range x.sought {
		if q.inside && slices.ContainsFunc(x.sought[i].glosses, q.means) {
			for _, n := range l.index[l.words[i].Hanzi] {
				hit[n] = true
			}
		}
	}
	for i := range l.lines {
		if !x.again[i] && (hit[i] || strings.Contains(x.folded[i], q.text) || len(q.read(x.spelt[i], true)) > 0) {
			found = append(found, foundLine{i, -1})
		}
	}
	for i, other := range others {
		if !strings.Contains(other.folded, q.text) {
			continue
		}
		middle := (other.startMs + other.endMs) / 2
		for n, line := range l.lines {
			if !x.again[n] && line.counted && line.assetID != nil && *line.assetID == other.assetID && line.startMs <= middle && middle < line.endMs {
				found = append(found, foundLine{n, i})
				break
			}
		}
	}
	slices.SortFunc(found, func(a, b foundLine) int { return cmp.Or(cmp.Compare(a.line, b.line), cmp.Compare(a.other, b.other)) })
	return found
}

// means reports whether a meaning holds what is looked for from the beginning of a word.
func (q lineQuery) means(gloss string) bool {
	for from := 0; ; {
		at := strings.Index(gloss[from:], q.text)
		if at < 0 {
			return false
		}
		at += from
		before, _ := utf8.DecodeLastRuneInString(gloss[:at])
		if at == 0 || !unicode.IsLetter(before) {
			return true
		}
		from = at + len(q.text)
	}
}

// read finds pinyin that begins where a syllable does; letters typed without a tone fit any, u fits ü.
func (q lineQuery) read(s spelling, first bool) (found [][2]int) {
	if q.letters == "" {
		return nil
	}
	for from := 0; ; {
		at := strings.Index(s.letters[from:], q.letters)
		if at < 0 {
			return found
		}
		at += from
		from = at + 1
		if s.starts[at] < 0 || !q.fits(s, at) {
			continue
		}
		found = append(found, [2]int{s.places[at][0], s.places[at+len(q.letters)-1][1]})
		if first {
			return found
		}
		from = at + len(q.letters)
	}
}

func (q lineQuery) fits(s spelling, at int) bool {
	for i, l := range q.spelt {
		if l.tone != 0 && l.tone != pinyin.Neutral && l.tone != s.tones[at+i] || l.umlaut && !s.umlaut[at+i] {
			return false
		}
	}
	return true
}

// shown is a place as the API has it, with what was found marked.
func (q lineQuery) shown(l *lesson, others []otherLine, f foundLine) TranscriptHit {
	line := l.lines[f.line]
	hit := TranscriptHit{ActivityID: line.activityID, Lang: "zh-CN"}
	if f.other >= 0 {
		other := others[f.other]
		hit.StartMs, hit.Lang, hit.Chinese, hit.Parts = &other.startMs, other.lang, line.text, partsOf(other.text, findAll(other.folded, q.text))
		return hit
	}
	if line.assetID != nil {
		hit.StartMs = &line.startMs
	}
	x := l.searched()
	at := findAll(x.folded[f.line], q.text)
	if len(at) == 0 {
		at = q.read(x.spelt[f.line], false)
	}
	for _, t := range line.tokens {
		n := slices.IndexFunc(l.words, func(w Word) bool { return w.Hanzi == t.Text })
		if q.inside && n >= 0 && slices.ContainsFunc(x.sought[n].glosses, q.means) {
			at = append(at, [2]int{t.Start, t.Start + utf8.RuneCountInString(t.Text)})
		}
	}
	slices.SortFunc(at, func(a, b [2]int) int { return cmp.Compare(a[0], b[0]) })
	hit.Parts = partsOf(line.text, at)
	return hit
}

// findAll returns where a text holds a part, as code points.
func findAll(text, part string) (found [][2]int) {
	for from := 0; ; {
		at := strings.Index(text[from:], part)
		if at < 0 {
			return found
		}
		start := utf8.RuneCountInString(text[:from+at])
		found = append(found, [2]int{start, start + utf8.RuneCountInString(part)})
		from += at + len(part)
	}
}

// partsOf cuts a line at stretches of code points; those that begin inside of another are left out.
func partsOf(text string, at [][2]int) []Part {
	runes := []rune(text)
	parts := []Part{}
	from := 0
	for _, p := range at {
		if p[0] < from || p[1] > len(runes) {
			continue
		}
		if p[0] > from {
			parts = append(parts, Part{Text: string(runes[from:p[0]])})
		}
		parts = append(parts, Part{Text: string(runes[p[0]:p[1]]), Hit: true})
		from = p[1]
	}
	if from < len(runes) {
		parts = append(parts, Part{Text: string(runes[from:])})
	}
	return parts
}
