package language

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"hanzhi/server/fault"
)

func TestLines(t *testing.T) {
	t.Run("lines of no lesson are cut into words with their readings, terms kept whole", func(t *testing.T) {
		w := setup(t)
		w.bank("7223", [2]string{"检查机床", "jiǎn chá jī chuáng"})
		answer := must(w.Lines(w.Context(), uuid.Nil, []string{" 请检查机床。", "你好"}))(w)
		if len(answer.Lines) != 2 || answer.Lines[0].Text != "请检查机床。" {
			t.Fatalf("%+v", answer.Lines)
		}
		var found bool
		for _, token := range answer.Lines[0].Tokens {
			found = found || token.Text == "检查机床" && token.Pinyin == "jiǎn chá jī chuáng"
		}
		if !found || answer.Words["检查机床"].Pinyin == "" {
			t.Errorf("%+v", answer.Lines[0].Tokens)
		}
	})
	t.Run("what the viewer keeps is said so", func(t *testing.T) {
		w := setup(t)
		w.happened(w.learner, "keep", "转速", 0, 0)
		if answer := must(w.Lines(w.Context(), w.learner, []string{"转速"}))(w); !answer.Words["转速"].Kept {
			t.Errorf("%+v", answer.Words)
		}
	})
	t.Run("no lines, too many and too long ones are refused", func(t *testing.T) {
		w := setup(t)
		for _, lines := range [][]string{nil, {" "}, make([]string, mostAskedLines+1), {strings.Repeat("字", longestAskedLine+1)}} {
			if _, err := w.Lines(w.Context(), uuid.Nil, lines); !fault.Is(err, fault.Invalid) {
				t.Errorf("%d lines: %v", len(lines), err)
			}
		}
	})
}
