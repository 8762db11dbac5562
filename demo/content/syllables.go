package content

import (
	"fmt"
	"strings"
	"unicode"
)

// legal are all syllables of Mandarin, by initial; an initial of "-" is none.
var legal = legalSyllables(map[string]string{
	"-":  "a ai an ang ao e ei en eng er o ou",
	"b":  "a ai an ang ao ei en eng i ian iao ie in ing o u",
	"p":  "a ai an ang ao ei en eng i ian iao ie in ing o ou u",
	"m":  "a ai an ang ao e ei en eng i ian iao ie in ing iu o ou u",
	"f":  "a an ang ei en eng o ou u",
	"d":  "a ai an ang ao e ei en eng i ia ian iao ie ing iu ong ou u uan ui un uo",
	"t":  "a ai an ang ao e eng i ian iao ie ing ong ou u uan ui un uo",
	"n":  "a ai an ang ao e ei en eng i ian iang iao ie in ing iu ong ou u uan uo ü üe",
	"l":  "a ai an ang ao e ei eng i ia ian iang iao ie in ing iu ong ou u uan un uo ü üe",
	"g":  "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
	"k":  "a ai an ang ao e en eng ong ou u ua uai uan uang ui un uo",
	"h":  "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
	"j":  "i ia ian iang iao ie in ing iong iu u uan ue un",
	"q":  "i ia ian iang iao ie in ing iong iu u uan ue un",
	"x":  "i ia ian iang iao ie in ing iong iu u uan ue un",
	"zh": "a ai an ang ao e ei en eng i ong ou u ua uai uan uang ui un uo",
	"ch": "a ai an ang ao e en eng i ong ou u ua uai uan uang ui un uo",
	"sh": "a ai an ang ao e ei en eng i ou u ua uai uan uang ui un uo",
	"r":  "an ang ao e en eng i ong ou u ua uan ui un uo",
	"z":  "a ai an ang ao e ei en eng i ong ou u uan ui un uo",
	"c":  "a ai an ang ao e en eng i ong ou u uan ui un uo",
	"s":  "a ai an ang ao e en eng i ong ou u uan ui un uo",
	"y":  "a an ang ao e i in ing o ong ou u uan ue un",
	"w":  "a ai an ang ei en eng o u",
})

func legalSyllables(byInitial map[string]string) map[string]bool {
	set := map[string]bool{}
	for initial, finals := range byInitial {
		for _, f := range strings.Fields(finals) {
			set[strings.TrimPrefix(initial, "-")+f] = true
		}
	}
	return set
}

// marked gives for a vowel with a tone mark the bare vowel and the tone.
var marked = map[rune]struct {
	bare rune
	tone int
}{}

func init() {
	for vowel, forms := range map[rune]string{'a': "āáǎà", 'e': "ēéěè", 'i': "īíǐì", 'o': "ōóǒò", 'u': "ūúǔù", 'ü': "ǖǘǚǜ"} {
		for i, r := range []rune(forms) {
			marked[r] = struct {
				bare rune
				tone int
			}{vowel, i + 1}
		}
	}
}

// syllables splits one written word of pinyin. An apostrophe or a hyphen divides; between them the split with the
// fewest syllables of the table is taken, each with at most one tone mark. A capital letter is read by its name.
func syllables(word string) ([]Syllable, error) {
	var all []Syllable
	parts := strings.FieldsFunc(word, func(r rune) bool { return r != '\'' && unicode.IsPunct(r) || r == '\'' })
	for _, part := range parts {
		runes := []rune(part)
		if len(runes) == 1 && unicode.IsUpper(runes[0]) {
			all = append(all, Syllable{part, 5})
			continue
		}
		s, ok := split(runes)
		if !ok {
			return nil, fmt.Errorf("%q is not pinyin", word)
		}
		all = append(all, s...)
	}
	return all, nil
}

func split(runes []rune) ([]Syllable, bool) {
	if len(runes) == 0 {
		return nil, true
	}
	var best []Syllable
	for n := min(6, len(runes)); n > 0; n-- {
		s, ok := syllable(runes[:n])
		if !ok || n < len(runes) && startsWithVowel(runes[n]) {
			continue // inside a word a syllable that begins with a vowel is set off by an apostrophe
		}
		rest, ok := split(runes[n:])
		if ok && (best == nil || len(rest)+1 < len(best)) {
			best = append([]Syllable{s}, rest...)
		}
	}
	return best, best != nil
}

func startsWithVowel(r rune) bool {
	if m, ok := marked[r]; ok {
		r = m.bare
	}
	return strings.ContainsRune("aeo", r)
}

func syllable(runes []rune) (Syllable, bool) {
	s, at, bare := Syllable{Tone: 5}, -1, make([]rune, len(runes))
	for i, r := range runes {
		bare[i] = r
		if m, ok := marked[r]; ok {
			if at >= 0 {
				return s, false
			}
			bare[i], s.Tone, at = m.bare, m.tone, i
		}
	}
	s.Letters = string(bare)
	return s, legal[s.Letters] && (at < 0 || at == markPlace(bare))
}

// markPlace is where the mark belongs: on a or e, on the o of ou, else on the last vowel.
func markPlace(bare []rune) int {
	last := -1
	for i, r := range bare {
		switch r {
		case 'a', 'e':
			return i
		case 'o':
			if i+1 < len(bare) && bare[i+1] == 'u' {
				return i
			}
			last = i
		case 'i', 'u', 'ü':
			last = i
		}
	}
	return last
}
