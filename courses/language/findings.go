package language

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/courses/language/lint"
	"hanzhi/courses/language/segment"
	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// mostFindings is how many findings of a code are listed; their number is always told.
const mostFindings = 500

// budgets is how many new words a unit may bring unless the course says otherwise, by entry level; 0 = none. Beginners
// learn 10 to 15 words in a lesson of 50 minutes, and a unit has some three lessons.
var budgets = [...]int{30, 35, 40, 50, 60, 80, 100}

// FindingTerm is the term of a bank that a finding is about.
type FindingTerm struct {
	Term
	BankID   uuid.UUID `json:"bankId" format:"uuid"`
	Editable bool      `json:"editable" doc:"The viewer keeps the bank."`
}

// Waiver says who has marked a finding as fine where it is.
type Waiver struct {
	By string    `json:"by" doc:"Name of the author; empty once the account is gone."`
	At time.Time `json:"at"`
}

// Finding is one thing in a draft that learners would stumble over. Fields that a code has no use for are absent.
type Finding struct {
	ID         uuid.UUID    `json:"id" format:"uuid" doc:"The same as long as the matter is the same, whatever its numbers."`
	Code       string       `json:"code" enum:"used_before_taught,taught_never_used,over_budget,safety_without_audio,gloss_missing,coverage_cliff"`
	Severity   string       `json:"severity" enum:"serious,warning,note"`
	UnitID     uuid.UUID    `json:"unitId" format:"uuid"`
	LessonID   *uuid.UUID   `json:"lessonId,omitempty" format:"uuid" doc:"Absent for a matter of the whole unit."`
	ActivityID *uuid.UUID   `json:"activityId,omitempty" format:"uuid"`
	AssetID    *uuid.UUID   `json:"assetId,omitempty" format:"uuid" doc:"The video with the line."`
	StartMs    *int64       `json:"startMs,omitempty" doc:"Of the line in the video."`
	Line       string       `json:"line,omitempty" doc:"The text of the place."`
	Word       string       `json:"word,omitempty" doc:"What the finding is about."`
	Term       *FindingTerm `json:"term,omitempty" doc:"Of word."`
	Words      []Word       `json:"words,omitempty" maxItems:"40" doc:"New words of a unit or a lesson, the most frequent first; the safety words of a line; else word."`
	Languages  []string     `json:"languages,omitempty" doc:"In which the term has no gloss."`
	Count      int          `json:"count,omitempty" doc:"Occurrences of word in the lesson; new words of the unit or the lesson."`
	Limit      int          `json:"limit,omitempty" doc:"New words that a unit may bring."`
	Before     float64      `json:"before,omitempty" doc:"Coverage of the lesson fromLessonId for a learner who has learnt everything before it."`
	After      float64      `json:"after,omitempty" doc:"The same of this lesson."`
	From       *uuid.UUID   `json:"fromLessonId,omitempty" format:"uuid"`
	TeachIn    *uuid.UUID   `json:"teachInLessonId,omitempty" format:"uuid" doc:"A language lesson where the words could be taught in time."`
	Waiver     *Waiver      `json:"waiver,omitempty" doc:"Somebody has marked it as fine here."`
}

// CodeCount counts findings that are not marked as fine.
type CodeCount struct {
	Code  string `json:"code"`
	Count int    `json:"count"`
}

// Findings is what the check of a draft has found.
type Findings struct {
	List     List        `json:"list"`
	Entry    int         `json:"entry" doc:"Words up to this level of the list count as known to who begins; 0 = none."`
	Budget   int         `json:"budget" doc:"New words that a unit may bring."`
	Suggests int         `json:"suggestedBudget" doc:"The budget of a course of this level that names none."`
	Items    []Finding   `json:"items" doc:"At most 500 of a code, in the order of the course."`
	Counts   []CodeCount `json:"counts" doc:"All findings that are not marked as fine, by code."`
	Complete bool        `json:"complete" doc:"Nothing is left out of items."`
}

// Findings checks a draft. The marks of its authors are on the findings.
func (s *Service) Findings(ctx context.Context, viewer uuid.UUID, d Draft) (Findings, error) {
	list, err := s.listOfDraft(ctx, d)
	if err != nil {
		return Findings{}, err
	}
	found, g, err := s.check(ctx, d)
	if err != nil {
		return Findings{}, err
	}
	waivers, err := waiversOf(ctx, s.db, d.CourseID)
	if err != nil {
		return Findings{}, err
	}
	editable, err := editableBanks(ctx, s.db, viewer, g)
	if err != nil {
		return Findings{}, err
	}
	answer := Findings{List: list.List, Entry: d.entry(), Budget: d.budget(), Suggests: d.suggestedBudget(), Items: []Finding{}, Counts: []CodeCount{}, Complete: true}
	listed, counts := map[string]int{}, map[string]int{}
	for _, f := range found {
		waiver := waivers[f.ID]
		if waiver == nil {
			counts[f.Code]++
		}
		if listed[f.Code]++; listed[f.Code] > mostFindings {
			answer.Complete = false
			continue
		}
		shown := s.shownFinding(g, f, editable)
		for i := range shown.Words {
			list.show(&shown.Words[i])
		}
		shown.Waiver, shown.AssetID = waiver, d.assetOf(f)
		answer.Items = append(answer.Items, shown)
	}
	for code, n := range counts {
		answer.Counts = append(answer.Counts, CodeCount{code, n})
	}
	slices.SortFunc(answer.Counts, func(a, b CodeCount) int { return cmp.Compare(a.Code, b.Code) })
	return answer, nil
}

