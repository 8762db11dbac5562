package media

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"hanzhi/server/fault"
)

// StoreConfig says where the object store is: MinIO or any other S3.
type StoreConfig struct {
	Endpoint, AccessKey, SecretKey, Bucket, Region string // Endpoint is host:port
	Secure                                         bool   // TLS
}

// Store keeps sources and renditions in one bucket. It speaks plain S3, so that MinIO, versitygw and the large
// providers serve alike. Keys never name both "a" and "a/b": some servers keep objects as files.
//
// A missing object is fault.NotFound; a store that is down, slow or full is fault.Unavailable.
type Store struct {
	core   *minio.Core
	bucket string
	region string
}

// objectLimit is what one PUT may hold; parts and whole files stay below it.
const objectLimit = 5 << 30

// NewStore returns a Store without calling the server.
func NewStore(cfg StoreConfig) (*Store, error) {
	transport := &http.Transport{
		DialContext: (&net.Dialer{Timeout: 3 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		// Go keeps two idle connections to a host; a busy cache fill would dial again and again.
		MaxIdleConns: 256, MaxIdleConnsPerHost: 256,
		// Learners must not be able to pull more at once than the store can bear.
		MaxConnsPerHost:       128,
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   5 * time.Second,
		ResponseHeaderTimeout: time.Minute,
		DisableCompression:    true,
	}
	core, err := minio.NewCore(cfg.Endpoint, &minio.Options{
		Creds:  credentials.NewStaticV4(cfg.AccessKey, cfg.SecretKey, ""),
		Secure: cfg.Secure, Region: cfg.Region, Transport: transport,
		BucketLookup: minio.BucketLookupAuto, MaxRetries: 3,
	})
	if err != nil {
		return nil, fmt.Errorf("media: store: %w", err)
	}
	return &Store{core: core, bucket: cfg.Bucket, region: cfg.Region}, nil
}

// EnsureBucket makes the bucket when there is none.
func (s *Store) EnsureBucket(ctx context.Context) error {
	exists, err := s.core.BucketExists(ctx, s.bucket)
	if err != nil || exists {
		return storeFault(err, "bucket", s.bucket)
	}
	err = s.core.MakeBucket(ctx, s.bucket, minio.MakeBucketOptions{Region: s.region})
	// Another copy may have been quicker.
	if code := minio.ToErrorResponse(err).Code; code == minio.BucketAlreadyOwnedByYou || code == minio.BucketAlreadyExists {
		return nil
	}
	return storeFault(err, "bucket", s.bucket)
}

// Ping reports whether the bucket answers.
func (s *Store) Ping(ctx context.Context) error {
	exists, err := s.core.BucketExists(ctx, s.bucket)
	if err == nil && !exists {
		return fault.New(fault.Unavailable, "store_unavailable", "The media store has no bucket.")
	}
	return storeFault(err, "bucket", s.bucket)
}

// Put stores size bytes of r under key in one request. A retry after a broken connection needs r to be an io.Seeker.
func (s *Store) Put(ctx context.Context, key string, r io.Reader, size int64, contentType string) error {
	if size > objectLimit {
		return fmt.Errorf("media: store: %d bytes are too many for one object", size)
	}
	_, err := s.core.PutObject(ctx, s.bucket, key, r, size, "", "", minio.PutObjectOptions{ContentType: contentType})
	return storeFault(err, "object", key)
}

// PutFile stores the file at path under key and returns its size in bytes.
func (s *Store) PutFile(ctx context.Context, key, path, contentType string) (int64, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), s.Put(ctx, key, f, info.Size(), contentType)
}

// Read returns n bytes of the object from offset on; n < 0 means all that follow.
func (s *Store) Read(ctx context.Context, key string, offset, n int64) ([]byte, error) {
	var opts minio.GetObjectOptions
	if n > 0 {
		if err := opts.SetRange(offset, offset+n-1); err != nil {
			return nil, err
		}
	} else if offset > 0 {
		if err := opts.SetRange(offset, 0); err != nil {
			return nil, err
		}
	}
	// Core's GetObject is one request; the client's is a HEAD and a GET.
	body, info, _, err := s.core.GetObject(ctx, s.bucket, key, opts)
	if err != nil {
		return nil, storeFault(err, "object", key)
	}
	defer body.Close()
	if n < 0 {
		n = info.Size
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(body, b); err != nil {
		return nil, storeFault(err, "object", key)
	}
	return b, nil
}

// Open returns a reader over the whole object and its size in bytes.
func (s *Store) Open(ctx context.Context, key string) (io.ReadCloser, int64, error) {
	body, info, _, err := s.core.GetObject(ctx, s.bucket, key, minio.GetObjectOptions{})
	return body, info.Size, storeFault(err, "object", key)
}

// Size returns the object's size in bytes.
func (s *Store) Size(ctx context.Context, key string) (int64, error) {
	info, err := s.core.StatObject(ctx, s.bucket, key, minio.StatObjectOptions{})
	return info.Size, storeFault(err, "object", key)
}

// Remove deletes an object; one that is not there is no error.
func (s *Store) Remove(ctx context.Context, key string) error {
	err := storeFault(s.core.RemoveObject(ctx, s.bucket, key, minio.RemoveObjectOptions{}), "object", key)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

// Keys lists the keys that begin with prefix, in order.
func (s *Store) Keys(ctx context.Context, prefix string) ([]string, error) {
	var keys []string
	for o := range s.core.Client.ListObjects(ctx, s.bucket, minio.ListObjectsOptions{Prefix: prefix, Recursive: true}) {
		if o.Err != nil {
			return nil, storeFault(o.Err, "objects", prefix)
		}
		keys = append(keys, o.Key)
	}
	return keys, nil
}

// RemovePrefix deletes every object whose key begins with prefix, and every unfinished multipart upload of that key.
func (s *Store) RemovePrefix(ctx context.Context, prefix string) (int, error) {
	if len(prefix) < minPrefix {
		return 0, fmt.Errorf("media: store: prefix %q is too short to delete", prefix)
	}
	if err := s.AbortAll(ctx, prefix); err != nil {
		return 0, err
	}
	keys, err := s.Keys(ctx, prefix)
	if err != nil {
		return 0, err
	}
	for i, key := range keys {
		if err := s.Remove(ctx, key); err != nil {
			return i, err
		}
	}
	return len(keys), nil
}

// minPrefix keeps a slip from emptying the bucket: "v/" and an id are longer.
const minPrefix = 16

// StartMultipart opens a multipart upload and returns its id.
func (s *Store) StartMultipart(ctx context.Context, key string) (string, error) {
	id, err := s.core.NewMultipartUpload(ctx, s.bucket, key, minio.PutObjectOptions{ContentType: "application/octet-stream"})
	return id, storeFault(err, "upload", key)
}

// PutPart stores part number (from 1) and returns its ETag. All parts but the last have at least 5 MiB.
func (s *Store) PutPart(ctx context.Context, key, id string, number int, r io.Reader, size int64) (string, error) {
	part, err := s.core.PutObjectPart(ctx, s.bucket, key, id, number, r, size, minio.PutObjectPartOptions{})
	return part.ETag, storeFault(err, "part", key)
}

// CompleteMultipart makes the object of its parts, whose ETags are given in order.
func (s *Store) CompleteMultipart(ctx context.Context, key, id string, etags []string) error {
	parts := make([]minio.CompletePart, len(etags))
	for i, etag := range etags {
		parts[i] = minio.CompletePart{PartNumber: i + 1, ETag: etag}
	}
	_, err := s.core.CompleteMultipartUpload(ctx, s.bucket, key, id, parts, minio.PutObjectOptions{})
	return storeFault(err, "upload", key)
}

// AbortAll drops every unfinished multipart upload of key, also those whose id was lost in a crash.
func (s *Store) AbortAll(ctx context.Context, key string) error {
	found, err := s.core.ListMultipartUploads(ctx, s.bucket, key, "", "", "", 1000)
	if err != nil {
		return storeFault(err, "uploads", key)
	}
	for _, u := range found.Uploads {
		err := storeFault(s.core.AbortMultipartUpload(ctx, s.bucket, u.Key, u.UploadID), "upload", u.Key)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	return nil
}

// storeFault gives an error of the store its kind.
func storeFault(err error, what, key string) error {
	if err == nil {
		return nil
	}
	cause := fmt.Errorf("media: store: %s %s: %w", what, key, err)
	if errors.Is(err, context.Canceled) {
		return cause
	}
	code := minio.ToErrorResponse(err).Code
	switch {
	case code == minio.NoSuchKey || code == minio.NoSuchUpload || code == "NotFound":
		return fault.Wrap(cause, fault.NotFound, "not_found", "The media store does not have it.")
	case strings.Contains(code, "StorageFull") || strings.Contains(code, "DiskFull"):
		f := fault.Wrap(cause, fault.Unavailable, "storage_full", "The media store is full. What has arrived is safe; go on later.")
		f.RetryAfter = 300
		return f
	default:
		f := fault.Wrap(cause, fault.Unavailable, "store_unavailable", "The media store does not answer just now. What has arrived is safe; try again.")
		f.RetryAfter = 5
		return f
	}
}
