package media

import (
	"context"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/singleflight"

	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// pgRights asks the database, which holds the rule for all.
type pgRights struct{ db *pgxpool.Pool }

func (r pgRights) MayPlay(ctx context.Context, viewer, asset uuid.UUID) (bool, error) {
	var may bool
	err := r.db.QueryRow(ctx, `SELECT may_play(@viewer, @asset)`, pgx.NamedArgs{"viewer": viewer, "asset": asset}).Scan(&may)
	return may, pg.Translate(err, "right to asset", asset)
}

// A right is asked for again after rightsFresh. Should the database be down then, the last answer counts until
// rightsStale: a restart of it must not stop a lesson, and a right that ended is refused within a minute all the same.
const (
	rightsFresh = 20 * time.Second
	rightsStale = 55 * time.Second
	rightsKept  = 100_000 // entries; then all are forgotten
)

// rightsCache remembers answers of Rights.
type rightsCache struct {
	rights Rights
	now    func() time.Time
	group  singleflight.Group

	mu   sync.RWMutex
	seen map[rightsKey]rightsEntry
}

type rightsKey struct{ viewer, asset uuid.UUID }

type rightsEntry struct {
	may bool
	at  time.Time
}

func newRightsCache(r Rights) *rightsCache {
	return &rightsCache{rights: r, now: time.Now, seen: map[rightsKey]rightsEntry{}}
}

// check returns nil when the viewer may play the asset now, errNoRight when not.
func (c *rightsCache) check(ctx context.Context, viewer, asset uuid.UUID) error {
	key := rightsKey{viewer, asset}
	c.mu.RLock()
	entry, known := c.seen[key]
	c.mu.RUnlock()
	now := c.now()
	if known && now.Sub(entry.at) < rightsFresh {
		return entry.verdict()
	}
	_, err, _ := c.group.Do(string(viewer[:])+string(asset[:]), func() (any, error) {
		// The one who asks for all must not give up with its own client.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		may, err := c.rights.MayPlay(ctx, viewer, asset)
		if err != nil {
			return nil, err
		}
		// now was taken before the question: the answer is at least as new.
		c.put(key, rightsEntry{may: may, at: now})
		return nil, nil
	})
	if err != nil {
		if known && fault.Is(err, fault.Unavailable) && now.Sub(entry.at) < rightsStale {
			return entry.verdict()
		}
		return err
	}
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.seen[key].verdict()
}

func (c *rightsCache) put(key rightsKey, e rightsEntry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.seen) >= rightsKept {
		clear(c.seen)
	}
	c.seen[key] = e
}

func (e rightsEntry) verdict() error {
	if !e.may {
		return errNoRight
	}
	return nil
}
