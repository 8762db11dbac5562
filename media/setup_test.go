package media_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"hanzhi/media"
	"hanzhi/server/embedded"
	"hanzhi/server/pg/pgtest"
)

// s3 is one object store for all tests of the package; each test has a bucket of its own.
var s3 = sync.OnceValues(func() (*embedded.Services, error) {
	dir, err := os.MkdirTemp("", "hanzhi-media-test-")
	if err != nil {
		return nil, err
	}
	s3Dir = dir
	return embedded.Start(context.Background(), embedded.Options{Dir: dir, S3: true, Throwaway: true, Log: slog.New(slog.DiscardHandler)})
})

var s3Dir string

func TestMain(m *testing.M) {
	if child := os.Getenv("HANZHI_MEDIA_CHILD"); child != "" {
		os.Exit(runChild(child))
	}
	code := m.Run()
	if s3Dir != "" {
		if services, err := s3(); err == nil {
			services.Stop()
		}
		os.RemoveAll(s3Dir)
	}
	os.Exit(code)
}

func storeConfig(t testing.TB) media.StoreConfig {
	t.Helper()
	services, err := s3()
	if err != nil {
		t.Fatal(err)
	}
	c := services.S3
	return media.StoreConfig{Endpoint: c.Endpoint, AccessKey: c.AccessKey, SecretKey: c.SecretKey, Region: c.Region, Bucket: "t" + strings.ReplaceAll(uuid.NewString(), "-", "")}
}

// fixture is a service with an institution, an author in it, a learner and a stranger.
type fixture struct {
	*media.Service
	db          *pgxpool.Pool
	store       *media.Store
	storeConfig media.StoreConfig
	cfg         media.Config
	institution uuid.UUID
	author      uuid.UUID
	stranger    uuid.UUID
	queue       *queue
}

func setup(t testing.TB, change ...func(*media.Config)) *fixture {
	t.Helper()
	f := &fixture{db: pgtest.New(t), storeConfig: storeConfig(t), queue: &queue{}}
	f.cfg = media.Config{Dir: tempDir(t), Secret: strings.Repeat("s", 32), Queue: f.queue, Log: testLog(t)}
	for _, c := range change {
		c(&f.cfg)
	}
	var err error
	if f.store, err = media.NewStore(f.storeConfig); err != nil {
		t.Fatal(err)
	}
	if err := f.store.EnsureBucket(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.Service = f.open(t)
	f.institution = newID()
	f.exec(t, `INSERT INTO institutions (id, slug, name, kind, country) VALUES ($1, 'college', '{"en":"College"}', 'college', 'ZM')`, f.institution)
	f.author, f.stranger = f.account(t, "author"), f.account(t, "stranger")
	f.exec(t, `INSERT INTO members (institution_id, account_id, role) VALUES ($1, $2, 'author')`, f.institution, f.author)
	return f
}

// open returns another copy of the service over the same database and store.
func (f *fixture) open(t testing.TB, change ...func(*media.Config)) *media.Service {
	t.Helper()
	cfg := f.cfg
	for _, c := range change {
		c(&cfg)
	}
	s, err := media.New(f.db, f.store, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// tempDir is short-lived and, unlike t.TempDir, may be entered by the user that ffmpeg runs as.
func tempDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "hanzhi-media-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func testLog(t testing.TB) *slog.Logger {
	if testing.Verbose() {
		return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelInfo})).With("test", t.Name())
	}
	return slog.New(slog.DiscardHandler)
}

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

func (f *fixture) exec(t testing.TB, sql string, args ...any) {
	t.Helper()
	if _, err := f.db.Exec(context.Background(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

func (f *fixture) account(t testing.TB, name string) uuid.UUID {
	t.Helper()
	id := newID()
	f.exec(t, `INSERT INTO accounts (id, email, name, password_hash) VALUES ($1, $2, $3, '')`, id, name+"@example.org", name)
	return id
}

// queue notes what was enqueued.
type queue struct {
	mu                sync.Mutex
	checks, transcode []uuid.UUID
	films             []uuid.UUID
}

func (q *queue) EnqueueCheck(_ context.Context, _ pgx.Tx, asset uuid.UUID) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.checks = append(q.checks, asset)
	return nil
}

func (q *queue) EnqueueTranscode(_ context.Context, _ pgx.Tx, asset uuid.UUID) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.transcode = append(q.transcode, asset)
	return nil
}

func (q *queue) EnqueueFilm(_ context.Context, _ pgx.Tx, asset uuid.UUID) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.films = append(q.films, asset)
	return nil
}

func (q *queue) count() (checks, transcodes int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.checks), len(q.transcode)
}

