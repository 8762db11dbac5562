package httpapi

import (
	"bufio"
	"context"
	"errors"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"hanzhi/server/fault"
	"hanzhi/server/live"
)

// Admissions says what somebody may be in a class; the domain of classes answers. locale is the language that they read the
// class's title in; "" = that of the course.
type Admissions interface {
	Admit(ctx context.Context, class, account uuid.UUID, locale string) (live.Admission, error)
	AdmitGuest(ctx context.Context, class uuid.UUID, secret, name string, guest uuid.UUID, locale string) (live.Admission, error)
}

type ticketInput struct {
	ID   uuid.UUID `path:"id" format:"uuid"`
	Body struct {
		Guest string    `json:"guest,omitempty" maxLength:"100" doc:"The secret of a guest link; without it, who is signed in joins."`
		Name  string    `json:"name,omitempty" maxLength:"80" doc:"What a guest is called."`
		ID    uuid.UUID `json:"id,omitzero" format:"uuid" doc:"A guest's id, made by the client and kept, so that who comes back is the same person."`

		Locale string `json:"locale,omitempty" enum:"en,zh-CN,ru,fr,ar" doc:"Language of the page: the room has the class's title in it, as far as it is written in that."`
	}
}

type ticketOutput struct {
	Body struct {
		Ticket string    `json:"ticket" doc:"Opens one connection within a minute; see docs/live-protocol.md."`
		Role   live.Role `json:"role" enum:"teacher,coteacher,student,observer"`
		Name   string    `json:"name"`
		Title  string    `json:"title" doc:"Of the class."`
	}
}

func (a *API) liveTicket(ctx context.Context, in *ticketInput) (*ticketOutput, error) {
	who, err := a.admit(ctx, in)
	if err != nil {
		return nil, err
	}
	out := &ticketOutput{}
	out.Body.Ticket = a.Live.Ticket(in.ID, who, sessionOf(ctx))
	if who.Guest {
		a.letSeePictures(ctx, in.ID, who.Person)
	}
	out.Body.Role, out.Body.Name, out.Body.Title = who.Role, who.Name, who.Title
	return out, nil
}

func (a *API) admit(ctx context.Context, in *ticketInput) (live.Admission, error) {
	if in.Body.Guest != "" {
		return a.Admissions.AdmitGuest(ctx, in.ID, in.Body.Guest, in.Body.Name, in.Body.ID, in.Body.Locale)
	}
	if viewerID(ctx) == uuid.Nil {
		return live.Admission{}, fault.New(fault.Unauthenticated, "unauthenticated", "Sign in first, or open the link that you were sent.")
	}
	return a.Admissions.Admit(ctx, in.ID, viewerID(ctx), in.Body.Locale)
}

// liveSocket turns a request into the socket of a live class. Everything is checked before the upgrade, so that a
// refusal is an ordinary answer.
func (a *API) liveSocket(c *fiber.Ctx) error {
	class, err := uuid.Parse(c.Params("id"))
	if err != nil {
		return fiber.ErrNotFound
	}
	if !strings.EqualFold(c.Get(fiber.HeaderUpgrade), "websocket") {
		return fiber.ErrUpgradeRequired
	}
	who, err := callerOf(c)
	if err != nil {
		return err
	}
	session := who.session
	admission, err := a.Live.Admit(c.UserContext(), class, c.Get(fiber.HeaderOrigin), c.Get(fiber.HeaderSecWebSocketProtocol), session)
	if err != nil {
		if fault.Is(err, fault.Unavailable) {
			c.Set(fiber.HeaderRetryAfter, live.RetryAfter())
		}
		return err
	}
	r := netRequest(c)
	c.Context().HijackSetNoResponse(true)
	c.Context().Hijack(func(conn net.Conn) {
		// The server keeps hijacked connections open (KeepHijackedConns), so this returns at once and its buffers go back.
		raw, ok := rawConn(conn)
		if !ok {
			_ = conn.Close()
			return
		}
		a.Live.Serve(&taken{conn: raw, header: http.Header{}}, r, class, admission, session)
	})
	return nil
}

// rawConn takes the connection out of fasthttp's hands; false when bytes have come with the request: they would be lost,
// and no browser sends any before it is answered.
func rawConn(conn net.Conn) (net.Conn, bool) {
	hijacked, ok := conn.(interface{ UnsafeConn() net.Conn })
	if !ok {
		return nil, false
	}
	_ = conn.SetReadDeadline(time.Unix(1, 0))
	if n, _ := conn.Read(make([]byte, 1)); n > 0 {
		return nil, false
	}
	raw := hijacked.UnsafeConn()
	if joined, ok := raw.(*joinedConn); ok {
		raw = joined.TCPConn
	}
	return raw, raw.SetDeadline(time.Time{}) == nil
}

// taken is the answer to a request whose connection is given away: all that the WebSocket upgrader asks for.
type taken struct {
	conn   net.Conn
	header http.Header
}

func (t *taken) Header() http.Header { return t.header }

func (t *taken) WriteHeader(status int) {
	_, _ = t.conn.Write([]byte("HTTP/1.1 " + strconv.Itoa(status) + " " + http.StatusText(status) + "\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"))
	_ = t.conn.Close()
}

func (t *taken) Write([]byte) (int, error) { return 0, errors.ErrUnsupported }

// Hijack gives the connection away. The upgrader writes its answer through the writer and reads nothing.
func (t *taken) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return t.conn, bufio.NewReadWriter(bufio.NewReaderSize(nil, 16), bufio.NewWriterSize(t.conn, 512)), nil
}
