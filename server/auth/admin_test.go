package auth

import (
	"encoding/json"
	"mime"
	"regexp"
	"strings"
	"testing"

	"github.com/google/uuid"

	"hanzhi/server/fault"
)

func decodeWord(t *testing.T, s string) string {
	t.Helper()
	out, err := new(mime.WordDecoder).DecodeHeader(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (s *stage) admin() *Entry {
	s.t.Helper()
	entry := s.somebody()
	s.exec(`UPDATE accounts SET platform_admin = true WHERE id = $1`, entry.Account.ID)
	return entry
}

func TestSuspend(t *testing.T) {
	t.Parallel()
	s := setup(t)
	boss := s.admin()
	t.Run("sessions and links end at once, and come back for nobody", func(t *testing.T) {
		t.Parallel()
		entry := s.somebody()
		account, err := s.Suspend(t.Context(), boss.Account.ID, entry.Account.ID, true)
		if err != nil || account.SuspendedAt == nil {
			t.Fatalf("account = %+v, %v", account, err)
		}
		if s.good(entry.Token) {
			t.Error("the session goes on")
		}
		account, err = s.Suspend(t.Context(), boss.Account.ID, entry.Account.ID, false)
		if err != nil || account.SuspendedAt != nil || s.good(entry.Token) {
			t.Errorf("account = %+v, %v", account, err)
		}
		if _, err := s.signIn(entry, goodPassword); err != nil {
			t.Error(err)
		}
	})
	t.Run("only an administrator may, and not to themselves", func(t *testing.T) {
		t.Parallel()
		entry, other := s.somebody(), s.somebody()
		_, err := s.Suspend(t.Context(), other.Account.ID, entry.Account.ID, true)
		want(t, err, fault.Forbidden, "forbidden")
		_, err = s.Suspend(t.Context(), uuid.Nil, entry.Account.ID, true)
		want(t, err, fault.Forbidden, "forbidden")
		_, err = s.Suspend(t.Context(), boss.Account.ID, boss.Account.ID, true)
		want(t, err, fault.Conflict, "own_account")
		_, err = s.Suspend(t.Context(), boss.Account.ID, uuid.New(), true)
		want(t, err, fault.NotFound, "not_found")
		if !s.good(entry.Token) {
			t.Error("the session ended")
		}
	})
	t.Run("a suspended administrator is none", func(t *testing.T) {
		t.Parallel()
		second := s.admin()
		if _, err := s.Suspend(t.Context(), boss.Account.ID, second.Account.ID, true); err != nil {
			t.Fatal(err)
		}
		_, _, err := s.Accounts(t.Context(), second.Account.ID, "", Page{})
		want(t, err, fault.Forbidden, "forbidden")
	})
}

func TestAccounts(t *testing.T) {
	t.Parallel()
	s := setup(t)
	boss := s.admin()
	for _, name := range []string{"Ольга Петрова", "100% Ann_a", "王 师傅"} {
		if _, err := s.SignUp(t.Context(), NewAccount{Name: name, Email: freshEmail(), Password: goodPassword}, freshClient()); err != nil {
			t.Fatal(err)
		}
	}
	for query, n := range map[string]int{"": 4, "петрова": 1, "师傅": 1, "%": 1, "_": 1, `\`: 0, "example.org": 4, boss.Account.Email: 1, "' OR 1=1 --": 0} {
		list, _, err := s.Accounts(t.Context(), boss.Account.ID, query, Page{})
		if err != nil || len(list) != n {
			t.Errorf("%q finds %d, %v; want %d", query, len(list), err, n)
		}
	}
	t.Run("pages follow each other without gap or overlap", func(t *testing.T) {
		seen := map[uuid.UUID]bool{}
		page := Page{Limit: 1}
		for range 4 {
			list, next, err := s.Accounts(t.Context(), boss.Account.ID, "", page)
			if err != nil || len(list) != 1 || seen[list[0].ID] {
				t.Fatalf("list = %+v, %v", list, err)
			}
			seen[list[0].ID] = true
			page.Cursor = next
		}
		if page.Cursor != "" {
			t.Error("there is a fifth page")
		}
	})
}

func TestEnsureAdmin(t *testing.T) {
	t.Parallel()
	s := setup(t)
	email := freshEmail()
	first, err := s.EnsureAdmin(t.Context(), email, goodPassword)
	if err != nil || !first.Admin {
		t.Fatalf("account = %+v, %v", first, err)
	}
	entry, err := s.SignIn(t.Context(), email, goodPassword, freshClient())
	if err != nil || !entry.Session.Admin {
		t.Fatalf("sign in: %+v, %v", entry, err)
	}
	t.Run("a second time changes nothing and ends no session", func(t *testing.T) {
		again, err := s.EnsureAdmin(t.Context(), email, goodPassword)
		if err != nil || again.ID != first.ID || !s.good(entry.Token) {
			t.Errorf("account = %+v, %v", again, err)
		}
	})
	t.Run("another password replaces the old one and ends the sessions", func(t *testing.T) {
		if _, err := s.EnsureAdmin(t.Context(), email, newPassword); err != nil {
			t.Fatal(err)
		}
		if s.good(entry.Token) {
			t.Error("the session goes on")
		}
		if _, err := s.SignIn(t.Context(), email, newPassword, freshClient()); err != nil {
			t.Error(err)
		}
	})
	t.Run("an account that is there gets the office", func(t *testing.T) {
		plain := s.somebody()
		a, err := s.EnsureAdmin(t.Context(), plain.Account.Email, goodPassword)
		if err != nil || !a.Admin || a.ID != plain.Account.ID || a.Name != plain.Account.Name {
			t.Errorf("account = %+v, %v", a, err)
		}
	})
	t.Run("a bad password makes no administrator", func(t *testing.T) {
		_, err := s.EnsureAdmin(t.Context(), freshEmail(), "12345678")
		want(t, err, fault.Invalid, "password_common")
	})
}

func TestDeleteAccount(t *testing.T) {
	t.Parallel()
	s := setup(t)
	t.Run("with the password everything personal goes, and a farewell is written", func(t *testing.T) {
		t.Parallel()
		entry := s.somebody()
		s.fill(entry.Account.ID)
		want(t, s.DeleteAccount(t.Context(), entry.Session, "wrong password"), fault.Invalid, "wrong_password")
		if err := s.DeleteAccount(t.Context(), entry.Session, goodPassword); err != nil {
			t.Fatal(err)
		}
		if s.good(entry.Token) {
			t.Error("the session goes on")
		}
		_, err := s.signIn(entry, goodPassword)
		want(t, err, fault.Unauthenticated, "wrong_password")
		for _, ref := range s.references() {
			var n int
			if err := s.db.QueryRow(t.Context(), `SELECT count(*) FROM `+ref.table+` WHERE `+ref.column+` = $1`, entry.Account.ID).Scan(&n); err != nil || n != 0 {
				t.Errorf("%s.%s still names the account (%d, %v)", ref.table, ref.column, n, err)
			}
		}
		if mails := s.mailsTo(entry.Account.Email); len(mails) != 1 || mails[0].Subject != "Your Hanzhi account is deleted" {
			t.Errorf("mails = %+v", mails)
		}
		var uploads, courses int
		if err := s.db.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM assets WHERE filename = $1), (SELECT count(*) FROM courses WHERE slug = $2)`,
			"lathe-"+entry.Account.ID.String()+".mp4", "c-"+entry.Account.ID.String()).Scan(&uploads, &courses); err != nil || uploads != 1 || courses != 1 {
			t.Errorf("the institution keeps %d uploads and %d courses, %v; want one of each", uploads, courses, err)
		}
	})
	t.Run("the last administrator stays until there is another one", func(t *testing.T) {
		t.Parallel()
		s := setup(t)
		boss := s.admin()
		want(t, s.DeleteAccount(t.Context(), boss.Session, goodPassword), fault.Conflict, "last_admin")
		if !s.good(boss.Token) {
			t.Error("the session ended")
		}
		s.admin()
		if err := s.DeleteAccount(t.Context(), boss.Session, goodPassword); err != nil {
			t.Error(err)
		}
	})
}

