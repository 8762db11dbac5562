package banks

import (
	"bufio"
	"encoding/xml"
	"io"
	"maps"
	"slices"

	"hanzhi/courses/localize"
)

const tbxHead = `<?xml version="1.0" encoding="UTF-8"?>
<tbx style="dca" type="TBX-Basic" xml:lang="zh-CN" xmlns="urn:iso:std:iso:30042:ed-2">
<tbxHeader><fileDesc><titleStmt><title>`

const tbxBody = `</title></titleStmt><sourceDesc><p>Hanzhi</p></sourceDesc></fileDesc></tbxHeader>
<text><body>
`

const tbxFoot = `</body></text>
</tbx>
`

// WriteTBX writes terms as a termbase in TBX-Basic (ISO 30042:2019, DCA) that ParseTBX reads back.
func WriteTBX(to io.Writer, title string, terms []Term) error {
	w := &tbxWriter{bufio.NewWriter(to)}
	w.raw(tbxHead)
	w.escaped(title)
	w.raw(tbxBody)
	for _, t := range terms {
		w.concept(t)
	}
	w.raw(tbxFoot)
	return w.Flush()
}

// tbxWriter keeps the first error until Flush, as every bufio.Writer does.
type tbxWriter struct{ *bufio.Writer }

func (w *tbxWriter) raw(s string) { _, _ = w.WriteString(s) }

func (w *tbxWriter) escaped(s string) { _ = xml.EscapeText(w, []byte(s)) }

// element writes <name type="…">text</name>, or nothing when there is no text.
func (w *tbxWriter) element(name, kind, text string) {
	if text == "" {
		return
	}
	w.raw("<" + name)
	if kind != "" {
		w.raw(` type="` + kind + `"`)
	}
	w.raw(">")
	w.escaped(text)
	w.raw("</" + name + ">")
}

func (w *tbxWriter) concept(t Term) {
	w.raw("<conceptEntry>")
	for kind, id := range map[string]string{"xGraphic": reference(t.Picture), "externalCrossReference": reference(t.Audio)} {
		if id != "" {
			w.raw(`<xref type="` + kind + `" target="` + id + `">`)
			w.escaped(t.Hanzi)
			w.raw("</xref>")
		}
	}
	w.section("zh-CN", t.Definition["zh-CN"], t.Hanzi, func() {
		if t.PartOfSpeech != "" {
			w.partOfSpeech(t.PartOfSpeech)
		}
		if t.Safety {
			w.element("admin", "projectSubset", safetySubset)
		}
	})
	w.section(PinyinLanguage, "", t.Pinyin, func() {})
	for _, locale := range languagesOf(t) {
		w.section(locale, t.Definition[locale], t.Gloss[locale], func() {})
	}
	w.raw("</conceptEntry>\n")
}

// languagesOf are those of glosses and definitions but the Chinese ones.
func languagesOf(t Term) []string {
	all := localize.Text{}
	maps.Copy(all, t.Gloss)
	maps.Copy(all, t.Definition)
	return slices.DeleteFunc(all.Locales(), isChinese)
}

// section writes what one language says.
func (w *tbxWriter) section(lang, definition, term string, about func()) {
	if term == "" && definition == "" {
		return
	}
	w.raw(`<langSec xml:lang="` + lang + `">`)
	w.element("descrip", "definition", definition)
	if term != "" {
		w.raw("<termSec>")
		w.element("term", "", term)
		about()
		w.raw("</termSec>")
	}
	w.raw("</langSec>")
}

// partOfSpeech writes one that TBX-Basic knows, and ours as a note where it does not.
func (w *tbxWriter) partOfSpeech(pos string) {
	if slices.Contains([]string{"noun", "verb", "adjective", "adverb"}, pos) {
		w.element("termNote", "partOfSpeech", pos)
		return
	}
	w.element("termNote", "partOfSpeech", "other")
	if pos == "phrase" {
		w.element("termNote", "termType", pos)
	} else if pos != "other" {
		w.element("note", "", ownPart+pos)
	}
}
