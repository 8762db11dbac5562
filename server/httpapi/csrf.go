package httpapi

import (
	"context"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"hanzhi/server/fault"
)

const (
	csrfHeader = "X-CSRF-Token"
	// progressPath is the one route whose token may come in the body: a page that closes sends its last report with
	// navigator.sendBeacon, which sets no headers.
	progressPath = "/api/progress"
	// keyBeacon marks such a request; its handler asks confirmBeacon.
	keyBeacon localsKey = "beacon"
)

// refuseForgery stops requests that another site makes a browser send. An unsafe request must
//
//  1. come from our own pages, as Sec-Fetch-Site and Origin say, which scripts of other sites cannot set,
//  2. not be of a kind that a plain form can send, and
//  3. carry the session's token, when there is a session. Only the header counts, never the query.
func (a *API) refuseForgery(c *fiber.Ctx) error {
	if !unsafeMethod(c.Method()) {
		return c.Next()
	}
	if !a.sameOrigin(c) {
		return fault.New(fault.Forbidden, "cross_site", "This request did not come from one of our own pages.")
	}
	if err := checkMediaType(c); err != nil {
		return err
	}
	who, err := callerOf(c)
	if err != nil || !who.signedIn() {
		return c.Next() // nobody's rights to abuse; guard decides
	}
	token := c.Get(csrfHeader)
	if token == "" && c.Method() == http.MethodPost && c.Path() == progressPath {
		c.Locals(keyBeacon, true)
		return c.Next()
	}
	if err := a.Auth.CheckCSRF(who.session, token); err != nil {
		return err
	}
	return c.Next()
}

// sameOrigin wants at least one of the two headers, which every browser sends with an unsafe request, and no
// contradiction between them.
func (a *API) sameOrigin(c *fiber.Ctx) bool {
	site, origin := c.Get("Sec-Fetch-Site"), c.Get(fiber.HeaderOrigin)
	if site != "" && site != "same-origin" {
		return false
	}
	if origin == "" {
		return site == "same-origin"
	}
	if strings.EqualFold(origin, originOf(a.PublicURL)) {
		return true
	}
	// Without TLS people reach a machine under several names (localhost, 127.0.0.1, its address in the network). A page
	// of another site cannot choose the Host that its requests to us carry.
	u, err := url.Parse(origin)
	return err == nil && u.Scheme != "" && u.Host != "" && strings.EqualFold(u.Host, string(c.Request().Header.Host())) &&
		(!a.TLS || u.Scheme == "https" && site == "same-origin")
}

// originOf cuts a URL down to scheme, host and port.
func originOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// checkMediaType lets JSON and the bytes of uploads in. text/plain, url-encoded and multipart bodies are what a form or
// a "simple" request of another site can send without being asked first.
func checkMediaType(c *fiber.Ctx) error {
	given := c.Get(fiber.HeaderContentType)
	if given == "" && c.Request().Header.ContentLength() == 0 {
		return nil
	}
	mediaType, _, err := mime.ParseMediaType(given)
	if err == nil && (mediaType == fiber.MIMEApplicationJSON || mediaType == "application/offset+octet-stream") {
		return nil
	}
	return fiber.ErrUnsupportedMediaType
}

// confirmBeacon checks the token in the body of a report that came without the header. The handler of progressPath
// calls it before anything else.
func (a *API) confirmBeacon(ctx context.Context, token string) error {
	if beacon, _ := ctx.Value(keyBeacon).(bool); !beacon {
		return nil
	}
	return a.Auth.CheckCSRF(viewer(ctx).session, token)
}
