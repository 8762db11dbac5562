package sheet

import (
	"bytes"
	"strings"
	"testing"
)

func TestText(t *testing.T) {
	t.Parallel()
	for _, cell := range []string{"=1+1", "+x", "-x", "@x", "'=x", "''=x", "plain", "'quoted", "", "＝x", "'"} {
		out := Text(cell)
		if strings.ContainsAny(out[:min(1, len(out))], "=+-@") || Plain(out) != cell {
			t.Errorf("%q is written %q and read %q", cell, out, Plain(out))
		}
	}
}

func TestNewWriter(t *testing.T) {
	t.Parallel()
	var file bytes.Buffer
	w, err := NewWriter(&file)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write([]string{"机床", "a,b"}); err != nil {
		t.Fatal(err)
	}
	w.Flush()
	if got, want := file.String(), "\ufeff机床,\"a,b\"\r\n"; w.Error() != nil || got != want {
		t.Errorf("wrote %q, want %q, %v", got, want, w.Error())
	}
}
