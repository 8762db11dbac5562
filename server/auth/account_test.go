package auth

import (
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"hanzhi/server/fault"
)

func TestSignUp(t *testing.T) {
	t.Parallel()
	s := setup(t)
	t.Run("a new address gets an account and is signed in", func(t *testing.T) {
		t.Parallel()
		email := freshEmail()
		entry, err := s.SignUp(t.Context(), NewAccount{Name: "  Мария   Иванова ", Email: " " + strings.ToUpper(email), Password: goodPassword, Locale: "ru"}, freshClient())
		if err != nil {
			t.Fatal(err)
		}
		a := entry.Account
		if a.Email != email || a.Name != "Мария Иванова" || a.Locale != "ru" || a.Admin || a.ID.Version() != 7 {
			t.Errorf("account = %+v", a)
		}
		if !s.good(entry.Token) {
			t.Error("the token opens no session")
		}
	})
	t.Run("the password is stored as argon2id and in no other way", func(t *testing.T) {
		t.Parallel()
		entry := s.somebody()
		var hash string
		if err := s.db.QueryRow(t.Context(), `SELECT password_hash FROM accounts WHERE id = $1`, entry.Account.ID).Scan(&hash); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") || strings.Contains(hash, goodPassword) {
			t.Errorf("hash = %s", hash)
		}
	})
	t.Run("a taken address signs nobody in and mails its owner in the owner's language", func(t *testing.T) {
		t.Parallel()
		owner := s.somebody()
		if _, err := s.UpdateAccount(t.Context(), owner.Account.ID, AccountPatch{Locale: ptr("fr")}); err != nil {
			t.Fatal(err)
		}
		entry, err := s.SignUp(t.Context(), NewAccount{Name: "http://evil.example", Email: owner.Account.Email, Password: "another good one"}, freshClient())
		if err != nil || entry != nil {
			t.Fatalf("got %v, %v", entry, err)
		}
		mails := s.mailsTo(owner.Account.Email)
		if len(mails) != 1 || mails[0].Subject != "Vous avez déjà un compte Hanzhi" || strings.Contains(mails[0].Body, "evil") {
			t.Errorf("mails = %+v", mails)
		}
		if _, err := s.signIn(owner, "another good one"); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("the stranger's password: %v", err)
		}
	})
	t.Run("twenty at once with one address make one account", func(t *testing.T) {
		t.Parallel()
		email := freshEmail()
		var wg sync.WaitGroup
		var mu sync.Mutex
		signedIn := 0
		for range 20 {
			wg.Go(func() {
				entry, err := s.SignUp(t.Context(), NewAccount{Name: "One", Email: email, Password: goodPassword}, freshClient())
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					t.Error(err)
				} else if entry != nil {
					signedIn++
				}
			})
		}
		wg.Wait()
		if signedIn != 1 {
			t.Errorf("%d were signed in, want 1", signedIn)
		}
	})
	for _, c := range []struct {
		name        string
		in          NewAccount
		field, code string
	}{
		{"no name", NewAccount{Name: " ", Email: freshEmail(), Password: goodPassword}, "name", "name_length"},
		{"a name of 121 characters", NewAccount{Name: strings.Repeat("字", 121), Email: freshEmail(), Password: goodPassword}, "name", "name_length"},
		{"a name that turns the text around", NewAccount{Name: "a\u202eb", Email: freshEmail(), Password: goodPassword}, "name", "forbidden_character"},
		{"a name with a zero byte", NewAccount{Name: "a\x00b", Email: freshEmail(), Password: goodPassword}, "name", "forbidden_character"},
		{"an address without a domain", NewAccount{Name: "A", Email: "a@", Password: goodPassword}, "email", "email_invalid"},
		{"an address with a line break", NewAccount{Name: "A", Email: "a@example.org\r\nBcc: b@example.org", Password: goodPassword}, "email", "email_invalid"},
		{"a short password", NewAccount{Name: "A", Email: freshEmail(), Password: "sieben7"}, "password", "password_short"},
		{"a common password", NewAccount{Name: "A", Email: freshEmail(), Password: "Password123"[:8]}, "password", "password_common"},
		{"an unknown language", NewAccount{Name: "A", Email: freshEmail(), Password: goodPassword, Locale: "tlh"}, "locale", "unknown_locale"},
	} {
		t.Run(c.name+" is refused by name of the field", func(t *testing.T) {
			t.Parallel()
			_, err := s.SignUp(t.Context(), c.in, freshClient())
			if f := want(t, err, fault.Invalid, c.code); f.Field != c.field {
				t.Errorf("field = %q, want %q", f.Field, c.field)
			}
		})
	}
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	s := setup(t)
	t.Run("the right password signs in, however the address is written", func(t *testing.T) {
		t.Parallel()
		entry := s.somebody()
		again, err := s.SignIn(t.Context(), strings.ToUpper(entry.Account.Email), goodPassword, freshClient())
		if err != nil {
			t.Fatal(err)
		}
		if again.Account.ID != entry.Account.ID || again.Token == entry.Token {
			t.Errorf("entry = %+v", again)
		}
	})
	t.Run("a password typed with composed or decomposed letters is the same", func(t *testing.T) {
		t.Parallel()
		entry := s.somebody()
		if _, err := s.signIn(entry, "drei Wo\u0308rter reichen"); err != nil {
			t.Error(err)
		}
	})
	t.Run("a wrong password and an unknown address get the same answer", func(t *testing.T) {
		t.Parallel()
		entry := s.somebody()
		_, wrong := s.signIn(entry, "not the password")
		_, nobody := s.SignIn(t.Context(), freshEmail(), goodPassword, freshClient())
		_, garbage := s.SignIn(t.Context(), "no address at all", strings.Repeat("x", 1<<20), freshClient())
		for _, err := range []error{wrong, nobody, garbage} {
			f := want(t, err, fault.Unauthenticated, "wrong_password")
			if f.Message != want(t, wrong, fault.Unauthenticated, "wrong_password").Message {
				t.Errorf("message = %q", f.Message)
			}
		}
	})
	t.Run("the token that the browser brought is not adopted and ends", func(t *testing.T) {
		t.Parallel()
		entry := s.somebody()
		from := freshClient()
		from.Token = entry.Token
		again, err := s.SignIn(t.Context(), entry.Account.Email, goodPassword, from)
		if err != nil {
			t.Fatal(err)
		}
		if again.Token == entry.Token || s.good(entry.Token) || !s.good(again.Token) {
			t.Error("the old token still works, or the new one does not")
		}
		planted := newToken()
		from.Token = planted
		if again, err = s.SignIn(t.Context(), entry.Account.Email, goodPassword, from); err != nil || again.Token == planted || s.good(planted) {
			t.Errorf("a planted token was adopted (%v)", err)
		}
	})
	t.Run("a suspended account is told so only with the right password", func(t *testing.T) {
		t.Parallel()
		entry := s.somebody()
		s.exec(`UPDATE accounts SET suspended_at = now() WHERE id = $1`, entry.Account.ID)
		_, err := s.signIn(entry, "not the password")
		want(t, err, fault.Unauthenticated, "wrong_password")
		_, err = s.signIn(entry, goodPassword)
		want(t, err, fault.Forbidden, "account_suspended")
	})
	t.Run("a hash with old parameters is renewed", func(t *testing.T) {
		t.Parallel()
		entry := s.somebody()
		// "drei Wörter reichen" under m=64, t=1.
		s.exec(`UPDATE accounts SET password_hash = $2 WHERE id = $1`, entry.Account.ID, weakHash(goodPassword))
		if _, err := s.signIn(entry, goodPassword); err != nil {
			t.Fatal(err)
		}
		var hash string
		if err := s.db.QueryRow(t.Context(), `SELECT password_hash FROM accounts WHERE id = $1`, entry.Account.ID).Scan(&hash); err != nil || !strings.Contains(hash, "m=19456,t=2,p=1") {
			t.Errorf("hash = %s, %v", hash, err)
		}
		if _, err := s.signIn(entry, goodPassword); err != nil {
			t.Error(err)
		}
	})
	t.Run("a sign-in that a new password overtakes leaves no session", func(t *testing.T) {
		t.Parallel()
		entry := s.somebody()
		_, err := s.enter(t.Context(), entry.Account, "a hash that is not the account's any more", freshClient())
		want(t, err, fault.Unauthenticated, "wrong_password")
		if sessions, err := s.Sessions(t.Context(), entry.Account.ID); err != nil || len(sessions) != 1 {
			t.Errorf("%d sessions, %v; want the first one only", len(sessions), err)
		}
	})
}

