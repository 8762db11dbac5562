package auth

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/mail"
	"net/textproto"
	"strings"
	"sync"
	"testing"
	"text/template"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/server/fault"
)

func TestMailTexts(t *testing.T) {
	t.Parallel()
	kinds := []mailKind{mailResetPassword, mailAccountExists, mailConfirmEmail, mailEmailChangeNotice, mailEmailTaken, mailEmailChanged, mailPasswordChanged, mailAccountDeleted, mailClassDay, mailClassSoon, mailClassChanged}
	l := letter{Name: "<b>Ann & 王</b>", Email: "ann@example.org", Link: "https://hanzhi.example/x#token=abc_-1",
		Title: "停！", Course: "Lathe", When: "2027-03-14, 09:00 (Africa/Lusaka)", Hour: "09:00", Settings: "https://hanzhi.example/settings"}
	for _, kind := range kinds {
		var uses []bool
		for _, locale := range Locales {
			subject, body, err := compose(kind, locale, l)
			if err != nil {
				t.Fatalf("%s in %s: %v", kind, locale, err)
			}
			if subject == "" || strings.TrimSpace(body) == "" || strings.Contains(subject+body, "<no value>") || strings.ContainsAny(subject, "\r\n") {
				t.Errorf("%s in %s: %q, %q", kind, locale, subject, body)
			}
			if linked := strings.Contains(body, l.Link); linked != (mailLinks[kind] != "") {
				t.Errorf("%s in %s: link in the text %v", kind, locale, linked)
			}
			if kind == mailConfirmEmail && strings.Contains(body, l.Name) {
				t.Errorf("%s in %s names the account", kind, locale)
			}
			used := []bool{strings.Contains(body, l.Name), strings.Contains(body, l.Email), strings.Contains(body, l.Link), strings.Contains(body, l.Title),
				strings.Contains(body, l.Course), strings.Contains(body, l.When), strings.Contains(subject, l.Hour), strings.Contains(body, l.Settings)}
			if uses == nil {
				uses = used
			} else if fmt.Sprint(uses) != fmt.Sprint(used) {
				t.Errorf("%s in %s says other things than in English", kind, locale)
			}
		}
	}
	for locale, text := range mailTexts {
		if n := len(defined(text)); n != len(kinds) {
			t.Errorf("%s has %d texts, want %d", locale, n, len(kinds))
		}
	}
	if subject, _, err := compose(mailAccountDeleted, "tlh", l); err != nil || subject != "Your Hanzhi account is deleted" {
		t.Errorf("in a language we do not write: %q, %v", subject, err)
	}
}

func defined(text *template.Template) (names []string) {
	for _, t := range text.Templates() {
		if !strings.HasSuffix(t.Name(), ".txt") {
			names = append(names, t.Name())
		}
	}
	return names
}

// smtpServer speaks enough SMTP to take mails, or to fail at a step that the test names.
type smtpServer struct {
	net.Listener
	mu    sync.Mutex
	fail  string // "", "rcpt 4", "rcpt 5", "data 4", "hang up"
	mails []string
}

func startSMTP(t *testing.T) (*smtpServer, SMTP) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &smtpServer{Listener: l}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go s.serve(c)
		}
	}()
	return s, SMTP{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, From: "汉职 Hanzhi <no-reply@hanzhi.example>"}
}

func (s *smtpServer) failAt(step string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail = step
}

func (s *smtpServer) taken() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.mails...)
}

