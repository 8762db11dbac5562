package language

import (
	"slices"
	"testing"
	"time"

	"hanzhi/courses/localize"
	"hanzhi/server/fault"
)

// heard is an answer about the tones of a word.
func heard(exercise, word, asked, answered string, at time.Time) NewReview {
	rating := 3
	if asked != answered {
		rating = 1
	}
	return NewReview{ID: newID(), Word: word, Kind: "review", Rating: rating, Exercise: exercise, At: at, Tones: &SpokenTones{Asked: asked, Answered: answered}}
}

func TestTones(t *testing.T) {
	t.Run("answers about tones leave the memory of the word as it is, in whatever order they come", func(t *testing.T) {
		w := setup(t)
		at := time.Now().Add(-48 * time.Hour).UTC().Truncate(time.Millisecond)
		reviews := []NewReview{
			{ID: newID(), Word: "转速", Kind: "review", Rating: 3, Exercise: "recall", At: at},
			{ID: newID(), Word: "转速", Kind: "review", Rating: 3, Exercise: "recall", At: at.Add(time.Hour)},
		}
		plain := must(w.Review(w.Context(), w.learner, reviews))(w)
		slips := []NewReview{
			heard("tone", "转速", "44", "24", at.Add(-time.Hour)), heard("say", "转速", "44", "14", at.Add(time.Minute)), heard("tone", "转速", "44", "44", at.Add(2*time.Hour)),
		}
		after := must(w.Review(w.Context(), w.learner, slips))(w)
		if encoded(plain.Memory) != encoded(after.Memory) {
			t.Errorf("%s, then %s", encoded(plain.Memory), encoded(after.Memory))
		}
	})
	t.Run("a word whose tones alone were practised is neither kept nor due", func(t *testing.T) {
		w := setup(t)
		r := must(w.Review(w.Context(), w.learner, []NewReview{heard("tone", "机床", "12", "12", time.Now())}))(w)
		if len(r.Memory) != 0 || w.count(`SELECT count(*) FROM word_memory`) != 0 {
			t.Errorf("%+v", r)
		}
		if due := must(w.Due(w.Context(), w.learner, 20))(w); len(due.Cards) != 0 {
			t.Errorf("%+v", due.Cards)
		}
	})
	t.Run("a day of tones alone keeps the streak and leaves the goal to the words", func(t *testing.T) {
		w := setup(t)
		r := must(w.Review(w.Context(), w.learner, []NewReview{heard("tone", "机床", "12", "12", time.Now())}))(w)
		if r.Today.Done != 0 || r.Today.Streak != 1 {
			t.Errorf("%+v", r.Today)
		}
	})
	t.Run("the latest answers are counted by what was asked and answered", func(t *testing.T) {
		w := setup(t)
		now := time.Now()
		batch := []NewReview{heard("tone", "机床", "12", "12", now), heard("tone", "机床", "12", "13", now), heard("tone", "检查", "32", "22", now), heard("tone", "机床", "12", "13", now), heard("say", "机床", "12", "13", now)}
		must(w.Review(w.Context(), w.learner, batch))(w)
		must(w.Review(w.Context(), w.stranger, []NewReview{heard("tone", "机床", "12", "11", now)}))(w)
		got := must(w.Tones(w.Context(), w.learner))(w).Answers
		want := []ToneAnswers{{"say", "12", "13", 1}, {"tone", "12", "12", 1}, {"tone", "12", "13", 2}, {"tone", "32", "22", 1}}
		if !slices.Equal(got, want) {
			t.Errorf("%+v", got)
		}
	})
	t.Run("the words are one's own, then the terms of the lessons, then those of the trade, each with its line", func(t *testing.T) {
		w := setup(t)
		bank := must(w.PutBank(w.Context(), w.author, newID(), NewBank{InstitutionID: w.institution, Trade: "7223", Name: localize.Text{"en": "Words"}}))(w)
		for hanzi, pinyin := range map[string]string{"转速": "zhuàn sù", "进给量": "jìn jǐ liàng", "刀": "dāo"} {
			must(w.PutTerm(w.Context(), w.author, bank.ID, newID(), TermInput{Hanzi: hanzi, Pinyin: pinyin, Gloss: localize.Text{"en": "a word"}}))(w)
		}
		must(w.Review(w.Context(), w.learner, []NewReview{{ID: newID(), Word: "帽子", Kind: "keep", At: time.Now()}}))(w)
		cards := must(w.Tones(w.Context(), w.learner))(w).Cards
		var words []string
		for _, card := range cards {
			words = append(words, card.Word.Hanzi)
		}
		if len(words) < 3 || words[0] != "帽子" || words[1] != "转速" || !slices.Contains(words, "进给量") || slices.Contains(words, "刀") {
			t.Errorf("%v", words)
		}
		if c := cards[1].Context; c == nil || c.AssetID == nil || *c.StartMs != 2000 {
			t.Errorf("转速 has the line %+v", c)
		}
	})
	t.Run("somebody without courses and words has nothing to practise with", func(t *testing.T) {
		w := setup(t)
		if got := must(w.Tones(w.Context(), w.stranger))(w); len(got.Cards) != 0 || len(got.Answers) != 0 {
			t.Errorf("%+v", got)
		}
	})
	t.Run("tones that are none, or that fit no answer, are refused", func(t *testing.T) {
		w := setup(t)
		for name, spoil := range map[string]func(*NewReview){
			"no figure":         func(r *NewReview) { r.Tones.Asked = "1x" },
			"nothing":           func(r *NewReview) { r.Tones = &SpokenTones{} },
			"another length":    func(r *NewReview) { r.Tones.Answered = "123" },
			"another exercise":  func(r *NewReview) { r.Exercise = "recall" },
			"no review at all":  func(r *NewReview) { r.Kind, r.Rating = "keep", 0 },
			"figures elsewhere": func(r *NewReview) { r.Tones.Asked = "１２" },
		} {
			bad := heard("tone", "机床", "12", "13", time.Now())
			spoil(&bad)
			_, err := w.Review(w.Context(), w.learner, []NewReview{bad})
			wantFault(t, err, fault.Invalid, "")
			if f, ok := err.(*fault.Error); !ok || f.Field != "reviews[0].tones" { //nolint:errorlint // faults come unwrapped
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
