package httpapi

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/compress"
)

// Keys of c.Locals; huma's and our own handlers read the same ones.
type localsKey string

const (
	keyRequestID localsKey = "requestId"
	keyLogger    localsKey = "logger"
)

// requestTimeout ends the work of a request whose client may be long gone: fasthttp does not cancel contexts.
const requestTimeout = 20 * time.Second

func unwrapFiber(ctx huma.Context) *fiber.Ctx { return humafiber.Unwrap(ctx) }

// requestID returns the id of the request, for answers and logs.
func requestID(c *fiber.Ctx) string {
	id, _ := c.Locals(keyRequestID).(string)
	return id
}

// identify gives each request an id: the proxy's when it is well formed, else a new one.
func identify(log *slog.Logger) fiber.Handler {
	return func(c *fiber.Ctx) error {
		id := strings.Clone(c.Get(fiber.HeaderXRequestID))
		if !wellFormedID(id) {
			id = newRequestID()
		}
		c.Locals(keyRequestID, id)
		c.Locals(keyLogger, log)
		c.Set(fiber.HeaderXRequestID, id)
		return c.Next()
	}
}

// newRequestID needs no secrecy and no order, only to be another one each time.
func newRequestID() string {
	return hex.EncodeToString(binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, rand.Uint64()), rand.Uint64()))
}

func wellFormedID(id string) bool {
	if len(id) < 8 || len(id) > 64 {
		return false
	}
	for _, r := range id {
		if (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '-' {
			return false
		}
	}
	return true
}

// survive turns a panic into a 500 and keeps the process.
func survive(c *fiber.Ctx) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = writeProblem(c, fmt.Errorf("panic: %v\n%s", r, debug.Stack()))
		}
	}()
	return c.Next()
}

// deadlines ends the work of requests. Those that begin in the same second share a context and its timer: one for each
// was a sixth of what a course page allocated.
type deadlines struct {
	shared atomic.Pointer[deadline]
}

type deadline struct {
	ctx    context.Context
	cancel context.CancelFunc
	until  time.Time // whoever begins later gets the next one
}

// sharedFor is how much longer than requestTimeout a request may take at most.
const sharedFor = time.Second

func (d *deadlines) next(now time.Time) context.Context {
	shared := d.shared.Load()
	if shared == nil || now.After(shared.until) {
		fresh := &deadline{until: now.Add(sharedFor)}
		fresh.ctx, fresh.cancel = context.WithDeadline(context.Background(), fresh.until.Add(requestTimeout))
		if !d.shared.CompareAndSwap(shared, fresh) {
			fresh.cancel()
		}
		shared = d.shared.Load()
	}
	return shared.ctx
}

// limitTime gives the request's context an end.
func limitTime() fiber.Handler {
	var d deadlines
	return func(c *fiber.Ctx) error {
		c.SetUserContext(d.next(time.Now()))
		return c.Next()
	}
}

// logFailure writes what the client may not read, under the id that the client may quote.
func logFailure(c *fiber.Ctx, p *Problem, err error) {
	log, ok := c.Locals(keyLogger).(*slog.Logger)
	if !ok {
		log = slog.Default()
	}
	level := slog.LevelError
	if p.Status == fiber.StatusServiceUnavailable {
		level = slog.LevelWarn
	}
	log.Log(c.UserContext(), level, "request failed", "requestId", requestID(c), "method", c.Method(), "route", c.Route().Path, "status", p.Status, "code", p.Code, "error", fmt.Sprint(err))
}

// secure sets the headers that every answer carries, whatever it is. The page's Content-Security-Policy is set by
// server/web, which knows the hashes of the page; what we serve elsewhere may run nothing at all.
func secure(tls bool) fiber.Handler {
	type header struct{ name, value []byte } // as fasthttp sets them without looking at each letter
	headers := []header{
		{[]byte(fiber.HeaderXContentTypeOptions), []byte("nosniff")},
		{[]byte(fiber.HeaderReferrerPolicy), []byte("same-origin")},
		{[]byte(fiber.HeaderXFrameOptions), []byte("DENY")},
		{[]byte("Cross-Origin-Opener-Policy"), []byte("same-origin")},
		{[]byte("Cross-Origin-Resource-Policy"), []byte("same-origin")},
		{[]byte(fiber.HeaderPermissionsPolicy), []byte("camera=(self), microphone=(self), geolocation=(), payment=(), usb=()")},
		{[]byte(fiber.HeaderContentSecurityPolicy), []byte("default-src 'none'; frame-ancestors 'none'; sandbox")},
	}
	if tls {
		headers = append(headers, header{[]byte(fiber.HeaderStrictTransportSecurity), []byte("max-age=31536000; includeSubDomains")})
	}
	return func(c *fiber.Ctx) error {
		for _, h := range headers {
			c.Response().Header.SetCanonical(h.name, h.value)
		}
		return c.Next()
	}
}

// keepPrivate marks API answers as nobody's to keep; a handler whose answer is public says so itself.
func keepPrivate(c *fiber.Ctx) error {
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Next()
}

// shrink compresses answers for who takes it: an outline of 20 KB is seconds on a weak line. The session's answer is
// left alone, since it holds a secret beside what a caller can choose; uploads carry nothing worth it.
var shrink = compress.New(compress.Config{
	Level: compress.LevelBestSpeed,
	Next: func(c *fiber.Ctx) bool {
		return strings.HasPrefix(c.Path(), "/api/session") || strings.HasPrefix(c.Path(), "/api/uploads")
	},
})
