package media

import (
	"bytes"
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/semaphore"
	"golang.org/x/sync/singleflight"

	"hanzhi/server/fault"
)

// Limits of the streaming path.
const (
	fillTime  = 15 * time.Second // for one piece out of the object store
	fillBytes = 32 << 20         // being fetched at once
	filePart  = 256 << 10        // of a whole file, as it is cached
	ghosts    = 1 << 14          // pieces remembered as asked for once
	playFresh = 20 * time.Second // an asset's renditions are looked up again after
	playSoon  = 2 * time.Second  // … while it is still being transcoded
	playsKept = 512              // assets whose renditions are kept in memory
)

// Content is what an address of the streaming path answers with. Exactly one of Body, File and Parts is set.
type Content struct {
	// Body is shared with the cache: it must not be changed.
	Body []byte
	// File is open at its start and as long as Size; the receiver closes it.
	File *os.File
	// Parts reads any range of a file too long to hold in memory.
	Parts func(from, size int64) io.Reader

	Size         int64
	Type         string
	ETag         string
	CacheControl string
}

// cacheControl says who may keep the content and for how long. Only what anyone may see may be kept by caches that
// serve others: a private address must be asked for here, so that it can be refused.
func cacheControl(fixed, public bool) string {
	switch {
	case fixed && public:
		return "public, max-age=31536000, immutable"
	case fixed:
		return "private, max-age=31536000, immutable"
	case public:
		return "public, max-age=60"
	}
	return "private, no-cache"
}

// streamer answers /v/ addresses: token, right, renditions and bytes, each from memory when it is warm.
type streamer struct {
	s      *Service
	rights *rightsCache
	memory *memoryCache
	disk   *diskCache
	fills  singleflight.Group
	room   *semaphore.Weighted // bytes being fetched

	mu     sync.RWMutex
	plays  map[uuid.UUID]*playable
	loads  singleflight.Group
	ghosts [ghosts]uint64 // hashes of pieces asked for once; a clash costs one needless write
	ghostM sync.Mutex
}

// playable is what is known of an asset that somebody plays.
type playable struct {
	id         uuid.UUID
	title      playRow
	renditions map[string]*renditionRow // by name
	folders    map[string]*renditionRow // by folder
	ordered    []renditionRow
	captions   []CaptionRef
	at         time.Time
}

func newStreamer(s *Service) (*streamer, error) {
	rights := s.cfg.Rights
	if rights == nil {
		rights = pgRights{s.db}
	}
	disk, err := newDiskCache(filepath.Join(s.cfg.Dir, "segments"), s.cfg.DiskCache, s.log)
	if err != nil {
		return nil, err
	}
	return &streamer{s: s, rights: newRightsCache(rights), memory: newMemoryCache(s.cfg.MemoryCache), disk: disk,
		room: semaphore.NewWeighted(fillBytes), plays: map[uuid.UUID]*playable{}}, nil
}

func (t *streamer) close() { t.disk.close() }

// forget drops what is known of an asset, after a change on this copy; other copies find out within playFresh.
func (t *streamer) forget(asset uuid.UUID) {
	t.mu.Lock()
	delete(t.plays, asset)
	t.mu.Unlock()
	t.memory.forget(asset)
	t.disk.forget(asset)
}

// Stream answers one address, /v/{token}/{rest}?v={version}. None of the three is kept.
func (s *Service) Stream(ctx context.Context, token, rest, version []byte) (Content, error) {
	tk, err := s.tokens.check(token, time.Now())
	if err != nil {
		return Content{}, err
	}
	if err := s.stream.rights.check(ctx, tk.viewer, tk.asset); err != nil {
		return Content{}, err
	}
	p, err := s.stream.playable(ctx, tk.asset)
	if err != nil {
		return Content{}, err
	}
	c, fixed, err := s.stream.find(ctx, p, rest, version)
	c.CacheControl = cacheControl(fixed, tk.viewer == uuid.Nil)
	return c, err
}

// playable looks an asset up, in memory when it was looked up just now.
func (t *streamer) playable(ctx context.Context, asset uuid.UUID) (*playable, error) {
	t.mu.RLock()
	p := t.plays[asset]
	t.mu.RUnlock()
	now := time.Now()
	if p != nil && now.Sub(p.at) < p.fresh() {
		return p, nil
	}
	v, err, _ := t.loads.Do(string(asset[:]), func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		return t.s.loadPlayable(ctx, asset)
	})
	if err != nil {
		// Segments that are warm go on while the database restarts.
		if p != nil && fault.Is(err, fault.Unavailable) {
			return p, nil
		}
		return nil, err
	}
	p = v.(*playable)
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.plays) >= playsKept {
		clear(t.plays)
	}
	t.plays[asset] = p
	return p, nil
}

