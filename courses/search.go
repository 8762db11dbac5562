package courses

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"hanzhi/courses/localize"
)

// Search folds texts and queries alike, then Postgres stems them: case, width, accents, Arabic vowel signs, forms of
// alef and the article go; Hanzi, which no space parts, are cut into overlapping pairs, so that any part of a
// word is found through the same index.

// searchable is a course as search_document takes it: parallel lists, and the folded plain text.
type searchable struct {
	configs, weights, texts []string
	plain                   string
}

// searchLimit is how much of a course's texts is looked at, in bytes; a tsvector holds 1 MB.
const searchLimit = 200_000

var tags = regexp.MustCompile(`<[^>]*>|&[a-z0-9#]+;`)

func searchDocument(c revisionCourse, o revisionOutline) searchable {
	var d searchable
	d.add("A", c.Title)
	d.add("B", c.Summary)
	for _, u := range o.Units {
		d.add("C", u.Title)
		for _, l := range u.Lessons {
			d.add("C", l.Title)
			d.add("D", l.Summary)
		}
	}
	description := make(localize.Text, len(c.Description))
	for locale, html := range c.Description {
		description[locale] = tags.ReplaceAllString(html, " ")
	}
	d.add("D", description)
	return d
}

func (d *searchable) add(weight string, t localize.Text) {
	for _, locale := range t.Locales() {
		if len(d.plain) > searchLimit {
			return
		}
		folded := fold(t[locale])
		d.plain += folded + "\n"
		words, pairs := splitWords(folded)
		forms := strings.Join(words, " ")
		if bare := dropAccents(forms); bare != forms {
			forms += " " + bare
		}
		d.text(stemmer(locale), weight, forms)
		d.text("simple", weight, strings.Join(pairs, " "))
	}
}

func (d *searchable) text(config, weight, text string) {
	if text != "" {
		d.configs, d.weights, d.texts = append(d.configs, config), append(d.weights, weight), append(d.texts, text)
	}
}

// stemmer is the Postgres text search configuration of a locale.
func stemmer(locale string) string {
	language, _, _ := strings.Cut(locale, "-")
	switch language {
	case "en":
		return "english"
	case "fr":
		return "french"
	case "ru":
		return "russian"
	case "ar":
		return "arabic"
	}
	return "simple"
}

// searchTerms is a query as search_query takes it, with the runs of Hanzi that must stand in the text as they are.
type searchTerms struct {
	words, roots []string // a word is one or two forms, parted by a space
	stemmed      []bool
	exact        []string
}

// maxTerms bounds the work of a query; people type a few words.
const maxTerms = 12

func parseQuery(query string) searchTerms {
	var t searchTerms
	words, _ := splitWords(fold(query))
	for _, w := range words {
		forms := w
		if bare := dropAccents(w); bare != w {
			forms += " " + bare // the stemmer does better with accents, people often do without
		}
		t.add(forms, root(w), true)
	}
	for _, run := range hanziRuns(fold(query)) {
		for _, pair := range pairsOf(run, false) {
			t.add(pair, "", false)
		}
		if utf8.RuneCountInString(run) > 2 {
			t.exact = append(t.exact, run)
		}
	}
	return t
}

func (t *searchTerms) add(word, root string, stemmed bool) {
	if len(t.words) < maxTerms {
		t.words, t.roots, t.stemmed = append(t.words, word), append(t.roots, root), append(t.stemmed, stemmed)
	}
}

// folds are the letters that people write either way.
var folds = strings.NewReplacer("أ", "ا", "إ", "ا", "آ", "ا", "ٱ", "ا", "ى", "ي", "ـ", "", "ё", "е",
	"٠", "0", "١", "1", "٢", "2", "٣", "3", "٤", "4", "٥", "5", "٦", "6", "٧", "7", "٨", "8", "٩", "9")

// fold makes a text comparable: one width, lower case, no Arabic vowel signs, one alef.
func fold(s string) string {
	s = strings.ToLower(norm.NFKC.String(s))
	return strings.Map(func(r rune) rune {
		if r >= 0x064B && r <= 0x065F || r == 0x0670 || r >= 0x06D6 && r <= 0x06ED || r == 0x200C || r == 0x200D || r == 0 {
			return -1
		}
		return r
	}, folds.Replace(s))
}

// dropAccents makes é an e; other scripts stay (й is no и).
func dropAccents(s string) string {
	if isASCII(s) {
		return s
	}
	var b strings.Builder
	latin := false
	for _, r := range norm.NFD.String(s) {
		if unicode.Is(unicode.Mn, r) && latin {
			continue
		}
		latin = unicode.Is(unicode.Latin, r)
		b.WriteRune(r)
	}
	return norm.NFC.String(b.String())
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// splitWords parts a folded text into words of letters and digits, without the Arabic article, and into the pairs of
// its Hanzi, with each of them alone too.
func splitWords(s string) (words, pairs []string) {
	for _, w := range strings.FieldsFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Han, r)
	}) {
		words = append(words, dropArticle(w))
	}
	for _, run := range hanziRuns(s) {
		pairs = append(pairs, pairsOf(run, true)...)
	}
	return words, pairs
}

func hanziRuns(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return !unicode.Is(unicode.Han, r) })
}

// pairsOf cuts 车床工 into 车床 床工; alone adds 车 床 工 for queries of one character. A single one is itself.
func pairsOf(run string, alone bool) []string {
	runes := []rune(run)
	var parts []string
	for i := range runes {
		if alone || len(runes) == 1 {
			parts = append(parts, string(runes[i]))
		}
		if i+1 < len(runes) {
			parts = append(parts, string(runes[i:i+2]))
		}
	}
	return parts
}

// articles are the Arabic article and what is written together with it, the longest first.
var articles = []string{"وال", "بال", "كال", "فال", "لل", "ال"}

// dropArticle leaves at least three letters: الله and the like stay whole words.
func dropArticle(w string) string {
	for _, a := range articles {
		if rest, found := strings.CutPrefix(w, a); found && utf8.RuneCountInString(rest) >= 3 {
			return rest
		}
	}
	return w
}

// adjective matches the ending of a Russian adjective with the suffix that makes it of a noun.
var adjective = regexp.MustCompile(`^([а-я]{4,}?)(?:ическ|ичн|очн|ечн|овск|ов|ев|енн|онн|ск|н)?(?:ый|ий|ой|ая|яя|ое|ее|ые|ие|ого|его|ому|ему|ым|им|ую|юю|ых|их|ыми|ими)$`)

// root returns what a Russian adjective is derived from, so that пожарный finds пожар; "" where it cannot tell.
func root(w string) string {
	if m := adjective.FindStringSubmatch(w); m != nil {
		return m[1]
	}
	return ""
}
