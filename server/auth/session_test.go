package auth

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/server/fault"
)

func TestAuthenticate(t *testing.T) {
	t.Parallel()
	s := setup(t)
	t.Run("a token opens its own account's session", func(t *testing.T) {
		t.Parallel()
		entry := s.somebody()
		session, err := s.Authenticate(t.Context(), entry.Token)
		if err != nil || session.AccountID != entry.Account.ID || session.ID != entry.Session.ID || session.Device != "Chrome · Android" {
			t.Errorf("session = %+v, %v", session, err)
		}
	})
	t.Run("the token itself is nowhere in Redis", func(t *testing.T) {
		t.Parallel()
		s, mini := setupMini(t)
		entry := s.somebody()
		if dump := mini.Dump(); strings.Contains(dump, entry.Token) || !strings.Contains(dump, entry.Account.ID.String()) {
			t.Errorf("redis holds %s", dump)
		}
	})
	t.Run("what is no token of ours is nobody, without a question to Redis", func(t *testing.T) {
		t.Parallel()
		s, mini := setupMini(t)
		s.somebody()
		before := mini.CommandCount()
		for _, token := range []string{"", "x", strings.Repeat("a", 42), strings.Repeat("a", 44), strings.Repeat("*", 43), strings.Repeat("a", 42) + "b", "../../../etc/passwd" + strings.Repeat("a", 24)} {
			_, err := s.Authenticate(t.Context(), token)
			want(t, err, fault.Unauthenticated, "session_ended")
		}
		if n := mini.CommandCount() - before; n != 0 {
			t.Errorf("%d commands", n)
		}
	})
	t.Run("a signed-in request costs one command", func(t *testing.T) {
		t.Parallel()
		s, mini := setupMini(t)
		entry := s.somebody()
		before := mini.CommandCount()
		for range 10 {
			if !s.good(entry.Token) {
				t.Fatal("not signed in")
			}
		}
		if n := mini.CommandCount() - before; n != 10 {
			t.Errorf("%d commands for 10 requests", n)
		}
	})
	t.Run("a reply that belongs to another session is found out", func(t *testing.T) {
		t.Parallel()
		s, mini := setupMini(t)
		a, b := s.somebody(), s.somebody()
		hashA, _ := hashToken(a.Token)
		hashB, _ := hashToken(b.Token)
		value, err := mini.Get("session:" + hashB)
		if err != nil {
			t.Fatal(err)
		}
		_ = mini.Set("session:"+hashA, value)
		_, err = s.Authenticate(t.Context(), a.Token)
		want(t, err, fault.Internal, "session")
	})
}