func (p *playable) fresh() time.Duration {
	if p.title.State == StateReady {
		return playFresh
	}
	return playSoon
}

// find resolves the part of an address behind the token; fixed = the address stands for this content for ever.
func (t *streamer) find(ctx context.Context, p *playable, rest, version []byte) (c Content, fixed bool, err error) {
	head, below, deeper := bytes.Cut(rest, []byte("/"))
	switch {
	case !deeper:
		return t.findFile(p, head, version)
	case string(head) == "captions":
		return t.captions(ctx, p, below, version)
	}
	r := p.folders[string(head)]
	if r == nil {
		return c, false, errNoSuchAddress
	}
	n, ok := segmentNumber(below, len(r.SegmentMs))
	if !ok {
		return c, false, errNoSuchAddress
	}
	key := pieceKey{asset: p.id, name: r.Name, gen: r.Generation, n: n}
	from, to := int64(0), r.SegmentOffsets[0]
	if n >= 0 {
		from, to = r.SegmentOffsets[n], r.SegmentOffsets[n+1]
	}
	mime := "video/mp4"
	if r.Kind == "audio" {
		mime = "audio/mp4"
	}
	c, err = t.piece(ctx, key, r.ObjectKey, from, to-from, mime)
	return c, true, err
}

// segmentNumber reads "init.mp4" or "12.m4s"; there is one way only to write a number, so that no bytes have two
// addresses.
func segmentNumber(name []byte, count int) (int, bool) {
	if string(name) == initName {
		return pieceInit, true
	}
	digits, found := bytes.CutSuffix(name, []byte(".m4s"))
	if !found {
		return 0, false
	}
	n := 0
	for i, d := range digits {
		if d < '0' || d > '9' || (i == 0 && d == '0' && len(digits) > 1) || n >= count {
			return 0, false
		}
		n = n*10 + int(d-'0')
	}
	return n, len(digits) > 0 && n < count
}

// findFile resolves playlists and whole files.
func (t *streamer) findFile(p *playable, name, version []byte) (c Content, fixed bool, err error) {
	if stem, found := bytes.CutSuffix(name, []byte(".m3u8")); found {
		c, err = t.playlist(p, stem)
		return c, false, err
	}
	if string(name) == chaptersName && len(p.title.Chapters) > 0 {
		body := []byte(chaptersVTT(p.title.Chapters, p.title.DurationMs))
		return Content{Body: body, Size: int64(len(body)), Type: "text/vtt; charset=utf-8", ETag: hashTag(body)}, false, nil
	}
	f, found := p.title.Files[string(name)]
	if !found && string(name) == smallName { // of a picture from before there were small ones
		f, found = p.title.Files[imageName]
	}
	if !found {
		return c, false, errNoSuchAddress
	}
	// The name is taken from our own map: the request's bytes are not to be kept.
	key := pieceKey{asset: p.id, name: filepath.Base(f.Key), gen: f.Tag}
	tag := strconv.Itoa(f.Tag)
	c = Content{Size: f.Bytes, Type: f.Type, ETag: `"` + tag + `"`}
	c.Parts = func(from, size int64) io.Reader {
		return &partReader{t: t, key: key, object: f, at: from, left: size}
	}
	return c, string(version) == tag, nil
}

// playlist makes a playlist, or takes the one made before.
func (t *streamer) playlist(p *playable, stem []byte) (Content, error) {
	key := pieceKey{asset: p.id, name: "master", gen: p.title.Generation, n: pieceWhole}
	r := p.renditions[string(stem)]
	switch {
	case r != nil:
		key.name, key.gen = r.Name, r.Generation
	case string(stem) != "master" || len(p.ordered) == 0:
		return Content{}, errNoSuchAddress
	default:
		key.gen = p.title.Generation<<8 | len(p.ordered) // a later pass adds to the same generation
	}
	body, etag, _ := t.memory.get(key)
	if body == nil {
		if r != nil {
			body = []byte(mediaPlaylist(*r))
		} else {
			body = []byte(masterPlaylist(p.ordered))
		}
		etag = hashTag(body)
		t.memory.put(key, body, etag)
	}
	return Content{Body: body, Size: int64(len(body)), Type: "application/vnd.apple.mpegurl", ETag: etag}, nil
}

func hashTag(body []byte) string {
	h := fnv.New64a()
	h.Write(body)
	return fmt.Sprintf(`"%x"`, h.Sum64())
}

