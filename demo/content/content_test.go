package content

import (
	"reflect"
	"strings"
	"testing"
	"unicode"
)

func courses(t *testing.T) []Course {
	t.Helper()
	all, err := Courses()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestCourses(t *testing.T) {
	all := courses(t)
	t.Run("the MOOC pairs at least three language units with three vocational units in twelve lessons", func(t *testing.T) {
		c, kinds, pairs := all[0], map[string]int{}, 0
		slugs := map[string]string{}
		for _, u := range c.Units {
			kinds[u.Kind]++
			slugs[u.Slug] = u.Kind
			if u.PreparedBy != "" {
				pairs++
				if slugs[u.PreparedBy] != "language" || u.Kind != "vocational" {
					t.Errorf("unit %s is prepared by %q, which is no language unit before it", u.Slug, u.PreparedBy)
				}
			}
		}
		if c.Format != "mooc" || kinds["language"] < 3 || kinds["vocational"] < 3 || pairs < 3 || len(c.Lessons()) < 12 || c.Run == nil {
			t.Errorf("%s %v, %d pairs, %d lessons, run %v", c.Format, kinds, pairs, len(c.Lessons()), c.Run)
		}
	})
	t.Run("the safety course has exactly twenty phrases in four or five lessons", func(t *testing.T) {
		n := 0
		for _, l := range all[1].Lessons() {
			n += len(l.Lines)
		}
		if lessons := len(all[1].Lessons()); n != 20 || lessons < 4 || lessons > 5 {
			t.Errorf("%d phrases in %d lessons", n, lessons)
		}
	})
	t.Run("the welding course has three or four lessons", func(t *testing.T) {
		if n := len(all[2].Lessons()); n < 3 || n > 4 {
			t.Errorf("%d lessons", n)
		}
	})
	t.Run("at least half of the lessons have a reading", func(t *testing.T) {
		lessons, readings := 0, 0
		for _, c := range all {
			for _, l := range c.Lessons() {
				lessons++
				if l.Reading.En != "" {
					readings++
				}
			}
		}
		if readings*2 < lessons {
			t.Errorf("%d readings in %d lessons", readings, lessons)
		}
	})
	t.Run("no slug stands twice in a course", func(t *testing.T) {
		for _, c := range all {
			seen := map[string]bool{}
			for _, u := range c.Units {
				for _, s := range append([]string{u.Slug}, u.LessonSlugs...) {
					if seen[s] {
						t.Errorf("%s: %s twice", c.Slug, s)
					}
					seen[s] = true
				}
				for i, l := range u.Lessons {
					if l.Slug != u.LessonSlugs[i] {
						t.Errorf("%s: file %s says %s", c.Slug, u.LessonSlugs[i], l.Slug)
					}
				}
			}
		}
	})
}

func TestPractice(t *testing.T) {
	all := courses(t)
	t.Run("every course puts a procedure in order and ends with a task behind its lock; the MOOC labels two pictures", func(t *testing.T) {
		labels := 0
		for _, c := range all {
			orders := 0
			for _, l := range c.Lessons() {
				for _, e := range l.Practice {
					if len(l.Order(e)) > 0 {
						orders++
					} else if c.Format == "mooc" {
						labels++
					}
				}
			}
			lessons := c.Lessons()
			if orders == 0 || lessons[len(lessons)-1].Task == nil {
				t.Errorf("%s: %d procedures, task %v", c.Slug, orders, lessons[len(lessons)-1].Task)
			}
		}
		if labels < 2 {
			t.Errorf("%d pictures are labelled", labels)
		}
	})
	for _, c := range all {
		for _, l := range c.Lessons() {
			t.Run("in "+c.Slug+"/"+l.Slug+" steps are lines, spots lie on the picture, phrases are spoken and cannot be guessed", func(t *testing.T) {
				for _, e := range l.Practice {
					for i, line := range e.Steps {
						if line < 0 || line >= len(l.Lines) || i > 0 && line <= e.Steps[i-1] {
							t.Errorf("step %d is line %d of %d", i, line, len(l.Lines))
						}
					}
					if steps := len(e.Steps) + len(e.Procedure); (steps > 2) == (len(e.Spots) > 2) || len(e.Steps) > 0 && len(e.Procedure) > 0 || (e.Picture == "") != (len(e.Spots) == 0) {
						t.Errorf("%d steps, %d spots on %q", steps, len(e.Spots), e.Picture)
					}
					for _, s := range e.Spots {
						if s.X < 50 || s.X > 950 || s.Y < 50 || s.Y > 950 || strings.ContainsAny(s.Word, " ") {
							t.Errorf("%+v", s)
						}
					}
				}
				if l.Task == nil {
					return
				}
				meanings := map[string]bool{}
				for _, said := range l.Task.Phrases {
					line, err := c.Find(said)
					if err != nil {
						t.Error(err)
					}
					meanings[line.En] = true
				}
				for _, decoy := range l.Task.Decoys {
					if meanings[decoy.En] {
						t.Errorf("%q is asked for by a phrase", decoy.En)
					}
					meanings[decoy.En] = true
				}
				if len(l.Task.Phrases) == 0 || len(meanings) < 4 || len(l.Task.Checklist) == 0 || len(l.Task.CanDo) == 0 {
					t.Errorf("%+v", l.Task)
				}
			})
		}
	}
}

// checkTexts walks a value and reports every text that lacks one of the five languages or is in the wrong script.
func checkTexts(t *testing.T, where string, v reflect.Value) {
	switch x := v.Interface().(type) {
	case Text:
		checkText(t, where, x)
		return
	case Phrase:
		checkText(t, where, x.Text())
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			checkTexts(t, where+"."+v.Type().Field(i).Name, v.Field(i))
		}
	case reflect.Slice:
		for i := range v.Len() {
			checkTexts(t, where+"."+string(rune('0'+i)), v.Index(i))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			checkTexts(t, where, v.Elem())
		}
	}
}

