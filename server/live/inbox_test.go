package live

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"github.com/gobwas/ws"
)

// sent is what a client puts on the line.
func sent(frames ...ws.Frame) []byte {
	var b bytes.Buffer
	for i, f := range frames {
		_ = ws.WriteFrame(&b, ws.MaskFrameWith(f, [4]byte{byte(i), 2, 3, 4})) // a buffer takes all
	}
	return b.Bytes()
}

// taken is what an inbox makes of bytes that come in pieces of a size.
func taken(b []byte, size int) (messages []string, in inbox, code int) {
	for piece := range slices.Chunk(bytes.Clone(b), size) {
		code = in.take(piece, func(op ws.OpCode, message []byte) int {
			messages = append(messages, fmt.Sprintf("%d %s", op, message))
			return 0
		})
		clear(piece) // the reader's buffer is used for somebody else
		if code != 0 {
			break
		}
	}
	return messages, in, code
}

func TestInbox(t *testing.T) {
	t.Parallel()
	long := bytes.Repeat([]byte("x"), maxMessage)
	half := func(op ws.OpCode, text string) ws.Frame { return ws.NewFrame(op, false, []byte(text)) }
	rest := func(text string) ws.Frame { return ws.NewFrame(ws.OpContinuation, true, []byte(text)) }
	for name, c := range map[string]struct {
		b    []byte
		want []string
		code int
	}{
		"messages follow each other":                          {sent(ws.NewTextFrame([]byte("a")), ws.NewBinaryFrame([]byte("b")), ws.NewTextFrame(nil)), []string{"1 a", "2 b", "1 "}, 0},
		"a message in fragments is one, with a ping between":  {sent(half(ws.OpText, "a"), ws.NewPingFrame([]byte("p")), half(ws.OpContinuation, "b"), rest("c")), []string{"9 p", "1 abc"}, 0},
		"the largest message is taken":                        {sent(ws.NewTextFrame(long)), []string{"1 " + string(long)}, 0},
		"a larger one is refused by its head":                 {sent(ws.NewTextFrame(append(long, 'x')))[:20], nil, closeTooBig},
		"a larger one in fragments is refused":                {sent(half(ws.OpText, string(long)), rest("x")), nil, closeTooBig},
		"a length of 2^63 is refused":                         {[]byte{0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4}, nil, closeTooBig},
		"a frame that is not masked is refused":               {ws.MustCompileFrame(ws.NewTextFrame([]byte("a"))), nil, closeProtocol},
		"a continuation of nothing is refused":                {sent(rest("a")), nil, closeProtocol},
		"a new message in the middle of another is refused":   {sent(half(ws.OpText, "a"), ws.NewTextFrame([]byte("b"))), nil, closeProtocol},
		"reserved bits are refused":                           {sent(ws.Frame{Header: ws.Header{Fin: true, Rsv: 4, OpCode: ws.OpText}}), nil, closeProtocol},
		"what comes before a broken frame is still taken":     {append(sent(ws.NewTextFrame([]byte("a"))), 0x83, 0x80, 0, 0, 0, 0), []string{"1 a"}, closeProtocol},
		"a ping that is too long or in fragments is refused":  {sent(ws.NewFrame(ws.OpPing, false, nil)), nil, closeProtocol},
		"half a frame is waited for":                          {sent(ws.NewTextFrame([]byte("abc")))[:7], nil, 0},
		"the end is a message like others, with what it says": {sent(ws.NewCloseFrame(ws.NewCloseFrameBody(1001, "bye"))), []string{"8 \x03\xe9bye"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, size := range []int{1, 2, 7, 1400, len(c.b)} {
				got, _, code := taken(c.b, size)
				if !slices.Equal(got, c.want) || code != c.code {
					t.Fatalf("in pieces of %d: got %.80q and code %d, want %.80q and %d", size, got, code, c.want, c.code)
				}
			}
		})
	}
	t.Run("nothing is kept once everything is taken", func(t *testing.T) {
		t.Parallel()
		_, in, _ := taken(sent(half(ws.OpText, "a"), rest("b"), ws.NewBinaryFrame(long)), 1000)
		if in.rest != nil || in.parts != nil || in.op != 0 {
			t.Fatalf("kept %d and %d bytes", len(in.rest), len(in.parts))
		}
	})
}

// FuzzInbox holds that it does not matter in which pieces bytes come, and that little is kept of them.
func FuzzInbox(f *testing.F) {
	f.Add(sent(ws.NewTextFrame([]byte("a")), ws.NewPingFrame(nil), ws.NewFrame(ws.OpText, false, []byte("b")), ws.NewFrame(ws.OpContinuation, true, nil)), 3)
	f.Add([]byte{0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4}, 1)
	f.Fuzz(func(t *testing.T, b []byte, size int) {
		if len(b) == 0 {
			return
		}
		want, in, code := taken(b, len(b))
		if len(in.rest) > len(b) || len(in.parts) > maxMessage {
			t.Fatalf("keeps %d and %d bytes", len(in.rest), len(in.parts))
		}
		got, _, other := taken(b, 1+max(size, 0)%100)
		if !slices.Equal(got, want) || code != other {
			t.Fatalf("in pieces %q and %d, at once %q and %d", got, other, want, code)
		}
	})
}
