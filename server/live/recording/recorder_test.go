package recording_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"hanzhi/media"
	"hanzhi/server/embedded"
	"hanzhi/server/live"
	"hanzhi/server/live/recording"
)

var s3 = sync.OnceValues(func() (*embedded.Services, error) {
	dir, err := os.MkdirTemp("", "hanzhi-recording-test-")
	if err != nil {
		return nil, err
	}
	s3Dir = dir
	return embedded.Start(context.Background(), embedded.Options{Dir: dir, S3: true, Throwaway: true, Log: slog.New(slog.DiscardHandler)})
})

var s3Dir string

func TestMain(m *testing.M) {
	if dir := os.Getenv("HANZHI_RECORDING_CHILD"); dir != "" {
		os.Exit(recordUntilKilled(dir))
	}
	code := m.Run()
	if s3Dir != "" {
		if services, err := s3(); err == nil {
			services.Stop()
		}
		os.RemoveAll(s3Dir)
	}
	os.Exit(code)
}

// index remembers pieces; a store can be taken away from it.
type index struct {
	mu     sync.Mutex
	pieces []recording.Piece
	cut    uuid.UUID
}

func (i *index) AddPiece(_ context.Context, p recording.Piece) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	if p.Person == i.cut {
		return recording.ErrCut
	}
	i.pieces = append(i.pieces, p)
	return nil
}

// of lists the pieces of somebody by track, in order.
func (i *index) of(person uuid.UUID, kind string) (tracks [][]recording.Piece) {
	i.mu.Lock()
	defer i.mu.Unlock()
	var ids []uuid.UUID
	for _, p := range i.pieces {
		if p.Person != person || p.Kind != kind {
			continue
		}
		at := slices.Index(ids, p.Track)
		if at < 0 {
			ids, tracks, at = append(ids, p.Track), append(tracks, nil), len(ids)
		}
		tracks[at] = append(tracks[at], p)
	}
	return tracks
}

// away is a store that does not answer for a while.
type away struct {
	*media.Store
	mu   sync.Mutex
	left int
}

func (a *away) Put(ctx context.Context, key string, r io.Reader, n int64, mime string) error {
	a.mu.Lock()
	down := a.left > 0
	a.left--
	a.mu.Unlock()
	if down {
		return errors.New("the store is away")
	}
	return a.Store.Put(ctx, key, r, n, mime)
}

