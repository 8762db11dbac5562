package live

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/uuid"
)

// section returns the lines of a table in the document, below a heading.
func section(t *testing.T, heading string) [][]string {
	t.Helper()
	b, err := os.ReadFile("../../docs/live-protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(b), "\n## "+heading+"\n")
	if !found {
		t.Fatalf("the document has no part %q", heading)
	}
	rest, _, _ = strings.Cut(rest, "\n## ")
	var rows [][]string
	for line := range strings.Lines(rest) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "|") {
			cells := strings.Split(strings.Trim(line, "|"), "|")
			for i := range cells {
				cells[i] = strings.TrimSpace(cells[i])
			}
			rows = append(rows, cells)
		}
	}
	return rows[2:]
}

// firstCells are what a table lists.
func firstCells(rows [][]string) []string {
	var list []string
	for _, r := range rows {
		list = append(list, strings.Trim(r[0], "`"))
	}
	slices.Sort(list)
	return list
}

func same(t *testing.T, what string, document, code []string) {
	t.Helper()
	slices.Sort(code)
	for _, x := range document {
		if !slices.Contains(code, x) {
			t.Errorf("%s %q is in the document, not in the code", what, x)
		}
	}
	for _, x := range code {
		if !slices.Contains(document, x) {
			t.Errorf("%s %q is in the code, not in the document", what, x)
		}
	}
}

func TestDocument(t *testing.T) {
	t.Parallel()
	t.Run("lists every command with who may give it", func(t *testing.T) {
		t.Parallel()
		rows := section(t, "Commands")
		code := []string{"pong"}
		for name := range rules {
			code = append(code, name)
		}
		for name := range handlers {
			code = append(code, name)
		}
		same(t, "command", firstCells(rows), code)
		for _, r := range rows {
			rule, known := rules[strings.Trim(r[0], "`")]
			if !known {
				continue
			}
			staffOnly := rule.who == leaders || rule.who == theTeacher
			if says := strings.HasPrefix(r[2], "staff") && !strings.Contains(r[2], "students") || r[2] == "teacher"; says != staffOnly {
				t.Errorf("%s is for %q in the document", r[0], r[2])
			}
		}
	})
	t.Run("lists every event", func(t *testing.T) {
		t.Parallel()
		var code []string
		for name := range appliers {
			code = append(code, name)
		}
		same(t, "event", firstCells(section(t, "Events of the log")), code)
	})
	t.Run("lists every push", func(t *testing.T) {
		t.Parallel()
		var code []string
		files, _ := os.ReadDir(".")
		find := regexp.MustCompile(`Push\{"(\w+)"|r\.moment\(c, "(\w+)"`)
		for _, f := range files {
			if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
				continue
			}
			b, err := os.ReadFile(f.Name())
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range find.FindAllSubmatch(b, -1) {
				code = append(code, string(m[1])+string(m[2]))
			}
		}
		slices.Sort(code)
		same(t, "push", firstCells(section(t, "Pushes")), slices.Compact(code))
	})
	t.Run("lists every close code", func(t *testing.T) {
		t.Parallel()
		var code []string
		for c := range closeReasons {
			code = append(code, fmt.Sprint(c))
		}
		same(t, "close code", firstCells(section(t, "Close codes")), code)
	})
	t.Run("lists every error", func(t *testing.T) {
		t.Parallel()
		b, _ := os.ReadFile("../../docs/live-protocol.md")
		_, rest, _ := strings.Cut(string(b), "\n## Errors of commands\n")
		rest, _, _ = strings.Cut(rest, "\n## ")
		var document, code []string
		for _, m := range regexp.MustCompile("`(\\w+)`").FindAllStringSubmatch(rest, -1) {
			document = append(document, m[1])
		}
		for _, p := range problems {
			code = append(code, p.Code)
		}
		same(t, "error", document, code)
	})
	t.Run("gives every limit as it is", func(t *testing.T) {
		t.Parallel()
		two := func(r rate) string { return fmt.Sprintf("%g, %g", r.perSecond, r.burst) }
		want := map[string]string{
			"message, bytes": fmt.Sprint(maxMessage), "media frame, bytes": fmt.Sprint(maxFrame), "commands a second, burst": two(commandRate),
			"chat a second, burst": two(chatRate), "strokes a second, burst": two(strokeRate), "media frames a second, burst": two(mediaRate),
			"commands a second of a person over all connections": fmt.Sprint(personRate.perSecond), "chat text, characters": fmt.Sprint(maxChat),
			"points of one stroke message": fmt.Sprint(maxStrokePoints), "objects on a page": fmt.Sprint(maxObjects), "pages": fmt.Sprint(maxPages),
			"people on air": fmt.Sprint(maxAir), "pictures on air": fmt.Sprint(maxPictures), "connections of a person": fmt.Sprint(maxConnections),
			"first message after, s": fmt.Sprint(firstMessage.Seconds()), "ping every, s": fmt.Sprint(pingEvery.Seconds()),
			"cut after silence of, s": fmt.Sprint(cutAfter.Seconds()), "write deadline, s": fmt.Sprint(writeDeadline.Seconds()),
			"connects a second of a node, burst": fmt.Sprintf("%d, %d", connectRate, connectBurst),
		}
		for _, r := range section(t, "Limits") {
			if want[r[0]] != r[1] {
				t.Errorf("limit %q is %s in the document and %s in the code", r[0], r[1], want[r[0]])
			}
			delete(want, r[0])
		}
		for name := range want {
			t.Errorf("the document lacks the limit %q", name)
		}
	})
}

// FuzzDecode holds that no message breaks the decoder, the rules or the fold: it is refused, or its event can be applied
// and the state that follows can be shown and kept.
func FuzzDecode(f *testing.F) {
	for name := range rules {
		f.Add([]byte(`{"id":1,"do":"` + name + `","with":{}}`))
	}
	id := uuid.NewString()
	f.Add([]byte(`{"id":1,"do":"stroke.add","key":"` + id + `","with":{"page":"` + uuid.NewSHA1(uuid.Nil, []byte("page")).String() + `","object":"` + id + `","points":[1,2,3]}}`))
	f.Add([]byte(`{"id":2,"do":"poll.open","with":{"poll":"` + id + `","kind":"spot","question":"?","picture":"` + id + `"}}`))
	f.Add([]byte(`{"id":2,"do":"object.put","with":{"page":"` + id + `","object":"` + id + `","shape":{"kind":"text"}}}`))
	f.Add([]byte{'{', 0xff})
	f.Fuzz(func(t *testing.T, b []byte) {
		cmd, err := decodeCommand(b)
		if err != nil || !utf8.Valid(b) {
			return
		}
		rule, known := rules[cmd.Do]
		if !known {
			return
		}
		s := NewState(uuid.Nil)
		s.Boards[""] = newBoard(uuid.NewSHA1(uuid.Nil, []byte("page")))
		s.Phase = PhaseOpen
		p := &Person{ID: uuid.New(), Role: Teacher}
		s.People[p.ID] = p
		e, err := rule.do(&asked{state: s, person: p, with: cmd.With, key: cmd.Key})
		if err != nil {
			return
		}
		e.Offset = 1
		s.Apply(e)
		kept, err := json.Marshal(s)
		if err != nil {
			t.Fatalf("%s cannot be kept: %v", b, err)
		}
		again, err := LoadState(kept)
		if err != nil {
			t.Fatalf("%s cannot be loaded: %v", b, err)
		}
		if _, err := json.Marshal(again.View(p.ID)); err != nil {
			t.Fatalf("%s cannot be shown: %v", b, err)
		}
	})
}
