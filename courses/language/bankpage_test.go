package language

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"hanzhi/courses/localize"
	"hanzhi/server/fault"
)

func TestBankPages(t *testing.T) {
	w := setup(t)
	bank := w.bank("7223", [2]string{"转速", "zhuàn sù"}, [2]string{"帽子", "mào zi"}, [2]string{"绿灯", "lǜ dēng"}, [2]string{"急停", "jí tíng"})
	page := func(f BankFilter) (string, BankDetail) {
		w.Helper()
		if f.Limit == 0 {
			f.Limit = 100
		}
		detail := must(w.Bank(w.Context(), uuid.Nil, bank, f))(w)
		var list []string
		for _, term := range detail.Items {
			list = append(list, term.Hanzi)
		}
		return strings.Join(list, " "), detail
	}
	w.Run("the pages follow each other in the order of pinyin, and any place can be asked for", func(t *testing.T) {
		first, detail := page(BankFilter{Limit: 3})
		second, last := page(BankFilter{Limit: 3, Page: detail.NextPage})
		skipped, _ := page(BankFilter{Limit: 2, Skip: 1})
		if first != "急停 绿灯 帽子" || second != "转速" || skipped != "绿灯 帽子" || *detail.Matching != 4 || last.Matching != nil || last.NextPage != "" || fmt.Sprint(detail.Languages) != "[ar en]" {
			t.Errorf("%q, %q, %q, %+v", first, second, skipped, detail)
		}
	})
	w.Run("a search finds hanzi, pinyin with or without tones, and glosses", func(t *testing.T) {
		for query, want := range map[string]string{"转": "转速", "zhuansu": "转速", "Zhuàn Sù": "转速", "zhuan4 su4": "转速", "lvdeng": "绿灯", "GLOSS OF 帽": "帽子", "معنى": "急停 绿灯 帽子 转速", "%": "", "en": ""} {
			if got, _ := page(BankFilter{Query: query}); got != want && !(query == "en" && strings.Contains(got, "绿灯")) {
				t.Errorf("%s finds %q", query, got)
			}
		}
	})
	w.Run("filters narrow to safety, to what lacks a gloss and to what nobody hears", func(t *testing.T) {
		in := term1("当心", "dāng xīn")
		in.Safety, in.Gloss = true, localize.Text{"ru": "осторожно"}
		id := newID()
		must(w.PutTerm(w.Context(), w.author, bank, id, in))(w)
		for want, f := range map[string]BankFilter{"当心": {Safety: true}, "当心 ": {Unglossed: "en"}, "当心  ": {IDs: []uuid.UUID{id}}, "急停 绿灯 帽子 转速": {Unglossed: "ru"}} {
			if got, _ := page(f); got != strings.TrimSpace(want) {
				t.Errorf("%+v finds %q", f, got)
			}
		}
	})
	w.Run("a page that is none is refused", func(t *testing.T) {
		for _, p := range []string{"x", "e30", "%%"} {
			_, err := w.Bank(w.Context(), uuid.Nil, bank, BankFilter{Page: p, Limit: 1})
			wantFault(t, err, fault.Invalid, "bad_page")
		}
	})
}

// addAsset adds a ready file to the library of an institution.
func (w *world) addAsset(institution uuid.UUID, kind string) *uuid.UUID {
	id := newID()
	w.exec(`INSERT INTO assets (id, institution_id, kind, filename, size, state, playable) VALUES ($1, $2, $3, 'file', 1, 'ready', true)`, id, institution, kind)
	return &id
}