// upload brings a file in through the tus protocol and returns the asset.
func (f *fixture) upload(t testing.TB, kind media.Kind, name string, content []byte) uuid.UUID {
	t.Helper()
	id := newID()
	c := newTusClient(t, f.Service, f.author)
	if r := c.create(id, f.institution, kind, name, int64(len(content))); r.StatusCode != http.StatusCreated {
		t.Fatalf("create: %d %s", r.StatusCode, body(r))
	}
	if r := c.patch(id, 0, bytes.NewReader(content)); r.StatusCode != http.StatusNoContent {
		t.Fatalf("patch: %d %s", r.StatusCode, body(r))
	}
	return id
}

// process runs the jobs of an asset to their end.
func (f *fixture) process(t testing.TB, asset uuid.UUID) media.Asset {
	t.Helper()
	if err := f.CheckAsset(t.Context(), asset); err != nil {
		t.Fatal(err)
	}
	a := f.asset(t, asset)
	if a.State == media.StateTranscoding {
		if err := f.TranscodeAsset(t.Context(), asset); err != nil {
			t.Fatal(err)
		}
		a = f.asset(t, asset)
	}
	return a
}

func (f *fixture) asset(t testing.TB, id uuid.UUID) media.Asset {
	t.Helper()
	a, err := f.Asset(t.Context(), f.author, id)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// tusClient speaks tus to a service over real HTTP. The viewer is fixed.
type tusClient struct {
	t   testing.TB
	url string
}

// newTusClient serves uploads the way the HTTP layer does: a failure is answered with its code.
func newTusClient(t testing.TB, s *media.Service, viewer uuid.UUID) *tusClient {
	t.Helper()
	server := httptest.NewServer(tusHandler(s, viewer))
	t.Cleanup(server.Close)
	return &tusClient{t: t, url: server.URL}
}

func (c *tusClient) do(method, path string, header map[string]string, content io.Reader) *http.Response {
	c.t.Helper()
	r, err := http.NewRequest(method, c.url+path, content)
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Tus-Resumable", "1.0.0")
	for k, v := range header {
		r.Header.Set(k, v)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return &http.Response{StatusCode: 0, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(err.Error()))}
	}
	c.t.Cleanup(func() { resp.Body.Close() })
	return resp
}

func (c *tusClient) create(id, institution uuid.UUID, kind media.Kind, name string, size int64) *http.Response {
	return c.do("POST", "/api/uploads", map[string]string{"Upload-Length": strconv.FormatInt(size, 10), "Upload-Metadata": metadata(id, institution, kind, name)}, nil)
}

func metadata(id, institution uuid.UUID, kind media.Kind, name string) string {
	b64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	return fmt.Sprintf("id %s,institution %s,kind %s,filename %s", b64(id.String()), b64(institution.String()), b64(string(kind)), b64(name))
}

func (c *tusClient) patch(id uuid.UUID, offset int64, content io.Reader) *http.Response {
	return c.do("PATCH", "/api/uploads/"+id.String(), map[string]string{
		"Upload-Offset": strconv.FormatInt(offset, 10), "Content-Type": "application/offset+octet-stream"}, content)
}

func (c *tusClient) offset(id uuid.UUID) int64 {
	c.t.Helper()
	r := c.do("HEAD", "/api/uploads/"+id.String(), nil, nil)
	if r.StatusCode != http.StatusOK {
		c.t.Fatalf("HEAD: %d %s", r.StatusCode, r.Header.Get("X-Fault"))
	}
	n, err := strconv.ParseInt(r.Header.Get("Upload-Offset"), 10, 64)
	if err != nil {
		c.t.Fatal(err)
	}
	return n
}

func body(r *http.Response) string {
	b, _ := io.ReadAll(r.Body)
	return string(b)
}

// source makes a small real video with ffmpeg and returns its bytes. args come before the output's name.
func source(t testing.TB, name string, args ...string) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	full := append([]string{"-nostdin", "-v", "error", "-y"}, args...)
	cmd := exec.Command("ffmpeg", append(full, path)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("ffmpeg %v: %v\n%s", args, err, out)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// waitFor waits until ok says so.
func waitFor(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("waited in vain for %s", what)
}

// class makes a class of a run.
func (f *fixture) class(t testing.TB, id, run uuid.UUID) {
	t.Helper()
	f.exec(t, `INSERT INTO classes (id, run_id, title, starts_at, minutes, time_zone, state) VALUES ($1, $2, '{"en":"Lathe"}', '2026-11-26T08:30Z', 60, 'Africa/Lusaka', 'ended')`, id, run)
}

// guest lets a guest into a class.
func (f *fixture) guest(t testing.TB, class uuid.UUID) uuid.UUID {
	t.Helper()
	link, guest := newID(), newID()
	f.exec(t, `INSERT INTO class_guest_links (id, class_id, secret_hash, role, expires_at) VALUES ($1, $2, $3, 'student', now() + interval '1 hour')`, link, class, link[:])
	f.exec(t, `INSERT INTO class_guests (class_id, guest_id, link_id, name) VALUES ($1, $2, $3, 'G')`, class, guest, link)
	return guest
}
