package pg

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"unicode"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/puddle/v2"

	"hanzhi/server/fault"
)

// retryAfter is what a client is told to wait, in seconds, while the database is away.
const retryAfter = 2

// Translate turns an error of the database into a fault, once, and says what was asked for and which one:
//
//	return pg.Translate(err, "course", id)
//
// No rows become NotFound, a taken unique key Conflict, a broken foreign key or check Invalid with the field named
// after the constraint; a lost connection, a timeout, a full disk or too many connections Unavailable; all else
// Internal. nil stays nil, and an error that is a fault already is returned as it is.
func Translate(err error, what string, id any) error {
	if err == nil {
		return nil
	}
	if f := (*fault.Error)(nil); errors.As(err, &f) {
		return err
	}
	cause := fmt.Errorf("%s %v: %w", what, id, err)
	if errors.Is(err, pgx.ErrNoRows) {
		return wrapped(fault.NewNotFound(what), cause)
	}
	if e := (*pgconn.PgError)(nil); errors.As(err, &e) {
		return fromServer(e, cause, what)
	}
	if unreachable(err) {
		return unavailable(cause)
	}
	return fault.Wrap(cause, fault.Internal, "database", "The database refused a request.")
}

// fromServer judges by SQLSTATE (Appendix A of the PostgreSQL manual).
func fromServer(e *pgconn.PgError, cause error, what string) error {
	switch e.Code {
	case "23505", "23P01":
		return fault.Wrap(cause, fault.Conflict, conflictCode(e), "There is already such a %s.", what)
	case "23503", "23514", "23502", "23001":
		return invalid(e, cause, "The %s breaks a rule: %s.", what, rule(e))
	case "40001", "40P01", "55P03", "57014":
		return unavailable(cause)
	}
	switch e.Code[:min(2, len(e.Code))] {
	case "22": // data that does not fit its type
		return invalid(e, cause, "The %s holds a value that cannot be stored.", what)
	case "08", "53", "57", "58": // connection, resources (disk full, too many clients), shutdown, I/O
		return unavailable(cause)
	}
	return fault.Wrap(cause, fault.Internal, "database", "The database refused a request.")
}

func unavailable(cause error) error {
	f := fault.Wrap(cause, fault.Unavailable, "database_unavailable", "The database does not answer just now. Nothing was changed; please try again.")
	f.RetryAfter = retryAfter
	return f
}

func invalid(e *pgconn.PgError, cause error, format string, args ...any) error {
	f := fault.Wrap(cause, fault.Invalid, "invalid", format, args...)
	f.Field = field(e)
	return f
}

func wrapped(f *fault.Error, cause error) error {
	return fault.Wrap(cause, f.Kind, f.Code, "%s", f.Message)
}

// unreachable reports whether the request died on the way rather than in the server.
func unreachable(err error) bool {
	var netErr net.Error
	var connErr *pgconn.ConnectError
	return errors.As(err, &netErr) || errors.As(err, &connErr) || pgconn.Timeout(err) || pgconn.SafeToRetry(err) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) ||
		errors.Is(err, puddle.ErrClosedPool) || errors.Is(err, pgx.ErrTxClosed) || strings.Contains(err.Error(), "conn closed")
}

// conflictCode is the constraint's name, which the front end may have words for: accounts_email_key.
func conflictCode(e *pgconn.PgError) string {
	if e.ConstraintName == "" {
		return "conflict"
	}
	return e.ConstraintName
}

func rule(e *pgconn.PgError) string {
	switch e.Code {
	case "23503", "23001":
		return "it refers to something that does not exist, or is still referred to"
	case "23502":
		return "a value is missing"
	default:
		return "a value is outside its limits"
	}
}

// field names the JSON field at fault: the column when Postgres says it, else what is left of the constraint's
// name: table courses, constraint courses_short_title_check → shortTitle.
func field(e *pgconn.PgError) string {
	name := e.ColumnName
	if name == "" {
		name = strings.TrimPrefix(e.ConstraintName, e.TableName+"_")
		for _, suffix := range []string{"_fkey", "_check", "_key"} {
			name = strings.TrimSuffix(name, suffix)
		}
	}
	return camel(name)
}

func camel(snake string) string {
	var b strings.Builder
	upper := false
	for _, r := range snake {
		if r == '_' {
			upper = b.Len() > 0
			continue
		}
		if upper {
			r = unicode.ToUpper(r)
			upper = false
		}
		b.WriteRune(r)
	}
	return b.String()
}
