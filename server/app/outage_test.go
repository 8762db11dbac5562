package app_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"

	"hanzhi/server/config"
	"hanzhi/server/embedded"
)

// ownServices gives a test a database and a Redis that it may kill, and the configuration that uses them.
func ownServices(t *testing.T) config.Config {
	t.Helper()
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	s, err := embedded.Start(t.Context(), embedded.Options{Dir: dir, Log: slog.New(slog.DiscardHandler), Postgres: true, Redis: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	cfg := testConfig(t)
	cfg.DatabaseURL, cfg.RedisURL = s.DatabaseURL, s.RedisURL
	return cfg
}

// until asks again until ok, and returns how long that took.
func until(t *testing.T, limit time.Duration, ok func() bool) time.Duration {
	t.Helper()
	began := time.Now()
	for !ok() {
		if time.Since(began) > limit {
			t.Fatalf("not healed within %s", limit)
		}
		time.Sleep(50 * time.Millisecond)
	}
	return time.Since(began)
}

func TestRedisOutage(t *testing.T) {
	t.Parallel()
	cfg := ownServices(t)
	a := start(t, cfg)
	c := signIn(t, a, adminEmail)

	killRedis(t, cfg.RedisURL)
	for range 20 {
		if status, body := c.do("GET", "/api/account", nil); status == http.StatusInternalServerError {
			t.Errorf("a lost Redis is a 500: %s", body)
		}
		if status, _ := newClient(t, a).do("GET", "/api/courses", nil); status != http.StatusOK {
			t.Errorf("a visitor cannot read: %d", status)
		}
	}
	took := until(t, 10*time.Second, func() bool {
		status, _ := newClient(t, a).do("POST", "/api/session", map[string]any{"email": adminEmail, "password": password})
		return status == http.StatusOK
	})
	t.Logf("signing in works again after %s", took)
}

// killRedis kills the server behind url with SIGKILL.
func killRedis(t *testing.T, url string) {
	t.Helper()
	options, err := redis.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	rdb := redis.NewClient(options)
	defer rdb.Close()
	info, err := rdb.Info(t.Context(), "server").Result()
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(info, "process_id:")
	number, _, _ := strings.Cut(rest, "\r\n")
	kill(t, number)
}

func kill(t *testing.T, number string) {
	t.Helper()
	pid, err := strconv.Atoi(strings.TrimSpace(number))
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
}

// TestDatabaseRestart kills PostgreSQL under a stream of progress reports: it heals within 5 s of the database's return,
// and every second that was acknowledged is there afterwards.
func TestDatabaseRestart(t *testing.T) {
	t.Parallel()
	cfg := ownServices(t)
	f := newFixtureOn(t, start(t, cfg))
	student := f.as("student")
	acknowledged := map[int]bool{}
	var mu sync.Mutex
	ctx, stop := context.WithCancel(t.Context())
	var writers sync.WaitGroup
	for w := range 8 {
		writers.Go(func() {
			for n := w; ctx.Err() == nil; n += 8 {
				activity := f.activities[n%len(f.activities)]
				if f.report(student, activity) {
					mu.Lock()
					acknowledged[n%len(f.activities)] = true
					mu.Unlock()
				}
			}
		})
	}
	time.Sleep(500 * time.Millisecond)
	old := postgresStart(t, cfg.DatabaseURL)
	killPostgres(t, cfg.DatabaseURL)
	// A connection of the killed server may still answer for a moment: healed is what the next server does.
	took := until(t, 30*time.Second, func() bool {
		began := postgresStart(t, cfg.DatabaseURL)
		return !began.IsZero() && began != old && f.report(student, f.activities[0])
	})
	time.Sleep(500 * time.Millisecond)
	stop()
	writers.Wait()
	t.Logf("healed %s after the kill, %d activities acknowledged", took, len(acknowledged))
	for n := range acknowledged {
		if !f.read(student, n) {
			t.Errorf("the acknowledged report of activity %d is lost", n)
		}
	}
}

// postgresStart says when the server behind url started; zero while there is none.
func postgresStart(t *testing.T, url string) (began time.Time) {
	t.Helper()
	db, err := pgx.Connect(t.Context(), url)
	if err != nil {
		return time.Time{}
	}
	defer db.Close(context.Background())
	if err := db.QueryRow(t.Context(), `SELECT pg_postmaster_start_time()`).Scan(&began); err != nil {
		return time.Time{}
	}
	return began
}

// killPostgres kills the server behind url with SIGKILL.
func killPostgres(t *testing.T, url string) {
	t.Helper()
	db, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close(context.Background())
	var pid string
	if err := db.QueryRow(t.Context(), `SELECT split_part(pg_read_file('postmaster.pid'), E'\n', 1)`).Scan(&pid); err != nil {
		t.Fatal(err)
	}
	kill(t, pid)
}

// TestStoreOutage takes the object store away: reading, searching and signing in go on, an upload says what is wrong.
func TestStoreOutage(t *testing.T) {
	t.Parallel()
	cfg := testConfig(t)
	line := newLine(t, cfg.S3.Endpoint)
	cfg.S3.Endpoint = line.address
	f := newFixtureOn(t, start(t, cfg))
	line.cut()
	for _, p := range []string{"/api/courses?query=matrix", "/api/courses/matrix-course", "/api/lessons/" + f.lesson} {
		if status, body := f.as("student").do("GET", p, nil); status != http.StatusOK {
			t.Errorf("%s: %d %s", p, status, body)
		}
	}
	if status, _ := newClient(t, f.app).do("POST", "/api/session", map[string]any{"email": adminEmail, "password": password}); status != http.StatusOK {
		t.Errorf("signing in: %d", status)
	}
	if status, _ := newClient(t, f.app).do("GET", "/readyz", nil); status != http.StatusOK {
		t.Errorf("a copy without its store is taken out of service: %d", status)
	}
}

// line is a TCP connection to somewhere that can be cut.
type line struct {
	address string
	ln      net.Listener
	mu      sync.Mutex
	conns   []net.Conn
}

func newLine(t *testing.T, to string) *line {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &line{address: ln.Addr().String(), ln: ln}
	go func() {
		for {
			from, err := ln.Accept()
			if err != nil {
				return
			}
			target, err := net.Dial("tcp", to)
			if err != nil {
				from.Close()
				continue
			}
			l.mu.Lock()
			l.conns = append(l.conns, from, target)
			l.mu.Unlock()
			go func() { _, _ = io.Copy(target, from); target.Close() }()
			go func() { _, _ = io.Copy(from, target); from.Close() }()
		}
	}()
	t.Cleanup(l.cut)
	return l
}

func (l *line) cut() {
	l.ln.Close()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range l.conns {
		c.Close()
	}
}

// TestRestartBehindTwoCopies leaves one of two copies while people read: who is turned away at the door goes to the
// other, as a proxy would, and nobody sees a failure.
func TestRestartBehindTwoCopies(t *testing.T) {
	t.Parallel()
	cfg := testConfig(t)
	stays := start(t, cfg)
	leaves, stopLeaving := startUntil(t, cfg)
	var failures []string
	var mu sync.Mutex
	var answered int
	ctx, stop := context.WithCancel(t.Context())
	var readers sync.WaitGroup
	for range 6 {
		readers.Go(func() {
			browser := &http.Client{Timeout: 10 * time.Second}
			for ctx.Err() == nil {
				err := read(browser, leaves.URL())
				if err != nil && isRefused(err) {
					err = read(browser, stays.URL())
				}
				mu.Lock()
				answered++
				if err != nil {
					failures = append(failures, err.Error())
				}
				mu.Unlock()
			}
		})
	}
	time.Sleep(300 * time.Millisecond)
	stopLeaving()
	stop()
	readers.Wait()
	if len(failures) > 0 {
		t.Errorf("%d of %d requests failed, such as: %s", len(failures), answered, failures[0])
	}
	t.Logf("%d requests", answered)
}

func read(browser *http.Client, base string) error {
	res, err := browser.Get(base + "/api/courses")
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		return fmt.Errorf("answer cut off: %w", err)
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", res.StatusCode)
	}
	return nil
}

// isRefused reports whether a request was never read by a server, so that a proxy sends it elsewhere: no connection was
// made, or it was reset. The kernel resets those that still wait in the queue when the door closes, and what was read and
// then dropped would end without a reset.
func isRefused(err error) bool {
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "dial" {
		return true
	}
	var asked *url.Error // not of an answer that was cut off
	return errors.As(err, &asked) && errors.Is(err, syscall.ECONNRESET)
}
