package lexicon

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"
	"unicode/utf8"

	"hanzhi/courses/language/lexicon/layout"
	"hanzhi/courses/language/pinyin"
)

func setup(t *testing.T) *Lexicon {
	t.Helper()
	l, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestLoad(t *testing.T) {
	t.Parallel()
	t.Run("a program without a table says how to build it", func(t *testing.T) {
		t.Parallel()
		if _, err := load(fstest.MapFS{}); !errors.Is(err, ErrNotBuilt) || !strings.Contains(err.Error(), "make build") {
			t.Errorf("%v", err)
		}
	})
	t.Run("a table of another version, or a part of one, is refused", func(t *testing.T) {
		t.Parallel()
		whole, err := files.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		other := append([]byte("HZLEX00\n"), whole[len(layout.Magic):]...)
		for name, body := range map[string][]byte{"other": other, "empty": nil, "head": whole[:20], "half": whole[:len(whole)/8]} {
			if _, err := load(fstest.MapFS{file: {Data: body}}); err == nil {
				t.Errorf("%s: loaded", name)
			}
		}
	})
	t.Run("the notice names the sources and their licences", func(t *testing.T) {
		t.Parallel()
		notice, err := Notice()
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"CC-CEDICT", "Attribution-ShareAlike 4.0", setup(t).About(), "mdbg.net", "MIT License", "Pepe Becker", "jieba", "pinyin-pro"} {
			if !strings.Contains(notice, want) {
				t.Errorf("%q is missing", want)
			}
		}
	})
}

func TestWord(t *testing.T) {
	t.Parallel()
	l := setup(t)
	t.Run("a word has its traditional form, readings, glosses, frequency and level", func(t *testing.T) {
		t.Parallel()
		w, ok := l.Word("电脑")
		if !ok || w.Traditional != "電腦" || len(w.Readings) != 1 || w.Readings[0].Pinyin != "diàn nǎo" || w.Readings[0].Glosses[0] != "computer" || w.Level != 1 || w.Frequency < 1000 {
			t.Errorf("%v %+v", ok, w)
		}
	})
	t.Run("the habitual reading comes first", func(t *testing.T) {
		t.Parallel()
		for hanzi, want := range map[string]string{
			"转速": "zhuàn sù", "长": "cháng", "重": "zhòng", "明朝": "Míng cháo", "一个": "yī gè", "公差": "gōng chā", "多少": "duō shao", "贾": "Jiǎ", "谁": "shéi", "绿": "lǜ",
			"一点儿": "yī diǎn r", "T恤": "T xù", "西安": "Xī ān", "衣服": "yī fu",
		} {
			if w, ok := l.Word(hanzi); !ok || !strings.EqualFold(w.Readings[0].Pinyin, want) {
				t.Errorf("%s: %v %+v, want %s", hanzi, ok, w, want)
			}
		}
	})
	t.Run("a word with several readings has the meanings of each", func(t *testing.T) {
		t.Parallel()
		w, _ := l.Word("转")
		find := func(marked, gloss string) bool {
			return slices.ContainsFunc(w.Readings, func(r Reading) bool {
				return r.Pinyin == marked && strings.Contains(strings.Join(r.Glosses, ";"), gloss)
			})
		}
		if !find("zhuǎn", "to turn") || !find("zhuàn", "to revolve") {
			t.Errorf("%+v", w)
		}
	})
	t.Run("what is no word is not found", func(t *testing.T) {
		t.Parallel()
		for _, s := range []string{"", "转速转速", "xyz", "\xff", "转速 ", "，"} {
			if w, ok := l.Word(s); ok {
				t.Errorf("%q is %+v", s, w)
			}
		}
	})
	t.Run("every entry is found by its text, and has a reading of valid syllables", func(t *testing.T) {
		t.Parallel()
		odd := 0
		for id := range ID(l.Size()) {
			if got, ok := l.Find(l.Hanzi(id)); !ok || got != id {
				t.Fatalf("%s is %d, not %d", l.Hanzi(id), got, id)
			}
			if cost, ok := l.Cost(id); ok && (cost <= 0 || !pinyin.IsReading(l.Hanzi(id), l.Pinyin(id))) {
				odd++
			}
		}
		if odd > 20 { // the dictionary has xx where nobody knows the reading
			t.Errorf("%d words have readings that do not fit", odd)
		}
	})
}

// found are the words that a query finds, in order.
func found(l *Lexicon, query string, limit int) string {
	var list []string
	for _, m := range l.Search(query, limit) {
		list = append(list, m.Hanzi)
	}
	return strings.Join(list, " ")
}

