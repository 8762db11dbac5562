package language

import (
	"context"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/courses/language/typeface"
	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// Font names a font that holds the characters of a unit.
type Font struct {
	Name  string `json:"name" doc:"To be got at /api/fonts/{name}; the same for the same characters."`
	Bytes int    `json:"bytes" doc:"As WOFF2."`
}

// UnitFont returns the font of a unit's Chinese, made when it is not there yet. The errors are those of UnitPack.
func (s *Service) UnitFont(ctx context.Context, viewer, unit uuid.UUID) (Font, error) {
	_, lessons, err := s.openUnit(ctx, viewer, unit)
	if err != nil {
		return Font{}, err
	}
	font, _, err := s.fontOf(ctx, textOf(lessons))
	return font, err
}

// Font returns a font as WOFF2, by its name.
func (s *Service) Font(ctx context.Context, name string) ([]byte, error) {
	if body, found := s.fonts.Get(name); found {
		return body, nil
	}
	var characters string
	var body []byte
	err := s.db.QueryRow(ctx, `SELECT f.characters, f.body FROM hanzi_fonts f WHERE f.name = @name`, pgx.NamedArgs{"name": name}).Scan(&characters, &body)
	if err != nil {
		return nil, pg.Translate(err, "font", name)
	}
	if body == nil {
		_, body, err = s.fontOf(ctx, characters)
		return body, err
	}
	s.fonts.Add(name, body)
	return body, nil
}

// PrepareFonts makes the fonts of a course's units, so that nobody waits for them. It may be called again.
func (s *Service) PrepareFonts(ctx context.Context, course uuid.UUID) error {
	rows, err := s.db.Query(ctx, `SELECT DISTINCT l.unit_id FROM revision_lessons l JOIN courses c ON c.id = l.course_id AND c.revision = l.revision
		WHERE c.id = @course`, pgx.NamedArgs{"course": course})
	if err != nil {
		return pg.Translate(err, "units of course", course)
	}
	units, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return pg.Translate(err, "units of course", course)
	}
	for _, unit := range units {
		rows, err := queryLessons(ctx, s.db, uuid.Nil, `l.unit_id = @unit`, pgx.NamedArgs{"unit": unit})
		if err != nil {
			return err
		}
		lessons, _, err := s.lessonsOf(ctx, rows)
		if err != nil {
			return err
		}
		if _, _, err := s.fontOf(ctx, textOf(lessons)); err != nil {
			return err
		}
	}
	return nil
}

// fontOf returns the font of a text's characters: from memory, from the database, or made and stored.
func (s *Service) fontOf(ctx context.Context, text string) (Font, []byte, error) {
	characters, err := typeface.Characters(text)
	if err != nil {
		return Font{}, nil, fault.Wrap(err, fault.Internal, "typeface", "language: characters of a font")
	}
	name := typeface.Name(characters)
	if body, found := s.fonts.Get(name); found {
		return Font{name, len(body)}, body, nil
	}
	// One at a time: two who ask at once would both make the same.
	s.makingFont.Lock()
	defer s.makingFont.Unlock()
	body, err := storedFont(ctx, s.db, name)
	if err != nil {
		return Font{}, nil, err
	}
	if body == nil {
		if body, err = typeface.Make(characters); err != nil {
			return Font{}, nil, fault.Wrap(err, fault.Internal, "typeface", "language: font %s", name)
		}
		_, err = s.db.Exec(ctx, `INSERT INTO hanzi_fonts (name, characters, body, made_at) VALUES (@name, @characters, @body, now())
			ON CONFLICT (name) DO UPDATE SET body = excluded.body, made_at = excluded.made_at WHERE hanzi_fonts.body IS NULL`,
			pgx.NamedArgs{"name": name, "characters": characters, "body": body})
		if err != nil {
			return Font{}, nil, pg.Translate(err, "font", name)
		}
	}
	s.fonts.Add(name, body)
	return Font{name, len(body)}, body, nil
}

// storedFont returns nil when the font is not made yet.
func storedFont(ctx context.Context, q pg.Querier, name string) ([]byte, error) {
	rows, err := q.Query(ctx, `SELECT f.body FROM hanzi_fonts f WHERE f.name = @name AND f.body IS NOT NULL`, pgx.NamedArgs{"name": name})
	if err != nil {
		return nil, pg.Translate(err, "font", name)
	}
	bodies, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	if err != nil || len(bodies) == 0 {
		return nil, pg.Translate(err, "font", name)
	}
	return bodies[0], nil
}

// FontFor makes a font of a few characters, for pages of words that are of no unit. It is stored nowhere: who asks keeps it.
func (s *Service) FontFor(characters string) ([]byte, error) {
	body, err := typeface.Make(characters)
	if err != nil {
		return nil, fault.Wrap(err, fault.Internal, "typeface", "language: font of %.40q", characters)
	}
	return body, nil
}

// textOf is all that stands in lessons.
func textOf(lessons []*lesson) string {
	var b strings.Builder
	for _, l := range lessons {
		for _, line := range l.lines {
			b.WriteString(line.text)
		}
	}
	return b.String()
}