func openStore(t *testing.T) *media.Store {
	t.Helper()
	services, err := s3()
	if err != nil {
		t.Fatal(err)
	}
	c := services.S3
	store, err := media.NewStore(media.StoreConfig{Endpoint: c.Endpoint, AccessKey: c.AccessKey, SecretKey: c.SecretKey, Region: c.Region,
		Bucket: "t" + strings.ReplaceAll(uuid.NewString(), "-", "")})
	if err == nil {
		err = store.EnsureBucket(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	return store
}

// recorder makes recorders with a folder of their own.
func recorder(t *testing.T, store recording.Store, idx recording.Index) live.NewRecorder {
	t.Helper()
	r, err := recording.Open(recording.Config{Store: store, Index: idx, Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r.Record
}

func say(r live.Recorder, name string, data map[string]any) {
	b, _ := json.Marshal(data)
	r.Event(live.Event{Name: name, At: time.Now().UnixMilli(), Data: b})
}

func frame(kind, flags byte, n int, ms uint32, payload []byte) []byte {
	b := []byte{kind<<4 | flags, 0}
	b = binary.BigEndian.AppendUint16(b, uint16(n))
	return append(binary.BigEndian.AppendUint32(b, ms), payload...)
}

// encoded is what ffmpeg makes of a test signal, as packets.
func encoded(t *testing.T, args ...string) (packets [][]byte) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "signal.ivf")
	if slices.Contains(args, "libopus") {
		out = strings.TrimSuffix(out, "ivf") + "ogg"
	}
	if b, err := exec.Command("ffmpeg", append(append([]string{"-v", "error", "-f", "lavfi"}, args...), out)...).CombinedOutput(); err != nil {
		t.Fatalf("ffmpeg: %v %s", err, b)
	}
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasSuffix(out, "ogg") {
		return oggPackets(data)[2:]
	}
	for data = data[32:]; len(data) > 12; {
		n := binary.LittleEndian.Uint32(data)
		packets, data = append(packets, data[12:12+n]), data[12+n:]
	}
	return packets
}

func oggPackets(data []byte) (packets [][]byte) {
	var packet []byte
	for len(data) > 27 {
		n := int(data[26])
		table, body := data[27:27+n], data[27+n:]
		for _, l := range table {
			packet, body = append(packet, body[:l]...), body[l:]
			if l < 255 {
				packets, packet = append(packets, packet), nil
			}
		}
		data = body
	}
	return packets
}

// joined reads the pieces of a track in a row, and checks that each can be played alone too.
func joined(t *testing.T, store *media.Store, pieces []recording.Piece) string {
	t.Helper()
	var all bytes.Buffer
	for n, p := range pieces {
		if p.Number != n {
			t.Fatalf("piece %d has number %d", n, p.Number)
		}
		b, err := store.Read(t.Context(), p.Key, 0, -1)
		if err != nil {
			t.Fatal(err)
		}
		if int64(len(b)) != p.Bytes || p.Length > 10_000 {
			t.Fatalf("%+v has %d bytes", p, len(b))
		}
		alone := filepath.Join(t.TempDir(), "alone.webm")
		os.WriteFile(alone, b, 0o600)
		if out, err := exec.Command("ffmpeg", "-v", "error", "-xerror", "-i", alone, "-f", "null", "-").CombinedOutput(); err != nil || len(out) > 0 {
			t.Fatalf("piece %d alone: %v %s", n, err, out)
		}
		all.Write(b)
	}
	path := filepath.Join(t.TempDir(), "all.webm")
	os.WriteFile(path, all.Bytes(), 0o600)
	return path
}

func times(t *testing.T, path string) (list []string) {
	t.Helper()
	out, err := exec.Command("ffprobe", "-v", "error", "-show_entries", "packet=pts_time", "-of", "csv=p=0", path).Output() // it remarks on each new header
	if err != nil {
		t.Fatalf("ffprobe: %v %s", err, out)
	}
	return strings.Fields(strings.ReplaceAll(string(out), ",", ""))
}

// feed sends packets as if they came one every step, and leaves some out.
func feed(r live.Recorder, person uuid.UUID, kind byte, step int, from time.Time, packets [][]byte, key, silent func(int) bool) {
	for n, p := range packets {
		if silent != nil && silent(n) {
			continue
		}
		var flags byte
		if key != nil && key(n) {
			flags = 1
		}
		r.Frame(person, "", frame(kind, flags, n, uint32(5000+n*step), p), from.Add(time.Duration(n*step)*time.Millisecond))
		if n%500 == 0 {
			time.Sleep(20 * time.Millisecond)
		}
	}
}

func TestRecording(t *testing.T) {
	t.Parallel()
	voices := encoded(t, "-i", "sine=440:duration=25", "-c:a", "libopus", "-b:a", "24k", "-frame_duration", "60", "-application", "voip")
	vp8 := encoded(t, "-i", "testsrc=size=320x180:rate=12:duration=20", "-c:v", "libvpx", "-b:v", "100k", "-g", "48", "-deadline", "realtime")
	isKey := func(n int) bool { return vp8[n][0]&1 == 0 }
	teacher, student, refuser := uuid.New(), uuid.New(), uuid.New()
	open := func(r live.Recorder) {
		say(r, "person.joined", map[string]any{"person": teacher, "name": "Chanda", "role": "teacher"})
		say(r, "person.joined", map[string]any{"person": student, "name": "Mutale", "role": "student"})
		say(r, "person.joined", map[string]any{"person": refuser, "name": "Bwalya", "role": "student"})
		say(r, "consent.given", map[string]any{"person": student, "agree": true})
		say(r, "consent.given", map[string]any{"person": refuser, "agree": false})
		say(r, "record.set", map[string]any{"on": true})
	}
	t.Run("voices and pictures of those who agree are stored in pieces that play alone and in a row, with their gaps", func(t *testing.T) {
		t.Parallel()
		store, idx := openStore(t), &index{}
		r := recorder(t, store, idx)(uuid.New(), time.Now())
		open(r)
		from := time.Now()
		feed(r, teacher, 1, 60, from, voices, nil, nil)
		feed(r, student, 1, 60, from, voices, nil, func(n int) bool { return n > 50 && n < 200 })
		feed(r, refuser, 1, 60, from, voices, nil, nil)
		feed(r, teacher, 2, 83, from, vp8, isKey, nil)
		r.Close()
		if got := idx.of(refuser, "voice"); len(got) > 0 {
			t.Fatalf("who refused was recorded: %v", got)
		}
		led := idx.of(teacher, "voice")
		if len(led) != 1 || len(led[0]) < 3 {
			t.Fatalf("%v", led)
		}
		if got := times(t, joined(t, store, led[0])); len(got) != len(voices) {
			t.Errorf("%d of %d packets", len(got), len(voices))
		}
		seen := idx.of(teacher, "picture")
		if len(seen) != 1 || len(seen[0]) < 3 {
			t.Fatalf("%v", seen)
		}
		if got := times(t, joined(t, store, seen[0])); len(got) != len(vp8) {
			t.Errorf("%d of %d pictures", len(got), len(vp8))
		}
		heard := idx.of(student, "voice")
		if len(heard) != 1 || heard[0][0].Name != "Mutale" {
			t.Fatalf("%v", heard)
		}
		joined(t, store, heard[0])
		last := heard[0][len(heard[0])-1]
		if d := last.Start + last.Length - from.UnixMilli() - int64(len(voices)*60); d < -20 || d > 20 {
			t.Errorf("the end is off by %d ms", d)
		}
	})

	t.Run("a store that is away for a while loses nothing", func(t *testing.T) {
		t.Parallel()
		store, idx := openStore(t), &index{}
		r := recorder(t, &away{Store: store, left: 3}, idx)(uuid.New(), time.Now())
		open(r)
		feed(r, teacher, 1, 60, time.Now(), voices, nil, nil)
		r.Close()
		if got := times(t, joined(t, store, idx.of(teacher, "voice")[0])); len(got) != len(voices) {
			t.Errorf("%d of %d packets", len(got), len(voices))
		}
	})

	t.Run("a node that dies loses less than ten seconds, and the next one goes on in a track of its own", func(t *testing.T) {
		t.Parallel()
		store, idx, class := openStore(t), &index{}, uuid.New()
		from := time.Now()
		dead := recorder(t, store, idx)(class, from) // never closed
		open(dead)
		feed(dead, teacher, 1, 60, from, voices, nil, nil)
		deadline := time.Now().Add(20 * time.Second)
		for kept := int64(0); kept < int64(len(voices)*60-10_000); {
			if time.Now().After(deadline) {
				t.Fatalf("%d ms stored", kept)
			}
			time.Sleep(50 * time.Millisecond)
			kept = 0
			for _, tr := range idx.of(teacher, "voice") {
				for _, p := range tr {
					kept += p.Length
				}
			}
		}
		next := recorder(t, store, idx)(class, from)
		open(next)
		feed(next, teacher, 1, 60, from.Add(30*time.Second), voices, nil, nil)
		next.Close()
		tracks := idx.of(teacher, "voice")
		if len(tracks) != 2 {
			t.Fatalf("%d tracks", len(tracks))
		}
		for _, tr := range tracks {
			joined(t, store, tr)
		}
	})

	t.Run("of somebody who is cut out while they speak nothing more is kept", func(t *testing.T) {
		t.Parallel()
		store, idx, class := openStore(t), &index{cut: student}, uuid.New()
		r := recorder(t, store, idx)(class, time.Now())
		open(r)
		feed(r, student, 1, 60, time.Now(), voices, nil, nil)
		r.Close()
		if keys, err := store.Keys(t.Context(), "r/"+class.String()); err != nil || len(keys) > 0 {
			t.Errorf("%v %v", keys, err)
		}
	})
}
