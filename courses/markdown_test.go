package courses

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/uuid"
	"golang.org/x/net/html"

	"hanzhi/courses/localize"
)

// inert names what in rendered HTML could act: an element or attribute that is not in the list, or an address that leads
// anywhere but to the web, to mail or, in a picture, to one of our own files. It parses as a browser would and trusts
// nothing of the sanitiser.
func inert(t *testing.T, rendered string) {
	t.Helper()
	elements := map[string]string{"html": "", "head": "", "body": "", "p": "dir", "h3": "dir", "h4": "dir", "h5": "dir", "h6": "dir", "strong": "", "em": "", "del": "",
		"code": "", "pre": "", "blockquote": "dir", "ul": "dir", "ol": "dir start", "li": "dir", "hr": "", "br": "", "table": "", "thead": "", "tbody": "", "tr": "",
		"th": "dir align", "td": "dir align", "a": "href rel target", "img": "src alt"}
	addresses := map[string]*regexp.Regexp{"href": regexp.MustCompile(`^(https?://|mailto:)`), "src": regexp.MustCompile(`^asset:[0-9a-f-]{36}$`)}
	doc, err := html.Parse(strings.NewReader(rendered))
	if err != nil {
		t.Fatal(err)
	}
	for n := range doc.Descendants() {
		switch n.Type {
		case html.ElementNode:
			allowed, known := elements[n.Data]
			if !known {
				t.Errorf("<%s> in %s", n.Data, rendered)
			}
			for _, a := range n.Attr {
				if !strings.Contains(" "+allowed+" ", " "+a.Key+" ") {
					t.Errorf("%s=%q on <%s> in %s", a.Key, a.Val, n.Data, rendered)
				}
				if want := addresses[a.Key]; want != nil && !want.MatchString(a.Val) {
					t.Errorf("%s leads to %q in %s", a.Key, a.Val, rendered)
				}
			}
		case html.CommentNode, html.DoctypeNode, html.RawNode:
			t.Errorf("a node of type %d in %s", n.Type, rendered)
		}
	}
}

func TestMarkdownIsInert(t *testing.T) {
	t.Parallel()
	file, err := os.ReadFile("testdata/xss.txt")
	if err != nil {
		t.Fatal(err)
	}
	vectors := strings.Split(strings.TrimSpace(string(file)), "\n")
	if len(vectors) < 150 {
		t.Fatalf("only %d vectors", len(vectors))
	}
	frames := []string{"%", "x %", "> %", "- %", "| a |\n|---|\n| % |", "[%](https://ok.example)", "![%](asset:00000000-0000-7000-8000-000000000000)",
		"[x](https://ok.example/%)", "[x](https://ok.example \"%\")", "`%`", "# %", "<p>%</p>"}
	for _, v := range vectors {
		v = strings.ReplaceAll(v, "␊", "\n")
		for _, frame := range frames {
			for _, pictures := range []bool{true, false} {
				out, _, err := renderMarkdown(en(strings.ReplaceAll(frame, "%", v)), pictures)
				if err != nil {
					t.Fatal(err)
				}
				inert(t, out["en"])
				if !pictures && strings.Contains(out["en"], "<img") {
					t.Errorf("a picture where there are none: %s", out["en"])
				}
				shown := ShowPictures(out, func(uuid.UUID) string { return `/v/"><script>x` })["en"]
				if strings.Contains(shown, "<script") || strings.Contains(shown, "asset:") && strings.Contains(shown, `src="asset:`) {
					t.Errorf("shown as %s", shown)
				}
			}
		}
	}
}

func FuzzMarkdown(f *testing.F) {
	f.Add("# x <b onclick=a>\n\n![a](asset:00000000-0000-7000-8000-000000000000) [l](javascript:x)")
	f.Fuzz(func(t *testing.T, s string) {
		out, _, err := renderMarkdown(en(s), true)
		if err == nil {
			inert(t, out["en"])
		}
	})
}

func TestMarkdown(t *testing.T) {
	t.Parallel()
	picture := uuid.MustParse("00000000-0000-7000-8000-00000000000a")
	for name, c := range map[string]struct{ in, want string }{
		"text with emphasis runs in its own direction": {"مرحبا *hello*", `<p dir="auto">مرحبا <em>hello</em></p>`},
		"headings stand below those of the page":       {"# A\n\n##### B", "<h3 dir=\"auto\">A</h3>\n<h6 dir=\"auto\">B</h6>"},
		"lists keep their number":                      {"3. c\n4. d", "<ol start=\"3\" dir=\"auto\">\n<li dir=\"auto\">c</li>\n<li dir=\"auto\">d</li>\n</ol>"},
		"tables keep their alignment":                  {"| a |\n|--:|\n| b |", "<table>\n<thead>\n<tr>\n<th align=\"right\" dir=\"auto\">a</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td align=\"right\" dir=\"auto\">b</td>\n</tr>\n</tbody>\n</table>"},
		"links go to a new page without a trace":       {"[x](https://ok.example)", `<p dir="auto"><a href="https://ok.example" rel="nofollow noreferrer noopener" target="_blank">x</a></p>`},
		"our pictures stay":                            {"![the chuck](asset:" + picture.String() + ")", `<p dir="auto"><img src="asset:` + picture.String() + `" alt="the chuck"></p>`},
		"others become their text":                     {"![the **chuck**](https://evil.example/x.png)", `<p dir="auto">the chuck</p>`},
		"HTML is no HTML":                              {"a <b>c</b>", `<p dir="auto">a c</p>`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, _, err := renderMarkdown(en(c.in), true)
			if err != nil || out["en"] != c.want {
				t.Errorf("got  %s\nwant %s, %v", out["en"], c.want, err)
			}
		})
	}
	t.Run("pictures are named once each, over all languages, and shown at the address they have today", func(t *testing.T) {
		t.Parallel()
		md := "![a](asset:" + picture.String() + ")"
		out, found, err := renderMarkdown(localize.Text{"en": md + md, "ru": md}, true)
		if err != nil || len(found) != 1 || found[0] != picture {
			t.Errorf("found %v, %v", found, err)
		}
		shown := ShowPictures(out, func(id uuid.UUID) string { return "/v/t&" + id.String()[34:] })
		if !strings.Contains(shown["ru"], `<img src="/v/t&amp;0a" alt="a">`) {
			t.Errorf("got %s", shown["ru"])
		}
		if none := ShowPictures(out, func(uuid.UUID) string { return "" }); !strings.Contains(none["ru"], `<img  alt="a">`) {
			t.Errorf("got %s", none["ru"])
		}
	})
}
