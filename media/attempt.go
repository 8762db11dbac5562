package media

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"hanzhi/server/fault"
)

// beat is how often a worker shows that it lives, and the most often that progress is written.
const beat = time.Second

// attempt is one worker's go at an asset. Its generation fences it: when another has begun, it can write no more.
type attempt struct {
	s *Service
	attemptRow
	room     string // private folder, removed at the end
	progress atomic.Uint64
	stop     context.CancelCauseFunc
	done     chan struct{}
}

// errOvertaken ends an attempt whose asset was deleted or taken over by another.
var errOvertaken = errors.New("media: another worker has this asset")

// begin takes an asset in the given state. There is nothing to do when it is no longer in it: errOvertaken.
func (s *Service) begin(ctx context.Context, asset uuid.UUID, state State) (*attempt, context.Context, error) {
	row, err := beginAttempt(ctx, s.db, asset, state)
	if fault.Is(err, fault.NotFound) {
		return nil, nil, errOvertaken
	}
	if err != nil {
		return nil, nil, err
	}
	a := &attempt{s: s, attemptRow: row, done: make(chan struct{})}
	if a.room, err = s.tools.room(); err != nil {
		return nil, nil, err
	}
	a.progress.Store(uint64(row.Progress * 1e6))
	ctx, a.stop = context.WithCancelCause(ctx)
	go a.live(ctx)
	return a, ctx, nil
}

// live shows that the worker lives and how far it is, and ends the attempt when another has taken the asset.
func (a *attempt) live(ctx context.Context) {
	defer close(a.done)
	tick := time.NewTicker(beat)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		still, err := updateProgress(ctx, a.s.db, a.worker(), float64(a.progress.Load())/1e6)
		if err == nil && !still {
			a.stop(errOvertaken)
			return
		}
	}
}

func (a *attempt) worker() worker { return worker{asset: a.ID, generation: a.Generation} }

// report says how far the whole work is, from 0 to 1. It never goes back.
func (a *attempt) report(p float64) {
	next := uint64(min(max(p, 0), 1) * 1e6)
	for {
		old := a.progress.Load()
		if next <= old || a.progress.CompareAndSwap(old, next) {
			return
		}
	}
}

func (a *attempt) end() {
	a.stop(nil)
	<-a.done
	if err := os.RemoveAll(a.room); err != nil {
		a.s.log.Warn("work folder stays behind", "asset", a.ID, "error", err)
	}
}

// settle turns what became of an attempt into what the job queue needs to know: nil ends the job, an error has it
// tried again.
func (a *attempt) settle(ctx context.Context, err error) error {
	var f failure
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errOvertaken) || errors.Is(context.Cause(ctx), errOvertaken):
		a.s.log.Info("attempt given up: another has the asset", "asset", a.ID, "generation", a.Generation)
		return nil
	case errors.As(err, &f):
		a.s.log.Info("asset failed", "asset", a.ID, "reason", string(f))
		return failAttempt(context.WithoutCancel(ctx), a.s.db, a.worker(), f)
	}
	return err
}

// fetch brings the source to the local disk and compares it with the hash taken while it was uploaded.
func (a *attempt) fetch(ctx context.Context) (string, error) {
	body, _, err := a.s.store.Open(ctx, a.SourceKey)
	if fault.Is(err, fault.NotFound) {
		return "", failCorrupted
	}
	if err != nil {
		return "", err
	}
	defer body.Close()
	path := filepath.Join(a.room, "source")
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", diskFault(err)
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(io.MultiWriter(f, sum), body); err != nil {
		if full := diskFault(err); fault.Is(full, fault.Unavailable) {
			return "", full
		}
		return "", storeFault(err, "object", a.SourceKey)
	}
	if !bytes.Equal(sum.Sum(nil), a.Sha256) {
		return "", failCorrupted
	}
	return path, a.s.tools.give(path)
}

// prefix is where an attempt's objects go. It is noted as stray first, so that whatever becomes of us, somebody
// removes what we leave.
func (a *attempt) prefix(ctx context.Context) (string, error) {
	prefix := fmt.Sprintf("v/%s-%d-%s/", a.ID, a.Generation, unguessable())
	w := a.worker()
	return prefix, insertStray(ctx, a.s.db, prefix, &w)
}
