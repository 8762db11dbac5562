package httpapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"hanzhi/courses/partners"
	"hanzhi/server/auth"
	"hanzhi/server/pg/pgtest"
)

// accountStage is the API over accounts and institutions, listening on a port of its own.
type accountStage struct {
	t    *testing.T
	url  string
	db   *pgxpool.Pool
	mini *miniredis.Miniredis
	auth *auth.Service
}

const stagePassword = "drei Wörter reichen"

func newAccountStage(t *testing.T, change ...func(*API)) *accountStage {
	t.Helper()
	s := &accountStage{t: t, db: pgtest.New(t), mini: miniredis.RunT(t)}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.url = "http://" + listener.Addr().String()
	rdb, err := auth.OpenRedis("redis://" + s.mini.Addr())
	if err != nil {
		t.Fatal(err)
	}
	s.auth = auth.New(s.db, rdb, auth.Config{Secret: []byte("a secret of the tests, 32 bytes and more"), PublicURL: s.url})
	api := &API{Auth: s.auth, Partners: partners.New(s.db), Log: slog.New(slog.DiscardHandler), PublicURL: s.url}
	for _, c := range change {
		c(api)
	}
	app := New(api)
	go func() { _ = app.Listener(listener) }()
	t.Cleanup(func() {
		_ = app.ShutdownWithTimeout(5 * time.Second)
		_ = rdb.Close()
	})
	return s
}

// person is a browser.
type person struct {
	s     *accountStage
	http  *http.Client
	csrf  string
	email string
	id    uuid.UUID
}

func (s *accountStage) visitor() *person {
	jar, _ := cookiejar.New(nil)
	return &person{s: s, http: &http.Client{Jar: jar, Timeout: 20 * time.Second}}
}

// user is somebody who has signed up.
func (s *accountStage) user() *person {
	s.t.Helper()
	p := s.visitor()
	p.email = "p" + uuid.NewString() + "@example.org"
	p.ok("POST", "/api/accounts", `{"name":"Test Person","email":"`+p.email+`","password":"`+stagePassword+`"}`, 201)
	p.meet()
	return p
}

func (s *accountStage) adminUser() *person {
	s.t.Helper()
	p := s.user()
	s.exec(`UPDATE accounts SET platform_admin = true WHERE id = $1`, p.id)
	p.ok("POST", "/api/session", `{"email":"`+p.email+`","password":"`+stagePassword+`"}`, 200)
	p.meet()
	return p
}

func (s *accountStage) exec(sql string, args ...any) {
	s.t.Helper()
	if _, err := s.db.Exec(s.t.Context(), sql, args...); err != nil {
		s.t.Fatal(err)
	}
}

// meet asks who one is, and keeps the token for unsafe requests.
func (p *person) meet() sessionView {
	p.s.t.Helper()
	var v sessionView
	if err := json.Unmarshal(p.ok("GET", "/api/session", "", 200), &v); err != nil {
		p.s.t.Fatal(err)
	}
	p.csrf = v.CSRFToken
	if v.Account != nil {
		p.id = v.Account.ID
	}
	return v
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) problem() (p Problem) {
	_ = json.Unmarshal(a.body, &p)
	return p
}

// send is what our own page would send; the headers replace its own, "-" leaves one out.
func (p *person) send(method, path, body string, headers map[string]string) answer {
	p.s.t.Helper()
	r, err := http.NewRequest(method, p.s.url+path, strings.NewReader(body))
	if err != nil {
		p.s.t.Fatal(err)
	}
	all := map[string]string{"Origin": p.s.url}
	if body != "" {
		all["Content-Type"] = "application/json"
	}
	if p.csrf != "" {
		all["X-CSRF-Token"] = p.csrf
	}
	for k, v := range headers {
		all[k] = v
	}
	for k, v := range all {
		if v != "-" {
			r.Header.Set(k, v)
		}
	}
	res, err := p.http.Do(r)
	if err != nil {
		p.s.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		p.s.t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, b}
}

