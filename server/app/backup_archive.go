package app

import (
	"archive/tar"
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"

	"hanzhi/server/pg"
)

// The archive, in this order: manifest.json, secret, database/<table>/<number>.copy in pieces, objects/<key>,
// SHA256SUMS over all of these in the format of sha256sum.
const (
	manifestName   = "manifest.json"
	secretName     = "secret"
	databasePrefix = "database/"
	objectPrefix   = "objects/"
	sumsName       = "SHA256SUMS"

	contentTypeRecord  = "HANZHI.content-type"
	cacheControlRecord = "HANZHI.cache-control"
)

// manifest says what a backup is of.
type manifest struct {
	Format    int       `json:"format"`
	Schema    string    `json:"schema"` // pg.Schema of the program that wrote it
	CreatedAt time.Time `json:"createdAt"`
	Tables    []table   `json:"tables"`
}

// archiveFormat is raised when an older program could not read what this one writes.
const archiveFormat = 1

// archiveWriter writes entries and remembers their hashes.
type archiveWriter struct {
	file *os.File
	zip  *zstd.Encoder
	tar  *tar.Writer
	sums bytes.Buffer
}

func createArchive(path string) (*archiveWriter, error) {
	// It holds password hashes and everybody's work: for the operator's eyes.
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	zip, err := zstd.NewWriter(f, zstd.WithEncoderLevel(zstd.SpeedDefault), zstd.WithEncoderCRC(true))
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &archiveWriter{file: f, zip: zip, tar: tar.NewWriter(zip)}, nil
}

// add writes one entry of exactly size bytes.
func (w *archiveWriter) add(name string, size int64, r io.Reader, records map[string]string) error {
	h := &tar.Header{Name: name, Size: size, Mode: 0o600, Format: tar.FormatPAX, PAXRecords: records}
	if err := w.tar.WriteHeader(h); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	sum := sha256.New()
	if n, err := io.Copy(io.MultiWriter(w.tar, sum), r); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	} else if n != size {
		return fmt.Errorf("%s: %d bytes, want %d", name, n, size)
	}
	fmt.Fprintf(&w.sums, "%s  %s\n", hex.EncodeToString(sum.Sum(nil)), name)
	return nil
}

func (w *archiveWriter) addBytes(name string, b []byte) error {
	return w.add(name, int64(len(b)), bytes.NewReader(b), nil)
}

// close finishes the archive and makes sure that it is on the disk.
func (w *archiveWriter) close(failed error) error {
	if failed == nil {
		failed = w.addBytes(sumsName, bytes.Clone(w.sums.Bytes()))
	}
	return errors.Join(failed, w.tar.Close(), w.zip.Close(), w.file.Sync(), w.file.Close())
}

// eachEntry calls fn for every entry of an archive, in order.
func eachEntry(ctx context.Context, path string, fn func(*tar.Header, io.Reader) error) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	zip, err := zstd.NewReader(bufio.NewReaderSize(f, 1<<20))
	if err != nil {
		return err
	}
	defer zip.Close()
	for r := tar.NewReader(zip); ctx.Err() == nil; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			// What follows is the checksum of all, names and types of entries included.
			if _, err = io.Copy(io.Discard, zip); err == nil {
				return nil
			}
		}
		if err != nil {
			return fmt.Errorf("%s is damaged or no backup: %w", path, err)
		}
		if err := fn(h, r); err != nil {
			return fmt.Errorf("%s: %w", h.Name, err)
		}
	}
	return ctx.Err()
}

// verifyArchive reads the whole file and returns its manifest when every entry has its hash and this program can
// restore it.
func verifyArchive(ctx context.Context, path string) (manifest, error) {
	var m manifest
	var computed bytes.Buffer
	var listed []byte
	err := eachEntry(ctx, path, func(h *tar.Header, r io.Reader) (err error) {
		if h.Name == sumsName {
			listed, err = io.ReadAll(r)
			return err
		}
		sum := sha256.New()
		if h.Name == manifestName {
			err = json.NewDecoder(io.TeeReader(r, sum)).Decode(&m)
		}
		if err == nil {
			_, err = io.Copy(sum, r)
		}
		fmt.Fprintf(&computed, "%s  %s\n", hex.EncodeToString(sum.Sum(nil)), h.Name)
		return err
	})
	if err != nil {
		return m, err
	}
	if listed == nil {
		return m, fmt.Errorf("%s ends too early", path)
	}
	if name := firstDifference(computed.String(), string(listed)); name != "" {
		return m, fmt.Errorf("%s is damaged: %s does not have its hash", path, name)
	}
	if m.Format != archiveFormat || m.Schema != pg.Schema() {
		return m, fmt.Errorf("%s was written by another version of Hanzhi (schema %s, this one has %s); restore it with that version, then upgrade", path, m.Schema, pg.Schema())
	}
	return m, nil
}

// firstDifference returns the name in the first line that differs, "" when none does.
func firstDifference(got, want string) string {
	if got == want {
		return ""
	}
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range g {
		if i >= len(w) || g[i] != w[i] {
			_, name, _ := strings.Cut(g[i], "  ")
			return name + " "
		}
	}
	return "an entry that is not there"
}

// writeArchive writes all state to a new file.
func (s *state) writeArchive(ctx context.Context, path string) (total summary, err error) {
	w, err := createArchive(path)
	if err != nil {
		return total, err
	}
	err = s.writeDatabase(ctx, w, &total)
	if err == nil {
		err = s.writeObjects(ctx, w, &total)
	}
	return total, w.close(err)
}

// writeManifest begins the archive.
func (s *state) writeManifest(w *archiveWriter, tables []table) error {
	b, err := json.Marshal(manifest{Format: archiveFormat, Schema: pg.Schema(), CreatedAt: time.Now().UTC(), Tables: tables})
	if err != nil {
		return err
	}
	if err := w.addBytes(manifestName, b); err != nil || s.secret == "" {
		return err
	}
	secret, err := os.ReadFile(s.secret)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	return w.addBytes(secretName, secret)
}
