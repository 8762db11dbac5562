package media_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"hanzhi/media"
	"hanzhi/server/fault"
)

// got is what an address answered, read to its end.
type got struct {
	media.Content
	body []byte
}

// fetch asks for an address such as /v/token/master.m3u8?v=1.
func fetch(s *media.Service, address string) (got, error) {
	address = strings.TrimPrefix(address, media.StreamPath)
	address, version, _ := strings.Cut(address, "?v=")
	token, rest, _ := strings.Cut(address, "/")
	c, err := s.Stream(context.Background(), []byte(token), []byte(rest), []byte(version))
	if err != nil {
		return got{}, err
	}
	g := got{Content: c, body: c.Body}
	switch {
	case c.File != nil:
		g.body, err = io.ReadAll(c.File)
		c.File.Close()
	case c.Parts != nil:
		g.body, err = io.ReadAll(c.Parts(0, c.Size))
	}
	if err == nil && int64(len(g.body)) != c.Size {
		err = fmt.Errorf("%d bytes, size says %d", len(g.body), c.Size)
	}
	return g, err
}

func (f *fixture) get(t testing.TB, address string) got {
	t.Helper()
	g, err := fetch(f.Service, address)
	if err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	return g
}

// film uploads and transcodes a small video once for a test.
func (f *fixture) film(t testing.TB) (uuid.UUID, media.Video) {
	t.Helper()
	id := f.upload(t, media.KindVideo, "a.mp4", source(t, "a.mp4", args([]string{"-f", "lavfi", "-i", "testsrc2=s=426x240:r=12:d=7", "-f", "lavfi", "-i", "sine=440:d=7"}, h264)...))
	if a := f.process(t, id); a.State != media.StateReady {
		t.Fatalf("%+v", a)
	}
	v, err := f.Video(t.Context(), f.author, id)
	if err != nil {
		t.Fatal(err)
	}
	return id, v
}