func (p *person) ok(method, path, body string, status int) []byte {
	p.s.t.Helper()
	a := p.send(method, path, body, nil)
	if a.status != status {
		p.s.t.Fatalf("%s %s: %d %s, want %d", method, path, a.status, a.body, status)
	}
	return a.body
}

// scenario is one request and what must come of it.
type scenario struct {
	name         string
	as           *person
	method, path string
	body         string
	headers      map[string]string
	status       int
	code, field  string // of the problem
	holds        string // in the body
}

func (sc scenario) run(t *testing.T) {
	t.Helper()
	a := sc.as.send(sc.method, sc.path, sc.body, sc.headers)
	if a.status != sc.status {
		t.Fatalf("%s %s: %d %s, want %d", sc.method, sc.path, a.status, a.body, sc.status)
	}
	if p := a.problem(); sc.status >= 400 && (p.Code != sc.code || p.Field != sc.field || p.Status != sc.status || p.RequestID == "" || a.header.Get("Content-Type") != "application/problem+json") {
		t.Errorf("problem = %s %s (%s), want %s (%s)", a.body, a.header.Get("Content-Type"), p.Field, sc.code, sc.field)
	}
	if sc.holds != "" && !bytes.Contains(a.body, []byte(sc.holds)) {
		t.Errorf("body = %s, want %s in it", a.body, sc.holds)
	}
	if a.header.Get("Cache-Control") != "no-store" {
		t.Errorf("Cache-Control = %q: personal answers must not be kept", a.header.Get("Cache-Control"))
	}
}

