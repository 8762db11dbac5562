package app_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"

	"hanzhi/server/live"
)

// socket opens the socket of a class with a ticket, as a page of an origin; the status is the refusal's.
func (c *client) socket(class, ticket, origin string) (*websocket.Conn, int) {
	c.t.Helper()
	d := websocket.Dialer{Subprotocols: []string{live.Subprotocol, "ticket." + ticket}, HandshakeTimeout: 10 * time.Second, Jar: c.http.Jar}
	ws, res, err := d.Dial("ws"+strings.TrimPrefix(c.base, "http")+"/api/classes/"+class+"/socket", http.Header{"Origin": {origin}})
	if err != nil && res != nil {
		return nil, res.StatusCode
	} else if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { _ = ws.Close() })
	return ws, http.StatusSwitchingProtocols
}

func (c *client) ticket(class string, body map[string]any) string {
	c.t.Helper()
	var out struct{ Ticket string }
	c.must(200, "POST", path("/api/classes/%s/tickets", class), body, &out)
	return out.Ticket
}

// enter joins a class.
func (c *client) enter(class string, guest map[string]any) (*websocket.Conn, live.Joined) {
	c.t.Helper()
	if guest == nil {
		guest = map[string]any{}
	}
	ws, status := c.socket(class, c.ticket(class, guest), c.base)
	if status != http.StatusSwitchingProtocols {
		c.t.Fatalf("socket: %d", status)
	}
	return ws, answer[live.Joined](c, ws, "join", map[string]any{})
}

// answer gives a command and waits for its result.
func answer[T any](c *client, ws *websocket.Conn, do string, with any) T {
	c.t.Helper()
	b, _ := json.Marshal(with)
	if err := ws.WriteJSON(live.Command{ID: 1, Do: do, Key: uuid.New(), With: b}); err != nil {
		c.t.Fatal(err)
	}
	_ = ws.SetReadDeadline(time.Now().Add(30 * time.Second))
	for {
		var m struct {
			ID     uint64
			Result T
			Error  *live.Problem
		}
		if err := ws.ReadJSON(&m); err != nil {
			c.t.Fatalf("%s: %v", do, err)
		}
		if m.Error != nil {
			c.t.Fatalf("%s: %v", do, m.Error)
		}
		if m.ID == 1 {
			return m.Result
		}
	}
}

// closed reads until the socket ends and returns the code.
func closed(c *client, ws *websocket.Conn) int {
	c.t.Helper()
	_ = ws.SetReadDeadline(time.Now().Add(30 * time.Second))
	for {
		if _, _, err := ws.ReadMessage(); err != nil {
			if e, ok := err.(*websocket.CloseError); ok {
				return e.Code
			}
			c.t.Fatalf("closed: %v", err)
		}
	}
}

