package banks

import (
	"bytes"
	"fmt"
	"maps"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"hanzhi/courses/localize"
)

const martif = `<?xml version="1.0" encoding="UTF-16"?>
<!DOCTYPE martif SYSTEM "TBXcoreStructV02.dtd">
<martif type="TBX" xml:lang="en"><martifHeader><fileDesc><sourceDesc><p>From a tool</p></sourceDesc></fileDesc></martifHeader><text><body>
<termEntry id="c1"><descrip type="subjectField">machining</descrip>
 <langSet xml:lang="zh-CN"><tig><term>急停 按钮</term><termNote type="partOfSpeech">noun</termNote></tig><tig><term>急停</term></tig></langSet>
 <langSet xml:lang="EN-us"><descripGrp><descrip type="definition">It stops <hi>everything</hi>.</descrip></descripGrp><ntig><termGrp><term>emergency stop</term></termGrp></ntig><ntig><termGrp><term>E-stop</term></termGrp></ntig></langSet>
 <langSet xml:lang="ar"><tig><term>زر الإيقاف الطارئ</term></tig></langSet>
 <langSet xml:lang="zh-TW"><tig><term>緊急停止</term></tig></langSet>
</termEntry>
</body></text></martif>`

// readings is a dictionary of two words.
func readings(hanzi string) string {
	return map[string]string{"急停按钮": "jí tíng àn niǔ", "急停": "jí tíng"}[hanzi]
}

func TestParseTBX(t *testing.T) {
	t.Parallel()
	t.Run("an older file of a translator's tool is read, its missing pinyin from the dictionary", func(t *testing.T) {
		t.Parallel()
		table := ParseTBX([]byte(martif), readings)
		want := Term{Line: 4, Hanzi: "急停按钮", Pinyin: "jí tíng àn niǔ", PartOfSpeech: "noun",
			Gloss: localize.Text{"en": "emergency stop, E-stop", "ar": "زر الإيقاف الطارئ"}, Definition: localize.Text{"en": "It stops everything."}}
		if len(table.Problems) > 0 || len(table.Terms) != 2 || !reflect.DeepEqual(table.Terms[0], want) || table.Terms[1].Hanzi != "急停" || len(table.Guessed) != 2 {
			t.Errorf("%+v", table)
		}
		if !table.Has("gloss:en") || table.Has("gloss:ru") || table.Has("safety") {
			t.Errorf("%+v", table.columns)
		}
	})
	t.Run("a file whose categories are elements of their own is read", func(t *testing.T) {
		t.Parallel()
		table := ParseTBX([]byte(`<tbx style="dct" xmlns:min="m" xmlns:basic="b"><text><body><conceptEntry><langSec xml:lang="zh"><termSec><term>急停</term>
			<min:partOfSpeech>verb</min:partOfSpeech></termSec></langSec><langSec xml:lang="uz-Cyrl"><basic:definition>x</basic:definition><termSec><term>тўхта</term></termSec></langSec></conceptEntry></body></text></tbx>`), readings)
		if len(table.Terms) != 1 || table.Terms[0].PartOfSpeech != "verb" || table.Terms[0].Gloss["uz-Cyrl"] != "тўхта" || table.Terms[0].Definition["uz-Cyrl"] != "x" {
			t.Errorf("%+v", table)
		}
	})
	entry := func(inner string) string { return "<tbx><text><body>\n" + inner + "\n</body></text></tbx>" }
	zh := func(hanzi string) string {
		return `<conceptEntry><langSec xml:lang="zh-CN"><termSec><term>` + hanzi + `</term></termSec></langSec></conceptEntry>`
	}
	for _, c := range []struct {
		name, file string
		terms      int
		problem    Problem
	}{
		{"entities that are declared are refused", `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>` + entry(zh("&b;")), 0, Problem{1, "", "xml_entities"}},
		{"entities that are used and not known are refused", entry(zh("&b;")), 0, Problem{2, "", "xml_entities"}},
		{"entities of another file are refused", `<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>` + entry(zh("&a;")), 0, Problem{1, "", "xml_entities"}},
		{"a file that is no XML is refused", "hanzi,pinyin\n转速,zhuàn sù\n", 0, Problem{1, "", "not_tbx"}},
		{"a file of another kind is refused", "<html></html>", 0, Problem{1, "", "not_tbx"}},
		{"a file that breaks off is named with its line", "<tbx><text>\n<body>", 0, Problem{2, "", "bad_xml"}},
		{"elements too deep are refused", strings.Repeat("<tbx>", 50), 0, Problem{1, "", "too_deep"}},
		{"another encoding is named with its line", "<tbx>\n\xd7\xd7</tbx>", 0, Problem{2, "", "not_utf8"}},
		{"a concept without Chinese is named", entry(`<conceptEntry><langSec xml:lang="en"><termSec><term>x</term></termSec></langSec></conceptEntry>` + zh("急停")), 1, Problem{2, "hanzi", "no_chinese"}},
		{"a word that comes twice is named", entry(zh("急停") + "\n" + zh("急停")), 1, Problem{3, "hanzi", "twice"}},
		{"a word that nobody can read is named", entry(zh("转速")), 0, Problem{2, "pinyin", "required"}},
		{"a name of a DTD is passed over", `<!DOCTYPE tbx PUBLIC "x" "http://example.org/x.dtd">` + entry(zh("急停")), 1, Problem{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			table := ParseTBX([]byte(c.file), readings)
			if len(table.Terms) != c.terms || c.problem == (Problem{}) != (len(table.Problems) == 0) || len(table.Problems) > 0 && table.Problems[0] != c.problem {
				t.Errorf("%d terms, problems %+v, want %+v", len(table.Terms), table.Problems, c.problem)
			}
		})
	}
}

