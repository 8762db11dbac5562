package embedded_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"hanzhi/server/embedded"
)

func of(s *embedded.Services) addresses {
	return addresses{DatabaseURL: s.DatabaseURL, RedisURL: s.RedisURL, S3: s.S3}
}

func TestStart(t *testing.T) {
	t.Parallel()
	t.Run("keeps what was stored, and its addresses, over a stop", func(t *testing.T) {
		t.Parallel()
		dir := openDir(t)
		first := start(t, everything(dir))
		store(t, of(first), "车床")
		first.Stop()
		began := time.Now()
		second := start(t, everything(dir))
		t.Logf("second start took %v", time.Since(began))
		if err := recall(t.Context(), of(second), "车床"); err != nil {
			t.Fatal(err)
		}
		if first.S3 != second.S3 {
			t.Fatal("the object store's address or keys changed")
		}
	})
	t.Run("runs only what was asked for", func(t *testing.T) {
		t.Parallel()
		dir := openDir(t)
		s := start(t, embedded.Options{Dir: dir, Redis: true})
		if s.DatabaseURL != "" || s.S3 != (embedded.S3{}) || s.RedisURL == "" || len(pids(t, dir)) != 1 {
			t.Fatalf("got %+v", of(s))
		}
	})
	t.Run("runs a real MinIO when told to, and remembers it", func(t *testing.T) {
		t.Parallel()
		o := embedded.Options{Dir: openDir(t), S3: true, S3Server: "minio"}
		first := start(t, o)
		if err := storeS3(t.Context(), first.S3, "另"); err != nil {
			t.Fatal(err)
		}
		first.Stop()
		o.S3Server = ""
		if err := recallS3(t.Context(), start(t, o).S3, "另"); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("refuses a folder that another copy uses", func(t *testing.T) {
		t.Parallel()
		o := embedded.Options{Dir: openDir(t), Redis: true}
		start(t, o)
		if s, err := embedded.Start(t.Context(), o); !errors.Is(err, embedded.ErrInUse) {
			s.Stop()
			t.Fatal(err)
		}
	})
	t.Run("keeps the folder to itself when nobody refers to the services any more", func(t *testing.T) {
		t.Parallel()
		p := startProcess(t, openDir(t), 0, forgetful+"=1")
		if p.RedisURL == "" {
			t.Fatal("nothing runs")
		}
		if s, err := embedded.Start(t.Context(), embedded.Options{Dir: p.dir, Redis: true}); !errors.Is(err, embedded.ErrInUse) {
			s.Stop()
			t.Fatal(err)
		}
	})
	t.Run("lets nobody else at the credentials, the database or the object store", func(t *testing.T) {
		t.Parallel()
		dir := openDir(t)
		s := start(t, everything(dir))
		store(t, of(s), "钥匙")
		for _, path := range []string{"s3/server.json", "s3", "redis", "postgres"} {
			if info, err := os.Stat(filepath.Join(dir, path)); err != nil || info.Mode().Perm()&0o077 != 0 {
				t.Errorf("%s: %v, %v", path, info.Mode(), err)
			}
		}
		resp, err := http.Get("http://" + s.S3.Endpoint + "/words/课/word")
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusForbidden {
			t.Errorf("the object store answers a stranger %s", resp.Status)
		}
	})
	t.Run("gives up in time and leaves nothing when ctx ends", func(t *testing.T) {
		t.Parallel()
		dir := openDir(t)
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		if s, err := embedded.Start(ctx, everything(dir)); err == nil {
			s.Stop()
			t.Fatal("started although there was no time")
		}
		if left := pids(t, dir); len(left) != 0 {
			t.Fatalf("processes left: %v", left)
		}
		start(t, everything(dir))
		if info, err := os.Lstat(filepath.Join(dir, "postgres")); err != nil || !info.IsDir() {
			t.Fatalf("the database's folder is %v, %v", info, err)
		}
	})
}

func TestAttach(t *testing.T) {
	t.Parallel()
	dir := openDir(t)
	attach := func() error { _, err := embedded.Attach(dir); return err }
	if err := attach(); !errors.Is(err, embedded.ErrNotRunning) {
		t.Fatalf("before the first start: %v", err)
	}
	s := start(t, everything(dir))
	store(t, of(s), "旁")
	t.Run("finds the services of a running copy and does not stop them", func(t *testing.T) {
		found, err := embedded.Attach(dir)
		if err != nil {
			t.Fatal(err)
		}
		found.Stop()
		if err := recall(t.Context(), of(found), "旁"); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("finds nothing after the stop, and nothing after a kill", func(t *testing.T) {
		s.Stop()
		if err := attach(); !errors.Is(err, embedded.ErrNotRunning) {
			t.Fatalf("after the stop: %v", err)
		}
		p := startProcess(t, dir, 0)
		if err := attach(); err != nil {
			t.Fatal(err)
		}
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait()
		if err := attach(); !errors.Is(err, embedded.ErrNotRunning) {
			t.Fatalf("after the kill: %v", err)
		}
	})
}

func TestStop(t *testing.T) {
	t.Parallel()
	t.Run("leaves no process, no socket and no lock behind", func(t *testing.T) {
		t.Parallel()
		dir := openDir(t)
		s := start(t, everything(dir))
		store(t, of(s), "停止")
		running := pids(t, dir)
		if len(running) != 3 {
			t.Fatalf("%d children run, want 3", len(running))
		}
		sockets, _ := os.ReadFile(filepath.Join(dir, "sockets"))
		began := time.Now()
		s.Stop()
		s.Stop()
		t.Logf("stop took %v", time.Since(began))
		for name, pid := range running {
			if alive(pid) {
				t.Errorf("%s still runs", name)
			}
		}
		if _, err := os.Stat(strings.TrimSpace(string(sockets))); !os.IsNotExist(err) {
			t.Errorf("the socket folder is still there: %v", err)
		}
		start(t, embedded.Options{Dir: dir, Redis: true})
	})
}

func TestLockOfStartingChild(t *testing.T) {
	t.Parallel()
	dir := openDir(t)
	o := embedded.Options{Dir: dir, Redis: true}
	s := start(t, o)
	copied := copyOfDescriptor(t, filepath.Join(dir, "lock"))
	defer syscall.Close(copied)
	s.Stop()
	if _, err := embedded.Attach(dir); !errors.Is(err, embedded.ErrNotRunning) {
		t.Fatalf("a copy of the lock's descriptor, as a child has until it is another program, looks like a running one: %v", err)
	}
	start(t, o)
}

// copyOfDescriptor is another descriptor of what this process opened at path.
func copyOfDescriptor(t *testing.T, path string) int {
	t.Helper()
	all, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("no /proc:", err)
	}
	for _, e := range all {
		if to, err := os.Readlink("/proc/self/fd/" + e.Name()); err == nil && to == path {
			n, _ := strconv.Atoi(e.Name())
			fd, err := syscall.Dup(n)
			if err != nil {
				t.Fatal(err)
			}
			syscall.CloseOnExec(fd)
			return fd
		}
	}
	t.Fatalf("this process has not opened %s", path)
	return -1
}

func TestChildDies(t *testing.T) {
	t.Parallel()
	dir := openDir(t)
	s := start(t, everything(dir))
	store(t, of(s), "急停")
	for name, back := range map[string]func() error{
		"postgres": func() error { return recallPostgres(t.Context(), s.DatabaseURL, "急停") },
		"redis":    func() error { return recallRedis(t.Context(), s.RedisURL, "急停") },
		"s3":       func() error { return recallS3(t.Context(), s.S3, "急停") },
	} {
		t.Run("a killed "+name+" is back within 5 s at the same address with its data", func(t *testing.T) {
			for range 3 {
				old := pids(t, dir)[name]
				if err := syscall.Kill(old, syscall.SIGKILL); err != nil {
					t.Fatal(err)
				}
				took := eventually(t, 5*time.Second, name+" answers", func() bool { return pids(t, dir)[name] != old && back() == nil })
				t.Logf("back after %v", took)
			}
		})
	}
}

func TestParentDies(t *testing.T) {
	t.Parallel()
	t.Run("after kill -9 the children end and the next start takes over", func(t *testing.T) {
		t.Parallel()
		dir := openDir(t)
		for _, word := range []string{"一", "二", "三"} {
			p := startProcess(t, dir, 0)
			store(t, p.addresses, word)
			// Redis promises a second: what it wrote to its file then is safe.
			time.Sleep(1100 * time.Millisecond)
			running := pids(t, dir)
			if err := p.cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			_ = p.cmd.Wait()
			next := start(t, everything(dir))
			if err := recall(t.Context(), of(next), word); err != nil {
				t.Fatal(err)
			}
			for name, pid := range running {
				if alive(pid) {
					t.Errorf("%s of the killed process still runs", name)
				}
			}
			next.Stop()
		}
	})
	t.Run("a start killed at any moment does no harm to the next", func(t *testing.T) {
		t.Parallel()
		dir := openDir(t)
		for _, moment := range []time.Duration{20, 120, 300, 500, 700, 900} {
			done := make(chan struct{})
			go func() { defer close(done); tryProcessKilled(t, dir, moment*time.Millisecond) }()
			<-done
		}
		s := start(t, everything(dir))
		store(t, of(s), "四")
		if err := recall(t.Context(), of(s), "四"); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("a left-over child that ignores its parent's death is ended", func(t *testing.T) {
		t.Parallel()
		dir := openDir(t)
		start(t, embedded.Options{Dir: dir, Redis: true}).Stop()
		pid := orphan(t, dir, "redis")
		start(t, embedded.Options{Dir: dir, Redis: true})
		if alive(pid) {
			t.Fatal("it still runs")
		}
	})
	t.Run("a stranger with the number of a left-over child is let alone", func(t *testing.T) {
		t.Parallel()
		dir := openDir(t)
		start(t, embedded.Options{Dir: dir, Redis: true}).Stop()
		pid := orphan(t, dir, "other")
		if err := os.WriteFile(filepath.Join(dir, "redis.pid"), []byte(itoa(pid)+" 1\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		start(t, embedded.Options{Dir: dir, Redis: true})
		if !alive(pid) {
			t.Fatal("it was killed")
		}
	})
}

func TestWithoutPrograms(t *testing.T) {
	t.Parallel()
	t.Run("keeps Redis in this process when there is no redis-server, with a password and a moving clock", func(t *testing.T) {
		t.Parallel()
		p := startProcess(t, openDir(t), 0, "PATH=/nonexistent", "HANZHI_CACHE="+copies)
		if err := withRedis("redis://"+p.RedisURL[strings.Index(p.RedisURL, "@")+1:], func(r *redis.Client) error { return r.Ping(t.Context()).Err() }); err == nil {
			t.Error("it asks for no password")
		}
		err := withRedis(p.RedisURL, func(r *redis.Client) error {
			if err := r.Set(t.Context(), "brief", "1", time.Second).Err(); err != nil {
				return err
			}
			if r.Exists(t.Context(), "brief").Val() != 1 {
				t.Error("a key of one second is gone at once")
			}
			eventually(t, 4*time.Second, "the key expires", func() bool { return r.Exists(t.Context(), "brief").Val() == 0 })
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
	t.Run("names the one command when there is no S3 server", func(t *testing.T) {
		t.Parallel()
		p, said := tryProcess(t, openDir(t), 0, "PATH=/nonexistent", "HANZHI_CACHE=/nonexistent")
		if p != nil || !strings.Contains(said, "go install github.com/versity/versitygw") {
			t.Fatalf("it said %q", said)
		}
	})
	t.Run("names the version to install when another Postgres wrote the data", func(t *testing.T) {
		t.Parallel()
		dir := openDir(t)
		o := embedded.Options{Dir: dir, Postgres: true}
		start(t, o).Stop()
		if err := os.WriteFile(filepath.Join(dir, "postgres", "data", "PG_VERSION"), []byte("9\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := embedded.Start(t.Context(), o); err == nil || !strings.Contains(err.Error(), "apt-get install -y postgresql-9") {
			t.Fatal(err)
		}
	})
}
