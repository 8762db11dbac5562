package localize

import (
	"encoding/json"
	"testing"
)

func TestIn(t *testing.T) {
	t.Parallel()
	text := Text{"en": "lathe", "zh-CN": "车床", "ru": "токарный станок", "fr": ""}
	for _, c := range []struct {
		name, locale string
		text         Text
		fallbacks    []string
		want         string
	}{
		{"the reader's own locale comes first", "ru", text, nil, "токарный станок"},
		{"another variety of the language is better than another language", "ru-KZ", text, []string{"en"}, "токарный станок"},
		{"a bare language finds its only variety", "zh", text, nil, "车床"},
		{"an empty translation counts as none", "fr", text, []string{"zh-CN"}, "车床"},
		{"the fallbacks come in their order", "sw", text, []string{"lo", "ru", "zh-CN"}, "токарный станок"},
		{"English stands in when no fallback is there", "sw", text, nil, "lathe"},
		{"any language is better than nothing, always the same", "sw", Text{"uz": "stanok", "lo": "ເຄື່ອງກຶງ"}, nil, "ເຄື່ອງກຶງ"},
		{"a text without languages is empty", "en", nil, nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := c.text.In(c.locale, c.fallbacks...); got != c.want {
				t.Errorf("In(%q, %q) = %q, want %q", c.locale, c.fallbacks, got, c.want)
			}
		})
	}
}

func TestMerge(t *testing.T) {
	t.Parallel()
	before := Text{"en": "Safety", "ru": "Безопасность"}
	got := before.Merge(Text{"fr": "Sécurité", "ru": ""})
	if want := (Text{"en": "Safety", "fr": "Sécurité"}); !got.Equal(want) {
		t.Errorf("Merge = %v, want %v", got, want)
	}
	if !before.Has("ru") || before.Has("fr") {
		t.Errorf("Merge altered its operand: %v", before)
	}
}

func TestJSON(t *testing.T) {
	t.Parallel()
	t.Run("nil is an empty object in JSON and in the database", func(t *testing.T) {
		t.Parallel()
		b, err := json.Marshal(struct{ T Text }{})
		if err != nil || string(b) != `{"T":{}}` {
			t.Errorf("got %s, %v", b, err)
		}
		if v, err := Text(nil).Value(); err != nil || v != "{}" {
			t.Errorf("Value = %v, %v", v, err)
		}
	})
	t.Run("a text comes back as it went", func(t *testing.T) {
		t.Parallel()
		in, out := Text{"zh-CN": "急停", "ar": "إيقاف طارئ"}, Text{}
		b, err := json.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(b, &out); err != nil || !in.Equal(out) {
			t.Errorf("%s became %v, %v", b, out, err)
		}
	})
}
