package jobs

import (
	"bytes"
	"context"
	"crypto/sha256"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"

	"hanzhi/media"
	"hanzhi/server/embedded"
	"hanzhi/server/pg/pgtest"
)

var objectStore = sync.OnceValues(func() (*embedded.Services, error) {
	dir, err := os.MkdirTemp("", "hanzhi-jobs-test-")
	if err != nil {
		return nil, err
	}
	storeDir = dir
	return embedded.Start(context.Background(), embedded.Options{Dir: dir, S3: true, Throwaway: true, Log: slog.New(slog.DiscardHandler)})
})

func TestMain(m *testing.M) {
	code := m.Run()
	if storeDir != "" {
		if services, err := objectStore(); err == nil {
			services.Stop()
		}
		os.RemoveAll(storeDir)
	}
	os.Exit(code)
}

var storeDir string

// works is a real queue over a real service.
type works struct {
	db     *pgxpool.Pool
	store  *media.Store
	media  *media.Service
	client *river.Client[pgx.Tx]
}

func newWorks(t *testing.T) *works {
	t.Helper()
	services, err := objectStore()
	if err != nil {
		t.Fatal(err)
	}
	c := services.S3
	w := &works{db: pgtest.New(t)}
	w.store, err = media.NewStore(media.StoreConfig{Endpoint: c.Endpoint, AccessKey: c.AccessKey, SecretKey: c.SecretKey, Region: c.Region,
		Bucket: "t" + strings.ReplaceAll(uuid.NewString(), "-", "")})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.store.EnsureBucket(t.Context()); err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "hanzhi-jobs-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	w.media, err = media.New(w.db, w.store, media.Config{Dir: dir, Secret: strings.Repeat("s", 32), Log: log,
		Queue: MediaQueue(func() *river.Client[pgx.Tx] { return w.client })})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.media.Close)
	workers := river.NewWorkers()
	w.client, err = New(w.db, log, workers, AddMedia(workers, w.media, w.db), 1)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *works) start(t *testing.T) {
	t.Helper()
	if err := w.client.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		_ = w.client.StopAndCancel(ctx)
	})
}

// received puts an asset where a finished upload leaves it.
func (w *works) received(t *testing.T, content []byte) uuid.UUID {
	t.Helper()
	id, institution := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
	key, sum := "s/"+id.String()+"-test", sha256.Sum256(content)
	if err := w.store.Put(t.Context(), key, bytes.NewReader(content), int64(len(content)), ""); err != nil {
		t.Fatal(err)
	}
	if _, err := w.db.Exec(t.Context(), `INSERT INTO institutions (id, slug, name, kind, country) VALUES ($1, $2, '{"en":"College"}', 'college', 'ZM')`, institution, "c-"+institution.String()); err != nil {
		t.Fatal(err)
	}
	if _, err := w.db.Exec(t.Context(), `INSERT INTO assets (id, institution_id, kind, filename, size, state, source_key, sha256)
		VALUES ($1, $2, 'video', 'a.mp4', $3, 'checking', $4, $5)`, id, institution, len(content), key, sum[:]); err != nil {
		t.Fatal(err)
	}
	return id
}

// state waits until the asset is in one of the states.
func (w *works) state(t *testing.T, id uuid.UUID, wanted ...string) {
	t.Helper()
	var state, code string
	for end := time.Now().Add(90 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if err := w.db.QueryRow(t.Context(), `SELECT state, failure_code FROM assets WHERE id = $1`, id).Scan(&state, &code); err != nil {
			t.Fatal(err)
		}
		for _, s := range wanted {
			if s == state {
				return
			}
		}
	}
	t.Fatalf("the asset stays %s %s", state, code)
}

func film(t *testing.T) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.mp4")
	if out, err := exec.Command("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=160x90:r=10:d=1", "-c:v", "libx264", "-pix_fmt", "yuv420p", path).CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (w *works) enqueueCheck(t *testing.T, id uuid.UUID) {
	t.Helper()
	err := pgx.BeginFunc(t.Context(), w.db, func(tx pgx.Tx) error {
		// Twice: each asset has one job.
		for range 2 {
			if err := MediaQueue(func() *river.Client[pgx.Tx] { return w.client }).EnqueueCheck(t.Context(), tx, id); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestMediaJobs(t *testing.T) {
	t.Parallel()
	t.Run("an uploaded video is checked, transcoded and ready, each by one job", func(t *testing.T) {
		t.Parallel()
		w := newWorks(t)
		id := w.received(t, film(t))
		w.enqueueCheck(t, id)
		w.start(t)
		w.state(t, id, "ready")
		var jobs int
		if err := w.db.QueryRow(t.Context(), `SELECT count(*) FROM river_job WHERE kind IN ('check_asset', 'transcode_video')`).Scan(&jobs); err != nil || jobs != 2 {
			t.Errorf("%d jobs, %v", jobs, err)
		}
	})
	t.Run("a broken file ends as failed and is not tried again", func(t *testing.T) {
		t.Parallel()
		w := newWorks(t)
		id := w.received(t, []byte("no video"))
		w.enqueueCheck(t, id)
		w.start(t)
		w.state(t, id, "failed")
		waitForJob(t, w, "completed")
	})
	t.Run("the job of a killed worker is done by another", func(t *testing.T) {
		t.Parallel()
		w := newWorks(t)
		id := w.received(t, film(t))
		w.enqueueCheck(t, id)
		// What a worker killed in its work leaves behind.
		if _, err := w.db.Exec(t.Context(), `UPDATE river_job SET state = 'running', attempt = 1, attempted_at = now(), attempted_by = '{gone}'`); err != nil {
			t.Fatal(err)
		}
		if _, err := w.db.Exec(t.Context(), `UPDATE assets SET generation = 1, worked_at = now() - interval '30 seconds'`); err != nil {
			t.Fatal(err)
		}
		w.start(t)
		w.state(t, id, "ready")
	})
	t.Run("an asset whose job is gone gets another", func(t *testing.T) {
		t.Parallel()
		w := newWorks(t)
		id := w.received(t, film(t))
		if _, err := w.db.Exec(t.Context(), `UPDATE assets SET worked_at = now() - interval '30 seconds'`); err != nil {
			t.Fatal(err)
		}
		w.start(t)
		w.state(t, id, "ready")
	})
	t.Run("a source that kills all its workers is given up", func(t *testing.T) {
		t.Parallel()
		w := newWorks(t)
		id := w.received(t, film(t))
		w.enqueueCheck(t, id)
		if _, err := w.db.Exec(t.Context(), `UPDATE river_job SET state = 'running', attempt = max_attempts, attempted_at = now(), attempted_by = '{gone}'`); err != nil {
			t.Fatal(err)
		}
		if _, err := w.db.Exec(t.Context(), `UPDATE assets SET worked_at = now() - interval '30 seconds'`); err != nil {
			t.Fatal(err)
		}
		w.start(t)
		w.state(t, id, "failed")
	})
}

func waitForJob(t *testing.T, w *works, state string) {
	t.Helper()
	var got string
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if err := w.db.QueryRow(t.Context(), `SELECT state::text FROM river_job WHERE kind = 'check_asset'`).Scan(&got); err != nil {
			t.Fatal(err)
		}
		if got == state {
			return
		}
	}
	t.Errorf("the job stays %s", got)
}
