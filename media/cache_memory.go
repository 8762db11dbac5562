package media

import (
	"sync"

	"github.com/google/uuid"
)

// pieceKey names a run of bytes that never changes: a segment, a part of a file, a playlist.
type pieceKey struct {
	asset uuid.UUID
	name  string // rendition or file
	gen   int
	n     int // segment or part; pieceWhole for what is made in memory, pieceInit for an init segment
}

const (
	pieceWhole = -2
	pieceInit  = -1
)

// memoryCache is an LRU of bytes that are served as they are, without a copy: nobody may write to them.
type memoryCache struct {
	mu    sync.Mutex
	limit int64
	used  int64
	items map[pieceKey]*memoryItem
	// A ring through a sentinel: root.next was used last, root.prev goes first.
	root memoryItem
}

type memoryItem struct {
	key        pieceKey
	body       []byte
	etag       string
	hits       int
	next, prev *memoryItem
}

func newMemoryCache(limit int64) *memoryCache {
	c := &memoryCache{limit: limit, items: map[pieceKey]*memoryItem{}}
	c.root.next, c.root.prev = &c.root, &c.root
	return c
}

// get returns a piece and how often it has been asked for since it came.
func (c *memoryCache) get(key pieceKey) (body []byte, etag string, hits int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	item := c.items[key]
	if item == nil {
		return nil, "", 0
	}
	item.hits++
	c.unlink(item)
	c.link(item)
	return item.body, item.etag, item.hits
}

// put keeps a piece, unless it alone would push out a quarter of the others.
func (c *memoryCache) put(key pieceKey, body []byte, etag string) {
	size := pieceCost(body)
	if size > c.limit/4 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if old := c.items[key]; old != nil {
		c.drop(old)
	}
	for c.used+size > c.limit && c.root.prev != &c.root {
		c.drop(c.root.prev)
	}
	item := &memoryItem{key: key, body: body, etag: etag}
	c.items[key] = item
	c.used += size
	c.link(item)
}

// pieceCost is what a piece takes, with its place in the map.
func pieceCost(body []byte) int64 { return int64(cap(body)) + 256 }

// forget drops every piece of an asset.
func (c *memoryCache) forget(asset uuid.UUID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for key, item := range c.items {
		if key.asset == asset {
			c.drop(item)
		}
	}
}

func (c *memoryCache) drop(item *memoryItem) {
	c.unlink(item)
	delete(c.items, item.key)
	c.used -= pieceCost(item.body)
}

func (c *memoryCache) unlink(item *memoryItem) {
	item.prev.next, item.next.prev = item.next, item.prev
}

func (c *memoryCache) link(item *memoryItem) {
	item.prev, item.next = &c.root, c.root.next
	item.prev.next, item.next.prev = item, item
}
