package segment

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"hanzhi/courses/language/lexicon"
)

// read gives every token its reading: a term its own; a word with one reading that; otherwise what phrases and habits
// say, and else the usual one.
func (w *work) read() {
	for i := w.first; i < len(w.tokens); i++ {
		t := &w.tokens[i]
		entry := w.entries[i-w.first]
		switch {
		case t.Pinyin != "":
		case t.Kind == Number:
			t.Pinyin = w.readNumber(i)
		case t.Kind == Name && entry == noEntry:
			t.Pinyin = w.readName(t)
		case t.Kind != Word && t.Kind != Name:
		case entry == noEntry:
			t.Pinyin = w.readCharacters(t.Text)
		case wordHabits[t.Text] != nil:
			t.Pinyin = w.byHabit(i, wordHabits[t.Text], entry)
		case !w.lexicon.Several(entry):
			t.Pinyin = w.lexicon.Pinyin(entry)
		default:
			t.Pinyin = w.readInContext(i, entry)
		}
	}
}

func (w *work) readInContext(i int, entry lexicon.ID) string {
	t := w.tokens[i]
	if p := w.byPhrase(t); p != "" {
		return p
	}
	if character, n := utf8.DecodeRuneInString(t.Text); n == len(t.Text) {
		return w.byHabit(i, habits[character], entry)
	}
	return w.lexicon.Pinyin(entry)
}

func (w *work) byHabit(i int, list []habit, entry lexicon.ID) string {
	for _, h := range list {
		if h.applies(w, i) {
			return h.pinyin
		}
	}
	return w.lexicon.Pinyin(entry)
}

// maxPhrase is how many characters of a phrase stand before or after the one that is read.
const maxPhrase = 4

// byPhrase is the reading of a single character in the longest phrase around it. Phrases are those that are no words
// for segmentation: others were refused as a way to cut the text.
func (w *work) byPhrase(t Token) string {
	if utf8.RuneCountInString(t.Text) != 1 {
		return ""
	}
	longest, found, place := 1, noEntry, 0
	for start := max(0, t.Start-maxPhrase); start <= t.Start; start++ {
		node := lexicon.Root
		for i := start; i < len(w.codes) && i <= start+maxPhrase; i++ {
			if node = w.lexicon.Trie.Next(node, w.codes[i]); node == lexicon.None {
				break
			}
			if id, ok := w.lexicon.Trie.End(node); ok && i >= t.Start && i+1-start > longest && w.lexicon.IsPhrase(id) {
				longest, found, place = i+1-start, id, t.Start-start
			}
		}
	}
	if found == noEntry {
		return ""
	}
	return syllable(w.lexicon.Pinyin(found), place)
}

// syllable is one of a reading.
func syllable(pinyin string, n int) string {
	for range n {
		_, pinyin, _ = strings.Cut(pinyin, " ")
	}
	s, _, _ := strings.Cut(pinyin, " ")
	return strings.ToLower(s)
}

// readCharacters is the usual reading of each character; what is no Chinese character stands for itself.
func (w *work) readCharacters(text string) string {
	var b strings.Builder
	for _, r := range text {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		if id, ok := w.lexicon.Find(string(r)); ok && classOf(r) == han {
			b.WriteString(w.lexicon.Pinyin(id))
		} else {
			b.WriteRune(r)
		}
	}
	if classOf([]rune(text)[0]) == han && b.String() == text {
		return "" // a character that nobody reads
	}
	return b.String()
}

// readName reads a foreign name that is in no dictionary, with a capital: in names some characters are read their own
// way.
func (w *work) readName(t *Token) string {
	var b strings.Builder
	for i, r := range t.Text {
		if i > 0 {
			b.WriteByte(' ')
		}
		if special := foreignReadings[r]; special != "" {
			b.WriteString(special)
		} else if id, ok := w.lexicon.Find(string(r)); ok {
			b.WriteString(strings.ToLower(w.lexicon.Pinyin(id)))
		}
	}
	name := b.String()
	first, n := utf8.DecodeRuneInString(name)
	return string(unicode.ToUpper(first)) + name[n:]
}
