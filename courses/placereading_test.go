package courses

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"hanzhi/courses/language"
	"hanzhi/server/fault"
)

// spoken is a published course with a lesson whose video says lines.
type spoken struct {
	*checked
	lesson, film uuid.UUID
}

func setupSpoken(t *testing.T, lines ...string) *spoken {
	t.Helper()
	c := setupChecked(t)
	s := &spoken{checked: c, lesson: c.newLesson(c.newUnit(c.course, "vocational"), true)}
	s.film = c.video(s.lesson, lines...)
	must(c.Publish(c.Context(), c.author, c.course))(c.world)
	return s
}

// says replaces what the video says.
func (s *spoken) says(lines ...string) {
	s.Helper()
	cues := make([]map[string]any, len(lines))
	for i, text := range lines {
		cues[i] = map[string]any{"id": fmt.Sprint(i), "startMs": 2000 * i, "endMs": 2000*i + 1900, "text": text}
	}
	s.exec(`UPDATE captions SET cues = $2, version = version + 1 WHERE asset_id = (SELECT asset_id FROM activities WHERE id = $1)`, s.film, cues)
}

// heard is how a word is read in the published lesson, in the order of its places.
func (s *spoken) heard(word string) string {
	s.Helper()
	l := must(s.words.Lesson(s.Context(), uuid.Nil, s.lesson, time.Time{}))(s.world)
	var list []string
	for _, line := range l.Lines {
		for _, token := range line.Tokens {
			if token.Text == word {
				list = append(list, token.Pinyin)
			}
		}
	}
	return strings.Join(list, " ")
}

func (s *spoken) want(word, readings string) {
	s.Helper()
	if got := s.heard(word); got != readings {
		s.Errorf("%s is read %q, want %q", word, got, readings)
	}
}

func (s *spoken) put(id uuid.UUID, before, word, after, pinyin string) error {
	s.Helper()
	d := must(s.DraftLanguage(s.Context(), s.author, s.course))(s.world)
	return s.words.PutPlaceReading(s.Context(), s.author, d, s.lesson, id, language.PlaceReadingInput{
		Place: language.Place{Word: word, Before: before, After: after}, Pinyin: pinyin})
}

// set lists the readings as pinyin, with where each is now or a dash.
func (s *spoken) set() string {
	s.Helper()
	d := must(s.DraftLanguage(s.Context(), s.author, s.course))(s.world)
	var list []string
	for _, r := range must(s.words.PlaceReadings(s.Context(), d, s.lesson))(s.world) {
		now := "-"
		if r.Now != nil {
			now = r.Now.Before + "[" + r.Now.Word + "]" + r.Now.After
		}
		list = append(list, r.Pinyin+" "+now)
	}
	return strings.Join(list, ", ")
}

