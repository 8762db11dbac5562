package language

import (
	"context"
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/courses/language/banks"
	"hanzhi/courses/language/segment"
	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// mostPlaceReadings is how many readings of places a lesson may have.
const mostPlaceReadings = 200

// Place is a word in a line of a lesson. It is found again after the text was edited: in the same line, else in the one
// that is most like it around the word.
type Place struct {
	Word   string `json:"word" minLength:"1" maxLength:"20" doc:"As the line is cut."`
	Before string `json:"before" maxLength:"500" doc:"The line up to the word."`
	After  string `json:"after" maxLength:"500" doc:"The line from the word on."`
}

// PlaceReadingInput is the reading of a word in one place.
type PlaceReadingInput struct {
	Place
	Pinyin string `json:"pinyin" minLength:"1" maxLength:"100" doc:"With tone marks or digits; one syllable a character."`
}

// PlaceReading is a reading that an author has set, with where the place is now.
type PlaceReading struct {
	ID     uuid.UUID `json:"id" format:"uuid"`
	Pinyin string    `json:"pinyin" doc:"With tone marks."`
	Set    Place     `json:"set" doc:"The place as it was when the reading was set."`
	Now    *Place    `json:"now,omitempty" doc:"The place in the draft as it is; absent when it is not found, and then the reading waits for the text to come back."`
}

// readingsKey is another text whenever the readings of places of lesson l are others: versions only grow.
const readingsKey = `(SELECT concat_ws(' ', count(*), sum(p.version)) FROM place_readings p WHERE p.lesson_id = l.lesson_id)`

// placed is a reading as it is stored.
type placed struct {
	Place
	ID       uuid.UUID
	LessonID uuid.UUID
	Pinyin   string
}

// placeReadings reads what authors have set in lessons, by lesson, the latest last.
func placeReadings(ctx context.Context, q pg.Querier, lessons []uuid.UUID) (map[uuid.UUID][]placed, error) {
	rows, err := q.Query(ctx, `
		SELECT p.id, p.lesson_id, p.word, p.before, p.after, p.pinyin FROM place_readings p
		WHERE p.lesson_id = ANY (@lessons) ORDER BY p.version`, pgx.NamedArgs{"lessons": lessons})
	if err != nil {
		return nil, pg.Translate(err, "readings in lessons", len(lessons))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[placed])
	found := map[uuid.UUID][]placed{}
	for _, p := range list {
		found[p.LessonID] = append(found[p.LessonID], p)
	}
	return found, pg.Translate(err, "readings in lessons", len(lessons))
}

// spot is a token of a line.
type spot struct {
	line  string
	start int // of the token, in code points
	Place
	near [2][]rune // its letters: made once, compared with those of every reading that has lost its line
}

// spotsOf are the places of words in lines that have been cut, by word.
func spotsOf(words map[string]bool, cut map[string][]segment.Token) map[string][]spot {
	spots := map[string][]spot{}
	for text, tokens := range cut {
		for _, t := range tokens {
			if !words[t.Text] {
				continue
			}
			from := offsetOf(text, t.Start)
			place := Place{t.Text, text[:from], text[from+len(t.Text):]}
			spots[t.Text] = append(spots[t.Text], spot{text, t.Start, place, place.letters()})
		}
	}
	return spots
}

// offsetOf is the byte at which a code point begins.
func offsetOf(text string, rune int) int {
	at := 0
	for range rune {
		_, size := utf8.DecodeRuneInString(text[at:])
		at += size
	}
	return at
}

// locate returns where readings are in lines that have been cut, parallel to them, nil for those that are not found. Who
// stands where it was set has its place; the others take what is left, and of two that come to one place the later has it.
func locate(cut map[string][]segment.Token, readings []placed) []*spot {
	words := map[string]bool{}
	for _, r := range readings {
		words[r.Word] = true
	}
	spots := spotsOf(words, cut)
	found := make([]*spot, len(readings))
	exact, moved := map[Place]bool{}, map[Place]int{}
	for i, r := range readings {
		if at := slices.IndexFunc(spots[r.Word], func(s spot) bool { return s.Place == r.Place }); at >= 0 {
			found[i], exact[r.Place] = &spots[r.Word][at], true
		}
	}
	for i, r := range readings {
		if found[i] != nil {
			continue
		}
		at := r.mostAlike(spots[r.Word], exact)
		if at == nil {
			continue
		}
		if earlier, taken := moved[at.Place]; taken {
			found[earlier] = nil
		}
		found[i], moved[at.Place] = at, i
	}
	return found
}

// mostAlike is the one place in edited text that is most like a place, nil when there is none or there are several: more
// than half of the letters of its line stand next to the word as they stood. Marks only decide between places that are
// equal in this, for a mark is the first thing that is edited, and most lines end in the same one.
func (p Place) mostAlike(spots []spot, taken map[Place]bool) *spot {
	letters := p.letters()
	all := len(letters[0]) + len(letters[1])
	var best *spot
	most, several := [2]int{}, false
	for i := range spots {
		s := &spots[i]
		if taken[s.Place] {
			continue
		}
		same := shared(letters[0], s.near[0]) + shared(letters[1], s.near[1])
		// Of a word that stood alone nothing is alike but a word that stands alone.
		if 2*same <= all && (all > 0 || len(s.near[0])+len(s.near[1]) > 0) {
			continue
		}
		like := [2]int{same, p.marks(s.Place)}
		switch c := slices.Compare(like[:], most[:]); {
		case best == nil || c > 0:
			best, most, several = s, like, false
		case c == 0:
			several = true
		}
	}
	if several {
		return nil
	}
	return best
}

// letters are those before the word, from it outwards, and those after it, with digits.
func (p Place) letters() [2][]rune {
	before, after := lettersIn(p.Before), lettersIn(p.After)
	slices.Reverse(before)
	return [2][]rune{before, after}
}

func lettersIn(text string) []rune {
	var list []rune
	for _, r := range text {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			list = append(list, r)
		}
	}
	return list
}

