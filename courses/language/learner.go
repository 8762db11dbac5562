package language

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/open-spaced-repetition/go-fsrs/v4"

	"hanzhi/courses/language/coverage"
	"hanzhi/courses/language/memory"
	"hanzhi/server/pg"
)

// learner is what is known of a viewer.
type learner struct {
	list   *wordList // by which levels are shown
	level  int       // declared, of that list
	lost   string    // name of the list that was chosen and is not there any more
	goal   int
	memory map[string]memory.State
	now    time.Time
	places Addresses

	isVisitor bool
}

const defaultGoal = 20

// learner reads what a viewer knows of some words; list is the one by which levels are shown to who has chosen none.
func (s *Service) learner(ctx context.Context, viewer uuid.UUID, list string, words []string) (learner, error) {
	l := learner{now: s.now(), places: s.places, isVisitor: isVisitor(viewer)}
	if err := s.readSettings(ctx, viewer, list, &l); err != nil || isVisitor(viewer) {
		return l, err
	}
	var err error
	l.memory, err = memoryOf(ctx, s.db, viewer, `m.word = ANY (@words)`, pgx.NamedArgs{"words": words})
	return l, err
}

// settings returns the chosen list, the declared level of it, 0 for none, and the daily goal.
func settings(ctx context.Context, q pg.Querier, viewer uuid.UUID) (list string, level, goal int, err error) {
	err = q.QueryRow(ctx, `SELECT word_list, level, review_goal FROM learner_settings WHERE account_id = @viewer`, pgx.NamedArgs{"viewer": viewer}).Scan(&list, &level, &goal)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", 0, defaultGoal, nil
	}
	return list, level, goal, pg.Translate(err, "settings of", viewer)
}

// readSettings fills in list, level and goal. A level of a list that is gone is none; without a level of HSK 2.0, which is
// what every account begins with, the list is the other one.
func (s *Service) readSettings(ctx context.Context, viewer uuid.UUID, other string, l *learner) (err error) {
	chosen := ""
	l.goal = defaultGoal
	if !isVisitor(viewer) {
		if chosen, l.level, l.goal, err = settings(ctx, s.db, viewer); err != nil {
			return err
		}
	}
	if chosen != "" && (chosen != hsk2 || l.level > 0) {
		if l.list, l.lost, err = s.list(ctx, chosen); err != nil {
			return err
		}
		l.level = min(l.level, len(l.list.Levels))
		if l.lost == "" {
			return nil
		}
		l.level = 0
	}
	l.list, _, err = s.list(ctx, other)
	return err
}

// memoryRow is a row of word_memory.
type memoryRow struct {
	Word           string
	Kept           bool
	State          int8
	Stability      float64
	Difficulty     float64
	DueAt          time.Time
	LastReviewAt   *time.Time
	LastRating     int
	ScheduledDays  int
	RemainingSteps int
	Reps           int
	Lapses         int
	Parameters     string
}

const selectMemory = `SELECT m.word, m.kept, m.state, m.stability, m.difficulty, m.due_at, m.last_review_at, m.last_rating,
	m.scheduled_days, m.remaining_steps, m.reps, m.lapses, m.parameters FROM word_memory m WHERE m.account_id = @viewer AND `

// memoryList reads what a viewer remembers, of words that hold to a condition.
func memoryList(ctx context.Context, q pg.Querier, viewer uuid.UUID, condition string, args pgx.NamedArgs) ([]memory.State, error) {
	args["viewer"] = viewer
	rows, err := q.Query(ctx, selectMemory+condition, args)
	if err != nil {
		return nil, pg.Translate(err, "memory of", viewer)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (memory.State, error) {
		r, err := pgx.RowToStructByName[memoryRow](row)
		return r.toState(), err
	})
	return list, pg.Translate(err, "memory of", viewer)
}

func memoryOf(ctx context.Context, q pg.Querier, viewer uuid.UUID, condition string, args pgx.NamedArgs) (map[string]memory.State, error) {
	list, err := memoryList(ctx, q, viewer, condition, args)
	byWord := make(map[string]memory.State, len(list))
	for _, state := range list {
		byWord[state.Word] = state
	}
	return byWord, err
}

func (r memoryRow) toState() memory.State {
	s := memory.State{Word: r.Word, Kept: r.Kept, LastRating: r.LastRating, Parameters: r.Parameters, Card: fsrs.Card{
		Due: r.DueAt, Stability: r.Stability, Difficulty: r.Difficulty, ScheduledDays: uint64(max(r.ScheduledDays, 0)), Reps: uint64(max(r.Reps, 0)),
		Lapses: uint64(max(r.Lapses, 0)), State: fsrs.State(r.State), RemainingSteps: r.RemainingSteps}}
	if r.LastReviewAt != nil {
		s.Card.LastReview = *r.LastReviewAt
	}
	return s
}

var stateNames = [...]string{"new", "learning", "review", "relearning"}

// shownMemory is a state as the API has it.
func shownMemory(s memory.State) WordMemory {
	m := WordMemory{Word: s.Word, State: stateNames[s.Card.State], Stability: s.Card.Stability, Difficulty: s.Card.Difficulty, DueAt: s.Card.Due,
		LastRating: s.LastRating, ScheduledDays: int(s.Card.ScheduledDays), RemainingSteps: s.Card.RemainingSteps,
		Reps: int(s.Card.Reps), Lapses: int(s.Card.Lapses), Kept: s.Kept, Leech: s.Leech()}
	if !s.Card.LastReview.IsZero() {
		m.LastReviewAt = &s.Card.LastReview
	}
	return m
}

// byLevel reports whether the declared level covers a word of a level.
func (l learner) byLevel(level int) bool { return level > 0 && level <= l.level }

// knowledge is what the learner knows of words.
func (l learner) knowledge(words []string) coverage.Knowledge {
	k := make(coverage.Knowledge, len(words))
	for i, word := range words {
		if l.level > 0 && l.byLevel(l.list.level(word)) {
			k[i] = 1
		} else if m, found := l.memory[word]; found {
			k[i] = m.Retrievability(l.now)
		}
	}
	return k
}

// shown adds to a word its level, what the learner knows of it, and where it is seen and heard.
func (l learner) shown(w Word, byParts bool) Word {
	l.list.show(&w)
	w.Picture, w.Audio = l.places.of(w.pictureID, w.audioID)
	m, remembered := l.memory[w.Hanzi]
	if remembered {
		w.Kept = m.Kept
		if m.LastRating > 0 {
			r := m.Retrievability(l.now)
			w.Retrievability = &r
		}
	}
	switch {
	case w.Retrievability != nil && *w.Retrievability >= coverage.Known:
		w.KnownBy = "memory"
	case l.byLevel(w.Level):
		w.KnownBy = "level"
	case byParts:
		w.KnownBy = "parts"
	}
	w.Known = w.KnownBy != ""
	return w
}
