package media

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/tus/tusd/v2/pkg/handler"
	tuslog "golang.org/x/exp/slog"

	"hanzhi/server/fault"
)

// UploadPath is where uploads live; tusd makes Location headers of it.
const UploadPath = "/api/uploads/"

// uploadIdle ends a request that no byte has arrived on for so long: the line is dead, and the client comes again.
const uploadIdle = 45 * time.Second

// newTus gives the tus protocol, which is tusd's, our store to work on.
func (s *Service) newTus() (*handler.UnroutedHandler, error) {
	composer := handler.NewStoreComposer()
	store := tusStore{s}
	composer.UseCore(store)
	composer.UseTerminater(store)
	composer.UseLocker(s.locks)
	return handler.NewUnroutedHandler(handler.Config{
		StoreComposer: composer, BasePath: UploadPath, MaxSize: s.cfg.UploadLimit,
		DisableDownload: true, DisableConcatenation: true, Cors: &handler.CorsConfig{Disable: true},
		NetworkTimeout: uploadIdle, AcquireLockTimeout: 20 * time.Second,
		Logger: tuslog.New(quiet{}), // our own log has one line a failure; this one has six lines a request
	})
}

// quiet drops tusd's log.
type quiet struct{}

func (quiet) Enabled(context.Context, tuslog.Level) bool  { return false }
func (quiet) Handle(context.Context, tuslog.Record) error { return nil }
func (q quiet) WithAttrs([]tuslog.Attr) tuslog.Handler    { return q }
func (q quiet) WithGroup(string) tuslog.Handler           { return q }

// UploadError is a breach of the tus protocol; the protocol, not we, says which status each has.
type UploadError struct {
	Status int
	Code   string // such as mismatched_offset
	Detail string
}

func (e *UploadError) Error() string { return e.Code + ": " + e.Detail }

// uploadCall travels in the request's context from ServeUpload to the store that tusd calls.
type uploadCall struct {
	viewer uuid.UUID
	err    error // what the store met; tusd would print it to the client
}

type uploadCallKey struct{}

func callOf(ctx context.Context) *uploadCall {
	call, _ := ctx.Value(uploadCallKey{}).(*uploadCall)
	if call == nil {
		return &uploadCall{}
	}
	return call
}

// keep remembers the store's error for ServeUpload and returns it for tusd.
func (c *uploadCall) keep(err error) error {
	if err != nil && c.err == nil {
		c.err = err
	}
	return err
}

// ServeUpload answers one request of the tus 1.0 protocol (creation, termination). w must take deadlines as
// http.ResponseController sets them, and r.Body must be the connection, not a copy: what arrives is stored as it
// arrives. Only a success is written to w; a failure is returned: an UploadError or a fault.
func (s *Service) ServeUpload(w http.ResponseWriter, r *http.Request, viewer uuid.UUID) error {
	if s.draining.Load() {
		return errDraining()
	}
	call := &uploadCall{viewer: viewer}
	// tusd keeps a goroutine until the request's context ends, as net/http ends it.
	ctx, cancel := context.WithCancel(context.WithValue(r.Context(), uploadCallKey{}, call))
	defer cancel()
	r = r.WithContext(ctx)
	// No bytes with the creation: repeated after a lost answer they would be appended twice.
	if r.Method == http.MethodPost {
		r.Header.Del("Content-Type")
	}
	r.Header.Del("X-HTTP-Method-Override")
	r.URL = &url.URL{Path: strings.TrimPrefix(r.URL.Path, strings.TrimSuffix(UploadPath, "/"))}
	answer := &heldAnswer{ResponseWriter: w, status: http.StatusOK}
	s.tus.Middleware(s.tusMethod(r.Method)).ServeHTTP(answer, r)
	if answer.status >= http.StatusBadRequest {
		return s.uploadFailure(call, answer)
	}
	if at := w.Header().Get("Location"); at != "" {
		// Without the host, which behind a proxy is not the one that people use.
		w.Header().Set("Location", UploadPath+at[strings.LastIndexByte(at, '/')+1:])
	}
	if w.Header().Get("Tus-Extension") != "" {
		w.Header().Set("Tus-Extension", "creation,termination")
	}
	w.WriteHeader(answer.status)
	return nil
}

