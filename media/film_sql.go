package media

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// insertFilm makes the asset and the order of a film when the viewer leads the class; false = this very order is there.
func insertFilm(ctx context.Context, q pg.Querier, viewer, class uuid.UUID, in NewFilm) (bool, error) {
	args := pgx.NamedArgs{"id": in.Asset, "class": class, "viewer": viewer, "from": in.From, "to": in.To}
	tag, err := q.Exec(ctx, `
		WITH made AS (
			INSERT INTO assets (id, institution_id, uploaded_by, kind, filename, size, state)
			SELECT @id, k.institution_id, @viewer, 'video', k.filename, 1, 'checking' FROM film_class(@viewer, @class) k WHERE k.ended
			ON CONFLICT (id) DO NOTHING RETURNING id)
		INSERT INTO class_films (asset_id, class_id, from_ms, to_ms) SELECT id, @class, @from, @to FROM made`, args)
	if err != nil {
		return false, pg.Translate(err, "film of class", class)
	}
	if tag.RowsAffected() == 1 {
		return true, nil
	}
	var leads, ended, same, taken bool
	err = q.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM film_class(@viewer, @class)), EXISTS (SELECT FROM film_class(@viewer, @class) k WHERE k.ended),
		       EXISTS (SELECT FROM class_films f JOIN assets a ON a.id = f.asset_id
		               WHERE f.asset_id = @id AND f.class_id = @class AND f.from_ms = @from AND f.to_ms = @to AND a.deleted_at IS NULL),
		       EXISTS (SELECT FROM assets WHERE id = @id)`, args).Scan(&leads, &ended, &same, &taken)
	switch {
	case err != nil:
		return false, pg.Translate(err, "film of class", class)
	case !leads:
		return false, fault.NewNotFound("class")
	case same:
		return false, nil
	case !ended:
		return false, fault.New(fault.Conflict, "class_not_ended", "The film can be made when the class has ended.")
	}
	return false, fault.New(fault.Conflict, "id_taken", "This id belongs to another file.")
}

// selectFilm returns what a film is to show.
func selectFilm(ctx context.Context, q pg.Querier, asset uuid.UUID) (FilmOrder, error) {
	var o FilmOrder
	var from, to int64
	err := q.QueryRow(ctx, `SELECT class_id, from_ms, to_ms FROM class_films WHERE asset_id = @asset`, pgx.NamedArgs{"asset": asset}).Scan(&o.Class, &from, &to)
	o.From, o.To = time.Duration(from)*time.Millisecond, time.Duration(to)*time.Millisecond
	return o, pg.Translate(err, "film", asset)
}

// updateSource gives a film that was made to its asset, to be checked as an upload is.
func updateSource(ctx context.Context, q pg.Querier, w worker, key string, size int64, sum []byte) error {
	tag, err := q.Exec(ctx, `
		UPDATE assets SET source_key = @key, size = @size, sha256 = @sum, worked_at = NULL, updated_at = now()
		WHERE id = @asset AND generation = @generation AND state = 'checking' AND deleted_at IS NULL`,
		pgx.NamedArgs{"asset": w.asset, "generation": w.generation, "key": key, "size": size, "sum": sum})
	return ownedBy(w, tag.RowsAffected(), err)
}
