package app_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"hanzhi/server/httpapi"
)

// hostile are values that break what expects another one.
var hostile = []any{
	nil, true, -1, 0, 1e308, 3.5, int64(1) << 62, "", " ", "\u0000", "\u202e\u2066", strings.Repeat("长", 70_000), "' OR 1=1 --", "%%%", "../../etc/passwd",
	"{{7*7}}", "<script>alert(1)</script>", "\xff\xfe", []any{}, []any{nil}, map[string]any{}, map[string]any{"en": 7}, map[string]any{"xx-bad-locale-tag-that-is-long": "x"},
	"00000000-0000-0000-0000-000000000000", "2026-13-45T99:99:99Z", "9999-12-31T23:59:59Z", deep(200),
}

// rawBodies are bodies that are not even JSON, or not the JSON that is meant.
var rawBodies = []string{"", "{", "null", "[]", `"x"`, "\xff\xff", "{\"a\":1}{\"b\":2}", strings.Repeat("[", 20_000), strings.Repeat(`{"a":`, 5_000), `{"__proto__":{}}`, `{"a":1e999999}`}

// maxQuery is how many bytes the attack puts into a query.
const maxQuery = 12_000

// deep nests a list n times.
func deep(n int) any {
	var v any
	for range n {
		v = []any{v}
	}
	return v
}

// TestHostileInput sends every JSON route of the document what it does not expect: no answer may be a 500, and every
// refusal is a problem with a code.
func TestHostileInput(t *testing.T) {
	t.Parallel()
	document := loadDocument(t)
	f := newFixture(t)
	f.bank()
	f.tasks = f.task()
	answers := map[int]int{}
	for path, item := range document.Paths.Map() {
		for method, op := range item.Operations() {
			// The ways out would end the session that asks.
			if slices.Contains([]string{"signOut", "endOtherSessions"}, op.OperationID) {
				continue
			}
			attack{t: t, f: f, method: method, path: path, op: op, random: rand.New(rand.NewPCG(1, uint64(len(path)))), answers: answers}.run()
		}
	}
	enough(t, answers)
}

// enough says that the attack reached the rules behind the schema, and not only the door.
func enough(t *testing.T, answers map[int]int) {
	t.Helper()
	t.Logf("answers by status: %v", answers)
	if answers[http.StatusOK] < 50 || answers[http.StatusUnprocessableEntity] < 500 {
		t.Errorf("too few calls got through to say anything: %v", answers)
	}
}

func loadDocument(t *testing.T) *openapi3.T {
	t.Helper()
	body, err := httpapi.Document30("test")
	if err != nil {
		t.Fatal(err)
	}
	document, err := openapi3.NewLoader().LoadFromData(body)
	if err != nil {
		t.Fatal(err)
	}
	return document
}

type attack struct {
	t            *testing.T
	f            *fixture
	method, path string
	op           *openapi3.Operation
	random       *rand.Rand
	answers      map[int]int // how often each status came
}

func (a attack) run() {
	schema := a.bodySchema()
	if schema == nil {
		for _, v := range hostile {
			a.send(a.address(v), nil)
		}
		return
	}
	good := a.real(a.sample(schema, 0))
	a.send(a.address(nil), good)
	for _, body := range rawBodies {
		a.send(a.address(nil), []byte(body))
	}
	fields, isObject := good.(map[string]any)
	if !isObject {
		return
	}
	for name := range fields {
		for _, v := range hostile {
			bad := with(fields, name, v)
			a.send(a.address(nil), bad)
		}
		missing := with(fields, name, nil)
		delete(missing, name)
		a.send(a.address(nil), missing)
	}
	a.send(a.address(nil), with(fields, "platformAdmin", true))
}

func with(fields map[string]any, name string, v any) map[string]any {
	changed := map[string]any{}
	for k, old := range fields {
		changed[k] = old
	}
	changed[name] = v
	return changed
}

func (a attack) bodySchema() *openapi3.Schema {
	if a.op.RequestBody == nil {
		return nil
	}
	media := a.op.RequestBody.Value.Content.Get("application/json")
	if media == nil {
		return nil
	}
	return media.Schema.Value
}

