package media_test

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"hanzhi/media"
)

// TestUploadSurvivesKill kills the server with kill -9 at random bytes, again and again.
func TestUploadSurvivesKill(t *testing.T) {
	t.Parallel()
	f := setup(t)
	content, id := noise(23<<20+11), newID()
	r := rand.New(rand.NewPCG(1, 2))
	again, kills := int64(0), 0
	acknowledged := int64(0)
	for finished := false; !finished; {
		k := f.startChild(t, "serve", uuid.Nil)
		c := &tusClient{t: t, url: k.url}
		c.create(id, f.institution, media.KindVideo, "a.mp4", int64(len(content)))
		at := c.offset(id)
		if at < acknowledged {
			t.Fatalf("byte %d was acknowledged, the server has %d", acknowledged, at)
		}
		if kills >= 5 {
			c.patch(id, at, bytes.NewReader(content[at:]))
			finished = c.offset(id) == int64(len(content))
			k.kill()
			continue
		}
		// One chunk is answered, then the server dies while the next is on its way.
		end := min(at+int64(r.IntN(3<<20)), int64(len(content)))
		if resp := c.patch(id, at, bytes.NewReader(content[at:end])); resp.StatusCode != 204 {
			t.Fatalf("%d %s", resp.StatusCode, body(resp))
		}
		acknowledged = end
		sent := &counting{r: bytes.NewReader(content[end:])}
		die := int64(r.IntN(6 << 20))
		done := make(chan struct{})
		go func() { defer close(done); c.patch(id, end, sent) }()
		waitFor(t, "some bytes", func() bool { return sent.n.Load() >= min(die, int64(len(content))-end) || isClosed(done) })
		k.kill()
		<-done
		kills++
		again += end + sent.n.Load() - max(end, f.safe(t, id))
	}
	if !bytes.Equal(f.stored(t, id), content) {
		t.Error("other bytes are stored than were sent")
	}
	t.Logf("%d kills, %d KB sent again", kills, again>>10)
	if again > int64(kills)*(5<<20) {
		t.Errorf("%d bytes were sent again after %d kills", again, kills)
	}
}

// safe is the offset that a restarted server answers.
func (f *fixture) safe(t testing.TB, id uuid.UUID) int64 {
	k := f.startChild(t, "serve", uuid.Nil)
	defer k.kill()
	return (&tusClient{t: t, url: k.url}).offset(id)
}

