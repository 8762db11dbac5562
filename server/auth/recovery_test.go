package auth

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hanzhi/server/fault"
)

const newPassword = "ein ganz neues Passwort"

func TestChangePassword(t *testing.T) {
	t.Parallel()
	s := setup(t)
	t.Run("the new one works, the old one does not, other sessions and open links end", func(t *testing.T) {
		t.Parallel()
		entry := s.somebody()
		other, err := s.signIn(entry, goodPassword)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.RequestReset(t.Context(), entry.Account.Email, freshClient()); err != nil {
			t.Fatal(err)
		}
		link := secretIn(t, s.mailsTo(entry.Account.Email)[0])
		if err := s.ChangePassword(t.Context(), entry.Session, goodPassword, newPassword); err != nil {
			t.Fatal(err)
		}
		if !s.good(entry.Token) || s.good(other.Token) {
			t.Error("wrong sessions ended")
		}
		_, err = s.signIn(entry, goodPassword)
		want(t, err, fault.Unauthenticated, "wrong_password")
		if _, err := s.signIn(entry, newPassword); err != nil {
			t.Error(err)
		}
		_, err = s.ResetPassword(t.Context(), link, "yet another password", freshClient())
		want(t, err, fault.Invalid, "token_invalid")
		if mails := s.mailsTo(entry.Account.Email); len(mails) != 2 || mails[1].Subject != "Your Hanzhi password has changed" {
			t.Errorf("mails = %+v", mails)
		}
	})
	t.Run("a wrong present password or a bad new one changes nothing", func(t *testing.T) {
		t.Parallel()
		entry := s.somebody()
		f := want(t, s.ChangePassword(t.Context(), entry.Session, "wrong password", newPassword), fault.Invalid, "wrong_password")
		if f.Field != "password" {
			t.Errorf("field = %s", f.Field)
		}
		f = want(t, s.ChangePassword(t.Context(), entry.Session, goodPassword, entry.Account.Email), fault.Invalid, "password_common")
		if f.Field != "newPassword" {
			t.Errorf("field = %s", f.Field)
		}
		if _, err := s.signIn(entry, goodPassword); err != nil {
			t.Error(err)
		}
	})
}

