package classes

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/courses/localize"
	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// NewPiece is some seconds of a track that were stored.
type NewPiece struct {
	Class, Track uuid.UUID
	Number       int
	Person       uuid.UUID
	Name         string
	Kind         string
	Space        string
	Start        int64 // Unix ms
	Length       int64 // ms
	Bytes        int64
	Key          string
}

// AddPiece notes a stored piece; again, it changes nothing. It is false when the track was cut out.
func (s *Service) AddPiece(ctx context.Context, p NewPiece) (kept bool, err error) {
	args := pgx.NamedArgs{"class": p.Class, "track": p.Track, "number": p.Number, "person": p.Person, "name": p.Name, "kind": p.Kind,
		"space": p.Space, "start": p.Start, "length": p.Length, "bytes": p.Bytes, "key": p.Key}
	err = pg.InTx(ctx, s.db, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO class_tracks (id, class_id, person_id, name, kind, space) VALUES (@track, @class, @person, @name, @kind, @space)
			ON CONFLICT DO NOTHING`, args)
		if err != nil {
			return pg.Translate(err, "track", p.Track)
		}
		// The lock keeps a cut from coming between.
		if err := tx.QueryRow(ctx, `SELECT cut_at IS NULL FROM class_tracks WHERE id = @track FOR SHARE`, args).Scan(&kept); err != nil || !kept {
			return pg.Translate(err, "track", p.Track)
		}
		_, err = tx.Exec(ctx, `INSERT INTO class_pieces (track_id, number, start_ms, length_ms, bytes, object_key)
			VALUES (@track, @number, @start, @length, @bytes, @key) ON CONFLICT DO NOTHING`, args)
		return pg.Translate(err, "piece of track", p.Track)
	})
	return kept, err
}

// Replay is what is kept of a class.
type Replay struct {
	Title     localize.Text   `json:"title"`
	StartedAt *time.Time      `json:"startedAt,omitempty"`
	EndedAt   *time.Time      `json:"endedAt,omitempty"`
	Tracks    []RecordedTrack `json:"tracks"`
	Chapters  []Chapter       `json:"chapters"`
	Trim      Trim            `json:"trim"`
	Published bool            `json:"published" doc:"A video was made of it."`
	Staff     bool            `json:"staff" doc:"Who asks leads the class."`
	Open      bool            `json:"open" doc:"Students may see it."`
}

// RecordedTrack is one kind of media of one person, from taking the air to leaving it.
type RecordedTrack struct {
	ID     uuid.UUID       `json:"id" format:"uuid"`
	Person uuid.UUID       `json:"person" format:"uuid"`
	Name   string          `json:"name"`
	Kind   string          `json:"kind" enum:"voice,picture,screen"`
	Space  string          `json:"space,omitempty"`
	Pieces []RecordedPiece `json:"pieces"`
}

// RecordedPiece is some seconds of it, WebM that can be played alone.
type RecordedPiece struct {
	Number int    `json:"number"`
	Start  int64  `json:"start" doc:"Unix ms by the log's clock."`
	Length int64  `json:"length" doc:"ms"`
	Bytes  int64  `json:"bytes"`
	URL    string `json:"url" db:"-"`
}

// Chapter is a moment at which another page was shown.
type Chapter struct {
	At    int64  `json:"at" doc:"Unix ms by the log's clock."`
	Title string `json:"title" doc:"Hanzi of a page of squares, the title of a deck; empty for a blank page."`
	Page  string `json:"page" format:"uuid"`
}

// Trim is what is shown of a recording.
type Trim struct {
	From int64 `json:"from" minimum:"0" maximum:"86400000" doc:"ms since the class was started."`
	To   int64 `json:"to,omitempty" minimum:"0" maximum:"86400000" doc:"ms; 0 = up to the end."`
}

// replayed is a class whose replay the viewer may see.
func replayed(ctx context.Context, q pg.Querier, viewer, class uuid.UUID) (Class, error) {
	c, err := oneClass(ctx, q, viewer, class)
	if err == nil && c.Role != "teacher" && !c.ReplayOpen {
		err = fault.New(fault.Forbidden, "replay_closed", "The teachers keep the recording of this class to themselves.")
	}
	return c, err
}

// Replay returns what is kept of a class for those who have a part in it. Breakout rooms are for staff.
func (s *Service) Replay(ctx context.Context, viewer, class uuid.UUID) (r Replay, err error) {
	c, err := replayed(ctx, s.db, viewer, class)
	if err != nil {
		return r, err
	}
	r = Replay{Title: c.Title, StartedAt: c.StartedAt, EndedAt: c.EndedAt, Staff: c.Role == "teacher", Open: c.ReplayOpen}
	if r.Tracks, err = s.tracks(ctx, class, r.Staff); err != nil {
		return r, err
	}
	if r.Chapters, err = s.chapters(ctx, class); err != nil {
		return r, err
	}
	err = s.db.QueryRow(ctx, `SELECT coalesce(r.from_ms, 0), coalesce(r.to_ms, 0),
			EXISTS (SELECT FROM class_films f JOIN assets a ON a.id = f.asset_id WHERE f.class_id = c.id AND a.deleted_at IS NULL)
		FROM classes c LEFT JOIN class_replays r ON r.class_id = c.id WHERE c.id = @class`,
		pgx.NamedArgs{"class": class}).Scan(&r.Trim.From, &r.Trim.To, &r.Published)
	return r, pg.Translate(err, "replay of class", class)
}

func (s *Service) tracks(ctx context.Context, class uuid.UUID, staff bool) ([]RecordedTrack, error) {
	rows, err := s.db.Query(ctx, `
		SELECT t.id, t.person_id, t.name, t.kind, t.space, p.number, p.start_ms, p.length_ms, p.bytes
		FROM class_tracks t JOIN class_pieces p ON p.track_id = t.id
		WHERE t.class_id = @class AND t.cut_at IS NULL AND (@staff OR t.space = '')
		ORDER BY t.id, p.number`, pgx.NamedArgs{"class": class, "staff": staff})
	if err != nil {
		return nil, pg.Translate(err, "tracks of class", class)
	}
	list := []RecordedTrack{}
	var t RecordedTrack
	var p RecordedPiece
	_, err = pgx.ForEachRow(rows, []any{&t.ID, &t.Person, &t.Name, &t.Kind, &t.Space, &p.Number, &p.Start, &p.Length, &p.Bytes}, func() error {
		if n := len(list); n == 0 || list[n-1].ID != t.ID {
			list = append(list, t)
		}
		last := &list[len(list)-1]
		last.Pieces = append(last.Pieces, p)
		return nil
	})
	return list, pg.Translate(err, "tracks of class", class)
}

func (s *Service) chapters(ctx context.Context, class uuid.UUID) ([]Chapter, error) {
	rows, err := s.db.Query(ctx, `
		WITH shown AS (
			SELECT offset_no, (extract(epoch FROM at) * 1000)::bigint AS at,
				CASE name WHEN 'deck.added' THEN data->'pages'->0->>'page' ELSE data->>'page' END AS page,
				CASE name WHEN 'deck.added' THEN data->>'title' WHEN 'page.added' THEN data->>'hanzi' END AS title
			FROM class_events WHERE class_id = @class AND space = '' AND name IN ('page.shown', 'page.added', 'deck.added'))
		SELECT s.at, coalesce(s.title, (SELECT data->>'hanzi' FROM class_events e WHERE e.class_id = @class AND e.name = 'page.added' AND e.data->>'page' = s.page LIMIT 1),
			(SELECT data->>'title' FROM class_events e WHERE e.class_id = @class AND e.name = 'deck.added'
				AND e.data->'pages' @> jsonb_build_array(jsonb_build_object('page', s.page)) LIMIT 1), '') AS title, s.page
		FROM shown s WHERE s.page IS NOT NULL ORDER BY s.offset_no LIMIT 2000`, pgx.NamedArgs{"class": class})
	if err != nil {
		return nil, pg.Translate(err, "chapters of class", class)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[Chapter])
	return list, pg.Translate(err, "chapters of class", class)
}

// PieceObject is where the bytes of a piece lie.
type PieceObject struct {
	Key   string
	Bytes int64
}

// Piece finds a piece for those who may see the replay.
func (s *Service) Piece(ctx context.Context, viewer, class, track uuid.UUID, number int) (o PieceObject, err error) {
	err = s.db.QueryRow(ctx, `
		SELECT p.object_key, p.bytes FROM class_pieces p JOIN class_tracks t ON t.id = p.track_id JOIN classes c ON c.id = t.class_id
		WHERE c.id = @class AND t.id = @track AND p.number = @number AND t.cut_at IS NULL
		AND (class_role(@viewer, c.id) = 'teacher' OR class_role(@viewer, c.id) IS NOT NULL AND c.replay_open AND t.space = '')`,
		pgx.NamedArgs{"viewer": viewer, "class": class, "track": track, "number": number}).Scan(&o.Key, &o.Bytes)
	return o, pg.Translate(err, "piece", track)
}

// PutTrim says what is shown of a recording, for staff.
func (s *Service) PutTrim(ctx context.Context, viewer, class uuid.UUID, t Trim) error {
	if t.To != 0 && t.To < t.From+1000 {
		return fault.NewInvalid("to", "invalid", "The end must be at least a second after the start.")
	}
	tag, err := s.db.Exec(ctx, `
		INSERT INTO class_replays (class_id, from_ms, to_ms) SELECT id, @from, nullif(@to::bigint, 0) FROM classes WHERE id = @class AND class_role(@viewer, id) = 'teacher'
		ON CONFLICT (class_id) DO UPDATE SET from_ms = excluded.from_ms, to_ms = excluded.to_ms`,
		pgx.NamedArgs{"class": class, "viewer": viewer, "from": t.From, "to": t.To})
	return changed(tag.RowsAffected(), err, "class", class)
}

// FilmTrim is what a film shows: as it was ordered, or else as staff show the recording now.
func (s *Service) FilmTrim(ctx context.Context, viewer, class, film uuid.UUID) (t Trim, err error) {
	err = s.db.QueryRow(ctx, `
		SELECT coalesce(f.from_ms, r.from_ms, 0), coalesce(f.to_ms, r.to_ms, 0)
		FROM classes c LEFT JOIN class_replays r ON r.class_id = c.id LEFT JOIN class_films f ON f.class_id = c.id AND f.asset_id = @film
		WHERE c.id = @class AND class_role(@viewer, c.id) = 'teacher'`,
		pgx.NamedArgs{"class": class, "viewer": viewer, "film": film}).Scan(&t.From, &t.To)
	return t, pg.Translate(err, "class", class)
}

// CutTrack cuts a voice or a picture out of a recording for good, for staff. Again, it changes nothing.
func (s *Service) CutTrack(ctx context.Context, viewer, class, track uuid.UUID) error {
	return pg.InTx(ctx, s.db, func(tx pgx.Tx) error {
		args := pgx.NamedArgs{"class": class, "viewer": viewer, "track": track}
		tag, err := tx.Exec(ctx, `UPDATE class_tracks SET cut_at = coalesce(cut_at, now()), cut_by = coalesce(cut_by, @viewer)
			WHERE id = @track AND class_id = @class AND class_role(@viewer, class_id) = 'teacher'`, args)
		if err = changed(tag.RowsAffected(), err, "track", track); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `DELETE FROM class_pieces WHERE track_id = @track`, args)
		return pg.Translate(err, "pieces of track", track)
	})
}

func changed(rows int64, err error, what string, id uuid.UUID) error {
	if err != nil {
		return pg.Translate(err, what, id)
	}
	if rows == 0 {
		return fault.NewNotFound(what)
	}
	return nil
}

// RecordedPieces lists the pieces of the class itself, without its breakout rooms, for its film.
func (s *Service) RecordedPieces(ctx context.Context, class uuid.UUID) ([]NewPiece, error) {
	rows, err := s.db.Query(ctx, `
		SELECT t.class_id AS class, t.id AS track, p.number, t.person_id AS person, t.name, t.kind, t.space, p.start_ms AS start, p.length_ms AS length, p.bytes, p.object_key AS key
		FROM class_tracks t JOIN class_pieces p ON p.track_id = t.id WHERE t.class_id = @class AND t.cut_at IS NULL AND t.space = '' ORDER BY p.start_ms, t.id, p.number`,
		pgx.NamedArgs{"class": class})
	if err != nil {
		return nil, pg.Translate(err, "pieces of class", class)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[NewPiece])
	return list, pg.Translate(err, "pieces of class", class)
}