func TestSessionLife(t *testing.T) {
	t.Parallel()
	begin := func(t *testing.T) (*stage, *clock, *Entry) {
		c := &clock{t: time.Now()}
		s, mini := setupMini(t, func(cfg *Config) { cfg.SessionIdle, cfg.SessionMax, cfg.Now = time.Hour, 4*time.Hour, c.now })
		entry := s.somebody()
		s.t = t
		minis.Store(s, mini)
		return s, c, entry
	}
	t.Run("a session unused for the idle time ends", func(t *testing.T) {
		t.Parallel()
		s, c, entry := begin(t)
		c.move(59 * time.Minute)
		if !s.good(entry.Token) {
			t.Fatal("ended too early")
		}
		c.move(61 * time.Minute)
		if s.good(entry.Token) {
			t.Error("still there")
		}
	})
	t.Run("a session in use ends at its greatest age", func(t *testing.T) {
		t.Parallel()
		s, c, entry := begin(t)
		for range 5 {
			c.move(45 * time.Minute)
			if !s.good(entry.Token) {
				t.Fatal("ended too early")
			}
		}
		c.move(16 * time.Minute)
		if s.good(entry.Token) {
			t.Error("still there after 4 h")
		}
	})
	t.Run("last seen moves once a minute at most", func(t *testing.T) {
		t.Parallel()
		s, c, entry := begin(t)
		mini := miniOf(t, s)
		before := mini.CommandCount()
		for range 120 {
			c.move(time.Second)
			s.good(entry.Token)
		}
		if n := mini.CommandCount() - before; n != 122 {
			t.Errorf("%d commands for 120 requests in 120 s, want 120 reads and 2 writes", n)
		}
		sessions, err := s.Sessions(t.Context(), entry.Account.ID)
		if err != nil || len(sessions) != 1 || c.now().Sub(sessions[0].LastSeenAt) > time.Minute {
			t.Errorf("sessions = %+v, %v", sessions, err)
		}
	})
	t.Run("Redis forgets a session by itself when its time is over", func(t *testing.T) {
		t.Parallel()
		s, _, entry := begin(t)
		mini := miniOf(t, s)
		hash, _ := hashToken(entry.Token)
		if ttl := mini.TTL("session:" + hash); ttl <= 59*time.Minute || ttl > time.Hour {
			t.Errorf("TTL = %v", ttl)
		}
		mini.FastForward(time.Hour)
		if s.good(entry.Token) || mini.Exists("session:"+hash) {
			t.Error("still there")
		}
		if sessions, err := s.Sessions(t.Context(), entry.Account.ID); err != nil || len(sessions) != 0 {
			t.Errorf("sessions = %v, %v", sessions, err)
		}
		if mini.Exists(listKey(entry.Account.ID)) {
			t.Error("the list still names it")
		}
	})
	t.Run("touching does not bring back a session that has ended meanwhile", func(t *testing.T) {
		t.Parallel()
		s, c, entry := begin(t)
		session, err := s.Authenticate(t.Context(), entry.Token)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.EndSessions(t.Context(), entry.Account.ID, uuid.Nil); err != nil {
			t.Fatal(err)
		}
		s.touch(t.Context(), &session, c.now())
		if s.good(entry.Token) {
			t.Error("it is back")
		}
	})
}

// minis finds the miniredis of a stage.
var minis sync.Map

func miniOf(t *testing.T, s *stage) *miniredis.Miniredis {
	t.Helper()
	m, ok := minis.Load(s)
	if !ok {
		t.Fatal("not on miniredis")
	}
	return m.(*miniredis.Miniredis)
}

func TestEndSession(t *testing.T) {
	t.Parallel()
	s := setup(t)
	other := New(s.db, connect(t, sharedRedis.url), Config{Secret: testSecret})
	three := func(t *testing.T) (a, b, c *Entry) {
		a = s.somebody()
		for _, e := range []**Entry{&b, &c} {
			var err error
			if *e, err = s.signIn(a, goodPassword); err != nil {
				t.Fatal(err)
			}
		}
		return a, b, c
	}
	t.Run("the list shows device and place of every session, the latest first", func(t *testing.T) {
		t.Parallel()
		a, _, c := three(t)
		sessions, err := s.Sessions(t.Context(), a.Account.ID)
		if err != nil || len(sessions) != 3 || sessions[0].ID != c.Session.ID {
			t.Fatalf("sessions = %+v, %v", sessions, err)
		}
		if x := sessions[0]; x.Device != "Chrome · Android" || !strings.HasSuffix(x.Place, "::/48") {
			t.Errorf("session = %+v", x)
		}
	})
	t.Run("one that ends is over for the very next request on another copy of the server", func(t *testing.T) {
		t.Parallel()
		a, b, c := three(t)
		if _, err := other.Authenticate(t.Context(), b.Token); err != nil {
			t.Fatal(err)
		}
		if err := s.EndSession(t.Context(), a.Account.ID, b.Session.ID); err != nil {
			t.Fatal(err)
		}
		_, err := other.Authenticate(t.Context(), b.Token)
		want(t, err, fault.Unauthenticated, "session_ended")
		if !s.good(a.Token) || !s.good(c.Token) {
			t.Error("others ended too")
		}
	})
	t.Run("somebody else's session cannot be ended", func(t *testing.T) {
		t.Parallel()
		a, b := s.somebody(), s.somebody()
		want(t, s.EndSession(t.Context(), a.Account.ID, b.Session.ID), fault.NotFound, "not_found")
		if !s.good(b.Token) {
			t.Error("it ended")
		}
	})
	t.Run("all others end, the one in hand stays", func(t *testing.T) {
		t.Parallel()
		a, b, c := three(t)
		if err := s.EndSessions(t.Context(), a.Account.ID, b.Session.ID); err != nil {
			t.Fatal(err)
		}
		if s.good(a.Token) || !s.good(b.Token) || s.good(c.Token) {
			t.Error("wrong ones ended")
		}
	})
	t.Run("signing out ends one session, and a second time is no fault", func(t *testing.T) {
		t.Parallel()
		a, b, _ := three(t)
		for range 2 {
			if err := s.SignOut(t.Context(), a.Token); err != nil {
				t.Fatal(err)
			}
		}
		if s.good(a.Token) || !s.good(b.Token) {
			t.Error("wrong ones ended")
		}
	})
	t.Run("an account has fifty sessions at most", func(t *testing.T) {
		t.Parallel()
		a := s.somebody()
		for range maxSessions + 3 {
			if _, _, err := s.start(t.Context(), a.Account, freshClient()); err != nil {
				t.Fatal(err)
			}
		}
		sessions, err := s.Sessions(t.Context(), a.Account.ID)
		if err != nil || len(sessions) != maxSessions || s.good(a.Token) {
			t.Errorf("%d sessions, %v", len(sessions), err)
		}
	})
}

