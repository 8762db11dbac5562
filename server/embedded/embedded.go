// Package embedded runs PostgreSQL, Redis and an S3 server as child processes, so that one machine with nothing set
// up can run Hanzhi. Everything they keep lies in one folder. The children end with this process, also when it is
// killed; the next start on the same folder takes over what is left.
package embedded

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"syscall"

	"golang.org/x/sync/errgroup"
)

// Options says what to run and where.
type Options struct {
	// Dir holds all data, logs, ports and credentials; made when missing. One Services at a time may use it.
	Dir string
	// Log receives starts, deaths and restarts of children; nil = slog.Default().
	Log *slog.Logger
	// Which services to run.
	Postgres, Redis, S3 bool
	// S3Server is "minio" or "versitygw", from PATH or make's cache; empty = what wrote the data, else minio when it is on
	// PATH, else versitygw.
	S3Server string
	// Throwaway gives up what protects the database from a crash of the machine, for speed. A crash of ours or of the
	// database alone still loses nothing. For tests.
	Throwaway bool
}

// Services are running children, and where to reach them. A field is empty when its service was not asked for.
type Services struct {
	DatabaseURL string // for pgx: a superuser of its own database, on a private socket
	RedisURL    string // for go-redis: unix://… or, in process, redis://…
	S3          S3

	log      *slog.Logger
	dir      string
	lock     int // a descriptor, -1 = none
	sockets  string
	mu       sync.Mutex
	children []*child
	inProc   []func()
	stopOnce sync.Once
}

// S3 says how to reach the object store. The bucket is the caller's to make.
type S3 struct {
	Endpoint  string // host:port
	AccessKey string
	SecretKey string
	Region    string
	Secure    bool // TLS
}

// Start runs what o asks for and returns when all of it answers; ctx limits the start only. A child that dies later
// is started again, under the same address, until Stop.
func Start(ctx context.Context, o Options) (*Services, error) {
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("embedded: data folder: %w", err)
	}
	o.Dir = dir
	if o.Log == nil {
		o.Log = slog.Default()
	}
	s := &Services{log: o.Log, dir: dir, lock: -1}
	if err := s.start(ctx, o); err != nil {
		s.Stop()
		return nil, fmt.Errorf("embedded: %w", err)
	}
	return s, nil
}

func (s *Services) start(ctx context.Context, o Options) (err error) {
	if err := os.MkdirAll(filepath.Join(o.Dir, "log"), 0o755); err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	if s.lock, err = lockFolder(o.Dir); err != nil {
		return err
	}
	if s.sockets, err = socketFolder(o.Dir); err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	for _, part := range []struct {
		wanted bool
		start  func(context.Context, Options) error
	}{
		{o.Postgres, s.startPostgres}, {o.Redis, s.startRedis}, {o.S3, s.startS3},
	} {
		if part.wanted {
			g.Go(func() error { return part.start(ctx, o) })
		}
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return s.announce()
}

// runningFile tells other programs of the same user, such as a backup, where the services are while they run.
const runningFile = "running.json"

func (s *Services) announce() error {
	b, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return writePrivate(filepath.Join(s.dir, runningFile), b)
}

// ErrInUse says that another process, or another Services, runs in the data folder.
var ErrInUse = errors.New("the data folder is in use by another running copy")

// ErrNotRunning says that nobody runs the services of a data folder.
var ErrNotRunning = errors.New("embedded: nothing runs in this data folder")

// Attach returns the services that another process runs in dir, or ErrNotRunning. They stay that process's: Stop does
// nothing to them.
func Attach(dir string) (*Services, error) {
	lock, err := os.Open(filepath.Join(dir, "lock"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotRunning
	} else if err != nil {
		return nil, fmt.Errorf("embedded: %w", err)
	}
	defer lock.Close()
	if free := syscall.Flock(int(lock.Fd()), syscall.LOCK_SH|syscall.LOCK_NB) == nil; free {
		_ = syscall.Flock(int(lock.Fd()), syscall.LOCK_UN) // at once, as in unlockFolder
		return nil, ErrNotRunning
	}
	b, err := os.ReadFile(filepath.Join(dir, runningFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errors.New("embedded: the services of " + dir + " are just starting or ending; try again in a moment")
	} else if err != nil {
		return nil, fmt.Errorf("embedded: %w", err)
	}
	s := &Services{lock: -1}
	if err := json.Unmarshal(b, s); err != nil {
		return nil, fmt.Errorf("embedded: %w", err)
	}
	return s, nil
}

// Stop ends every child in order and waits for it; data is kept. It may be called more than once.
func (s *Services) Stop() {
	s.stopOnce.Do(func() {
		var wg sync.WaitGroup
		for _, c := range s.children {
			wg.Go(c.stop)
		}
		wg.Wait()
		for _, stop := range s.inProc {
			stop()
		}
		if s.sockets != "" {
			_ = os.RemoveAll(s.sockets)
		}
		if s.lock >= 0 {
			_ = os.Remove(filepath.Join(s.dir, runningFile))
			unlockFolder(s.lock)
		}
	})
}

// run starts a child under supervision.
func (s *Services) run(ctx context.Context, c *child) error {
	c.log = s.log.With("service", c.name)
	if err := c.start(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.children = append(s.children, c)
	return nil
}

// errMissing is a program that is not installed, with the one command that installs it.
func errMissing(program, command string) error {
	return errors.New(program + " is not installed. Install it with:\n\n    " + command + "\n")
}