func (s *smtpServer) serve(c net.Conn) {
	defer c.Close()
	r := textproto.NewReader(bufio.NewReader(c))
	say := func(line string) { fmt.Fprintf(c, "%s\r\n", line) }
	say("220 ready")
	for {
		line, err := r.ReadLine()
		if err != nil {
			return
		}
		s.mu.Lock()
		fail := s.fail
		s.mu.Unlock()
		switch verb := strings.ToUpper(line[:min(4, len(line))]); {
		case verb == "RCPT" && fail == "rcpt 4":
			say("450 mailbox busy")
		case verb == "RCPT" && fail == "rcpt 5":
			say("550 no such mailbox")
		case verb == "DATA":
			say("354 go on")
			body, err := r.ReadDotBytes()
			if err != nil || fail == "hang up" {
				return
			}
			if fail == "data 4" {
				say("451 out of disk")
				continue
			}
			s.mu.Lock()
			s.mails = append(s.mails, string(body))
			s.mu.Unlock()
			say("250 taken")
		case verb == "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

// outbox is a service that sends through a server, with a queue that a test can look at.
func outbox(t *testing.T) (*stage, *smtpServer, *[]uuid.UUID) {
	t.Helper()
	server, smtp := startSMTP(t)
	var queued []uuid.UUID
	s := setup(t, func(c *Config) {
		c.SMTP = smtp
		c.QueueMail = func(_ context.Context, _ pgx.Tx, id uuid.UUID) error {
			queued = append(queued, id)
			return nil
		}
	})
	return s, server, &queued
}

func TestSendMail(t *testing.T) {
	t.Parallel()
	begin := func(t *testing.T) (*stage, *smtpServer, *Entry, uuid.UUID) {
		s, server, queued := outbox(t)
		entry := s.somebody()
		if _, err := s.UpdateAccount(t.Context(), entry.Account.ID, AccountPatch{Name: ptr("王 师傅"), Locale: ptr("ar")}); err != nil {
			t.Fatal(err)
		}
		if err := s.RequestReset(t.Context(), entry.Account.Email, freshClient()); err != nil {
			t.Fatal(err)
		}
		if len(*queued) != 1 {
			t.Fatalf("%d mails queued", len(*queued))
		}
		return s, server, entry, (*queued)[0]
	}
	row := func(t *testing.T, s *stage, id uuid.UUID) (sent bool, attempts int, why, body string) {
		t.Helper()
		if err := s.db.QueryRow(t.Context(), `SELECT sent_at IS NOT NULL, attempts, coalesce(last_error, ''), body FROM mails WHERE id = $1`, id).Scan(&sent, &attempts, &why, &body); err != nil {
			t.Fatal(err)
		}
		return sent, attempts, why, body
	}
	t.Run("a mail arrives whole, in the account's language, and once", func(t *testing.T) {
		t.Parallel()
		s, server, entry, id := begin(t)
		for range 3 {
			if err := s.SendMail(t.Context(), id); err != nil {
				t.Fatal(err)
			}
		}
		mails := server.taken()
		if len(mails) != 1 {
			t.Fatalf("%d mails arrived", len(mails))
		}
		m, err := mail.ReadMessage(strings.NewReader(mails[0]))
		if err != nil {
			t.Fatal(err)
		}
		to, _ := m.Header.AddressList("To")
		if len(to) != 1 || to[0].Address != entry.Account.Email || m.Header.Get("Message-ID") != "<"+id.String()+"@hanzhi>" || m.Header.Get("Auto-Submitted") != "auto-generated" {
			t.Errorf("headers = %v", m.Header)
		}
		if subject := decodeWord(t, m.Header.Get("Subject")); subject != "اختر كلمة مرور جديدة لحسابك في Hanzhi" {
			t.Errorf("subject = %q", subject)
		}
		sent, attempts, why, body := row(t, s, id)
		if !sent || attempts != 1 || why != "" || !strings.Contains(body, "token=…") || strings.Contains(strings.ReplaceAll(body, "token=…", ""), "token=") {
			t.Errorf("sent %v, attempts %d, %q, body %q", sent, attempts, why, body)
		}
	})
	for _, fail := range []string{"rcpt 4", "data 4"} {
		t.Run("a mail that the server does not take now ("+fail+") is tried again", func(t *testing.T) {
			t.Parallel()
			s, server, _, id := begin(t)
			server.failAt(fail)
			want(t, s.SendMail(t.Context(), id), fault.Unavailable, "mail_not_sent")
			if sent, _, why, _ := row(t, s, id); sent || why == "" {
				t.Errorf("sent %v, why %q", sent, why)
			}
			server.failAt("")
			if err := s.SendMail(t.Context(), id); err != nil {
				t.Fatal(err)
			}
			if sent, attempts, why, _ := row(t, s, id); !sent || attempts != 2 || why != "" || len(server.taken()) != 1 {
				t.Errorf("sent %v, attempts %d, why %q, %d arrived", sent, attempts, why, len(server.taken()))
			}
		})
	}
	t.Run("a server that cannot be reached is tried again", func(t *testing.T) {
		t.Parallel()
		s, server, _, id := begin(t)
		server.Close()
		want(t, s.SendMail(t.Context(), id), fault.Unavailable, "mail_not_sent")
	})
	t.Run("a receiver that the server refuses for good is not tried again", func(t *testing.T) {
		t.Parallel()
		s, server, _, id := begin(t)
		server.failAt("rcpt 5")
		if err := s.SendMail(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		server.failAt("")
		if err := s.SendMail(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		if sent, attempts, why, _ := row(t, s, id); sent || attempts != 1 || !strings.Contains(why, "550") || len(server.taken()) != 0 {
			t.Errorf("sent %v, attempts %d, why %q", sent, attempts, why)
		}
	})
	t.Run("a mail that may have left is not sent a second time", func(t *testing.T) {
		t.Parallel()
		s, server, _, id := begin(t)
		server.failAt("hang up")
		if err := s.SendMail(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		server.failAt("")
		if err := s.SendMail(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		if sent, _, why, _ := row(t, s, id); sent || !strings.Contains(why, "may have been sent") || len(server.taken()) != 0 {
			t.Errorf("sent %v, why %q, %d arrived", sent, why, len(server.taken()))
		}
	})
	t.Run("eight workers at once send one mail", func(t *testing.T) {
		t.Parallel()
		s, server, _, id := begin(t)
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if err := s.SendMail(t.Context(), id); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := len(server.taken()); n != 1 {
			t.Errorf("%d arrived", n)
		}
	})
	t.Run("a mail that was deleted with its account is no fault", func(t *testing.T) {
		t.Parallel()
		s := setup(t)
		if err := s.SendMail(t.Context(), uuid.New()); err != nil {
			t.Error(err)
		}
	})
}

func TestOutbox(t *testing.T) {
	t.Parallel()
	t.Run("without a mail server mails stay in the outbox, links and all, for administrators only", func(t *testing.T) {
		t.Parallel()
		s := setup(t, func(c *Config) {
			c.QueueMail = func(context.Context, pgx.Tx, uuid.UUID) error { panic("nothing to queue") }
		})
		entry, boss := s.somebody(), s.somebody()
		for range 3 {
			if err := s.RequestReset(t.Context(), entry.Account.Email, freshClient()); err != nil {
				t.Fatal(err)
			}
		}
		s.exec(`UPDATE accounts SET platform_admin = true WHERE id = $1`, boss.Account.ID)
		first, next, err := s.Mails(t.Context(), boss.Account.ID, Page{Limit: 2})
		if err != nil || len(first) != 2 || next == "" || !strings.Contains(first[0].Body, "https://hanzhi.example/reset-password#token=") || strings.Contains(first[0].Body, "…") {
			t.Fatalf("mails = %+v, %q, %v", first, next, err)
		}
		rest, next, err := s.Mails(t.Context(), boss.Account.ID, Page{Limit: 2, Cursor: next})
		if err != nil || len(rest) != 1 || next != "" || rest[0].ID == first[1].ID {
			t.Errorf("rest = %+v, %q, %v", rest, next, err)
		}
		_, _, err = s.Mails(t.Context(), entry.Account.ID, Page{})
		want(t, err, fault.Forbidden, "forbidden")
		_, _, err = s.Mails(t.Context(), boss.Account.ID, Page{Cursor: "x"})
		want(t, err, fault.Invalid, "page_invalid")
	})
	t.Run("with a mail server not even administrators see the secret of a link", func(t *testing.T) {
		t.Parallel()
		s, _, _ := outbox(t)
		boss := s.somebody()
		s.exec(`UPDATE accounts SET platform_admin = true WHERE id = $1`, boss.Account.ID)
		if err := s.RequestReset(t.Context(), boss.Account.Email, freshClient()); err != nil {
			t.Fatal(err)
		}
		mails, _, err := s.Mails(t.Context(), boss.Account.ID, Page{})
		if err != nil || len(mails) != 1 || !strings.Contains(mails[0].Body, "#token=…") {
			t.Errorf("mails = %+v, %v", mails, err)
		}
	})
	t.Run("a mail whose transaction fails is neither kept nor queued", func(t *testing.T) {
		t.Parallel()
		s := setup(t, func(c *Config) {
			c.SMTP.Host = "mail.invalid"
			c.QueueMail = func(context.Context, pgx.Tx, uuid.UUID) error { return fault.New(fault.Unavailable, "queue", "no") }
		})
		entry := s.somebody()
		want(t, s.RequestReset(t.Context(), entry.Account.Email, freshClient()), fault.Unavailable, "queue")
		if n := len(s.mailsTo(entry.Account.Email)); n != 0 {
			t.Errorf("%d mails", n)
		}
	})
	t.Run("old mails and dead tokens are tidied away", func(t *testing.T) {
		t.Parallel()
		s := setup(t)
		entry := s.somebody()
		for range 2 {
			if err := s.RequestReset(t.Context(), entry.Account.Email, freshClient()); err != nil {
				t.Fatal(err)
			}
		}
		s.exec(`UPDATE mails SET created_at = now() - interval '31 days' WHERE id = (SELECT min(id::text)::uuid FROM mails)`)
		s.exec(`UPDATE account_tokens SET expires_at = now() - interval '1 second' WHERE token_hash = (SELECT token_hash FROM account_tokens LIMIT 1)`)
		if err := s.Tidy(t.Context()); err != nil {
			t.Fatal(err)
		}
		var mails, tokens int
		if err := s.db.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM mails), (SELECT count(*) FROM account_tokens)`).Scan(&mails, &tokens); err != nil || mails != 1 || tokens != 1 {
			t.Errorf("%d mails, %d tokens, %v", mails, tokens, err)
		}
	})
}
