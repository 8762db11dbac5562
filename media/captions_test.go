package media_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"hanzhi/media"
	"hanzhi/server/fault"
)

func TestParseCaptions(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, text string
		want       []media.Cue
		code, says string
	}{
		{"two cues", "WEBVTT\n\n00:01.000 --> 00:02.500\n你好\n\n2\n01:00:00.000 --> 01:00:01.000 align:start line:0\n再见\n第二行\n",
			[]media.Cue{{"", 1000, 2500, "你好"}, {"2", 3600000, 3601000, "再见\n第二行"}}, "", ""},
		{"a byte order mark, a title and Windows line ends", "\ufeffWEBVTT Lesson 1\r\nKind: captions\r\n\r\n00:01.000 --> 00:02.000\r\na\r\n", []media.Cue{{"", 1000, 2000, "a"}}, "", ""},
		{"notes, styles and regions are dropped", "WEBVTT\n\nNOTE a remark\nof two lines\n\nSTYLE\n::cue { color: red }\n\nREGION\nid:a\n\n00:01.000 --> 00:02.000\na\n", []media.Cue{{"", 1000, 2000, "a"}}, "", ""},
		{"tags are dropped and entities resolved", "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Li>a <b>b</b> &amp; &lt;c&gt;<00:01.500> d</v>\n", []media.Cue{{"", 1000, 2000, "a b & <c> d"}}, "", ""},
		{"a script stays text", "WEBVTT\n\n00:01.000 --> 00:02.000\n&lt;script&gt;alert(1)&lt;/script&gt;<script>alert(2)</script><img src=x onerror=alert(3)\n", []media.Cue{{"", 1000, 2000, "<script>alert(1)</script>alert(2)"}}, "", ""},
		{"SubRip", "1\n00:00:01,000 --> 00:00:02,500\n<i>a</i>\n\n2\n00:00:03,000 --> 00:00:04,000\n{\\an8}b\n", []media.Cue{{"1", 1000, 2500, "a"}, {"2", 3000, 4000, "b"}}, "", ""},
		{"no header", "hello\n", nil, "no_header", "WEBVTT"},
		{"a header that only looks like one", "WEBVTTX\n\n00:01.000 --> 00:02.000\na\n", nil, "no_header", "WEBVTT"},
		{"nothing in it", "WEBVTT\n\n", nil, "no_cues", ""},
		{"no file at all", "", nil, "no_header", ""},
		{"a bad time is named by line and cue", "WEBVTT\n\n00:01.000 --> 00:02.000\na\n\n00:0x.000 --> 00:04.000\nb\n", nil, "invalid_cue", `Line 6 (cue 2): "00:0x.000"`},
		{"an end before the start", "WEBVTT\n\n00:02.000 --> 00:01.000\na\n", nil, "invalid_cue", "Line 3 (cue 1): the cue ends before it begins"},
		{"a cue without a time", "WEBVTT\n\n1\nhello\n", nil, "invalid_cue", "Line 4"},
		{"an end that is missing", "WEBVTT\n\n00:02.000 -->\na\n", nil, "invalid_cue", "end time"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := media.ParseCaptions(tc.text)
			if tc.code != "" {
				var f *fault.Error
				if !asFault(err, &f) || f.Kind != fault.Invalid || f.Code != tc.code || f.Field != "vtt" || !strings.Contains(f.Message, tc.says) {
					t.Fatalf("%v, want %s: %s", err, tc.code, tc.says)
				}
				return
			}
			if err != nil || len(got) != len(tc.want) {
				t.Fatalf("%v %v", got, err)
			}
			for i := range got {
				if got[i] != tc.want[i] {
					t.Errorf("cue %d is %+v, want %+v", i, got[i], tc.want[i])
				}
			}
		})
	}
}

func FuzzParseCaptions(f *testing.F) {
	f.Add("WEBVTT\n\n00:01.000 --> 00:02.000\na<b>c\n")
	f.Add("1\n00:00:01,000 --> 00:00:02,500\na\n")
	f.Fuzz(func(t *testing.T, text string) {
		cues, err := media.ParseCaptions(text)
		if err != nil {
			return
		}
		// What we write, we read again as the same.
		again, err := media.ParseCaptions(media.WriteVTT(cues))
		if err != nil || len(again) != len(cues) {
			t.Fatalf("%q: %v", text, err)
		}
		for i := range cues {
			if again[i].Text != cues[i].Text || again[i].StartMs != cues[i].StartMs {
				t.Fatalf("%q became %q", cues[i].Text, again[i].Text)
			}
		}
	})
}

