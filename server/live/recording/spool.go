package recording

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// spool keeps pieces on the local disk from when they are whole until they are in the object store: what waits there outlives
// the node. A file is there whole or not at all. Several nodes may share a folder, since storing a piece twice is storing it once.
// There is no fsync: kill -9 loses nothing without it, and a power cut shows in the length.
type spool struct {
	dir  string
	most int64

	mu   sync.Mutex
	used int64
	held map[string]int64 // sizes of those that an outbox sends; the others are what was left
}

var errSpoolFull = errors.New("recording: as much waits on the disk as may")

func openSpool(dir string, most int64) (*spool, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("recording: spool: %w", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("recording: spool: %w", err)
	}
	s := &spool{dir: dir, most: most, held: map[string]int64{}}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			continue
		}
		if strings.HasPrefix(e.Name(), ".") { // half written by a node that died
			if time.Since(info.ModTime()) > time.Hour {
				_ = os.Remove(filepath.Join(dir, e.Name()))
			}
			continue
		}
		s.used += info.Size()
	}
	return s, nil
}

func fileOf(p Piece) string { return fmt.Sprintf("%s.%s.%06d", p.Class, p.Track, p.Number) }

// keep writes a piece and returns its file's name.
func (s *spool) keep(p Piece, data []byte) (string, error) {
	head, err := json.Marshal(p)
	if err != nil {
		return "", err
	}
	content := append(append(head, '\n'), data...)
	name, size := fileOf(p), int64(len(content))
	s.mu.Lock()
	if s.used+size > s.most {
		s.mu.Unlock()
		return "", errSpoolFull
	}
	s.used += size
	s.held[name] = size
	s.mu.Unlock()
	half := filepath.Join(s.dir, "."+name)
	if err = os.WriteFile(half, content, 0o600); err == nil {
		err = os.Rename(half, filepath.Join(s.dir, name))
	}
	if err != nil {
		_ = os.Remove(half)
		s.mu.Lock()
		s.used -= size
		delete(s.held, name)
		s.mu.Unlock()
		return "", err
	}
	return name, nil
}

// errBrokenFile is of a file that a power cut or a strange hand has left.
var errBrokenFile = errors.New("recording: no whole piece")

// read returns a piece; fs.ErrNotExist when somebody else has stored it.
func (s *spool) read(name string) (Piece, []byte, error) {
	content, err := os.ReadFile(filepath.Join(s.dir, name))
	if err != nil {
		return Piece{}, nil, err
	}
	head, data, found := bytes.Cut(content, []byte("\n"))
	var p Piece
	if !found || json.Unmarshal(head, &p) != nil || int64(len(data)) != p.Bytes || fileOf(p) != name || p.Key != key(p) {
		return p, nil, errBrokenFile
	}
	return p, data, nil
}

// drop removes the file of a piece that is stored.
func (s *spool) drop(name string) {
	path := filepath.Join(s.dir, name)
	var size int64
	if info, err := os.Stat(path); err == nil {
		size = info.Size()
	}
	_ = os.Remove(path) // what stays is stored once more by the next sweep
	s.mu.Lock()
	defer s.mu.Unlock()
	if own, held := s.held[name]; held { // counted here, also when another node was quicker
		size = own
	}
	s.used = max(0, s.used-size)
	delete(s.held, name)
}

// release leaves a file to whoever looks for what was left.
func (s *spool) release(name string) {
	s.mu.Lock()
	delete(s.held, name)
	s.mu.Unlock()
}

// left lists the files that nobody here sends, in the order of their tracks and numbers.
func (s *spool) left() ([]string, error) {
	entries, err := os.ReadDir(s.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var names []string
	for _, e := range entries {
		if _, held := s.held[e.Name()]; !held && !strings.HasPrefix(e.Name(), ".") {
			names = append(names, e.Name())
		}
	}
	return names, nil
}
