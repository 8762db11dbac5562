// Package layout is the format of the lexicon's table, shared by the program that writes it and the package that reads
// it.
//
// A table is a header and sections, all numbers little-endian. The header is Magic, the number of sections (uint32),
// and for each its offset and its length in bytes (two uint32). Loading copies the small sections that every text
// needs; what only look-ups and searches need is read from the binary when it is asked for.
package layout

import (
	"strings"
	"unicode"
)

// Magic begins a table and names the version of the format.
const Magic = "HZLEX02\n"

// The sections. Words are numbered from 0 in the order of their bytes; a word's number is its place in every list.
const (
	// Codes is a list of uint32 runes: the letters of the words; the code of a letter is its place plus one.
	Codes = iota
	// Trie is the words as a double-array trie: cells of base and check, two int32. From the node n the letter with code c
	// leads to base(n)+c, if that cell's check is n. Node 1 is the root; cells that nobody owns have check 0.
	Trie
	// Ends is a uint32 for each cell of the trie: 0, or one more than the number of the word that ends there.
	Ends
	// Costs is a uint16 for each word: -ln of its share of running words, in steps of 1/CostSteps; NoCost for an entry
	// that segmentation must not choose.
	Costs
	// Flags is a byte for each word, see below.
	Flags
	// Hanzi is texts: their number, a list of offsets that is one longer (both uint32), then the words themselves.
	Hanzi
	// Readings is texts: the habitual reading of each word, marked.
	Readings
	// Names is a byte for each letter, by its code less one: how likely it is in a foreign name written in Chinese, as
	// -ln of its probability in steps of 1/NameSteps; NoName: never.
	Names
	// Frequencies is a uint32 for each word: its count in the source of frequencies.
	Frequencies
	// Keys is texts: for each word the keys of its readings (pinyin.Key), each between commas.
	Keys
	// Details is texts: for each word the traditional form, or nothing where it is the same, and a line for each reading:
	// marked pinyin and glosses, parted by tabs.
	Details
	// GlossWords is texts: the English words of all glosses in order, in lower case.
	GlossWords
	// Postings is texts: for each word of glosses the words it explains, as uvarints of differences. Each is doubled, plus
	// one when the gloss is that word alone.
	Postings
	// Simplified is pairs of uint32 runes: a traditional character and its simplified one, in order.
	Simplified
	// About is a text: the date of the dictionary.
	About

	Sections
)

const (
	CostSteps = 1024
	NoCost    = 0xffff
	NameSteps = 16
	NoName    = 0xff
)

// The bits of Flags.
const (
	LevelMask = 7      // level of HSK 2.0, 0 = none
	Name      = 1 << 3 // a proper name
	Several   = 1 << 4 // has several readings: context decides
	Phrase    = 1 << 5 // not a word of the dictionary: known for its reading alone
	Long      = 1 << 6 // a phrase or a saying of the dictionary that segmentation takes apart
)

// GlossTokens are the words of a gloss or of a query in English: runs of letters and digits, in lower case.
func GlossTokens(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return unicode.Is(unicode.Han, r) || !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
}