func TestUpdateAccount(t *testing.T) {
	t.Parallel()
	s := setup(t)
	entry := s.somebody()
	t.Run("what is not given stays", func(t *testing.T) {
		a, err := s.UpdateAccount(t.Context(), entry.Account.ID, AccountPatch{Locale: ptr("ar")})
		if err != nil || a.Locale != "ar" || a.Name != entry.Account.Name {
			t.Fatalf("account = %+v, %v", a, err)
		}
		a, err = s.UpdateAccount(t.Context(), entry.Account.ID, AccountPatch{Name: ptr("王 师傅")})
		if err != nil || a.Locale != "ar" || a.Name != "王 师傅" {
			t.Fatalf("account = %+v, %v", a, err)
		}
		if got, err := s.Account(t.Context(), entry.Account.ID); err != nil || got != a {
			t.Errorf("account = %+v, %v", got, err)
		}
	})
	t.Run("wrong values change nothing", func(t *testing.T) {
		_, err := s.UpdateAccount(t.Context(), entry.Account.ID, AccountPatch{Name: ptr("x"), Locale: ptr("xx")})
		want(t, err, fault.Invalid, "unknown_locale")
		_, err = s.UpdateAccount(t.Context(), entry.Account.ID, AccountPatch{Name: ptr("\u200e")})
		want(t, err, fault.Invalid, "forbidden_character")
		if a, _ := s.Account(t.Context(), entry.Account.ID); a.Name == "x" {
			t.Error("the name changed")
		}
	})
	t.Run("an account that is gone is not found", func(t *testing.T) {
		_, err := s.UpdateAccount(t.Context(), uuid.New(), AccountPatch{})
		want(t, err, fault.NotFound, "not_found")
	})
}

func ptr[T any](v T) *T { return &v }
