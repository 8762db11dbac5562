package language

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/uuid"

	"hanzhi/courses/language/lexicon"
	"hanzhi/server/fault"
)

func written(character string) NewWriting {
	return NewWriting{ID: newID(), Word: "机床", Character: character, Mode: "memory", Ink: base64.RawStdEncoding.EncodeToString([]byte{2, 0, 0, 255, 9, 1, 7, 7}),
		Misses: 1, Disorders: 1, Distance: 40, At: time.Now()}
}

func TestWriting(t *testing.T) {
	t.Run("what was written is kept once, scored, and shown again with the latest first", func(t *testing.T) {
		w := setup(t)
		first, second := written("床"), written("床")
		first.At = time.Now().Add(-time.Hour)
		second.Misses, second.Disorders, second.Distance, second.Ink = 0, 0, 0, ""
		for range 2 {
			w.no(w.Write(w.Context(), w.learner, []NewWriting{first, second, written("机")}))
		}
		got := must(w.Writings(w.Context(), w.learner, "床", 5))(w)
		if got.Total != 2 || got.Items[0].ID != second.ID || got.Items[0].Score != 100 || got.Items[0].Strokes != 7 {
			t.Errorf("%+v", got)
		}
		// Of seven strokes half a one and a third are lost, and four hundredths for the distance.
		if it := got.Items[1]; it.Score != 84 || it.Ink != first.Ink || it.Misses != 1 {
			t.Errorf("%+v", it)
		}
		if others := must(w.Writings(w.Context(), w.teacher, "床", 5))(w); others.Total != 0 {
			t.Errorf("somebody else sees %+v", others)
		}
	})
	t.Run("times of a device without a clock become possible ones, and no help is more than the strokes", func(t *testing.T) {
		w := setup(t)
		early, late := written("床"), written("床")
		early.At, late.At, late.Helped = time.Unix(0, 0), time.Now().Add(48*time.Hour), 64
		w.no(w.Write(w.Context(), w.learner, []NewWriting{early, late}))
		got := must(w.Writings(w.Context(), w.learner, "床", 5))(w)
		if got.Items[0].At.After(time.Now().Add(time.Second)) || got.Items[1].At.Before(earliest) || got.Items[0].Helped != 7 || got.Items[0].Score != 34 {
			t.Errorf("%+v", got)
		}
	})
	t.Run("bad writings name their field and leave nothing behind", func(t *testing.T) {
		w := setup(t)
		for name, change := range map[string]func(*NewWriting){
			"id":        func(n *NewWriting) { n.ID = uuid.Nil },
			"word":      func(n *NewWriting) { n.Word = "" },
			"character": func(n *NewWriting) { n.Character = "A" },
			"mode":      func(n *NewWriting) { n.Mode = "blind" },
			"ink":       func(n *NewWriting) { n.Ink = base64.RawStdEncoding.EncodeToString([]byte{9, 1}) },
			"misses":    func(n *NewWriting) { n.Misses = -1 },
			"distance":  func(n *NewWriting) { n.Distance = -1 },
		} {
			bad := written("床")
			change(&bad)
			err := w.Write(w.Context(), w.learner, []NewWriting{written("床"), bad})
			wantFault(t, err, fault.Invalid, "")
			if f, ok := err.(*fault.Error); ok && f.Field != "writings[1]."+name {
				t.Errorf("%s: field %s", name, f.Field)
			}
		}
		wantFault(t, w.Write(w.Context(), w.learner, nil), fault.Invalid, "out_of_range")
		if got := must(w.Writings(w.Context(), w.learner, "床", 5))(w); got.Total != 0 {
			t.Errorf("%d writings are there", got.Total)
		}
	})
}

func TestHandwriting(t *testing.T) {
	w := setup(t)
	horizontal := [][]int{{100, 500}, {500, 490}, {900, 500}}
	t.Run("a line is 一, with its reading", func(t *testing.T) {
		got := must(w.Handwriting([][][]int{horizontal}, 8))(w)
		if len(got) != 8 || got[0] != (Handwritten{"一", "yī"}) {
			t.Errorf("%v", got)
		}
	})
	t.Run("what is no drawing is refused", func(t *testing.T) {
		for _, lines := range [][][][]int{make([][][]int, 49), {make([][]int, 257)}, {{{1}}}, {{{1, 2, 3}}}, {{{1, 99_999}}}} {
			_, err := w.Handwriting(lines, 8)
			wantFault(t, err, fault.Invalid, "")
		}
	})
}

// longUnit publishes a unit of one lesson with so many different words, a few of them in each line.
func (w *world) longUnit(words int) uuid.UUID {
	w.Helper()
	var list []string
	r := rand.New(rand.NewPCG(7, 7))
	for id := range w.lexicon.Size() {
		if level := w.lexicon.Level(lexicon.ID(id)); level >= 1 && level <= 4 {
			list = append(list, w.lexicon.Hanzi(lexicon.ID(id)))
		}
	}
	r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	var lines []string
	for i := 0; i < words; i += 3 {
		lines = append(lines, fmt.Sprintf("请%s和%s，再%s。", list[i], list[i+1], list[i+2]))
	}
	video := w.addVideo(lines)
	lesson := newID()
	course := w.publish("long", "7223", map[uuid.UUID]uuid.UUID{lesson: video})
	var unit uuid.UUID
	if err := w.db.QueryRow(w.Context(), `SELECT unit_id FROM revision_lessons WHERE course_id = $1`, course).Scan(&unit); err != nil {
		w.Fatal(err)
	}
	return unit
}