func TestAccountRoutes(t *testing.T) {
	t.Parallel()
	s := newAccountStage(t)
	visitor, user, other, boss := s.visitor(), s.user(), s.user(), s.adminUser()
	long := strings.Repeat("x", 600)
	for _, sc := range []scenario{
		{name: "a visitor is told that nobody is signed in", as: visitor, method: "GET", path: "/api/session", status: 200, holds: `{"memberships":[],"mayAuthor":false,"teaches":[],"demo":false}`},
		{name: "a user is told who they are", as: user, method: "GET", path: "/api/session", status: 200, holds: user.email},
		{name: "a wrong password", as: visitor, method: "POST", path: "/api/session", body: `{"email":"` + user.email + `","password":"wrong"}`, status: 401, code: "wrong_password"},
		{name: "an unknown address", as: visitor, method: "POST", path: "/api/session", body: `{"email":"nobody@example.org","password":"wrong"}`, status: 401, code: "wrong_password"},
		{name: "no password", as: visitor, method: "POST", path: "/api/session", body: `{"email":"a@example.org"}`, status: 422, code: "invalid", field: "password"},
		{name: "an address that is a number", as: visitor, method: "POST", path: "/api/session", body: `{"email":7,"password":"x"}`, status: 422, code: "invalid", field: "email"},
		{name: "a field too many", as: visitor, method: "POST", path: "/api/session", body: `{"email":"a@example.org","password":"x","admin":true}`, status: 422, code: "invalid", field: "admin"},
		{name: "a body that is no JSON", as: visitor, method: "POST", path: "/api/session", body: `{"email":`, status: 400, code: "invalid", field: "body"},
		{name: "a query that nobody reads", as: visitor, method: "GET", path: "/api/session?x=1", status: 422, code: "invalid", field: "x"},
		{name: "a short password at sign-up", as: visitor, method: "POST", path: "/api/accounts", body: `{"name":"A","email":"new@example.org","password":"1234567"}`, status: 422, code: "invalid", field: "password"},
		{name: "a common password at sign-up", as: visitor, method: "POST", path: "/api/accounts", body: `{"name":"A","email":"new@example.org","password":"12345678"}`, status: 422, code: "password_common", field: "password"},
		{name: "a name that is too long", as: visitor, method: "POST", path: "/api/accounts", body: `{"name":"` + long + `","email":"new@example.org","password":"` + stagePassword + `"}`, status: 422, code: "invalid", field: "name"},
		{name: "an unknown language", as: visitor, method: "POST", path: "/api/accounts", body: `{"name":"A","email":"new@example.org","password":"` + stagePassword + `","locale":"de"}`, status: 422, code: "invalid", field: "locale"},
		{name: "an admin flag at sign-up", as: visitor, method: "POST", path: "/api/accounts", body: `{"name":"A","email":"new@example.org","password":"` + stagePassword + `","platformAdmin":true}`, status: 422, code: "invalid", field: "platformAdmin"},
		{name: "a taken address at sign-up signs nobody in", as: visitor, method: "POST", path: "/api/accounts", body: `{"name":"A","email":"` + user.email + `","password":"` + stagePassword + `"}`, status: 201, holds: `{"signedIn":false}`},
		{name: "a visitor's account", as: visitor, method: "GET", path: "/api/account", status: 401, code: "unauthenticated"},
		{name: "a user's account", as: user, method: "GET", path: "/api/account", status: 200, holds: `"email":"` + user.email + `"`},
		{name: "another name", as: user, method: "PATCH", path: "/api/account", body: `{"name":"王 师傅"}`, status: 200, holds: `"name":"王 师傅"`},
		{name: "another language", as: user, method: "PATCH", path: "/api/account", body: `{"locale":"ar"}`, status: 200, holds: `"locale":"ar"`},
		{name: "a patch of what cannot be patched", as: user, method: "PATCH", path: "/api/account", body: `{"email":"x@example.org"}`, status: 422, code: "invalid", field: "email"},
		{name: "a new address with a wrong password", as: user, method: "PUT", path: "/api/account/email", body: `{"email":"x@example.org","password":"wrong"}`, status: 422, code: "wrong_password", field: "password"},
		{name: "a new address", as: user, method: "PUT", path: "/api/account/email", body: `{"email":"x@example.org","password":"` + stagePassword + `"}`, status: 202},
		{name: "a made-up confirmation", as: visitor, method: "POST", path: "/api/account/email-confirmations", body: `{"token":"abc"}`, status: 422, code: "token_invalid", field: "token"},
		{name: "a bad new password", as: user, method: "PUT", path: "/api/account/password", body: `{"password":"` + stagePassword + `","newPassword":"qwertyuiop"}`, status: 422, code: "password_common", field: "newPassword"},
		{name: "a reset for anybody", as: visitor, method: "POST", path: "/api/password-resets", body: `{"email":"nobody@example.org"}`, status: 202},
		{name: "a reset with a made-up token", as: visitor, method: "PUT", path: "/api/password-resets", body: `{"token":"abc","password":"` + stagePassword + `"}`, status: 422, code: "token_invalid", field: "token"},
		{name: "an export", as: user, method: "GET", path: "/api/account/export", status: 200, holds: user.email},
		{name: "one's sessions", as: user, method: "GET", path: "/api/sessions", status: 200, holds: `"current":true`},
		{name: "somebody else's session", as: user, method: "DELETE", path: "/api/sessions/" + s.sessionOf(other), status: 404, code: "not_found"},
		{name: "a session that is none", as: user, method: "DELETE", path: "/api/sessions/1", status: 422, code: "invalid", field: "id"},
		{name: "a deletion with a wrong password", as: user, method: "DELETE", path: "/api/account", body: `{"password":"wrong"}`, status: 422, code: "wrong_password", field: "password"},
		{name: "the outbox for a user", as: user, method: "GET", path: "/api/admin/mails", status: 403, code: "forbidden"},
		{name: "the outbox for a visitor", as: visitor, method: "GET", path: "/api/admin/mails", status: 401, code: "unauthenticated"},
		{name: "the outbox for an administrator", as: boss, method: "GET", path: "/api/admin/mails", status: 200, holds: `#token=`},
		{name: "a page of the outbox that is none", as: boss, method: "GET", path: "/api/admin/mails?page=x", status: 422, code: "page_invalid", field: "page"},
		{name: "too long a page", as: boss, method: "GET", path: "/api/admin/mails?limit=201", status: 422, code: "invalid", field: "limit"},
		{name: "accounts for a user", as: user, method: "GET", path: "/api/admin/accounts", status: 403, code: "forbidden"},
		{name: "accounts for an administrator", as: boss, method: "GET", path: "/api/admin/accounts?query=" + user.email, status: 200, holds: user.email},
		{name: "a suspension by a user", as: user, method: "PUT", path: "/api/admin/accounts/" + other.id.String() + "/suspension", body: `{"suspended":true}`, status: 403, code: "forbidden"},
		{name: "a suspension of oneself", as: boss, method: "PUT", path: "/api/admin/accounts/" + boss.id.String() + "/suspension", body: `{"suspended":true}`, status: 409, code: "own_account"},
		{name: "a suspension of nobody", as: boss, method: "PUT", path: "/api/admin/accounts/" + uuid.NewString() + "/suspension", body: `{"suspended":true}`, status: 404, code: "not_found"},
		{name: "a zero byte in a query", as: boss, method: "GET", path: "/api/admin/accounts?query=%00", status: 422, code: "invalid", field: "query"},
		{name: "broken UTF-8 in a query", as: boss, method: "GET", path: "/api/admin/accounts?query=%ff", status: 422, code: "invalid", field: "query"},
		{name: "a zero byte in a name", as: user, method: "PATCH", path: "/api/account", body: `{"name":"a\u0000b"}`, status: 422, code: "forbidden_character", field: "name"},
		{name: "half a surrogate in a name becomes a replacement sign", as: user, method: "PATCH", path: "/api/account", body: `{"name":"a\ud800b"}`, status: 200, holds: "a\ufffdb"},
		{name: "an address that there is not", as: user, method: "GET", path: "/api/nothing", status: 404, code: "not_found"},
		{name: "a method that there is not", as: user, method: "DELETE", path: "/api/institutions", status: 404, code: "not_found"},
	} {
		t.Run(sc.name, sc.run)
	}
}

