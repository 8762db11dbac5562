package language

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/courses/language/strokes"
	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// NewWriting is a character that was written by hand, on a device that may have been offline.
type NewWriting struct {
	ID        uuid.UUID  `json:"id" format:"uuid" doc:"Made by the client; sent twice, it counts once."`
	Word      string     `json:"word" minLength:"1" maxLength:"12" doc:"In which the character was asked for."`
	Character string     `json:"character" minLength:"1" maxLength:"4"`
	Mode      string     `json:"mode" enum:"outline,memory,test" doc:"Over its outline, from memory, or from memory and graded strictly."`
	Ink       string     `json:"ink" maxLength:"5462" doc:"Base64 without padding: of each stroke the number of its points, then x and y of each, in 256ths of the square; y goes down."`
	Misses    int        `json:"misses" minimum:"0" maximum:"1000" doc:"Strokes that fitted nothing."`
	Disorders int        `json:"disorders" minimum:"0" maximum:"1000" doc:"Strokes that belong later."`
	Backwards int        `json:"backwards" minimum:"0" maximum:"1000" doc:"Strokes that ran the wrong way."`
	Helped    int        `json:"helped" minimum:"0" maximum:"64" doc:"Strokes that were shown."`
	Distance  float64    `json:"distance" minimum:"0" maximum:"2000" doc:"Mean distance from the right line; the square has 1024 units."`
	At        time.Time  `json:"at" doc:"By the device's clock; later than now becomes now."`
	LessonID  *uuid.UUID `json:"lessonId,omitempty" format:"uuid"`
}

// Writing is a character that the learner wrote.
type Writing struct {
	ID        uuid.UUID `json:"id" format:"uuid"`
	Word      string    `json:"word"`
	Character string    `json:"character"`
	Mode      string    `json:"mode" enum:"outline,memory,test"`
	Ink       string    `json:"ink" doc:"As in NewWriting."`
	Strokes   int       `json:"strokes" doc:"Of the character."`
	Misses    int       `json:"misses"`
	Disorders int       `json:"disorders"`
	Backwards int       `json:"backwards"`
	Helped    int       `json:"helped"`
	Distance  float64   `json:"distance"`
	Score     int       `json:"score" minimum:"0" maximum:"100"`
	At        time.Time `json:"at"`
}

// Writings are the last ones of a character.
type Writings struct {
	Items []Writing `json:"items" doc:"The latest first."`
	Total int       `json:"total" doc:"How often the character was written."`
}

// Limits of what was written.
const (
	maxWritings = 100
	maxInk      = 4096
)

// writingRow is a writing as it is stored.
type writingRow struct {
	NewWriting
	Ink     []byte
	Strokes int
	Score   int
}

// Write adds to the viewer's writings. Those that are there already are accepted and change nothing, so a batch may be
// sent again.
func (s *Service) Write(ctx context.Context, viewer uuid.UUID, in []NewWriting) error {
	if len(in) == 0 || len(in) > maxWritings {
		return fault.NewInvalid("writings", "out_of_range", "A batch has 1 to %d writings.", maxWritings)
	}
	rows := make([]writingRow, len(in))
	for i, w := range in {
		row, err := s.checkWriting(fmt.Sprintf("writings[%d]", i), w)
		if err != nil {
			return err
		}
		rows[i] = row
	}
	batch := &pgx.Batch{}
	for _, w := range rows {
		batch.Queue(`
			INSERT INTO writings (account_id, id, word, character, mode, ink, strokes, misses, disorders, backwards, helped, distance, score, lesson_id, at)
			VALUES (@viewer, @id, @word, @character, @mode, @ink, @strokes, @misses, @disorders, @backwards, @helped, @distance, @score, @lesson, @at)
			ON CONFLICT DO NOTHING`,
			pgx.NamedArgs{"viewer": viewer, "id": w.ID, "word": w.Word, "character": w.Character, "mode": w.Mode, "ink": w.Ink, "strokes": w.Strokes,
				"misses": w.Misses, "disorders": w.Disorders, "backwards": w.Backwards, "helped": w.Helped, "distance": w.Distance, "score": w.Score,
				"lesson": w.LessonID, "at": w.At})
	}
	return pg.Translate(s.db.SendBatch(ctx, batch).Close(), "writings of", viewer)
}

func (s *Service) checkWriting(field string, in NewWriting) (writingRow, error) {
	row := writingRow{NewWriting: in}
	word, err := wordRule.CleanString(field+".word", in.Word)
	if err != nil {
		return row, err
	}
	row.Word = word
	drawings, err := s.strokes.Drawings(in.Character)
	if err != nil {
		return row, fault.Wrap(err, fault.Internal, "strokes", "language: strokes of %.20q", in.Character)
	}
	drawing, known := drawings[in.Character]
	ink, inkErr := base64.RawStdEncoding.DecodeString(in.Ink)
	switch {
	case in.ID == uuid.Nil:
		return row, fault.NewInvalid(field+".id", "invalid", "A writing needs an id of its own.")
	case !known:
		return row, fault.NewInvalid(field+".character", "unknown_character", "How %.20q is written is not known here.", in.Character)
	case !slices.Contains([]string{"outline", "memory", "test"}, in.Mode):
		return row, fault.NewInvalid(field+".mode", "invalid", "A mode is outline, memory or test.")
	case inkErr != nil || !isInk(ink):
		return row, fault.NewInvalid(field+".ink", "invalid", "The ink is not strokes of points.")
	case min(in.Misses, in.Disorders, in.Backwards, in.Helped) < 0 || max(in.Misses, in.Disorders, in.Backwards, in.Helped) > 1000:
		return row, fault.NewInvalid(field+".misses", "out_of_range", "Nobody counts so far.")
	case !(in.Distance >= 0 && in.Distance <= 2000):
		return row, fault.NewInvalid(field+".distance", "out_of_range", "The square has 1024 units.")
	}
	row.Ink, row.Strokes = ink, len(drawing.Strokes)
	row.Helped = min(in.Helped, row.Strokes)
	row.Score = score(row.Strokes, row.NewWriting)
	row.At = in.At.UTC().Truncate(time.Millisecond)
	if now := s.now(); row.At.After(now) {
		row.At = now
	}
	if row.At.Before(earliest) {
		row.At = earliest
	}
	return row, nil
}

