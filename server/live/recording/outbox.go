package recording

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"
)

// Store keeps objects; media.Store is one.
type Store interface {
	Put(ctx context.Context, key string, r io.Reader, size int64, contentType string) error
	Remove(ctx context.Context, key string) error
}

// Index knows the pieces of a class. AddPiece may be repeated; ErrCut says that staff have cut the track out.
type Index interface {
	AddPiece(ctx context.Context, p Piece) error
}

// ErrCut is of a track that was cut out while it was recorded.
var ErrCut = errors.New("recording: track is cut out")

const (
	heldBytes = 128 << 20 // of one class, in memory, when the disk takes no more: an hour and more of voices
	firstWait = 250 * time.Millisecond
	longWait  = 15 * time.Second
	stubborn  = 15 * time.Minute // after the class, with a store that does not answer
	putWithin = 20 * time.Second
)

// parcel is a piece that waits: its bytes lie in a file or, when the disk did not take them, in memory.
type parcel struct {
	piece Piece
	file  string
	data  []byte
	since time.Time
}

// outbox stores pieces in their order, as often as it takes.
type outbox struct {
	store Store
	index Index
	spool *spool
	log   *slog.Logger

	mu     sync.Mutex
	list   []parcel
	bytes  int // in memory
	full   bool
	cut    map[uuid.UUID]bool
	closed bool
	wake   chan struct{}
	done   chan struct{}
	end    context.CancelFunc
}

func newOutbox(store Store, index Index, s *spool, log *slog.Logger) *outbox {
	ctx, end := context.WithCancel(context.Background())
	o := &outbox{store: store, index: index, spool: s, log: log, cut: map[uuid.UUID]bool{}, wake: make(chan struct{}, 1), done: make(chan struct{}), end: end}
	go o.run(ctx)
	return o
}

// put takes a piece: on the disk, where it outlives the node, or in memory when that is full.
func (o *outbox) put(p Piece, data []byte) {
	next := parcel{piece: p, since: time.Now()}
	var err error
	if next.file, err = o.spool.keep(p, data); err != nil {
		next.data = data
	}
	o.mu.Lock()
	if full := err != nil; full != o.full {
		o.full = full
		if full {
			o.log.Error("recording: the disk takes no more pieces; they wait in memory, and end with the node", "class", p.Class, "error", err)
		}
	}
	o.list = append(o.list, next)
	o.bytes += len(next.data)
	for o.bytes > heldBytes && o.dropOne() {
	}
	o.mu.Unlock()
	o.nudge()
}

// dropOne gives up the oldest picture that is in memory or, when there is none, the oldest voice. mu is held.
func (o *outbox) dropOne() bool {
	drop := -1
	for i := 1; i < len(o.list); i++ { // the first one is on its way
		one := o.list[i]
		if one.data == nil {
			continue
		}
		if one.piece.Kind != "voice" {
			drop = i
			break
		}
		if drop < 0 {
			drop = i
		}
	}
	if drop < 0 {
		return false
	}
	o.log.Error("recording: piece lost, the store is away for too long", "key", o.list[drop].piece.Key)
	o.bytes -= len(o.list[drop].data)
	o.list = append(o.list[:drop], o.list[drop+1:]...)
	return true
}

// patience is how long a piece may be in memory alone before somebody is told: with a store that answers it is gone by then.
const patience = 5 * time.Second

func (o *outbox) atRisk(now time.Time) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, p := range o.list {
		if p.data != nil {
			return now.Sub(p.since) > patience // the oldest one
		}
	}
	return false
}

func (o *outbox) nudge() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

func (o *outbox) isCut(track uuid.UUID) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.cut[track]
}

// close waits until all is stored, at most so long; what is left is tried for some time after.
func (o *outbox) close(within time.Duration) {
	o.mu.Lock()
	o.closed = true
	o.mu.Unlock()
	o.nudge()
	select {
	case <-o.done:
		o.end()
	case <-time.After(within):
		time.AfterFunc(stubborn, o.end)
	}
}

func (o *outbox) run(ctx context.Context) {
	defer close(o.done)
	defer o.leave()
	wait := firstWait
	for ctx.Err() == nil {
		o.mu.Lock()
		empty, closed := len(o.list) == 0, o.closed
		var next parcel
		if !empty {
			next = o.list[0]
		}
		o.mu.Unlock()
		if empty {
			if closed {
				return
			}
			select {
			case <-o.wake:
			case <-ctx.Done():
			}
			continue
		}
		if err := o.send(ctx, next); err != nil {
			o.log.Warn("recording: piece not stored yet", "key", next.piece.Key, "error", err)
			select {
			case <-time.After(wait):
			case <-ctx.Done():
			}
			wait = min(2*wait, longWait)
			continue
		}
		wait = firstWait
		o.mu.Lock()
		o.list = o.list[1:]
		o.bytes -= len(next.data)
		o.mu.Unlock()
		if next.file != "" {
			o.spool.drop(next.file)
		}
	}
}

// leave gives what is on the disk to whoever looks for what was left.
func (o *outbox) leave() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, one := range o.list {
		if one.file != "" {
			o.spool.release(one.file)
		}
	}
}

func (o *outbox) send(ctx context.Context, p parcel) error {
	if o.isCut(p.piece.Track) {
		return nil
	}
	data := p.data
	if p.file != "" {
		var err error
		if _, data, err = o.spool.read(p.file); errors.Is(err, fs.ErrNotExist) {
			return nil // another node of this folder has stored it
		} else if errors.Is(err, errBrokenFile) {
			o.log.Error("recording: piece lost, its file is broken", "key", p.piece.Key)
			return nil
		} else if err != nil {
			return err
		}
	}
	cut, err := deliver(ctx, o.store, o.index, p.piece, data)
	if cut {
		o.mu.Lock()
		o.cut[p.piece.Track] = true
		o.mu.Unlock()
	}
	return err
}

// deliver stores a piece and tells the index of it; of a track that was cut out nothing stays.
func deliver(ctx context.Context, store Store, index Index, p Piece, data []byte) (cut bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, putWithin)
	defer cancel()
	if err := store.Put(ctx, p.Key, bytes.NewReader(data), int64(len(data)), "video/webm"); err != nil {
		return false, err
	}
	if err = index.AddPiece(ctx, p); !errors.Is(err, ErrCut) {
		return false, err
	}
	return true, store.Remove(ctx, p.Key)
}