func TestStream(t *testing.T) {
	t.Parallel()
	f := setup(t)
	id, v := f.film(t)
	if _, err := f.PutCaptions(t.Context(), f.author, id, "zh-CN", media.NewCaptions{Label: "中文", Cues: []media.Cue{{StartMs: 0, EndMs: 1500, Text: "你好 <b>"}}}); err != nil {
		t.Fatal(err)
	}
	v, err := f.Video(t.Context(), f.author, id)
	if err != nil {
		t.Fatal(err)
	}

	t.Run("a player finds its way from the master playlist to every segment", func(t *testing.T) {
		master := f.get(t, v.Base+"master.m3u8")
		if string(master.body) != v.Master || master.Type != "application/vnd.apple.mpegurl" {
			t.Errorf("%s\n%s", master.Type, master.body)
		}
		for _, line := range regexp.MustCompile(`(?m)^[^#\s].*\.m3u8$`).FindAllString(v.Master, -1) {
			playlist := string(f.get(t, v.Base+line).body)
			paths := regexp.MustCompile(`(?m)^[^#\s].*$|[^"]*init\.mp4`).FindAllString(playlist, -1)
			if len(paths) != 3 {
				t.Fatalf("%s has %d addresses: %s", line, len(paths), playlist)
			}
			for _, path := range paths {
				c := f.get(t, v.Base+path)
				if len(c.body) == 0 || !strings.HasSuffix(c.Type, "/mp4") || c.CacheControl != "private, max-age=31536000, immutable" {
					t.Errorf("%s: %d bytes of %s, %s", path, len(c.body), c.Type, c.CacheControl)
				}
			}
		}
	})
	t.Run("the master playlist names codecs, measured rates and sound on its own", func(t *testing.T) {
		for _, want := range []string{
			`CODECS="avc1.4d`, `,mp4a.40.2",RESOLUTION=426x240,FRAME-RATE=12.500,AUDIO="aac24"` + "\n240p.m3u8", `,opus",RESOLUTION=`,
			`CODECS="opus",AUDIO="opus16"` + "\nopus16.m3u8", `FRAME-RATE=2.000`, `TYPE=AUDIO,GROUP-ID="aac24"`,
		} {
			if !strings.Contains(v.Master, want) {
				t.Errorf("no %s in\n%s", want, v.Master)
			}
		}
	})
	t.Run("pictures, offline files and captions are there", func(t *testing.T) {
		for path, mime := range map[string]string{v.Poster: "image/webp", v.Storyboard.Path: "image/webp", v.Offline.Path: "video/mp4",
			"audio.m4a": "audio/mp4", v.Captions[0].Path: "text/vtt; charset=utf-8"} {
			c := f.get(t, v.Base+path)
			if c.Type != mime || len(c.body) == 0 {
				t.Errorf("%s is %s, %d bytes", path, c.Type, len(c.body))
			}
			if fixed := strings.Contains(path, "?v="); fixed != strings.Contains(c.CacheControl, "immutable") {
				t.Errorf("%s may be kept: %s", path, c.CacheControl)
			}
		}
		if c := f.get(t, v.Base+v.Captions[0].Path); string(c.body) != "WEBVTT\n\n1\n00:00:00.000 --> 00:00:01.500\n你好 &lt;b&gt;\n" {
			t.Errorf("%q", c.body)
		}
	})
	t.Run("there is nothing else", func(t *testing.T) {
		for _, path := range []string{"", "/", "source", "240p.mp4", "999p.m3u8", "master.m3u8/", "240p-1/99.m4s", "240p-1/-1.m4s", "240p-1/01.m4s", "240p-1/+1.m4s",
			"240p-1/0.m4s/x", "240p-1/", "240p-99/0.m4s", "../x", "captions/xx.vtt", "captions/zh-CN", "240p-1/18446744073709551616.m4s", "poster.webp/x"} {
			if _, err := fetch(f.Service, v.Base+path); !fault.Is(err, fault.NotFound) {
				t.Errorf("%q: %v", path, err)
			}
		}
	})
	t.Run("a token that was touched is none", func(t *testing.T) {
		token := strings.Split(v.Base, "/")[2]
		for i := range token {
			for _, c := range []byte("AZ-_9") {
				if token[i] == c {
					continue
				}
				if _, err := fetch(f.Service, "/v/"+token[:i]+string(c)+token[i+1:]+"/master.m3u8"); !fault.Is(err, fault.NotFound) {
					t.Fatalf("byte %d as %c: %v", i, c, err)
				}
			}
		}
		for _, bad := range []string{"", "x", token + "A", token[1:], token + "="} {
			if _, err := fetch(f.Service, "/v/"+bad+"/master.m3u8"); !fault.Is(err, fault.NotFound) {
				t.Errorf("%q: %v", bad, err)
			}
		}
	})
	t.Run("a stranger gets no address, and another secret opens nothing", func(t *testing.T) {
		if _, err := f.Video(t.Context(), f.stranger, id); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		other := f.open(t, func(c *media.Config) { c.Secret = strings.Repeat("x", 32); c.Dir = tempDir(t) })
		if _, err := fetch(other, v.Base+"master.m3u8"); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
	})
	t.Run("a token ends", func(t *testing.T) {
		short := f.open(t, func(c *media.Config) { c.PlaybackExpiry = time.Nanosecond; c.Dir = tempDir(t) })
		old, err := short.Video(t.Context(), f.author, id)
		if err != nil {
			t.Fatal(err)
		}
		var refused *fault.Error
		if _, err := fetch(f.Service, old.Base+"master.m3u8"); !asFault(err, &refused) || refused.Code != "token_expired" {
			t.Error(err)
		}
	})
}

// switchedRights is a rule that can be changed.
type switchedRights struct {
	may, down atomic.Bool
	asked     atomic.Int32
}

func (r *switchedRights) MayPlay(context.Context, uuid.UUID, uuid.UUID) (bool, error) {
	r.asked.Add(1)
	if r.down.Load() {
		return false, fault.New(fault.Unavailable, "database_unavailable", "down")
	}
	return r.may.Load(), nil
}