// isInk reports whether bytes are strokes: a number of points, and two bytes for each.
func isInk(b []byte) bool {
	if len(b) > maxInk {
		return false
	}
	for len(b) > 0 {
		n := int(b[0])
		if n == 0 || len(b) < 1+2*n {
			return false
		}
		b = b[1+2*n:]
	}
	return true
}

// score is what a writing is worth, 0 to 100. Of each stroke of the character half is lost when it was shown, belonged
// later or ran the wrong way, a third when it fitted nothing; a line that is 200 units away loses a fifth. The device
// counts the same, in writing/score.ts.
func score(n int, w NewWriting) int {
	lost := (0.5*float64(w.Helped+w.Disorders+w.Backwards) + float64(w.Misses)/3) / float64(max(n, 1))
	return int(math.Round(100 * max(0, 1-lost-0.2*min(1, w.Distance/200))))
}

// maxShownWritings is how many writings of a character are shown.
const maxShownWritings = 20

// Writings returns the viewer's last writings of a character.
func (s *Service) Writings(ctx context.Context, viewer uuid.UUID, character string, limit int) (Writings, error) {
	answer := Writings{Items: []Writing{}}
	rows, err := s.db.Query(ctx, `
		SELECT w.id, w.word, w.character, w.mode, rtrim(translate(encode(w.ink, 'base64'), E'\n', ''), '=') AS ink, w.strokes, w.misses, w.disorders, w.backwards, w.helped,
		       w.distance::float8 AS distance, w.score, w.at, count(*) OVER ()::int AS total
		FROM writings w WHERE w.account_id = @viewer AND w.character = @character ORDER BY w.at DESC, w.id LIMIT @limit`,
		pgx.NamedArgs{"viewer": viewer, "character": character, "limit": min(max(limit, 1), maxShownWritings)})
	if err != nil {
		return answer, pg.Translate(err, "writings of", viewer)
	}
	type counted struct {
		Writing
		Total int
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[counted])
	for _, w := range list {
		answer.Items, answer.Total = append(answer.Items, w.Writing), w.Total
	}
	return answer, pg.Translate(err, "writings of", viewer)
}

// Strokes returns how the characters of a text are written; those that are not known are left out.
func (s *Service) Strokes(text string) (map[string]strokes.Drawing, error) {
	found, err := s.strokes.Drawings(text)
	if err != nil {
		return nil, fault.Wrap(err, fault.Internal, "strokes", "language: strokes of %.40q", text)
	}
	return found, nil
}

// Handwritten is a character that somebody may have drawn.
type Handwritten struct {
	Hanzi  string `json:"hanzi"`
	Pinyin string `json:"pinyin" doc:"Its usual reading; empty when the dictionary has none."`
}

// Handwriting returns the characters that a drawing looks like, best first. Points are [x, y] in units of which the square has
// 1024, y going down.
func (s *Service) Handwriting(lines [][][]int, limit int) ([]Handwritten, error) {
	drawing, err := checkLines(lines)
	if err != nil {
		return nil, err
	}
	found, err := s.strokes.Recognize(drawing, limit, s.commonness)
	if err != nil {
		return nil, fault.Wrap(err, fault.Internal, "strokes", "language: handwriting")
	}
	list := make([]Handwritten, 0, len(found))
	for _, c := range found {
		h := Handwritten{Hanzi: c.Hanzi}
		if w, known := s.lexicon.Word(c.Hanzi); known && len(w.Readings) > 0 {
			h.Pinyin = w.Readings[0].Pinyin
		}
		list = append(list, h)
	}
	return list, nil
}

func checkLines(lines [][][]int) ([][][2]int, error) {
	if len(lines) > strokes.MaxStrokes {
		return nil, fault.NewInvalid("strokes", "out_of_range", "A character has at most %d strokes.", strokes.MaxStrokes)
	}
	drawing := make([][][2]int, len(lines))
	for i, line := range lines {
		if len(line) > strokes.MaxPoints {
			return nil, fault.NewInvalid(fmt.Sprintf("strokes[%d]", i), "out_of_range", "A stroke has at most %d points.", strokes.MaxPoints)
		}
		for _, p := range line {
			if len(p) != 2 || max(p[0], p[1]) > 4096 || min(p[0], p[1]) < -4096 {
				return nil, fault.NewInvalid(fmt.Sprintf("strokes[%d]", i), "invalid", "A point is two numbers of -4096 to 4096.")
			}
			drawing[i] = append(drawing[i], [2]int{p[0], p[1]})
		}
	}
	return drawing, nil
}

// commonness is how much a character is used, 0 to 1 on a scale of powers; what is no word of its own counts a little
// when it is a Chinese character at all.
func (s *Service) commonness(hanzi string) float64 {
	w, found := s.lexicon.Word(hanzi)
	r, _ := utf8.DecodeRuneInString(hanzi)
	switch {
	case found:
		return 0.4 + 0.6*min(1, math.Log10(1+float64(w.Frequency))/6)
	case r >= 0x4e00:
		return 0.3
	}
	return 0
}

// encodeJSON is for what is hashed or measured; nothing of ours fails to encode.
func encodeJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}
