package media_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"io"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"

	"hanzhi/media"
)

// noise is n bytes that do not compress and do not repeat.
func noise(n int) []byte {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{byte(n), byte(n >> 8), byte(n >> 16)})
	r.Read(b)
	return b
}

// stored reads an asset's source back and checks its hash against the one in the database.
func (f *fixture) stored(t testing.TB, asset uuid.UUID) []byte {
	t.Helper()
	var key string
	var sum []byte
	if err := f.db.QueryRow(context.Background(), `SELECT source_key, sha256 FROM assets WHERE id = $1`, asset).Scan(&key, &sum); err != nil {
		t.Fatal(err)
	}
	b, err := f.store.Read(context.Background(), key, 0, -1)
	if err != nil {
		t.Fatal(err)
	}
	if got := sha256.Sum256(b); !bytes.Equal(got[:], sum) {
		t.Errorf("the hash kept of the upload is not that of what is stored")
	}
	return b
}

func TestUpload(t *testing.T) {
	t.Parallel()
	t.Run("a file of several parts arrives whole", func(t *testing.T) {
		t.Parallel()
		f := setup(t)
		content := noise(12<<20 + 345)
		id := f.upload(t, media.KindVideo, "lesson.mp4", content)
		if !bytes.Equal(f.stored(t, id), content) {
			t.Error("other bytes are stored than were sent")
		}
		if a := f.asset(t, id); a.State != media.StateChecking || a.Offset != int64(len(content)) {
			t.Errorf("state %s, offset %d", a.State, a.Offset)
		}
		if checks, _ := f.queue.count(); checks != 1 {
			t.Errorf("%d checks were enqueued", checks)
		}
	})
	t.Run("a file smaller than a part arrives whole", func(t *testing.T) {
		t.Parallel()
		f := setup(t)
		content := noise(1000)
		if id := f.upload(t, media.KindImage, "a.png", content); !bytes.Equal(f.stored(t, id), content) {
			t.Error("other bytes are stored than were sent")
		}
	})
	t.Run("a file of exactly two parts arrives whole", func(t *testing.T) {
		t.Parallel()
		f := setup(t)
		content := noise(10 << 20)
		if id := f.upload(t, media.KindVideo, "a.mp4", content); !bytes.Equal(f.stored(t, id), content) {
			t.Error("other bytes are stored than were sent")
		}
	})
	t.Run("making the same upload again is the same upload", func(t *testing.T) {
		t.Parallel()
		f := setup(t)
		c := newTusClient(t, f.Service, f.author)
		id := newID()
		for range 3 {
			r := c.create(id, f.institution, media.KindVideo, "课文.mp4", 100)
			if r.StatusCode != http.StatusCreated || r.Header.Get("Location") != "/api/uploads/"+id.String() {
				t.Fatalf("%d %s %s", r.StatusCode, r.Header.Get("Location"), body(r))
			}
			c.patch(id, c.offset(id), bytes.NewReader(noise(100)[c.offset(id):][:30]))
		}
		if got := c.offset(id); got != 90 {
			t.Errorf("offset %d after three creations and three chunks", got)
		}
		if a := f.asset(t, id); a.Filename != "课文.mp4" {
			t.Errorf("name %q", a.Filename)
		}
	})
	t.Run("a taken id is refused for another file", func(t *testing.T) {
		t.Parallel()
		f := setup(t)
		c := newTusClient(t, f.Service, f.author)
		id := newID()
		c.create(id, f.institution, media.KindVideo, "a.mp4", 100)
		if r := c.create(id, f.institution, media.KindVideo, "a.mp4", 101); r.StatusCode != http.StatusConflict {
			t.Errorf("%d %s", r.StatusCode, body(r))
		}
	})
	t.Run("bytes sent with the creation are not taken", func(t *testing.T) {
		t.Parallel()
		f := setup(t)
		c := newTusClient(t, f.Service, f.author)
		id := newID()
		c.do("POST", "/api/uploads", map[string]string{"Upload-Length": "10", "Upload-Metadata": metadata(id, f.institution, media.KindVideo, "a.mp4"),
			"Content-Type": "application/offset+octet-stream"}, bytes.NewReader(noise(10)))
		if got := c.offset(id); got != 0 {
			t.Errorf("offset %d", got)
		}
	})
	t.Run("a cancelled upload is gone, and so are its bytes", func(t *testing.T) {
		t.Parallel()
		f := setup(t)
		c := newTusClient(t, f.Service, f.author)
		id := newID()
		c.create(id, f.institution, media.KindVideo, "a.mp4", 20<<20)
		c.patch(id, 0, bytes.NewReader(noise(12<<20)))
		if r := c.do("DELETE", "/api/uploads/"+id.String(), nil, nil); r.StatusCode != http.StatusNoContent {
			t.Fatalf("%d %s", r.StatusCode, body(r))
		}
		if r := c.do("HEAD", "/api/uploads/"+id.String(), nil, nil); r.StatusCode != http.StatusNotFound {
			t.Errorf("HEAD answers %d", r.StatusCode)
		}
		f.collectAll(t)
	})
	t.Run("what nobody goes on with is dropped", func(t *testing.T) {
		t.Parallel()
		f := setup(t)
		c := newTusClient(t, f.Service, f.author)
		id := newID()
		c.create(id, f.institution, media.KindVideo, "a.mp4", 20<<20)
		c.patch(id, 0, bytes.NewReader(noise(7<<20)))
		f.exec(t, `UPDATE uploads SET expires_at = now() - interval '1 second'`)
		f.collectAll(t)
		if r := c.do("HEAD", "/api/uploads/"+id.String(), nil, nil); r.StatusCode != http.StatusNotFound {
			t.Errorf("HEAD answers %d", r.StatusCode)
		}
	})
}

