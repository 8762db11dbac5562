package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/jackc/pgx/v5"
)

// table is one table of the database with the columns that are stored; those that Postgres computes are not.
type table struct {
	Name    string   `json:"name"`
	Columns []string `json:"columns"`
}

func (t table) ident() string { return pgx.Identifier{t.Name}.Sanitize() }

func (t table) columnList() string {
	quoted := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		quoted[i] = pgx.Identifier{c}.Sanitize()
	}
	return strings.Join(quoted, ", ")
}

// tables lists what is worth keeping: logged tables of the public schema, but for the notes of the migration tools,
// which a fresh installation writes by itself.
func tables(ctx context.Context, tx pgx.Tx) ([]table, error) {
	rows, err := tx.Query(ctx, `
		SELECT c.relname AS name, array_agg(a.attname::text ORDER BY a.attnum) AS columns
		FROM pg_class c
		JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
		WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relpersistence = 'p'
		  AND c.relname NOT IN ('goose_db_version', 'river_migration')
		GROUP BY c.relname ORDER BY c.relname`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[table])
}

func (s *state) writeDatabase(ctx context.Context, w *archiveWriter, total *summary) error {
	return s.snapshot(ctx, func(tx pgx.Tx) error {
		list, err := tables(ctx, tx)
		if err != nil {
			return err
		}
		if err := s.writeManifest(w, list); err != nil {
			return err
		}
		for _, t := range list {
			pieces := &pieceWriter{w: w, prefix: databasePrefix + t.Name + "/"}
			tag, err := tx.Conn().PgConn().CopyTo(ctx, pieces, "COPY "+t.ident()+" ("+t.columnList()+") TO STDOUT")
			if err == nil {
				err = pieces.flush()
			}
			if err != nil {
				return fmt.Errorf("table %s: %w", t.Name, err)
			}
			total.tables++
			total.rows += tag.RowsAffected()
		}
		return nil
	})
}

// pieceSize bounds the memory that one table takes: a tar entry's size is written before its content.
const pieceSize = 4 << 20

// pieceWriter cuts a stream of unknown length into numbered entries.
type pieceWriter struct {
	w      *archiveWriter
	prefix string
	buf    []byte
	number int
}

func (p *pieceWriter) Write(b []byte) (int, error) {
	p.buf = append(p.buf, b...)
	if len(p.buf) < pieceSize {
		return len(b), nil
	}
	return len(b), p.flush()
}

func (p *pieceWriter) flush() error {
	if len(p.buf) == 0 {
		return nil
	}
	name := fmt.Sprintf("%s%06d.copy", p.prefix, p.number)
	p.number++
	err := p.w.addBytes(name, p.buf)
	p.buf = p.buf[:0]
	return err
}

// loader fills the tables of an empty database in one transaction. Foreign keys and triggers are off meanwhile, without
// the superuser's rights that session_replication_role would need: they are dropped and made again, which checks them.
type loader struct {
	tx      pgx.Tx
	tables  map[string]table
	restore []string // statements that bring back what was dropped
	current string
	pipe    *io.PipeWriter
	done    chan error
	rows    int64
}

func newLoader(ctx context.Context, tx pgx.Tx, m manifest) (*loader, error) {
	l := &loader{tx: tx, tables: map[string]table{}}
	for _, t := range m.Tables {
		l.tables[t.Name] = t
	}
	if _, err := tx.Exec(ctx, "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0"); err != nil {
		return nil, err
	}
	if err := l.dropForeignKeys(ctx); err != nil {
		return nil, err
	}
	for _, t := range m.Tables {
		// What the migrations put in is part of the backup.
		if _, err := tx.Exec(ctx, "DELETE FROM "+t.ident()); err != nil {
			return nil, err
		}
		if _, err := tx.Exec(ctx, "ALTER TABLE "+t.ident()+" DISABLE TRIGGER USER"); err != nil {
			return nil, err
		}
		l.restore = append(l.restore, "ALTER TABLE "+t.ident()+" ENABLE TRIGGER USER")
	}
	return l, nil
}

func (l *loader) dropForeignKeys(ctx context.Context) error {
	rows, err := l.tx.Query(ctx, `
		SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname),
		       format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
		FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace AND conparentid = 0`)
	if err != nil {
		return err
	}
	type change struct{ Drop, Add string }
	changes, err := pgx.CollectRows(rows, pgx.RowToStructByPos[change])
	if err != nil {
		return err
	}
	for _, c := range changes {
		if _, err := l.tx.Exec(ctx, c.Drop); err != nil {
			return err
		}
		l.restore = append(l.restore, c.Add)
	}
	return nil
}

// load adds one piece of a table; the pieces of a table come one after the other.
func (l *loader) load(ctx context.Context, name string, r io.Reader) error {
	if name != l.current {
		if err := l.endTable(); err != nil {
			return err
		}
		t, known := l.tables[name]
		if !known {
			return errors.New("a table that the manifest does not name")
		}
		l.begin(ctx, t)
	}
	_, err := io.Copy(l.pipe, r)
	return err
}

// begin opens a COPY that the following pieces feed.
func (l *loader) begin(ctx context.Context, t table) {
	r, w := io.Pipe()
	l.current, l.pipe, l.done = t.Name, w, make(chan error, 1)
	go func() {
		tag, err := l.tx.Conn().PgConn().CopyFrom(ctx, r, "COPY "+t.ident()+" ("+t.columnList()+") FROM STDIN")
		l.rows += tag.RowsAffected()
		_ = r.CloseWithError(err)
		l.done <- err
	}()
}

// endTable ends the open COPY, if any.
func (l *loader) endTable() error {
	if l.pipe == nil {
		return nil
	}
	_ = l.pipe.Close()
	err := <-l.done
	if err != nil {
		err = fmt.Errorf("table %s: %w", l.current, err)
	}
	l.pipe, l.current = nil, ""
	return err
}

// finish checks what was loaded and sets counters after the rows that are there.
func (l *loader) finish(ctx context.Context) error {
	if err := l.endTable(); err != nil {
		return err
	}
	// A table with checks still pending cannot be altered.
	if _, err := l.tx.Exec(ctx, "SET CONSTRAINTS ALL IMMEDIATE"); err != nil {
		return err
	}
	for _, sql := range l.restore {
		if _, err := l.tx.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return l.setSequences(ctx)
}

func (l *loader) setSequences(ctx context.Context) error {
	rows, err := l.tx.Query(ctx, `
		SELECT format('SELECT setval(%L, coalesce(max(%I), 0) + 1, false) FROM %s', s.oid::regclass, a.attname, d.refobjid::regclass)
		FROM pg_class s
		JOIN pg_depend d ON d.objid = s.oid AND d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
		JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
		JOIN pg_class t ON t.oid = d.refobjid
		WHERE s.relkind = 'S' AND s.relnamespace = 'public'::regnamespace AND t.relpersistence = 'p'
		  AND t.relname NOT IN ('goose_db_version', 'river_migration')`)
	if err != nil {
		return err
	}
	statements, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, sql := range statements {
		if _, err := l.tx.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return nil
}