func (w *world) unitOf(lesson uuid.UUID) (unit uuid.UUID) {
	w.Helper()
	if err := w.db.QueryRow(w.Context(), `SELECT unit_id FROM revision_lessons WHERE lesson_id = $1`, lesson).Scan(&unit); err != nil {
		w.Fatal(err)
	}
	return unit
}

func TestUnitPack(t *testing.T) {
	t.Run("a unit of 300 words is at most 600 KB, strokes and font included", func(t *testing.T) {
		w := setup(t)
		w.longUnit(300)
		sizes := must(w.PackSizes(w.Context(), w.learner, "long", "ru"))(w)
		if len(sizes) != 1 {
			t.Fatalf("%v", sizes)
		}
		s := sizes[0]
		pack := must(w.UnitPack(w.Context(), w.learner, s.UnitID, "ru"))(w)
		t.Logf("%d words, %d characters: text %d, strokes %d, font %d bytes, together %d", len(pack.Words), len(pack.Strokes), s.Text, s.Strokes, s.Font, s.Text+s.Strokes+s.Font)
		if len(pack.Words) < 300 || s.Text+s.Strokes+s.Font > 600<<10 {
			t.Errorf("%d words, %+v", len(pack.Words), s)
		}
	})
	t.Run("it holds all words of its lines, their meanings in two languages, and how each character is written", func(t *testing.T) {
		w := setup(t)
		w.bank("7223", [2]string{"机床", "jī chuáng"})
		w.happened(w.learner, "keep", "机床", 0, 0)
		pack := must(w.UnitPack(w.Context(), w.learner, w.unitOf(w.open), "ru"))(w)
		word := pack.Words["机床"]
		if !word.Kept || word.Gloss["en"] == "" || word.Gloss["ar"] != "" || len(pack.Strokes["床"].Strokes) != 7 || len(pack.Texts) != 1 {
			t.Errorf("%+v", word)
		}
		for _, line := range pack.Texts[0].Lines {
			for _, token := range line.Tokens {
				if _, found := pack.Words[token.Text]; token.Kind == "" && !found {
					t.Errorf("%s is not in it", token.Text)
				}
			}
		}
		arabic := must(w.UnitPack(w.Context(), w.learner, w.unitOf(w.open), "ar"))(w)
		if arabic.Words["机床"].Gloss["ar"] == "" || arabic.Version == pack.Version {
			t.Errorf("%v", arabic.Words["机床"].Gloss)
		}
	})
	t.Run("its version changes with its text and not with what a learner knows", func(t *testing.T) {
		w := setup(t)
		unit := w.unitOf(w.open)
		version := func() string { return must(w.UnitPack(w.Context(), w.learner, unit, "en"))(w).Version }
		first := version()
		w.happened(w.learner, "keep", "检查", 0, 0)
		if version() != first {
			t.Error("another version after a word was kept")
		}
		w.caption(w.video, "zh-CN", append(spoken, "量具"))
		if version() == first {
			t.Error("the same version after a line was added")
		}
	})
	t.Run("who may not open a lesson may not keep it", func(t *testing.T) {
		w := setup(t)
		unit := w.unitOf(w.closed)
		_, err := w.UnitPack(w.Context(), w.stranger, unit, "en")
		wantFault(t, err, fault.Forbidden, "not_enrolled")
		_, err = w.UnitPack(w.Context(), uuid.Nil, unit, "en")
		wantFault(t, err, fault.Unauthenticated, "")
		_, err = w.UnitPack(w.Context(), w.learner, newID(), "en")
		wantFault(t, err, fault.NotFound, "")
		must(w.UnitPack(w.Context(), uuid.Nil, w.unitOf(w.open), "en"))(w)
		if sizes := must(w.PackSizes(w.Context(), uuid.Nil, "lathe", "en"))(w); len(sizes) != 1 {
			t.Errorf("a visitor may keep %d units", len(sizes))
		}
	})
}

func TestFonts(t *testing.T) {
	t.Run("publishing makes the fonts of the units, once, and they are got by name", func(t *testing.T) {
		w := setup(t)
		for range 2 {
			w.no(w.PrepareFonts(w.Context(), w.course))
		}
		var n int
		if err := w.db.QueryRow(w.Context(), `SELECT count(*) FROM hanzi_fonts WHERE body IS NOT NULL`).Scan(&n); err != nil || n != 2 {
			t.Errorf("%d fonts, %v", n, err)
		}
		font := must(w.UnitFont(w.Context(), w.learner, w.unitOf(w.open)))(w)
		w.fonts.Purge()
		if body := must(w.Font(w.Context(), font.Name))(w); string(body[:4]) != "wOF2" || len(body) != font.Bytes {
			t.Errorf("%d bytes, not %d", len(body), font.Bytes)
		}
	})
	t.Run("a font that was lost is made again", func(t *testing.T) {
		w := setup(t)
		font := must(w.UnitFont(w.Context(), w.learner, w.unitOf(w.open)))(w)
		w.exec(`UPDATE hanzi_fonts SET body = NULL`)
		w.fonts.Purge()
		if body := must(w.Font(w.Context(), font.Name))(w); len(body) != font.Bytes {
			t.Errorf("%d bytes", len(body))
		}
		_, err := w.Font(w.Context(), "0123456789abcdef0123456789abcdef")
		wantFault(t, err, fault.NotFound, "")
	})
	t.Run("two who open a unit at once get one font", func(t *testing.T) {
		w := setup(t)
		unit := w.unitOf(w.open)
		done := make(chan Font, 2)
		for range 2 {
			go func() {
				font, err := w.UnitFont(w.Context(), w.learner, unit)
				if err != nil {
					w.Error(err)
				}
				done <- font
			}()
		}
		if a, b := <-done, <-done; a != b {
			t.Errorf("%v and %v", a, b)
		}
	})
}