func TestResetPassword(t *testing.T) {
	t.Parallel()
	s := setup(t)
	link := func(t *testing.T, entry *Entry) string {
		t.Helper()
		if err := s.RequestReset(t.Context(), strings.ToUpper(entry.Account.Email), freshClient()); err != nil {
			t.Fatal(err)
		}
		mails := s.mailsTo(entry.Account.Email)
		return secretIn(t, mails[len(mails)-1])
	}
	t.Run("the link of the mail sets a new password once and ends every session", func(t *testing.T) {
		t.Parallel()
		entry := s.somebody()
		token := link(t, entry)
		device, err := s.ResetPassword(t.Context(), token, newPassword, freshClient())
		if err != nil {
			t.Fatal(err)
		}
		if s.good(entry.Token) {
			t.Error("the session goes on")
		}
		if _, known := s.knownDevice(entry.Account.Email, device); !known {
			t.Error("the browser has no mark")
		}
		if _, err := s.signIn(entry, newPassword); err != nil {
			t.Error(err)
		}
		_, err = s.ResetPassword(t.Context(), token, "yet another password", freshClient())
		want(t, err, fault.Invalid, "token_invalid")
	})
	t.Run("of twenty who use one link at once one succeeds", func(t *testing.T) {
		t.Parallel()
		entry := s.somebody()
		token := link(t, entry)
		var wg sync.WaitGroup
		var done atomic.Int32
		for range 20 {
			wg.Go(func() {
				if _, err := s.ResetPassword(t.Context(), token, newPassword, freshClient()); err == nil {
					done.Add(1)
				} else if !fault.Is(err, fault.Invalid) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if done.Load() != 1 {
			t.Errorf("%d succeeded", done.Load())
		}
	})
	t.Run("a bad new password does not spend the link", func(t *testing.T) {
		t.Parallel()
		entry := s.somebody()
		token := link(t, entry)
		_, err := s.ResetPassword(t.Context(), token, "12345678", freshClient())
		want(t, err, fault.Invalid, "password_common")
		if _, err := s.ResetPassword(t.Context(), token, newPassword, freshClient()); err != nil {
			t.Error(err)
		}
	})
	t.Run("a link dies after an hour, and with a change of the address", func(t *testing.T) {
		t.Parallel()
		entry := s.somebody()
		token := link(t, entry)
		s.exec(`UPDATE account_tokens SET expires_at = now() WHERE account_id = $1`, entry.Account.ID)
		_, err := s.ResetPassword(t.Context(), token, newPassword, freshClient())
		want(t, err, fault.Invalid, "token_invalid")

		token = link(t, entry)
		address := freshEmail()
		if err := s.ChangeEmail(t.Context(), entry.Session, address, goodPassword); err != nil {
			t.Fatal(err)
		}
		if err := s.ConfirmEmail(t.Context(), secretIn(t, s.mailsTo(address)[0]), freshClient()); err != nil {
			t.Fatal(err)
		}
		_, err = s.ResetPassword(t.Context(), token, newPassword, freshClient())
		want(t, err, fault.Invalid, "token_invalid")
	})
	t.Run("only the hash of the secret is stored outside the mail", func(t *testing.T) {
		t.Parallel()
		entry := s.somebody()
		token := link(t, entry)
		var found bool
		if err := s.db.QueryRow(t.Context(), `SELECT EXISTS (SELECT FROM account_tokens WHERE position($1::bytea in token_hash) > 0 OR new_email = $2)`, []byte(token), token).Scan(&found); err != nil || found {
			t.Errorf("found %v, %v", found, err)
		}
	})
	t.Run("an unknown address gets the same answer in the same time and no mail", func(t *testing.T) {
		t.Parallel()
		for _, email := range []string{freshEmail(), s.somebody().Account.Email} {
			begun := time.Now()
			if err := s.RequestReset(t.Context(), email, freshClient()); err != nil {
				t.Error(err)
			}
			if took := time.Since(begun); took < resetTime {
				t.Errorf("answered after %v", took)
			}
		}
		var n int
		if err := s.db.QueryRow(t.Context(), `SELECT count(*) FROM mails m LEFT JOIN accounts a ON a.email = m.to_address WHERE a.id IS NULL AND m.account_id IS NULL`).Scan(&n); err != nil || n != 0 {
			t.Errorf("%d mails to nobody, %v", n, err)
		}
	})
	t.Run("a suspended account gets no link, and one it had is dead", func(t *testing.T) {
		t.Parallel()
		entry := s.somebody()
		token := link(t, entry)
		s.exec(`UPDATE accounts SET suspended_at = now() WHERE id = $1`, entry.Account.ID)
		if err := s.RequestReset(t.Context(), entry.Account.Email, freshClient()); err != nil {
			t.Error(err)
		}
		if n := len(s.mailsTo(entry.Account.Email)); n != 1 {
			t.Errorf("%d mails", n)
		}
		_, err := s.ResetPassword(t.Context(), token, newPassword, freshClient())
		want(t, err, fault.Forbidden, "account_suspended")
	})
	t.Run("nobody's mailbox is flooded, and nobody learns that it would have been", func(t *testing.T) {
		t.Parallel()
		entry := s.somebody()
		for range 9 {
			if err := s.RequestReset(t.Context(), entry.Account.Email, freshClient()); err != nil {
				t.Fatal(err)
			}
		}
		if n := len(s.mailsTo(entry.Account.Email)); n != 4 {
			t.Errorf("%d mails, want 4", n)
		}
	})
	t.Run("garbage is no link", func(t *testing.T) {
		t.Parallel()
		for _, token := range []string{"", "x", "' OR 1=1 --", "\x00", strings.Repeat("a", 1<<16)} {
			_, err := s.ResetPassword(t.Context(), token, newPassword, freshClient())
			want(t, err, fault.Invalid, "token_invalid")
			want(t, s.ConfirmEmail(t.Context(), token, freshClient()), fault.Invalid, "token_invalid")
		}
	})
	t.Run("a link for one purpose is none for another", func(t *testing.T) {
		t.Parallel()
		want(t, s.ConfirmEmail(t.Context(), link(t, s.somebody()), freshClient()), fault.Invalid, "token_invalid")
	})
}

func TestChangeEmail(t *testing.T) {
	t.Parallel()
	s := setup(t)
	t.Run("the address changes when the link is opened, and the old one is told before and after", func(t *testing.T) {
		t.Parallel()
		entry := s.somebody()
		old, address := entry.Account.Email, freshEmail()
		if err := s.ChangeEmail(t.Context(), entry.Session, address, goodPassword); err != nil {
			t.Fatal(err)
		}
		if a, _ := s.Account(t.Context(), entry.Account.ID); a.Email != old {
			t.Fatalf("changed at once to %s", a.Email)
		}
		mail := s.mailsTo(address)[0]
		if strings.Contains(mail.Body, entry.Account.Name) {
			t.Error("a mail to an unproven address carries words that the sender has chosen")
		}
		if err := s.ConfirmEmail(t.Context(), secretIn(t, mail), freshClient()); err != nil {
			t.Fatal(err)
		}
		if a, _ := s.Account(t.Context(), entry.Account.ID); a.Email != address {
			t.Errorf("address = %s", a.Email)
		}
		want(t, s.ConfirmEmail(t.Context(), secretIn(t, mail), freshClient()), fault.Invalid, "token_invalid")
		mails := s.mailsTo(old)
		if len(mails) != 2 || !strings.Contains(mails[0].Body, address) || !strings.Contains(mails[1].Body, address) || strings.Contains(mails[0].Body, "token=") {
			t.Errorf("mails to the old address: %+v", mails)
		}
	})
	t.Run("an address with an account looks the same, and its owner is told", func(t *testing.T) {
		t.Parallel()
		entry, owner := s.somebody(), s.somebody()
		if err := s.ChangeEmail(t.Context(), entry.Session, owner.Account.Email, goodPassword); err != nil {
			t.Fatal(err)
		}
		mails := s.mailsTo(owner.Account.Email)
		if len(mails) != 1 || mails[0].Subject != "This address already has a Hanzhi account" || strings.Contains(mails[0].Body, "token=") {
			t.Errorf("mails = %+v", mails)
		}
	})
	t.Run("an address that somebody signs up with meanwhile stays theirs", func(t *testing.T) {
		t.Parallel()
		entry, address := s.somebody(), freshEmail()
		if err := s.ChangeEmail(t.Context(), entry.Session, address, goodPassword); err != nil {
			t.Fatal(err)
		}
		token := secretIn(t, s.mailsTo(address)[0])
		if _, err := s.SignUp(t.Context(), NewAccount{Name: "Quick", Email: address, Password: goodPassword}, freshClient()); err != nil {
			t.Fatal(err)
		}
		want(t, s.ConfirmEmail(t.Context(), token, freshClient()), fault.Invalid, "token_invalid")
		if a, _ := s.Account(t.Context(), entry.Account.ID); a.Email == address {
			t.Error("the address was taken away")
		}
	})
	t.Run("one's own address is none to change to", func(t *testing.T) {
		t.Parallel()
		entry := s.somebody()
		want(t, s.ChangeEmail(t.Context(), entry.Session, strings.ToUpper(entry.Account.Email), goodPassword), fault.Invalid, "email_same")
	})
}
