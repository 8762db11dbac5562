package classes

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"hanzhi/server/fault"
)

// entry is an event of a feed: property to value, without parameters.
type entry map[string]string

// entries reads a feed as a calendar program does: folded lines are joined, each event is taken by its id.
func entries(t *testing.T, feed string) map[string]entry {
	t.Helper()
	if !strings.HasPrefix(feed, "BEGIN:VCALENDAR\r\n") || !strings.HasSuffix(feed, "END:VCALENDAR\r\n") {
		t.Fatalf("no calendar: %q", feed)
	}
	for _, line := range strings.Split(strings.TrimSuffix(feed, "\r\n"), "\r\n") {
		if len(line) > 75 || strings.ContainsAny(line, "\r\n") {
			t.Errorf("a line of %d bytes: %q", len(line), line)
		}
	}
	list, one := map[string]entry{}, entry{}
	for _, line := range strings.Split(strings.ReplaceAll(feed, "\r\n ", ""), "\r\n") {
		name, value, _ := strings.Cut(line, ":")
		name, _, _ = strings.Cut(name, ";")
		switch {
		case line == "BEGIN:VEVENT":
			one = entry{}
		case line == "END:VEVENT":
			list[one["UID"]] = one
		default:
			one[name] = value
		}
	}
	return list
}

func (s *school) feed(secret string) map[string]entry {
	s.Helper()
	feed, err := s.Feed(s.Context(), secret, "https://hanzhi.example")
	s.no(err)
	return entries(s.T, feed)
}

func (s *school) calendar(owner uuid.UUID) string {
	s.Helper()
	secret, _, err := s.MakeCalendar(s.Context(), owner)
	s.no(err)
	return secret
}

const stamp = "20060102T150405Z"

func TestFeed(t *testing.T) {
	t.Parallel()
	t.Run("a class stands in it with its time, its title in the owner's language and the link that joins", func(t *testing.T) {
		s := setup(t)
		s.exec(`UPDATE accounts SET locale = 'ru' WHERE id = $1`, s.learner)
		in := s.in(48 * time.Hour)
		in.Title["ru"] = "Стой, станок; раз, два"
		c := s.plan(in)
		e := s.feed(s.calendar(s.learner))[c.ID.String()+"@hanzhi"]
		want := entry{"DTSTAMP": s.now.Format(stamp), "DTSTART": in.StartsAt.Format(stamp), "DTEND": in.StartsAt.Add(45 * time.Minute).Format(stamp), "SUMMARY": `Стой\, станок\; раз\, два`,
			"DESCRIPTION": `Токарь\nhttps://hanzhi.example/classes/` + c.ID.String(), "URL": "https://hanzhi.example/classes/" + c.ID.String(), "STATUS": "CONFIRMED"}
		for name, value := range want {
			if e[name] != value {
				t.Errorf("%s = %q, want %q", name, e[name], value)
			}
		}
	})
	t.Run("each class of a week is an event at the hour of its zone, also after the clocks have changed", func(t *testing.T) {
		s := setup(t)
		s.now = time.Date(2027, 3, 20, 12, 0, 0, 0, time.UTC)
		in := s.in(0)
		in.StartsAt, in.TimeZone, in.Weeks = time.Date(2027, 3, 21, 8, 0, 0, 0, time.UTC), "Europe/Berlin", 3
		s.plan(in)
		var got []string
		for _, e := range s.feed(s.calendar(s.learner)) {
			got = append(got, e["DTSTART"])
		}
		slices.Sort(got)
		if want := []string{"20270321T080000Z", "20270328T070000Z", "20270404T070000Z"}; !slices.Equal(got, want) {
			t.Errorf("begins at %v, want %v", got, want)
		}
	})
	t.Run("a class that is moved or called off is the same event, newer", func(t *testing.T) {
		s := setup(t)
		secret := s.calendar(s.learner)
		c := s.plan(s.in(48 * time.Hour))
		id := c.ID.String() + "@hanzhi"
		first := s.feed(secret)[id]
		c = s.change(c, func(in *NewClass) { in.StartsAt = in.StartsAt.Add(time.Hour) })
		moved := s.feed(secret)[id]
		if moved["DTSTART"] != c.StartsAt.UTC().Format(stamp) || moved["SEQUENCE"] <= first["SEQUENCE"] || len(s.feed(secret)) != 1 {
			t.Errorf("moved: %v after %v", moved, first)
		}
		s.no(s.Cancel(t.Context(), s.teacher, c.ID, false))
		off := s.feed(secret)[id]
		if off["STATUS"] != "CANCELLED" || off["SEQUENCE"] <= moved["SEQUENCE"] {
			t.Errorf("called off: %v", off)
		}
		s.no(s.Cancel(t.Context(), s.teacher, c.ID, false))
		if again := s.feed(secret)[id]; again["SEQUENCE"] != off["SEQUENCE"] {
			t.Errorf("called off twice: %v", again)
		}
	})
	t.Run("it holds the last month and what is to come, of classes one has a part in alone", func(t *testing.T) {
		s := setup(t)
		in := s.in(time.Hour)
		in.TeacherIDs = []uuid.UUID{s.colleague}
		mine := s.plan(in)
		old, lately := s.plan(s.in(-31*24*time.Hour)), s.plan(s.in(-29*24*time.Hour))
		feed := s.feed(s.calendar(s.learner))
		if len(feed) != 2 || feed[old.ID.String()+"@hanzhi"] != nil || feed[lately.ID.String()+"@hanzhi"] == nil {
			t.Errorf("the learner's = %v", feed)
		}
		if feed := s.feed(s.calendar(s.colleague)); len(feed) != 1 || feed[mine.ID.String()+"@hanzhi"] == nil {
			t.Errorf("of who is named for one = %v", feed)
		}
		if feed := s.feed(s.calendar(s.nobody)); len(feed) != 0 {
			t.Errorf("of who is in none = %v", feed)
		}
	})
	t.Run("a new address ends the one before, and a wrong, ended or suspended one opens nothing", func(t *testing.T) {
		s := setup(t)
		s.plan(s.in(time.Hour))
		closed := func(secret string) {
			t.Helper()
			_, err := s.Feed(t.Context(), secret, "")
			wantFault(t, err, fault.NotFound, "not_found")
		}
		before := s.calendar(s.learner)
		now := s.calendar(s.learner)
		closed(before)
		closed("")
		if len(s.feed(now)) != 1 {
			t.Error("the new address shows nothing")
		}
		s.exec(`UPDATE accounts SET suspended_at = now() WHERE id = $1`, s.learner)
		closed(now)
		s.exec(`UPDATE accounts SET suspended_at = NULL WHERE id = $1`, s.learner)
		s.no(s.EndCalendar(t.Context(), s.learner))
		closed(now)
	})
	t.Run("the database holds no address that opens anything", func(t *testing.T) {
		s := setup(t)
		secret := s.calendar(s.learner)
		var rows string
		s.no(s.db.QueryRow(t.Context(), `SELECT string_agg(c::text, ' ') FROM calendars c`).Scan(&rows))
		if strings.Contains(rows, secret) {
			t.Error("the secret itself is kept")
		}
	})
}