// sessionOf is the id of somebody's only session.
func (s *accountStage) sessionOf(p *person) string {
	s.t.Helper()
	list, err := s.auth.Sessions(s.t.Context(), p.id)
	if err != nil || len(list) == 0 {
		s.t.Fatalf("sessions: %v, %v", list, err)
	}
	return list[0].ID.String()
}

func TestInstitutionRoutes(t *testing.T) {
	t.Parallel()
	s := newAccountStage(t)
	visitor, user, coordinator, boss := s.visitor(), s.user(), s.user(), s.adminUser()
	at := "/api/institutions/" + uuid.Must(uuid.NewV7()).String()
	body := `{"slug":"harbour","name":{"en":"Harbour College","zh-CN":"港湾职业学院"},"kind":"college","country":"ZM","website":"https://college.example"}`
	for _, sc := range []scenario{
		{name: "a visitor makes none", as: visitor, method: "PUT", path: at, body: body, status: 401, code: "unauthenticated"},
		{name: "a user makes none", as: user, method: "PUT", path: at, body: body, status: 403, code: "forbidden"},
		{name: "an administrator makes one", as: boss, method: "PUT", path: at, body: body, status: 200, holds: `"about":{}`},
		{name: "making it again is the same", as: boss, method: "PUT", path: at, body: body, status: 200, holds: `"slug":"harbour"`},
		{name: "anybody sees it by its slug", as: visitor, method: "GET", path: "/api/institutions/harbour", status: 200, holds: "港湾职业学院"},
		{name: "anybody sees it by its id", as: visitor, method: "GET", path: at, status: 200, holds: "港湾职业学院"},
		{name: "anybody finds it", as: visitor, method: "GET", path: "/api/institutions?query=" + url.QueryEscape("港湾") + "&country=ZM&kind=college", status: 200, holds: `"slug":"harbour"`},
		{name: "nobody finds what is not there", as: visitor, method: "GET", path: "/api/institutions?query=nothing", status: 200, holds: `{"items":[]}`},
		{name: "a country that is none", as: visitor, method: "GET", path: "/api/institutions?country=zm", status: 422, code: "invalid", field: "country"},
		{name: "another one with its slug", as: boss, method: "PUT", path: "/api/institutions/" + uuid.NewString(), body: body, status: 409, code: "slug_taken", field: "slug"},
		{name: "a name without words", as: boss, method: "PUT", path: at, body: strings.Replace(body, `{"en":"Harbour College","zh-CN":"港湾职业学院"}`, `{}`, 1), status: 422, code: "invalid", field: "name"},
		{name: "a name in an unknown language", as: boss, method: "PUT", path: at, body: strings.Replace(body, `"en":"Harb`, `"xx":"Harb`, 1), status: 422, code: "unknown_locale", field: "name"},
		{name: "a name that turns around", as: boss, method: "PUT", path: at, body: strings.Replace(body, `Harbour College`, "a\u202eb", 1), status: 422, code: "forbidden_character", field: "name.en"},
		{name: "a website that is a script", as: boss, method: "PUT", path: at, body: strings.Replace(body, `https://college.example`, "javascript:alert(1)", 1), status: 422, code: "website_invalid", field: "website"},
		{name: "an id that is none", as: boss, method: "PUT", path: "/api/institutions/harbour", body: body, status: 422, code: "invalid", field: "id"},
		{name: "a user appoints nobody", as: user, method: "PUT", path: at + "/members", body: `{"email":"` + user.email + `","roles":["coordinator"]}`, status: 403, code: "forbidden"},
		{name: "an administrator appoints a coordinator", as: boss, method: "PUT", path: at + "/members", body: `{"email":"` + coordinator.email + `","roles":["coordinator"]}`, status: 200, holds: `"roles":["coordinator"]`},
		{name: "the coordinator appoints an author", as: coordinator, method: "PUT", path: at + "/members", body: `{"email":"` + user.email + `","roles":["teacher","author"]}`, status: 200, holds: `"roles":["author","teacher"]`},
		{name: "an author sees no list of members", as: user, method: "GET", path: at + "/members", status: 403, code: "forbidden"},
		{name: "a coordinator sees it", as: coordinator, method: "GET", path: at + "/members?query=" + user.email, status: 200, holds: user.email},
		{name: "an author may author", as: user, method: "GET", path: "/api/session", status: 200, holds: `"mayAuthor":true`},
		{name: "an address without an account", as: coordinator, method: "PUT", path: at + "/members", body: `{"email":"nobody@example.org","roles":["teacher"]}`, status: 422, code: "no_account", field: "email"},
		{name: "a zero byte in an address", as: coordinator, method: "PUT", path: at + "/members", body: `{"email":"a\u0000b@example.org","roles":["teacher"]}`, status: 422, code: "no_account", field: "email"},
		{name: "a zero byte in a slug", as: visitor, method: "GET", path: "/api/institutions/%00", status: 404, code: "not_found"},
		{name: "a zero byte in a search", as: visitor, method: "GET", path: "/api/institutions?query=%00", status: 422, code: "invalid", field: "query"},
		{name: "a zero byte in a page", as: visitor, method: "GET", path: "/api/institutions?page=%00", status: 422, code: "invalid", field: "page"},
		{name: "a role that is none", as: coordinator, method: "PUT", path: at + "/members", body: `{"email":"` + user.email + `","roles":["owner"]}`, status: 422, code: "invalid", field: "roles[0]"},
		{name: "the last coordinator stays", as: coordinator, method: "PUT", path: at + "/members", body: `{"email":"` + coordinator.email + `","roles":[]}`, status: 409, code: "last_coordinator"},
		{name: "no roles remove a member", as: coordinator, method: "PUT", path: at + "/members", body: `{"email":"` + user.email + `","roles":[]}`, status: 200, holds: `"roles":[]`},
		{name: "who was removed may author no more", as: user, method: "GET", path: "/api/session", status: 200, holds: `"mayAuthor":false`},
		{name: "members of nothing", as: boss, method: "GET", path: "/api/institutions/" + uuid.NewString() + "/members", status: 404, code: "not_found"},
	} {
		t.Run(sc.name, sc.run)
	}
}

