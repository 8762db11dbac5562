package httpapi

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"hanzhi/media"
	"hanzhi/server/embedded"
	"hanzhi/server/pg/pgtest"
)

var uploadStore = sync.OnceValues(func() (*embedded.Services, error) {
	dir, err := os.MkdirTemp("", "hanzhi-httpapi-test-")
	if err != nil {
		return nil, err
	}
	uploadDir = dir
	return embedded.Start(context.Background(), embedded.Options{Dir: dir, S3: true, Throwaway: true, Log: slog.New(slog.DiscardHandler)})
})

func TestMain(m *testing.M) {
	code := m.Run()
	if uploadDir != "" {
		if services, err := uploadStore(); err == nil {
			services.Stop()
		}
		os.RemoveAll(uploadDir)
	}
	os.Exit(code)
}

var uploadDir string

type noJobs struct{}

func (noJobs) EnqueueCheck(context.Context, pgx.Tx, uuid.UUID) error     { return nil }
func (noJobs) EnqueueTranscode(context.Context, pgx.Tx, uuid.UUID) error { return nil }
func (noJobs) EnqueueFilm(context.Context, pgx.Tx, uuid.UUID) error      { return nil }

// uploads is the real app on a real port, with an author who is always signed in.
type uploads struct {
	t           *testing.T
	db          *pgxpool.Pool
	store       *media.Store
	addr        string
	institution uuid.UUID
}