func TestCSRF(t *testing.T) {
	t.Parallel()
	s := setup(t)
	a, b := s.somebody(), s.somebody()
	if err := s.CheckCSRF(a.Session, s.CSRFToken(a.Session)); err != nil {
		t.Errorf("the session's own token: %v", err)
	}
	for name, token := range map[string]string{"none": "", "another session's": s.CSRFToken(b.Session), "the session token": a.Token} {
		if err := s.CheckCSRF(a.Session, token); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := s.CheckCSRF(Session{}, s.CSRFToken(Session{})); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a token for no session: %v", err)
	}
}

func TestRedisAway(t *testing.T) {
	t.Parallel()
	r := startRedis(t)
	s := setupOn(t, r.url())
	entry := s.somebody()
	r.kill()
	t.Run("whoever needs to be known is asked to come back, soon", func(t *testing.T) {
		begun := time.Now()
		_, err := s.Authenticate(t.Context(), entry.Token)
		if f := want(t, err, fault.Unavailable, "sessions_unavailable"); f.RetryAfter < 1 {
			t.Error("no RetryAfter")
		}
		_, err = s.signIn(entry, goodPassword)
		want(t, err, fault.Unavailable, "sessions_unavailable")
		_, err = s.SignUp(t.Context(), NewAccount{Name: "A", Email: freshEmail(), Password: goodPassword}, freshClient())
		want(t, err, fault.Unavailable, "sessions_unavailable")
		if waited := time.Since(begun); waited > 10*time.Second {
			t.Errorf("three answers took %v", waited)
		}
	})
	t.Run("a new password is not half set", func(t *testing.T) {
		want(t, s.changeAndEnd(t.Context(), entry.Account.ID, uuid.Nil, func(tx pgx.Tx) error {
			return setPassword(t.Context(), tx, entry.Account.ID, "x")
		}), fault.Unavailable, "sessions_unavailable")
		if _, hash, err := hashByID(t.Context(), s.db, entry.Account.ID); err != nil || hash == "x" {
			t.Errorf("the password changed (%v)", err)
		}
	})
	r.start()
	begun := time.Now()
	t.Run("after the restart everybody is asked to sign in once, and can", func(t *testing.T) {
		for {
			_, err := s.Authenticate(t.Context(), entry.Token)
			if fault.Is(err, fault.Unauthenticated) {
				break
			}
			want(t, err, fault.Unavailable, "sessions_unavailable")
			if time.Since(begun) > 10*time.Second {
				t.Fatal("still unavailable after 10 s")
			}
			time.Sleep(20 * time.Millisecond)
		}
		again, err := s.signIn(entry, goodPassword)
		if err != nil || !s.good(again.Token) {
			t.Fatalf("sign in: %v", err)
		}
		t.Logf("signed in %v after the restart", time.Since(begun))
	})
}

