package httpapi

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"hanzhi/media"
	"hanzhi/server/fault"
)

// streamPrefix is where everything that is watched lies: /v/<token>/<file>.
const streamPrefix = "/v/"

// stream answers /v/<token>/<file> as a route of the table.
func (a *API) stream(c *fiber.Ctx) error {
	a.serveStream(c.Context())
	return nil
}

// streamHead is the same for HEAD: two names, since the table knows handlers by name.
func (a *API) streamHead(c *fiber.Ctx) error { return a.stream(c) }

// StreamFirst puts streaming before the router: a warm segment needs none of the middleware, and at this rate each part
// of it shows.
func (a *API) StreamFirst(next fasthttp.RequestHandler) fasthttp.RequestHandler {
	prefix := []byte(streamPrefix)
	return func(c *fasthttp.RequestCtx) {
		if bytes.HasPrefix(c.URI().PathOriginal(), prefix) {
			a.surviveStream(c)
			return
		}
		next(c)
	}
}

// surviveStream turns a panic into a 500 and keeps the process, as the middleware does for the other routes.
func (a *API) surviveStream(c *fasthttp.RequestCtx) {
	defer func() {
		if r := recover(); r != nil {
			a.Log.Error("panic", "path", "/v/", "panic", fmt.Sprint(r), "stack", string(debug.Stack()))
			c.Response.Reset()
			streamProblem(c, fault.New(fault.Internal, "panic", "panic"))
		}
	}()
	a.serveStream(c)
}

// serveStream speaks HTTP for media.Stream: validators, ranges, caching.
func (a *API) serveStream(c *fasthttp.RequestCtx) {
	h := &c.Response.Header
	h.SetNoDefaultContentType(true)
	h.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	h.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; sandbox")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	if !c.IsGet() && !c.IsHead() {
		h.Set(fiber.HeaderAllow, "GET, HEAD")
		streamProblem(c, fiber.ErrMethodNotAllowed)
		return
	}
	token, rest, _ := bytes.Cut(c.URI().PathOriginal()[len(streamPrefix):], []byte("/"))
	content, err := a.Media.Stream(context.Background(), token, rest, c.QueryArgs().Peek("v"))
	if err != nil {
		streamProblem(c, err)
		return
	}
	sendContent(c, content)
}

func streamProblem(c *fasthttp.RequestCtx, err error) {
	p := *problemOf(err)
	c.Response.Header.Set(fiber.HeaderCacheControl, "no-store")
	if p.RetryAfter > 0 {
		c.Response.Header.Set(fiber.HeaderRetryAfter, strconv.Itoa(p.RetryAfter))
	}
	c.SetStatusCode(p.Status)
	c.SetContentType("application/problem+json")
	c.SetBody(p.bytes())
}

func sendContent(c *fasthttp.RequestCtx, content media.Content) {
	h := &c.Response.Header
	h.SetContentType(content.Type)
	h.Set(fiber.HeaderETag, content.ETag)
	h.Set(fiber.HeaderAcceptRanges, "bytes")
	h.Set(fiber.HeaderCacheControl, content.CacheControl)
	if string(c.Request.Header.Peek(fiber.HeaderIfNoneMatch)) == content.ETag {
		closeContent(content)
		c.SetStatusCode(fiber.StatusNotModified)
		return
	}
	from, n, err := spanOf(c, content.ETag, content.Size)
	if err != nil {
		closeContent(content)
		h.Set(fiber.HeaderContentRange, "bytes */"+strconv.FormatInt(content.Size, 10))
		streamProblem(c, err)
		return
	}
	if n != content.Size {
		c.SetStatusCode(fiber.StatusPartialContent)
		h.Set(fiber.HeaderContentRange, "bytes "+strconv.FormatInt(from, 10)+"-"+strconv.FormatInt(from+n-1, 10)+"/"+strconv.FormatInt(content.Size, 10))
	}
	setBody(c, content, from, n)
}

func setBody(c *fasthttp.RequestCtx, content media.Content, from, n int64) {
	if !c.IsHead() {
		joinWrites(c, n)
	}
	switch {
	case c.IsHead():
		closeContent(content)
		c.Response.SkipBody = true
		c.Response.Header.SetContentLength(int(n))
	case content.Parts != nil:
		c.SetBodyStream(content.Parts(from, n), int(n))
	case content.File == nil:
		// Shared with the cache and not copied, however slow the reader is.
		c.Response.SetBodyRaw(content.Body[from : from+n])
	case n == content.Size:
		// A bare file is sent by sendfile, and closed by fasthttp.
		c.SetBodyStream(content.File, int(n))
	default:
		c.SetBodyStream(&fileSpan{io.NewSectionReader(content.File, from, n), content.File}, int(n))
	}
}

// fileSpan is a part of a file that is closed after it was sent.
type fileSpan struct {
	io.Reader
	io.Closer
}

func closeContent(content media.Content) {
	if content.File != nil {
		_ = content.File.Close()
	}
}

var errRange = fiber.NewError(fiber.StatusRequestedRangeNotSatisfiable)

// spanOf reads a single range ("bytes=0-99", "bytes=100-", "bytes=-50"). A list of ranges, another unit or an If-Range
// that does not match is answered whole, as RFC 9110 allows.
func spanOf(c *fasthttp.RequestCtx, etag string, size int64) (from, n int64, err error) {
	header := string(c.Request.Header.Peek(fiber.HeaderRange))
	if header == "" {
		return 0, size, nil
	}
	if condition := c.Request.Header.Peek(fiber.HeaderIfRange); len(condition) > 0 && string(condition) != etag {
		return 0, size, nil
	}
	spec, isBytes := strings.CutPrefix(header, "bytes=")
	first, last, isRange := strings.Cut(spec, "-")
	if !isBytes || !isRange || strings.Contains(spec, ",") {
		return 0, size, nil
	}
	return span(first, last, size)
}

func span(first, last string, size int64) (from, n int64, err error) {
	if first == "" {
		n, err = strconv.ParseInt(last, 10, 64)
		if err != nil || n <= 0 || size == 0 {
			return 0, 0, errRange
		}
		n = min(n, size)
		return size - n, n, nil
	}
	from, err = strconv.ParseInt(first, 10, 64)
	if err != nil || from < 0 || from >= size {
		return 0, 0, errRange
	}
	to := size - 1
	if last != "" {
		if to, err = strconv.ParseInt(last, 10, 64); err != nil && !errors.Is(err, strconv.ErrRange) || to < from {
			return 0, 0, errRange
		}
	}
	return from, min(to, size-1) - from + 1, nil
}
