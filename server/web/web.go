// Package web serves the built front end: every file from memory, compressed when it was built, immutable where its
// name carries a hash, and the app's page for every address that is a page of the app.
package web

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"path"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// file is one file of the front end with its compressed forms; empty = not worth it.
type file struct {
	plain, gzip, brotli []byte
	contentType, etag   string
	immutable           bool
}

// Site is the built front end in memory.
type Site struct {
	files map[string]*file
	index *file
	csp   string
}

// ErrNotBuilt says that the binary holds no front end: `make build` makes one.
var ErrNotBuilt = errors.New("web: the front end is not built")

// New reads the built front end. The tree holds index.html, hashed files under _app/immutable, and .br and .gz beside
// files that gain by it; policy is the Content-Security-Policy that the build has worked out for its page.
func New(tree fs.FS, policy string) (*Site, error) {
	s := &Site{files: map[string]*file{}, csp: policy}
	err := fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		s.add(name, body)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("web: read front end: %w", err)
	}
	s.index = s.files["/index.html"]
	if s.index == nil || s.index.plain == nil {
		return nil, ErrNotBuilt
	}
	delete(s.files, "/index.html")
	return s, nil
}

func (s *Site) add(name string, body []byte) {
	key := "/" + name
	base := strings.TrimSuffix(strings.TrimSuffix(key, ".br"), ".gz")
	f := s.files[base]
	if f == nil {
		f = &file{contentType: contentType(base), immutable: strings.HasPrefix(base, "/_app/immutable/")}
		s.files[base] = f
	}
	switch path.Ext(key) {
	case ".br":
		f.brotli = body
	case ".gz":
		f.gzip = body
	default:
		f.plain = body
		sum := sha256.Sum256(body)
		f.etag = `"` + hex.EncodeToString(sum[:12]) + `"`
	}
}

// contentType does not trust the machine's mime table for what we ship.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".woff2":
		return "font/woff2"
	case ".webmanifest":
		return "application/manifest+json"
	}
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		return t
	}
	return "application/octet-stream"
}

// Handler serves the site. Addresses with a file extension that is not ours are 404; all others are pages of the app.
func (s *Site) Handler(c *fiber.Ctx) error {
	if m := c.Method(); m != fiber.MethodGet && m != fiber.MethodHead {
		return fiber.ErrMethodNotAllowed
	}
	f := s.files[c.Path()]
	if f == nil || f.plain == nil {
		if path.Ext(c.Path()) != "" || strings.HasPrefix(c.Path(), "/_app/") {
			return fiber.ErrNotFound
		}
		f = s.index
	}
	c.Set(fiber.HeaderContentSecurityPolicy, s.csp)
	return f.send(c)
}

func (f *file) send(c *fiber.Ctx) error {
	c.Set(fiber.HeaderCacheControl, "no-cache")
	if f.immutable {
		c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
	}
	c.Set(fiber.HeaderETag, f.etag)
	c.Set(fiber.HeaderVary, fiber.HeaderAcceptEncoding)
	c.Set(fiber.HeaderContentType, f.contentType)
	if c.Get(fiber.HeaderIfNoneMatch) == f.etag {
		return c.SendStatus(fiber.StatusNotModified)
	}
	accept := c.Get(fiber.HeaderAcceptEncoding)
	switch {
	case f.brotli != nil && strings.Contains(accept, "br"):
		c.Set(fiber.HeaderContentEncoding, "br")
		return c.Send(f.brotli)
	case f.gzip != nil && strings.Contains(accept, "gzip"):
		c.Set(fiber.HeaderContentEncoding, "gzip")
		return c.Send(f.gzip)
	}
	return c.Send(f.plain)
}
