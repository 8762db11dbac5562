package httpapi

import (
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/valyala/fasthttp"
)

// TestForgery asks every unsafe route of the table what it thinks of requests that another site has made.
func TestForgery(t *testing.T) {
	t.Parallel()
	s := newAccountStage(t)
	user, other := s.user(), s.user()
	late := s.user()
	late.ok("DELETE", "/api/session", "", 204)
	forgeries := map[string]map[string]string{
		"without a token":                   {"X-CSRF-Token": "-"},
		"with another session's token":      {"X-CSRF-Token": other.csrf},
		"with a token of an ended session":  {"X-CSRF-Token": late.csrf},
		"with the cookie for a token":       {"X-CSRF-Token": user.cookie("session")},
		"without any origin":                {"Origin": "-"},
		"from another site":                 {"Origin": "https://evil.example"},
		"from nowhere":                      {"Origin": "null"},
		"from our host on another port":     {"Origin": "http://127.0.0.1:1"},
		"from a host that ends like ours":   {"Origin": strings.Replace(s.url, "://", "://evil-", 1)},
		"from a host that begins like ours": {"Origin": s.url + ".evil.example"},
		"from an empty label":               {"Origin": "http://."},
		"marked as cross-site":              {"Sec-Fetch-Site": "cross-site"},
		"marked as same-site":               {"Sec-Fetch-Site": "same-site"},
		"typed into the address bar":        {"Sec-Fetch-Site": "none"},
	}
	media := []string{"text/plain", "text/plain;charset=UTF-8", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "-", "application/json,text/plain"}
	for _, r := range (&API{}).routes() {
		if !unsafeMethod(r.method) {
			continue
		}
		path := strings.NewReplacer("{id}", uuid.NewString(), "{slug}", "x", "{lang}", "en").Replace(r.path)
		t.Run(r.name, func(t *testing.T) {
			for name, headers := range forgeries {
				if path == progressPath && headers["X-CSRF-Token"] == "-" {
					continue // its token may stand in the body: TestBeacon
				}
				if a := user.send(r.method, path, `{}`, headers); a.status != 403 || a.problem().Code != "csrf" && a.problem().Code != "cross_site" {
					t.Errorf("%s: %d %s", name, a.status, a.body)
				}
			}
			if a := user.send(r.method, path+"?X-CSRF-Token="+user.csrf+"&csrfToken="+user.csrf, `{}`, map[string]string{"X-CSRF-Token": "-"}); path != progressPath && a.status != 403 {
				t.Errorf("with the token in the query: %d %s", a.status, a.body)
			}
			for _, m := range media {
				if a := user.send(r.method, path, `{}`, map[string]string{"Content-Type": m}); a.status != 415 {
					t.Errorf("as %s: %d %s", m, a.status, a.body)
				}
			}
		})
	}
	if v := user.meet(); v.Account == nil || v.Account.Name != "Test Person" {
		t.Error("a forgery changed something")
	}
}

