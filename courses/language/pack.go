package language

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/courses/language/strokes"
	"hanzhi/courses/localize"
	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// UnitPack is the Chinese of a unit, to be kept on a device: what its lessons say, the words with their readings and
// meanings, how their characters are written, and the name of a font that shows them.
type UnitPack struct {
	Version string                     `json:"version" doc:"Of what is in it for everybody; the ETag."`
	List    List                       `json:"list"`
	Level   int                        `json:"level" doc:"Declared by the viewer; 0 = none."`
	Texts   []PackText                 `json:"texts"`
	Words   map[string]Word            `json:"words" doc:"Of all lessons, with the meanings in the reader's language and in English."`
	Strokes map[string]strokes.Drawing `json:"strokes" doc:"By character."`
	Font    Font                       `json:"font"`
}

// PackText is the Chinese of a lesson; its words are those of its lines.
type PackText struct {
	LessonID  uuid.UUID `json:"lessonId" format:"uuid"`
	Lines     []Line    `json:"lines"`
	Readiness Readiness `json:"readiness"`
}

// PackSize is how large a unit's pack is on the wire, in bytes.
type PackSize struct {
	UnitID  uuid.UUID `json:"unitId" format:"uuid"`
	Version string    `json:"version"`
	Text    int       `json:"text"`
	Strokes int       `json:"strokes"`
	Font    int       `json:"font"`
}

// openUnit reads the lessons of a unit that the viewer may open. When there are none the error is that of the lessons.
func (s *Service) openUnit(ctx context.Context, viewer, unit uuid.UUID) ([]lessonRow, []*lesson, error) {
	rows, err := queryLessons(ctx, s.db, viewer, `l.unit_id = @unit AND (c.state = 'published' OR may_learn(@viewer, c.id))`, pgx.NamedArgs{"unit": unit})
	if err != nil {
		return nil, nil, err
	}
	var open []lessonRow
	for _, row := range rows {
		if row.Open {
			open = append(open, row)
		}
	}
	switch {
	case len(rows) == 0:
		return nil, nil, fault.NewNotFound("unit")
	case len(open) == 0 && isVisitor(viewer):
		return nil, nil, fault.New(fault.Unauthenticated, "sign_in_to_learn", "Sign in and enrol in the course to keep this unit.")
	case len(open) == 0:
		return nil, nil, fault.New(fault.Forbidden, "not_enrolled", "Enrol in the course to keep this unit.")
	}
	lessons, _, err := s.lessonsOf(ctx, open)
	return open, lessons, err
}

// UnitPack returns the Chinese of the lessons of a unit that the viewer may open, with meanings in a language and in
// English. NotFound when there is no such unit; when it is known but none of its lessons is open, Unauthenticated for
// visitors and Forbidden not_enrolled for the others.
func (s *Service) UnitPack(ctx context.Context, viewer, unit uuid.UUID, language string) (UnitPack, error) {
	rows, lessons, err := s.openUnit(ctx, viewer, unit)
	if err != nil {
		return UnitPack{}, err
	}
	pack, err := s.commonPack(ctx, rows, lessons, language)
	if err != nil {
		return UnitPack{}, err
	}
	return pack, s.personalise(ctx, viewer, &pack, rows, lessons)
}

// commonPack is what a pack holds for everybody who may open the same lessons.
func (s *Service) commonPack(ctx context.Context, rows []lessonRow, lessons []*lesson, language string) (UnitPack, error) {
	pack := UnitPack{List: s.hsk2.List, Words: map[string]Word{}}
	var characters strings.Builder
	for i, l := range lessons {
		pack.Texts = append(pack.Texts, PackText{LessonID: rows[i].LessonID, Lines: l.distinctLines()})
		for _, w := range l.words {
			characters.WriteString(w.Hanzi)
			if known, again := pack.Words[w.Hanzi]; again {
				w.Count += known.Count
			}
			w.Gloss, w.Definition = only(w.Gloss, language), only(w.Definition, language)
			pack.Words[w.Hanzi] = w
		}
	}
	var err error
	if pack.Strokes, err = s.Strokes(characters.String()); err != nil {
		return pack, err
	}
	if pack.Font, _, err = s.fontOf(ctx, textOf(lessons)); err != nil {
		return pack, err
	}
	sum := sha256.New()
	for _, row := range rows {
		sum.Write(encodeJSON([]any{row.LessonID, row.Revision}))
	}
	sum.Write(encodeJSON(pack))
	pack.Version = hex.EncodeToString(sum.Sum(nil)[:12])
	return pack, nil
}

