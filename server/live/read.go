package live

import (
	"errors"
	"time"
	"unicode/utf8"

	"github.com/gobwas/ws"
)

// readers is how many goroutines read for all connections, and readSize how much each of them takes at once. They are more
// than the processors, since a command may wait for its room's lock.
const (
	readers  = 16
	readSize = 16 << 10
)

// startReading begins to read, what has come with the first message to begin with.
func (c *conn) startReading() {
	if c.raw == nil || c.hub.poller == nil {
		go c.readAll()
		return
	}
	c.hub.readers.add(c)
}

// readSome handles what has come in and asks to be told of more.
func (c *conn) readSome(buffer []byte) {
	n, err := readNow(c.raw, buffer)
	if err == nil {
		c.take(buffer[:n])
		again := c.armed
		c.armed = true
		err = c.hub.poller.arm(c.raw, c.number, again) // from here on somebody else may be reading
	}
	if err != nil {
		c.room.leave(c)
	}
}

// readAll does the same in a goroutine of the connection's own.
func (c *conn) readAll() {
	defer c.room.leave(c)
	buffer := make([]byte, 4<<10)
	for n := 0; ; {
		c.take(buffer[:n])
		var err error
		if n, err = c.net.Read(buffer); err != nil {
			return
		}
	}
}

// ready has those read from which the poller has found.
func (h *Hub) ready(numbers []uint64) {
	conns := make([]*conn, 0, len(numbers))
	h.mu.Lock()
	for _, n := range numbers {
		if c := h.conns[n]; c != nil {
			conns = append(conns, c)
		}
	}
	h.mu.Unlock()
	h.readers.add(conns...)
}

// take handles bytes that have come in. What breaks the protocol ends the connection: what comes after it is thrown away.
func (c *conn) take(b []byte) {
	if c.dismissed {
		return
	}
	now := time.Now()
	code := c.inbox.take(b, func(op ws.OpCode, message []byte) int { return c.handle(op, message, now) })
	if code != 0 {
		c.dismissed, c.inbox = true, inbox{}
		c.close(code)
	}
}

// handle takes one message; a close code ends the connection.
func (c *conn) handle(op ws.OpCode, message []byte, now time.Time) int {
	c.heard.Store(now.UnixMilli())
	switch op {
	case ws.OpText:
		return c.command(message, now)
	case ws.OpBinary:
		if !c.frame(message, now) {
			return CloseBadFrame
		}
	case ws.OpPing:
		if c.commands.take(commandRate, now) {
			c.send(appendFrame(nil, opPong, message))
		}
	case ws.OpClose:
		return closeNormal
	}
	return 0
}

// maxRefused is how many commands may come too fast before the connection is closed.
const maxRefused = 200

// command takes one text message; a close code ends the connection.
func (c *conn) command(message []byte, now time.Time) int {
	if !utf8.Valid(message) {
		return CloseBadMessage
	}
	cmd, err := decodeCommand(message)
	switch {
	case err != nil:
		return CloseBadMessage
	case cmd.Do == "pong":
		c.room.pong(c, cmd, now)
	case c.mayAsk(cmd, now):
		c.room.ask(c, cmd)
	case c.refused >= maxRefused:
		return CloseFlooding
	default:
		c.refused++
		c.reply(cmd, 0, nil, errTooFast)
	}
	return 0
}

// mayAsk takes from the buckets.
func (c *conn) mayAsk(cmd Command, now time.Time) bool {
	if !c.commands.take(commandRate, now) {
		return false
	}
	if r := rules[cmd.Do].rate; r == &chatRate {
		return c.chats.take(chatRate, now)
	} else if r == &strokeRate {
		return c.strokes.take(strokeRate, now)
	}
	return c.room.personMay(c.person, now)
}

// frame takes one media frame; false when it is none. What comes too fast is dropped.
func (c *conn) frame(message []byte, now time.Time) bool {
	kind, flags, ok := mediaKind(message)
	if !ok {
		return false
	}
	if c.frames.take(mediaRate, now) {
		c.room.relay(c, kind, flags, message, now)
	}
	return true
}

func (c *conn) reply(cmd Command, offset uint64, result any, err error) {
	r := Reply{ID: cmd.ID, Offset: offset, Result: result}
	if err != nil {
		var p *Problem
		if !errors.As(err, &p) {
			p = errUnavailable
		}
		r.Error = p
	}
	c.send(textFrame(r))
}