// collectAll collects, and checks that the bucket is empty then.
func (f *fixture) collectAll(t testing.TB) {
	t.Helper()
	if err := f.Collect(t.Context()); err != nil {
		t.Fatal(err)
	}
	if keys, err := f.store.Keys(t.Context(), ""); err != nil || len(keys) > 0 {
		t.Errorf("left in the store: %v %v", keys, err)
	}
}

func TestUploadRefusals(t *testing.T) {
	t.Parallel()
	f := setup(t, func(c *media.Config) { c.UploadLimit = 50 << 20 })
	author, stranger := newTusClient(t, f.Service, f.author), newTusClient(t, f.Service, f.stranger)
	open := newID()
	author.create(open, f.institution, media.KindVideo, "a.mp4", 100)
	make := func(c *tusClient, length string, meta string) *http.Response {
		return c.do("POST", "/api/uploads", map[string]string{"Upload-Length": length, "Upload-Metadata": meta}, nil)
	}
	good := func() string { return metadata(newID(), f.institution, media.KindVideo, "a.mp4") }
	for _, tc := range []struct {
		name string
		got  *http.Response
		want int
	}{
		{"a stranger may not begin one", make(stranger, "100", good()), 403},
		{"a stranger does not see one", stranger.do("HEAD", "/api/uploads/"+open.String(), nil, nil), 404},
		{"a stranger may not send to one", stranger.patch(open, 0, bytes.NewReader(noise(10))), 404},
		{"a stranger may not cancel one", stranger.do("DELETE", "/api/uploads/"+open.String(), nil, nil), 404},
		{"an unknown institution is named", make(author, "100", metadata(newID(), newID(), media.KindVideo, "a.mp4")), 422},
		{"a random id is refused", make(author, "100", metadata(uuid.New(), f.institution, media.KindVideo, "a.mp4")), 422},
		{"an empty file is refused", make(author, "0", good()), 422},
		{"a negative length is refused", make(author, "-1", good()), 400},
		{"too large a file is refused", make(author, "99999999999", good()), 413},
		{"too large a picture is refused", make(author, "40000000", metadata(newID(), f.institution, media.KindImage, "a.png")), 422},
		{"another kind is refused", make(author, "100", metadata(newID(), f.institution, "program", "a.exe")), 422},
		{"no name is refused", make(author, "100", metadata(newID(), f.institution, media.KindVideo, "../ ")), 422},
		{"no metadata are refused", make(author, "100", ""), 422},
		{"an unknown length is refused", author.do("POST", "/api/uploads", map[string]string{"Upload-Defer-Length": "1", "Upload-Metadata": good()}, nil), 501},
		{"another offset is refused", author.patch(open, 50, bytes.NewReader(noise(10))), 409},
		{"more than the length is refused", author.patch(open, 0, bytes.NewReader(noise(101))), 413},
		{"another media type is refused", author.do("PATCH", "/api/uploads/"+open.String(), map[string]string{"Upload-Offset": "0"}, bytes.NewReader(noise(10))), 400},
		{"another protocol is refused", author.do("DELETE", "/api/uploads/"+open.String(), map[string]string{"Tus-Resumable": "0.2.2"}, nil), 412},
		{"no upload is not found", author.do("HEAD", "/api/uploads/"+newID().String(), nil, nil), 404},
		{"no id is not found", author.do("HEAD", "/api/uploads/nonsense", nil, nil), 404},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if tc.got.StatusCode != tc.want {
				t.Errorf("status %d, want %d: %s %s", tc.got.StatusCode, tc.want, tc.got.Header.Get("X-Fault"), body(tc.got))
			}
		})
	}
	if got := author.offset(open); got != 0 {
		t.Errorf("refused requests left %d bytes", got)
	}
}

