package language

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/courses/language/coverage"
	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// How much a teacher is shown of a lesson among others, and of a lesson alone.
const (
	mostLacking      = 20
	mostLackingAlone = 100
	mostLearners     = 2000
)

// ClassFilter says what of a run's readiness is wanted.
type ClassFilter struct {
	Lesson uuid.UUID // uuid.Nil = all lessons, without the learners by name
	At     time.Time // a day to come; zero = now
}

// class gathers the learners of a run for one lesson.
type class struct {
	row       lessonRow
	lesson    *lesson
	glossary  *glossary
	units     []int32   // of the lesson, as indexes into the run's words
	measured  []float64 // by learner, what the bands are made of
	lacking   []int32   // learners, by word of the lesson
	learners  []LearnerReadiness
	bands     Bands
	knowledge coverage.Knowledge    // of the learner at hand
	levels    map[*wordList][]int   // of the units
	byLevel   map[declared]standing // of learners who remember nothing
}

// declared is a level of a list.
type declared struct {
	list  *wordList
	level int
}

// standing is what a learner comes to in a lesson.
type standing struct {
	covered, expected float64
	lacking           []int32 // words, as indexes; of byLevel only
}

// RunReadiness returns how ready the learners of a run are for the lessons of its course, now or on a day to come.
// NotFound unless the viewer may teach the run, and for a lesson that its course does not have.
func (s *Service) RunReadiness(ctx context.Context, viewer, run uuid.UUID, f ClassFilter) (RunReadiness, error) {
	if err := s.checkDay(f.At); err != nil {
		return RunReadiness{}, err
	}
	rows, err := queryLessons(ctx, s.db, viewer, `c.id = (SELECT r.course_id FROM runs r WHERE r.id = @run AND may_teach(@viewer, r.id))
		AND @lesson::uuid IN (l.lesson_id, '00000000-0000-0000-0000-000000000000')`, pgx.NamedArgs{"run": run, "lesson": f.Lesson})
	if err != nil {
		return RunReadiness{}, err
	}
	if len(rows) == 0 {
		return RunReadiness{}, fault.NewNotFound("run")
	}
	lessons, glossaries, err := s.lessonsOf(ctx, rows)
	if err != nil {
		return RunReadiness{}, err
	}
	all := &roll{words: map[string]int32{}, now: maxTime(f.At, s.now()), ahead: f.At.After(s.now()), named: f.Lesson != uuid.Nil}
	for i, l := range lessons {
		all.add(&class{row: rows[i], lesson: l, glossary: glossaries[i]})
	}
	if all.lists, err = s.listsOfRun(ctx, run); err != nil {
		return RunReadiness{}, err
	}
	if err := all.call(ctx, s.db, viewer, run, f.Lesson); err != nil {
		return RunReadiness{}, err
	}
	answer := RunReadiness{Learners: len(all.pupils), Lessons: make([]RunLesson, len(all.classes))}
	if all.ahead {
		answer.At = &all.now
	}
	for i, c := range all.classes {
		answer.Lessons[i] = s.runLesson(c, all.named)
	}
	return answer, nil
}

func (c *class) init(number func(unit string) int32) {
	units := c.lesson.text.Units()
	c.units, c.byLevel, c.levels = make([]int32, len(units)), map[declared]standing{}, map[*wordList][]int{}
	c.lacking, c.knowledge = make([]int32, len(c.lesson.text.Words)), make(coverage.Knowledge, len(units))
	for i, unit := range units {
		c.units[i] = number(unit)
	}
}

// measure adds a learner to the class.
func (c *class) measure(p pupil, recall []float64, ahead bool) float64 {
	s := c.standing(p, recall)
	measured := s.covered
	if ahead {
		measured = s.expected
	}
	c.measured = append(c.measured, measured)
	c.bands.add(coverage.Band(measured))
	c.learners = append(c.learners, LearnerReadiness{AccountID: p.account, Name: p.name, Coverage: s.covered, Expected: s.expected,
		Band: coverage.Band(measured), GrantedAt: p.granted, Passed: p.passed})
	return measured
}

// standing measures a learner; those who remember nothing differ by their level only.
func (c *class) standing(p pupil, recall []float64) standing {
	who, levels := learner{level: p.level}, c.levelsBy(p.list)
	if len(p.remembered) > 0 {
		for i, n := range c.units {
			c.knowledge[i] = recall[n]
			if who.byLevel(levels[i]) {
				c.knowledge[i] = 1
			}
		}
		var s standing
		s.covered, s.expected = c.lesson.text.Tally(c.knowledge, c.lacking)
		return s
	}
	s, seen := c.byLevel[p.declared]
	if !seen {
		for i := range c.units {
			c.knowledge[i] = 0
			if who.byLevel(levels[i]) {
				c.knowledge[i] = 1
			}
		}
		s.lacking = make([]int32, len(c.lacking))
		s.covered, s.expected = c.lesson.text.Tally(c.knowledge, s.lacking)
		c.byLevel[p.declared] = s
	}
	for i, lacks := range s.lacking {
		c.lacking[i] += lacks
	}
	return s
}

