package auth

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"

	"hanzhi/server/fault"
	"hanzhi/server/pg/pgtest"
)

// redisServer is a real redis-server that a test may kill and start again; what it held is lost then.
type redisServer struct {
	t      testing.TB
	socket string
	cmd    *exec.Cmd
}

func startRedis(t testing.TB) *redisServer {
	t.Helper()
	// Socket paths have a limit of about 100 bytes, which t.TempDir may exceed.
	dir, err := os.MkdirTemp("", "hzr")
	if err != nil {
		t.Fatal(err)
	}
	r := &redisServer{t: t, socket: filepath.Join(dir, "s")}
	t.Cleanup(func() {
		r.kill()
		os.RemoveAll(dir)
	})
	r.start()
	return r
}

func (r *redisServer) url() string { return "unix://" + r.socket }

func (r *redisServer) start() {
	r.t.Helper()
	r.cmd = exec.Command("redis-server", "--port", "0", "--unixsocket", r.socket, "--save", "", "--appendonly", "no", "--dir", filepath.Dir(r.socket))
	if err := r.cmd.Start(); err != nil {
		r.t.Fatalf("redis-server: %v", err)
	}
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if c, err := net.Dial("unix", r.socket); err == nil {
			c.Close()
			return
		}
	}
	r.t.Fatal("redis-server does not answer")
}

// kill is kill -9.
func (r *redisServer) kill() {
	if r.cmd != nil {
		_ = r.cmd.Process.Kill()
		_ = r.cmd.Wait()
		r.cmd = nil
	}
}

// sharedRedis serves all tests that do not kill it; keys of different tests never meet, since ids are random.
var sharedRedis struct {
	sync.Once
	url string
	err error
}

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "hzr")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	socket := filepath.Join(dir, "s")
	// A test that panics ends the process without a word to its children; the kernel tells them when this thread ends.
	runtime.LockOSThread()
	cmd := exec.Command("redis-server", "--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no", "--dir", dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	sharedRedis.err = cmd.Start()
	sharedRedis.url = "unix://" + socket
	code := m.Run()
	if sharedRedis.err == nil {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	os.RemoveAll(dir)
	os.Exit(code)
}

func connect(t testing.TB, url string) redis.UniversalClient {
	t.Helper()
	rdb, err := OpenRedis(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rdb.Close() })
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if err = rdb.Ping(t.Context()).Err(); err == nil {
			return rdb
		}
		if time.Now().After(end) {
			t.Fatalf("redis: %v", err)
		}
	}
}

var testSecret = []byte("a secret of the tests, 32 bytes and more")

// clock is a time that a test moves.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// stage is a service on a database of its own.
type stage struct {
	*Service
	t        testing.TB
	db       *pgxpool.Pool
	redisURL string
}

func setup(t testing.TB, change ...func(*Config)) *stage {
	t.Helper()
	if sharedRedis.err != nil {
		t.Fatalf("redis-server: %v", sharedRedis.err)
	}
	return setupOn(t, sharedRedis.url, change...)
}

func setupOn(t testing.TB, redisURL string, change ...func(*Config)) *stage {
	t.Helper()
	db := pgtest.New(t)
	cfg := Config{Secret: testSecret, PublicURL: "https://hanzhi.example"}
	for _, c := range change {
		c(&cfg)
	}
	return &stage{Service: New(db, connect(t, redisURL), cfg), t: t, db: db, redisURL: redisURL}
}

// setupMini is setup on miniredis, whose clock a test can move.
func setupMini(t testing.TB, change ...func(*Config)) (*stage, *miniredis.Miniredis) {
	t.Helper()
	mini := miniredis.RunT(t)
	return setupOn(t, "redis://"+mini.Addr(), change...), mini
}

const goodPassword = "drei Wörter reichen"

// somebody signs up with a fresh address.
func (s *stage) somebody() *Entry {
	s.t.Helper()
	entry, err := s.SignUp(s.t.Context(), NewAccount{Name: "Test Person", Email: freshEmail(), Password: goodPassword}, freshClient())
	if err != nil || entry == nil {
		s.t.Fatalf("sign up: %v, %v", entry, err)
	}
	return entry
}

func (s *stage) signIn(entry *Entry, password string) (*Entry, error) {
	return s.SignIn(s.t.Context(), entry.Account.Email, password, freshClient())
}

// mailsTo lists what was written to an address, oldest first.
func (s *stage) mailsTo(address string) []Mail {
	s.t.Helper()
	rows, err := s.db.Query(s.t.Context(), `SELECT subject, body FROM mails WHERE to_address = $1 ORDER BY id`, address)
	if err != nil {
		s.t.Fatal(err)
	}
	defer rows.Close()
	var mails []Mail
	for rows.Next() {
		m := Mail{To: address}
		if err := rows.Scan(&m.Subject, &m.Body); err != nil {
			s.t.Fatal(err)
		}
		mails = append(mails, m)
	}
	return mails
}

// secretIn takes the token out of a mail's link.
func secretIn(t testing.TB, m Mail) string {
	t.Helper()
	_, rest, found := strings.Cut(m.Body, "#token=")
	if !found {
		t.Fatalf("no link in %q", m.Body)
	}
	return strings.Fields(rest)[0]
}

func freshEmail() string { return "p" + uuid.NewString() + "@example.org" }

// freshClient comes from a network of its own.
func freshClient() Client {
	id := uuid.New()
	return Client{Address: net.IP(append([]byte{0x20, 0x01, 0x0d, 0xb8}, id[:12]...)).String(), UserAgent: "Mozilla/5.0 (Linux; Android 13) Chrome/124.0 Mobile Safari/537.36"}
}

// want fails unless err is a fault of the kind and code.
func want(t testing.TB, err error, kind fault.Kind, code string) *fault.Error {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != kind || f.Code != code {
		t.Fatalf("got %v, want %v %s", err, kind, code)
	}
	return f
}

func (s *stage) good(token string) bool {
	s.t.Helper()
	_, err := s.Authenticate(s.t.Context(), token)
	if err != nil && !fault.Is(err, fault.Unauthenticated) {
		s.t.Fatal(err)
	}
	return err == nil
}

func (s *stage) exec(sql string, args ...any) {
	s.t.Helper()
	if _, err := s.db.Exec(context.Background(), sql, args...); err != nil {
		s.t.Fatal(err)
	}
}
