package auth

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// class makes a live class that begins after so long, and returns its id.
func (s *stage) class(after time.Duration) uuid.UUID {
	s.t.Helper()
	institution, course, run, class := uuid.New(), uuid.New(), uuid.New(), uuid.New()
	s.exec(`INSERT INTO institutions (id, slug, name, kind, country) VALUES ($1::uuid, 'i-' || $1::uuid, '{"en": "College"}', 'college', 'ZM')`, institution)
	s.exec(`INSERT INTO courses (id, institution_id, slug, format, title) VALUES ($1::uuid, $2, 'c-' || $1::uuid, 'mooc', '{"en": "Lathe"}')`, course, institution)
	s.exec(`INSERT INTO runs (id, course_id, starts_at, ends_at) VALUES ($1, $2, now(), now() + interval '1 day')`, run, course)
	s.exec(`INSERT INTO classes (id, run_id, title, starts_at, minutes, time_zone) VALUES ($1, $2, '{"en": "Stop!"}', now() + $3, 45, 'Africa/Lusaka')`, class, run, after)
	return class
}

// remind writes a reminder of a class, as it is planned now, to somebody who is in its run.
func (s *stage) remind(account, class uuid.UUID, soon bool) uuid.UUID {
	s.t.Helper()
	m := ClassMail{Account: account, Class: class, Soon: soon, Title: "Stop!", Course: "Lathe", TimeZone: "Africa/Lusaka"}
	kind := map[bool]string{false: "day", true: "soon"}[soon]
	var id uuid.UUID
	err := pg.InTx(s.t.Context(), s.db, func(tx pgx.Tx) error {
		err := tx.QueryRow(s.t.Context(), `SELECT starts_at FROM classes WHERE id = $1`, class).Scan(&m.StartsAt)
		if err == nil {
			id, err = s.WriteClassMail(s.t.Context(), tx, m)
		}
		if err == nil {
			_, err = tx.Exec(s.t.Context(), `INSERT INTO class_reminders (class_id, account_id, kind, starts_at, mail_id) VALUES ($1, $2, $3, $4, $5)`, class, account, kind, m.StartsAt, id)
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.exec(`INSERT INTO run_teachers (run_id, account_id) SELECT run_id, $2 FROM classes WHERE id = $1 ON CONFLICT DO NOTHING`, class, account)
	return id
}

func TestClassMail(t *testing.T) {
	t.Parallel()
	at := time.Date(2027, 3, 14, 6, 30, 0, 0, time.UTC)
	write := func(t *testing.T, s *stage, account uuid.UUID, soon bool) Mail {
		t.Helper()
		err := pg.InTx(t.Context(), s.db, func(tx pgx.Tx) error {
			_, err := s.WriteClassMail(t.Context(), tx, ClassMail{Account: account, Class: uuid.Nil, Soon: soon, Title: "Stop!", Course: "Lathe", StartsAt: at, TimeZone: "Africa/Lusaka"})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		a, err := s.Account(t.Context(), account)
		if err != nil {
			t.Fatal(err)
		}
		mails := s.mailsTo(a.Email)
		return mails[len(mails)-1]
	}
	t.Run("it tells the time by the class's clock until the reader's is known, and leads into the class", func(t *testing.T) {
		t.Parallel()
		s := setup(t)
		entry := s.somebody()
		m := write(t, s, entry.Account.ID, false)
		if m.Subject != "Your class “Stop!”: 2027-03-14, 08:30 (Africa/Lusaka)" || !strings.Contains(m.Body, "\nhttps://hanzhi.example/classes/"+uuid.Nil.String()+"\n") ||
			!strings.Contains(m.Body, "https://hanzhi.example/settings") || !strings.Contains(m.Body, entry.Account.Name) {
			t.Errorf("mail = %+v", m)
		}
		if _, err := s.UpdateAccount(t.Context(), entry.Account.ID, AccountPatch{TimeZone: ptr("Asia/Tashkent"), Locale: ptr("fr")}); err != nil {
			t.Fatal(err)
		}
		if m := write(t, s, entry.Account.ID, true); m.Subject != "« Stop! » commence bientôt : 11:30" || !strings.Contains(m.Body, "2027-03-14, 11:30 (Asia/Tashkent)") {
			t.Errorf("mail = %+v", m)
		}
	})
	t.Run("what has changed is told by the class's clock, in the reader's language, all of it in one mail", func(t *testing.T) {
		t.Parallel()
		s := setup(t)
		entry, class := s.somebody(), uuid.New()
		day := 24 * time.Hour
		for _, c := range []struct {
			locale, subject string
			body            []string
			ClassChangeMail
		}{
			{"en", "“Stop!” has a new time: 2027-03-15, 08:30", []string{"\n2027-03-14, 08:30 → 2027-03-15, 08:30\n", "(Africa/Lusaka)", "/classes/" + class.String() + "\n"},
				ClassChangeMail{Class: class, Moves: []ClassMove{{at, at.Add(day)}}}},
			{"fr", "« Stop! » est annulé : 2027-03-14, 08:30 (+1)", []string{"\n2027-03-14, 08:30\n2027-03-21, 08:30\n", "/classes\n"},
				ClassChangeMail{Moves: []ClassMove{{Was: at}, {Was: at.Add(7 * day)}}}},
			{"ru", "«Stop!» переносится: 2027-03-22, 08:30 (+1)", []string{"\n2027-03-14, 08:30 – отменяется\n2027-03-21, 08:30 → 2027-03-22, 08:30\n"},
				ClassChangeMail{Class: class, Moves: []ClassMove{{Was: at}, {at.Add(7 * day), at.Add(8 * day)}}}},
			{"zh-CN", "“Stop!”改了时间：2027-03-15, 08:30", []string{"2027-03-14, 08:30 → 2027-03-15, 08:30"},
				ClassChangeMail{Class: class, Moves: []ClassMove{{at, at.Add(day)}}}},
			{"ar", "أُلغي «Stop!»: \u20662027-03-14, 08:30\u2069", []string{"\u20662027-03-14, 08:30\u2069\n"}, ClassChangeMail{Moves: []ClassMove{{Was: at}}}},
		} {
			if _, err := s.UpdateAccount(t.Context(), entry.Account.ID, AccountPatch{TimeZone: ptr("Asia/Tashkent"), Locale: &c.locale}); err != nil {
				t.Fatal(err)
			}
			c.Account, c.Title, c.Course, c.TimeZone = entry.Account.ID, "Stop!", "Lathe", "Africa/Lusaka"
			if err := pg.InTx(t.Context(), s.db, func(tx pgx.Tx) error { return s.WriteClassChangeMail(t.Context(), tx, c.ClassChangeMail) }); err != nil {
				t.Fatal(err)
			}
			mails := s.mailsTo(entry.Account.Email)
			m := mails[len(mails)-1]
			if m.Subject != c.subject {
				t.Errorf("%s: subject = %q", c.locale, m.Subject)
			}
			for _, part := range append(c.body, "https://hanzhi.example/settings") {
				if !strings.Contains(m.Body, part) {
					t.Errorf("%s: no %q in %q", c.locale, part, m.Body)
				}
			}
		}
	})
	t.Run("a reminder leaves once", func(t *testing.T) {
		t.Parallel()
		s, server, queued := outbox(t)
		id := s.remind(s.somebody().Account.ID, s.class(time.Hour), false)
		for range 2 {
			if err := s.SendMail(t.Context(), id); err != nil {
				t.Fatal(err)
			}
		}
		if n := len(server.taken()); n != 1 || len(*queued) != 1 || (*queued)[0] != id {
			t.Errorf("%d arrived, queued %v", n, *queued)
		}
	})
	for name, change := range map[string]string{
		"was moved":             `UPDATE classes SET starts_at = starts_at + interval '1 hour'`,
		"was called off":        `UPDATE classes SET state = 'cancelled'`,
		"has begun":             `UPDATE class_reminders SET starts_at = now() - interval '1 second'; UPDATE classes SET starts_at = (SELECT starts_at FROM class_reminders)`,
		"has ended":             `UPDATE classes SET state = 'ended'`,
		"has lost its run":      `UPDATE runs SET cancelled_at = now()`,
		"is not theirs":         `DELETE FROM run_teachers`,
		"is told to none of us": `UPDATE accounts SET class_mails = false`,
	} {
		t.Run("a reminder that waited while its class "+name+" is not sent, and the outbox says so", func(t *testing.T) {
			t.Parallel()
			s, server, _ := outbox(t)
			entry := s.somebody()
			id := s.remind(entry.Account.ID, s.class(time.Hour), true)
			for _, one := range strings.Split(change, "; ") {
				s.exec(one)
			}
			for range 2 {
				if err := s.SendMail(t.Context(), id); err != nil {
					t.Fatal(err)
				}
			}
			var why string
			if err := s.db.QueryRow(t.Context(), `SELECT coalesce(last_error, '') FROM mails WHERE id = $1 AND sent_at IS NULL`, id).Scan(&why); err != nil {
				t.Fatal(err)
			}
			if n := len(server.taken()); n != 0 || !strings.HasPrefix(why, "not sent:") {
				t.Errorf("%d arrived, %q", n, why)
			}
		})
	}
	t.Run("notes of who was reminded go after a month", func(t *testing.T) {
		t.Parallel()
		s := setup(t)
		s.remind(s.somebody().Account.ID, s.class(time.Hour), false)
		s.remind(s.somebody().Account.ID, s.class(-31*24*time.Hour), false)
		if err := s.Tidy(t.Context()); err != nil {
			t.Fatal(err)
		}
		var n int
		if err := s.db.QueryRow(t.Context(), `SELECT count(*) FROM class_reminders`).Scan(&n); err != nil || n != 1 {
			t.Errorf("%d notes, %v", n, err)
		}
	})
	t.Run("a time zone that is none is refused, and mails can be switched off and on", func(t *testing.T) {
		t.Parallel()
		s := setup(t)
		entry := s.somebody()
		if !entry.Account.ClassMails || entry.Account.TimeZone != "" {
			t.Errorf("a new account = %+v", entry.Account)
		}
		for _, zone := range []string{"", "Local", "Mars/Olympus", "../etc/passwd"} {
			_, err := s.UpdateAccount(t.Context(), entry.Account.ID, AccountPatch{TimeZone: &zone})
			want(t, err, fault.Invalid, "unknown_time_zone")
		}
		for _, on := range []bool{false, true} {
			if a, err := s.UpdateAccount(t.Context(), entry.Account.ID, AccountPatch{ClassMails: &on}); err != nil || a.ClassMails != on {
				t.Errorf("account = %+v, %v", a, err)
			}
		}
	})
}