// captions serves a track, as of the last look at the asset.
func (t *streamer) captions(ctx context.Context, p *playable, name, version []byte) (c Content, fixed bool, err error) {
	lang, found := bytes.CutSuffix(name, []byte(".vtt"))
	i := slices.IndexFunc(p.captions, func(ref CaptionRef) bool { return found && ref.Lang == string(lang) })
	if i < 0 {
		return c, false, errNoSuchAddress
	}
	ref := p.captions[i]
	key := pieceKey{asset: p.id, name: "captions," + ref.Lang, gen: ref.Version, n: pieceWhole}
	body, etag, _ := t.memory.get(key)
	if body == nil {
		track, err := selectCaptions(ctx, t.s.db, p.id, ref.Lang)
		if err != nil {
			return c, false, err
		}
		ref.Version = track.Version // newer, perhaps, than the last look
		body = []byte(WriteVTT(track.Cues))
		etag, key.gen = hashTag(body), track.Version
		t.memory.put(key, body, etag)
	}
	c = Content{Body: body, Size: int64(len(body)), Type: "text/vtt; charset=utf-8", ETag: etag}
	return c, string(version) == strconv.Itoa(ref.Version), nil
}

// piece returns bytes that never change: from memory, from disk, or once for all who wait from the object store.
func (t *streamer) piece(ctx context.Context, key pieceKey, object string, from, size int64, mime string) (Content, error) {
	c := Content{Size: size, Type: mime}
	body, etag, hits := t.memory.get(key)
	if body != nil {
		if hits == 1 { // with the request that brought it, this is the second
			t.disk.offer(key, body)
		}
		c.Body, c.ETag = body, etag
		return c, nil
	}
	c.ETag = key.tag()
	if c.File = t.disk.open(key, size); c.File != nil {
		return c, nil
	}
	body, err := t.fill(ctx, key, object, from, size)
	c.Body = body
	return c, err
}

// tag is a piece's ETag: its name, since its content never changes.
func (k pieceKey) tag() string {
	return `"` + k.name + "-" + strconv.Itoa(k.gen) + "-" + strconv.Itoa(k.n) + `"`
}

// fill fetches a piece from the object store, once however many wait for it, and within bounds of memory.
func (t *streamer) fill(ctx context.Context, key pieceKey, object string, from, size int64) ([]byte, error) {
	if size > fillBytes {
		return nil, fmt.Errorf("media: piece of %d bytes in %s", size, object)
	}
	v, err, _ := t.fills.Do(object+":"+strconv.FormatInt(from, 10), func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), fillTime)
		defer cancel()
		if err := t.room.Acquire(ctx, size); err != nil {
			return nil, errBusy
		}
		defer t.room.Release(size)
		body, err := t.s.store.Read(ctx, object, from, size)
		if err != nil {
			return nil, err
		}
		t.memory.put(key, body, key.tag())
		if t.seenBefore(key) {
			t.disk.offer(key, body)
		}
		return body, nil
	})
	if err != nil {
		if fault.Is(err, fault.NotFound) { // the row says it is there: being replaced, or lost
			t.s.log.Warn("object missing", "key", object, "error", err)
		}
		return nil, err
	}
	return v.([]byte), nil
}

var errBusy = &fault.Error{Kind: fault.Unavailable, Code: "busy", Message: "Too much is asked of the video store just now. Try again.", RetryAfter: 2}

// seenBefore reports whether a piece was fetched not long ago, and remembers that it was now.
func (t *streamer) seenBefore(key pieceKey) bool {
	h := fnv.New64a()
	h.Write(key.asset[:])
	io.WriteString(h, key.name)
	fmt.Fprintf(h, ",%d,%d", key.gen, key.n)
	sum := h.Sum64()
	t.ghostM.Lock()
	defer t.ghostM.Unlock()
	slot := &t.ghosts[sum%ghosts]
	seen := *slot == sum
	*slot = sum
	return seen
}

// partReader reads a range of a whole file through the caches, one part at a time, so that a slow download holds
// neither a connection to the object store nor more than one part.
type partReader struct {
	t        *streamer
	key      pieceKey
	object   storedFile
	at, left int64
	part     []byte
}

func (r *partReader) Read(p []byte) (int, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	if len(r.part) == 0 {
		if err := r.next(); err != nil {
			return 0, err
		}
	}
	n := copy(p, r.part)
	r.part = r.part[n:]
	r.at, r.left = r.at+int64(n), r.left-int64(n)
	return n, nil
}

func (r *partReader) next() error {
	key := r.key
	key.n = int(r.at / filePart)
	start := int64(key.n) * filePart
	size := min(filePart, r.object.Bytes-start)
	c, err := r.t.piece(context.Background(), key, r.object.Key, start, size, "")
	if err != nil {
		return err
	}
	if c.File != nil {
		defer c.File.Close()
		if c.Body, err = io.ReadAll(c.File); err != nil {
			return err
		}
	}
	body := c.Body[r.at-start:]
	r.part = body[:min(int64(len(body)), r.left)]
	return nil
}
