package live

import (
	"bytes"
	"errors"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/google/uuid"

	"hanzhi/server/auth"
)

// conn is one device in a room. Reading and writing are done by goroutines of the hub that never wait for it; one of its own
// writes while its socket takes no more.
type conn struct {
	hub     *Hub
	room    *Room
	net     net.Conn
	raw     syscall.RawConn // the same, for reading and writing without waiting; nil where there is no such thing
	number  uint64          // of the connection on this node
	id      uuid.UUID
	person  uuid.UUID
	who     *Admission
	session auth.Session // zero for guests
	heard   atomic.Int64 // Unix ms of the last sign of life
	asking  atomic.Int32 // commands under way

	// Of whoever reads alone.
	inbox                            inbox
	armed                            bool // the poller knows it
	dismissed                        bool // nothing that comes in counts any more
	commands, chats, strokes, frames bucket
	refused                          int // commands refused for their number

	mu       sync.Mutex
	own      [][]byte // frames for this connection alone
	cursor   uint64   // how far it has got in the ring
	writing  bool
	closing  int    // close code, once it is to be closed
	hungry   uint16 // pictures, by slot and kind, that wait for a key frame
	joined   bool
	waiting  bool
	staff    bool
	watching bool
	pictures bool // wants them
	space    string
}

// writeSize is how much is copied together into one write.
const writeSize = 16 << 10

var buffers = sync.Pool{New: func() any { b := make([]byte, 0, writeSize+1024); return &b }}

// send queues a frame for this connection alone.
func (c *conn) send(frame []byte) {
	c.mu.Lock()
	if c.closing == 0 {
		c.own = append(c.own, frame)
	}
	c.mu.Unlock()
	c.wake()
}

// close says why and ends the connection once what is queued for it alone has gone out.
func (c *conn) close(code int) {
	c.mu.Lock()
	if c.closing == 0 {
		c.closing = code
		c.own = append(c.own, closeFrame(code))
	}
	c.mu.Unlock()
	c.wake()
}

// wake sees to it that a writer is at work.
func (c *conn) wake() {
	c.mu.Lock()
	start := !c.writing
	c.writing = true
	c.mu.Unlock()
	if start {
		c.hub.writers.add(c)
	}
}

// needsWriter marks the connection as being written to, for what has come into the ring; false when that is not for it,
// or when a writer is at it already.
func (c *conn) needsWriter(r *ring, now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	start := !c.writing && (len(c.own) > 0 || c.joined && c.hasNext(r, now))
	c.writing = c.writing || start
	return start
}

// hasNext moves the cursor on to the next entry that is for this connection; false when there is none.
func (c *conn) hasNext(r *ring, now time.Time) bool {
	if c.cursor < r.tail() {
		return true // it is behind: the writer says so
	}
	for ; c.cursor < r.head; c.cursor++ {
		e := r.at(c.cursor)
		if c.gets(e) && !r.stale(c.cursor, e, now) && !(e.kind == picture && c.dropsPicture(e, now)) {
			return true
		}
	}
	return false
}

// writeSome sends until there is nothing left, or until the socket takes no more: then a goroutine goes on.
func (c *conn) writeSome(buffer []byte) {
	if c.raw == nil {
		go c.write(nil)
		return
	}
	for {
		b, more := c.collect(buffer[:0])
		if !more {
			return
		}
		n, err := writeNow(c.raw, b)
		if err != nil {
			c.abort()
			return
		}
		if n < len(b) {
			go c.write(bytes.Clone(b[n:]))
			return
		}
	}
}

// write sends first and then all that there is. A line that takes nothing for too long, or a connection that is behind the
// ring, ends it.
func (c *conn) write(first []byte) {
	pooled := buffers.Get().(*[]byte)
	defer buffers.Put(pooled)
	for b, more := first, true; more; b, more = c.collect((*pooled)[:0]) {
		if len(b) > 0 && !c.put(b) {
			c.abort()
			return
		}
	}
}