// check runs the rules over a draft.
func (s *Service) check(ctx context.Context, d Draft) ([]lint.Finding, *glossary, error) {
	lessons, err := s.draftLessons(ctx, d, d.lessons())
	if err != nil {
		return nil, nil, err
	}
	g, err := s.glossaryFor(ctx, d.Trade, d.InstitutionID)
	if err != nil {
		return nil, nil, err
	}
	list, err := s.listOfDraft(ctx, d)
	if err != nil {
		return nil, nil, err
	}
	c := lint.Course{ID: d.CourseID, Entry: d.entry(), Budget: d.budget()}
	for _, language := range d.Languages {
		if base, _, _ := strings.Cut(language, "-"); base != "zh" {
			c.Languages = append(c.Languages, language)
		}
	}
	for _, u := range d.Units {
		unit := lint.Unit{ID: u.ID, Language: u.Language, PreparedBy: u.PreparedBy}
		for _, l := range u.Lessons {
			// The rules' view of a lesson is kept with its words; only whose it is is added.
			view := *lessons[0].check()
			view.ID, view.Levels = l.ID, list.levelsOf(view.Text.Units())
			unit.Lessons, lessons = append(unit.Lessons, &view), lessons[1:]
		}
		c.Units = append(c.Units, unit)
	}
	return lint.Check(c), g, nil
}

// listOfDraft is the list of the course's level when that is installed, else the one of its institution. The lists differ in
// what they ask for, but their low levels are near enough to each other for advice.
func (s *Service) listOfDraft(ctx context.Context, d Draft) (*wordList, error) {
	id, _, _ := strings.Cut(d.Level, ":")
	list, missing, err := s.list(ctx, id)
	if err != nil || id != "" && missing == "" {
		return list, err
	}
	return s.listOfInstitution(ctx, d.InstitutionID)
}

// entry is the level of the course.
func (d Draft) entry() int {
	_, number, _ := strings.Cut(d.Level, ":")
	level, err := strconv.Atoi(number)
	if err != nil {
		return 0
	}
	return level
}

func (d Draft) budget() int {
	if d.WordBudget > 0 {
		return d.WordBudget
	}
	return d.suggestedBudget()
}

func (d Draft) suggestedBudget() int { return budgets[min(d.entry(), len(budgets)-1)] }

// assetOf is the video in which a finding has its line.
func (d Draft) assetOf(f lint.Finding) *uuid.UUID {
	if f.StartMs == nil {
		return nil
	}
	for _, l := range d.lessons() {
		if asset, found := l.Videos[f.ActivityID]; found && l.ID == f.LessonID {
			return &asset
		}
	}
	return nil
}

func (s *Service) shownFinding(g *glossary, f lint.Finding, editable map[uuid.UUID]bool) Finding {
	shown := Finding{ID: f.ID, Code: f.Code, Severity: f.Severity, UnitID: f.UnitID, LessonID: orNil(f.LessonID), ActivityID: orNil(f.ActivityID),
		StartMs: f.StartMs, Line: f.Line, Word: f.Word, Languages: f.Languages, Count: f.Count, Limit: f.Limit,
		Before: f.Before, After: f.After, From: orNil(f.From), TeachIn: orNil(f.TeachIn)}
	words := f.Words
	if f.Word != "" {
		words = []string{f.Word}
	}
	for _, word := range words {
		shown.Words = append(shown.Words, s.word(g, word, ""))
	}
	if t := g.terms[f.Word]; t != nil && f.Term != nil {
		shown.Term = &FindingTerm{Term: s.levelled(t.Term), BankID: t.bankID, Editable: editable[t.bankID]}
	}
	return shown
}

