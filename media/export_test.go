package media

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

// FirstShown returns when the first sample of a rendition is shown, in ticks, as a player that follows CMAF computes it.
func FirstShown(file []byte) (int64, error) {
	var at int64
	found := false
	err := eachBox(file, "moof/traf/trun", func(trun []byte) error {
		offsets, err := compositionOffsets(trun)
		if !found && len(offsets) > 0 {
			at = int64(int32(binary.BigEndian.Uint32(offsets[0])))
		}
		found = true
		return err
	})
	return at, err
}

// Jailed runs a shell script as ffmpeg is run, for three seconds at most, and returns what it printed.
func (s *Service) Jailed(t testing.TB, script string) string {
	t.Helper()
	room, err := s.tools.room()
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(room)
	var out bytes.Buffer
	l := limits{wall: 3 * time.Second, cpu: 3 * time.Second, memory: 1 << 30, output: 1 << 20}
	if err := s.tools.run(t.Context(), room, l, &out, "/bin/bash", "-c", script); err != nil {
		if tool := (*toolError)(nil); errors.As(err, &tool) && tool.timedOut {
			return "timed out"
		}
		return out.String() + err.Error()
	}
	return out.String()
}

// SetClock sets what the cache of rights takes for the time.
func (s *Service) SetClock(now func() time.Time) { s.stream.rights.now = now }

// CacheSizes returns the bytes kept in memory and on disk.
func (s *Service) CacheSizes() (memory, disk int64) {
	s.stream.memory.mu.Lock()
	defer s.stream.memory.mu.Unlock()
	s.stream.disk.mu.Lock()
	defer s.stream.disk.mu.Unlock()
	return s.stream.memory.used, s.stream.disk.used
}

// AskBeforeBody takes an upload's lock as tusd does, asks its holder to leave, and then lets it have its body. It returns
// how often the holder was told to leave before the body was there, and in all.
func AskBeforeBody(asset uuid.UUID) (early, inAll int, err error) {
	locks := newUploadLocks()
	lock, err := locks.NewLock(strings.ToUpper(asset.String()))
	if err != nil {
		return 0, 0, err
	}
	if err := lock.Lock(context.Background(), func() { inAll++ }); err != nil {
		return 0, 0, err
	}
	locks.releaseAll()
	early = inAll
	locks.receiving(asset, false)
	return early, inAll, lock.Unlock()
}
