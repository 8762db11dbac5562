// Package pg is Hanzhi's way to PostgreSQL: a pool with safe limits, migrations, transactions that retry, and one
// translation of database errors into faults.
package pg

import (
	"context"
	"fmt"
	"net/url"
	"runtime"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Querier runs SQL: a pool or a transaction. SQL functions take one so that their caller owns the transaction.
type Querier interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

var (
	_ Querier = (*pgxpool.Pool)(nil)
	_ Querier = (pgx.Tx)(nil)
)

// Limits that protect the database from us. A URL may set its own for each of them.
var sessionLimits = map[string]string{
	"application_name": "hanzhi",
	"timezone":         "UTC",
	// A request that the client has given up on must not go on for ever: Fiber does not cancel its context.
	"statement_timeout":                   "15s",
	"idle_in_transaction_session_timeout": "60s",
}

// Open returns a pool for the database at url (postgres://… or keywords, as libpq takes them) after one connection
// has worked. Unless the URL says otherwise (pool_max_conns=…, statement_timeout=…) it holds four connections per
// processor, 8 to 32, and ends a statement after 15 s. A database that cannot be reached is fault.Unavailable.
func Open(ctx context.Context, url string) (*pgxpool.Pool, error) {
	cfg, err := poolConfig(url)
	if err != nil {
		return nil, err
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("pg: open: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, Translate(err, "database", cfg.ConnConfig.Database)
	}
	return pool, nil
}

func poolConfig(connString string) (*pgxpool.Config, error) {
	cfg, err := pgxpool.ParseConfig(connString)
	if err != nil {
		// pgx keeps the password out of this error.
		return nil, fmt.Errorf("pg: database URL: %w", err)
	}
	for name, value := range sessionLimits {
		if _, set := cfg.ConnConfig.RuntimeParams[name]; !set {
			cfg.ConnConfig.RuntimeParams[name] = value
		}
	}
	if !mentions(connString, "pool_max_conns") {
		cfg.MaxConns = int32(min(max(4*runtime.NumCPU(), 8), 32))
	}
	if !mentions(connString, "connect_timeout") {
		cfg.ConnConfig.ConnectTimeout = 5 * time.Second
	}
	cfg.MinIdleConns = min(2, cfg.MaxConns)
	cfg.MaxConnLifetime = 30 * time.Minute
	cfg.MaxConnLifetimeJitter = 5 * time.Minute
	cfg.MaxConnIdleTime = 5 * time.Minute
	// Dead connections of a restarted server are found within 2 s instead of the usual minute.
	cfg.HealthCheckPeriod = 2 * time.Second
	cfg.PingTimeout = 2 * time.Second
	return cfg, nil
}

// mentions reports whether a URL or keyword string sets a parameter.
func mentions(connString, name string) bool {
	if u, err := url.Parse(connString); err == nil && u.Scheme != "" {
		return u.Query().Has(name)
	}
	return strings.Contains(connString, name+"=")
}
