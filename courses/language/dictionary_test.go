package language

import (
	"slices"
	"testing"

	"github.com/google/uuid"

	"hanzhi/server/fault"
)

func hanziOf(words []Word) []string {
	var list []string
	for _, w := range words {
		list = append(list, w.Hanzi)
	}
	return list
}

func TestSearch(t *testing.T) {
	t.Run("words are found by hanzi, by pinyin with and without tones, and by meaning", func(t *testing.T) {
		w := setup(t)
		for _, query := range []string{"转速", "zhuàn sù", "zhuansu", "zhuan4su4"} {
			if found := must(w.Search(w.Context(), uuid.Nil, query, 10))(w); len(found) == 0 || found[0].Hanzi != "转速" {
				t.Errorf("%q finds %q", query, hanziOf(found))
			}
		}
		if found := must(w.Search(w.Context(), uuid.Nil, "hat", 50))(w); !slices.Contains(hanziOf(found), "帽子") {
			t.Errorf("hat finds %q", hanziOf(found))
		}
	})
	t.Run("terms are found by a gloss in any language", func(t *testing.T) {
		w := setup(t)
		w.bank("7223", [2]string{"检查机床", "jiǎn chá jī chuáng"})
		if found := must(w.Search(w.Context(), w.learner, "معنى", 10))(w); len(found) != 1 || found[0].Hanzi != "检查机床" {
			t.Errorf("%q", hanziOf(found))
		}
	})
	t.Run("what the viewer keeps is said so", func(t *testing.T) {
		w := setup(t)
		w.happened(w.learner, "keep", "转速", 0, 0)
		if found := must(w.Search(w.Context(), w.learner, "转速", 1))(w); len(found) != 1 || !found[0].Kept {
			t.Errorf("%+v", found)
		}
	})
	t.Run("nothing is found for nothing", func(t *testing.T) {
		w := setup(t)
		for _, query := range []string{" ", "qqqqqqqq", "\xff", "%"} {
			if found := must(w.Search(w.Context(), uuid.Nil, query, 10))(w); len(found) != 0 {
				t.Errorf("%q finds %q", query, hanziOf(found))
			}
		}
	})
}

func TestEntry(t *testing.T) {
	t.Run("a word has its readings, its characters and the lines that it stands in", func(t *testing.T) {
		w := setup(t)
		e := must(w.Entry(w.Context(), w.learner, "转速"))(w)
		if len(e.Readings) == 0 || len(e.Characters) != 2 || e.Traditional != "轉速" {
			t.Errorf("%s", encoded(e))
		}
		if len(e.Occurrences) != 4 || e.Occurrences[0].LessonID != w.open || e.Occurrences[0].Text != spoken[1] || *e.Occurrences[0].StartMs != 2000 || e.Occurrences[0].CourseTitle["en"] != "Lathe" {
			t.Errorf("%s", encoded(e.Occurrences))
		}
	})
	t.Run("a visitor sees the lines of previews alone", func(t *testing.T) {
		w := setup(t)
		for _, o := range must(w.Entry(w.Context(), uuid.Nil, "转速"))(w).Occurrences {
			if o.LessonID != w.open {
				t.Errorf("%+v", o)
			}
		}
	})
	t.Run("a term that the dictionary lacks has a page", func(t *testing.T) {
		w := setup(t)
		w.bank("7223", [2]string{"检查机床", "jiǎn chá jī chuáng"})
		if e := must(w.Entry(w.Context(), w.learner, "检查机床"))(w); e.Word.Gloss["ar"] == "" || len(e.Readings) != 1 || len(e.Occurrences) == 0 {
			t.Errorf("%s", encoded(e))
		}
	})
	t.Run("what nobody knows is not found", func(t *testing.T) {
		w := setup(t)
		for _, word := range []string{"咕呱龘", "hello", "", "\x00", "\xff", "转速转速转速转速转速转速转速"} {
			_, err := w.Entry(w.Context(), w.learner, word)
			wantFault(t, err, fault.NotFound, "")
		}
	})
}

func TestWords(t *testing.T) {
	t.Run("own words come in pages, in order, and can be looked through", func(t *testing.T) {
		w := setup(t)
		for _, word := range []string{"转速", "机床", "帽子", "检查"} {
			w.happened(w.learner, "keep", word, 0, 0)
		}
		w.happened(w.learner, "drop", "检查", 0, 0)
		first := must(w.Words(w.Context(), w.learner, WordFilter{Limit: 2}))(w)
		rest := must(w.Words(w.Context(), w.learner, WordFilter{Limit: 2, After: first.Next}))(w)
		got := []string{first.Items[0].Hanzi, first.Items[1].Hanzi, rest.Items[0].Hanzi}
		if !slices.IsSorted(got) || first.Total != 3 || first.Next == "" || rest.Next != "" || rest.Total != 3 {
			t.Errorf("%q, total %d, then %q", got, first.Total, rest.Next)
		}
		if found := must(w.Words(w.Context(), w.learner, WordFilter{Limit: 9, Query: "zhuansu"}))(w); found.Total != 1 || found.Items[0].Memory.State != "new" {
			t.Errorf("%+v", found)
		}
		if all := must(w.Words(w.Context(), w.learner, WordFilter{Limit: 9, All: true}))(w); all.Total != 4 {
			t.Errorf("%d in all", all.Total)
		}
	})
	t.Run("a page that is none is refused", func(t *testing.T) {
		w := setup(t)
		_, err := w.Words(w.Context(), w.learner, WordFilter{After: "!", Limit: 1})
		wantFault(t, err, fault.Invalid, "bad_page")
	})
}
