package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"hanzhi/server/app"
	"hanzhi/server/config"
	"hanzhi/server/embedded"
	"hanzhi/server/pg/pgtest"
)

// services are Redis and S3 of this test process; databases come from pgtest, one a test.
var services struct {
	sync.Once
	*embedded.Services
	err error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if services.Services != nil {
		services.Stop()
	}
	os.Exit(code)
}

func startServices(t testing.TB) *embedded.Services {
	t.Helper()
	services.Do(func() {
		dir, err := os.MkdirTemp("", "hanzhi-app-test-")
		if err != nil {
			services.err = err
			return
		}
		services.Services, services.err = embedded.Start(context.Background(),
			embedded.Options{Dir: dir, Log: slog.New(slog.DiscardHandler), Redis: true, S3: true, Throwaway: true})
	})
	if services.err != nil {
		t.Fatal(services.err)
	}
	return services.Services
}

const (
	adminEmail = "admin@example.org"
	password   = "practice-paper-7"
)

// testConfig is a platform of its own: a fresh database, bucket and data folder.
func testConfig(t testing.TB) config.Config {
	t.Helper()
	s := startServices(t)
	dir := t.TempDir()
	env := map[string]string{
		"HANZHI_LISTEN": "127.0.0.1:0", "HANZHI_DATA": dir, "HANZHI_DATABASE_URL": pgtest.URL(t), "HANZHI_REDIS_URL": s.RedisURL,
		"HANZHI_S3_ENDPOINT": s.S3.Endpoint, "HANZHI_S3_ACCESS_KEY": s.S3.AccessKey, "HANZHI_S3_SECRET_KEY": s.S3.SecretKey,
		"HANZHI_S3_REGION": s.S3.Region, "HANZHI_S3_BUCKET": "test-" + uuid.NewString(), "HANZHI_DRAIN_TIME": "2s",
		"HANZHI_ADMIN_EMAIL": adminEmail, "HANZHI_ADMIN_PASSWORD": password, "HANZHI_SECRET": strings.Repeat("s", 32),
	}
	cfg, err := config.Load(func(name string) string { return env[name] })
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// start runs an App until the test ends.
func start(t testing.TB, cfg config.Config) *app.App {
	t.Helper()
	a, stop := startUntil(t, cfg)
	t.Cleanup(stop)
	return a
}

// startUntil runs an App until stop is called, which returns when it has drained.
func startUntil(t testing.TB, cfg config.Config) (a *app.App, stop func()) {
	t.Helper()
	a, err := app.New(t.Context(), cfg, slog.New(slog.NewTextHandler(logTo{t}, &slog.HandlerOptions{Level: slog.LevelError})))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	return a, sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
		a.Close()
	})
}

// logTo writes errors of the server into the test's log.
type logTo struct{ t testing.TB }

func (l logTo) Write(p []byte) (int, error) {
	l.t.Log(strings.TrimSpace(string(p)))
	return len(p), nil
}

// client is a browser: cookies, CSRF token, an origin.
type client struct {
	t    testing.TB
	base string
	http *http.Client
	csrf string
	id   uuid.UUID // of the account
}

func newClient(t testing.TB, a *app.App) *client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &client{t: t, base: a.URL(), http: &http.Client{Jar: jar, Timeout: 30 * time.Second}}
}

// signIn returns a browser in which somebody is signed in.
func signIn(t testing.TB, a *app.App, email string) *client {
	t.Helper()
	c := newClient(t, a)
	c.must(http.StatusOK, "POST", "/api/session", map[string]any{"email": email, "password": password}, nil)
	c.session()
	return c
}

// signUp returns a browser in which a new person has signed up.
func signUp(t testing.TB, a *app.App, name string) *client {
	t.Helper()
	c := newClient(t, a)
	c.must(http.StatusCreated, "POST", "/api/accounts", map[string]any{"email": name + "@example.org", "name": name, "password": password}, nil)
	c.session()
	return c
}

func (c *client) session() {
	var s struct {
		CSRFToken string `json:"csrfToken"`
		Account   struct {
			ID uuid.UUID `json:"id"`
		} `json:"account"`
	}
	c.must(http.StatusOK, "GET", "/api/session", nil, &s)
	c.csrf, c.id = s.CSRFToken, s.Account.ID
}

// do sends a request and returns status and body.
func (c *client) do(method, path string, body any) (int, []byte) {
	c.t.Helper()
	var payload io.Reader
	if raw, ok := body.([]byte); ok {
		payload = bytes.NewReader(raw)
	} else if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			c.t.Fatal(err)
		}
		payload = bytes.NewReader(encoded)
	}
	req, err := http.NewRequest(method, c.base+path, payload)
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Origin", c.base)
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	if c.csrf != "" {
		req.Header.Set("X-CSRF-Token", c.csrf)
	}
	if payload != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := c.http.Do(req)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	return res.StatusCode, answer
}

// must sends a request that has to be answered with status, and decodes the answer into out.
func (c *client) must(status int, method, path string, body, out any) {
	c.t.Helper()
	got, answer := c.do(method, path, body)
	if got != status {
		c.t.Fatalf("%s %s: got %d, want %d: %s", method, path, got, status, answer)
	}
	if out != nil {
		if err := json.Unmarshal(answer, out); err != nil {
			c.t.Fatalf("%s %s: %v: %s", method, path, err, answer)
		}
	}
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// path fills ids into a path.
func path(format string, ids ...any) string { return fmt.Sprintf(format, ids...) }
