package demo

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"
)

// asset is what the API says of an uploaded file, as far as it matters here.
type asset struct {
	State    string
	Playable bool
	Failure  *struct{ Code string }
}

const (
	piece     = 4 << 20 // bytes of an upload sent in one request
	pollEvery = time.Second
)

// upload sends a file by tus under an id of ours, from where an earlier run stopped. A file that the server has whole is
// not sent again.
func (l *loader) upload(ctx context.Context, id uuid.UUID, kind, name string, data []byte) error {
	a, err := l.asset(ctx, id)
	switch {
	case err == nil && a.State != "uploading":
		return nil
	case err != nil && status(err) != http.StatusNotFound:
		return err
	}
	if err := l.createUpload(ctx, id, kind, name, len(data)); err != nil {
		return fmt.Errorf("upload %s: %w", name, err)
	}
	return l.author.patiently(ctx, func() error { return l.sendRest(ctx, id, data) })
}

func (l *loader) createUpload(ctx context.Context, id uuid.UUID, kind, name string, size int) error {
	encode := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	return l.author.patiently(ctx, func() error {
		header := tusHeader()
		header.Set("Upload-Length", strconv.Itoa(size))
		header.Set("Upload-Metadata", fmt.Sprintf("id %s,institution %s,filename %s,kind %s",
			encode(id.String()), encode(l.institution.String()), encode(name), encode(kind)))
		answer, err := l.author.send(ctx, http.MethodPost, "/api/uploads", header, nil)
		if err != nil {
			return err
		}
		return answer.Body.Close()
	})
}

// sendRest asks how much the server has and sends what follows.
func (l *loader) sendRest(ctx context.Context, id uuid.UUID, data []byte) error {
	path := "/api/uploads/" + id.String()
	answer, err := l.author.send(ctx, http.MethodHead, path, tusHeader(), nil)
	if err != nil {
		return err
	}
	answer.Body.Close()
	for {
		offset, err := strconv.Atoi(answer.Header.Get("Upload-Offset"))
		if err != nil || offset < 0 || offset > len(data) {
			return fmt.Errorf("upload %s: offset %q of %d bytes", id, answer.Header.Get("Upload-Offset"), len(data))
		}
		if offset == len(data) {
			return nil
		}
		header := tusHeader()
		header.Set("Upload-Offset", strconv.Itoa(offset))
		header.Set("Content-Type", "application/offset+octet-stream")
		answer, err = l.author.send(ctx, http.MethodPatch, path, header, data[offset:min(len(data), offset+piece)])
		if err != nil {
			return err
		}
		answer.Body.Close()
	}
}

func tusHeader() http.Header { return http.Header{"Tus-Resumable": {"1.0.0"}} }

func (l *loader) asset(ctx context.Context, id uuid.UUID) (a asset, err error) {
	err = l.author.call(ctx, http.MethodGet, "/api/studio/assets/"+id.String(), nil, &a)
	return a, err
}

// await waits until an asset can be shown. One that failed is tried once more, for its machine may have been stopped.
func (l *loader) await(ctx context.Context, id uuid.UUID) error {
	retried := false
	for {
		a, err := l.asset(ctx, id)
		switch {
		case err != nil:
			return err
		case a.Playable || a.State == "ready":
			return nil
		case a.State == "failed" && retried:
			return fmt.Errorf("the server could not use %s: %v", id, a.Failure)
		case a.State == "failed":
			retried = true
			if err := l.author.call(ctx, http.MethodPost, "/api/studio/assets/"+id.String()+"/retry", struct{}{}, nil); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pollEvery):
		}
	}
}
