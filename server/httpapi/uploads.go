package httpapi

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"hanzhi/media"
)

// createUpload, uploadState, appendUpload and cancelUpload are the tus 1.0 protocol. They are four names for one
// handler since the route table and its tests know handlers by name.
func (a *API) createUpload(c *fiber.Ctx) error { return a.tus(c) }
func (a *API) uploadState(c *fiber.Ctx) error  { return a.tus(c) }
func (a *API) appendUpload(c *fiber.Ctx) error { return a.tus(c) }
func (a *API) cancelUpload(c *fiber.Ctx) error { return a.tus(c) }

// tusOptions tells a client which parts of tus there are.
func (a *API) tusOptions(c *fiber.Ctx) error { return a.tus(c) }

// tus hands a request to the protocol's library. Fiber's own adaptor would read the whole body into memory first and
// hide the connection; then nothing would be stored before all has come, and a dead line would hold the upload.
func (a *API) tus(c *fiber.Ctx) error {
	w := &netAnswer{ctx: c.Context(), header: http.Header{}}
	// The library sets deadlines that go with the body; the next request on this connection has its own.
	defer w.conn().SetDeadline(time.Time{})
	err := a.Media.ServeUpload(w, netRequest(c), viewerID(c.Context()))
	if err == nil {
		return nil
	}
	// What is left of the body must not be taken for the next request.
	c.Context().SetConnectionClose()
	c.Set("Tus-Resumable", "1.0.0")
	if breach := (*media.UploadError)(nil); errors.As(err, &breach) {
		return newProblem(breach.Status, breach.Code, breach.Detail)
	}
	return err
}

// netRequest is the request as net/http has it, with the body still on the line.
func netRequest(c *fiber.Ctx) *http.Request {
	ctx := c.Context()
	r := &http.Request{
		Method: strings.Clone(c.Method()), URL: &url.URL{Path: strings.Clone(c.Path())}, Host: "localhost",
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{}, Body: http.NoBody,
		ContentLength: int64(ctx.Request.Header.ContentLength()),
	}
	for k, v := range ctx.Request.Header.All() {
		r.Header.Add(string(k), string(v))
	}
	if body := ctx.RequestBodyStream(); body != nil {
		r.Body = io.NopCloser(body)
	} else if r.ContentLength < 0 {
		r.ContentLength = 0
	}
	return r // with a context of its own: fasthttp's belongs to the next request as soon as this one is answered
}

// netAnswer is a net/http answer over fasthttp's, with the connection's deadlines.
type netAnswer struct {
	ctx    *fasthttp.RequestCtx
	header http.Header
}

func (w *netAnswer) Header() http.Header { return w.header }

func (w *netAnswer) Write(p []byte) (int, error) { return w.ctx.Write(p) }

func (w *netAnswer) WriteHeader(status int) {
	w.ctx.SetStatusCode(status)
	for name, values := range w.header {
		if name == "Content-Length" {
			continue // on HEAD the library gives the upload's length, which is not this answer's
		}
		for _, v := range values {
			w.ctx.Response.Header.Set(name, v)
		}
	}
}

// SetReadDeadline and SetWriteDeadline are found by http.ResponseController.
func (w *netAnswer) SetReadDeadline(t time.Time) error  { return w.conn().SetReadDeadline(t) }
func (w *netAnswer) SetWriteDeadline(t time.Time) error { return w.conn().SetWriteDeadline(t) }

func (w *netAnswer) conn() net.Conn { return w.ctx.Conn() }
