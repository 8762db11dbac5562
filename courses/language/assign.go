package language

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/courses/language/coverage"
	"hanzhi/courses/localize"
	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// Bounds of assignments.
const (
	mostAssigned    = 200 // words in one
	mostAssignments = 100 // that a teacher is shown of a run
)

// NewAssignment is words that a teacher gives to a run.
type NewAssignment struct {
	LessonID uuid.UUID `json:"lessonId" format:"uuid" doc:"The lesson they are for."`
	Words    []string  `json:"words" minItems:"1" maxItems:"200" doc:"Words of the lesson, in the order to be met."`
}

// GivenWord is a word of an assignment with what the run has made of it.
type GivenWord struct {
	Hanzi   string        `json:"hanzi"`
	Pinyin  string        `json:"pinyin"`
	Gloss   localize.Text `json:"gloss,omitempty"`
	Glosses []string      `json:"glosses"`
	Met     int           `json:"met" doc:"Learners who have practised it."`
	Known   int           `json:"known" doc:"Learners who know it now, from memory or by their level."`
}

// Assignment is words that the learners of a run have been given.
type Assignment struct {
	ID          uuid.UUID     `json:"id" format:"uuid"`
	LessonID    uuid.UUID     `json:"lessonId" format:"uuid"`
	LessonTitle localize.Text `json:"lessonTitle" doc:"Empty when the course has the lesson no more."`
	AssignedAt  time.Time     `json:"assignedAt"`
	AssignedBy  string        `json:"assignedBy" doc:"Name of the teacher; empty when the account is gone."`
	Withdrawn   bool          `json:"withdrawn"`
	Words       []GivenWord   `json:"words"`
}

// Assignments are those of a run.
type Assignments struct {
	Learners int          `json:"learners"`
	Items    []Assignment `json:"items" maxItems:"100" doc:"The newest first, without withdrawn ones."`
}

type assignmentRow struct {
	ID          uuid.UUID
	LessonID    uuid.UUID
	Words       []string
	AssignedAt  time.Time
	AssignedBy  string
	WithdrawnAt *time.Time
}

// Assign gives the learners of a run words to learn for a lesson, under an id of the client's; giving them again changes
// nothing. NotFound unless the viewer may teach the run and its course has the lesson.
func (s *Service) Assign(ctx context.Context, viewer, run, id uuid.UUID, in NewAssignment) (Assignment, error) {
	words, err := s.checkAssigned(ctx, viewer, run, id, in)
	if err != nil {
		return Assignment{}, err
	}
	_, err = s.db.Exec(ctx, `
		INSERT INTO word_assignments (id, run_id, lesson_id, words, assigned_by)
		SELECT @id, r.id, @lesson, @words, @viewer FROM runs r WHERE r.id = @run AND may_teach(@viewer, r.id) ON CONFLICT (id) DO NOTHING`,
		pgx.NamedArgs{"id": id, "run": run, "lesson": in.LessonID, "words": words, "viewer": viewer})
	if err != nil {
		return Assignment{}, pg.Translate(err, "assignment", id)
	}
	all, err := s.assignments(ctx, viewer, run, `a.id = @id`, pgx.NamedArgs{"id": id})
	if err != nil {
		return Assignment{}, err
	}
	if len(all.Items) == 0 {
		return Assignment{}, fault.New(fault.Conflict, "id_taken", "This id is in use; make a new one.")
	}
	return all.Items[0], nil
}

// checkAssigned returns the words without repetitions.
func (s *Service) checkAssigned(ctx context.Context, viewer, run, id uuid.UUID, in NewAssignment) ([]string, error) {
	if id == uuid.Nil {
		return nil, fault.NewInvalid("id", "invalid", "An assignment needs an id of its own.")
	}
	if len(in.Words) == 0 || len(in.Words) > mostAssigned {
		return nil, fault.NewInvalid("words", "out_of_range", "An assignment has 1 to %d words.", mostAssigned)
	}
	rows, err := queryLessons(ctx, s.db, viewer, `l.lesson_id = @lesson AND c.id = (SELECT r.course_id FROM runs r WHERE r.id = @run AND may_teach(@viewer, r.id))`,
		pgx.NamedArgs{"run": run, "lesson": in.LessonID})
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, fault.NewNotFound("lesson of the run")
	}
	lessons, _, err := s.lessonsOf(ctx, rows)
	if err != nil {
		return nil, err
	}
	var words []string
	for i, word := range in.Words {
		if _, found := lessons[0].index[word]; !found {
			return nil, fault.NewInvalid(fmt.Sprintf("words[%d]", i), "not_in_lesson", "%.40q is no word of the lesson.", word)
		}
		if !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	return words, nil
}

// Withdraw takes an assignment back: its words are given no more; what has been learnt stays. NotFound unless the viewer
// may teach the run. Withdrawing twice is withdrawing once.
func (s *Service) Withdraw(ctx context.Context, viewer, run, id uuid.UUID) error {
	tag, err := s.db.Exec(ctx, `
		UPDATE word_assignments a SET withdrawn_at = coalesce(a.withdrawn_at, now())
		WHERE a.id = @id AND a.run_id = @run AND may_teach(@viewer, a.run_id)`, pgx.NamedArgs{"id": id, "run": run, "viewer": viewer})
	if err == nil && tag.RowsAffected() == 0 {
		return fault.NewNotFound("assignment")
	}
	return pg.Translate(err, "assignment", id)
}

