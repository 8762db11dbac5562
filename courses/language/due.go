package language

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/courses/language/memory"
	"hanzhi/courses/localize"
	"hanzhi/server/pg"
)

const (
	maxDue         = 100
	forecastDays   = 7
	contextLessons = 40 // of the learner's courses, for the lines on cards
)

// Due returns the words that the viewer should review now, up to a limit, with the line of a lesson for each.
func (s *Service) Due(ctx context.Context, viewer uuid.UUID, limit int) (Due, error) {
	answer := Due{Cards: []ReviewCard{}, Assigned: []Assigned{}, Forecast: make([]int, forecastDays)}
	now, limit := s.now(), min(max(limit, 1), maxDue)
	states, err := memoryList(ctx, s.db, viewer, `m.kept AND (m.due_at <= @now OR m.state = 0)
		ORDER BY m.state = 0, m.due_at, m.word LIMIT @limit`, pgx.NamedArgs{"now": now, "limit": limit})
	if err != nil {
		return answer, err
	}
	if err := s.countDue(ctx, viewer, now, &answer); err != nil {
		return answer, err
	}
	if answer.Today, err = s.today(ctx, s.db, viewer); err != nil {
		return answer, err
	}
	assigned, err := s.givenTo(ctx, viewer)
	if err != nil {
		return answer, err
	}
	states = withGiven(states, assigned, now)
	states = states[:min(len(states), limit)]
	words, err := s.ownWords(ctx, viewer, states)
	if err != nil {
		return answer, err
	}
	for i, state := range states {
		answer.Cards = append(answer.Cards, ReviewCard{Word: words[i], Memory: shownMemory(state)})
	}
	answer.addGiven(assigned)
	return answer, s.addContexts(ctx, viewer, states, answer.Cards)
}

// countDue counts what is due now and in the coming days.
func (s *Service) countDue(ctx context.Context, viewer uuid.UUID, now time.Time, answer *Due) error {
	today := dayOf(now)
	rows, err := s.db.Query(ctx, `
		SELECT greatest((m.due_at AT TIME ZONE 'UTC')::date - @today::date, 0) AS day,
		       count(*)::int, count(*) FILTER (WHERE m.due_at <= @now AND m.state <> 0)::int, count(*) FILTER (WHERE m.state = 0)::int
		FROM word_memory m WHERE m.account_id = @viewer AND m.kept AND m.due_at < @until GROUP BY 1`,
		pgx.NamedArgs{"viewer": viewer, "today": today, "now": now, "until": today.AddDate(0, 0, forecastDays)})
	if err != nil {
		return pg.Translate(err, "due words of", viewer)
	}
	var day, all, due, fresh int
	_, err = pgx.ForEachRow(rows, []any{&day, &all, &due, &fresh}, func() error {
		if day < forecastDays {
			answer.Forecast[day] += all
		}
		answer.Due += due
		answer.New += fresh
		return nil
	})
	return pg.Translate(err, "due words of", viewer)
}

// ownWords describes remembered words for their learner, parallel to states. The terms are those of all banks.
func (s *Service) ownWords(ctx context.Context, viewer uuid.UUID, states []memory.State) ([]Word, error) {
	terms, err := s.allTerms(ctx)
	if err != nil {
		return nil, err
	}
	who := learner{now: s.now(), places: s.places, memory: make(map[string]memory.State, len(states))}
	if err = s.readSettings(ctx, viewer, "", &who); err != nil {
		return nil, err
	}
	words := make([]Word, len(states))
	for i, state := range states {
		who.memory[state.Word] = state
		words[i] = who.shown(s.word(terms, state.Word, ""), false)
	}
	return words, nil
}

