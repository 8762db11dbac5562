// Package pinyin writes, reads and compares the romanisation of Mandarin. The form that is stored everywhere is marked
// and lexical: syllables with tone marks, one for each character, parted by one space ("zhuàn sù"); changes of tone in
// speech are for display only (Sandhi).
package pinyin

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Neutral is the number of the neutral tone; the others are 1 to 4.
const Neutral = 5

// marked holds the four marked forms of every letter that carries a tone. ê, m and n do so in interjections alone.
var marked = map[rune]string{
	'a': "āáǎà", 'e': "ēéěè", 'i': "īíǐì", 'o': "ōóǒò", 'u': "ūúǔù", 'ü': "ǖǘǚǜ",
	'A': "ĀÁǍÀ", 'E': "ĒÉĚÈ", 'I': "ĪÍǏÌ", 'O': "ŌÓǑÒ", 'U': "ŪÚǓÙ", 'Ü': "ǕǗǙǛ",
	'n': "\x00ńňǹ", 'm': "\x00ḿ\x00\x00", 'N': "\x00ŃŇǸ", 'M': "\x00Ḿ\x00\x00",
}

// plain is the letter and the tone of every marked letter.
var plain = func() map[rune]letter {
	letters := map[rune]letter{}
	for base, forms := range marked {
		tone := 0
		for _, r := range forms {
			tone++
			if r != 0 {
				letters[r] = letter{base, tone}
			}
		}
	}
	return letters
}()

type letter struct {
	base rune
	tone int
}

// combining are the marks as characters of their own, as in decomposed text.
var combining = map[rune]int{'\u0304': 1, '\u0301': 2, '\u030c': 3, '\u0300': 4}

// Plain takes the tone off a syllable, marked or with a digit: "zhuàn" and "zhuan4" are zhuan, 4. Without either the tone
// is 0: unknown, or neutral. Letters keep their case; v and u: become ü.
func Plain(syllable string) (letters string, tone int) {
	var b strings.Builder
	for _, r := range syllable {
		l, accented := plain[r]
		switch {
		case accented:
			b.WriteRune(l.base)
			tone = l.tone
		case combining[r] > 0:
			tone = combining[r]
		case r >= '0' && r <= '5':
			tone = int(r - '0')
			if tone == 0 {
				tone = Neutral
			}
		case r == 'v', r == ':', r == '\u0308':
			umlaut(&b, r)
		case r == 'V':
			b.WriteRune('Ü')
		default:
			b.WriteRune(r)
		}
	}
	return b.String(), tone
}

// umlaut writes ü for v, and makes ü of the u before a colon or a diaeresis.
func umlaut(b *strings.Builder, r rune) {
	s := b.String()
	switch {
	case r == 'v':
		b.WriteRune('ü')
	case strings.HasSuffix(s, "u"):
		b.Reset()
		b.WriteString(s[:len(s)-1] + "ü")
	case strings.HasSuffix(s, "U"):
		b.Reset()
		b.WriteString(s[:len(s)-1] + "Ü")
	default:
		b.WriteRune(r)
	}
}

// Mark writes numbered pinyin with marks: "zhuan4 su4" is "zhuàn sù", "lu:4" is "lǜ", "dian3 r5" is "diǎn r". Syllables
// are parted by white space; what is no syllable, such as the T of "T xing2", stays as it is.
func Mark(numbered string) string {
	words := strings.Fields(numbered)
	for i, w := range words {
		if letters, tone := Plain(w); tone > 0 && isLatin(letters) {
			words[i] = accent(letters, tone)
		}
	}
	return strings.Join(words, " ")
}

// Number writes marked pinyin with digits: "zhuàn sù" is "zhuan4 su4", "ma" is "ma5". Syllables are parted by white
// space; what is no syllable stays as it is.
func Number(marks string) string {
	words := strings.Fields(marks)
	for i, w := range words {
		letters, tone := Plain(w)
		if tone == 0 {
			tone = Neutral
		}
		if Valid(letters) {
			words[i] = letters + string(rune('0'+tone))
		}
	}
	return strings.Join(words, " ")
}

// accent puts the mark of a tone where it belongs: on a or e, on the o of ou, else on the last vowel.
func accent(letters string, tone int) string {
	if tone < 1 || tone > 4 {
		return letters
	}
	at, width := -1, 0
	for i, r := range letters {
		switch unicode.ToLower(r) {
		case 'a', 'e':
			return replace(letters, i, utf8.RuneLen(r), tone)
		case 'o':
			if strings.HasPrefix(strings.ToLower(letters[i:]), "ou") {
				return replace(letters, i, 1, tone)
			}
			at, width = i, 1
		case 'i', 'u', 'ü':
			at, width = i, utf8.RuneLen(r)
		}
	}
	if at < 0 { // ḿ, ń, ňg
		if at = strings.IndexAny(letters, "nmNM"); at < 0 {
			return letters
		}
		width = 1
	}
	return replace(letters, at, width, tone)
}

func replace(s string, at, width, tone int) string {
	base, _ := utf8.DecodeRuneInString(s[at:])
	form := []rune(marked[base])[tone-1]
	if form == 0 {
		return s
	}
	return s[:at] + string(form) + s[at+width:]
}

func isLatin(s string) bool {
	for _, r := range s {
		if !unicode.Is(unicode.Latin, r) {
			return false
		}
	}
	return s != ""
}