func TestCaptions(t *testing.T) {
	t.Parallel()
	f := setup(t)
	id := newID()
	newTusClient(t, f.Service, f.author).create(id, f.institution, media.KindVideo, "a.mp4", 100)
	f.exec(t, `UPDATE assets SET duration_ms = 10000 WHERE id = $1`, id)
	put := func(viewer uuid.UUID, lang string, in media.NewCaptions) (media.Captions, error) {
		return f.PutCaptions(t.Context(), viewer, id, lang, in)
	}
	one := []media.Cue{{ID: "a", StartMs: 2000, EndMs: 3000, Text: " second "}, {StartMs: 0, EndMs: 1500, Text: "first\n\n\tline"}}
	first, err := put(f.author, "zh-CN", media.NewCaptions{Label: "中文", Cues: one})
	if err != nil || first.Version != 1 || len(first.Cues) != 2 || first.Cues[0].Text != "first\nline" || first.Cues[0].ID == "" || first.Cues[1].Text != "second" {
		t.Fatalf("%+v %v", first, err)
	}
	t.Run("a track is read back as it was written", func(t *testing.T) {
		got, err := f.Captions(t.Context(), f.author, id, "zh-CN")
		if err != nil || got.Version != 1 || got.Label != "中文" || got.Cues[1] != first.Cues[1] {
			t.Errorf("%+v %v", got, err)
		}
	})
	t.Run("a stale version is refused, the last one is replaced", func(t *testing.T) {
		for seen, want := range map[int]bool{0: false, 2: false, 1: true} {
			_, err := put(f.author, "zh-CN", media.NewCaptions{Version: seen, VTT: "WEBVTT\n\n00:01.000 --> 00:02.000\na\n"})
			if want != (err == nil) || (err != nil && !fault.Is(err, fault.Conflict)) {
				t.Errorf("version %d: %v", seen, err)
			}
			if seen == 1 {
				break
			}
		}
	})
	t.Run("bad cues are refused and named", func(t *testing.T) {
		for field, cue := range map[string]media.Cue{
			"cues[0].endMs": {StartMs: 5, EndMs: 5, Text: "a"}, "cues[0].startMs": {StartMs: -1, EndMs: 5, Text: "a"},
			"cues[0].text": {StartMs: 1, EndMs: 5, Text: " \n\t"},
		} {
			_, err := put(f.author, "ru", media.NewCaptions{Cues: []media.Cue{cue}})
			var refused *fault.Error
			if !asFault(err, &refused) || refused.Field != field {
				t.Errorf("%s: %v", field, err)
			}
		}
		var refused *fault.Error
		if _, err := put(f.author, "ru", media.NewCaptions{Cues: []media.Cue{{StartMs: 11000, EndMs: 12000, Text: "a"}}}); !asFault(err, &refused) || refused.Code != "after_end" {
			t.Errorf("a cue after the end: %v", err)
		}
		for _, lang := range []string{"", "x", "zh_CN", "../x", strings.Repeat("a", 40)} {
			if _, err := put(f.author, lang, media.NewCaptions{Cues: one}); !fault.Is(err, fault.Invalid) {
				t.Errorf("language %q: %v", lang, err)
			}
		}
	})
	t.Run("a stranger neither sees nor changes a track", func(t *testing.T) {
		if _, err := put(f.stranger, "fr", media.NewCaptions{Cues: one}); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		if _, err := f.Captions(t.Context(), f.stranger, id, "zh-CN"); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		if err := f.DeleteCaptions(t.Context(), f.stranger, id, "zh-CN"); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
	})
	t.Run("a deleted track is gone", func(t *testing.T) {
		if err := f.DeleteCaptions(t.Context(), f.author, id, "zh-CN"); err != nil {
			t.Fatal(err)
		}
		if err := f.DeleteCaptions(t.Context(), f.author, id, "zh-CN"); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
	})
}