func TestSearch(t *testing.T) {
	t.Parallel()
	l := setup(t)
	t.Run("pinyin finds a word in every way to write it", func(t *testing.T) {
		t.Parallel()
		for _, q := range []string{"zhuansu", "zhuàn sù", "zhuan4su4", "zhuan4 su4", "zhuan su", "ZHUANSU", "zhuan'su", "zhuànsù", "zhuan4su", " zhuansu "} {
			if got := found(l, q, 1); got != "转速" {
				t.Errorf("%q finds %q", q, got)
			}
		}
		for _, q := range []string{"lv4", "lǜ", "lü4", "lu:4", "lv"} {
			if got := found(l, q, 3); !strings.Contains(got, "绿") {
				t.Errorf("%q finds %q", q, got)
			}
		}
	})
	t.Run("tones that are given must agree", func(t *testing.T) {
		t.Parallel()
		for q, wants := range map[string][2]string{"ma3": {"马", "妈"}, "mā": {"妈", "马"}, "shi4": {"是", "十"}, "hàn jiē": {"焊接", "汉界"}} {
			got := " " + found(l, q, 20) + " "
			if !strings.Contains(got, " "+wants[0]+" ") || strings.Contains(got, " "+wants[1]+" ") {
				t.Errorf("%q finds %s", q, got)
			}
		}
	})
	t.Run("borders of syllables that are given must agree", func(t *testing.T) {
		t.Parallel()
		if got := found(l, "xi'an", 1); got != "西安" {
			t.Errorf("xi'an finds %s", got)
		}
		if got := found(l, "xian", 3); strings.Contains(got, "西安") {
			t.Errorf("xian finds %s first", got)
		}
	})
	t.Run("hanzi find the word, then what begins with it, then what holds it", func(t *testing.T) {
		t.Parallel()
		got := found(l, "电脑", 20)
		if !strings.HasPrefix(got, "电脑 电脑") || strings.Index(got, "电脑病毒") > strings.Index(got, "个人电脑") {
			t.Errorf("%s", got)
		}
		for _, q := range []string{"電腦", "转 速", "恤衫"} {
			if found(l, q, 1) == "" {
				t.Errorf("%s finds nothing", q)
			}
		}
	})
	t.Run("English finds words by whole glosses first, by several words, and by the beginning of the last", func(t *testing.T) {
		t.Parallel()
		for q, want := range map[string]string{"welding": "焊接", "to weld": "焊接", "computer": "电脑", "Safety Helmet": "安全帽", "safety hel": "安全帽", "screwdriver": "螺丝刀", "beijing": "北京"} {
			if got := found(l, q, 5); !strings.Contains(got, want) {
				t.Errorf("%q finds %s", q, got)
			}
		}
	})
	t.Run("exact says that the query is the whole word, reading or gloss", func(t *testing.T) {
		t.Parallel()
		for q, want := range map[string]bool{"转速": true, "zhuansu": true, "zhuans": false, "computer": true, "compute": true, "电": true} {
			if m := l.Search(q, 1); len(m) != 1 || m[0].Exact != want {
				t.Errorf("%q: %+v", q, m)
			}
		}
	})
}

func TestSearchLimits(t *testing.T) {
	t.Parallel()
	l := setup(t)
	t.Run("a query that cannot be answered finds nothing", func(t *testing.T) {
		t.Parallel()
		for _, q := range []string{"", " ", "qqqqqq", "？", "\xff\xfe", strings.Repeat("的", 100), "龘龘龘", "'", "5"} {
			for _, m := range l.Search(q, 3) {
				if q != "5" && q != "'" {
					t.Errorf("%q finds %s", q, m.Hanzi)
				}
			}
		}
		if len(l.Search("a", 0)) != 0 || len(l.Search("a", -1)) != 0 || len(l.Search("a", 1e9)) > MaxMatches {
			t.Error("the limit is not kept")
		}
	})
	t.Run("no query is slow", func(t *testing.T) {
		t.Parallel()
		for _, q := range []string{"a", "e", "the", "of the", "to", "shi", "shi4", "yi1", "的", "一", "zh", "to be", "in a", "xi an", "s t", "人"} {
			began := time.Now()
			l.Search(q, MaxMatches)
			if took := time.Since(began); took > 10*time.Second { // bench/language holds it to 20 ms, alone and without -race
				t.Errorf("%q takes %v", q, took)
			}
		}
	})
}

func FuzzSearch(f *testing.F) {
	for _, s := range []string{"转速", "zhuan4", "weld", "l\u0308ü", "' '", "a\u0304"} {
		f.Add(s)
	}
	l, err := Load()
	if err != nil {
		f.Skip(err)
	}
	f.Fuzz(func(t *testing.T, query string) {
		for _, m := range l.Search(query, 5) {
			if !utf8.ValidString(m.Hanzi) || len(m.Readings) == 0 {
				t.Errorf("%q finds %+v", query, m)
			}
		}
	})
}