// addContexts gives each card a line that contains its word, from the courses that the learner is enrolled in.
func (s *Service) addContexts(ctx context.Context, viewer uuid.UUID, states []memory.State, cards []ReviewCard) error {
	if len(cards) == 0 {
		return nil
	}
	rows, lessons, _, err := s.enrolledLessons(ctx, viewer)
	if err != nil {
		return err
	}
	for i, state := range states {
		cards[i].Context = contextOf(state, rows, lessons)
	}
	return s.translate(ctx, cards)
}

// enrolledLessons reads the Chinese of the first lessons of the courses that the viewer is enrolled in, the latest first.
func (s *Service) enrolledLessons(ctx context.Context, viewer uuid.UUID) ([]lessonRow, []*lesson, []*glossary, error) {
	rows, err := queryLessons(ctx, s.db, viewer, `may_learn(@viewer, c.id) AND NOT is_barred(@viewer, l.lesson_id) AND l.lesson_id IN (
		SELECT x.lesson_id FROM enrolments e JOIN courses k ON k.id = e.course_id
		JOIN revision_lessons x ON x.course_id = k.id AND x.revision = k.revision
		WHERE e.account_id = @viewer AND e.left_at IS NULL ORDER BY e.enrolled_at DESC, x.position LIMIT @lessons)`, pgx.NamedArgs{"lessons": contextLessons})
	if err != nil {
		return nil, nil, nil, err
	}
	lessons, glossaries, err := s.lessonsOf(ctx, rows)
	return rows, lessons, glossaries, err
}

// place is a line of one of the lessons.
type place struct{ lesson, line int }

// contextOf picks a line: the first that there is, and for a leech another one after each review.
func contextOf(state memory.State, rows []lessonRow, lessons []*lesson) *LineContext {
	var places []place
	for i, l := range lessons {
		for _, n := range l.index[state.Word] {
			places = append(places, place{i, n})
		}
	}
	if len(places) == 0 {
		return nil
	}
	at := places[0]
	if state.Leech() {
		at = places[int(state.Card.Reps)%len(places)]
	}
	row, line := rows[at.lesson], lessons[at.lesson].lines[at.line]
	c := &LineContext{LessonID: row.LessonID, LessonTitle: row.LessonTitle, CourseSlug: row.CourseSlug, Tokens: shownTokens(line.tokens)}
	if line.assetID != nil {
		c.AssetID, c.StartMs, c.EndMs = line.assetID, &line.startMs, &line.endMs
	}
	return c
}

// translate adds what the other tracks of captions say at the same moment.
func (s *Service) translate(ctx context.Context, cards []ReviewCard) error {
	type moment struct {
		asset uuid.UUID
		start int64
	}
	byMoment := map[moment][]*LineContext{}
	var assets []uuid.UUID
	var starts []int64
	for _, card := range cards {
		if c := card.Context; c != nil && c.AssetID != nil {
			at := moment{*c.AssetID, *c.StartMs}
			byMoment[at] = append(byMoment[at], c)
			assets, starts = append(assets, at.asset), append(starts, at.start)
		}
	}
	if len(assets) == 0 {
		return nil
	}
	rows, err := s.db.Query(ctx, `
		SELECT DISTINCT k.asset_id, w.start, k.lang, cue->>'text' AS text
		FROM unnest(@assets::uuid[], @starts::bigint[]) AS w (asset, start)
		JOIN captions k ON k.asset_id = w.asset AND k.lang !~* '^(zh|cmn)(-|$)', jsonb_array_elements(k.cues) AS cue
		WHERE (cue->>'startMs')::bigint = w.start`, pgx.NamedArgs{"assets": assets, "starts": starts})
	if err != nil {
		return pg.Translate(err, "translations of", len(assets))
	}
	var at moment
	var lang, text string
	_, err = pgx.ForEachRow(rows, []any{&at.asset, &at.start, &lang, &text}, func() error {
		for _, c := range byMoment[at] {
			if c.Translation == nil {
				c.Translation = localize.Text{}
			}
			c.Translation[lang] = text
		}
		return nil
	})
	return pg.Translate(err, "translations of", len(assets))
}