// put writes b; false when nothing of it could go out for the time of writeDeadline. A slow line that moves is no dead one.
func (c *conn) put(b []byte) bool {
	for {
		_ = c.net.SetWriteDeadline(time.Now().Add(writeDeadline))
		n, err := c.net.Write(b)
		switch {
		case err == nil:
			return true
		case n == 0 || !errors.Is(err, os.ErrDeadlineExceeded):
			return false
		}
		b = b[n:]
	}
}

// abort ends the connection at once: what it has not taken is thrown away, instead of being kept by the system for a
// reader that may never come. Who comes back resumes.
func (c *conn) abort() {
	if tcp, ok := c.net.(interface{ SetLinger(int) error }); ok {
		_ = tcp.SetLinger(0)
	}
	c.hangUp()
}

// hangUp ends the connection. Whoever reads from it sees that, takes it out of its room and closes the socket.
func (c *conn) hangUp() {
	if c.raw == nil {
		_ = c.net.Close()
		return
	}
	shut(c.raw)
}

// goodbye is how long somebody who was sent a close frame has to end the connection. Ending it before they have read the
// frame could throw it away.
const goodbye = 2 * time.Second

// finish ends our direction after the close frame and waits for the other side to do the same.
func (c *conn) finish() {
	tcp, ok := c.net.(interface{ CloseWrite() error })
	if !ok || tcp.CloseWrite() != nil {
		c.hangUp()
		return
	}
	time.AfterFunc(goodbye, c.hangUp)
}

// collect copies what comes next; more is false when the writer's work is done.
func (c *conn) collect(b []byte) (out []byte, more bool) {
	c.room.ringMu.RLock()
	defer c.room.ringMu.RUnlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, frame := range c.own {
		if len(b) > 0 && len(b)+len(frame) > writeSize {
			c.own = c.own[i:]
			return b, true
		}
		if len(frame) > writeSize {
			c.own = c.own[i+1:]
			return frame, true
		}
		b = append(b, frame...)
	}
	c.own = nil
	if len(b) > 0 {
		return b, true
	}
	if c.closing != 0 {
		c.finish()
		return nil, false
	}
	b = c.follow(b)
	if len(b) == 0 && c.closing == 0 {
		c.writing = false
		return nil, false
	}
	return b, true
}

// follow copies entries of the ring from the cursor on.
func (c *conn) follow(b []byte) []byte {
	if !c.joined {
		return b
	}
	r := &c.room.ring
	if c.cursor < r.tail() {
		c.closing = CloseSlow
		c.own = append(c.own, closeFrame(CloseSlow))
		return b
	}
	for now := time.Now(); c.hasNext(r, now); c.cursor++ {
		e := r.at(c.cursor)
		if len(b) > 0 && len(b)+len(e.frame) > writeSize {
			break
		}
		b = append(b, e.frame...)
	}
	return b
}

// gets reports whether an entry is for this connection.
func (c *conn) gets(e *entry) bool {
	if c.waiting || e.inside && e.space != c.space {
		return false
	}
	switch e.to {
	case toAll:
		return e.person != c.person || e.person == uuid.Nil
	case toStaff:
		return c.staff
	case toPerson:
		return c.staff || e.person == c.person
	case toWatchers:
		return c.watching && !c.staff
	case toStaffWatches:
		return c.watching && c.staff
	}
	return false
}

// pictureLate is how old a picture may be for somebody before they lose pictures up to the next key frame.
const pictureLate = 800 * time.Millisecond

func (c *conn) dropsPicture(e *entry, now time.Time) bool {
	bit := uint16(1) << e.slot
	switch {
	case !c.pictures:
		return true
	case now.Sub(e.at) > pictureLate:
		c.hungry |= bit
		return true
	case c.hungry&bit != 0 && !e.key:
		return true
	}
	c.hungry &^= bit
	return false
}
