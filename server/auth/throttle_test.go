package auth

import (
	"fmt"
	"testing"
	"time"

	"hanzhi/server/fault"
)

func TestThrottle(t *testing.T) {
	t.Parallel()
	begin := func(t *testing.T) (*stage, *throttleClock, *Entry) {
		s, mini := setupMini(t)
		s.t = t
		c := &throttleClock{time.Now(), mini.SetTime}
		c.set(c.now)
		return s, c, s.somebody()
	}
	t.Run("the eleventh wrong password in a quarter of an hour is refused, whatever it is and wherever it comes from", func(t *testing.T) {
		t.Parallel()
		s, _, entry := begin(t)
		for i := range 10 {
			_, err := s.signIn(entry, fmt.Sprintf("wrong password %d", i))
			want(t, err, fault.Unauthenticated, "wrong_password")
		}
		_, err := s.signIn(entry, goodPassword)
		if f := want(t, err, fault.TooMany, "too_many_tries"); f.RetryAfter < 1 || f.RetryAfter > 90 {
			t.Errorf("RetryAfter = %d, want at most 90", f.RetryAfter)
		}
	})
	t.Run("an address without an account is limited in the same way", func(t *testing.T) {
		t.Parallel()
		s, _, _ := begin(t)
		email := freshEmail()
		for range 10 {
			_, err := s.SignIn(t.Context(), email, goodPassword, freshClient())
			want(t, err, fault.Unauthenticated, "wrong_password")
		}
		_, err := s.SignIn(t.Context(), email, goodPassword, freshClient())
		want(t, err, fault.TooMany, "too_many_tries")
	})
	t.Run("nobody is locked out for good: ninety seconds later there is another try", func(t *testing.T) {
		t.Parallel()
		s, c, entry := begin(t)
		for range 11 {
			_, _ = s.signIn(entry, "a wrong password")
		}
		c.move(91 * time.Second)
		if _, err := s.signIn(entry, goodPassword); err != nil {
			t.Error(err)
		}
	})
	t.Run("tries that were refused do not make the wait longer", func(t *testing.T) {
		t.Parallel()
		s, c, entry := begin(t)
		for range 40 {
			_, _ = s.signIn(entry, "a wrong password")
		}
		c.move(91 * time.Second)
		if _, err := s.signIn(entry, goodPassword); err != nil {
			t.Error(err)
		}
	})
	t.Run("right passwords cost nothing", func(t *testing.T) {
		t.Parallel()
		s, _, entry := begin(t)
		for i := range 25 {
			if _, err := s.signIn(entry, goodPassword); err != nil {
				t.Fatalf("sign-in %d: %v", i, err)
			}
		}
	})
	t.Run("a browser that has signed in before gets in while strangers use up the account's tries", func(t *testing.T) {
		t.Parallel()
		s, _, entry := begin(t)
		for range 30 {
			_, _ = s.signIn(entry, "a wrong password")
		}
		known := freshClient()
		known.Device = entry.Device
		again, err := s.SignIn(t.Context(), entry.Account.Email, goodPassword, known)
		if err != nil {
			t.Fatal(err)
		}
		if again.Device != entry.Device {
			t.Error("the browser got another mark")
		}
	})
	t.Run("a known browser has ten tries of its own and no more", func(t *testing.T) {
		t.Parallel()
		s, _, entry := begin(t)
		known := freshClient()
		known.Device = entry.Device
		for range 10 {
			_, err := s.SignIn(t.Context(), entry.Account.Email, "a wrong password", known)
			want(t, err, fault.Unauthenticated, "wrong_password")
		}
		_, err := s.SignIn(t.Context(), entry.Account.Email, goodPassword, known)
		want(t, err, fault.TooMany, "too_many_tries")
	})
	t.Run("a mark of another account, or a made-up one, is no known browser", func(t *testing.T) {
		t.Parallel()
		s, _, entry := begin(t)
		other := s.somebody()
		for range 10 {
			_, _ = s.signIn(entry, "a wrong password")
		}
		for _, mark := range []string{other.Device, "x", ".", entry.Device + "x", "A" + entry.Device} {
			from := freshClient()
			from.Device = mark
			_, err := s.SignIn(t.Context(), entry.Account.Email, goodPassword, from)
			want(t, err, fault.TooMany, "too_many_tries")
		}
	})
	t.Run("one network has a hundred tries over all accounts", func(t *testing.T) {
		t.Parallel()
		s, _, _ := begin(t)
		from := freshClient()
		for range 100 {
			if err := s.allow(t.Context(), s.signInBuckets(freshEmail(), from)...); err != nil {
				t.Fatal(err)
			}
		}
		want(t, s.allow(t.Context(), s.signInBuckets(freshEmail(), from)...), fault.TooMany, "too_many_tries")
		if err := s.allow(t.Context(), s.signInBuckets(freshEmail(), freshClient())...); err != nil {
			t.Errorf("another network: %v", err)
		}
	})
	t.Run("a refusal by one bucket takes nothing from the other", func(t *testing.T) {
		t.Parallel()
		s, _, _ := begin(t)
		small, large := bucket{freshEmail(), 1, time.Hour}, bucket{freshEmail(), 5, time.Hour}
		for range 20 {
			_ = s.allow(t.Context(), small, large)
		}
		for i := range 4 {
			if err := s.allow(t.Context(), large); err != nil {
				t.Fatalf("token %d of 4: %v", i+1, err)
			}
		}
		want(t, s.allow(t.Context(), large), fault.TooMany, "too_many_tries")
	})
	t.Run("giving back more than was taken does not overfill a bucket", func(t *testing.T) {
		t.Parallel()
		s, _, _ := begin(t)
		b := bucket{freshEmail(), 2, time.Hour}
		for range 5 {
			s.forgive(t.Context(), b)
		}
		_ = s.allow(t.Context(), b)
		_ = s.allow(t.Context(), b)
		want(t, s.allow(t.Context(), b), fault.TooMany, "too_many_tries")
	})
	t.Run("the doors that ask for the password again are limited too", func(t *testing.T) {
		t.Parallel()
		s, _, entry := begin(t)
		for range 10 {
			want(t, s.ChangePassword(t.Context(), entry.Session, "a wrong password", "a new good password"), fault.Invalid, "wrong_password")
		}
		want(t, s.ChangePassword(t.Context(), entry.Session, goodPassword, "a new good password"), fault.TooMany, "too_many_tries")
		want(t, s.ChangeEmail(t.Context(), entry.Session, freshEmail(), goodPassword), fault.TooMany, "too_many_tries")
		want(t, s.DeleteAccount(t.Context(), entry.Session, goodPassword), fault.TooMany, "too_many_tries")
	})
}

// throttleClock moves miniredis' clock.
type throttleClock struct {
	now time.Time
	set func(time.Time)
}

func (c *throttleClock) move(d time.Duration) {
	c.now = c.now.Add(d)
	c.set(c.now)
}

// TestThrottleScript runs the bucket on a real Redis: its Lua is not miniredis'.
func TestThrottleScript(t *testing.T) {
	t.Parallel()
	s := setup(t)
	b, quick := bucket{freshEmail(), 3, time.Hour}, bucket{freshEmail(), 1, 500 * time.Millisecond}
	for range 3 {
		if err := s.allow(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	want(t, s.allow(t.Context(), b), fault.TooMany, "too_many_tries")
	s.forgive(t.Context(), b)
	if err := s.allow(t.Context(), b); err != nil {
		t.Errorf("after one was given back: %v", err)
	}
	if err := s.allow(t.Context(), quick); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(20 * time.Second); s.allow(t.Context(), quick) != nil; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the bucket does not refill")
		}
	}
}