func TestLiveClass(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	t.Run("the room has the class's title in the language of the page, as far as it has one", func(t *testing.T) {
		class, body := newID(), f.classBody()
		body["title"] = map[string]string{"en": "Stop!", "ru": "Стой!"}
		f.as("teacher").must(200, "PUT", path("/api/classes/%s", class), body, nil)
		for locale, title := range map[string]string{"ru": "Стой!", "en": "Stop!", "ar": "Stop!"} {
			if _, joined := f.as("student").enter(class, map[string]any{"locale": locale}); joined.Class.Title != title {
				t.Errorf("in %s: %q", locale, joined.Class.Title)
			}
		}
	})
	t.Run("a class is held over the platform's own port and its log is in the database when it ends", func(t *testing.T) {
		class := f.class()
		teacher, student := f.as("teacher"), f.as("student")
		led, joined := teacher.enter(class, nil)
		if joined.You.Role != live.Teacher || joined.Room == nil || joined.Class.Title != "Class" {
			t.Fatalf("joined %+v", joined)
		}
		answer[any](teacher, led, "class.start", nil)
		heard, joined := student.enter(class, nil)
		if joined.You.Role != live.Student || joined.Room.State != live.PhaseOpen {
			t.Fatalf("joined %+v", joined)
		}
		answer[any](student, heard, "chat.post", map[string]any{"text": "老师好"})
		answer[any](teacher, led, "class.end", nil)
		if code := closed(student, heard); code != live.CloseEnded {
			t.Fatalf("closed with %d", code)
		}
		for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
			var c struct{ State string }
			student.must(200, "GET", path("/api/classes/%s", class), nil, &c)
			if c.State == "ended" {
				break
			} else if time.Now().After(deadline) {
				t.Fatalf("state %s", c.State)
			}
		}
		events, err := f.app.Classes.Events(t.Context(), student.id, uuid.MustParse(class), 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, e := range events.Items {
			names = append(names, e.Name)
		}
		if got := strings.Join(names, " "); got != "class.opened class.started chat.posted class.ended" {
			t.Fatalf("log: %s", got)
		}
		if status, body := student.do("POST", path("/api/classes/%s/tickets", class), map[string]any{}); status != 409 || !strings.Contains(string(body), "class_over") {
			t.Fatalf("%d %s", status, body)
		}
	})
	t.Run("only the platform's own pages with a fresh ticket of theirs get in", func(t *testing.T) {
		class := f.class()
		student := f.as("student")
		if _, status := student.socket(class, student.ticket(class, map[string]any{}), "https://evil.example"); status != 403 {
			t.Errorf("another origin: %d", status)
		}
		ticket := student.ticket(class, map[string]any{})
		if _, status := f.as("visitor").socket(class, ticket, student.base); status != 401 {
			t.Errorf("somebody else's ticket: %d", status)
		}
		if _, status := student.socket(f.class(), ticket, student.base); status != 401 {
			t.Errorf("another class's ticket: %d", status)
		}
		if _, status := student.socket(class, ticket, student.base); status != 101 {
			t.Errorf("a good ticket: %d", status)
		}
		if _, status := student.socket(class, ticket, student.base); status != 401 {
			t.Errorf("a used ticket: %d", status)
		}
	})
	t.Run("a guest comes in by a link, and has to leave when it is revoked", func(t *testing.T) {
		class, link := f.class(), newID()
		var made struct{ Secret, Address string }
		f.as("teacher").must(200, "PUT", path("/api/classes/%s/guest-links/%s", class, link), map[string]any{"role": "observer"}, &made)
		guest := newClient(t, f.app)
		ws, joined := guest.enter(class, map[string]any{"guest": made.Secret, "name": "Visitor", "id": newID()})
		if !joined.You.Guest || joined.You.Role != live.Observer {
			t.Fatalf("joined %+v", joined.You)
		}
		if status, _ := guest.do("POST", path("/api/classes/%s/tickets", class), map[string]any{"guest": made.Secret, "name": "X", "id": f.as("student").id}); status != 404 {
			t.Errorf("a guest with an account's id: %d", status)
		}
		f.as("teacher").must(204, "DELETE", path("/api/classes/%s/guest-links/%s", class, link), nil, nil)
		if code := closed(guest, ws); code != live.CloseNotAllowed {
			t.Fatalf("closed with %d", code)
		}
		if status, _ := guest.do("POST", path("/api/classes/%s/tickets", class), map[string]any{"guest": made.Secret, "name": "Visitor", "id": newID()}); status != 404 {
			t.Errorf("a revoked link: %d", status)
		}
	})
	t.Run("a suspended account's socket is closed within seconds", func(t *testing.T) {
		class := f.class()
		leaver := signUp(t, f.app, "leaver")
		leaver.must(200, "PUT", path("/api/enrolments/%s", newID()), map[string]any{"courseId": f.course, "runId": f.run}, nil)
		ws, _ := leaver.enter(class, nil)
		f.as("admin").must(200, "PUT", path("/api/admin/accounts/%s/suspension", leaver.id), map[string]any{"suspended": true}, nil)
		if code := closed(leaver, ws); code != live.CloseNotAllowed {
			t.Fatalf("closed with %d", code)
		}
	})
	t.Run("who is named for a class leads it, and has to leave when they are taken off", func(t *testing.T) {
		class := newID()
		colleague := f.as("author")
		body := f.classBody()
		body["teacherIds"] = []string{colleague.id.String()}
		teacher := f.as("teacher")
		teacher.must(200, "PUT", path("/api/classes/%s", class), body, nil)
		ws, joined := colleague.enter(class, nil)
		if joined.You.Role != live.Teacher {
			t.Fatalf("joined %+v", joined.You)
		}
		answer[any](colleague, ws, "class.start", nil)
		// An author of the course would go on as an observer; whoever has no part in it besides has to leave.
		outsider := signUp(t, f.app, "named")
		f.as("admin").must(200, "PUT", path("/api/institutions/%s/members", f.institution), map[string]any{"email": "named@example.org", "roles": []string{"teacher"}}, nil)
		body["teacherIds"], body["version"] = []string{outsider.id.String()}, 1
		teacher.must(200, "PUT", path("/api/classes/%s", class), body, nil)
		named, joined := outsider.enter(class, nil)
		if joined.You.Role != live.Teacher {
			t.Fatalf("joined %+v", joined.You)
		}
		body["teacherIds"], body["version"] = []string{}, 2
		teacher.must(200, "PUT", path("/api/classes/%s", class), body, nil)
		if code := closed(outsider, named); code != live.CloseNotAllowed {
			t.Fatalf("closed with %d", code)
		}
		if status, _ := outsider.do("POST", path("/api/classes/%s/tickets", class), map[string]any{}); status != 404 {
			t.Errorf("a ticket after that: %d", status)
		}
		if status, _ := colleague.do("GET", path("/api/classes/%s/report", class), nil); status != 404 {
			t.Errorf("the report after that: %d", status)
		}
	})
	t.Run("learners and teachers get a mail before a class, which leads into it", func(t *testing.T) {
		class := newID()
		body := f.classBody()
		body["startsAt"], body["title"] = time.Now().Add(10*time.Minute).UTC().Format(time.RFC3339), text("Reminded of")
		f.as("teacher").must(200, "PUT", path("/api/classes/%s", class), body, nil)
		for range 2 {
			if err := f.app.Remind(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		var mails struct {
			Items []struct{ To, Subject, Body string }
		}
		f.as("admin").must(200, "GET", "/api/admin/mails", nil, &mails)
		to := map[string]int{}
		for _, m := range mails.Items {
			if strings.Contains(m.Subject, "Reminded of") && strings.Contains(m.Body, "/classes/"+class) {
				to[m.To]++
			}
		}
		if len(to) != 2 || to["student@example.org"] != 1 || to["teacher@example.org"] != 1 {
			t.Errorf("mails = %v", to)
		}
	})
	t.Run("weekly classes keep their hour when the clocks change", func(t *testing.T) {
		body := f.classBody()
		body["startsAt"], body["timeZone"], body["weeks"] = "2027-03-21T08:00:00Z", "Europe/Berlin", 3
		f.as("teacher").must(200, "PUT", path("/api/classes/%s", newID()), body, nil)
		var list struct {
			Items []struct {
				StartsAt time.Time
				SeriesID *uuid.UUID
			}
		}
		f.as("student").must(200, "GET", "/api/classes", nil, &list)
		var got []string
		for _, c := range list.Items {
			if c.SeriesID != nil {
				got = append(got, c.StartsAt.UTC().Format("01-02 15:04"))
			}
		}
		if strings.Join(got, ", ") != "03-21 08:00, 03-28 07:00, 04-04 07:00" {
			t.Fatalf("weeks begin at %v", got)
		}
	})
}
