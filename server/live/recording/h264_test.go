package recording_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

// annexB is what an encoder of a browser makes of a test signal: one access unit a picture.
func annexB(t *testing.T, size string) (frames [][]byte, keys []bool) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "signal.h264")
	cmd := exec.Command("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=size="+size+":rate=12:duration=10", "-c:v", "libx264", "-profile:v", "baseline",
		"-pix_fmt", "yuv420p", "-g", "48", "-x264-params", "aud=1:repeat-headers=1:sliced-threads=0:slices=1", "-tune", "zerolatency", out)
	if b, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("ffmpeg: %v %s", err, b)
	}
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	delimiter := []byte{0, 0, 0, 1, 9}
	for _, part := range bytes.Split(data, delimiter)[1:] {
		frame := append(append([]byte(nil), delimiter...), part...)
		frames, keys = append(frames, frame), append(keys, bytes.Contains(frame, []byte{0, 0, 1, 0x65}) || bytes.Contains(frame, []byte{0, 0, 1, 0x25}))
	}
	return frames, keys
}

func TestH264(t *testing.T) {
	t.Parallel()
	frames, keys := annexB(t, "322x182") // cropped: the size is no multiple of 16
	store, idx, person := openStore(t), &index{}, uuid.New()
	r := recorder(t, store, idx)(uuid.New(), time.Now())
	say(r, "person.joined", map[string]any{"person": person, "name": "Chanda", "role": "teacher"})
	say(r, "record.set", map[string]any{"on": true})
	from := time.Now()
	for n, f := range frames {
		flags := byte(4)
		if keys[n] {
			flags |= 1
		}
		r.Frame(person, "", frame(2, flags, n, uint32(n*83), f), from.Add(time.Duration(n*83)*time.Millisecond))
	}
	r.Close()
	seen := idx.of(person, "picture")
	if len(seen) != 1 || len(seen[0]) < 2 {
		t.Fatalf("%v", seen)
	}
	t.Run("pieces play alone and in a row, and none of the pictures is missing", func(t *testing.T) {
		path := joined(t, store, seen[0])
		if got := times(t, path); len(got) != len(frames) {
			t.Errorf("%d of %d pictures", len(got), len(frames))
		}
	})
	t.Run("the header says codec and size", func(t *testing.T) {
		b, err := store.Read(t.Context(), seen[0][0].Key, 0, -1)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "piece.mkv")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command("ffprobe", "-v", "error", "-show_entries", "stream=codec_name,width,height,is_avc", "-of", "csv=p=0", path).CombinedOutput()
		if got := strings.TrimSpace(string(out)); err != nil || got != "h264,322,182,true" {
			t.Errorf("%q %v", got, err)
		}
	})
}

func TestHostileH264(t *testing.T) {
	t.Parallel()
	frames, _ := annexB(t, "64x64")
	store, idx, person := openStore(t), &index{}, uuid.New()
	r := recorder(t, store, idx)(uuid.New(), time.Now())
	say(r, "person.joined", map[string]any{"person": person, "name": "Chanda", "role": "teacher"})
	say(r, "record.set", map[string]any{"on": true})
	// Every beginning of a frame, and every byte of it turned: nothing may bring the recorder down.
	first := frames[0]
	for n := range first[:min(len(first), 400)] {
		turned := append([]byte(nil), first...)
		turned[n] ^= 0xff
		r.Frame(person, "", frame(2, 5, 2*n, uint32(n*10), first[:n]), time.Now())
		r.Frame(person, "", frame(2, 5, 2*n+1, uint32(n*10+5), turned), time.Now())
	}
	r.Close()
}