func TestWriteTBX(t *testing.T) {
	t.Parallel()
	t.Run("what is written is read back", func(t *testing.T) {
		t.Parallel()
		all, err := All()
		if err != nil {
			t.Fatal(err)
		}
		picture, audio := uuid.New(), uuid.New()
		odd := Term{Hanzi: "T型槽", Pinyin: "T xíng cáo", PartOfSpeech: "measure", Gloss: localize.Text{"en": "=1+1 & <b>"}, Definition: localize.Text{"fr": "seule"}, Picture: &picture, Audio: &audio}
		for _, b := range append(all, Shipped{Terms: []Term{odd}}) {
			var file bytes.Buffer
			if err := WriteTBX(&file, "Bank <1>", b.Terms); err != nil {
				t.Fatal(err)
			}
			again := ParseTBX(file.Bytes(), func(string) string { return "" })
			for i := range again.Terms {
				a, want := again.Terms[i], b.Terms[i]
				if a.Line, want.Line = 0, 0; !maps.Equal(a.Gloss, want.Gloss) || !maps.Equal(a.Definition, want.Definition) {
					t.Errorf("%+v, was %+v", a, want)
				}
				if a.Gloss, a.Definition, want.Gloss, want.Definition = nil, nil, nil, nil; !reflect.DeepEqual(a, want) {
					t.Errorf("%+v, was %+v", a, want)
				}
			}
			if len(again.Terms) != len(b.Terms) || len(again.Problems) > 0 {
				t.Errorf("%d terms, were %d: %+v", len(again.Terms), len(b.Terms), again.Problems)
			}
		}
	})
}

func TestParseMany(t *testing.T) {
	t.Parallel()
	t.Run("100,000 lines are read in seconds, one more is refused", func(t *testing.T) {
		t.Parallel()
		var file strings.Builder
		file.WriteString("hanzi,pinyin,gloss:en\n")
		for i := range maxTerms + 1 {
			fmt.Fprintf(&file, "%c%c%c,yī èr sān,word %d\n", 0x4e00+i%200, 0x5200+i/200%200, 0x6200+i/40000, i)
		}
		start := time.Now()
		table := Parse([]byte(file.String()))
		t.Logf("%d bytes in %v", file.Len(), time.Since(start))
		if len(table.Terms) != maxTerms || len(table.Problems) != 1 || table.Problems[0].Code != "too_many" || time.Since(start) > 20*time.Second {
			t.Errorf("%d terms, %+v", len(table.Terms), table.Problems)
		}
	})
}

func FuzzParseTBX(f *testing.F) {
	f.Add([]byte(martif))
	f.Add([]byte("<tbx><conceptEntry/><a><b></tbx>"))
	f.Fuzz(func(t *testing.T, b []byte) {
		table := ParseTBX(b, readings)
		var file bytes.Buffer
		if err := WriteTBX(&file, "x", table.Terms); err != nil {
			t.Fatal(err)
		}
		if again := ParseTBX(file.Bytes(), readings); len(again.Terms) != len(table.Terms) || len(again.Problems) > 0 {
			t.Errorf("%d terms, then %d with %v", len(table.Terms), len(again.Terms), again.Problems)
		}
	})
}