func TestExport(t *testing.T) {
	t.Parallel()
	s := setup(t)
	t.Run("everything kept is in it, and no secret", func(t *testing.T) {
		t.Parallel()
		entry := s.somebody()
		s.fill(entry.Account.ID)
		if err := s.RequestReset(t.Context(), entry.Account.Email, freshClient()); err != nil {
			t.Fatal(err)
		}
		data, err := s.Export(t.Context(), entry.Account.ID)
		if err != nil {
			t.Fatal(err)
		}
		var export map[string]json.RawMessage
		if err := json.Unmarshal(data, &export); err != nil {
			t.Fatal(err)
		}
		for _, section := range append([]string{"sessions"}, sectionNames()...) {
			var value any
			if err := json.Unmarshal(export[section], &value); err != nil {
				t.Errorf("%s: %v", section, err)
			}
			if list, ok := value.([]any); value == nil || ok && len(list) == 0 {
				t.Errorf("%s is empty", section)
			}
		}
		for _, secret := range []string{entry.Token, "argon2", secretIn(t, s.mailsTo(entry.Account.Email)[0]), entry.Device} {
			if strings.Contains(string(data), secret) {
				t.Errorf("the export holds the secret %q", secret)
			}
		}
		for _, fact := range []string{entry.Account.Email, "[3,9)", "lathe-" + entry.Account.ID.String() + ".mp4", "coordinator"} {
			if !strings.Contains(string(data), fact) {
				t.Errorf("the export lacks %q", fact)
			}
		}
	})
	t.Run("every table that refers to accounts has its section", func(t *testing.T) {
		t.Parallel()
		all := ""
		for _, section := range exportSections {
			all += section.sql + "\n"
		}
		for _, ref := range s.references() {
			used := regexp.MustCompile(`\b` + ref.table + `\b[^\n]*\b` + ref.column + ` = @id`)
			if !used.MatchString(all) {
				t.Errorf("%s.%s refers to accounts and is in no section of the export", ref.table, ref.column)
			}
		}
	})
}