func (s *Service) tusMethod(method string) http.Handler {
	switch method {
	case http.MethodPost:
		return http.HandlerFunc(s.tus.PostFile)
	case http.MethodHead:
		return http.HandlerFunc(s.tus.HeadFile)
	case http.MethodPatch:
		return http.HandlerFunc(s.tus.PatchFile)
	case http.MethodDelete:
		return http.HandlerFunc(s.tus.DelFile)
	default: // OPTIONS is answered by tusd's middleware
		return http.NotFoundHandler()
	}
}

// uploadFailure prefers what the store said to what tusd makes of it.
func (s *Service) uploadFailure(call *uploadCall, answer *heldAnswer) error {
	if call.err != nil {
		return call.err
	}
	code, detail, _ := strings.Cut(strings.TrimSpace(answer.body.String()), ": ")
	code = strings.ToLower(strings.TrimPrefix(code, "ERR_"))
	switch {
	case code == "upload_interrupted" && s.draining.Load():
		return errDraining()
	case code == "read_timeout" || code == "connection_reset" || code == "lock_timeout" || code == "upload_interrupted":
		return fault.New(fault.Unavailable, "upload_interrupted", "The line was lost. What has arrived is safe; go on from there.")
	case answer.status == http.StatusInternalServerError:
		return errors.New("media: upload: " + detail)
	case code == "":
		code, detail = "upload_refused", http.StatusText(answer.status)
	}
	return &UploadError{Status: answer.status, Code: code, Detail: detail}
}

func errDraining() error {
	f := fault.New(fault.Unavailable, "restarting", "The server is restarting. What has arrived is safe; go on in a moment.")
	f.RetryAfter = 2
	return f
}

// heldAnswer holds back status and body, which are short, until it is known whether they are a success.
type heldAnswer struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (a *heldAnswer) WriteHeader(status int)      { a.status = status }
func (a *heldAnswer) Write(p []byte) (int, error) { return a.body.Write(p) }