// TestNoSwaps is many requests under broken and slow connections: whoever gets an answer gets their own.
func TestNoSwaps(t *testing.T) {
	t.Parallel()
	r := startRedis(t)
	s := setupOn(t, r.url())
	entries := make([]*Entry, 8)
	for i := range entries {
		entries[i] = s.somebody()
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	answered, broken := 0, 0
	for w := range 16 {
		wg.Go(func() {
			for i := range 700 {
				entry := entries[(w*31+i)%len(entries)]
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(50+(w*i)%400)*time.Microsecond)
				session, err := s.Authenticate(ctx, entry.Token)
				cancel()
				if err == nil && session.AccountID != entry.Account.ID {
					t.Errorf("%s got the session of %s", entry.Account.ID, session.AccountID)
				}
				mu.Lock()
				if err == nil {
					answered++
				} else {
					broken++
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if answered == 0 || broken == 0 {
		t.Errorf("%d answered, %d cut off: the test wants some of both", answered, broken)
	}
	t.Logf("%d answered, %d cut off", answered, broken)
}

func TestDeviceOf(t *testing.T) {
	t.Parallel()
	for in, out := range map[string]string{
		"Mozilla/5.0 (Linux; Android 13; SM-A035F) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/23.0 Chrome/115.0.0.0 Mobile Safari/537.36": "Samsung Internet · Android",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1":    "Safari · iPhone",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36 Edg/124.0":                  "Edge · Windows",
		"Mozilla/5.0 (X11; Linux x86_64; rv:125.0) Gecko/20100101 Firefox/125.0":                                                                     "Firefox · Linux",
		"Mozilla/5.0 (Linux; Android 10) AppleWebKit/537.36 Chrome/86 Mobile Safari/537.36 MicroMessenger/8.0.47":                                    "WeChat · Android",
		"<script>alert(1)</script>": "", "": "",
	} {
		if got := deviceOf(in); got != out {
			t.Errorf("%q is %q, want %q", in, got, out)
		}
	}
}

func TestPlaces(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ address, place, network string }{
		{"203.0.113.77", "203.0.113.0/24", "203.0.113.77/32"},
		{"::ffff:203.0.113.77", "203.0.113.0/24", "203.0.113.77/32"},
		{"2001:db8:1:2:3:4:5:6", "2001:db8:1::/48", "2001:db8:1:2::/64"},
		{"fe80::1%eth0", "fe80::/48", "fe80::/64"},
		{"nonsense", "", "unknown"},
	} {
		if p, n := placeOf(c.address), networkOf(c.address); p != c.place || n != c.network {
			t.Errorf("%s: place %s, network %s", c.address, p, n)
		}
	}
}

func BenchmarkAuthenticate(b *testing.B) {
	s := setup(b)
	entry := s.somebody()
	for _, clients := range []int{1, 16} {
		b.Run(fmt.Sprintf("%d clients", clients), func(b *testing.B) {
			b.SetParallelism(max(1, clients/2))
			b.RunParallel(func(p *testing.PB) {
				for p.Next() {
					if _, err := s.Authenticate(b.Context(), entry.Token); err != nil {
						b.Error(err)
					}
				}
			})
		})
		b.Run(fmt.Sprintf("%d clients, a GET each", clients), func(b *testing.B) {
			hash, _ := hashToken(entry.Token)
			b.SetParallelism(max(1, clients/2))
			b.RunParallel(func(p *testing.PB) {
				for p.Next() {
					if err := s.rdb.Get(b.Context(), "session:"+hash).Err(); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}