func checkText(t *testing.T, where string, x Text) {
	if (strings.HasSuffix(where, ".Reading") || strings.HasSuffix(where, ".Alt")) && x == (Text{}) {
		return
	}
	for locale, c := range map[string]struct {
		text   string
		script *unicode.RangeTable
	}{"en": {x.En, unicode.Latin}, "zh-CN": {x.Zh, unicode.Han}, "ru": {x.Ru, unicode.Cyrillic}, "fr": {x.Fr, unicode.Latin}, "ar": {x.Ar, unicode.Arabic}} {
		if !strings.ContainsFunc(c.text, func(r rune) bool { return unicode.Is(c.script, r) }) {
			t.Errorf("%s: %s text %q is empty or in another script", where, locale, c.text)
		}
		if c.text != strings.TrimSpace(c.text) && !strings.HasSuffix(where, "Reading") && !strings.HasSuffix(where, "Description") {
			t.Errorf("%s: %s text %q has spaces around it", where, locale, c.text)
		}
	}
}

func TestTexts(t *testing.T) {
	for _, c := range courses(t) {
		t.Run("every text of "+c.Slug+" is there in five languages", func(t *testing.T) {
			checkTexts(t, c.Slug, reflect.ValueOf(c))
		})
	}
}

func TestPhrases(t *testing.T) {
	for _, c := range courses(t) {
		for _, l := range c.Lessons() {
			t.Run("in "+c.Slug+"/"+l.Slug+" every character has its syllable and every word a meaning", func(t *testing.T) {
				phrases := []Phrase{l.Title}
				for _, x := range l.Terms {
					phrases = append(phrases, x.Phrase)
					if x.Pos == "" {
						t.Errorf("%s has no part of speech", x.Zh)
					}
				}
				for _, x := range l.Lines {
					phrases = append(phrases, x.Phrase)
					if x.Who != "master" && x.Who != "learner" {
						t.Errorf("%s is said by %q", x.Zh, x.Who)
					}
				}
				for _, p := range phrases {
					if _, err := p.Words(); err != nil {
						t.Error(err)
					}
					checkMarks(t, p)
				}
				if len(l.Terms) < 4 || len(l.Lines) < 4 {
					t.Errorf("%d terms, %d lines", len(l.Terms), len(l.Lines))
				}
			})
		}
	}
}

