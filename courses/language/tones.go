package language

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/courses/language/memory"
	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// SpokenTones are the tones of a word: those that were asked for and those that were heard or said.
type SpokenTones struct {
	Asked    string `json:"asked" pattern:"^[1-5]{1,12}$" doc:"A figure for each syllable as it is spoken: 1 to 4, 5 = neutral."`
	Answered string `json:"answered" pattern:"^[1-5]{1,12}$"`
}

// ToneAnswers is how often tones were taken for others, or rightly for themselves.
type ToneAnswers struct {
	Exercise string `json:"exercise" enum:"tone,say" doc:"tone: heard; say: said."`
	Asked    string `json:"asked"`
	Answered string `json:"answered"`
	Count    int    `json:"count" minimum:"1"`
}

// TonePractice is what a learner practises tones with.
type TonePractice struct {
	Cards   []ReviewCard  `json:"cards" maxItems:"100" doc:"Words of two to four syllables: the learner's own, then terms of the lessons of their courses, then further terms of those trades."`
	Answers []ToneAnswers `json:"answers" doc:"Of the latest 400."`
}

const (
	mostToneWords   = 100
	mostOwnWords    = 60
	recentToneCount = 400
)

var toneRule = regexp.MustCompile(`^[1-5]{1,12}$`)

// checkTones refuses what says nothing about tones. Nil is nothing said.
func checkTones(field string, r NewReview) error {
	switch t := r.Tones; {
	case t == nil:
		return nil
	case r.Kind != memory.Review || !memory.IsAboutTones(r.Exercise):
		return fault.NewInvalid(field+".tones", "unexpected", "Only a review of the exercises tone and say has tones.")
	case !toneRule.MatchString(t.Asked) || !toneRule.MatchString(t.Answered) || len(t.Asked) != len(t.Answered):
		return fault.NewInvalid(field+".tones", "invalid", "Tones are a figure from 1 to 5 for each syllable, as many asked as answered.")
	}
	return nil
}

// Tones returns the words that the viewer can practise tones with, and how their latest answers went.
func (s *Service) Tones(ctx context.Context, viewer uuid.UUID) (TonePractice, error) {
	answer := TonePractice{Cards: []ReviewCard{}}
	own, err := memoryList(ctx, s.db, viewer, `m.kept ORDER BY m.last_review_at DESC NULLS LAST, m.word LIMIT @most`, pgx.NamedArgs{"most": mostOwnWords})
	if err != nil {
		return answer, err
	}
	rows, lessons, glossaries, err := s.enrolledLessons(ctx, viewer)
	if err != nil {
		return answer, err
	}
	list := make([]string, 0, mostOwnWords)
	for _, state := range own {
		list = append(list, state.Word)
	}
	known, err := memoryOf(ctx, s.db, viewer, `true`, pgx.NamedArgs{})
	if err != nil {
		return answer, err
	}
	var states []memory.State
	for _, word := range distinct(append(list, termsIn(lessons, glossaries)...)) {
		state := known[word]
		state.Word = word
		states = append(states, state)
	}
	words, err := s.ownWords(ctx, viewer, states)
	if err != nil {
		return answer, err
	}
	chosen := states[:0]
	for i, state := range states {
		if len(answer.Cards) < mostToneWords && saysTones(words[i]) {
			chosen = append(chosen, state)
			answer.Cards = append(answer.Cards, ReviewCard{Word: words[i], Memory: shownMemory(state)})
		}
	}
	for i, state := range chosen {
		answer.Cards[i].Context = contextOf(state, rows, lessons)
	}
	if err := s.translate(ctx, answer.Cards); err != nil {
		return answer, err
	}
	answer.Answers, err = toneAnswers(ctx, s.db, viewer)
	return answer, err
}

// termsIn are the terms that stand in lessons, in their order, then the further terms of the same banks.
func termsIn(lessons []*lesson, glossaries []*glossary) []string {
	var spoken, further []string
	for i, l := range lessons {
		for _, w := range l.words {
			if glossaries[i].terms[w.Hanzi] != nil {
				spoken = append(spoken, w.Hanzi)
			}
		}
	}
	seen := map[string]bool{}
	for _, g := range glossaries {
		if !seen[g.key] {
			seen[g.key] = true
			for hanzi := range g.terms {
				further = append(further, hanzi)
			}
		}
	}
	slices.Sort(further)
	return append(spoken, further[:min(len(further), 4*mostToneWords)]...)
}

func distinct(words []string) []string {
	seen := make(map[string]bool, len(words))
	return slices.DeleteFunc(words, func(word string) bool {
		again := seen[word]
		seen[word] = true
		return again
	})
}

// saysTones reports whether a word is as long as tones are practised with, and each of its characters is read as one syllable.
func saysTones(w Word) bool {
	n := len(strings.Fields(w.Pinyin))
	return n >= 2 && n <= 4 && n == utf8.RuneCountInString(w.Hanzi) && !strings.ContainsFunc(w.Hanzi, func(r rune) bool { return !isHan(r) })
}

// toneAnswers counts the latest answers about tones.
func toneAnswers(ctx context.Context, q pg.Querier, viewer uuid.UUID) ([]ToneAnswers, error) {
	rows, err := q.Query(ctx, fmt.Sprintf(`
		SELECT e.exercise, e.tones_asked AS asked, e.tones_answered AS answered, count(*)::int AS count
		FROM (SELECT * FROM word_events WHERE account_id = @viewer AND tones_asked IS NOT NULL ORDER BY at DESC, id DESC LIMIT %d) e
		GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`, recentToneCount), pgx.NamedArgs{"viewer": viewer})
	if err != nil {
		return nil, pg.Translate(err, "tones of", viewer)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[ToneAnswers])
	return notNil(list), pg.Translate(err, "tones of", viewer)
}
