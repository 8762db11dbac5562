package httpapi

import (
	"io"
	"net"
	"sync"

	"github.com/valyala/fasthttp"
)

// Joined returns ln with connections that send the head of a large answer together with its body. The server writes the
// two one after the other; a reader that waits would wake for the head alone, and again for the rest.
func Joined(ln net.Listener) net.Listener { return joinedListener{ln} }

type joinedListener struct{ net.Listener }

// Accept waits for a connection.
func (l joinedListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if tcp, ok := c.(*net.TCPConn); ok {
		return newJoined(tcp), err
	}
	return c, err
}

// joinedConn holds back a write that is followed by another at once. One goroutine at a time writes to it, as the server
// does.
type joinedConn struct {
	*net.TCPConn
	more bool    // the next write is followed by another
	head *[]byte // what was held back

	calls calls
}

// writeBuffer is the server's: an answer that is longer is written in more than one piece.
const writeBuffer = 4096

var heads = sync.Pool{New: func() any { b := make([]byte, 0, writeBuffer); return &b }}

// joinWrites says that the answer of c has a body of n bytes to be sent.
func joinWrites(c *fasthttp.RequestCtx, n int64) {
	if j, ok := c.Conn().(*joinedConn); ok {
		j.more = n > writeBuffer
	}
}

// joinAnswers joins the head and the body of what next answers: one system call, and for small answers one packet.
func joinAnswers(next fasthttp.RequestHandler) fasthttp.RequestHandler {
	return func(c *fasthttp.RequestCtx) {
		next(c)
		// An answer with another status may have no body, and a stream is written piece by piece.
		if c.Response.StatusCode() == fasthttp.StatusOK && !c.Response.IsBodyStream() && !c.IsHead() {
			joinWrites(c, int64(len(c.Response.Body())))
		}
	}
}

// Write writes b after what was held back, or holds b back.
func (c *joinedConn) Write(b []byte) (int, error) {
	hold := c.more && c.head == nil // a request in a pipeline may find the answer before it held back
	c.more = false
	if hold {
		c.head = heads.Get().(*[]byte)
		*c.head = append((*c.head)[:0], b...)
		return len(b), nil
	}
	if c.head == nil {
		return c.send(nil, b)
	}
	head := len(*c.head)
	n, err := c.send(*c.head, b)
	c.release()
	return max(0, n-head), err
}

// ReadFrom sends what r has, by sendfile when it is a file, after what was held back.
func (c *joinedConn) ReadFrom(r io.Reader) (int64, error) {
	if c.head != nil {
		err := writeMore(c.TCPConn, *c.head)
		c.release()
		if err != nil {
			return 0, err
		}
	}
	return c.TCPConn.ReadFrom(r)
}

func (c *joinedConn) release() {
	heads.Put(c.head)
	c.head = nil
}
