package media

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/google/uuid"

	"hanzhi/server/fault"
)

// spool keeps on the local disk what has arrived of uploads and is not yet a part in the object store. One upload has
// one file; its name is the offset of its first byte, so that a file that a crash left behind after its part was
// stored is told from one that still counts.
type spool struct{ dir string }

// openSpool makes the folder. Files of an earlier boot of the machine are dropped: what a power cut left in them
// beyond the last fsync cannot be told from what was synced, and the store has all but the last part.
func openSpool(dir string) (spool, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return spool{}, fmt.Errorf("media: spool: %w", err)
	}
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return spool{dir}, nil // no such thing here: kill -9 loses nothing, and a power cut is the file system's word
	}
	mark := filepath.Join(dir, "boot")
	if old, err := os.ReadFile(mark); err == nil && !bytes.Equal(old, boot) {
		if err := os.RemoveAll(dir); err != nil {
			return spool{}, fmt.Errorf("media: spool: %w", err)
		}
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return spool{}, fmt.Errorf("media: spool: %w", err)
		}
	}
	return spool{dir}, os.WriteFile(mark, boot, 0o600)
}

func (s spool) folder(id uuid.UUID) string { return filepath.Join(s.dir, id.String()) }

// drop removes all that is kept of an upload.
func (s spool) drop(id uuid.UUID) error { return os.RemoveAll(s.folder(id)) }

// uploads lists the uploads that have a folder, and when each was last written to.
func (s spool) uploads() (map[uuid.UUID]time.Time, error) {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return nil, err
	}
	found := map[uuid.UUID]time.Time{}
	for _, e := range entries {
		if id, err := uuid.Parse(e.Name()); err == nil {
			if info, err := e.Info(); err == nil {
				found[id] = info.ModTime()
			}
		}
	}
	return found, nil
}

// spoolFile is the tail of one upload: the bytes from base on.
type spoolFile struct {
	f      *os.File
	base   int64
	size   int64
	synced int64 // bytes that survive a power cut
}

// open opens the file that begins at base, empty when there is none, and removes the others.
func (s spool) open(id uuid.UUID, base int64) (*spoolFile, error) {
	dir := s.folder(id)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, diskFault(err)
	}
	name := strconv.FormatInt(base, 10)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, diskFault(err)
	}
	for _, e := range entries {
		if e.Name() != name {
			if err := os.Remove(filepath.Join(dir, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return nil, diskFault(err)
			}
		}
	}
	f, err := os.OpenFile(filepath.Join(dir, name), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, diskFault(err)
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, diskFault(err)
	}
	return &spoolFile{f: f, base: base, size: info.Size(), synced: info.Size()}, nil
}

// size returns how many bytes from base on are kept here, without opening or making anything.
func (s spool) size(id uuid.UUID, base int64) int64 {
	info, err := os.Stat(filepath.Join(s.folder(id), strconv.FormatInt(base, 10)))
	if err != nil {
		return 0
	}
	return info.Size()
}

// Write appends. After an error the file holds what is counted and nothing beyond: a full disk may have made it longer.
func (f *spoolFile) Write(p []byte) (int, error) {
	n, err := f.f.WriteAt(p, f.size)
	f.size += int64(n)
	if err != nil {
		return n, errors.Join(diskFault(err), f.f.Truncate(f.size))
	}
	return n, nil
}

// sync makes all that was written survive a power cut. Nothing is acknowledged before it. Bytes that the disk did not
// take are cut off: a second sync would claim to have stored them.
func (f *spoolFile) sync() error {
	if err := f.f.Sync(); err != nil {
		f.size = f.synced
		return errors.Join(diskFault(err), f.f.Truncate(f.size))
	}
	f.synced = f.size
	return nil
}

// reader reads the whole file; it can be rewound, for retries.
func (f *spoolFile) reader() io.ReadSeeker { return io.NewSectionReader(f.f, 0, f.size) }

// replace puts the bytes of b in the place of what is there.
func (f *spoolFile) replace(b []byte) error {
	if err := f.f.Truncate(0); err != nil {
		return diskFault(err)
	}
	f.size, f.synced = 0, 0
	_, err := f.Write(b)
	return err
}

// restart begins the file anew at base, after its bytes have become a part.
func (f *spoolFile) restart(base int64) error {
	if err := f.f.Truncate(0); err != nil {
		return diskFault(err)
	}
	old := f.f.Name()
	if err := os.Rename(old, filepath.Join(filepath.Dir(old), strconv.FormatInt(base, 10))); err != nil {
		return diskFault(err)
	}
	f.base, f.size, f.synced = base, 0, 0
	return f.reopen()
}

// reopen follows the rename: an *os.File keeps the name it was opened by.
func (f *spoolFile) reopen() error {
	name := filepath.Join(filepath.Dir(f.f.Name()), strconv.FormatInt(f.base, 10))
	g, err := os.OpenFile(name, os.O_RDWR, 0o600)
	if err != nil {
		return diskFault(err)
	}
	f.f.Close()
	f.f = g
	return nil
}

func (f *spoolFile) close() { f.f.Close() }

// diskFault gives an error of the local disk its kind; a full one is a state of the machine, not a fault of ours.
func diskFault(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG) {
		return diskFull(err)
	}
	return fmt.Errorf("media: spool: %w", err)
}

// diskFull says so to whoever waits; nothing that was not stored has been acknowledged.
func diskFull(err error) error {
	f := fault.Wrap(err, fault.Unavailable, "storage_full", "The server's disk is full. What has arrived is safe; go on later.")
	f.RetryAfter = 300
	return f
}
