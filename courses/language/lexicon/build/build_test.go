package main

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"hanzhi/courses/language/lexicon/layout"
)

func TestTrie(t *testing.T) {
	t.Parallel()
	t.Run("every key is found with its number, and nothing else", func(t *testing.T) {
		t.Parallel()
		r := rand.New(rand.NewPCG(1, 2))
		set := map[string][]int32{}
		for range 3000 {
			key := make([]int32, 1+r.IntN(5))
			for i := range key {
				key[i] = 1 + int32(r.ExpFloat64()*20)
			}
			set[string(runes(key))] = key
		}
		var keys [][]int32
		for _, k := range set {
			keys = append(keys, k)
		}
		slices.SortFunc(keys, slices.Compare)
		built := newTrie(keys)
		find := func(key []int32) uint32 {
			node := int32(root)
			for _, l := range key {
				next := built.base[node] + l
				if int(next) >= len(built.check) || built.check[next] != node {
					return 0
				}
				node = next
			}
			return built.ends[node]
		}
		for i, k := range keys {
			if got := find(k); got != uint32(i)+1 {
				t.Fatalf("%v is %d, not %d", k, got, i+1)
			}
			longer := append(slices.Clone(k), 99)
			if _, ok := set[string(runes(longer))]; !ok && find(longer) != 0 {
				t.Fatalf("%v is found", longer)
			}
		}
	})
}

func runes(key []int32) []rune { return key }

func TestEntries(t *testing.T) {
	t.Parallel()
	read := func(t *testing.T, lines ...string) *sources {
		t.Helper()
		s := &sources{}
		head := "module.exports = `# CC-CEDICT\n#! entries=" + string(rune('0'+len(lines))) + "\n#! date=2026-09-10T07:14:51Z\n"
		if err := s.readEntries([]byte(head + strings.Join(lines, "\n") + "`;")); err != nil {
			t.Fatal(err)
		}
		return s
	}
	t.Run("an entry is read with references as a learner reads them", func(t *testing.T) {
		t.Parallel()
		s := read(t, "電腦 电脑 [dian4 nao3] /computer/CL:臺|台[tai2],個|个[ge4]/", "轉 转 [zhuai3] /see 轉文|转文[zhuai3 wen2]/")
		words := newWords(s)
		if w := words[0]; w.hanzi != "电脑" || w.traditional != "電腦" || w.main != "diàn nǎo" ||
			!slices.Equal(w.readings[0].glosses, []string{"computer", "(measure words: 台 [tái], 个 [gè])"}) {
			t.Errorf("%+v", w)
		}
		if g := words[1].readings[0].glosses[0]; g != "see 转文 [zhuǎi wén]" {
			t.Error(g)
		}
	})
	t.Run("surnames and variants do not compete with other readings", func(t *testing.T) {
		t.Parallel()
		words := newWords(read(t, "葉 叶 [Ye4] /surname Ye/", "葉 叶 [ye4] /leaf/", "叶 叶 [xie2] /old variant of 協|协[xie2]/"))
		if w := words[0]; w.main != "yè" || w.flags&(layout.Several|layout.Name) != 0 || w.readings[0].pinyin != "yè" {
			t.Errorf("%+v", w)
		}
	})
	t.Run("what has only proper readings is a name, unless learners learn it as a word", func(t *testing.T) {
		t.Parallel()
		s := read(t, "塔什干 塔什干 [Ta3 shi2 gan1] /Tashkent/", "中國 中国 [Zhong1 guo2] /China/", "明朝 明朝 [Ming2 chao2] /Ming Dynasty/", "明朝 明朝 [ming2 zhao1] /tomorrow morning/")
		s.levels = map[string]int{"中国": 1}
		for _, w := range newWords(s) {
			if isName := w.flags&layout.Name != 0; isName != (w.hanzi == "塔什干") {
				t.Errorf("%+v", w)
			}
		}
	})
	t.Run("phrases and long words that nobody counts are no rivals of their parts", func(t *testing.T) {
		t.Parallel()
		s := read(t, "數控機床 数控机床 [shu4 kong4 ji1 chuang2] /CNC machine/", "機床 机床 [ji1 chuang2] /machine tool/", "T恤 T恤 [T xu4] /T-shirt/")
		s.counts = map[string]count{"机床": {100, "n"}, "的": {1000, "uj"}}
		s.phrases = map[string]string{"称为": "chēng wéi"}
		costs := map[string]uint16{}
		for _, w := range newWords(s) {
			costs[w.hanzi] = w.cost
		}
		if !(costs["机床"] < costs["数控机床"]) || costs["T恤"] != layout.NoCost || costs["称为"] != layout.NoCost {
			t.Errorf("%v", costs)
		}
	})
	t.Run("a source in another form than expected is refused", func(t *testing.T) {
		t.Parallel()
		s := &sources{}
		if s.readEntries([]byte("{}")) == nil || s.readCounts([]byte("a b c")) == nil || s.readLevels([]byte("[]")) == nil || s.readCharacters(nil) == nil || s.readPhrases(nil) == nil {
			t.Error("accepted")
		}
	})
	t.Run("phrases are read with lexical tones", func(t *testing.T) {
		t.Parallel()
		s := &sources{}
		lines := "const D = {\r\n  一模一样: \"yì mú yí yàng\",\r\n  '不幸而言中': 'bú xìng ér yán zhòng',\r\n" + strings.Repeat("  为主: 'wéi zhǔ',\r\n", 10) + "};"
		if err := s.readPhrases([]byte(lines)); err != nil || s.phrases["一模一样"] != "yī mú yī yàng" || s.phrases["不幸而言中"] != "bù xìng ér yán zhòng" {
			t.Errorf("%v %v", err, s.phrases)
		}
	})
}

func TestNotice(t *testing.T) {
	t.Parallel()
	got := notice(&sources{date: "2026-09-10", licences: []licence{{"a list", "ISC"}}})
	for _, want := range []string{"2026-09-10", "ShareAlike", "a list", "ISC"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing", want)
		}
	}
}