func isClosed(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// TestTranscodeSurvivesKill kills the worker in the first pass and after it, and lets another finish.
func TestTranscodeSurvivesKill(t *testing.T) {
	t.Parallel()
	f := setup(t, func(c *media.Config) { c.OnePass = 1 })
	id := f.upload(t, media.KindVideo, "a.mp4", source(t, "a.mp4", args([]string{"-f", "lavfi", "-i", "testsrc2=s=640x360:r=12:d=14", "-f", "lavfi", "-i", "sine=440:d=14"}, h264)...))
	if err := f.CheckAsset(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	k := f.startChild(t, "transcode", id)
	waitFor(t, "ffmpeg at work", func() bool { return len(f.tools(t)) > 0 })
	k.kill()
	waitFor(t, "ffmpeg to end with its server", func() bool { return len(f.tools(t)) == 0 })
	if a := f.asset(t, id); a.Playable || a.State != media.StateTranscoding {
		t.Fatalf("after the first kill: %+v", a)
	}
	f.exec(t, `UPDATE assets SET worked_at = now() - interval '1 minute' WHERE id = $1`, id)
	if orphans, err := f.Orphans(t.Context(), 20*time.Second); err != nil || !slices.Contains(orphans, id) {
		t.Errorf("orphans %v, %v", orphans, err)
	}

	k = f.startChild(t, "transcode", id)
	waitFor(t, "the first renditions", func() bool { return f.asset(t, id).Playable })
	k.kill()
	a := f.asset(t, id)
	if a.State != media.StateTranscoding || !strings.Contains(names(a), "240p") {
		t.Fatalf("after the second kill: %+v", a)
	}
	v, err := f.Video(t.Context(), f.author, id)
	if err != nil {
		t.Fatal(err)
	}
	f.get(t, v.Base+"240p.m3u8") // learners go on

	if err := f.TranscodeAsset(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if a := f.asset(t, id); a.State != media.StateReady || names(a) != "opus16 aac24 slides 144p 240p 360p" {
		t.Fatalf("in the end: %+v", a)
	}
	f.checkRenditions(t, id)
	f.checkNoOrphans(t)
}

// tools lists the ffmpeg processes that work in the fixture's folder.
func (f *fixture) tools(t testing.TB) []string {
	t.Helper()
	out, err := exec.Command("pgrep", "-f", "ffmpeg.*"+filepath.Base(f.cfg.Dir)).Output()
	if err != nil && len(out) > 0 {
		t.Fatal(err)
	}
	return strings.Fields(string(out))
}

// checkNoOrphans collects, and checks that the store holds what the database refers to and nothing else.
func (f *fixture) checkNoOrphans(t testing.TB) {
	t.Helper()
	if err := f.Collect(t.Context()); err != nil {
		t.Fatal(err)
	}
	rows, err := f.db.Query(context.Background(), `
		SELECT object_key FROM renditions UNION SELECT source_key FROM assets WHERE deleted_at IS NULL AND source_key <> ''
		UNION SELECT v.value ->> 'key' FROM assets, jsonb_each(files) v WHERE deleted_at IS NULL`)
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for rows.Next() {
		var key string
		if err := rows.Scan(&key); err != nil {
			t.Fatal(err)
		}
		want = append(want, key)
	}
	rows.Close()
	have, err := f.store.Keys(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(want)
	slices.Sort(have)
	if !slices.Equal(want, have) {
		t.Errorf("the store holds\n%s\nreferred to are\n%s", strings.Join(have, "\n"), strings.Join(want, "\n"))
	}
	if left, _ := os.ReadDir(filepath.Join(f.cfg.Dir, "work")); len(left) > 0 && len(f.tools(t)) > 0 {
		t.Errorf("work folders are left: %v", left)
	}
}

func TestWorkersGiveWay(t *testing.T) {
	t.Parallel()
	t.Run("an attempt that was overtaken changes nothing", func(t *testing.T) {
		t.Parallel()
		f := setup(t)
		id := f.upload(t, media.KindVideo, "a.mp4", source(t, "a.mp4", args([]string{"-f", "lavfi", "-i", "testsrc2=s=640x360:r=25:d=20"}, h264)...))
		if err := f.CheckAsset(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		go func() { done <- f.TranscodeAsset(context.Background(), id) }()
		waitFor(t, "ffmpeg at work", func() bool { return len(f.tools(t)) > 0 })
		f.exec(t, `UPDATE assets SET generation = generation + 1 WHERE id = $1`, id)
		if err := <-done; err != nil {
			t.Errorf("the overtaken attempt ends with %v", err)
		}
		if a := f.asset(t, id); a.Playable || a.State != media.StateTranscoding {
			t.Errorf("%+v", a)
		}
		f.checkNoOrphans(t)
	})
	t.Run("work on an asset that was deleted ends", func(t *testing.T) {
		t.Parallel()
		f := setup(t)
		id := f.upload(t, media.KindVideo, "a.mp4", source(t, "a.mp4", args([]string{"-f", "lavfi", "-i", "testsrc2=s=640x360:r=25:d=20"}, h264)...))
		if err := f.CheckAsset(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		go func() { done <- f.TranscodeAsset(context.Background(), id) }()
		waitFor(t, "ffmpeg at work", func() bool { return len(f.tools(t)) > 0 })
		if err := f.DeleteAsset(t.Context(), f.author, id); err != nil {
			t.Fatal(err)
		}
		if err := <-done; err != nil {
			t.Errorf("it ends with %v", err)
		}
		f.collectAll(t)
	})
	t.Run("a source that was damaged in the store is found out", func(t *testing.T) {
		t.Parallel()
		f := setup(t)
		id := f.upload(t, media.KindVideo, "a.mp4", noise(1000))
		var key string
		if err := f.db.QueryRow(t.Context(), `SELECT source_key FROM assets WHERE id = $1`, id).Scan(&key); err != nil {
			t.Fatal(err)
		}
		if err := f.store.Put(t.Context(), key, bytes.NewReader(noise(1001)[:1000]), 1000, ""); err != nil {
			t.Fatal(err)
		}
		if a := f.process(t, id); a.Failure == nil || a.Failure.Code != "damaged_in_store" {
			t.Errorf("%+v", a)
		}
	})
	t.Run("progress only grows, and is seen while the work goes on", func(t *testing.T) {
		t.Parallel()
		f := setup(t)
		id := f.upload(t, media.KindVideo, "a.mp4", source(t, "a.mp4", args([]string{"-f", "lavfi", "-i", "testsrc2=s=640x360:r=25:d=30"}, h264)...))
		if err := f.CheckAsset(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		// The work cannot end before its progress was seen: where objects will go is noted first, and that waits for us.
		hold, err := f.db.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer hold.Rollback(context.Background())
		if _, err := hold.Exec(t.Context(), `LOCK TABLE stray_objects IN EXCLUSIVE MODE`); err != nil {
			t.Fatal(err)
		}
		checked := f.asset(t, id).Progress
		last := checked
		seen := func() float64 {
			p := f.asset(t, id).Progress
			if p < last {
				t.Errorf("progress fell from %f to %f", last, p)
			}
			last = p
			return p
		}
		done := make(chan error, 1)
		go func() { done <- f.TranscodeAsset(context.Background(), id) }()
		waitFor(t, "progress while the work goes on", func() bool { return seen() > checked })
		if last >= 1 {
			t.Errorf("progress is %f while the work goes on", last)
		}
		if err := hold.Rollback(t.Context()); err != nil {
			t.Fatal(err)
		}
		for !isDone(done) {
			seen()
			time.Sleep(50 * time.Millisecond)
		}
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if a := f.asset(t, id); seen() != 1 || a.State != media.StateReady {
			t.Errorf("in the end %+v", a)
		}
	})
}

// isDone reports whether the work has ended, and leaves its result where it is.
func isDone(done chan error) bool { return len(done) > 0 }

// counting counts what was read of it.
type counting struct {
	r io.Reader
	n counter
}

func (c *counting) Read(p []byte) (int, error) {
	// Small pieces: the transport's buffer must not swallow it all at once.
	n, err := c.r.Read(p[:min(len(p), 16<<10)])
	c.n.Add(int64(n))
	return n, err
}