// Assignments returns what a run has been given, with what its learners have made of each word. NotFound unless the
// viewer may teach the run.
func (s *Service) Assignments(ctx context.Context, viewer, run uuid.UUID) (Assignments, error) {
	return s.assignments(ctx, viewer, run, `a.withdrawn_at IS NULL`, pgx.NamedArgs{})
}

func (s *Service) assignments(ctx context.Context, viewer, run uuid.UUID, condition string, args pgx.NamedArgs) (Assignments, error) {
	answer := Assignments{Items: []Assignment{}}
	args["run"], args["viewer"], args["limit"] = run, viewer, mostAssignments
	err := s.db.QueryRow(ctx, `
		SELECT (SELECT count(*)::int FROM enrolments e WHERE e.run_id = r.id AND e.left_at IS NULL) FROM runs r
		WHERE r.id = @run AND may_teach(@viewer, r.id)`, args).Scan(&answer.Learners)
	if err != nil {
		return answer, pg.Translate(err, "run", run)
	}
	rows, err := s.db.Query(ctx, `
		SELECT a.id, a.lesson_id, a.words, a.assigned_at, coalesce(k.name, '') AS assigned_by, a.withdrawn_at
		FROM word_assignments a LEFT JOIN accounts k ON k.id = a.assigned_by
		WHERE a.run_id = @run AND may_teach(@viewer, a.run_id) AND `+condition+` ORDER BY a.assigned_at DESC, a.id LIMIT @limit`, args)
	if err != nil {
		return answer, pg.Translate(err, "assignments of run", run)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[assignmentRow])
	if err != nil || len(found) == 0 {
		return answer, pg.Translate(err, "assignments of run", run)
	}
	answer.Items, err = s.describeAssignments(ctx, viewer, run, found)
	return answer, err
}

// describeAssignments adds titles, readings and meanings, and counts.
func (s *Service) describeAssignments(ctx context.Context, viewer, run uuid.UUID, found []assignmentRow) ([]Assignment, error) {
	var words []string
	for _, a := range found {
		words = append(words, a.Words...)
	}
	slices.Sort(words)
	words = slices.Compact(words)
	counts, err := s.countGiven(ctx, viewer, run, words)
	if err != nil {
		return nil, err
	}
	lessons, err := queryLessons(ctx, s.db, viewer, `c.id = (SELECT r.course_id FROM runs r WHERE r.id = @run)`, pgx.NamedArgs{"run": run})
	if err != nil {
		return nil, err
	}
	titles := map[uuid.UUID]localize.Text{}
	var terms *glossary
	for _, l := range lessons {
		titles[l.LessonID] = l.LessonTitle
		if terms == nil {
			if terms, err = s.glossaryFor(ctx, l.Trade, l.InstitutionID); err != nil {
				return nil, err
			}
		}
	}
	if terms == nil { // the course is not published any more
		if terms, err = s.allTerms(ctx); err != nil {
			return nil, err
		}
	}
	items := make([]Assignment, len(found))
	for i, a := range found {
		items[i] = Assignment{ID: a.ID, LessonID: a.LessonID, LessonTitle: titles[a.LessonID], AssignedAt: a.AssignedAt, AssignedBy: a.AssignedBy, Withdrawn: a.WithdrawnAt != nil}
		if items[i].LessonTitle == nil {
			items[i].LessonTitle = localize.Text{}
		}
		for _, word := range a.Words {
			w, n := s.word(terms, word, ""), counts[word]
			items[i].Words = append(items[i].Words, GivenWord{Hanzi: w.Hanzi, Pinyin: w.Pinyin, Gloss: w.Gloss, Glosses: w.Glosses, Met: n.met, Known: n.known})
		}
	}
	return items, nil
}

type givenCount struct{ met, known int }

// countGiven counts the learners of a run who have practised words, and who know them.
func (s *Service) countGiven(ctx context.Context, viewer, run uuid.UUID, words []string) (map[string]givenCount, error) {
	all := &roll{words: make(map[string]int32, len(words)), now: s.now()}
	for i, word := range words {
		all.words[word] = int32(i)
	}
	var err error
	if all.lists, err = s.listsOfRun(ctx, run); err != nil {
		return nil, err
	}
	index, err := all.enter(ctx, s.db, viewer, run, uuid.Nil)
	if err != nil {
		return nil, err
	}
	if err := all.remember(ctx, s.db, run, index); err != nil {
		return nil, err
	}
	counts := map[string]givenCount{}
	for _, p := range all.pupils {
		known := make([]bool, len(words))
		for _, m := range p.remembered {
			known[m.word] = m.value >= coverage.Known
			n := counts[words[m.word]]
			n.met++
			counts[words[m.word]] = n
		}
		who := learner{level: p.level}
		for i, word := range words {
			if known[i] || p.level > 0 && who.byLevel(p.list.level(word)) {
				n := counts[word]
				n.known++
				counts[word] = n
			}
		}
	}
	return counts, nil
}
