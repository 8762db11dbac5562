package web

import (
	"errors"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/gofiber/fiber/v2"
)

func site(t *testing.T) *fiber.App {
	t.Helper()
	s, err := New(fstest.MapFS{
		"index.html":                     {Data: []byte(`<html><script>boot()</script></html>`)},
		"_app/immutable/start.abc.js":    {Data: []byte("start()")},
		"_app/immutable/start.abc.js.br": {Data: []byte("BR")},
		"_app/immutable/start.abc.js.gz": {Data: []byte("GZ")},
	}, "default-src 'self'")
	if err != nil {
		t.Fatal(err)
	}
	app := fiber.New()
	app.Use(s.Handler)
	return app
}

func TestSite(t *testing.T) {
	t.Parallel()
	app := site(t)
	for _, tc := range []struct {
		name, method, path, accept string
		status                     int
		body, header, want         string
	}{
		{"a page of the app is the app's page", "GET", "/courses/cnc", "", 200, "boot()", "Cache-Control", "no-cache"},
		{"the page carries the policy of its build", "GET", "/", "", 200, "boot()", "Content-Security-Policy", "default-src 'self'"},
		{"a hashed file may be kept for ever", "GET", "/_app/immutable/start.abc.js", "", 200, "start()", "Cache-Control", "immutable"},
		{"brotli goes to who takes it", "GET", "/_app/immutable/start.abc.js", "gzip, br", 200, "BR", "Content-Encoding", "br"},
		{"gzip goes to who takes only that", "GET", "/_app/immutable/start.abc.js", "gzip", 200, "GZ", "Content-Encoding", "gzip"},
		{"a missing file is not found, never the page", "GET", "/_app/immutable/old.js", "", 404, "", "", ""},
		{"a picture that is not there is not found", "GET", "/x.png", "", 404, "", "", ""},
		{"a post to a page is refused", "POST", "/courses", "", 405, "", "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			req := httptest.NewRequest(tc.method, tc.path, nil)
			req.Header.Set("Accept-Encoding", tc.accept)
			res, err := app.Test(req)
			if err != nil {
				t.Fatal(err)
			}
			body, _ := io.ReadAll(res.Body)
			if res.StatusCode != tc.status || !strings.Contains(string(body), tc.body) {
				t.Fatalf("got %d %q, want %d with %q", res.StatusCode, body, tc.status, tc.body)
			}
			if !strings.Contains(res.Header.Get(tc.header), tc.want) {
				t.Errorf("%s: %q does not hold %q", tc.header, res.Header.Get(tc.header), tc.want)
			}
		})
	}
}

func TestSiteNotBuilt(t *testing.T) {
	t.Parallel()
	if _, err := New(fstest.MapFS{".gitkeep": {}}, ""); !errors.Is(err, ErrNotBuilt) {
		t.Fatalf("got %v, want ErrNotBuilt", err)
	}
}

func TestSiteAnswersNotModified(t *testing.T) {
	t.Parallel()
	app := site(t)
	first, err := app.Test(httptest.NewRequest("GET", "/", nil))
	if err != nil {
		t.Fatal(err)
	}
	again := httptest.NewRequest("GET", "/", nil)
	again.Header.Set("If-None-Match", first.Header.Get("ETag"))
	second, err := app.Test(again)
	if err != nil || second.StatusCode != 304 {
		t.Fatalf("got %v %v, want 304", second.StatusCode, err)
	}
}