func TestSameOrigin(t *testing.T) {
	t.Parallel()
	app := fiber.New()
	for _, c := range []struct {
		name               string
		tls                bool
		host, origin, site string
		want               bool
	}{
		{"the public address", true, "inner:8080", "https://hanzhi.example", "", true},
		{"the public address, in capitals", true, "inner:8080", "HTTPS://Hanzhi.Example", "", true},
		{"the public address, marked", true, "inner:8080", "https://hanzhi.example", "same-origin", true},
		{"only the mark", true, "inner:8080", "", "same-origin", true},
		{"neither", true, "hanzhi.example", "", "", false},
		{"the public address over http", true, "hanzhi.example", "http://hanzhi.example", "", false},
		{"the host over http, marked", true, "hanzhi.example", "http://hanzhi.example", "same-origin", false},
		{"another name of the host on TLS, unmarked", true, "alias.example", "https://alias.example", "", false},
		{"another name of the host on TLS, marked", true, "alias.example", "https://alias.example", "same-origin", true},
		{"another name of the host without TLS", false, "192.0.2.7:8080", "http://192.0.2.7:8080", "", true},
		{"another port of the host", false, "192.0.2.7:8080", "http://192.0.2.7:80", "", false},
		{"null", false, "192.0.2.7:8080", "null", "", false},
		{"nothing of a URL", false, "192.0.2.7:8080", "192.0.2.7:8080", "", false},
		{"a mark of another site", false, "192.0.2.7:8080", "http://192.0.2.7:8080", "same-site", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx := app.AcquireCtx(&fasthttp.RequestCtx{})
			defer app.ReleaseCtx(ctx)
			ctx.Request().Header.SetMethod("POST")
			ctx.Request().Header.SetHost(c.host)
			ctx.Request().Header.Set("Origin", c.origin)
			ctx.Request().Header.Set("Sec-Fetch-Site", c.site)
			a := &API{TLS: c.tls, PublicURL: "https://hanzhi.example"}
			if got := a.sameOrigin(ctx); got != c.want {
				t.Errorf("sameOrigin = %v", got)
			}
		})
	}
}

func TestClientAddress(t *testing.T) {
	t.Parallel()
	app := fiber.New()
	for _, c := range []struct {
		name, remote, forwarded, want string
	}{
		{"a direct connection is believed, its header is not", "203.0.113.9", "198.51.100.1", "203.0.113.9"},
		{"behind a proxy the header's last address counts", "10.0.0.1", "198.51.100.1", "198.51.100.1"},
		{"what the client wrote itself does not", "10.0.0.1", "1.2.3.4, 198.51.100.1", "198.51.100.1"},
		{"behind two proxies it is the last that is none", "10.0.0.1", "1.2.3.4, 198.51.100.1, 10.0.0.2", "198.51.100.1"},
		{"a proxy that says nothing is all we know", "10.0.0.1", "", "10.0.0.1"},
		{"garbage ends the search", "10.0.0.1", "198.51.100.1, x", "10.0.0.1"},
		{"IPv6 works too", "10.0.0.1", "2001:db8::1", "2001:db8::1"},
		{"a single address may be a proxy", "192.0.2.1", "198.51.100.1", "198.51.100.1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			fctx := &fasthttp.RequestCtx{}
			fctx.SetRemoteAddr(&net.TCPAddr{IP: net.ParseIP(c.remote), Port: 1})
			ctx := app.AcquireCtx(fctx)
			defer app.ReleaseCtx(ctx)
			ctx.Request().Header.Set("X-Forwarded-For", c.forwarded)
			a := &API{TrustProxy: []string{"10.0.0.0/8", " 192.0.2.1"}}
			if got := a.clientAddress(ctx); got != c.want {
				t.Errorf("address = %s, want %s", got, c.want)
			}
		})
	}
}

func TestGuessing(t *testing.T) {
	t.Parallel()
	s := newAccountStage(t)
	p := s.user()
	guess := `{"email":"` + p.email + `","password":"a wrong guess"}`
	for i := range 12 {
		a := s.visitor().send("POST", "/api/session", guess, map[string]string{"X-Forwarded-For": "198.51.100." + string(rune('1'+i%9)), "X-Real-IP": "198.51.100.7"})
		switch {
		case i < 10 && a.status != 401:
			t.Fatalf("guess %d: %d %s", i+1, a.status, a.body)
		case i >= 10 && (a.status != 429 || a.header.Get("Retry-After") == "" || a.problem().RetryAfter == 0):
			t.Fatalf("guess %d: %d %s", i+1, a.status, a.body)
		}
	}
	right := `{"email":"` + p.email + `","password":"` + stagePassword + `"}`
	if a := s.visitor().send("POST", "/api/session", right, nil); a.status != 429 {
		t.Errorf("a stranger with the right password: %d", a.status)
	}
	p.ok("POST", "/api/session", right, 200) // the browser that has signed in before
}