// brokenReader breaks off after some bytes, as a line does.
type brokenReader struct {
	io.Reader
}

func (r brokenReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

func TestUploadResumes(t *testing.T) {
	t.Parallel()
	t.Run("after a broken line, at the byte that was received", func(t *testing.T) {
		t.Parallel()
		f := setup(t)
		c := newTusClient(t, f.Service, f.author)
		content, id := noise(9<<20), newID()
		c.create(id, f.institution, media.KindVideo, "a.mp4", int64(len(content)))
		sent := int64(0)
		for at := int64(0); at < int64(len(content)); at = c.offset(id) {
			end := min(at+1_900_000, int64(len(content)))
			c.patch(id, at, brokenReader{bytes.NewReader(content[at:end])})
			sent += end - at
			time.Sleep(500 * time.Millisecond) // clients wait before they ask: asking ends what is still being read
		}
		if !bytes.Equal(f.stored(t, id), content) {
			t.Error("other bytes are stored than were sent")
		}
		if again := float64(sent)/float64(len(content)) - 1; again > 0.02 {
			t.Errorf("%.1f %% were sent again", again*100)
		}
	})
	t.Run("on another copy, which has none of the local disk", func(t *testing.T) {
		t.Parallel()
		f := setup(t)
		other := f.open(t, func(c *media.Config) { c.Dir = tempDir(t) })
		here, there := newTusClient(t, f.Service, f.author), newTusClient(t, other, f.author)
		content, id := noise(17<<20+7), newID()
		here.create(id, f.institution, media.KindVideo, "a.mp4", int64(len(content)))
		for i, end := range []int64{3 << 20, 4<<20 + 1, 11 << 20, 12 << 20, int64(len(content))} {
			c := []*tusClient{here, there}[i%2]
			at := c.offset(id)
			if i > 0 && at == 0 {
				t.Fatal("the other copy knows of nothing")
			}
			if r := c.patch(id, at, bytes.NewReader(content[at:end])); r.StatusCode != http.StatusNoContent {
				t.Fatalf("%d %s", r.StatusCode, body(r))
			}
			if got := []*tusClient{there, here}[i%2].offset(id); got != end {
				t.Fatalf("the other copy answers %d, %d are acknowledged", got, end)
			}
		}
		if !bytes.Equal(f.stored(t, id), content) {
			t.Error("other bytes are stored than were sent")
		}
		var tails int
		f.exec(t, `DELETE FROM stray_objects WHERE false`)
		if err := f.Collect(t.Context()); err != nil {
			t.Fatal(err)
		}
		keys, err := f.store.Keys(t.Context(), "t/")
		if tails = len(keys); err != nil || tails > 0 {
			t.Errorf("%d tails are left, %v", tails, err)
		}
	})
	t.Run("while the old connection hangs: the new one takes over", func(t *testing.T) {
		t.Parallel()
		f := setup(t)
		c := newTusClient(t, f.Service, f.author)
		content, id := noise(3<<20), newID()
		c.create(id, f.institution, media.KindVideo, "a.mp4", int64(len(content)))
		hanging, hang := io.Pipe()
		defer hang.Close()
		go func() { hang.Write(content[:1<<20]) }()
		go c.patch(id, 0, hanging)
		waitFor(t, "the first bytes", func() bool { return c.offsetQuietly(f, id) >= 1<<20 })
		start := time.Now()
		at := c.offset(id)
		if at != 1<<20 {
			t.Errorf("offset %d", at)
		}
		if r := c.patch(id, at, bytes.NewReader(content[at:])); r.StatusCode != http.StatusNoContent {
			t.Fatalf("%d %s", r.StatusCode, body(r))
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("taking over took %s", took)
		}
		if !bytes.Equal(f.stored(t, id), content) {
			t.Error("other bytes are stored than were sent")
		}
	})
	t.Run("when the last answer was lost: the upload is finished all the same", func(t *testing.T) {
		t.Parallel()
		f := setup(t)
		c := newTusClient(t, f.Service, f.author)
		content := noise(6 << 20)
		id := f.upload(t, media.KindVideo, "a.mp4", content)
		if got := c.offset(id); got != int64(len(content)) {
			t.Errorf("offset %d", got)
		}
		if r := c.patch(id, int64(len(content)), bytes.NewReader(nil)); r.StatusCode != http.StatusNoContent {
			t.Errorf("%d %s", r.StatusCode, body(r))
		}
		if checks, _ := f.queue.count(); checks != 1 {
			t.Errorf("%d checks were enqueued", checks)
		}
	})
	t.Run("after the store was down: what has arrived stays here", func(t *testing.T) {
		t.Parallel()
		f := setup(t)
		proxy := newSwitch(t, f.storeConfig.Endpoint)
		cfg := f.storeConfig
		cfg.Endpoint = proxy.addr
		store, err := media.NewStore(cfg)
		if err != nil {
			t.Fatal(err)
		}
		dir := tempDir(t)
		s, err := media.New(f.db, store, withDir(f.cfg, dir))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Close)
		c := newTusClient(t, s, f.author)
		content, id := noise(8<<20), newID()
		c.create(id, f.institution, media.KindVideo, "a.mp4", int64(len(content)))
		proxy.cut()
		if r := c.patch(id, 0, bytes.NewReader(content)); r.StatusCode != 503 {
			t.Fatalf("%d %s", r.StatusCode, body(r))
		}
		at := c.offset(id)
		if at != 5<<20 {
			t.Errorf("%d bytes are kept of the first part", at)
		}
		s.Close()
		back := f.open(t, func(c *media.Config) { c.Dir = dir })
		c = newTusClient(t, back, f.author)
		if r := c.patch(id, c.offset(id), bytes.NewReader(content[at:])); r.StatusCode != http.StatusNoContent {
			t.Fatalf("%d %s", r.StatusCode, body(r))
		}
		if !bytes.Equal(f.stored(t, id), content) {
			t.Error("other bytes are stored than were sent")
		}
	})
	t.Run("who is asked to leave before its body is there leaves when it is, and not before", func(t *testing.T) {
		t.Parallel()
		early, inAll, err := media.AskBeforeBody(newID())
		if err != nil || early != 0 || inAll != 1 {
			t.Fatalf("told to leave %d times early, %d in all, %v; want 0 and 1", early, inAll, err)
		}
	})
	t.Run("after a drain, elsewhere: nothing acknowledged is lost", func(t *testing.T) {
		t.Parallel()
		f := setup(t)
		other := f.open(t, func(c *media.Config) { c.Dir = tempDir(t) })
		here, there := newTusClient(t, f.Service, f.author), newTusClient(t, other, f.author)
		content, id := noise(4<<20), newID()
		here.create(id, f.institution, media.KindVideo, "a.mp4", int64(len(content)))
		pipe, feed := io.Pipe()
		defer feed.Close()
		done := make(chan int, 1)
		go func() { done <- here.patch(id, 0, pipe).StatusCode }()
		feed.Write(content[:2<<20])
		waitFor(t, "the bytes on disk", func() bool { return here.offsetQuietly(f, id) >= 2<<20 })
		f.Drain()
		if status := <-done; status != 503 {
			t.Errorf("the interrupted request is answered %d", status)
		}
		if got := there.offset(id); got != 2<<20 {
			t.Errorf("the other copy answers %d", got)
		}
	})
}

// offsetQuietly looks at the spool instead of asking, which would interrupt the connection that is sending.
func (c *tusClient) offsetQuietly(f *fixture, id uuid.UUID) int64 {
	return spooled(c.t, f.cfg.Dir, id)
}
