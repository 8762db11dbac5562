package embedded

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// lockFolder makes sure that nobody else uses a data folder, until unlockFolder or the end of the process, however it
// ends. The lock is a bare descriptor: an os.File that nobody refers to any more is closed by the garbage collector, and
// whoever starts services may well drop them and let them run.
func lockFolder(dir string) (fd int, err error) {
	path := filepath.Join(dir, "lock")
	fd, err = syscall.Open(path, syscall.O_RDWR|syscall.O_CREAT|syscall.O_CLOEXEC, 0o600)
	if errors.Is(err, fs.ErrPermission) {
		return -1, fmt.Errorf("the data folder %s belongs to another user: %w", dir, err)
	} else if err != nil {
		return -1, fmt.Errorf("data folder: %s: %w", path, err)
	}
	if err := syscall.Flock(fd, syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = syscall.Close(fd)
		return -1, fmt.Errorf("%w: %s", ErrInUse, dir)
	}
	return fd, nil
}

// unlockFolder gives a data folder back. Closing alone would not do that at once: a process that is just being started
// has a copy of every descriptor until it becomes another program, and the lock lasts as long as its last copy.
func unlockFolder(fd int) {
	_ = syscall.Flock(fd, syscall.LOCK_UN)
	_ = syscall.Close(fd)
}

// socketFolder makes a private folder with a short path: a socket's path may have 107 bytes, a data folder's may be
// longer. Its name is noted in dir, so that the next start can remove what a killed one left.
func socketFolder(dir string) (string, error) {
	note := filepath.Join(dir, "sockets")
	if old, err := os.ReadFile(note); err == nil {
		if p := strings.TrimSpace(string(old)); strings.HasPrefix(filepath.Base(p), "hanzhi-") {
			_ = os.RemoveAll(p)
		}
	}
	base := "/tmp"
	if info, err := os.Stat(base); err != nil || !info.IsDir() {
		base = os.TempDir()
	}
	path, err := os.MkdirTemp(base, "hanzhi-")
	if err != nil {
		return "", fmt.Errorf("socket folder: %w", err)
	}
	// Passable, not readable: each service has a private folder of its own user inside.
	if err := os.Chmod(path, 0o711); err != nil {
		return "", fmt.Errorf("socket folder: %w", err)
	}
	return path, os.WriteFile(note, []byte(path+"\n"), 0o600)
}

// privateDir makes a folder that only its user may enter; nil means this process's user.
func privateDir(path string, user *syscall.Credential) error {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return err
	}
	if user == nil {
		return nil
	}
	return os.Chown(path, int(user.Uid), int(user.Gid))
}

// writePrivate replaces a file as a whole, for our user alone: a kill in between must not lose the old content.
func writePrivate(path string, content []byte) error {
	if err := os.WriteFile(path+".new", append(content, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}
