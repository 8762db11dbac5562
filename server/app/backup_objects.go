package app

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/minio/minio-go/v7"
	"golang.org/x/sync/errgroup"
)

func (s *state) writeObjects(ctx context.Context, w *archiveWriter, total *summary) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	exists, err := s.s3.BucketExists(ctx, s.bucket)
	if err != nil || !exists {
		return err
	}
	for o := range s.s3.ListObjectsIter(ctx, s.bucket, minio.ListObjectsOptions{Recursive: true}) {
		if o.Err != nil {
			return o.Err
		}
		err := s.writeObject(ctx, w, o.Key, total)
		if minio.ToErrorResponse(err).Code == minio.NoSuchKey {
			total.missing++
			continue
		}
		if err != nil {
			return fmt.Errorf("object %s: %w", o.Key, err)
		}
	}
	return nil
}

func (s *state) writeObject(ctx context.Context, w *archiveWriter, key string, total *summary) error {
	body, info, header, err := s.s3.GetObject(ctx, s.bucket, key, minio.GetObjectOptions{})
	if err != nil {
		return err
	}
	defer body.Close()
	records := map[string]string{}
	for record, value := range map[string]string{contentTypeRecord: info.ContentType, cacheControlRecord: header.Get("Cache-Control")} {
		if value != "" {
			records[record] = value
		}
	}
	total.objects++
	total.bytes += info.Size
	return w.add(objectPrefix+key, info.Size, body, records)
}

// readArchive stores everything of a verified archive. The database is committed last; when anything fails, the objects
// stored so far are removed, so that the installation is as empty as before.
func (s *state) readArchive(ctx context.Context, file string, m manifest) (total summary, err error) {
	tx, err := s.db.Begin(ctx)
	if err != nil {
		return total, err
	}
	defer tx.Rollback(context.WithoutCancel(ctx))
	load, err := newLoader(ctx, tx, m)
	if err != nil {
		return total, err
	}
	put := newPutter(ctx, s)
	err = eachEntry(ctx, file, func(h *tar.Header, r io.Reader) error { return s.readEntry(ctx, load, put, h, r) })
	err = errors.Join(err, load.endTable(), put.wait())
	if err == nil {
		err = load.finish(ctx)
	}
	if err == nil {
		err = restartUploads(ctx, tx)
	}
	if err == nil {
		err = tx.Commit(ctx)
	}
	if err != nil {
		return total, errors.Join(err, put.undo(context.WithoutCancel(ctx)))
	}
	return summary{tables: len(m.Tables), rows: load.rows, objects: put.objects, bytes: put.bytes}, nil
}

func (s *state) readEntry(ctx context.Context, load *loader, put *putter, h *tar.Header, r io.Reader) error {
	switch {
	case h.Name == manifestName || h.Name == sumsName:
		return nil
	case h.Name == secretName:
		return s.keepSecret(r)
	case strings.HasPrefix(h.Name, databasePrefix):
		return load.load(ctx, path.Dir(strings.TrimPrefix(h.Name, databasePrefix)), r)
	case strings.HasPrefix(h.Name, objectPrefix):
		return put.put(strings.TrimPrefix(h.Name, objectPrefix), h, r)
	}
	return errors.New("this program does not know what it is")
}

// keepSecret writes the secret of the old installation, unless the operator gives one.
func (s *state) keepSecret(r io.Reader) error {
	if s.secret == "" {
		return nil
	}
	b, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(s.secret), 0o755); err != nil {
		return err
	}
	return os.WriteFile(s.secret, b, 0o600)
}

// restartUploads sets unfinished uploads back to their first byte: the parts that a store holds of them belong to the
// old store alone. The author's browser goes on by itself.
func restartUploads(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, "UPDATE uploads SET multipart_id = '', parts = '{}', parts_bytes = 0, tail_bytes = 0, hash_state = ''")
	return err
}

// putter stores objects, small ones several at a time: each costs a round trip.
type putter struct {
	s       *state
	group   *errgroup.Group
	ctx     context.Context
	keys    []string
	objects int
	bytes   int64
}

const (
	smallObject  = 4 << 20
	putsInFlight = 8
)

func newPutter(ctx context.Context, s *state) *putter {
	p := &putter{s: s}
	p.group, p.ctx = errgroup.WithContext(ctx)
	p.group.SetLimit(putsInFlight)
	return p
}

func (p *putter) put(key string, h *tar.Header, r io.Reader) error {
	p.keys = append(p.keys, key)
	p.objects++
	p.bytes += h.Size
	opts := minio.PutObjectOptions{ContentType: h.PAXRecords[contentTypeRecord], CacheControl: h.PAXRecords[cacheControlRecord]}
	if h.Size > smallObject {
		opts.SendContentMd5 = true // of each part, so that the store checks what it gets
		_, err := p.s.s3.Client.PutObject(p.ctx, p.s.bucket, key, r, h.Size, opts)
		return err
	}
	b, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	p.group.Go(func() error { return p.putSmall(key, b, opts) })
	return p.ctx.Err()
}

// putSmall is one plain request. The client's streaming one makes versitygw lose its place after an empty object.
func (p *putter) putSmall(key string, b []byte, opts minio.PutObjectOptions) error {
	md5Sum, shaSum := md5.Sum(b), sha256.Sum256(b)
	_, err := p.s.s3.PutObject(p.ctx, p.s.bucket, key, bytes.NewReader(b), int64(len(b)),
		base64.StdEncoding.EncodeToString(md5Sum[:]), hex.EncodeToString(shaSum[:]), opts)
	if err != nil {
		return fmt.Errorf("object %s: %w", key, err)
	}
	return nil
}

func (p *putter) wait() error { return p.group.Wait() }

// undo removes what was stored.
func (p *putter) undo(ctx context.Context) error {
	var errs []error
	for _, key := range p.keys {
		errs = append(errs, p.s.s3.RemoveObject(ctx, p.s.bucket, key, minio.RemoveObjectOptions{}))
	}
	return errors.Join(errs...)
}