// TestWithoutRedis takes Redis away under signed-in people and gives it back.
func TestWithoutRedis(t *testing.T) {
	t.Parallel()
	s := newAccountStage(t)
	p, visitor := s.user(), s.visitor()
	address := s.mini.Addr()
	s.mini.Close()
	for _, c := range []struct {
		as           *person
		method, path string
		body         string
		status       int
	}{
		{p, "GET", "/api/account", "", 503}, {p, "GET", "/api/session", "", 503}, {p, "PATCH", "/api/account", `{"name":"X"}`, 503}, {p, "GET", "/api/sessions", "", 503},
		{visitor, "GET", "/api/session", "", 200}, {visitor, "GET", "/api/institutions", "", 200}, {p, "GET", "/api/institutions", "", 200}, {visitor, "GET", "/api/account", "", 401},
		{visitor, "POST", "/api/session", `{"email":"` + p.email + `","password":"` + stagePassword + `"}`, 503},
		{visitor, "POST", "/api/password-resets", `{"email":"` + p.email + `"}`, 503},
	} {
		begun := time.Now()
		a := c.as.send(c.method, c.path, c.body, nil)
		if a.status != c.status || time.Since(begun) > 5*time.Second {
			t.Errorf("%s %s: %d after %v, want %d: %s", c.method, c.path, a.status, time.Since(begun), c.status, a.body)
		}
		if a.status == 503 && (a.problem().Code != "sessions_unavailable" || a.header.Get("Retry-After") == "") {
			t.Errorf("%s %s: %s", c.method, c.path, a.body)
		}
	}
	back := miniredis.NewMiniRedis()
	if err := back.StartAddr(address); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(back.Close)
	begun := time.Now()
	for {
		a := visitor.send("POST", "/api/session", `{"email":"`+p.email+`","password":"`+stagePassword+`"}`, nil)
		if a.status == http.StatusOK {
			break
		}
		if a.status != 503 || time.Since(begun) > 10*time.Second {
			t.Fatalf("%v after it is back: %d %s", time.Since(begun), a.status, a.body)
		}
		time.Sleep(20 * time.Millisecond)
	}
	if a := p.send("GET", "/api/account", "", nil); a.status != 401 {
		t.Errorf("a session that Redis lost: %d %s", a.status, a.body)
	}
}

// TestBeacon sends what a page that closes sends: a report without headers of its own, the token in the body.
func TestBeacon(t *testing.T) {
	t.Parallel()
	s := newAccountStage(t)
	a := &API{Auth: s.auth, Log: slog.New(slog.DiscardHandler), PublicURL: s.url}
	app := fiber.New(fiber.Config{ErrorHandler: writeProblem, Immutable: true})
	app.Use(a.authenticate, a.refuseForgery)
	app.Post(progressPath, func(c *fiber.Ctx) error {
		if err := a.confirmBeacon(c.Context(), string(c.Body())); err != nil {
			return err
		}
		return c.SendStatus(200)
	})
	app.Post("/api/elsewhere", func(c *fiber.Ctx) error { return c.SendStatus(200) })
	user, other := s.user(), s.user()
	for _, c := range []struct {
		name, path, header, body string
		status                   int
	}{
		{"the token in the body", progressPath, "", user.csrf, 200},
		{"the token in the header", progressPath, user.csrf, "", 200},
		{"no token at all", progressPath, "", "", 403},
		{"another session's token in the body", progressPath, "", other.csrf, 403},
		{"a wrong token in the header and the right one in the body", progressPath, other.csrf, user.csrf, 403},
		{"the token in the body of another route", "/api/elsewhere", "", user.csrf, 403},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest("POST", c.path, strings.NewReader(c.body))
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Origin", s.url)
			r.Header.Set("Cookie", "session="+user.cookie("session"))
			if c.header != "" {
				r.Header.Set(csrfHeader, c.header)
			}
			res, err := app.Test(r, 5000)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			if res.StatusCode != c.status {
				t.Errorf("%d, want %d", res.StatusCode, c.status)
			}
		})
	}
}