// address fills the path and, when v is given, puts it into every parameter of the query.
func (a attack) address(v any) string {
	p := a.path
	// What exists is attacked too: an unknown id would end most calls at the door. Deletions would leave nothing to attack.
	if a.method != http.MethodDelete {
		for prefix, id := range a.known() {
			if strings.HasPrefix(p, prefix) {
				p = strings.Replace(p, "{id}", id, 1)
			}
		}
		p = strings.ReplaceAll(p, "{lesson}", a.f.lesson)
	}
	for _, name := range []string{"{id}", "{lesson}", "{term}", "{sitting}", "{answer}", "{file}", "{submission}", "{mark}"} {
		p = strings.ReplaceAll(p, name, newID())
	}
	p = strings.NewReplacer("{slug}", "matrix-course", "{lang}", "en", "{word}", "%E4%BD%A0").Replace(p)
	query := url.Values{}
	// All parameters together stay below what a head may hold: the server cuts longer ones off unread, and whether the
	// client still sees the refusal is then up to the network.
	most := min(1200, maxQuery/3/max(1, len(a.op.Parameters))) // a byte takes three once it is encoded
	for _, param := range a.op.Parameters {
		if param.Value.In == "query" && v != nil {
			query.Set(param.Value.Name, fmt.Sprint(v)[:min(len(fmt.Sprint(v)), most)])
		}
	}
	if len(query) == 0 {
		return p
	}
	return p + "?" + query.Encode()
}

// known are ids of what the fixture holds, by the address it lies at.
func (a attack) known() map[string]string {
	return map[string]string{
		"/api/studio/courses/": a.f.course, "/api/studio/units/": a.f.unit, "/api/studio/lessons/": a.f.lesson,
		"/api/studio/activities/": a.f.activity, "/api/studio/runs/": a.f.run, "/api/runs/": a.f.run, "/api/lessons/": a.f.lesson,
		"/api/institutions/": a.f.institution, "/api/term-banks/": bankID,
		"/api/tasks/": a.f.tasks,
	}
}

// real puts ids of what exists into a body.
func (a attack) real(body any) any {
	fields, isObject := body.(map[string]any)
	if !isObject {
		return body
	}
	for name, id := range map[string]string{"courseId": a.f.course, "unitId": a.f.unit, "lessonId": a.f.lesson, "institutionId": a.f.institution, "runId": a.f.run} {
		if _, has := fields[name]; has {
			fields[name] = id
		}
	}
	if _, has := fields["version"]; has {
		fields["version"] = 1
	}
	return fields
}

// sample makes a value that the schema describes.
func (a attack) sample(s *openapi3.Schema, depth int) any {
	switch {
	case s == nil || depth > 6:
		return "x"
	case len(s.Enum) > 0:
		return s.Enum[a.random.IntN(len(s.Enum))]
	case s.Type.Is("object") && len(s.Properties) == 0:
		return map[string]any{"en": "text"}
	case s.Type.Is("object"):
		object := map[string]any{}
		for name, property := range s.Properties {
			object[name] = a.sample(property.Value, depth+1)
		}
		return object
	case s.Type.Is("array"):
		return []any{a.sample(s.Items.Value, depth+1)}
	case s.Type.Is("integer"), s.Type.Is("number"):
		return 1
	case s.Type.Is("boolean"):
		return true
	case s.Format == "uuid":
		return newID()
	case s.Format == "date-time":
		return "2026-06-01T08:00:00Z"
	}
	return "sample text"
}

// send checks one answer; the session is renewed when a call has ended it.
func (a attack) send(path string, body any) {
	a.t.Helper()
	admin := a.f.as("admin")
	if raw, isRaw := body.([]byte); isRaw && len(raw) == 0 {
		body = nil
	}
	status, answer := admin.do(a.method, path, body)
	if status == http.StatusUnauthorized && a.op.OperationID != "signIn" {
		a.f.browsers["admin"] = a.f.again("admin")
	}
	a.answers[status]++
	if status >= 500 {
		a.t.Errorf("%s %s with %.200v: %d %s", a.method, path, body, status, answer)
	}
	if status < 400 {
		return
	}
	var problem httpapi.Problem
	if err := json.Unmarshal(answer, &problem); err != nil || problem.Code == "" || problem.Status != status {
		a.t.Errorf("%s %.120s: %d is no problem: %.300s", a.method, path, status, answer)
	}
}
