package live

import (
	"bytes"

	"github.com/gobwas/ws"
)

// inbox makes messages of the bytes of one connection, in whatever pieces they come. Of a connection that says nothing it
// holds nothing.
type inbox struct {
	rest  []byte    // what has come of a frame that is not whole yet
	parts []byte    // what has come of a message in several frames
	op    ws.OpCode // of that message; 0 while there is none
}

// take goes through bytes that have come and gives what is whole to handle: messages and control frames, in memory of
// their own. It stops at the first close code, of handle or of its own.
func (in *inbox) take(b []byte, handle func(op ws.OpCode, message []byte) (code int)) (code int) {
	own := len(in.rest) > 0
	if own {
		b = append(in.rest, b...)
	}
	for code == 0 {
		var op ws.OpCode
		var message []byte
		var whole bool
		if op, message, b, whole, code = in.next(b); code != 0 || !whole {
			break
		}
		if op != ws.OpContinuation {
			code = handle(op, message)
		}
	}
	switch {
	case len(b) == 0:
		in.rest = nil
	case own:
		in.rest = b
	default:
		in.rest = bytes.Clone(b)
	}
	return code
}

// next takes one frame off b; op is OpContinuation when a message goes on after it.
func (in *inbox) next(b []byte) (op ws.OpCode, message, left []byte, whole bool, code int) {
	r := bytes.NewReader(b)
	h, err := ws.ReadHeader(r)
	switch {
	case err == ws.ErrHeaderLengthMSB:
		return 0, nil, b, false, closeTooBig
	case err != nil:
		return 0, nil, b, false, 0 // more is to come
	case ws.CheckHeader(h, in.state()) != nil:
		return 0, nil, b, false, closeProtocol
	case h.Length+int64(len(in.parts)) > maxMessage && !h.OpCode.IsControl():
		return 0, nil, b, false, closeTooBig
	case int64(r.Len()) < h.Length:
		return 0, nil, b, false, 0
	}
	from := len(b) - r.Len()
	to := from + int(h.Length)
	message, left = bytes.Clone(b[from:to]), b[to:]
	ws.Cipher(message, h.Mask, 0)
	if h.OpCode.IsControl() || h.Fin && in.op == 0 {
		return h.OpCode, message, left, true, 0
	}
	if in.op == 0 {
		in.op = h.OpCode
	}
	in.parts = append(in.parts, message...)
	if !h.Fin {
		return ws.OpContinuation, nil, left, true, 0
	}
	op, message = in.op, in.parts
	in.op, in.parts = 0, nil
	return op, message, left, true, 0
}

func (in *inbox) state() ws.State {
	s := ws.StateServerSide
	if in.op != 0 {
		s = s.Set(ws.StateFragmented)
	}
	return s
}