func orNil(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

// editableBanks says which banks of a glossary the viewer keeps.
func editableBanks(ctx context.Context, q pg.Querier, viewer uuid.UUID, g *glossary) (map[uuid.UUID]bool, error) {
	banks := map[uuid.UUID]bool{}
	for _, t := range g.terms {
		banks[t.bankID] = false
	}
	ids := make([]uuid.UUID, 0, len(banks))
	for id := range banks {
		ids = append(ids, id)
	}
	rows, err := q.Query(ctx, `SELECT b.id FROM term_banks b WHERE b.id = ANY (@ids) AND may_edit_bank(@viewer, b.id)`, pgx.NamedArgs{"ids": ids, "viewer": viewer})
	if err != nil {
		return nil, pg.Translate(err, "term banks of", viewer)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	for _, id := range list {
		banks[id] = true
	}
	return banks, pg.Translate(err, "term banks of", viewer)
}

// forRules is the lesson as the rules of package lint see it.
func (l *lesson) forRules(g *glossary) *lint.Lesson {
	view := &lint.Lesson{Text: l.text, Words: make([]lint.Word, len(l.words)), Lines: make([]lint.Line, len(l.lines))}
	at := make(map[string]int, len(l.words))
	for i, w := range l.words {
		at[w.Hanzi] = i
		view.Words[i] = lint.Word{Hanzi: w.Hanzi, Line: l.firstLine(w.Hanzi)}
		if t := g.terms[w.Hanzi]; t != nil {
			view.Words[i].Term = &lint.Term{Safety: t.Safety, Audio: t.AudioID != nil, Glossed: func(language string) bool { return glossed(t.Gloss, language) }}
		}
	}
	for i, each := range l.lines {
		line := lint.Line{ActivityID: each.activityID, Text: each.text, Said: each.said, Sentences: sentences(g, each.tokens)}
		if each.assetID != nil {
			line.StartMs = &each.startMs
		}
		view.Lines[i] = line
		if word, alone := onlyWord(each.tokens); each.headsRow && alone {
			if n, found := at[word]; found {
				view.Words[n].Listed = true
			}
		}
	}
	return view
}

// firstLine is the first line with a word, of those that count if there is one.
func (l *lesson) firstLine(word string) int {
	lines := l.index[word]
	for _, i := range lines {
		if l.lines[i].counted {
			return i
		}
	}
	return lines[0]
}

// sentences cuts a line at the marks that end sentences.
func sentences(g *glossary, tokens []segment.Token) []lint.Sentence {
	var list []lint.Sentence
	var s lint.Sentence
	var text strings.Builder
	end := func() {
		if s.Words > 0 {
			s.Text = strings.TrimSpace(text.String())
			list = append(list, s)
		}
		s = lint.Sentence{}
		text.Reset()
	}
	for _, t := range tokens {
		text.WriteString(t.Text)
		if t.Kind == segment.Word {
			s.Words++
			if term := g.terms[t.Text]; term != nil && term.Safety && !slices.Contains(s.Safety, t.Text) {
				s.Safety = append(s.Safety, t.Text)
			}
		}
		if (t.Kind == segment.Punctuation || t.Kind == segment.Space) && strings.ContainsAny(t.Text, "。！？；!?;\n") {
			end()
		}
	}
	end()
	return list
}

// onlyWord is the word of a line that holds one word and nothing else.
func onlyWord(tokens []segment.Token) (string, bool) {
	word, words := "", 0
	for _, t := range tokens {
		switch t.Kind {
		case segment.Punctuation, segment.Space:
		default:
			word = t.Text
			words++
		}
	}
	return word, words == 1
}

// Waive marks a finding of a draft as fine where it is, or takes the mark back. NotFound when the draft has no such
// finding. Doing it twice is doing it once; the first mark stays.
func (s *Service) Waive(ctx context.Context, viewer uuid.UUID, d Draft, id uuid.UUID, fine bool) error {
	args := pgx.NamedArgs{"course": d.CourseID, "finding": id, "viewer": viewer}
	if !fine {
		_, err := s.db.Exec(ctx, `DELETE FROM finding_waivers WHERE course_id = @course AND finding = @finding AND may_author(@viewer, course_id)`, args)
		return pg.Translate(err, "waivers of course", d.CourseID)
	}
	found, _, err := s.check(ctx, d)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(found, func(f lint.Finding) bool { return f.ID == id }) {
		return fault.NewNotFound("finding")
	}
	_, err = s.db.Exec(ctx, `
		INSERT INTO finding_waivers (course_id, finding, account_id) SELECT c.id, @finding, @viewer FROM courses c WHERE c.id = @course AND may_author(@viewer, c.id)
		ON CONFLICT DO NOTHING`, args)
	return pg.Translate(err, "waivers of course", d.CourseID)
}

func waiversOf(ctx context.Context, q pg.Querier, course uuid.UUID) (map[uuid.UUID]*Waiver, error) {
	rows, err := q.Query(ctx, `
		SELECT w.finding, coalesce(a.name, '') AS by, w.waived_at FROM finding_waivers w LEFT JOIN accounts a ON a.id = w.account_id
		WHERE w.course_id = @course`, pgx.NamedArgs{"course": course})
	if err != nil {
		return nil, pg.Translate(err, "waivers of course", course)
	}
	waivers := map[uuid.UUID]*Waiver{}
	var id uuid.UUID
	var w Waiver
	_, err = pgx.ForEachRow(rows, []any{&id, &w.By, &w.At}, func() error {
		each := w
		waivers[id] = &each
		return nil
	})
	return waivers, pg.Translate(err, "waivers of course", course)
}
