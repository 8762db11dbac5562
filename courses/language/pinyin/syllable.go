package pinyin

import (
	"strings"
	"unicode/utf8"
)

// finals are the syllables of Mandarin by their initial, "-" for none; those of interjections and of northern speech
// that dictionaries hold are among them.
var finals = map[string]string{
	"-":  "a ai an ang ao e ei en eng er o ou",
	"b":  "a ai an ang ao ei en eng i ia ian iang iao ie in ing iu o u",
	"p":  "a ai an ang ao ei en eng i ian iao ie in ing o ou u",
	"m":  "a ai an ang ao e ei en eng i ian iao ie in ing iu o ou u",
	"f":  "a an ang ei en eng iao o ou u",
	"d":  "a ai an ang ao e ei en eng i ia ian iao ie ing iu ong ou u uan ui un uo",
	"t":  "a ai an ang ao e ei eng i ian iao ie ing ong ou u uan ui un uo",
	"n":  "a ai an ang ao e ei en eng i ian iang iao ie in ing iu ong ou u uan un uo ü üe",
	"l":  "a ai an ang ao e ei eng i ia ian iang iao ie in ing iu o ong ou u uan un uo ü üe",
	"g":  "a ai an ang ao e ei en eng ing ong ou u ua uai uan uang ui un uo",
	"k":  "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
	"h":  "a ai an ang ao e ei en eng m ng ong ou u ua uai uan uang ui un uo",
	"j":  "i ia ian iang iao ie in ing iong iu u uan ue un",
	"q":  "i ia ian iang iao ie in ing iong iu u uan ue un",
	"x":  "i ia ian iang iao ie in ing iong iu u uan ue un",
	"zh": "a ai an ang ao e ei en eng i ong ou u ua uai uan uang ui un uo",
	"ch": "a ai an ang ao e en eng i ong ou u ua uai uan uang ui un uo",
	"sh": "a ai an ang ao e ei en eng i ou u ua uai uan uang ui un uo",
	"r":  "an ang ao e en eng i ong ou u ua uan ui un uo",
	"z":  "a ai an ang ao e ei en eng i ong ou u uan ui un uo",
	"c":  "a ai an ang ao e en eng i ong ou u uan ui un uo",
	"s":  "a ai an ang ao e ei en eng i ong ou u uan ui un uo",
	"y":  "a an ang ao e i in ing o ong ou u uan ue un",
	"w":  "a ai an ang ei en eng o u",
}

// longest is the length of zhuang and its like, in letters.
const longest = 6

// valid are all syllables, without tones, and those that are consonants alone: m, n, ng, and the r of erhua.
var valid = func() map[string]bool {
	set := map[string]bool{"m": true, "n": true, "ng": true, "r": true}
	for initial, list := range finals {
		for _, f := range strings.Fields(list) {
			set[strings.TrimPrefix(initial, "-")+f] = true
		}
	}
	return set
}()

// Valid reports whether a syllable, with a mark, a digit or neither and in any case, is one of Mandarin.
func Valid(syllable string) bool {
	letters, _ := Plain(syllable)
	return valid[strings.ToLower(letters)]
}

// IsReading reports whether a text is a reading as it is stored: valid syllables parted by one space each, as many as
// the characters of the word. Latin letters and digits in a word stand for themselves and count one each.
func IsReading(hanzi, marked string) bool {
	syllables := strings.Split(marked, " ")
	runes := []rune(hanzi)
	if len(syllables) != len(runes) {
		return false
	}
	for i, s := range syllables {
		same := utf8.RuneLen(runes[i]) < 3 && strings.EqualFold(s, string(runes[i]))
		if !same && !Valid(s) || strings.ContainsAny(s, "0123456789:v") && !same {
			return false
		}
	}
	return true
}

// Syllables cuts pinyin of any form ("zhuànsù", "zhuan4su4", "xī'ān", "Běi jīng") into its syllables, each as it is
// written there. A syllable is as long as it can be so that the rest is made of syllables too: xian is one, xi'an two.
// It is false for what is not pinyin.
func Syllables(s string) ([]string, bool) {
	var out []string
	for _, word := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" \t\n\u00a0\u3000'’ʼ-·", r) }) {
		cut, ok := cutWord(word)
		if !ok {
			return nil, false
		}
		out = append(out, cut...)
	}
	return out, len(out) > 0
}

// cutWord finds the cut from the end: from[i] is the length of the syllable at i, 0 where none fits.
func cutWord(word string) ([]string, bool) {
	runes := []rune(word)
	from := make([]int, len(runes)+1)
	for i := len(runes) - 1; i >= 0; i-- {
		for n := min(longest+2, len(runes)-i); n >= 1; n-- { // two more: a digit, and a colon or a mark of its own
			if end := i + n; (end == len(runes) || from[end] > 0) && startsNoMark(runes, end) && isSyllable(string(runes[i:end])) {
				from[i] = n
				break
			}
		}
	}
	if from[0] == 0 {
		return nil, false
	}
	var out []string
	for i := 0; i < len(runes); i += from[i] {
		out = append(out, string(runes[i:i+from[i]]))
	}
	return out, true
}

// isSyllable is Valid for one stretch of a word: consonants alone only with a tone, or as the r of erhua.
func isSyllable(s string) bool {
	letters, tone := Plain(s)
	lower := strings.ToLower(letters)
	if strings.ContainsAny(strings.TrimRight(s, "012345"), "012345") {
		return false
	}
	return valid[lower] && (tone > 0 || lower == "r" || strings.ContainsAny(lower, "aeiouü"))
}

func startsNoMark(runes []rune, at int) bool {
	return at == len(runes) || combining[runes[at]] == 0 && runes[at] != '\u0308' && runes[at] != ':' && (runes[at] < '0' || runes[at] > '5')
}

// Key is pinyin without tones, spaces and apostrophes, in lower case and with v for ü: what a learner types to find a
// word. "Zhuàn sù", "zhuan4su4" and "zhuansu" have the key zhuansu; "lǜ", "lu:4", "lü" and "lv" the key lv.
func Key(s string) string {
	letters, _ := Plain(s)
	var b strings.Builder
	var last rune
	for _, r := range strings.ToLower(letters) {
		switch {
		case r == 'ü' && strings.ContainsRune("jqxy", last):
			r = 'u'
		case r == 'ü':
			r = 'v'
		case (r < 'a' || r > 'z') && (r < '0' || r > '9'):
			continue
		}
		b.WriteRune(r)
		last = r
	}
	key := b.String()
	// No syllables lue and nue exist: whoever types them means lüe and nüe.
	return strings.ReplaceAll(strings.ReplaceAll(key, "lue", "lve"), "nue", "nve")
}
