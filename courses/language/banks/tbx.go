package banks

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"hanzhi/courses/localize"
)

// PinyinLanguage is how TBX files name the pinyin: as one more language of the concept, which every tool shows.
const PinyinLanguage = "zh-Latn-pinyin"

// Limits of a TBX file, beside those of a table.
const (
	maxDepth = 32
	maxText  = 20_000 // bytes of one element
)

// ParseTBX reads a termbase in TBX-Basic: ISO 30042 of 2019 (DCA or DCT) and the martif files of the older TBX v2 that
// translators' tools write. A concept is a term: its first Chinese term the hanzi, each further Chinese one a term of the
// same meaning, the terms of its other languages the glosses. What a file has no place for is ignored; pinyin that it does
// not have is asked of read ("" = unknown). Declared entities are refused, and nothing outside the file is ever read.
//
// Codes beside those of Parse: bad_xml, not_tbx, xml_entities, too_deep, no_chinese.
func ParseTBX(b []byte, read func(hanzi string) string) Table {
	t := newTable()
	if !utf8.Valid(b) {
		t.problem(1+bytes.Count(b[:invalidAt(b)], []byte("\n")), "", "not_utf8")
		return t.Table
	}
	d := xml.NewDecoder(bytes.NewReader(b))
	// The text has been decoded already, whatever its declaration says.
	d.CharsetReader = func(_ string, input io.Reader) (io.Reader, error) { return input, nil }
	x := &tbx{table: t, decoder: d, read: read}
	x.run()
	return t.Table
}

// tbx is a file being read.
type tbx struct {
	*table
	decoder *xml.Decoder
	read    func(string) string
	path    []xml.StartElement
	text    strings.Builder
	concept *concept
	isTBX   bool
}

// concept is an entry being read.
type concept struct {
	line       int
	chinese    []chineseTerm
	chineseTag string // of the first Chinese section: others repeat it in another script
	pinyin     []string
	gloss      map[string][]string
	definition localize.Text
	pos        string
	safety     bool
	picture    *uuid.UUID
	audio      *uuid.UUID
}

type chineseTerm struct{ hanzi, pinyin, pos string }

func (x *tbx) run() {
	for !x.full() {
		token, err := x.decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		line, _ := x.decoder.InputPos()
		if err != nil {
			code := "bad_xml"
			if strings.Contains(err.Error(), "entity") {
				code = "xml_entities"
			}
			x.problem(line, "", code)
			return
		}
		switch token := token.(type) {
		case xml.Directive:
			// A DTD may be named, as older files do; it is not read. One that declares things of its own is refused.
			if bytes.ContainsAny(token, "[") || bytes.Contains(bytes.ToUpper(token), []byte("ENTITY")) {
				x.problem(line, "", "xml_entities")
				return
			}
		case xml.StartElement:
			if len(x.path) == maxDepth {
				x.problem(line, "", "too_deep")
				return
			}
			x.start(token.Copy(), line)
		case xml.CharData:
			if x.concept != nil && x.text.Len() < maxText {
				x.text.Write(token)
			}
		case xml.EndElement:
			if !x.end() {
				return
			}
		}
	}
	if !x.isTBX && len(x.Problems) == 0 {
		x.problem(1, "", "not_tbx")
	}
}

func (x *tbx) start(e xml.StartElement, line int) {
	if len(x.path) == 0 {
		x.isTBX = slices.Contains([]string{"martif", "tbx", "TBX"}, e.Name.Local)
	}
	x.path = append(x.path, e)
	switch e.Name.Local {
	case "termEntry", "conceptEntry":
		x.concept = &concept{line: line, gloss: map[string][]string{}, definition: localize.Text{}}
	case "xref":
		if x.concept != nil {
			x.concept.refer(attribute(e, "type"), attribute(e, "target"))
		}
	case "hi", "foreign", "ph", "sc", "ec": // inline marks: their text belongs to what is around them
		return
	}
	x.text.Reset()
}

// end closes an element; false ends the reading.
func (x *tbx) end() bool {
	e := x.path[len(x.path)-1]
	if x.concept != nil {
		x.concept.take(e, x.language(), strings.Join(strings.Fields(x.text.String()), " "))
	}
	x.path = x.path[:len(x.path)-1]
	if name := e.Name.Local; x.concept != nil && (name == "termEntry" || name == "conceptEntry") {
		c := x.concept
		x.concept = nil
		return x.addConcept(c)
	}
	return true
}

// language is that of the innermost section that names one.
func (x *tbx) language() string {
	for _, e := range slices.Backward(x.path) {
		if slices.Contains([]string{"langSet", "langSec"}, e.Name.Local) {
			return attribute(e, "lang")
		}
	}
	return ""
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return strings.TrimSpace(a.Value)
		}
	}
	return ""
}

func (c *concept) refer(kind, target string) {
	id, err := uuid.Parse(strings.TrimPrefix(target, "asset:"))
	if err != nil {
		return // a picture somewhere on the network: not ours to fetch
	}
	switch kind {
	case "xGraphic":
		c.picture = &id
	case "xAudio", "externalCrossReference":
		c.audio = &id
	}
}

