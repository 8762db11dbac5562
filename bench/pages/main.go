// Command pages measures the course page as JSON for people who are signed in: the session in Redis, the query, the
// answer, all through the whole server, beside what the same PostgreSQL gives pgbench for the smallest query there is.
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"hanzhi/bench/fixture"
	"hanzhi/bench/report"
	"hanzhi/courses"
	"hanzhi/server/app"
	"hanzhi/server/pg"
)

func main() { report.Main("pages", run) }

const (
	people = 16
	rounds = 4 // the first one warms up
	turn   = 5 * time.Second
)

func run() error {
	dir, err := os.MkdirTemp("", "hanzhi-bench-pages-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	ctx, stop := context.WithCancel(context.Background())
	a, err := fixture.Open(ctx, dir)
	if err != nil {
		stop()
		return err
	}
	defer a.Close()
	served := make(chan error, 1)
	go func() { served <- a.Run(ctx) }()
	err = compare(ctx, a, dir)
	stop()
	return firstOf(err, <-served)
}

func firstOf(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

func compare(ctx context.Context, a *app.App, dir string) error {
	db, err := pg.Open(ctx, a.Config.DatabaseURL)
	if err != nil {
		return err
	}
	defer db.Close()
	script, size, err := prepare(ctx, a, db, dir)
	if err != nil {
		return err
	}
	pgbench, err := preparePgbench(db)
	if err != nil {
		return err
	}
	var ours, theirs float64
	for round := range rounds {
		tps, err := pgbench()
		if err != nil {
			return err
		}
		rps, err := wrk(script, a.URL()+"/api/courses/"+fixture.Slug)
		if err != nil {
			return err
		}
		if round > 0 {
			ours, theirs = ours+rps/(rounds-1), theirs+tps/(rounds-1)
		}
	}
	return report.Print(report.New(fmt.Sprintf("course page JSON, signed in, %d KB", size>>10), fmt.Sprintf("%.0f/s", ours),
		fmt.Sprintf("%.0f/s, pgbench -S -M prepared -c %d", theirs, people), ours/theirs, ">= 0.35"))
}

// prepare fills the database, signs people up who are half through the course, and writes the requests for wrk.
func prepare(ctx context.Context, a *app.App, db *pgxpool.Pool, dir string) (script string, size int, err error) {
	w, err := fixture.Seed(ctx, db, a.Courses, 2000)
	if err != nil {
		return "", 0, err
	}
	var cookies, requests []string
	for n := range people {
		cookie, err := signUp(a.URL(), fmt.Sprintf("person-%d@example.org", n))
		if err != nil {
			return "", 0, err
		}
		cookies = append(cookies, cookie)
		requests = append(requests, fmt.Sprintf("%q", cookie))
	}
	rows, err := db.Query(ctx, `SELECT id FROM accounts WHERE email LIKE 'person-%'`)
	if err != nil {
		return "", 0, err
	}
	accounts, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err == nil {
		err = w.Enrol(ctx, db, accounts)
	}
	if err == nil {
		err = learn(ctx, a.Courses, w)
	}
	if err == nil {
		_, err = db.Exec(ctx, `ANALYZE`)
	}
	if err != nil {
		return "", 0, err
	}
	page, err := get(a.URL()+"/api/courses/"+fixture.Slug, cookies[0])
	if err != nil {
		return "", 0, err
	}
	if !bytes.Contains(page, []byte(`"completedLessons":6`)) {
		return "", 0, fmt.Errorf("the page is not a learner's: %.300s", page)
	}
	script = filepath.Join(dir, "page.lua")
	lua := "local cookies = {" + strings.Join(requests, ",") + "}\nlocal requests, n = {}, 0\n" +
		"init = function() for i, c in ipairs(cookies) do requests[i] = wrk.format('GET', nil, {Cookie = c}) end end\n" +
		"request = function() n = n % #requests + 1; return requests[n] end\n" +
		"done = function(s) io.write('failed ' .. s.errors.status + s.errors.read + s.errors.write + s.errors.timeout + s.errors.connect .. '\\n') end\n"
	return script, len(page), os.WriteFile(script, []byte(lua), 0o600)
}

// learn has everybody watch half of the videos, and begin another.
func learn(ctx context.Context, s *courses.Service, w *fixture.World) error {
	for _, account := range w.Accounts {
		var reports []courses.Report
		for i, activity := range w.Activities[:len(w.Activities)/2+1] {
			to := fixture.Seconds
			if i == len(w.Activities)/2 {
				to = 300
			}
			reports = append(reports, courses.Report{ID: uuid.New(), ActivityID: activity, Watched: [][2]int{{0, to}}, PositionMs: to * 1000, At: time.Now()})
		}
		if _, err := s.Report(ctx, account, reports); err != nil {
			return err
		}
	}
	return nil
}

// signUp makes an account and returns its session's cookie.
func signUp(base, email string) (string, error) {
	body := fmt.Sprintf(`{"name":"Somebody","email":%q,"password":"a long enough one %d"}`, email, time.Now().UnixNano())
	req, err := http.NewRequest(http.MethodPost, base+"/api/accounts", strings.NewReader(body))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	for _, c := range answer.Cookies() {
		return c.Name + "=" + c.Value, nil
	}
	text, _ := io.ReadAll(answer.Body)
	return "", fmt.Errorf("sign-up: status %d: %s", answer.StatusCode, text)
}

func get(address, cookie string) ([]byte, error) {
	req, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Cookie", cookie)
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %d: %s", answer.StatusCode, body)
	}
	return body, err
}

var (
	requestRate = regexp.MustCompile(`Requests/sec:\s+([0-9.]+)`)
	failures    = regexp.MustCompile(`failed (\d+)`)
	tpsRate     = regexp.MustCompile(`tps = ([0-9.]+)`)
)

// wrk asks from one thread, as pgbench does.
func wrk(script, address string) (float64, error) {
	out, err := exec.Command("wrk", "-t1", "-c"+strconv.Itoa(people), "-d"+strconv.Itoa(int(turn.Seconds()))+"s", "-s", script, address).CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("wrk: %w: %s", err, out)
	}
	if m := failures.FindSubmatch(out); m == nil || string(m[1]) != "0" {
		return 0, fmt.Errorf("requests failed: %s", out)
	}
	return rate(requestRate, out)
}

// preparePgbench fills pgbench's tables beside ours and returns a run of its smallest read.
func preparePgbench(db *pgxpool.Pool) (func() (float64, error), error) {
	c := db.Config().ConnConfig
	args := []string{"-h", c.Host, "-p", strconv.Itoa(int(c.Port)), "-U", c.User}
	run := func(more ...string) ([]byte, error) {
		cmd := exec.Command("pgbench", append(append(args, more...), c.Database)...)
		cmd.Env = append(os.Environ(), "PGPASSWORD="+c.Password)
		out, err := cmd.CombinedOutput()
		if err != nil {
			return nil, fmt.Errorf("pgbench: %w: %s", err, out)
		}
		return out, nil
	}
	if _, err := run("-i", "-q", "-s", "5"); err != nil {
		return nil, err
	}
	return func() (float64, error) {
		out, err := run("-n", "-S", "-M", "prepared", "-c", strconv.Itoa(people), "-T", strconv.Itoa(int(turn.Seconds())))
		if err != nil {
			return 0, err
		}
		return rate(tpsRate, out)
	}, nil
}

func rate(pattern *regexp.Regexp, out []byte) (float64, error) {
	m := pattern.FindSubmatch(out)
	if m == nil {
		return 0, fmt.Errorf("no rate in %s", out)
	}
	return strconv.ParseFloat(string(m[1]), 64)
}
