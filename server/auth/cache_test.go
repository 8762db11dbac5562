package auth

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"hanzhi/server/fault"
)

func TestSessionCache(t *testing.T) {
	t.Parallel()
	someone := Session{ID: uuid.New(), hash: "a"}
	kept := func(c *sessionCache) bool {
		_, _, ok := c.get(someone.hash)
		return ok
	}
	t.Run("a session is kept from when somebody listens until it changes", func(t *testing.T) {
		t.Parallel()
		c := newSessionCache()
		c.confirm(time.Now())
		_, changes, _ := c.get(someone.hash)
		c.put(someone, changes)
		if session, _, ok := c.get(someone.hash); !ok || session.ID != someone.ID {
			t.Errorf("got %+v, %v", session, ok)
		}
		c.forget("b")
		if !kept(c) {
			t.Error("another session's change dropped it")
		}
		c.forget(someone.hash)
		if kept(c) {
			t.Error("its own change did not")
		}
	})
	t.Run("what was read before something was heard is not kept", func(t *testing.T) {
		t.Parallel()
		for name, hear := range map[string]func(*sessionCache){
			"a change of it":             func(c *sessionCache) { c.forget(someone.hash) },
			"that nobody listens":        (*sessionCache).stop,
			"that somebody listens anew": func(c *sessionCache) { c.stop(); c.confirm(time.Now()) },
		} {
			c := newSessionCache()
			c.confirm(time.Now())
			_, changes, _ := c.get(someone.hash)
			hear(c)
			c.put(someone, changes)
			c.confirm(time.Now())
			if kept(c) {
				t.Errorf("%s: it was kept", name)
			}
		}
	})
	t.Run("what was read before anybody listened is not kept", func(t *testing.T) {
		t.Parallel()
		c := newSessionCache()
		_, changes, _ := c.get(someone.hash)
		c.confirm(time.Now())
		c.put(someone, changes)
		if kept(c) {
			t.Error("it was kept")
		}
	})
	t.Run("nothing is trusted for longer than the last answer allows", func(t *testing.T) {
		t.Parallel()
		c := newSessionCache()
		c.confirm(time.Now())
		_, changes, _ := c.get(someone.hash)
		c.put(someone, changes)
		c.confirm(time.Now().Add(-trustFor))
		if kept(c) {
			t.Error("it was trusted")
		}
		c.confirm(time.Now())
		if !kept(c) {
			t.Error("it was lost, though all that had happened was heard")
		}
	})
}

// follow has a service listen until the test ends, and waits until it does.
func (s *stage) follow() {
	s.t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() { s.FollowSessions(ctx, s.redisURL) })
	s.t.Cleanup(func() { stop(); done.Wait() })
	s.soon("somebody listens", s.cache.trusted)
}

func (c *sessionCache) trusted() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Since(c.confirmed) < trustFor
}

// soon waits until something is so.
func (s *stage) soon(what string, ok func() bool) {
	s.t.Helper()
	for end := time.Now().Add(10 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			s.t.Fatalf("not soon: %s", what)
		}
	}
}

// warm has a session read into memory.
func (s *stage) warm(token string) {
	s.t.Helper()
	s.soon("the session is kept", func() bool {
		hash, _ := hashToken(token)
		_, _, ok := s.cache.get(hash)
		return s.good(token) && ok
	})
}

// kept is somebody whose session is in memory, where it is followed.
func (s *stage) kept() *Entry {
	s.t.Helper()
	s.follow()
	entry := s.somebody()
	s.warm(entry.Token)
	return entry
}

// copyOf is another copy of the server on the same database and Redis.
func (s *stage) copyOf(redisURL string) *stage {
	return &stage{Service: New(s.db, connect(s.t, redisURL), s.cfg), t: s.t, db: s.db, redisURL: redisURL}
}

