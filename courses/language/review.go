package language

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/courses/language/memory"
	"hanzhi/courses/localize"
	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// SetGoal sets how many reviews a day the viewer wants to do, 5 to 200.
func (s *Service) SetGoal(ctx context.Context, viewer uuid.UUID, goal int) (ReviewDay, error) {
	if goal < 5 || goal > 200 {
		return ReviewDay{}, fault.NewInvalid("goal", "out_of_range", "A goal is 5 to 200 reviews a day.")
	}
	_, err := s.db.Exec(ctx, `
		INSERT INTO learner_settings (account_id, review_goal) VALUES (@viewer, @goal)
		ON CONFLICT (account_id) DO UPDATE SET review_goal = excluded.review_goal, updated_at = now()`,
		pgx.NamedArgs{"viewer": viewer, "goal": goal})
	if err != nil {
		return ReviewDay{}, pg.Translate(err, "settings of", viewer)
	}
	return s.today(ctx, s.db, viewer)
}

// earliest is when events may begin: a phone that has lost its clock says 1970.
var earliest = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)

// eventRow is an event as it is stored.
type eventRow struct {
	ID         uuid.UUID  `json:"id"`
	Word       string     `json:"word"`
	Kind       string     `json:"kind"`
	Rating     *int       `json:"rating"`
	Exercise   string     `json:"exercise"`
	At         time.Time  `json:"at"`
	LessonID   *uuid.UUID `json:"lesson_id"`
	Parameters string     `json:"parameters"`
	Asked      *string    `json:"asked"`
	Answered   *string    `json:"answered"`
}

// maxBatch is how many events one request may bring.
const maxBatch = 500

// wordRule is what may be a word.
var wordRule = localize.Rule{MaxRunes: 12, Required: true}

