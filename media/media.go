// Package media keeps what authors upload and serves what is made of it: resumable upload into an object store,
// checking and transcoding with a jailed ffmpeg, captions, and streaming by a token in the path.
package media

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/tus/tusd/v2/pkg/handler"
)

// Config is what a Service needs besides its database and its store. Zero values mean the defaults named here.
type Config struct {
	// Dir is a local folder for the spool of uploads and the cache of segments; it must outlive restarts to be of use.
	Dir string
	// WorkDir is where sources and renditions lie while ffmpeg works: Dir/work, or the system's temporary folder when
	// the unprivileged user that ffmpeg runs as cannot reach Dir.
	WorkDir string
	// Secret signs playback tokens; the same on every copy of the server. At least 32 bytes.
	Secret string
	// UploadLimit is the size of one source in bytes (8 GiB), UploadExpiry the time after which an upload that nobody
	// goes on with is dropped (7 days).
	UploadLimit  int64
	UploadExpiry time.Duration
	// MaxDuration is the longest video taken (4 hours).
	MaxDuration time.Duration
	// OnePass is the length up to which a video is made in one pass (3 minutes). A longer one is published after a
	// short first pass, which costs a second decode.
	OnePass time.Duration
	// MemoryCache and DiskCache are the bytes of warm segments kept in memory (32 MiB) and on disk (4 GiB).
	MemoryCache, DiskCache int64
	// PlaybackExpiry is the least life of a playback token (6 hours). The right behind it is asked far more often.
	PlaybackExpiry time.Duration
	// Threads is how many threads the decoder of a transcode has (2).
	Threads int
	// Queue takes the jobs.
	Queue Queue
	// Films makes films of recorded classes; nil = none are made.
	Films Filmer
	// Playable is called in the transaction in which a video can be played for the first time, and again with each of its further
	// renditions; nil = nobody waits for that.
	Playable func(ctx context.Context, tx pgx.Tx, asset uuid.UUID) error
	// Rights decides who may play; nil = the database function may_play.
	Rights Rights
	Log    *slog.Logger
}

// Queue takes jobs in the transaction of the change that causes them. Each asset has at most one of a kind.
type Queue interface {
	// EnqueueCheck asks that CheckAsset be called.
	EnqueueCheck(ctx context.Context, tx pgx.Tx, asset uuid.UUID) error
	// EnqueueTranscode asks that TranscodeAsset be called.
	EnqueueTranscode(ctx context.Context, tx pgx.Tx, asset uuid.UUID) error
	// EnqueueFilm asks that MakeFilm be called.
	EnqueueFilm(ctx context.Context, tx pgx.Tx, asset uuid.UUID) error
}

// Rights says whether a viewer (uuid.Nil = a visitor) may play an asset now.
type Rights interface {
	MayPlay(ctx context.Context, viewer, asset uuid.UUID) (bool, error)
}

// Service is the media domain over one database and one store.
type Service struct {
	db     *pgxpool.Pool
	store  *Store
	cfg    Config
	log    *slog.Logger
	spool  spool
	locks  *uploadLocks
	tus    *handler.UnroutedHandler
	tools  toolbox
	tokens *signer
	guests *signer // of classes
	stream *streamer
	shown  *classPictures

	draining atomic.Bool
	stop     context.CancelFunc
	wg       sync.WaitGroup
	closing  sync.Once
}

// New returns a Service. It makes the folders it needs and looks for ffmpeg, and calls neither database nor store.
func New(db *pgxpool.Pool, store *Store, cfg Config) (*Service, error) {
	cfg.setDefaults()
	if cfg.Dir == "" || len(cfg.Secret) < 32 {
		return nil, fmt.Errorf("media: a folder and a secret of at least 32 bytes are needed")
	}
	s := &Service{db: db, store: store, cfg: cfg, log: cfg.Log, locks: newUploadLocks(), tokens: newSigner(cfg.Secret, forPlayback), guests: newSigner(cfg.Secret, forPictures)}
	var err error
	if s.spool, err = openSpool(filepath.Join(cfg.Dir, "spool")); err != nil {
		return nil, err
	}
	if s.tus, err = s.newTus(); err != nil {
		return nil, fmt.Errorf("media: uploads: %w", err)
	}
	if s.tools, err = findTools(cfg, s.log); err != nil {
		return nil, err
	}
	if s.stream, err = newStreamer(s); err != nil {
		return nil, err
	}
	s.shown = newClassPictures(s)
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	s.wg.Go(func() { s.sweepSpool(ctx) })
	return s, nil
}

func (c *Config) setDefaults() {
	orSize := func(n *int64, fallback int64) {
		if *n == 0 {
			*n = fallback
		}
	}
	orTime := func(d *time.Duration, fallback time.Duration) {
		if *d == 0 {
			*d = fallback
		}
	}
	orSize(&c.UploadLimit, 8<<30)
	orSize(&c.MemoryCache, 32<<20)
	orSize(&c.DiskCache, 4<<30)
	orTime(&c.UploadExpiry, 7*24*time.Hour)
	orTime(&c.MaxDuration, 4*time.Hour)
	orTime(&c.PlaybackExpiry, 6*time.Hour)
	orTime(&c.OnePass, 3*time.Minute)
	if c.Threads == 0 {
		c.Threads = 2
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
}

// Drain ends running uploads so that their bytes reach the object store, where another copy finds them; clients are
// told to come back. New uploads are refused from here on. Call it before the HTTP server is shut down.
func (s *Service) Drain() {
	s.draining.Store(true)
	s.locks.releaseAll()
}

// Close stops what runs in the background.
func (s *Service) Close() {
	s.closing.Do(func() {
		s.Drain()
		s.stop()
		s.wg.Wait()
		s.stream.close()
	})
}
