package language

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/open-spaced-repetition/go-fsrs/v4"

	"hanzhi/courses/language/memory"
	"hanzhi/courses/localize"
	"hanzhi/server/pg"
)

// Assigned is words that a teacher has given for a lesson and the learner has not met yet.
type Assigned struct {
	AssignedFor
	Words int `json:"words" doc:"Not met yet."`
}

// AssignedFor is the lesson that a word was given for.
type AssignedFor struct {
	LessonID    uuid.UUID     `json:"lessonId" format:"uuid"`
	LessonTitle localize.Text `json:"lessonTitle"`
	CourseSlug  string        `json:"courseSlug"`
	At          *time.Time    `json:"at,omitempty" doc:"When the lesson is held."`
}

// given is a word of an assignment that its learner has not met yet.
type given struct {
	word   string
	kept   bool
	lesson AssignedFor
}

// givenRow is a word as it was given.
type givenRow struct {
	LessonID uuid.UUID
	Word     string
	Kept     bool
}

// givenTo returns the words that the viewer was given and has not met: those of the next lesson first, each once. A word
// that the declared level covers has been met elsewhere.
func (s *Service) givenTo(ctx context.Context, viewer uuid.UUID) ([]given, error) {
	rows, err := s.db.Query(ctx, `
		SELECT a.lesson_id, w.word, coalesce(m.kept, false) AS kept
		FROM enrolments e JOIN runs r ON r.id = e.run_id JOIN word_assignments a ON a.run_id = r.id
		CROSS JOIN unnest(a.words) WITH ORDINALITY AS w (word, n) LEFT JOIN word_memory m ON m.account_id = e.account_id AND m.word = w.word
		WHERE e.account_id = @viewer AND e.left_at IS NULL AND r.cancelled_at IS NULL AND a.withdrawn_at IS NULL AND coalesce(m.state, 0) = 0
		ORDER BY a.assigned_at, a.id, w.n LIMIT 1000`, pgx.NamedArgs{"viewer": viewer})
	if err != nil {
		return nil, pg.Translate(err, "words given to", viewer)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[givenRow])
	if err != nil || len(found) == 0 {
		return nil, pg.Translate(err, "words given to", viewer)
	}
	var who learner
	if err := s.readSettings(ctx, viewer, "", &who); err != nil {
		return nil, err
	}
	lessons, err := s.givenFor(ctx, viewer, found)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	var list []given
	for _, row := range found {
		lesson, there := lessons[row.LessonID]
		if there && !seen[row.Word] && !who.byLevel(who.list.level(row.Word)) {
			seen[row.Word] = true
			list = append(list, given{row.Word, row.Kept, lesson})
		}
	}
	slices.SortStableFunc(list, func(a, b given) int { return dayOrNever(a.lesson.At).Compare(dayOrNever(b.lesson.At)) })
	return list, nil
}

// givenFor reads the lessons that words were given for; a lesson that the course has no more is missing.
func (s *Service) givenFor(ctx context.Context, viewer uuid.UUID, words []givenRow) (map[uuid.UUID]AssignedFor, error) {
	var ids []uuid.UUID
	for _, w := range words {
		if !slices.Contains(ids, w.LessonID) {
			ids = append(ids, w.LessonID)
		}
	}
	rows, err := queryLessons(ctx, s.db, viewer, `may_learn(@viewer, c.id) AND l.lesson_id = ANY (@ids)`, pgx.NamedArgs{"ids": ids})
	lessons := map[uuid.UUID]AssignedFor{}
	for _, r := range rows {
		lessons[r.LessonID] = AssignedFor{LessonID: r.LessonID, LessonTitle: r.LessonTitle, CourseSlug: r.CourseSlug, At: r.TaughtAt}
	}
	return lessons, err
}

// dayOrNever orders lessons: what has no day comes last.
func dayOrNever(t *time.Time) time.Time {
	if t == nil {
		return time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return *t
}

// withGiven puts given words behind the due ones and before the other new ones.
func withGiven(states []memory.State, words []given, now time.Time) []memory.State {
	own := make(map[string]memory.State, len(states))
	for _, state := range states {
		own[state.Word] = state
	}
	first := slices.IndexFunc(states, func(s memory.State) bool { return s.Card.State == fsrs.New })
	if first < 0 {
		first = len(states)
	}
	isGiven := map[string]bool{}
	list := slices.Clone(states[:first])
	for _, w := range words {
		isGiven[w.word] = true
		state, found := own[w.word]
		if !found {
			state = memory.State{Word: w.word, Kept: w.kept, Card: fsrs.NewCard(now.UTC()), Parameters: memory.FSRS6}
		}
		list = append(list, state)
	}
	for _, state := range states[first:] {
		if !isGiven[state.Word] {
			list = append(list, state)
		}
	}
	return list
}

// addGiven marks the cards of given words, and counts all of them.
func (d *Due) addGiven(words []given) {
	lessons := map[string]*AssignedFor{}
	at := map[uuid.UUID]int{}
	for i := range words {
		w := &words[i]
		lessons[w.word] = &w.lesson
		n, seen := at[w.lesson.LessonID]
		if !seen {
			n = len(d.Assigned)
			at[w.lesson.LessonID] = n
			d.Assigned = append(d.Assigned, Assigned{AssignedFor: w.lesson})
		}
		d.Assigned[n].Words++
		if !w.kept {
			d.New++
			d.Forecast[0]++
		}
	}
	for i := range d.Cards {
		d.Cards[i].Assigned = lessons[d.Cards[i].Word.Hanzi]
	}
}