// Review adds events to the viewer's log and returns what is remembered of their words. Events that are there already
// are accepted and change nothing, so a batch may be sent again.
func (s *Service) Review(ctx context.Context, viewer uuid.UUID, in []NewReview) (ReviewResult, error) {
	events, err := s.checkReviews(in)
	if err != nil {
		return ReviewResult{}, err
	}
	result := ReviewResult{Memory: []WordMemory{}}
	err = pg.InTx(ctx, s.db, func(tx pgx.Tx) error {
		result.Memory = result.Memory[:0]
		// Two devices take turns, so that each fold sees all of the log.
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('words ' || @viewer::text, 0))`, pgx.NamedArgs{"viewer": viewer}); err != nil {
			return pg.Translate(err, "words of", viewer)
		}
		words, err := insertEvents(ctx, tx, viewer, events)
		if err != nil {
			return err
		}
		states, err := refold(ctx, tx, viewer, words)
		if err != nil {
			return err
		}
		for _, state := range states {
			result.Memory = append(result.Memory, shownMemory(state))
		}
		result.Today, err = s.today(ctx, tx, viewer)
		return err
	})
	return result, err
}

func (s *Service) checkReviews(in []NewReview) ([]eventRow, error) {
	if len(in) == 0 || len(in) > maxBatch {
		return nil, fault.NewInvalid("reviews", "out_of_range", "A batch has 1 to %d reviews.", maxBatch)
	}
	now := s.now()
	events := make([]eventRow, len(in))
	for i, r := range in {
		field := fmt.Sprintf("reviews[%d]", i)
		word, err := wordRule.CleanString(field+".word", r.Word)
		if err != nil {
			return nil, err
		}
		e := eventRow{ID: r.ID, Word: word, Kind: r.Kind, Exercise: r.Exercise, At: r.At, LessonID: r.LessonID, Parameters: r.Parameters}
		if e.Parameters == "" {
			e.Parameters = memory.FSRS6
		}
		switch {
		case r.ID == uuid.Nil:
			return nil, fault.NewInvalid(field+".id", "invalid", "An event needs an id of its own.")
		case !slices.Contains([]string{memory.Keep, memory.Drop, memory.Review, memory.LookUp}, r.Kind):
			return nil, fault.NewInvalid(field+".kind", "invalid", "An event is keep, drop, review or lookup.")
		case r.Kind == memory.Review && (r.Rating < 1 || r.Rating > 4):
			return nil, fault.NewInvalid(field+".rating", "required", "A review has a rating of 1 to 4.")
		case !memory.IsSet(e.Parameters):
			return nil, fault.NewInvalid(field+".parameters", "unknown_parameters", "%.20q is no set of parameters that is known.", e.Parameters)
		}
		if err := checkTones(field, r); err != nil {
			return nil, err
		}
		if r.Tones != nil {
			e.Asked, e.Answered = &r.Tones.Asked, &r.Tones.Answered
		}
		if r.Kind == memory.Review {
			e.Rating = &r.Rating
		}
		if e.At.After(now) {
			e.At = now
		}
		if e.At.Before(earliest) {
			e.At = earliest
		}
		// Browsers have no finer time: what both ends fold must be the same.
		e.At = e.At.UTC().Truncate(time.Millisecond)
		events[i] = e
	}
	return events, nil
}

// insertEvents adds what is new and returns all words of the batch.
func insertEvents(ctx context.Context, q pg.Querier, viewer uuid.UUID, events []eventRow) ([]string, error) {
	b, err := json.Marshal(events)
	if err != nil {
		return nil, pg.Translate(err, "events of", viewer)
	}
	// An event that is there already may have been stored under another word, by a client that uses an id twice.
	rows, err := q.Query(ctx, `
		WITH batch AS (
			SELECT DISTINCT ON (e.id) e.* FROM jsonb_to_recordset(@events::jsonb)
			AS e (id uuid, word text, kind text, rating int, exercise text, at timestamptz, lesson_id uuid, parameters text, asked text, answered text) ORDER BY e.id),
		added AS (
			INSERT INTO word_events (account_id, id, word, kind, rating, exercise, at, lesson_id, parameters, tones_asked, tones_answered)
			SELECT @viewer, b.id, b.word, b.kind, b.rating, b.exercise, b.at, b.lesson_id, b.parameters, b.asked, b.answered FROM batch b
			ON CONFLICT DO NOTHING RETURNING word)
		SELECT word FROM added UNION SELECT w.word FROM word_events w JOIN batch b ON b.id = w.id WHERE w.account_id = @viewer
		ORDER BY word`, pgx.NamedArgs{"events": string(b), "viewer": viewer})
	if err != nil {
		return nil, pg.Translate(err, "events of", viewer)
	}
	words, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return words, pg.Translate(err, "events of", viewer)
}

// refold replays the events of words and stores what they come to.
func refold(ctx context.Context, q pg.Querier, viewer uuid.UUID, words []string) ([]memory.State, error) {
	rows, err := q.Query(ctx, `
		SELECT e.id, e.word, e.kind, coalesce(e.rating, 0)::int AS rating, e.exercise, e.at, e.parameters FROM word_events e
		WHERE e.account_id = @viewer AND e.word = ANY (@words) ORDER BY e.word, e.at, e.id`, pgx.NamedArgs{"viewer": viewer, "words": words})
	if err != nil {
		return nil, pg.Translate(err, "events of", viewer)
	}
	events, err := pgx.CollectRows(rows, pgx.RowToStructByName[memory.Event])
	if err != nil {
		return nil, pg.Translate(err, "events of", viewer)
	}
	byWord := map[string][]memory.Event{}
	for _, e := range events {
		byWord[e.Word] = append(byWord[e.Word], e)
	}
	states := make([]memory.State, 0, len(words))
	for _, word := range words {
		// Of a word whose tones alone were practised there is nothing to remember.
		if state := memory.Fold(word, byWord[word]); !state.Card.Due.IsZero() {
			states = append(states, state)
		}
	}
	return states, storeMemory(ctx, q, viewer, states)
}

// storeMemory writes the fold of words.
func storeMemory(ctx context.Context, q pg.Querier, viewer uuid.UUID, states []memory.State) error {
	batch := &pgx.Batch{}
	for _, s := range states {
		var last *time.Time
		if !s.Card.LastReview.IsZero() {
			last = &s.Card.LastReview
		}
		batch.Queue(`
			INSERT INTO word_memory (account_id, word, kept, state, stability, difficulty, due_at, last_review_at, last_rating, scheduled_days, remaining_steps, reps, lapses, parameters)
			VALUES (@viewer, @word, @kept, @state, @stability, @difficulty, @due, @last, @rating, @days, @steps, @reps, @lapses, @parameters)
			ON CONFLICT (account_id, word) DO UPDATE SET kept = excluded.kept, state = excluded.state, stability = excluded.stability, difficulty = excluded.difficulty,
				due_at = excluded.due_at, last_review_at = excluded.last_review_at, last_rating = excluded.last_rating, scheduled_days = excluded.scheduled_days,
				remaining_steps = excluded.remaining_steps, reps = excluded.reps, lapses = excluded.lapses, parameters = excluded.parameters`,
			pgx.NamedArgs{"viewer": viewer, "word": s.Word, "kept": s.Kept, "state": int16(s.Card.State), "stability": s.Card.Stability, "difficulty": s.Card.Difficulty,
				"due": s.Card.Due, "last": last, "rating": s.LastRating, "days": int(s.Card.ScheduledDays), "steps": s.Card.RemainingSteps,
				"reps": int(s.Card.Reps), "lapses": int(s.Card.Lapses), "parameters": s.Parameters})
	}
	return pg.Translate(q.SendBatch(ctx, batch).Close(), "memory of", viewer)
}

// today reads how the viewer's day of practice is going.
func (s *Service) today(ctx context.Context, q pg.Querier, viewer uuid.UUID) (ReviewDay, error) {
	_, _, goal, err := settings(ctx, q, viewer)
	if err != nil {
		return ReviewDay{}, err
	}
	// Tones keep a streak alive, but do not take the place of the words that wait.
	rows, err := q.Query(ctx, `
		SELECT (e.at AT TIME ZONE 'UTC')::date AS day, count(*)::int AS answers, count(*) FILTER (WHERE e.exercise NOT IN ('tone', 'say'))::int AS reviews
		FROM word_events e WHERE e.account_id = @viewer AND e.kind = 'review' GROUP BY 1`, pgx.NamedArgs{"viewer": viewer})
	if err != nil {
		return ReviewDay{}, pg.Translate(err, "days of", viewer)
	}
	days := map[time.Time]int{}
	now := dayOf(s.now())
	var day time.Time
	var answers, reviews, done int
	if _, err := pgx.ForEachRow(rows, []any{&day, &answers, &reviews}, func() error {
		days[day.UTC()] = answers
		if day.UTC().Equal(now) {
			done = reviews
		}
		return nil
	}); err != nil {
		return ReviewDay{}, pg.Translate(err, "days of", viewer)
	}
	return ReviewDay{Done: done, Goal: goal, Streak: streak(days, now)}, nil
}

// dayOf is the day of UTC that a time is in.
func dayOf(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

// forgiven is how many days must lie between two missed ones: one in seven is forgiven.
const forgiven = 7

// streak counts the days with a review up to today. Today does not break it as long as it lasts, nor does a missed day
// when the six days around it, on either side, have none.
func streak(days map[time.Time]int, today time.Time) int {
	day := today
	if days[day] == 0 {
		day = day.AddDate(0, 0, -1)
	}
	count, sinceMissed := 0, forgiven
	for {
		if days[day] > 0 {
			count++
			sinceMissed++
		} else {
			if sinceMissed < forgiven-1 || days[day.AddDate(0, 0, -1)] == 0 {
				return count
			}
			sinceMissed = 0
		}
		day = day.AddDate(0, 0, -1)
	}
}