func TestPlaceReadings(t *testing.T) {
	t.Parallel()
	t.Run("a word is read as set in its place, and elsewhere as before", func(t *testing.T) {
		s := setupSpoken(t, "头发很长。", "头发很长，他很长。")
		s.want("长", "cháng cháng cháng")
		s.no(s.put(newID(), "头发很长，他很", "长", "。", "zhang3"))
		s.want("长", "cháng cháng zhǎng")
	})
	t.Run("it stays with its place when the text around it is edited", func(t *testing.T) {
		s := setupSpoken(t, "头发很长。", "今天头发很长了。")
		s.no(s.put(newID(), "今天头发很", "长", "了。", "zhǎng"))
		s.says("我们看书。", "昨天他的头发很长了。", "头发很长。")
		s.want("长", "zhǎng cháng")
		if got := s.set(); got != "zhǎng 昨天他的头发很[长]了。" {
			t.Error(got)
		}
	})
	t.Run("of a sentence that is gone it waits until it comes back, and goes to no other", func(t *testing.T) {
		s := setupSpoken(t, "他的头发很长了。", "我们看书。")
		s.no(s.put(newID(), "他的头发很", "长", "了。", "zhǎng"))
		s.says("绳子长。", "我们看书。")
		s.want("长", "cháng")
		if got := s.set(); got != "zhǎng -" {
			t.Error(got)
		}
		s.says("绳子长。", "他的头发很长了。")
		s.want("长", "cháng zhǎng")
	})
	t.Run("of two lines that are equally like it neither is taken", func(t *testing.T) {
		s := setupSpoken(t, "头发很长了。")
		s.no(s.put(newID(), "头发很", "长", "了。", "zhǎng"))
		s.says("他头发很长了。", "你头发很长了。")
		s.want("长", "cháng cháng")
	})
	t.Run("marks next to the word may be edited, and a word that was said beside it", func(t *testing.T) {
		s := setupSpoken(t, "他的头发很长了。", "绳子很长。")
		s.no(s.put(newID(), "他的头发很", "长", "了。", "zhǎng"))
		s.says("他的头发很长，我的也是！", "绳子很长。")
		s.want("长", "zhǎng cháng")
	})
	t.Run("of a short sentence that is gone it does not go to one with the same end", func(t *testing.T) {
		s := setupSpoken(t, "头发很长。", "绳子很长。")
		s.no(s.put(newID(), "头发很", "长", "。", "zhǎng"))
		s.says("绳子很长。")
		s.want("长", "cháng")
		s.says("绳子很长。", "头发很长。")
		s.want("长", "cháng zhǎng")
	})
	t.Run("a word that stands alone goes into no sentence", func(t *testing.T) {
		s := setupSpoken(t, "长。")
		s.no(s.put(newID(), "", "长", "。", "zhǎng"))
		s.says("绳子很长。")
		s.want("长", "cháng")
		s.says("长！")
		s.want("长", "zhǎng")
	})
	t.Run("the same word twice in a line is two places, also in edited text", func(t *testing.T) {
		s := setupSpoken(t, "他的头发很长，绳子也很长。")
		s.no(s.put(newID(), "他的头发很", "长", "，绳子也很长。", "zhǎng"))
		s.want("长", "zhǎng cháng")
		s.no(s.put(newID(), "他的头发很长，绳子也很", "长", "。", "zhāng"))
		s.says("今天下雨。", "现在她的头发很长，绳子也很长。")
		s.want("长", "zhǎng zhāng")
	})
	t.Run("who stands where it was set keeps its place from one whose line is gone", func(t *testing.T) {
		s := setupSpoken(t, "头发很长了。", "头发很长了！")
		s.no(s.put(newID(), "头发很", "长", "了！", "zhāng"))
		s.no(s.put(newID(), "头发很", "长", "了。", "zhǎng"))
		s.says("头发很长了！")
		s.want("长", "zhāng")
		if got := s.set(); got != "zhāng 头发很[长]了！, zhǎng -" {
			t.Error(got)
		}
	})
	t.Run("set anew in edited text the one that came along goes", func(t *testing.T) {
		s := setupSpoken(t, "他的头发很长。")
		s.no(s.put(newID(), "他的头发很", "长", "。", "zhǎng"))
		s.says("现在他的头发很长。")
		s.no(s.put(newID(), "现在他的头发很", "长", "。", "zhāng"))
		if got := s.set(); got != "zhāng 现在他的头发很[长]。" {
			t.Error(got)
		}
	})
	t.Run("set again it is another one, and taken back it is the dictionary's", func(t *testing.T) {
		s := setupSpoken(t, "头发很长。")
		id, other := newID(), newID()
		for _, reading := range []string{"zhǎng", "zhǎng", "chang2", "zhang3"} {
			s.no(s.put(id, "头发很", "长", "。", reading))
		}
		s.want("长", "zhǎng")
		s.no(s.put(other, "头发很", "长", "。", "zhāng"))
		s.want("长", "zhāng")
		if got := s.set(); got != "zhāng 头发很[长]。" {
			t.Error(got)
		}
		d := must(s.DraftLanguage(s.Context(), s.author, s.course))(s.world)
		for range 2 {
			s.no(s.words.DeletePlaceReading(s.Context(), s.author, d, s.lesson, other))
		}
		s.want("长", "cháng")
	})
	t.Run("readings of activities take it too, and characters outside of the first plane", func(t *testing.T) {
		s := setupSpoken(t, "我们看书。")
		s.newReading(s.lesson, "𠮷老师的头发很长。")
		must(s.Publish(s.Context(), s.author, s.course))(s.world)
		s.no(s.put(newID(), "𠮷老师的头发很", "长", "。", "zhǎng"))
		s.want("长", "zhǎng")
	})
	t.Run("what is wrong is named, and changes nothing", func(t *testing.T) {
		s := setupSpoken(t, "头发很长。")
		for name, c := range map[string]struct {
			word, before, after, pinyin string
			kind                        fault.Kind
		}{
			"another number of syllables": {"长", "头发很", "。", "zhǎng zhǎng", fault.Invalid},
			"no syllable":                 {"长", "头发很", "。", "xyz", fault.Invalid},
			"another line":                {"长", "他很", "。", "zhǎng", fault.NotFound},
			"a part of a word":            {"发", "头", "很长。", "fā", fault.NotFound},
			"markup":                      {"<b>", "", "", "zhǎng", fault.Invalid},
		} {
			if err := s.put(newID(), c.before, c.word, c.after, c.pinyin); !fault.Is(err, c.kind) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if got := s.set(); got != "" {
			t.Error(got)
		}
	})
	t.Run("another lesson's reading cannot be moved by its id", func(t *testing.T) {
		s := setupSpoken(t, "头发很长。")
		id := newID()
		s.no(s.put(id, "头发很", "长", "。", "zhǎng"))
		mine := s.lesson
		s.lesson = s.newLesson(s.newUnit(s.course, "vocational"), true)
		s.newReading(s.lesson, "绳子很长。")
		if err := s.put(id, "绳子很", "长", "。", "zhǎng"); !fault.Is(err, fault.Conflict) {
			t.Error(err)
		}
		s.lesson = mine
		s.want("长", "zhǎng")
	})
	t.Run("who may not author the course sets nothing", func(t *testing.T) {
		s := setupSpoken(t, "头发很长。")
		d := must(s.DraftLanguage(s.Context(), s.author, s.course))(s.world)
		err := s.words.PutPlaceReading(s.Context(), newID(), d, s.lesson, newID(), language.PlaceReadingInput{
			Place: language.Place{Word: "长", Before: "头发很", After: "。"}, Pinyin: "zhǎng"})
		if err == nil {
			t.Error("it was set")
		}
		s.want("长", "cháng")
	})
}
