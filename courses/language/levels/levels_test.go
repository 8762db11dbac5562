package levels

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/quick"
)

func file(name, text string) File { return File{Name: name, Data: []byte(text)} }

func codes(l List) (list []string) {
	for _, p := range l.Problems {
		list = append(list, p.Code)
	}
	return list
}

func TestForms(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"爱": "爱", "本1": "本", "没（有）": "没 没有", "有（一）点儿": "有点儿 有一点儿", "白（形、副）": "白", "爸爸｜爸": "爸爸 爸", "卡拉OK": "卡拉OK", "T恤": "T恤",
		"因为……所以": "因为……所以", "点(儿)": "点 点儿", "爱\tài\tlove": "爱", "𰻝": "𰻝",
		"hello": "", "（有）": "", "没（有": "", "爱\x00": "", "=1+1": "", "<b>爱</b>": "", strings.Repeat("很", 13): "",
	} {
		if forms, code := formsOf(text); strings.Join(forms, " ") != want || (code == "") != (want != "") {
			t.Errorf("%q is %v %s, want %q", text, forms, code, want)
		}
	}
}

func TestLevelOf(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"gf0025-2021-level-1.txt": "1", "hsk-2025-level-7-9.txt": "7–9", "HSK 3.txt": "3", "7-9": "7–9", "level-12.txt": "12",
		"words.txt": "", "gf0025-2021.txt": "", "level-13.txt": "", "level-0.txt": ""} {
		if _, called := LevelOf(name); called != want {
			t.Errorf("%s is level %q, want %q", name, called, want)
		}
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	t.Run("levels are counted exactly, and a word of two levels belongs to the lower one", func(t *testing.T) {
		t.Parallel()
		l := Parse([]File{file("level-2.txt", "本2\n学习\n"), file("level-1.txt", "\ufeff爱\r\n本1\r\n\r\n没（有）\r\n爱\r\n")})
		if len(l.Levels) != 2 || l.Levels[0].Words != 3 || l.Levels[1].Words != 1 || l.Words["本"] != 1 || l.Words["没有"] != 1 || l.Words["学习"] != 2 {
			t.Errorf("levels %+v, words %v", l.Levels, l.Words)
		}
		if got := codes(l); !slices.Equal(got, []string{"twice", "lower_level"}) || l.Problems[0].Line != 5 || l.Problems[0].Other != "level-1.txt:1" || l.Problems[1].Other != "1" {
			t.Errorf("problems %+v", l.Problems)
		}
	})
	t.Run("a file in another encoding, without a level or without words is named, with the line", func(t *testing.T) {
		t.Parallel()
		l := Parse([]File{file("level-1.txt", "爱\n\xb0\xae\n"), file("words.txt", "爱"), file("level-2.txt", "\n\n")})
		if got := codes(l); !slices.Equal(got, []string{"not_utf8", "no_level", "empty"}) || l.Problems[0].Line != 2 || !l.Unread {
			t.Errorf("problems %+v", l.Problems)
		}
	})
	t.Run("bad lines are named and left out", func(t *testing.T) {
		t.Parallel()
		l := Parse([]File{file("level-1.txt", "爱\nlove\n=HYPERLINK(1)\n"+strings.Repeat("很", 13))})
		if got := codes(l); !slices.Equal(got, []string{"no_word", "no_word", "too_long"}) || l.Unread || l.Levels[0].Words != 1 {
			t.Errorf("problems %+v", l.Problems)
		}
	})
	t.Run("no bytes make it panic, and every line is counted, left out or empty", func(t *testing.T) {
		t.Parallel()
		if err := quick.Check(func(name string, level int8, data []byte) bool {
			l := Parse([]File{{Name: name, Level: int(level) % 14, Data: data}, file("level-3.txt", string(data))})
			total := 0
			for _, each := range l.Levels {
				total += each.Words
			}
			return total <= l.Lines && len(l.Problems) <= l.Count
		}, &quick.Config{MaxCount: 2000}); err != nil {
			t.Error(err)
		}
	})
	t.Run("a list of more words than any language lesson needs is refused", func(t *testing.T) {
		t.Parallel()
		if l := Parse([]File{file("level-1.txt", strings.Repeat("爱\n", maxWords+1))}); !l.Unread || len(l.Problems) != maxProblems && !slices.Contains(codes(l), "too_many") {
			t.Errorf("%d problems", len(l.Problems))
		}
	})
	t.Run("the lists that operators import are read whole", func(t *testing.T) {
		t.Parallel()
		for name, want := range map[string]int{"gf0025-2021-level-1.txt": 500, "hsk-2025-level-1.txt": 300} {
			data, err := os.ReadFile(filepath.Join("../../../../shared/data/hsk", name))
			if err != nil {
				t.Skip("no lists beside the project")
			}
			if l := Parse([]File{{Name: name, Data: data}}); l.Levels[0].Words+l.Count != want || l.Lines != want || l.Unread {
				t.Errorf("%s: %+v, problems %+v", name, l.Levels, l.Problems)
			} else {
				t.Logf("%s: %d words, problems %+v", name, l.Levels[0].Words, l.Problems)
			}
		}
	})
}
