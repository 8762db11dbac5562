package recording_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"hanzhi/server/live"
	"hanzhi/server/live/recording"
)

// gone is a store that does not answer.
type gone struct{}

func (gone) Put(context.Context, string, io.Reader, int64, string) error {
	return errors.New("the store is away")
}
func (gone) Remove(context.Context, string) error { return errors.New("the store is away") }

// packet is one of 60 ms of silence, which Opus says in one byte.
var packet = []byte{0x18, 0xff, 0xfe}

const spoken = 500 // packets: half a minute

// talk records somebody's voice, as fast as it is taken.
func talk(r live.Recorder, person uuid.UUID) {
	say(r, "person.joined", map[string]any{"person": person, "name": "Chanda", "role": "teacher"})
	say(r, "record.set", map[string]any{"on": true})
	packets := make([][]byte, spoken)
	for i := range packets {
		packets[i] = packet
	}
	feed(r, person, 1, 60, time.Now(), packets, nil, nil)
}

// recordUntilKilled is a node whose store is away: it records, says so, and waits for its death.
func recordUntilKilled(dir string) int {
	r, err := recording.Open(recording.Config{Store: gone{}, Index: &index{}, Dir: dir, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		fmt.Println(err)
		return 1
	}
	talk(r.Record(uuid.MustParse(os.Getenv("HANZHI_CLASS")), time.Now()), uuid.MustParse(os.Getenv("HANZHI_PERSON")))
	fmt.Println("recorded")
	time.Sleep(time.Minute)
	return 0
}

// files counts what waits in a folder.
func files(t *testing.T, dir string) int {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(dir, "[^.]*"))
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

func waitUntil(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("waited in vain until " + what)
		}
	}
}

func length(idx *index, person uuid.UUID) (ms int64) {
	for _, track := range idx.of(person, "voice") {
		for _, p := range track {
			ms += p.Length
		}
	}
	return ms
}

func TestSpool(t *testing.T) {
	t.Parallel()
	quiet := slog.New(slog.DiscardHandler)

	t.Run("what was recorded while the store was away outlives a node that is killed, but for its last seconds", func(t *testing.T) {
		t.Parallel()
		dir, class, person := t.TempDir(), uuid.New(), uuid.New()
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "HANZHI_RECORDING_CHILD="+dir, "HANZHI_CLASS="+class.String(), "HANZHI_PERSON="+person.String())
		out, err := cmd.StdoutPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "recorded\n" {
			t.Fatalf("%q %v", line, err)
		}
		waitUntil(t, "the pieces are on the disk", func() bool { return files(t, dir) >= 4 })
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()

		store, idx := openStore(t), &index{}
		next, err := recording.Open(recording.Config{Store: store, Index: idx, Dir: dir, Log: quiet})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(next.Close)
		waitUntil(t, "all of it is stored", func() bool { return files(t, dir) == 0 })
		if got := length(idx, person); got < spoken*60-10_000 {
			t.Errorf("%d ms of %d", got, spoken*60)
		}
		joined(t, store, idx.of(person, "voice")[0])
	})

	t.Run("a store that comes back gets all, and nothing is left on the disk", func(t *testing.T) {
		t.Parallel()
		store, idx, dir, person := openStore(t), &index{}, t.TempDir(), uuid.New()
		r, err := recording.Open(recording.Config{Store: &away{Store: store, left: 2}, Index: idx, Dir: dir, Log: quiet})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(r.Close)
		one := r.Record(uuid.New(), time.Now())
		talk(one, person)
		one.Close()
		if got := length(idx, person); got != spoken*60 || files(t, dir) != 0 {
			t.Errorf("%d ms, %d files", got, files(t, dir))
		}
	})

	t.Run("a full disk costs nothing as long as the node lives", func(t *testing.T) {
		t.Parallel()
		store, idx, dir, person := openStore(t), &index{}, t.TempDir(), uuid.New()
		r, err := recording.Open(recording.Config{Store: &away{Store: store, left: 2}, Index: idx, Dir: dir, Most: 1, Log: quiet})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(r.Close)
		one := r.Record(uuid.New(), time.Now())
		talk(one, person)
		one.Close()
		if got := length(idx, person); got != spoken*60 {
			t.Errorf("%d ms", got)
		}
	})

	t.Run("it is said when neither store nor disk takes a piece, and when the store has all again", func(t *testing.T) {
		t.Parallel()
		store := &away{Store: openStore(t), left: 5} // attempts, with growing waits: some seconds
		r, err := recording.Open(recording.Config{Store: store, Index: &index{}, Dir: t.TempDir(), Most: 1, Log: quiet})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(r.Close)
		one := r.Record(uuid.New(), time.Now())
		defer one.Close()
		if talk(one, uuid.New()); one.AtRisk() {
			t.Error("said before the store was given a while")
		}
		waitUntil(t, "it is at risk", one.AtRisk)
		waitUntil(t, "it is safe", func() bool { return !one.AtRisk() })
	})

	t.Run("a file that is not whole is dropped, and what comes after it is stored", func(t *testing.T) {
		t.Parallel()
		dir, class, person := t.TempDir(), uuid.New(), uuid.New()
		dead, err := recording.Open(recording.Config{Store: gone{}, Index: &index{}, Dir: dir, Log: quiet})
		if err != nil {
			t.Fatal(err)
		}
		talk(dead.Record(class, time.Now()), person)
		waitUntil(t, "the pieces are on the disk", func() bool { return files(t, dir) >= 4 })
		dead.Close()
		list, _ := filepath.Glob(filepath.Join(dir, "[^.]*"))
		if err := os.Truncate(list[0], 300); err != nil {
			t.Fatal(err)
		}
		idx := &index{}
		next, err := recording.Open(recording.Config{Store: openStore(t), Index: idx, Dir: dir, Log: quiet})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(next.Close)
		waitUntil(t, "the folder is empty", func() bool { return files(t, dir) == 0 })
		if got := idx.of(person, "voice"); len(got) != 1 || got[0][0].Number != 1 {
			t.Errorf("%v", got)
		}
	})
}
