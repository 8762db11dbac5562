package httpapi

import (
	"context"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"hanzhi/server/auth"
	"hanzhi/server/fault"
)

// keyRequest is the key of c.Locals for the handlers of sign-in and out.
const keyRequest localsKey = "request"

// deviceLife is how long a browser is remembered as one that has signed in before.
const deviceLife = 400 * 24 * time.Hour // the longest that browsers allow

// cookieName is the cookie's name on this connection: the prefix makes browsers take it from our host over TLS only.
func (a *API) cookieName(name string) string {
	if a.TLS {
		return "__Host-" + name
	}
	return name
}

// authenticate finds out who is calling and leaves it in c.Locals. A session that has ended makes a visitor; when it
// cannot be told, guard refuses whatever needs to know, and what is open to everybody goes on.
func (a *API) authenticate(c *fiber.Ctx) error {
	c.Locals(keyRequest, c)
	token := c.Cookies(a.cookieName("session"))
	if token == "" || a.Auth == nil {
		return c.Next()
	}
	session, err := a.Auth.Authenticate(c.UserContext(), token)
	switch {
	case err == nil:
		c.Locals(keyCaller, caller{accountID: session.AccountID, admin: session.Admin, session: session})
	case !fault.Is(err, fault.Unauthenticated):
		c.Locals(keyCallerError, err)
	}
	return c.Next()
}

// sessionOf returns the session of the request; the guard has seen to it that there is one.
func sessionOf(ctx context.Context) auth.Session {
	return viewer(ctx).session
}

// requestOf returns the Fiber request behind a huma handler's context, for cookies: huma would join two Set-Cookie
// headers into one. It must not be kept.
func requestOf(ctx context.Context) *fiber.Ctx {
	c, _ := ctx.Value(keyRequest).(*fiber.Ctx)
	return c
}

// clientOf is what sign-in needs to know about where the request comes from.
func (a *API) clientOf(ctx context.Context) auth.Client {
	c := requestOf(ctx)
	return auth.Client{
		Address: a.clientAddress(c), UserAgent: c.Get(fiber.HeaderUserAgent),
		Device: c.Cookies(a.cookieName("device")), Token: c.Cookies(a.cookieName("session")),
	}
}

// clientAddress is the address of the person: that of the connection or, behind trusted proxies, the last one in
// X-Forwarded-For that is not a proxy of ours. What stands to the left of it was written by the client, so Fiber's
// c.IP(), which takes the first, would let everybody choose their address.
func (a *API) clientAddress(c *fiber.Ctx) string {
	address := c.Context().RemoteIP().String()
	forwarded := strings.Split(c.Get(fiber.HeaderXForwardedFor), ",")
	for i := len(forwarded) - 1; i >= 0 && a.trusts(address); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(forwarded[i]))
		if err != nil {
			break
		}
		address = hop.Unmap().String()
	}
	return address
}

// trusts reports whether an address is one of our proxies.
func (a *API) trusts(address string) bool {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return false
	}
	for _, network := range a.TrustProxy {
		network = strings.TrimSpace(network)
		if p, err := netip.ParsePrefix(network); err == nil && p.Contains(ip.Unmap()) {
			return true
		}
		if one, err := netip.ParseAddr(network); err == nil && one.Unmap() == ip.Unmap() {
			return true
		}
	}
	return false
}

// setEntry gives the browser its session, and its mark as one that has signed in.
func (a *API) setEntry(ctx context.Context, entry *auth.Entry) {
	a.setCookie(ctx, "session", entry.Token, a.Auth.SessionMax())
	a.setCookie(ctx, "device", entry.Device, deviceLife)
}

// setCookie sets a cookie that scripts cannot read and other sites cannot send along; life 0 deletes it.
func (a *API) setCookie(ctx context.Context, name, value string, life time.Duration) {
	cookie := &fiber.Cookie{
		Name: a.cookieName(name), Value: value, Path: "/", HTTPOnly: true, Secure: a.TLS, SameSite: fiber.CookieSameSiteLaxMode,
		MaxAge: int(life / time.Second),
	}
	if life == 0 {
		cookie.Expires = time.Unix(1, 0)
	}
	requestOf(ctx).Cookie(cookie)
}

// unsafeMethod reports methods that may change something.
func unsafeMethod(method string) bool {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return false
	}
	return true
}
