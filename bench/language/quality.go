package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"hanzhi/bench/report"
	"hanzhi/courses/language/lexicon"
	"hanzhi/courses/language/pinyin"
	"hanzhi/courses/language/segment"
)

// spans are the words of a sentence as ranges of characters, white space left out.
func spans(words []string) map[[2]int]bool {
	set, at := map[[2]int]bool{}, 0
	for _, w := range words {
		n := utf8.RuneCountInString(strings.Join(strings.Fields(w), ""))
		if n > 0 {
			set[[2]int{at, at + n}] = true
		}
		at += n
	}
	return set
}

// score counts spans: F1 is the harmonic mean of precision and recall.
type score struct{ gold, found, right int }

func (s *score) add(gold, found map[[2]int]bool) {
	s.gold += len(gold)
	s.found += len(found)
	for span := range found {
		if gold[span] {
			s.right++
		}
	}
}

func (s *score) f1() float64 { return 2 * float64(s.right) / float64(s.gold+s.found) }

// segmentation is the F1 of words on the sentences of a file, beside the longest word first.
func segmentation(l *lexicon.Lexicon, s *segment.Segmenter, name string) (report.Row, error) {
	f, err := os.Open(name)
	if err != nil {
		return report.Row{}, err
	}
	defer f.Close()
	var ours, greedy score
	var text string
	var words []string
	sentence := func() {
		if gold := spans(words); len(gold) > 0 {
			tokens := s.Segment(text)
			ours.add(gold, spans(texts(tokens)))
			greedy.add(gold, spans(longestFirst(l, tokens)))
		}
		words = nil
	}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		line := lines.Text()
		fields := strings.Split(line, "\t")
		switch {
		case strings.HasPrefix(line, "# text = "):
			text = strings.TrimPrefix(line, "# text = ")
		case line == "":
			sentence()
		case len(fields) > 1 && !strings.ContainsAny(fields[0], "-.#"):
			words = append(words, fields[1])
		}
	}
	sentence()
	return report.New("language: words of "+filepath.Base(name), fmt.Sprintf("F1 %.4f", ours.f1()), fmt.Sprintf("%.4f, longest word first", greedy.f1()), ours.f1()/greedy.f1(), "F1 >= 0.805"), lines.Err()
}

func texts(tokens []segment.Token) []string {
	list := make([]string, len(tokens))
	for i, t := range tokens {
		list[i] = t.Text
	}
	return list
}

// longestFirst cuts the Chinese of a sentence again, always taking the longest word of the dictionary.
func longestFirst(l *lexicon.Lexicon, tokens []segment.Token) []string {
	var out []string
	var run []rune
	flush := func() {
		for len(run) > 0 {
			length, node := 1, lexicon.Root
			for i, r := range run {
				if node = l.Trie.Next(node, l.Trie.Code(r)); node == lexicon.None {
					break
				}
				if id, ok := l.Trie.End(node); ok && !l.IsPhrase(id) {
					length = i + 1
				}
			}
			out = append(out, string(run[:length]))
			run = run[length:]
		}
	}
	for _, t := range tokens {
		first, _ := utf8.DecodeRuneInString(t.Text)
		if unicode.Is(unicode.Han, first) {
			run = append(run, []rune(t.Text)...)
			continue
		}
		flush()
		out = append(out, t.Text)
	}
	flush()
	return out
}

const mark = "▁"

// reading is the share of the marked characters that are read as people read them, beside the usual reading of each.
func reading(l *lexicon.Lexicon, s *segment.Segmenter, name string) (report.Row, error) {
	sentences, err := lines(name)
	if err != nil {
		return report.Row{}, err
	}
	labels, err := lines(strings.TrimSuffix(name, ".sent") + ".lb")
	if err != nil {
		return report.Row{}, err
	}
	if len(sentences) != len(labels) || len(labels) == 0 {
		return report.Row{}, fmt.Errorf("%s: %d sentences, %d readings", name, len(sentences), len(labels))
	}
	right, usual := 0, 0
	for i, sentence := range sentences {
		before, rest, _ := strings.Cut(sentence, mark)
		character, after, _ := strings.Cut(rest, mark)
		want := normal(labels[i])
		if normal(at(s.Segment(before+character+after), utf8.RuneCountInString(before))) == want {
			right++
		}
		if id, ok := l.Find(character); ok && normal(l.Pinyin(id)) == want {
			usual++
		}
	}
	n := float64(len(labels))
	ours, theirs := float64(right)/n, float64(usual)/n
	return report.New("language: readings of "+filepath.Base(name), fmt.Sprintf("%.4f right", ours), fmt.Sprintf("%.4f, usual reading", theirs), ours/theirs, ">= 0.93 right"), nil
}

// at is the syllable of the character at a place, of a word that has one for each of its characters.
func at(tokens []segment.Token, place int) string {
	for _, t := range tokens {
		n := utf8.RuneCountInString(t.Text)
		if syllables := strings.Fields(t.Pinyin); place >= t.Start && place < t.Start+n && len(syllables) == n {
			return syllables[place-t.Start]
		}
	}
	return ""
}

func normal(syllable string) string {
	return strings.ToLower(pinyin.Number(pinyin.Mark(syllable)))
}

func lines(name string) ([]string, error) {
	body, err := os.ReadFile(name)
	return strings.Split(strings.TrimSuffix(string(body), "\n"), "\n"), err
}
