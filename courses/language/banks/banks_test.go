package banks

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"hanzhi/courses/localize"
)

func TestAll(t *testing.T) {
	t.Parallel()
	all, err := All()
	if err != nil {
		t.Fatal(err)
	}
	t.Run("eight banks of 40 terms and more are shipped", func(t *testing.T) {
		t.Parallel()
		if len(all) != 8 {
			t.Errorf("there are %d", len(all))
		}
		for _, b := range all {
			if len(b.Terms) < 40 {
				t.Errorf("%s has %d terms", b.Name["en"], len(b.Terms))
			}
		}
	})
	t.Run("every term has its glosses in four languages", func(t *testing.T) {
		t.Parallel()
		for _, b := range all {
			for _, term := range b.Terms {
				for _, locale := range []string{"en", "ru", "fr", "ar"} {
					if term.Gloss[locale] == "" {
						t.Errorf("%s: %s has no gloss in %s", b.Name["en"], term.Hanzi, locale)
					}
				}
			}
		}
	})
	t.Run("what is written is read back", func(t *testing.T) {
		t.Parallel()
		for _, b := range all {
			var file bytes.Buffer
			if err := Write(&file, b.Terms); err != nil {
				t.Fatal(err)
			}
			again := Parse(file.Bytes())
			if len(again.Problems) > 0 || !reflect.DeepEqual(again.Terms, b.Terms) {
				t.Errorf("%s is not the same again: %v", b.Name["en"], again.Problems)
			}
		}
	})
}

func TestParse(t *testing.T) {
	t.Parallel()
	const good = "hanzi,pinyin,pos,safety,gloss:en\n转速,zhuàn sù,noun,true,speed\n"
	for _, c := range []struct {
		name, csv string
		terms     int
		problem   Problem
	}{
		{"a table is read", good, 1, Problem{}},
		{"with a byte order mark too", "\ufeff" + good, 1, Problem{}},
		{"with semicolons too", strings.ReplaceAll(good, ",", ";"), 1, Problem{}},
		{"with tabs too", strings.ReplaceAll(good, ",", "\t"), 1, Problem{}},
		{"with the line ends of Windows too", strings.ReplaceAll(good, "\n", "\r\n"), 1, Problem{}},
		{"columns may come in any order", "gloss:ar,pinyin,hanzi\nسرعة,zhuan4su4,转速\n", 1, Problem{}},
		{"digits for tones are written as marks", "hanzi,pinyin\n转速,zhuan4 su4\n", 1, Problem{}},
		{"Latin in a term stands for itself", "hanzi,pinyin\nT型槽,T xíng cáo\n", 1, Problem{}},
		{"an empty file has no header", "", 0, Problem{1, "", "no_header"}},
		{"another encoding is named with its line", "hanzi,pinyin\n转速,zhuàn sù\n\xd7\xd7,x\n", 0, Problem{3, "", "not_utf8"}},
		{"a column that is not known is named", "hanzi,pinyin,colour\n", 0, Problem{1, "colour", "unknown_column"}},
		{"a column that is missing is named", "hanzi,gloss:en\n", 0, Problem{1, "pinyin", "missing_column"}},
		{"a column that comes twice is named", "hanzi,pinyin,pinyin\n", 0, Problem{1, "pinyin", "twice"}},
		{"a word that comes twice is named with its line", good + "转速,zhuàn sù,noun,false,speed\n", 1, Problem{3, "hanzi", "twice"}},
		{"a syllable that is none is named", "hanzi,pinyin\n转速,zhuàn sk\n", 0, Problem{2, "pinyin", "bad_pinyin"}},
		{"too few syllables are named", "hanzi,pinyin\n转速,zhuàn\n", 0, Problem{2, "pinyin", "syllables"}},
		{"a term without hanzi is named", "hanzi,pinyin\nspeed,sù\n", 0, Problem{2, "hanzi", "no_hanzi"}},
		{"a term that is too long is named", "hanzi,pinyin\n" + strings.Repeat("转", 13) + ",zhuàn\n", 0, Problem{2, "hanzi", "too_long"}},
		{"a part of speech that is not known is named", "hanzi,pinyin,pos\n转速,zhuàn sù,thing\n", 0, Problem{2, "partOfSpeech", "unknown_part_of_speech"}},
		{"safety is true or false", "hanzi,pinyin,safety\n转速,zhuàn sù,maybe\n", 0, Problem{2, "safety", "not_true_or_false"}},
		{"a picture is named by its asset", "hanzi,pinyin,picture\n转速,zhuàn sù,asset:01890000-0000-7000-8000-000000000001\n", 1, Problem{}},
		{"a reference that is none is named", "hanzi,pinyin,audio\n转速,zhuàn sù,sound.mp3\n", 0, Problem{2, "audio", "bad_reference"}},
		{"too many cells are named", "hanzi,pinyin\n转速,zhuàn sù,x\n", 0, Problem{2, "", "too_many_cells"}},
		{"a broken quotation mark ends the reading", good + "\"转,zhuàn\n", 1, Problem{3, "", "bad_csv"}},
		{"the lines around a problem are read", "hanzi,pinyin\n转速,x\n机床,jī chuáng\n", 1, Problem{2, "pinyin", "bad_pinyin"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			table := Parse([]byte(c.csv))
			terms, problems := table.Terms, table.Problems
			if len(terms) != c.terms {
				t.Errorf("%d terms, want %d", len(terms), c.terms)
			}
			if c.problem == (Problem{}) != (len(problems) == 0) || len(problems) > 0 && problems[0] != c.problem {
				t.Errorf("problems %+v, want %+v", problems, c.problem)
			}
			for _, term := range terms {
				if strings.ContainsAny(term.Pinyin, "01234") {
					t.Errorf("pinyin is %q", term.Pinyin)
				}
			}
		})
	}
}

func TestFormula(t *testing.T) {
	t.Parallel()
	t.Run("a gloss that is a formula survives a table", func(t *testing.T) {
		t.Parallel()
		var file bytes.Buffer
		if err := Write(&file, []Term{{Hanzi: "转", Pinyin: "zhuàn", Gloss: localize.Text{"en": "=HYPERLINK(1)"}}}); err != nil {
			t.Fatal(err)
		}
		if terms := Parse(file.Bytes()).Terms; len(terms) != 1 || terms[0].Gloss["en"] != "=HYPERLINK(1)" || strings.Contains(file.String(), ",=") {
			t.Errorf("%s", file.String())
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("hanzi,pinyin\n转速,zhuàn sù\n"))
	f.Add([]byte("\xff\"\n,"))
	f.Fuzz(func(t *testing.T, b []byte) {
		terms := Parse(b).Terms
		var file bytes.Buffer
		if err := Write(&file, terms); err != nil {
			t.Fatal(err)
		}
		if again := Parse(file.Bytes()); len(again.Terms) != len(terms) || len(again.Problems) > 0 {
			t.Errorf("%d terms, then %d with %v", len(terms), len(again.Terms), again.Problems)
		}
	})
}
