package auth

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
	"github.com/redis/go-redis/v9"
)

// sessionCache keeps the sessions of those who are active in memory, so that a request need not wait for Redis. A
// connection of its own hears from Redis of every session that changes or ends, in the order in which it happens and in
// the moment in which whoever ends it is answered (CLIENT TRACKING, broadcast over the keys of sessions).
//
// What has been heard is trusted for trustFor, counted from when a ping left whose answer has come: by that answer
// everything that happened before it has come too. So a link that is cut, a Redis that hangs or a process that stood still
// costs a question to Redis, and no session that lives on. Without such a connection nothing is kept.
type sessionCache struct {
	mu        sync.Mutex
	sessions  *simplelru.LRU[string, Session] // by hash
	changes   uint64                          // grows with all that is heard
	confirmed time.Time                       // zero = nobody listens
}

const (
	cachedSessions = 10_000 // some 400 bytes each
	trustFor       = time.Second
	confirmEvery   = trustFor / 4
	// invalidations is the channel on which Redis names the keys that have changed.
	invalidations = "__redis__:invalidate"
	sessionPrefix = "session:"
)

func newSessionCache() *sessionCache {
	sessions, err := simplelru.NewLRU[string, Session](cachedSessions, nil)
	if err != nil {
		panic(err) // the size is a constant above zero
	}
	return &sessionCache{sessions: sessions}
}

// get returns the session of a hash, if it is here and can be trusted; otherwise changes is for put.
func (c *sessionCache) get(hash string) (session Session, changes uint64, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.confirmed) < trustFor {
		session, ok = c.sessions.Get(hash)
	}
	return session, c.changes, ok
}

// put keeps a session that was read after get had returned changes, unless anything has been heard since: the reading
// and what is heard come on two connections, so the one may be older than the other.
func (c *sessionCache) put(session Session, changes uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.confirmed.IsZero() && c.changes == changes {
		c.sessions.Add(session.hash, session)
	}
}

// forget drops sessions that have changed or ended.
func (c *sessionCache) forget(hashes ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.changes++
	for _, h := range hashes {
		c.sessions.Remove(h)
	}
}

// confirm extends the trust: all that had happened at a time has been heard.
func (c *sessionCache) confirm(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.confirmed.IsZero() {
		c.changes++ // what was read before we listened may have changed unheard
	}
	c.confirmed = at
}

// stop drops everything: nobody listens any more.
func (c *sessionCache) stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.changes++
	c.confirmed = time.Time{}
	c.sessions.Purge()
}

// FollowSessions keeps sessions in memory until ctx ends, whenever the Redis at url, which must be the one that holds
// them, tells of their changes. One that cannot (before version 6, or an imitation) is asked for each request's session,
// as it is without FollowSessions.
func (s *Service) FollowSessions(ctx context.Context, url string) {
	o, err := redisOptions(url)
	if err != nil {
		s.cfg.Log.ErrorContext(ctx, "sessions are not kept in memory", "error", err)
		return
	}
	listener := redis.NewClient(tracking(o))
	defer listener.Close()
	const longest = 30 * time.Second
	for pause := time.Second; ctx.Err() == nil; pause = min(2*pause, longest) {
		start := time.Now()
		err := s.cache.follow(ctx, listener)
		s.cache.stop()
		s.cfg.Log.DebugContext(ctx, "sessions are not kept in memory", "error", err)
		if time.Since(start) > longest {
			pause = time.Second
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

// tracking makes options for a connection that Redis tells of changes. The older protocol has it tell them as messages of
// a channel, which the client library knows how to read.
func tracking(o *redis.Options) *redis.Options {
	o.Protocol = 2
	o.OnConnect = func(ctx context.Context, cn *redis.Conn) error {
		id, err := cn.ClientID(ctx).Result()
		if err != nil {
			return err
		}
		return cn.Process(ctx, redis.NewStatusCmd(ctx, "CLIENT", "TRACKING", "ON", "REDIRECT", id, "BCAST", "PREFIX", sessionPrefix))
	}
	return o
}

var errSilent = errors.New("redis does not answer the ping")

// follow listens until something is wrong.
func (c *sessionCache) follow(ctx context.Context, listener *redis.Client) error {
	changes := listener.Subscribe(ctx, invalidations)
	defer changes.Close()
	var sent time.Time
	asked := false
	for ctx.Err() == nil {
		if !asked && time.Since(sent) >= confirmEvery {
			sent, asked = time.Now(), true
			if err := changes.Ping(ctx); err != nil {
				return fmt.Errorf("ping: %w", err)
			}
		}
		message, err := changes.ReceiveTimeout(ctx, confirmEvery)
		var wait net.Error
		switch {
		case errors.As(err, &wait) && wait.Timeout():
			if asked && time.Since(sent) > redisWait {
				return errSilent
			}
		case err != nil: // also what FLUSHALL sends: no keys at all
			return err
		}
		switch m := message.(type) {
		case *redis.Message:
			for i, key := range m.PayloadSlice {
				m.PayloadSlice[i] = strings.TrimPrefix(key, sessionPrefix)
			}
			c.forget(m.PayloadSlice...)
		case *redis.Pong:
			asked = false
			c.confirm(sent)
		}
	}
	return ctx.Err()
}