// take reads one element that has ended. Its name is a category of its own in DCT files, and its type in all others.
func (c *concept) take(e xml.StartElement, lang, text string) {
	name := e.Name.Local
	if category := attribute(e, "type"); category != "" {
		name = category
	}
	last := len(c.chinese) - 1
	inTerm := last >= 0 && isChinese(lang)
	switch name {
	case "term":
		c.takeTerm(lang, text)
	case "partOfSpeech":
		if inTerm {
			c.chinese[last].pos = partOfSpeech(text)
		} else if c.pos == "" {
			c.pos = partOfSpeech(text)
		}
	case "termType":
		if inTerm && text == "phrase" {
			c.chinese[last].pos = "phrase"
		}
	case "note":
		if pos, found := strings.CutPrefix(text, ownPart); found && inTerm && IsPartOfSpeech(pos) {
			c.chinese[last].pos = pos
		}
	case "pronunciation", "transliteration":
		if inTerm {
			c.chinese[last].pinyin = text
		}
	case "definition":
		if locale := locale(lang); localize.IsLocale(locale) && c.definition[locale] == "" {
			c.definition[locale] = text
		}
	case "projectSubset":
		c.safety = c.safety || text == safetySubset
	}
}

func (c *concept) takeTerm(lang, text string) {
	switch {
	case text == "":
	case isPinyin(lang):
		c.pinyin = append(c.pinyin, text)
	case isChinese(lang):
		if c.chineseTag == "" {
			c.chineseTag = lang
		}
		if c.chineseTag == lang {
			c.chinese = append(c.chinese, chineseTerm{hanzi: strings.ReplaceAll(text, " ", "")})
		}
	case localize.IsLocale(locale(lang)):
		c.gloss[locale(lang)] = append(c.gloss[locale(lang)], text)
	}
}

func isPinyin(lang string) bool { return strings.HasPrefix(strings.ToLower(lang), "zh-latn") }

func isChinese(lang string) bool {
	base, _, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(lang, "_", "-")), "-")
	return (base == "zh" || base == "cmn") && !isPinyin(lang)
}

// locale is a language of a file as texts are kept: translators' tools name a region (en-US) where no other is meant.
func locale(lang string) string {
	lang = strings.ReplaceAll(lang, "_", "-")
	base, _, _ := strings.Cut(strings.ToLower(lang), "-")
	switch {
	case isChinese(lang):
		return "zh-CN"
	case slices.Contains([]string{"en", "ru", "fr", "ar"}, base):
		return base
	case localize.IsLocale(lang):
		return lang
	}
	return base
}

// Words of TBX-Basic for what our terms are.
const (
	safetySubset = "safety"
	ownPart      = "partOfSpeech: " // begins a note that names a part of speech TBX-Basic has no word for
)

func partOfSpeech(text string) string {
	switch text = strings.ToLower(strings.ReplaceAll(text, " ", "")); {
	case text == "propernoun":
		return "noun"
	case IsPartOfSpeech(text):
		return text
	}
	return "other"
}

// addConcept turns an entry into terms; false when the table can take no more.
func (x *tbx) addConcept(c *concept) bool {
	if len(c.chinese) == 0 {
		x.problem(c.line, "hanzi", "no_chinese")
		return true
	}
	gloss := localize.Text{}
	for locale, texts := range c.gloss {
		gloss[locale] = strings.Join(slices.Compact(texts), ", ")
	}
	x.note(c, gloss)
	for i, zh := range c.chinese {
		term := Term{Line: c.line, Hanzi: zh.hanzi, Pinyin: zh.pinyin, PartOfSpeech: zh.pos, Safety: c.safety, Gloss: gloss, Definition: c.definition, Picture: c.picture, Audio: c.audio}
		if term.Pinyin == "" && i < len(c.pinyin) {
			term.Pinyin = c.pinyin[i]
		}
		if term.PartOfSpeech == "" {
			term.PartOfSpeech = c.pos
		}
		guessed := term.Pinyin == ""
		if guessed {
			term.Pinyin = x.read(zh.hanzi)
		}
		before := len(x.Terms)
		if !x.add(term) {
			return false
		}
		if guessed && len(x.Terms) > before {
			x.Guessed = append(x.Guessed, c.line)
		}
	}
	return true
}

// note remembers what the file says anything of.
func (x *tbx) note(c *concept, gloss localize.Text) {
	for _, each := range []struct {
		column string
		said   bool
	}{{"hanzi", true}, {"pinyin", true}, {"safety", c.safety}, {"picture", c.picture != nil}, {"audio", c.audio != nil},
		{"pos", c.pos != "" || slices.ContainsFunc(c.chinese, func(t chineseTerm) bool { return t.pos != "" })}} {
		if each.said {
			x.columns[each.column] = true
		}
	}
	for locale := range gloss {
		x.columns["gloss:"+locale] = true
	}
	for locale := range c.definition {
		x.columns["definition:"+locale] = true
	}
}
