package pinyin

import (
	"strings"
	"testing"
)

func TestMark(t *testing.T) {
	t.Parallel()
	for numbered, want := range map[string]string{
		"zhuan4 su4": "zhuàn sù", "lu:4": "lǜ", "nv3": "nǚ", "lüe4": "lüè", "gui4": "guì", "liu2": "liú", "ou1": "ōu", "xiong2": "xióng",
		"dian3 r5": "diǎn r", "ma5": "ma", "Bei3 jing1": "Běi jīng", "E4": "È", "T xing2": "T xíng", "ng4": "ǹg", "m2": "ḿ", "zhuai3": "zhuǎi", "": "",
	} {
		if got := Mark(numbered); got != want {
			t.Errorf("Mark(%q) = %q, want %q", numbered, got, want)
		}
	}
	t.Run("every syllable in every tone comes back from its digits", func(t *testing.T) {
		t.Parallel()
		for s := range valid {
			if s == "m" || s == "n" || s == "ng" || s == "r" || s == "hm" || s == "hng" {
				continue
			}
			for tone := '1'; tone <= '5'; tone++ {
				numbered := s + string(tone)
				if got := Number(Mark(numbered)); got != numbered {
					t.Errorf("%s became %s", numbered, got)
				}
				if letters, n := Plain(Mark(numbered)); letters != s || tone != '5' && n != int(tone-'0') {
					t.Errorf("%s is %s %d", numbered, letters, n)
				}
			}
		}
	})
}

func TestNumber(t *testing.T) {
	t.Parallel()
	for marked, want := range map[string]string{
		"zhuàn sù": "zhuan4 su4", "lǜ": "lü4", "shī fu": "shi1 fu5", "diǎn r": "dian3 r5", "T xíng": "T xing2", "Běi jīng": "Bei3 jing1",
		"nu\u0308\u030c": "nü3", "zhua\u0300n": "zhuan4",
	} {
		if got := Number(marked); got != want {
			t.Errorf("Number(%q) = %q, want %q", marked, got, want)
		}
	}
}

func TestValid(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"zhuàn", "lǜ", "lve4", "er", "ǹg", "r", "Běi", "fiao4"} {
		if !Valid(s) {
			t.Errorf("%q is a syllable", s)
		}
	}
	for _, s := range []string{"", "zh", "bong", "jü", "xv", "ui", "zhuanq", "4", "看", "jōng"} {
		if Valid(s) {
			t.Errorf("%q is none", s)
		}
	}
	t.Run("a stored reading has one syllable for each character", func(t *testing.T) {
		t.Parallel()
		for reading, want := range map[[2]string]bool{
			{"转速", "zhuàn sù"}: true, {"转速", "zhuànsù"}: false, {"转速", "zhuàn  sù"}: false, {"转速", "zhuan4 su4"}: false, {"T形", "T xíng"}: true,
			{"转", "zhuàn sù"}: false, {"转", ""}: false, {"绿", "lǜ"}: true, {"绿", "lv"}: false, {"点儿", "diǎn r"}: true, {"3D", "3 D"}: true,
		} {
			if got := IsReading(reading[0], reading[1]); got != want {
				t.Errorf("%q: %v", reading, got)
			}
		}
	})
}

func TestSyllables(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"zhuànsù": "zhuàn sù", "zhuan4su4": "zhuan4 su4", "xian": "xian", "xī'ān": "xī ān", "Běi jīng": "Běi jīng", "fang'an": "fang an", "fangan": "fang an",
		"nǚ'ér": "nǚ ér", "lu:4se4": "lu:4 se4", "yīdiǎnr": "yī diǎn r", "zhu\u0101ng": "zhuāng", "shanghai": "shang hai", "tiananmen": "tian an men",
		"dìyī": "dì yī", "zhua\u0304ngbe\u0300i": "zhua\u0304ng be\u0300i",
	} {
		got, ok := Syllables(s)
		if !ok || strings.Join(got, " ") != want {
			t.Errorf("Syllables(%q) = %q, want %q", s, got, want)
		}
	}
	for _, s := range []string{"", "hello", "zh", "转速", "bong", "4"} {
		if got, ok := Syllables(s); ok {
			t.Errorf("%q is no pinyin, but was cut to %q", s, got)
		}
	}
}

func TestKey(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"Zhuàn sù": "zhuansu", "zhuan4su4": "zhuansu", "zhuan su": "zhuansu", "xī'ān": "xian", "lǜ": "lv", "lu:4": "lv", "lü": "lv", "LV": "lv", "qù": "qu", "qü": "qu",
		"nüè": "nve", "nue": "nve", "lüèduó": "lveduo", "nu\u0308": "nv", "转": "", "": "",
	} {
		if got := Key(s); got != want {
			t.Errorf("Key(%q) = %q, want %q", s, got, want)
		}
	}
}

func TestSandhi(t *testing.T) {
	t.Parallel()
	for _, c := range [][3]string{
		{"你好", "nǐ hǎo", "ní hǎo"}, {"展览馆", "zhǎn lǎn guǎn", "zhán lán guǎn"}, {"不是", "bù shì", "bú shì"}, {"不能", "bù néng", "bù néng"},
		{"一定", "yī dìng", "yí dìng"}, {"一起", "yī qǐ", "yì qǐ"}, {"一个", "yī gè", "yí gè"}, {"第一", "dì yī", "dì yī"}, {"第一天", "dì yī tiān", "dì yī tiān"},
		{"十一天", "shí yī tiān", "shí yī tiān"}, {"统一", "tǒng yī", "tǒng yī"}, {"一", "yī", "yī"}, {"对不起", "duì bu qǐ", "duì bu qǐ"}, {"转速", "zhuàn sù", "zhuàn sù"},
		{"你好", "nǐhǎo", "nǐhǎo"}, {"", "", ""}, {"T形", "T xíng", "T xíng"}, {"雨伞", "yǔ sǎn", "yú sǎn"}, {"女子", "nǚ zǐ", "nǘ zǐ"},
	} {
		if got := Sandhi(c[0], c[1]); got != c[2] {
			t.Errorf("Sandhi(%s, %s) = %s, want %s", c[0], c[1], got, c[2])
		}
	}
}

func FuzzSyllables(f *testing.F) {
	f.Add("zhuànsù")
	f.Add("lu:4 se4")
	f.Add("\xff'r")
	f.Fuzz(func(t *testing.T, s string) {
		cut, ok := Syllables(s)
		if !ok {
			return
		}
		for _, c := range cut {
			if !Valid(c) {
				t.Errorf("%q holds %q", s, c)
			}
		}
		if Key(strings.Join(cut, "")) != Key(s) {
			t.Errorf("%q was cut to %q", s, cut)
		}
	})
}