func TestFollowSessions(t *testing.T) {
	t.Parallel()
	t.Run("while Redis tells of changes it is asked for a session once", func(t *testing.T) {
		t.Parallel()
		r := startRedis(t)
		s := setupOn(t, r.url())
		entry := s.kept()
		asked := func() string {
			_, rest, _ := strings.Cut(s.rdb.Info(t.Context(), "commandstats").Val(), "cmdstat_mget:calls=")
			n, _, _ := strings.Cut(rest, ",")
			return n
		}
		// On a machine so busy that a ping takes a second, it is asked again meanwhile.
		s.soon("a hundred requests ask Redis nothing", func() bool {
			before := asked()
			for range 100 {
				s.good(entry.Token)
			}
			return before != "" && asked() == before
		})
	})
	t.Run("a session that one copy ends is refused by the others", func(t *testing.T) {
		t.Parallel()
		s := setup(t)
		other := s.copyOf(sharedRedis.url)
		s.follow()
		var longest time.Duration
		for range 20 {
			entry := s.somebody()
			s.warm(entry.Token)
			if err := other.EndSessions(t.Context(), entry.Account.ID, uuid.Nil); err != nil {
				t.Fatal(err)
			}
			ended := time.Now()
			for begun := ended; s.good(entry.Token); begun = time.Now() {
				if begun.Sub(ended) > trustFor {
					t.Fatal("the session lived on")
				}
			}
			longest = max(longest, time.Since(ended))
		}
		t.Logf("refused after %v at most", longest)
	})
	t.Run("a session that is ended here is refused by the very next request", func(t *testing.T) {
		t.Parallel()
		s := setup(t)
		s.follow()
		for range 20 {
			entry := s.somebody()
			s.warm(entry.Token)
			var ended atomic.Bool
			var wg sync.WaitGroup
			for range 8 {
				wg.Go(func() {
					for late := 0; late < 5; {
						after := ended.Load()
						if after {
							late++
						}
						if _, err := s.Authenticate(t.Context(), entry.Token); err == nil && after {
							t.Error("it was let in")
						}
					}
				})
			}
			if err := s.SignOut(t.Context(), entry.Token); err != nil {
				t.Error(err)
			}
			ended.Store(true)
			wg.Wait()
		}
	})
	t.Run("signing in again ends the browser's last session here at once", func(t *testing.T) {
		t.Parallel()
		s := setup(t)
		entry := s.kept()
		from := freshClient()
		from.Token = entry.Token
		if _, err := s.SignIn(t.Context(), entry.Account.Email, goodPassword, from); err != nil || s.good(entry.Token) {
			t.Errorf("the old session is there (%v)", err)
		}
	})
	t.Run("last seen moves on", func(t *testing.T) {
		t.Parallel()
		c := &clock{t: time.Now()}
		s := setup(t, func(cfg *Config) { cfg.Now = c.now })
		entry := s.kept()
		c.move(2 * seenStep)
		s.soon("the session in memory has been seen now", func() bool {
			session, err := s.Authenticate(t.Context(), entry.Token)
			return err == nil && c.now().Sub(session.LastSeenAt) < seenStep
		})
		c.move(s.cfg.SessionIdle)
		if s.good(entry.Token) {
			t.Error("a session outlived its idle time in memory")
		}
	})
	t.Run("a Redis that forgets everything ends every session", func(t *testing.T) {
		t.Parallel()
		r := startRedis(t)
		s := setupOn(t, r.url())
		entry := s.kept()
		if err := s.rdb.FlushAll(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
		s.soon("the session is refused", func() bool { return !s.good(entry.Token) })
		s.soon("somebody listens again", s.cache.trusted)
	})
	t.Run("one that tells of no changes is asked each time", func(t *testing.T) {
		t.Parallel()
		s, mini := setupMini(t)
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go s.FollowSessions(ctx, s.redisURL)
		entry := s.somebody()
		hash, _ := hashToken(entry.Token)
		for range 50 {
			if !s.good(entry.Token) {
				t.Fatal("not signed in")
			}
			time.Sleep(time.Millisecond)
		}
		mini.Del(sessionPrefix + hash)
		if s.good(entry.Token) || s.cache.trusted() {
			t.Error("a session was kept")
		}
	})
}

// TestFollowRedisAway is TestRedisAway with sessions in memory.
func TestFollowRedisAway(t *testing.T) {
	t.Parallel()
	r := startRedis(t)
	s := setupOn(t, r.url())
	entry := s.somebody()
	s.follow()
	refused := func() bool {
		_, err := s.Authenticate(t.Context(), entry.Token)
		return fault.Is(err, fault.Unavailable)
	}
	t.Run("a Redis that hangs is trusted no longer than a second", func(t *testing.T) {
		s.warm(entry.Token)
		if err := r.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
			t.Fatal(err)
		}
		hung := time.Now()
		time.Sleep(trustFor)
		if !refused() {
			t.Errorf("%v after it hung, a session from memory was let in", time.Since(hung))
		}
		if err := r.cmd.Process.Signal(syscall.SIGCONT); err != nil {
			t.Fatal(err)
		}
		s.soon("Redis is followed again", s.cache.trusted)
		s.warm(entry.Token)
	})
	t.Run("one that is killed is trusted no longer, and after its return asked anew", func(t *testing.T) {
		r.kill()
		s.soon("the session is refused", refused)
		r.start()
		s.soon("the lost session is refused", func() bool {
			_, err := s.Authenticate(t.Context(), entry.Token)
			return fault.Is(err, fault.Unauthenticated)
		})
		again, err := s.signIn(entry, goodPassword)
		if err != nil {
			t.Fatal(err)
		}
		s.soon("Redis is followed again", s.cache.trusted)
		s.warm(again.Token)
	})
}