func (b *Bands) add(band string) {
	switch band {
	case coverage.Go:
		b.Go++
	case coverage.Glosses:
		b.Glosses++
	case coverage.Learn:
		b.Learn++
	default:
		b.Support++
	}
}

// runLesson is the answer for a lesson; alone it names the learners, and the place of each word that they lack.
func (s *Service) runLesson(c *class, alone bool) RunLesson {
	answer := RunLesson{LessonID: c.row.LessonID, Title: c.row.LessonTitle, Bands: c.bands, Median: median(c.measured), Tokens: c.lesson.text.Tokens, Lacking: []LackingWord{}}
	order := make([]int, len(c.lacking))
	for i := range order {
		order[i] = i
	}
	words := c.lesson.text.Words
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(c.lacking[b], c.lacking[a]), cmp.Compare(words[b].Count, words[a].Count))
	})
	most := mostLacking
	if alone {
		most = mostLackingAlone
		answer.Learners = c.learners[:min(len(c.learners), mostLearners)]
	}
	for _, i := range order[:min(len(order), most)] {
		if c.lacking[i] == 0 {
			break
		}
		w := s.word(c.glossary, words[i].Text, "")
		lack := LackingWord{Hanzi: w.Hanzi, Pinyin: w.Pinyin, Gloss: w.Gloss, Glosses: w.Glosses, Share: float64(c.lacking[i]) / float64(len(c.measured))}
		if alone {
			lack.First = c.lesson.firstPlace(words[i].Text)
		}
		answer.Lacking = append(answer.Lacking, lack)
	}
	return answer
}

// firstPlace is the first counted line that holds a word; nil when there is none.
func (l *lesson) firstPlace(word string) *WordPlace {
	for _, n := range l.index[word] {
		if at := l.lines[n]; at.counted {
			place := &WordPlace{Text: at.text}
			if at.assetID != nil {
				place.StartMs = &at.startMs
			}
			return place
		}
	}
	return nil
}

// median of nobody is 0.
func median(list []float64) float64 {
	if len(list) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(list))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}

// roll is a run with the lessons that are asked for; the words of the lessons are numbered once for all of them.
type roll struct {
	classes []*class
	words   map[string]int32
	pupils  []pupil
	lists   map[string]*wordList
	now     time.Time
	ahead   bool // now is a day to come
	named   bool // one lesson, with the learners by name
}

// pupil is a learner of the run.
type pupil struct {
	account uuid.UUID
	name    string
	declared
	granted    *time.Time
	passed     bool
	remembered []recalled
}

// recalled is how well a word, by its number, is remembered.
type recalled struct {
	word  int32
	value float64
}

func (r *roll) add(c *class) {
	c.init(func(unit string) int32 {
		n, seen := r.words[unit]
		if !seen {
			n = int32(len(r.words))
			r.words[unit] = n
		}
		return n
	})
	r.classes = append(r.classes, c)
}

// call reads the learners and what they remember, and measures them one by one.
func (r *roll) call(ctx context.Context, q pg.Querier, viewer, run, lesson uuid.UUID) error {
	index, err := r.enter(ctx, q, viewer, run, lesson)
	if err != nil {
		return err
	}
	if err := r.remember(ctx, q, run, index); err != nil {
		return err
	}
	recall := make([]float64, len(r.words))
	for _, p := range r.pupils {
		for _, m := range p.remembered {
			recall[m.word] = m.value
		}
		for _, c := range r.classes {
			c.measure(p, recall, r.ahead)
		}
		for _, m := range p.remembered {
			recall[m.word] = 0
		}
	}
	return nil
}

// enter reads the learners, by name, and returns their places.
func (r *roll) enter(ctx context.Context, q pg.Querier, viewer, run, lesson uuid.UUID) (map[uuid.UUID]int, error) {
	rows, err := q.Query(ctx, `
		SELECT e.account_id, a.name, coalesce(x.word_list, ''), coalesce(x.level, 0), p.granted_at, coalesce(p.passed_at IS NOT NULL AND p.coverage >= g.gate::float8 / 100, false)
		FROM enrolments e JOIN accounts a ON a.id = e.account_id LEFT JOIN learner_settings x ON x.account_id = e.account_id
		LEFT JOIN gate_passes p ON p.account_id = e.account_id AND p.run_id = e.run_id AND p.lesson_id = @lesson
		LEFT JOIN run_lessons g ON g.run_id = e.run_id AND g.lesson_id = @lesson
		WHERE e.run_id = (SELECT r.id FROM runs r WHERE r.id = @run AND may_teach(@viewer, r.id)) AND e.left_at IS NULL
		ORDER BY a.name COLLATE "C", a.id`, pgx.NamedArgs{"run": run, "viewer": viewer, "lesson": lesson})
	if err != nil {
		return nil, pg.Translate(err, "learners of run", run)
	}
	index := map[uuid.UUID]int{}
	var p pupil
	var list string
	_, err = pgx.ForEachRow(rows, []any{&p.account, &p.name, &list, &p.level, &p.granted, &p.passed}, func() error {
		index[p.account] = len(r.pupils)
		p.declared = r.declared(list, p.level)
		r.pupils = append(r.pupils, p)
		p.granted = nil
		return nil
	})
	return index, pg.Translate(err, "learners of run", run)
}
