package localize

import (
	"errors"
	"strings"
	"testing"

	"hanzhi/server/fault"
)

func TestClean(t *testing.T) {
	t.Parallel()
	title := Rule{MaxRunes: 10, Required: true}
	body := Rule{MaxRunes: 40, Lines: true}
	many := Text{}
	for _, l := range strings.Fields("aa ab af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo es et eu fa") {
		many[l] = "x"
	}
	for _, c := range []struct {
		name        string
		rule        Rule
		in, want    Text
		field, code string
	}{
		{name: "texts are trimmed and composed", rule: title, in: Text{"fr": "  Se\u0301curite\u0301 "}, want: Text{"fr": "Sécurité"}},
		{name: "empty languages are dropped", rule: title, in: Text{"en": "Lathe", "ru": " "}, want: Text{"en": "Lathe"}},
		{name: "characters are counted, not bytes", rule: title, in: Text{"zh-CN": "数控车床操作工入门课"}, want: Text{"zh-CN": "数控车床操作工入门课"}},
		{name: "one character too many is refused by name", rule: title, in: Text{"ru": "одиннадцать"}, field: "title.ru", code: "too_long"},
		{name: "a huge text is refused", rule: title, in: Text{"en": strings.Repeat("a", 1<<20)}, field: "title.en", code: "too_long"},
		{name: "a required text needs one language", rule: title, in: Text{"en": "\u3000"}, field: "title", code: "required"},
		{name: "an optional text may be nothing", rule: body, in: nil, want: Text{}},
		{name: "an unknown language is refused", rule: title, in: Text{"xx": "a"}, field: "title", code: "unknown_locale"},
		{name: "a tag in other spelling is refused", rule: title, in: Text{"ZH-cn": "a"}, field: "title", code: "unknown_locale"},
		{name: "too many languages are refused", rule: title, in: many, field: "title", code: "too_many"},
		{name: "a bidi override is refused", rule: title, in: Text{"en": "ab\u202Ecd"}, field: "title.en", code: "forbidden_character"},
		{name: "a bidi isolate is refused", rule: title, in: Text{"ar": "\u2067ab"}, field: "title.ar", code: "forbidden_character"},
		{name: "a zero byte is refused", rule: body, in: Text{"en": "a\x00b"}, field: "title.en", code: "forbidden_character"},
		{name: "a title has one line", rule: title, in: Text{"en": "a\nb"}, field: "title.en", code: "forbidden_character"},
		{name: "a body has lines that end in LF", rule: body, in: Text{"en": "a\r\nb\rc\td"}, want: Text{"en": "a\nb\nc\td"}},
		{name: "joiners and direction marks stay", rule: body, in: Text{"fa": "می\u200cخواهم\u200f!"}, want: Text{"fa": "می\u200cخواهم\u200f!"}},
		{name: "broken UTF-8 is refused", rule: body, in: Text{"en": "a\xffb"}, field: "title.en", code: "not_utf8"},
		{name: "a non-character is refused", rule: body, in: Text{"en": "a\uFFFEb"}, field: "title.en", code: "forbidden_character"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := c.rule.Clean("title", c.in)
			if c.code == "" {
				if err != nil || !got.Equal(c.want) || got == nil {
					t.Fatalf("Clean = %q, %v; want %q", got, err, c.want)
				}
				return
			}
			var f *fault.Error
			if !errors.As(err, &f) || f.Kind != fault.Invalid || f.Field != c.field || f.Code != c.code {
				t.Errorf("Clean = %q, %v; want invalid %s (%s)", got, err, c.code, c.field)
			}
		})
	}
}

func TestIsLocale(t *testing.T) {
	t.Parallel()
	for _, l := range strings.Fields("en zh-CN zh-TW ru fr ar sw lo uz uz-Cyrl kk-KZ fil sr-Latn-RS") {
		if !IsLocale(l) {
			t.Errorf("%q is refused", l)
		}
	}
	for _, l := range []string{"", "e", "und", "xx", "en_US", "EN", "zh-cn", "iw", "x-private", "en-x-a", "de-1996", "en-u-ca-buddhist", "../etc", "en-US-en", "i-klingon", "mul\x00"} {
		if IsLocale(l) {
			t.Errorf("%q is taken", l)
		}
	}
}
