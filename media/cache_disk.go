package media

import (
	"container/list"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
)

// diskCache is an LRU of pieces on the local disk, served by sendfile. It takes a piece on its second request: below
// that, a cache smaller than what is asked for writes what it throws away again. It survives restarts.
type diskCache struct {
	dir   string
	limit int64
	log   *slog.Logger
	write chan diskPiece
	stop  chan struct{}
	done  chan struct{}

	mu    sync.Mutex
	used  int64
	items map[pieceKey]*list.Element // of *diskItem
	order *list.List                 // used last in front
}

type diskItem struct {
	key  pieceKey
	size int64
}

type diskPiece struct {
	key  pieceKey
	body []byte
}

// newDiskCache takes over what an earlier run has left in dir.
func newDiskCache(dir string, limit int64, log *slog.Logger) (*diskCache, error) {
	c := &diskCache{dir: dir, limit: limit, log: log, write: make(chan diskPiece, 16), stop: make(chan struct{}), done: make(chan struct{}),
		items: map[pieceKey]*list.Element{}, order: list.New()}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("media: segment cache: %w", err)
	}
	if err := c.load(); err != nil {
		return nil, fmt.Errorf("media: segment cache: %w", err)
	}
	go c.writer()
	return c, nil
}

// path is where a piece lies: a folder for each asset.
func (c *diskCache) path(key pieceKey) string {
	return filepath.Join(c.dir, key.asset.String(), key.name+","+strconv.Itoa(key.gen)+","+strconv.Itoa(key.n))
}

// load lists the pieces on disk, the oldest first. What was half written has another name and goes.
func (c *diskCache) load() error {
	type found struct {
		item diskItem
		at   time.Time
	}
	var all []found
	err := filepath.WalkDir(c.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		key, ok := parsePiece(path)
		if err != nil || !ok {
			return os.Remove(path)
		}
		all = append(all, found{diskItem{key, info.Size()}, info.ModTime()})
		return nil
	})
	slices.SortFunc(all, func(a, b found) int { return a.at.Compare(b.at) })
	for _, f := range all {
		c.add(f.item.key, f.item.size)
	}
	return err
}

// parsePiece reads a path that path made.
func parsePiece(path string) (pieceKey, bool) {
	asset, err := uuid.Parse(filepath.Base(filepath.Dir(path)))
	parts := strings.Split(filepath.Base(path), ",")
	if err != nil || len(parts) != 3 {
		return pieceKey{}, false
	}
	gen, errGen := strconv.Atoi(parts[1])
	n, errN := strconv.Atoi(parts[2])
	return pieceKey{asset: asset, name: parts[0], gen: gen, n: n}, errGen == nil && errN == nil
}

// open returns the piece's file, nil when it is not here or is not as long as it should be.
func (c *diskCache) open(key pieceKey, size int64) *os.File {
	c.mu.Lock()
	e := c.items[key]
	if e != nil {
		c.order.MoveToFront(e)
	}
	c.mu.Unlock()
	if e == nil {
		return nil
	}
	f, err := os.Open(c.path(key))
	if err == nil && e.Value.(*diskItem).size == size {
		return f
	}
	if err == nil {
		f.Close()
	}
	c.remove(key)
	return nil
}

// offer hands a piece to the writer; when that is busy the piece is left out.
func (c *diskCache) offer(key pieceKey, body []byte) {
	if int64(len(body)) > c.limit/4 || c.has(key) {
		return
	}
	select {
	case c.write <- diskPiece{key, body}:
	default:
	}
}

func (c *diskCache) has(key pieceKey) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.items[key] != nil
}

func (c *diskCache) writer() {
	defer close(c.done)
	for {
		var p diskPiece
		select {
		case <-c.stop:
			return
		case p = <-c.write:
		}
		if c.has(p.key) {
			continue
		}
		if err := c.store(p); err != nil {
			c.log.Warn("segment cache on disk", "error", err)
			// A full disk is no reason to try each segment.
			time.Sleep(time.Second)
		}
	}
}

// store writes a piece under another name first: a crash leaves no half piece behind.
func (c *diskCache) store(p diskPiece) error {
	path := c.path(p.key)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(path+".part", p.body, 0o600); err != nil {
		os.Remove(path + ".part")
		return err
	}
	if err := os.Rename(path+".part", path); err != nil {
		return err
	}
	c.add(p.key, int64(len(p.body)))
	return nil
}

// add counts a piece in and the oldest ones out.
func (c *diskCache) add(key pieceKey, size int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.items[key] != nil {
		return
	}
	c.items[key] = c.order.PushFront(&diskItem{key, size})
	for c.used += size; c.used > c.limit && c.order.Len() > 1; {
		c.dropLocked(c.order.Back())
	}
}

func (c *diskCache) remove(key pieceKey) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.items[key]; e != nil {
		c.dropLocked(e)
	}
}

// forget drops every piece of an asset.
func (c *diskCache) forget(asset uuid.UUID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for key, e := range c.items {
		if key.asset == asset {
			c.dropLocked(e)
		}
	}
	os.RemoveAll(filepath.Join(c.dir, asset.String()))
}

func (c *diskCache) dropLocked(e *list.Element) {
	item := c.order.Remove(e).(*diskItem)
	delete(c.items, item.key)
	c.used -= item.size
	path := c.path(item.key)
	os.Remove(path)
	os.Remove(filepath.Dir(path)) // when it was the last of its asset
}

// close ends the writer; a request that comes later is still answered.
func (c *diskCache) close() {
	close(c.stop)
	<-c.done
}
