package pg

import (
	"context"
	"errors"
	"math/rand/v2"
	"reflect"
	"runtime"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"hanzhi/server/fault"
)

// attempts is how often InTx runs a transaction that others keep colliding with.
const attempts = 6

// InTx runs fn in one transaction: committed when fn returns nil, rolled back otherwise. It starts again, with
// growing random pauses, when Postgres reports a serialization failure or a deadlock, so fn must be safe to run
// more than once: no effects but those of tx. fn's error is returned as it is; failures of the transaction itself
// are faults.
//
// A transaction inside a transaction is refused: it would take a second connection while it holds the first,
// which ends in a deadlock when the pool is busy, and it would commit apart from its parent.
func InTx(ctx context.Context, db *pgxpool.Pool, fn func(tx pgx.Tx) error) error {
	if nested() {
		return fault.New(fault.Internal, "nested_transaction", "pg: InTx inside InTx; pass the pgx.Tx down instead")
	}
	for attempt := 1; ; attempt++ {
		err := runTx(ctx, db, fn)
		if err == nil || !retryable(err) || attempt == attempts {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause(attempt)):
		}
	}
}

// runTx is one attempt. It must not be inlined: nested finds it on the stack.
//
//go:noinline
func runTx(ctx context.Context, db *pgxpool.Pool, fn func(tx pgx.Tx) error) error {
	tx, err := db.Begin(ctx)
	if err != nil {
		return Translate(err, "transaction", "begin")
	}
	// Always: an open transaction hangs pool.Close, also after a panic in fn. After Commit it does nothing.
	defer rollback(ctx, tx)
	if err := fn(tx); err != nil {
		return err
	}
	if err := tx.Commit(ctx); err != nil {
		return Translate(err, "transaction", "commit")
	}
	return nil
}

// rollback works for a cancelled ctx too; otherwise the pool would throw the connection away.
func rollback(ctx context.Context, tx pgx.Tx) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	_ = tx.Rollback(ctx)
}

func retryable(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && (e.Code == "40001" || e.Code == "40P01")
}

// pause is 0–10 ms after the first attempt and doubles its range each time.
func pause(attempt int) time.Duration {
	return time.Duration(rand.Int64N(int64(5*time.Millisecond) << attempt))
}

var runTxEntry = reflect.ValueOf(runTx).Pointer()

// nested reports whether this goroutine is already inside InTx. Looking for runTx among the callers costs about a
// microsecond, and needs no context that every fn would have to take.
func nested() bool {
	var pcs [96]uintptr
	for _, pc := range pcs[:runtime.Callers(3, pcs[:])] {
		if f := runtime.FuncForPC(pc - 1); f != nil && f.Entry() == runTxEntry {
			return true
		}
	}
	return false
}