// checkMarks holds Chinese to full-width and pinyin to half-width punctuation, mark for mark.
func checkMarks(t *testing.T, p Phrase) {
	pairs := strings.NewReplacer("，", ",", "。", ".", "！", "!", "？", "?")
	keep := func(s string) string {
		return strings.Map(func(r rune) rune {
			if strings.ContainsRune(",.!?", r) {
				return r
			}
			return -1
		}, s)
	}
	han := strings.Map(func(r rune) rune {
		if strings.ContainsRune(",.!?;:", r) {
			return -1 // a decimal point, or a mistake found below
		}
		return r
	}, p.Zh)
	if got, want := keep(p.Py), keep(pairs.Replace(han)); got != want {
		t.Errorf("%q and %q have different punctuation", p.Zh, p.Py)
	}
	if strings.ContainsAny(p.Zh, ",!?;:") {
		t.Errorf("%q has half-width punctuation", p.Zh)
	}
}

func TestPolyphones(t *testing.T) {
	// Readings that a program would get wrong and a teacher must not.
	readings := map[string]string{"公差": "gōngchā", "倒角": "dàojiǎo", "卡盘": "qiǎpán", "卡尺": "kǎchǐ", "转速": "zhuànsù", "进给": "jìnjǐ",
		"旋转": "xuánzhuǎn", "转动": "zhuàndòng", "切削": "qiēxiāo", "尺寸": "chǐcun", "着火": "zháohuǒ", "调到": "tiáodào", "偏差": "piānchā", "超差": "chāochā"}
	found := map[string]bool{}
	for _, c := range courses(t) {
		for _, l := range c.Lessons() {
			phrases := []Phrase{l.Title}
			for _, x := range l.Terms {
				phrases = append(phrases, x.Phrase)
			}
			for _, x := range l.Lines {
				phrases = append(phrases, x.Phrase)
			}
			for _, p := range phrases {
				words, _ := p.Words()
				for _, w := range words {
					han := strings.TrimRight(w.Hanzi, "，。！？")
					if want, ok := readings[han]; ok {
						found[han] = true
						if got := strings.TrimRight(w.Pinyin, ",.!?"); got != want {
							t.Errorf("%s is read %s, want %s", han, got, want)
						}
					}
				}
			}
		}
	}
	for han := range readings {
		if !found[han] {
			t.Errorf("%s stands in no lesson", han)
		}
	}
}

func TestSpoken(t *testing.T) {
	for _, c := range []struct{ name, zh, py, want string }{
		{"不 rises before a falling tone", "不 是。", "bù shì.", "bu2 shi4."},
		{"不 stays before another tone", "不 能", "bù néng", "bu4 neng2"},
		{"一 rises before a falling tone", "看 一下", "kàn yīxià", "kan4 yi2xia4"},
		{"一 falls before another tone", "慢 一点， 别", "màn yīdiǎn, bié", "man4 yi4dian3, bie2"},
		{"一 of a number stays", "一百二十", "yībǎi-èrshí", "yi1bai3er4shi2"},
		{"a letter is read by its name", "T形", "T-xíng", "ti1xing2"},
		{"the vowel ü is kept", "绿色", "lǜsè", "lü4se4"},
		{"digits are spoken as their reading says", "0.6 兆帕，", "líng-diǎn-liù zhàopà,", "ling2dian3liu4 zhao4pa4,"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Phrase{Zh: c.zh, Py: c.py}.Spoken()
			if err != nil || got != c.want {
				t.Errorf("got %q %v, want %q", got, err, c.want)
			}
		})
	}
	for _, bad := range []Phrase{{Zh: "卡盘", Py: "kǎ"}, {Zh: "卡盘", Py: "kǎpqn"}, {Zh: "回", Py: "húi"}, {Zh: "先 看", Py: "xiānkàn"}} {
		t.Run("refuses "+bad.Py+" for "+bad.Zh, func(t *testing.T) {
			if got, err := bad.Spoken(); err == nil {
				t.Errorf("spoken as %q", got)
			}
		})
	}
}