func TestTermMedia(t *testing.T) {
	t.Run("a term is seen and heard wherever its word is, and keeps its text open to newer files", func(t *testing.T) {
		w := setup(t)
		w.Serve(Addresses{Picture: func(id uuid.UUID) string { return "/p/" + id.String() }, Sound: func(id uuid.UUID) string { return "/s/" + id.String() }})
		bank, id := w.bank("7223"), newID()
		in := term1("转速", "zhuàn sù")
		in.PictureID, in.AudioID = w.addAsset(w.institution, "image"), w.addAsset(w.institution, "audio")
		saved := must(w.PutTerm(w.Context(), w.author, bank, id, in))(w)
		word := must(w.Lesson(w.Context(), w.learner, w.open, time.Time{}))(w).Words["转速"]
		entry := must(w.Entry(w.Context(), uuid.Nil, "转速"))(w).Word
		if want := "/s/" + in.AudioID.String(); saved.Audio != want || word.Audio != want || entry.Audio != want || word.Picture != "/p/"+in.PictureID.String() {
			t.Errorf("%+v, %+v, %+v", saved, word, entry)
		}
		w.happened(w.learner, "keep", "转速", 0, 0)
		if due := must(w.Due(w.Context(), w.learner, 5))(w); due.Cards[0].Word.Audio == "" {
			t.Errorf("%+v", due.Cards)
		}
	})
	t.Run("only files of libraries that the author may use are taken, of the kind that fits", func(t *testing.T) {
		w := setup(t)
		bank, nobody := w.bank("7223"), newID()
		for _, id := range []*uuid.UUID{w.addAsset(w.other, "audio"), w.addAsset(w.institution, "image"), &nobody} {
			in := term1("转速", "zhuàn sù")
			in.AudioID = id
			_, err := w.PutTerm(w.Context(), w.author, bank, newID(), in)
			wantFault(t, err, fault.Invalid, "unknown_asset")
		}
	})
	t.Run("a sound for a shipped term does not keep its text from being mended", func(t *testing.T) {
		w := setup(t)
		w.no(w.Seed(w.Context()))
		bank := must(w.Banks(w.Context(), w.admin))(w)[0].ID
		term := must(w.Bank(w.Context(), w.admin, bank, BankFilter{Limit: 1}))(w).Items[0]
		in := TermInput{Hanzi: term.Hanzi, Pinyin: term.Pinyin, PartOfSpeech: term.PartOfSpeech, Safety: term.Safety, Gloss: term.Gloss, Definition: term.Definition, Version: term.Version}
		in.AudioID = w.addAsset(w.institution, "audio")
		must(w.PutTerm(w.Context(), w.admin, bank, term.ID, in))(w)
		w.exec(`UPDATE terms SET gloss = '{"en": "old"}' WHERE id = $1`, term.ID)
		w.exec(`UPDATE term_banks SET seed_hash = '' WHERE id = $1`, bank)
		w.no(w.Seed(w.Context()))
		again := must(w.Bank(w.Context(), w.admin, bank, BankFilter{IDs: []uuid.UUID{term.ID}, Limit: 1}))(w).Items[0]
		if encoded(again.Gloss) != encoded(term.Gloss) || again.AudioID == nil {
			t.Errorf("%+v, was %+v", again, term)
		}
	})
}

func TestTermbases(t *testing.T) {
	concept := func(hanzi, en string) string {
		return `<conceptEntry><langSec xml:lang="zh-CN"><termSec><term>` + hanzi + `</term></termSec></langSec><langSec xml:lang="en"><termSec><term>` + en + `</term></termSec></langSec></conceptEntry>`
	}
	file := func(concepts ...string) string {
		return "<tbx><text><body>" + strings.Join(concepts, "\n") + "</body></text></tbx>"
	}
	t.Run("a termbase changes what it speaks of and nothing else, its pinyin from the dictionary", func(t *testing.T) {
		w := setup(t)
		bank := w.bank("7223", [2]string{"转速", "zhuàn sù"})
		c := must(w.ChangeTerms(w.Context(), w.author, bank, BankChange{TBX: file(concept("转速", "speed"), concept("检查机床", "check it")), Apply: true}))(w)
		if c.Counts != (ChangeCounts{Added: 1, Changed: 1}) || c.Changed[0].After.Gloss["ar"] != "معنى" || c.Added[0].Pinyin != "jiǎn chá jī chuáng" || len(c.Notes) != 2 {
			t.Errorf("%s", encoded(c))
		}
	})
	t.Run("a column that is missing leaves what it would say as it is", func(t *testing.T) {
		w := setup(t)
		bank, id := w.bank("7223"), newID()
		in := term1("转速", "zhuàn sù")
		in.Safety, in.AudioID = true, w.addAsset(w.institution, "audio")
		must(w.PutTerm(w.Context(), w.author, bank, id, in))(w)
		c := must(w.ChangeTerms(w.Context(), w.author, bank, BankChange{CSV: "hanzi,pinyin,gloss:ru\n转速,zhuàn sù,частота вращения\n", Apply: true}))(w)
		after := c.Changed[0].After
		if after.Gloss["en"] == "" || after.Gloss["ru"] == "" || !after.Safety || after.AudioID == nil || after.PartOfSpeech != "noun" {
			t.Errorf("%+v", after)
		}
	})
	t.Run("both files that are written are read back without a change", func(t *testing.T) {
		w := setup(t)
		bank, id := w.bank("7223", [2]string{"帽子", "mào zi"}), newID()
		in := term1("转速", "zhuàn sù")
		in.Safety, in.PartOfSpeech, in.AudioID, in.PictureID = true, "measure", w.addAsset(w.institution, "audio"), w.addAsset(w.institution, "image")
		in.Gloss, in.Definition = localize.Text{"en": "=speed", "ar": "سرعة"}, localize.Text{"zh-CN": "每分钟转多少圈", "uz-Cyrl": "тезлик"}
		must(w.PutTerm(w.Context(), w.author, bank, id, in))(w)
		var csv, tbx bytes.Buffer
		w.no(w.WriteTerms(w.Context(), bank, &csv))
		w.no(w.WriteTBX(w.Context(), bank, &tbx))
		for _, in := range []BankChange{{CSV: csv.String()}, {TBX: tbx.String()}} {
			if c := must(w.ChangeTerms(w.Context(), w.author, bank, in))(w); c.Counts != (ChangeCounts{Unchanged: 2}) || len(c.Notes)+len(c.Problems) > 0 {
				t.Errorf("%s\n%s%s", encoded(c), in.CSV, in.TBX)
			}
		}
	})
	t.Run("a file of another platform names media that are not here: they are left out and told", func(t *testing.T) {
		w := setup(t)
		bank := w.bank("7223")
		c := must(w.ChangeTerms(w.Context(), w.author, bank, BankChange{CSV: "hanzi,pinyin,audio\n转速,zhuàn sù,asset:" + newID().String() + "\n"}))(w)
		if len(c.Added) != 1 || c.Added[0].AudioID != nil || len(c.Notes) != 1 || c.Notes[0].Code != "unknown_asset" {
			t.Errorf("%s", encoded(c))
		}
	})
	t.Run("a bank that has changed since the preview is not changed", func(t *testing.T) {
		w := setup(t)
		bank := w.bank("7223")
		c := must(w.ChangeTerms(w.Context(), w.author, bank, BankChange{CSV: table}))(w)
		must(w.PutTerm(w.Context(), w.author, bank, newID(), term1("帽子", "mào zi")))(w)
		_, err := w.ChangeTerms(w.Context(), w.author, bank, BankChange{CSV: table, Apply: true, Version: c.Version})
		wantFault(t, err, fault.Conflict, "bank_changed")
		_, err = w.ChangeTerms(w.Context(), w.author, bank, BankChange{CSV: table, TBX: "<tbx/>"})
		wantFault(t, err, fault.Invalid, "one_table")
	})
}

