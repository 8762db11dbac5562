package recording

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"hanzhi/server/fault"
	"hanzhi/server/live"
)

// Config is what recordings are made with.
type Config struct {
	Store Store
	Index Index
	// Dir is a local folder in which pieces wait while the store is away; what a node before has left there is stored too.
	Dir string
	// Most is how many bytes may wait there; 0 = 4 GiB, some ten hours of a class with pictures.
	Most int64
	Log  *slog.Logger
}

const (
	mostSpooled = 4 << 30
	sweepEvery  = 10 * time.Second
	giveUp      = 3 // failures in a row after which the store is taken to be away
)

// Recordings makes the recorders of a node.
type Recordings struct {
	cfg   Config
	spool *spool
	end   context.CancelFunc
	done  chan struct{}
}

// Open takes the folder over, and stores what was left in it.
func Open(cfg Config) (*Recordings, error) {
	if cfg.Most == 0 {
		cfg.Most = mostSpooled
	}
	s, err := openSpool(cfg.Dir, cfg.Most)
	if err != nil {
		return nil, err
	}
	ctx, end := context.WithCancel(context.Background())
	r := &Recordings{cfg: cfg, spool: s, end: end, done: make(chan struct{})}
	go r.sweep(ctx)
	return r, nil
}

// Record makes the recorder of a class; it is a live.NewRecorder.
func (r *Recordings) Record(class uuid.UUID, _ time.Time) live.Recorder {
	return newRecorder(class, newOutbox(r.cfg.Store, r.cfg.Index, r.spool, r.cfg.Log), r.cfg.Log)
}

// Close ends the storing of what was left; it stays in the folder.
func (r *Recordings) Close() {
	r.end()
	<-r.done
}

// sweep stores what no outbox sends: what a node that died has left, and what a store that was away for too long did.
func (r *Recordings) sweep(ctx context.Context) {
	defer close(r.done)
	for {
		r.storeLeft(ctx)
		select {
		case <-ctx.Done():
			return
		case <-time.After(sweepEvery):
		}
	}
}

func (r *Recordings) storeLeft(ctx context.Context) {
	names, err := r.spool.left()
	if err != nil {
		r.cfg.Log.Warn("recording: spool", "error", err)
	}
	failures, stored := 0, 0
	for _, name := range names {
		if failures >= giveUp || ctx.Err() != nil {
			break
		}
		if err := r.storeOne(ctx, name); err != nil {
			r.cfg.Log.Warn("recording: piece that was left is not stored yet", "file", name, "error", err)
			failures++
			continue
		}
		failures, stored = 0, stored+1
	}
	if stored > 0 {
		r.cfg.Log.Info("recording: stored what was left", "pieces", stored)
	}
}

func (r *Recordings) storeOne(ctx context.Context, name string) error {
	p, data, err := r.spool.read(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case errors.Is(err, errBrokenFile):
		r.cfg.Log.Error("recording: piece lost, its file is broken", "file", name)
		r.spool.drop(name)
		return nil
	case err != nil:
		return err
	}
	_, err = deliver(ctx, r.cfg.Store, r.cfg.Index, p, data)
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.NotFound) { // its class is deleted
		r.cfg.Log.Warn("recording: piece of no class dropped", "key", p.Key, "error", err)
		err = r.cfg.Store.Remove(ctx, p.Key)
	}
	if err == nil {
		r.spool.drop(name)
	}
	return err
}