func serveUploads(t *testing.T) *uploads {
	t.Helper()
	services, err := uploadStore()
	if err != nil {
		t.Fatal(err)
	}
	c := services.S3
	u := &uploads{t: t, db: pgtest.New(t), institution: uuid.Must(uuid.NewV7())}
	u.store, err = media.NewStore(media.StoreConfig{Endpoint: c.Endpoint, AccessKey: c.AccessKey, SecretKey: c.SecretKey, Region: c.Region,
		Bucket: "t" + strings.ReplaceAll(uuid.NewString(), "-", "")})
	if err != nil {
		t.Fatal(err)
	}
	if err := u.store.EnsureBucket(t.Context()); err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	service, err := media.New(u.db, u.store, media.Config{Dir: t.TempDir(), Secret: strings.Repeat("s", 32), Queue: noJobs{}, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(service.Close)
	account := uuid.Must(uuid.NewV7())
	for _, sql := range []string{
		`INSERT INTO institutions (id, slug, name, kind, country) VALUES (@institution, 'college', '{"en":"College"}', 'college', 'ZM')`,
		`INSERT INTO accounts (id, email, name, password_hash) VALUES (@account, 'author@example.org', 'Author', '')`,
		`INSERT INTO members (institution_id, account_id, role) VALUES (@institution, @account, 'author')`,
	} {
		if _, err := u.db.Exec(t.Context(), sql, pgx.NamedArgs{"institution": u.institution, "account": account}); err != nil {
			t.Fatal(err)
		}
	}
	u.listen(&API{Media: service, Log: log}, account)
	return u
}

// listen serves the upload routes with the limits of New and a caller who is signed in.
func (u *uploads) listen(api *API, account uuid.UUID) {
	app := fiber.New(fiber.Config{Immutable: true, BodyLimit: readAhead, StreamRequestBody: true, ReadTimeout: readTimeout,
		IdleTimeout: idleTimeout, DisableStartupMessage: true, ErrorHandler: writeProblem})
	app.Use(identify(api.Log), func(c *fiber.Ctx) error {
		c.Locals(keyCaller, caller{accountID: account})
		return c.Next()
	})
	for _, r := range api.routes() {
		if strings.HasPrefix(r.path, "/api/uploads") {
			app.Add(r.method, r.fiberPath(), api.guard(r), r.raw)
		}
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		u.t.Fatal(err)
	}
	go app.Listener(ln)
	u.t.Cleanup(func() { app.ShutdownWithTimeout(time.Second) })
	u.addr = ln.Addr().String()
}

func (u *uploads) do(method, path string, header map[string]string, body io.Reader) *http.Response {
	u.t.Helper()
	r, err := http.NewRequest(method, "http://"+u.addr+path, body)
	if err != nil {
		u.t.Fatal(err)
	}
	r.Header.Set("Tus-Resumable", "1.0.0")
	for k, v := range header {
		r.Header.Set(k, v)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		u.t.Fatal(err)
	}
	u.t.Cleanup(func() { resp.Body.Close() })
	return resp
}

func (u *uploads) create(id uuid.UUID, size int) *http.Response {
	b64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	return u.do("POST", "/api/uploads", map[string]string{"Upload-Length": strconv.Itoa(size), "Upload-Metadata": fmt.Sprintf("id %s,institution %s,kind %s,filename %s",
		b64(id.String()), b64(u.institution.String()), b64("video"), b64("a.mp4"))}, nil)
}

func (u *uploads) offset(id uuid.UUID) int {
	u.t.Helper()
	r := u.do("HEAD", "/api/uploads/"+id.String(), nil, nil)
	n, err := strconv.Atoi(r.Header.Get("Upload-Offset"))
	if err != nil || r.StatusCode != http.StatusOK {
		u.t.Fatalf("HEAD: %d %v", r.StatusCode, r.Header)
	}
	return n
}

// cutLine sends a chunk over a bare connection and breaks it after n bytes, as a line does.
func (u *uploads) cutLine(id uuid.UUID, offset, length int, content []byte) {
	u.t.Helper()
	conn, err := net.Dial("tcp", u.addr)
	if err != nil {
		u.t.Fatal(err)
	}
	fmt.Fprintf(conn, "PATCH /api/uploads/%s HTTP/1.1\r\nHost: x\r\nTus-Resumable: 1.0.0\r\nContent-Type: application/offset+octet-stream\r\nUpload-Offset: %d\r\nContent-Length: %d\r\n\r\n", id, offset, length)
	if _, err := conn.Write(content); err != nil && !errors.Is(err, net.ErrClosed) {
		u.t.Fatal(err)
	}
	conn.Close()
}

// TestUploads speaks tus to the real Fiber routes: the body must be stored as it comes, not when it is whole.
func TestUploads(t *testing.T) {
	t.Parallel()
	t.Run("a line of 128 kbit/s that is cut every two minutes sends at most 2 % again", func(t *testing.T) {
		t.Parallel()
		u := serveUploads(t)
		content, id := make([]byte, 12<<20), uuid.Must(uuid.NewV7())
		rand.NewChaCha8([32]byte{1}).Read(content)
		if r := u.create(id, len(content)); r.StatusCode != http.StatusCreated || r.Header.Get("Location") != "/api/uploads/"+id.String() {
			t.Fatalf("%d %v", r.StatusCode, r.Header)
		}
		sent := 0
		for at := 0; at < len(content); {
			n := min(1_920_000, len(content)-at) // 128 kbit/s for two minutes
			u.cutLine(id, at, len(content)-at, content[at:at+n])
			sent += n
			time.Sleep(50 * time.Millisecond)
			at = u.offset(id)
		}
		if again := float64(sent)/float64(len(content)) - 1; again > 0.02 {
			t.Errorf("%.2f %% were sent again", again*100)
		}
		var key string
		var sum []byte
		if err := u.db.QueryRow(t.Context(), `SELECT source_key, sha256 FROM assets WHERE id = $1 AND state = 'checking'`, id).Scan(&key, &sum); err != nil {
			t.Fatal(err)
		}
		stored, err := u.store.Read(t.Context(), key, 0, -1)
		if want := sha256.Sum256(content); err != nil || !bytes.Equal(stored, content) || !bytes.Equal(sum, want[:]) {
			t.Errorf("other bytes are stored than were sent, %v", err)
		}
	})
	t.Run("breaches of the protocol are problems, and the connection is not reused", func(t *testing.T) {
		t.Parallel()
		u := serveUploads(t)
		id := uuid.Must(uuid.NewV7())
		u.create(id, 1000)
		r := u.do("PATCH", "/api/uploads/"+id.String(), map[string]string{"Upload-Offset": "7", "Content-Type": "application/offset+octet-stream"}, strings.NewReader("hello"))
		body, _ := io.ReadAll(r.Body)
		if r.StatusCode != http.StatusConflict || r.Header.Get("Content-Type") != "application/problem+json" || !strings.Contains(string(body), `"code":"mismatched_offset"`) || !r.Close {
			t.Errorf("%d %v %s", r.StatusCode, r.Header, body)
		}
	})
	t.Run("a client learns which extensions there are", func(t *testing.T) {
		t.Parallel()
		u := serveUploads(t)
		r := u.do("OPTIONS", "/api/uploads", nil, nil)
		if r.Header.Get("Tus-Extension") != "creation,termination" || r.Header.Get("Tus-Max-Size") == "" {
			t.Errorf("%d %v", r.StatusCode, r.Header)
		}
	})
	t.Run("an upload is given up", func(t *testing.T) {
		t.Parallel()
		u := serveUploads(t)
		id := uuid.Must(uuid.NewV7())
		u.create(id, 1000)
		if r := u.do("DELETE", "/api/uploads/"+id.String(), nil, nil); r.StatusCode != http.StatusNoContent {
			t.Errorf("%d", r.StatusCode)
		}
		if r := u.do("HEAD", "/api/uploads/"+id.String(), nil, nil); r.StatusCode != http.StatusNotFound {
			t.Errorf("%d", r.StatusCode)
		}
	})
}