// manyTerms is a table of n terms, and the first hanzi of each.
func manyTerms(n int) string {
	var b strings.Builder
	b.WriteString("hanzi,pinyin,pos,safety,gloss:en,gloss:ru,gloss:fr,gloss:ar\n")
	for i := range n {
		fmt.Fprintf(&b, "%c%c%c,yī èr sān,noun,false,word %d,слово %d,mot %d,كلمة %d\n", 0x4e00+i%200, 0x5200+i/200%200, 0x6200+i/40000, i, i, i, i)
	}
	return b.String()
}

func TestLargeBank(t *testing.T) {
	t.Run("100,000 terms are previewed, imported, paged, searched, edited and taken back", func(t *testing.T) {
		w := setup(t)
		bank, start := w.bank("7223"), time.Now()
		lap := func(what string, most time.Duration) {
			took := time.Since(start)
			t.Logf("%s: %v", what, took.Round(time.Millisecond))
			if took > most {
				t.Errorf("%s took %v", what, took)
			}
			start = time.Now()
		}
		table := manyTerms(100_000)
		lap(fmt.Sprintf("a table of %d bytes", len(table)), time.Minute)
		c := must(w.ChangeTerms(w.Context(), w.author, bank, BankChange{CSV: table}))(w)
		lap("preview", time.Minute)
		if c.Counts.Added != 100_000 || len(c.Added) != mostShown || len(encoded(c)) > 200_000 {
			t.Errorf("%+v", c.Counts)
		}
		must(w.ChangeTerms(w.Context(), w.author, bank, BankChange{CSV: table, Apply: true, Version: c.Version}))(w)
		lap("import", time.Minute)
		page := must(w.Bank(w.Context(), w.author, bank, BankFilter{Limit: 100}))(w)
		lap("first page", 20*time.Second)
		must(w.Bank(w.Context(), w.author, bank, BankFilter{Skip: 99_900, Limit: 100}))(w)
		lap("last page", 20*time.Second)
		found := must(w.Bank(w.Context(), w.author, bank, BankFilter{Query: "слово 99999", Limit: 100}))(w)
		lap("search", 20*time.Second)
		if *page.Matching != 100_000 || len(found.Items) != 1 {
			t.Errorf("%d terms, %d found", *page.Matching, len(found.Items))
		}
		term := page.Items[0]
		must(w.PutTerm(w.Context(), w.author, bank, term.ID, TermInput{Hanzi: term.Hanzi, Pinyin: term.Pinyin, Gloss: localize.Text{"en": "mine"}, Version: term.Version}))(w)
		lap("edit", 20*time.Second)
		must(w.Lesson(w.Context(), w.learner, w.open, time.Time{}))(w)
		lap("lesson read anew", 20*time.Second)
	})
}