// marks counts everything next to the word that two places share.
func (p Place) marks(other Place) int {
	before, theirs := []rune(p.Before), []rune(other.Before)
	slices.Reverse(before)
	slices.Reverse(theirs)
	return shared(before, theirs) + shared([]rune(p.After), []rune(other.After))
}

// shared is the length of what two texts begin with.
func shared(a, b []rune) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// override puts readings of places into lines that have been cut.
func override(cut map[string][]segment.Token, readings []placed) {
	for i, at := range locate(cut, readings) {
		if at != nil {
			segment.Override(cut[at.line], []segment.Reading{{Start: at.start, Pinyin: readings[i].Pinyin}})
		}
	}
}

// PlaceReadings returns what authors have set in a lesson of a draft, in the order in which they did. NotFound when the
// draft has no such lesson.
func (s *Service) PlaceReadings(ctx context.Context, d Draft, lesson uuid.UUID) ([]PlaceReading, error) {
	cut, err := s.cutDraft(ctx, d, lesson)
	if err != nil {
		return nil, err
	}
	set, err := placeReadings(ctx, s.db, []uuid.UUID{lesson})
	list := []PlaceReading{}
	for i, at := range locate(cut, set[lesson]) {
		p := set[lesson][i]
		shown := PlaceReading{ID: p.ID, Pinyin: p.Pinyin, Set: p.Place}
		if at != nil {
			shown.Now = &at.Place
		}
		list = append(list, shown)
	}
	return list, err
}