// Unwrap lets http.ResponseController reach the connection's deadlines.
func (a *heldAnswer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// tusStore is our store as tusd wants it.
type tusStore struct{ s *Service }

// NewUpload makes the upload that the metadata describe; the same again is the same upload.
func (t tusStore) NewUpload(ctx context.Context, info handler.FileInfo) (handler.Upload, error) {
	call := callOf(ctx)
	in, err := newUpload(info)
	if err != nil {
		return nil, call.keep(err)
	}
	row, err := t.s.CreateUpload(ctx, call.viewer, in)
	if err != nil {
		return nil, call.keep(err)
	}
	return &tusUpload{s: t.s, row: row, call: call}, nil
}

// GetUpload finds an upload that the caller may go on with.
func (t tusStore) GetUpload(ctx context.Context, id string) (handler.Upload, error) {
	call := callOf(ctx)
	asset, err := uuid.Parse(id)
	if err != nil {
		return nil, handler.ErrNotFound
	}
	row, err := t.s.upload(ctx, call.viewer, asset)
	if err != nil {
		return nil, call.keep(err)
	}
	return &tusUpload{s: t.s, row: row, call: call}, nil
}

// AsTerminatableUpload makes DELETE work.
func (t tusStore) AsTerminatableUpload(u handler.Upload) handler.TerminatableUpload {
	return u.(*tusUpload)
}

// tusUpload is one request's view of an upload, which it holds the lock of.
type tusUpload struct {
	s    *Service
	row  uploadRow
	call *uploadCall
}

func (u *tusUpload) GetInfo(context.Context) (handler.FileInfo, error) {
	return handler.FileInfo{ID: u.row.AssetID.String(), Size: u.row.Size, Offset: u.row.offset,
		MetaData: handler.MetaData{"filename": u.row.Filename}}, nil
}

func (u *tusUpload) WriteChunk(ctx context.Context, offset int64, src io.Reader) (int64, error) {
	u.s.locks.receiving(u.row.AssetID, u.s.draining.Load())
	// What has arrived is stored also when the client is gone.
	n, err := u.s.receive(context.WithoutCancel(ctx), &u.row, offset, src)
	return n, u.call.keep(err)
}

func (u *tusUpload) FinishUpload(ctx context.Context) error {
	return u.call.keep(u.s.finishUpload(context.WithoutCancel(ctx), &u.row))
}

func (u *tusUpload) Terminate(ctx context.Context) error {
	return u.call.keep(u.s.cancelUpload(context.WithoutCancel(ctx), u.call.viewer, u.row.AssetID))
}

func (u *tusUpload) GetReader(context.Context) (io.ReadCloser, error) {
	return nil, handler.ErrNotImplemented
}

// uploadLocks lets one request at a time work on an upload of this copy. A newcomer asks the holder to leave: on a
// weak line the old connection is often dead without knowing it.
type uploadLocks struct {
	mu   sync.Mutex
	held map[string]*uploadLock
}

type uploadLock struct {
	locks *uploadLocks
	id    string
	done  chan struct{}

	// release is tusd's; it closes the body of the request, which tusd sets without a lock of its own just before it
	// calls WriteChunk. So it is called when the body is there, and who is asked to leave earlier leaves then.
	release   func()
	receiving bool
	asked     bool
}

func newUploadLocks() *uploadLocks { return &uploadLocks{held: map[string]*uploadLock{}} }

// lockPatience is how long a newcomer lets the holder finish by itself.
const lockPatience = 500 * time.Millisecond

// NewLock makes a lock that is not yet held.
func (l *uploadLocks) NewLock(id string) (handler.Lock, error) {
	if asset, err := uuid.Parse(id); err == nil {
		id = asset.String() // an id may be written in several ways
	}
	return &uploadLock{locks: l, id: id, done: make(chan struct{})}, nil
}

// Lock waits for the holder to leave, after asking it to.
func (k *uploadLock) Lock(ctx context.Context, release func()) error {
	k.release = release
	for {
		k.locks.mu.Lock()
		holder := k.locks.held[k.id]
		if holder == nil {
			k.locks.held[k.id] = k
			k.locks.mu.Unlock()
			return nil
		}
		k.locks.mu.Unlock()
		// A line that was cut has ended the holder's request, which may still be storing what had arrived.
		select {
		case <-holder.done:
			continue
		case <-time.After(lockPatience):
		}
		k.locks.mu.Lock()
		holder.ask()
		k.locks.mu.Unlock()
		select {
		case <-holder.done:
		case <-ctx.Done():
			return handler.ErrFileLocked
		}
	}
}

// Unlock lets the next one in.
func (k *uploadLock) Unlock() error {
	k.locks.mu.Lock()
	defer k.locks.mu.Unlock()
	if k.locks.held[k.id] == k {
		delete(k.locks.held, k.id)
		close(k.done)
	}
	return nil
}

// ask asks a holder to leave; the caller holds the lock of locks. One that receives nothing, such as a HEAD, is soon
// done by itself.
func (k *uploadLock) ask() {
	k.asked = true
	if k.receiving {
		k.release()
	}
}

// receiving says that the holder of an upload's lock has its body now. It leaves at once when it was asked to, or when
// the server is draining.
func (l *uploadLocks) receiving(asset uuid.UUID, draining bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	k := l.held[asset.String()]
	if k == nil {
		return
	}
	k.receiving = true
	if k.asked || draining {
		k.release()
	}
}

// releaseAll asks every holder to leave.
func (l *uploadLocks) releaseAll() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, k := range l.held {
		k.ask()
	}
}