func sectionNames() (names []string) {
	for _, s := range exportSections {
		names = append(names, s.name)
	}
	return names
}

type reference struct{ table, column string }

// references lists the foreign keys to accounts.
func (s *stage) references() (refs []reference) {
	s.t.Helper()
	rows, err := s.db.Query(s.t.Context(), `SELECT c.conrelid::regclass::text, a.attname FROM pg_constraint c
		JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
		WHERE c.contype = 'f' AND c.confrelid = 'accounts'::regclass`)
	if err != nil {
		s.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var r reference
		if err := rows.Scan(&r.table, &r.column); err != nil {
			s.t.Fatal(err)
		}
		refs = append(refs, r)
	}
	if len(refs) < 8 {
		s.t.Fatalf("only %d foreign keys found", len(refs))
	}
	return refs
}

// fill gives an account a row in every table that refers to it, but tokens and mails.
func (s *stage) fill(account uuid.UUID) {
	s.t.Helper()
	institution, course, run, activity := uuid.New(), uuid.New(), uuid.New(), uuid.New()
	s.exec(`INSERT INTO institutions (id, slug, name, kind, country) VALUES ($1, 'i-' || $2::text, '{"en": "College"}', 'college', 'ZM')`, institution, account)
	s.exec(`INSERT INTO members (institution_id, account_id, role) VALUES ($1, $2, 'coordinator')`, institution, account)
	s.exec(`INSERT INTO assets (id, institution_id, uploaded_by, kind, filename, size) VALUES ($1, $2, $3::uuid, 'video', 'lathe-' || $3::uuid || '.mp4', 1)`, uuid.New(), institution, account)
	s.exec(`INSERT INTO courses (id, institution_id, slug, format, title, created_by) VALUES ($1, $2, 'c-' || $3::uuid, 'mooc', '{"en": "Lathe"}', $3::uuid)`, course, institution, account)
	s.exec(`INSERT INTO revisions (course_id, number, course, outline, hash, published_by) VALUES ($1, 1, '{}', '[]', '', $2)`, course, account)
	s.exec(`INSERT INTO runs (id, course_id, starts_at, ends_at) VALUES ($1, $2, now(), now() + interval '1 day')`, run, course)
	s.exec(`INSERT INTO run_teachers (run_id, account_id) VALUES ($1, $2)`, run, account)
	s.exec(`INSERT INTO enrolments (id, account_id, course_id, run_id) VALUES ($1, $2, $3, $4)`, uuid.New(), account, course, run)
	s.exec(`INSERT INTO learner_settings (account_id, level) VALUES ($1, 2)`, account)
	s.exec(`INSERT INTO word_events (account_id, id, word, kind, at, parameters) VALUES ($1, $2, '转速', 'keep', now(), 'fsrs-6')`, account, uuid.New())
	s.exec(`INSERT INTO word_memory (account_id, word, kept, state, stability, difficulty, due_at, scheduled_days, remaining_steps, reps, lapses, parameters)
		VALUES ($1, '转速', true, 0, 0, 0, now(), 0, 0, 0, 0, 'fsrs-6')`, account)
	s.exec(`INSERT INTO exercise_attempts (account_id, id, course_id, activity_id, exercise_id, revision, answer, right_count, total, passed, at)
		VALUES ($1, $2, $3, $4, gen_random_uuid(), 1, '{}', 1, 1, true, now())`, account, uuid.New(), course, activity)
	s.exec(`INSERT INTO lock_sittings (id, account_id, course_id, activity_id, time_zone, started_at) VALUES ($1, $2, $3, $4, 'UTC', now())`, uuid.New(), account, course, activity)
	submission := uuid.New()
	s.exec(`INSERT INTO task_submissions (id, account_id, course_id, activity_id, run_id, text) VALUES ($1, $2, $3, $4, $5, 'done')`, submission, account, course, activity, run)
	s.exec(`INSERT INTO task_files (id, account_id, activity_id, submission_id, type, bytes) VALUES ($1, $2, $3, $4, 'image/png', 'x')`, uuid.New(), account, activity, submission)
	s.exec(`INSERT INTO task_marks (id, submission_id, side, results, passed, comment, marked_by) VALUES ($1, $2, 'skill', '[]', true, '', $3)`, uuid.New(), submission, account)
	class := uuid.New()
	s.exec(`INSERT INTO classes (id, run_id, title, starts_at, minutes, time_zone, created_by)
		VALUES ($1, $2, '{"en": "Class"}', now(), 45, 'UTC', $3)`, class, run, account)
	s.exec(`INSERT INTO class_teachers (class_id, account_id) VALUES ($1, $2)`, class, account)
	s.exec(`INSERT INTO class_grades (class_id, account_id, points, most) VALUES ($1, $2, 1, 2)`, class, account)
	s.exec(`INSERT INTO class_reminders (class_id, account_id, kind, starts_at) VALUES ($1, $2, 'day', now())`, class, account)
	s.exec(`INSERT INTO class_tracks (id, class_id, person_id, name, kind, cut_at, cut_by) VALUES ($1, $2, $3, 'Name', 'voice', now(), $3)`, uuid.New(), class, account)
	s.exec(`INSERT INTO class_guest_links (id, class_id, secret_hash, role, expires_at, created_by) VALUES ($1, $2, sha256(convert_to($1::uuid::text, 'UTF8')), 'observer', now(), $3)`, uuid.New(), class, account)
	s.exec(`INSERT INTO class_events (class_id, offset_no, at, name, actor, data) VALUES ($1, 1, now(), 'chat.posted', $2, '{"text":"Hello"}')`, class, account)
	s.exec(`INSERT INTO class_attendance (class_id, person, name, role, guest, intervals, ms) VALUES ($1, $2, 'A', 'student', false, '[[0, 60000]]', 60000)`, class, account)
	s.exec(`INSERT INTO class_corrections (id, class_id, person, minutes, note, corrected_by) VALUES ($1, $2, $3, 2, 'there', $3)`, uuid.New(), class, account)
	film := uuid.New()
	s.exec(`INSERT INTO assets (id, institution_id, kind, filename, size) VALUES ($1, $2, 'video', 'film.mp4', 1)`, film, institution)
	s.exec(`INSERT INTO class_publications (id, class_id, kind, course_id, lesson_id, activity_id, published_by) VALUES ($1, $2, 'micro', $3, $4, $5, $6)`, film, class, course, uuid.New(), activity, account)
	s.exec(`INSERT INTO calendars (account_id, secret_hash) VALUES ($1, sha256(convert_to($1::uuid::text, 'UTF8')))`, account)
	s.exec(`INSERT INTO writings (account_id, id, word, character, mode, ink, strokes, misses, disorders, backwards, helped, distance, score, at)
		VALUES ($1, $2, '转速', '转', 'outline', '', 8, 0, 0, 0, 0, 1, 100, now())`, account, uuid.New())
	s.exec(`INSERT INTO gate_passes (account_id, run_id, lesson_id, passed_at, granted_at, granted_by) VALUES ($1, $2, $3, now(), now(), $1)`, account, run, uuid.New())
	s.exec(`INSERT INTO word_assignments (id, run_id, lesson_id, words, assigned_by) VALUES ($1, $2, $3, '{转速}', $4)`, uuid.New(), run, uuid.New(), account)
	s.exec(`INSERT INTO finding_waivers (course_id, finding, account_id) VALUES ($1, $2, $3)`, course, uuid.New(), account)
	unit, lesson := uuid.New(), uuid.New()
	s.exec(`INSERT INTO units (id, course_id, kind, position) VALUES ($1, $2, 'language', 1)`, unit, course)
	s.exec(`INSERT INTO lessons (id, unit_id, position) VALUES ($1, $2, 1)`, lesson, unit)
	s.exec(`INSERT INTO place_readings (id, lesson_id, word, before, after, pinyin, set_by) VALUES ($1, $2, '长', '', '', 'zhǎng', $3)`, uuid.New(), lesson, account)
	s.exec(`INSERT INTO progress (account_id, course_id, activity_id, watched) VALUES ($1, gen_random_uuid(), $2, '{[3,9)}')`, account, activity)
}