// cutDraft cuts the lines of a lesson of a draft.
func (s *Service) cutDraft(ctx context.Context, d Draft, id uuid.UUID) (map[string][]segment.Token, error) {
	all := d.lessons()
	i := slices.IndexFunc(all, func(l DraftLesson) bool { return l.ID == id })
	if i < 0 {
		return nil, fault.NewNotFound("lesson")
	}
	lessons, err := s.draftLessons(ctx, d, all[i:i+1])
	if err != nil {
		return nil, err
	}
	cut := map[string][]segment.Token{}
	for _, l := range lessons[0].lines {
		cut[l.text] = l.tokens
	}
	return cut, nil
}

// PutPlaceReading sets the reading of a word in one place of a lesson of a draft; learners have it at once, as with
// captions. A place has one reading: another one that was set there goes. NotFound when the draft has no such lesson or
// the lesson no such place.
func (s *Service) PutPlaceReading(ctx context.Context, viewer uuid.UUID, d Draft, lesson, id uuid.UUID, in PlaceReadingInput) error {
	marked, wrong := banks.Reading(in.Word, in.Pinyin)
	if wrong != nil {
		return wrong
	}
	cut, err := s.cutDraft(ctx, d, lesson)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(spotsOf(map[string]bool{in.Word: true}, cut)[in.Word], func(at spot) bool { return at.Place == in.Place }) {
		return fault.NewNotFound("place")
	}
	return pg.InTx(ctx, s.db, func(tx pgx.Tx) error {
		set, err := placeReadings(ctx, tx, []uuid.UUID{lesson})
		if err != nil {
			return err
		}
		there := []uuid.UUID{id} // also those that were set before the text was edited
		for i, at := range locate(cut, set[lesson]) {
			if at != nil && at.Place == in.Place {
				there = append(there, set[lesson][i].ID)
			}
		}
		args := pgx.NamedArgs{"id": id, "lesson": lesson, "course": d.CourseID, "viewer": viewer, "word": in.Word, "before": in.Before,
			"after": in.After, "pinyin": marked, "most": mostPlaceReadings, "there": there}
		if _, err := tx.Exec(ctx, `DELETE FROM place_readings WHERE lesson_id = @lesson AND (word = @word AND before = @before AND after = @after OR id = ANY (@there))
			AND id <> @id AND may_author(@viewer, @course)`, args); err != nil {
			return pg.Translate(err, "readings in lesson", lesson)
		}
		tag, err := tx.Exec(ctx, `
			INSERT INTO place_readings (id, lesson_id, word, before, after, pinyin, set_by)
			SELECT @id, l.id, @word, @before, @after, @pinyin, @viewer FROM lessons l JOIN units u ON u.id = l.unit_id
			WHERE l.id = @lesson AND u.course_id = @course AND may_author(@viewer, @course)
			  AND (SELECT count(*) FROM place_readings p WHERE p.lesson_id = l.id AND p.id <> @id) < @most
			ON CONFLICT (id) DO UPDATE SET word = excluded.word, before = excluded.before, after = excluded.after, pinyin = excluded.pinyin,
				set_by = excluded.set_by, set_at = now(), version = nextval('place_reading_versions')
			WHERE place_readings.lesson_id = excluded.lesson_id`, args)
		if err == nil && tag.RowsAffected() == 0 {
			return fault.New(fault.Conflict, "too_many_readings", "A lesson may have %d readings of its own, and an id is one reading's.", mostPlaceReadings)
		}
		return pg.Translate(err, "readings in lesson", lesson)
	})
}

// DeletePlaceReading gives a place back the reading that dictionary and term banks have for it.
func (s *Service) DeletePlaceReading(ctx context.Context, viewer uuid.UUID, d Draft, lesson, id uuid.UUID) error {
	_, err := s.db.Exec(ctx, `DELETE FROM place_readings p USING lessons l, units u WHERE p.id = @id AND p.lesson_id = @lesson AND l.id = p.lesson_id
		AND u.id = l.unit_id AND u.course_id = @course AND may_author(@viewer, u.course_id)`,
		pgx.NamedArgs{"id": id, "lesson": lesson, "course": d.CourseID, "viewer": viewer})
	return pg.Translate(err, "readings in lesson", lesson)
}