func TestSessionCookies(t *testing.T) {
	t.Parallel()
	cookies := func(a answer) map[string]string {
		out := map[string]string{}
		for _, c := range a.header.Values("Set-Cookie") {
			name, _, _ := strings.Cut(c, "=")
			out[name] = c
		}
		return out
	}
	for _, c := range []struct {
		tls    bool
		prefix string
	}{{false, ""}, {true, "__Host-"}} {
		t.Run(fmt.Sprintf("scripts and other sites cannot use them (TLS %v)", c.tls), func(t *testing.T) {
			t.Parallel()
			s := newAccountStage(t, func(a *API) { a.TLS = c.tls })
			a := s.visitor().send("POST", "/api/accounts", `{"name":"A","email":"a@example.org","password":"`+stagePassword+`"}`, nil)
			got := cookies(a)
			if len(got) != 2 || len(a.header.Values("Set-Cookie")) != 2 {
				t.Fatalf("cookies = %v", a.header.Values("Set-Cookie"))
			}
			for _, name := range []string{"session", "device"} {
				cookie := strings.ToLower(got[c.prefix+name])
				for _, mark := range []string{"path=/;", "; httponly", "; samesite=lax", "max-age="} {
					if !strings.Contains(cookie+";", mark) {
						t.Errorf("%s lacks %s", cookie, mark)
					}
				}
				if strings.Contains(cookie, "; secure") != c.tls || strings.Contains(cookie, "domain=") {
					t.Errorf("cookie = %s", cookie)
				}
			}
		})
	}
	t.Run("signing in changes the session's token, keeps the browser's mark, and ends the session before", func(t *testing.T) {
		t.Parallel()
		s := newAccountStage(t)
		p := s.user()
		before := p.cookie("session")
		device := p.cookie("device")
		p.ok("POST", "/api/session", `{"email":"`+p.email+`","password":"`+stagePassword+`"}`, 200)
		if p.cookie("session") == before || p.cookie("device") != device {
			t.Error("the token stayed, or the mark changed")
		}
		thief := s.visitor()
		thief.setCookie("session", before)
		if v := thief.meet(); v.Account != nil {
			t.Error("the old token still works")
		}
	})
	t.Run("signing out ends the session here and deletes the cookie", func(t *testing.T) {
		t.Parallel()
		s := newAccountStage(t)
		p := s.user()
		token := p.cookie("session")
		p.ok("DELETE", "/api/session", "", 204)
		if p.cookie("session") != "" {
			t.Error("the cookie stayed")
		}
		thief := s.visitor()
		thief.setCookie("session", token)
		if v := thief.meet(); v.Account != nil {
			t.Error("the token still works")
		}
		p.csrf = ""
		p.ok("DELETE", "/api/session", "", 204)
	})
	t.Run("the __Host- cookie is the only one that counts on TLS", func(t *testing.T) {
		t.Parallel()
		s := newAccountStage(t, func(a *API) { a.TLS = true })
		entry, err := s.auth.SignUp(t.Context(), auth.NewAccount{Name: "A", Email: "a@example.org", Password: stagePassword}, auth.Client{})
		if err != nil {
			t.Fatal(err)
		}
		for name, status := range map[string]int{"session": 401, "__Host-session": 200} {
			a := s.visitor().send("GET", "/api/account", "", map[string]string{"Cookie": name + "=" + entry.Token})
			if a.status != status {
				t.Errorf("%s: %d, want %d", name, a.status, status)
			}
		}
	})
}

func (p *person) cookie(name string) string {
	u, _ := url.Parse(p.s.url)
	for _, c := range p.http.Jar.Cookies(u) {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

func (p *person) setCookie(name, value string) {
	u, _ := url.Parse(p.s.url)
	p.http.Jar.SetCookies(u, []*http.Cookie{{Name: name, Value: value, Path: "/"}})
}