// only keeps of a text what a reader of a language needs; English is there for who has no other.
func only(t localize.Text, language string) localize.Text {
	if len(t) == 0 {
		return nil
	}
	kept := localize.Text{}
	for _, locale := range []string{language, "en"} {
		if t[locale] != "" {
			kept[locale] = t[locale]
		}
	}
	if len(kept) == 0 {
		return t
	}
	return kept
}

// personalise adds what the viewer knows.
func (s *Service) personalise(ctx context.Context, viewer uuid.UUID, pack *UnitPack, rows []lessonRow, lessons []*lesson) error {
	var all []string
	for _, l := range lessons {
		all = append(all, l.vocabulary()...)
	}
	learner, err := s.learner(ctx, viewer, rows[0].WordList, all)
	if err != nil {
		return err
	}
	pack.List, pack.Level = learner.list.List, learner.level
	byParts := map[string]bool{}
	for i, l := range lessons {
		k := learner.knowledge(l.text.Units())
		pack.Texts[i].Readiness = l.readiness(k)
		for j, w := range l.text.Words {
			_, parts := l.text.Knows(k, j)
			byParts[w.Text] = byParts[w.Text] || parts
		}
	}
	for hanzi, w := range pack.Words {
		pack.Words[hanzi] = learner.shown(w, byParts[hanzi])
	}
	return nil
}

// PackSizes returns how large the packs of a course's units are, for those that the viewer may keep.
func (s *Service) PackSizes(ctx context.Context, viewer uuid.UUID, slug, language string) ([]PackSize, error) {
	sizes := []PackSize{}
	units, err := s.unitsOf(ctx, slug)
	if err != nil {
		return nil, err
	}
	for _, unit := range units {
		rows, lessons, err := s.openUnit(ctx, viewer, unit)
		if fault.Is(err, fault.Unauthenticated) || fault.Is(err, fault.Forbidden) || fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		pack, err := s.commonPack(ctx, rows, lessons, language)
		if err != nil {
			return nil, err
		}
		sizes = append(sizes, s.sizeOf(unit, pack))
	}
	return sizes, nil
}

func (s *Service) unitsOf(ctx context.Context, slug string) ([]uuid.UUID, error) {
	rows, err := s.db.Query(ctx, `
		SELECT l.unit_id FROM courses c JOIN revision_lessons l ON l.course_id = c.id AND l.revision = c.revision
		WHERE c.slug = @slug GROUP BY l.unit_id ORDER BY min(l.position)`, pgx.NamedArgs{"slug": slug})
	if err != nil {
		return nil, pg.Translate(err, "units of course", slug)
	}
	units, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	return units, pg.Translate(err, "units of course", slug)
}

// sizeOf measures a pack, once for each version.
func (s *Service) sizeOf(unit uuid.UUID, pack UnitPack) PackSize {
	if size, found := s.packSizes.Get(pack.Version); found {
		size.UnitID = unit
		return size
	}
	size := PackSize{UnitID: unit, Version: pack.Version, Strokes: packedSize(encodeJSON(pack.Strokes)), Font: pack.Font.Bytes}
	pack.Strokes = nil
	size.Text = packedSize(encodeJSON(pack))
	s.packSizes.Add(pack.Version, size)
	return size
}

// PackQuality is the quality of brotli with which packs are sent, and their size is measured.
const PackQuality = 5

func packedSize(b []byte) int {
	var n counter
	w := brotli.NewWriterLevel(&n, PackQuality)
	if _, err := w.Write(b); err != nil {
		panic(err) // a counter takes everything
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return int(n)
}

type counter int

func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}
