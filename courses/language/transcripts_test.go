package language

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"hanzhi/server/fault"
)

// shownParts is a line with what was found in brackets.
func shownParts(parts []Part) string {
	var b strings.Builder
	for _, p := range parts {
		if p.Hit {
			b.WriteString("[" + p.Text + "]")
		} else {
			b.WriteString(p.Text)
		}
	}
	return b.String()
}

func (w *world) searched(viewer uuid.UUID, query string) (lines []string) {
	w.Helper()
	t := must(w.SearchTranscripts(w.Context(), viewer, "lathe", TranscriptFilter{Query: query, Limit: 100}))(w)
	for _, l := range t.Lessons {
		for _, h := range l.Hits {
			at := ""
			if h.StartMs != nil {
				at = fmt.Sprint(*h.StartMs)
			}
			lines = append(lines, at+" "+shownParts(h.Parts))
		}
	}
	return lines
}

func TestSearchTranscripts(t *testing.T) {
	t.Run("lines are found by hanzi, by pinyin in any form, by meaning and by translation", func(t *testing.T) {
		w := setup(t)
		for query, want := range map[string]string{
			"转速":           "2000 [转速]要好！|4000 请戴帽子，[转速] 1200。",
			"zhuansu":      "2000 [转速]要好！|4000 请戴帽子，[转速] 1200。",
			"zhuàn sù":     "2000 [转速]要好！|4000 请戴帽子，[转速] 1200。",
			"zhuan4su4":    "2000 [转速]要好！|4000 请戴帽子，[转速] 1200。",
			"Zhuan4 su":    "2000 [转速]要好！|4000 请戴帽子，[转速] 1200。",
			"zhuan1 su4":   "",
			"zhuan2su":     "",
			"jianch":       "0 请先[检查]机床。",
			"hao":          "2000 转速要[好]！",
			"machine tool": "0 请先检查[机床]。",
			"line 1":       "2000 [Line 1]",
			"LINE 2":       "4000 [Line 2]",
			"手套":           " [手套]",
			"\"":           "", "%": "", "\\": "", "x": "", "ü": "", "，": "4000 请戴帽子[，]转速 1200。", "😀": "",
		} {
			if got := strings.Join(w.searched(uuid.Nil, query), "|"); got != want {
				t.Errorf("%q finds %q, want %q", query, got, want)
			}
		}
	})
	t.Run("who may not open a lesson does not find its lines, and is told how many lessons were left out", func(t *testing.T) {
		w := setup(t)
		open := must(w.SearchTranscripts(w.Context(), uuid.Nil, "lathe", TranscriptFilter{Query: "转速", Limit: 9}))(w)
		all := must(w.SearchTranscripts(w.Context(), w.learner, "lathe", TranscriptFilter{Query: "转速", Limit: 9}))(w)
		if open.Total != 2 || open.Closed != 1 || all.Total != 4 || all.Closed != 0 || len(all.Lessons) != 2 {
			t.Errorf("open %+v, all %+v", open, all)
		}
		_, err := w.SearchTranscripts(w.Context(), w.learner, "none", TranscriptFilter{Query: "转"})
		wantFault(t, err, fault.NotFound, "")
		_, err = w.SearchTranscripts(w.Context(), w.learner, "lathe", TranscriptFilter{Query: " "})
		wantFault(t, err, fault.Invalid, "required")
	})
	t.Run("pages have every line once", func(t *testing.T) {
		w := setup(t)
		var lines []string
		from := 0
		for {
			page := must(w.SearchTranscripts(w.Context(), w.learner, "lathe", TranscriptFilter{Query: "转速", From: from, Limit: 1}))(w)
			for _, l := range page.Lessons {
				for _, h := range l.Hits {
					lines = append(lines, fmt.Sprint(l.LessonID, *h.StartMs))
				}
			}
			if from = page.Next; from == 0 {
				break
			}
		}
		if len(lines) != 4 || lines[0] == lines[1] || lines[1] == lines[2] {
			t.Errorf("lines %v", lines)
		}
	})
	t.Run("a corrected line is found as it is now", func(t *testing.T) {
		w := setup(t)
		w.searched(w.learner, "转速")
		w.caption(w.video, "en", []string{"Check the lathe"})
		if got := w.searched(uuid.Nil, "check the"); len(got) != 1 {
			t.Errorf("found %v", got)
		}
		w.caption(w.video, "zh-CN", []string{"主轴"})
		if got := w.searched(uuid.Nil, "转速"); len(got) != 0 {
			t.Errorf("found %v", got)
		}
	})
	t.Run("fifty transcripts of half an hour answer in 200 ms once they were read", func(t *testing.T) {
		w := setup(t)
		videos := map[uuid.UUID]uuid.UUID{}
		for n := range 50 {
			var lines []string
			for i := range 600 {
				lines = append(lines, fmt.Sprintf("第%d课第%d句，请先检查机床的转速再开始工作。", n, i))
			}
			videos[newID()] = w.addVideo(lines)
		}
		w.publish("fifty", "7223", videos)
		w.exec(`INSERT INTO enrolments (id, account_id, course_id) SELECT $1, $2, id FROM courses WHERE slug = 'fifty'`, newID(), w.learner)
		for _, query := range []string{"检查", "zhuansu", "machine tool", "line 7", "nothing at all"} {
			must(w.SearchTranscripts(w.Context(), w.learner, "fifty", TranscriptFilter{Query: query, Limit: 30}))(w)
			start := time.Now()
			found := must(w.SearchTranscripts(w.Context(), w.learner, "fifty", TranscriptFilter{Query: query, Limit: 30}))(w)
			took := time.Since(start)
			t.Logf("%s: %d lines in %v", query, found.Total, took)
			if took > 20*time.Second { // for busy machines under -race
				t.Errorf("%s took %v", query, took)
			}
		}
	})
}