func TestStreamRights(t *testing.T) {
	t.Parallel()
	rights := &switchedRights{}
	rights.may.Store(true)
	f := setup(t, func(c *media.Config) { c.Rights = rights })
	_, v := f.film(t)
	now := time.Now()
	f.SetClock(func() time.Time { return now })
	address := v.Base + "master.m3u8"
	f.get(t, address)
	asked := rights.asked.Load()
	for range 100 {
		f.get(t, address)
	}
	if rights.asked.Load() != asked {
		t.Error("the right is asked for with each request")
	}
	rights.may.Store(false)
	now = now.Add(25 * time.Second)
	var refused *fault.Error
	if _, err := fetch(f.Service, address); !asFault(err, &refused) || refused.Code != "no_right" {
		t.Errorf("25 s after the right ended: %v", err)
	}
	rights.may.Store(true)
	now = now.Add(25 * time.Second)
	f.get(t, address)
	rights.down.Store(true)
	now = now.Add(30 * time.Second)
	f.get(t, address) // a restart of the database stops no lesson
	now = now.Add(29 * time.Second)
	if _, err := fetch(f.Service, address); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a right not confirmed for 59 s: %v", err)
	}
}

func TestStreamCaches(t *testing.T) {
	t.Parallel()
	t.Run("warm bytes go on while the store is down, cold ones say so", func(t *testing.T) {
		t.Parallel()
		proxy := newSwitch(t, storeConfig(t).Endpoint)
		f := setup(t)
		_, v := f.film(t)
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
		warm, cold := v.Base+"240p-2/0.m4s", v.Base+"240p-2/1.m4s"
		before, err := fetch(s, warm)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := fetch(s, warm); err != nil { // twice: on disk now
			t.Fatal(err)
		}
		proxy.cut()
		if after, err := fetch(s, warm); err != nil || !bytes.Equal(before.body, after.body) {
			t.Errorf("warm: %v", err)
		}
		if _, err := fetch(s, cold); !fault.Is(err, fault.Unavailable) {
			t.Errorf("cold: %v", err)
		}
		waitFor(t, "the segment on disk", func() bool { return fileCount(t, dir+"/segments") == 1 })
		s.Close()
		again, err := media.New(f.db, store, withDir(f.cfg, dir))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(again.Close)
		if after, err := fetch(again, warm); err != nil || after.File == nil || !bytes.Equal(before.body, after.body) {
			t.Errorf("warm after a restart: %v", err)
		}
	})
	t.Run("many who want the same cold segment cost one request to the store", func(t *testing.T) {
		t.Parallel()
		proxy := newSwitch(t, storeConfig(t).Endpoint)
		f := setup(t)
		_, v := f.film(t)
		cfg := f.storeConfig
		cfg.Endpoint = proxy.addr
		store, err := media.NewStore(cfg)
		if err != nil {
			t.Fatal(err)
		}
		s, err := media.New(f.db, store, withDir(f.cfg, tempDir(t)))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Close)
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				if _, err := fetch(s, v.Base+"240p-2/0.m4s"); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := proxy.conns.Load(); n != 1 {
			t.Errorf("%d connections to the store", n)
		}
	})
	t.Run("the caches keep to their limits", func(t *testing.T) {
		t.Parallel()
		f := setup(t, func(c *media.Config) { c.MemoryCache = 100 << 10; c.DiskCache = 60 << 10 })
		_, v := f.film(t)
		for range 4 {
			for _, path := range []string{"240p-2/0.m4s", "240p-2/1.m4s", "slides-2/0.m4s", "slides-2/1.m4s", "aac24-2/0.m4s", "opus16-2/0.m4s", "240p-2/init.mp4"} {
				first := f.get(t, v.Base+path)
				if again := f.get(t, v.Base+path); !bytes.Equal(first.body, again.body) {
					t.Errorf("%s changes", path)
				}
			}
		}
		memory, disk := f.CacheSizes()
		if memory > 100<<10 || disk > 60<<10 {
			t.Errorf("%d bytes in memory, %d on disk", memory, disk)
		}
	})
}

func withDir(c media.Config, dir string) media.Config {
	c.Dir = dir
	return c
}
