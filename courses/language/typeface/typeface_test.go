package typeface

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"hanzhi/courses/language/typeface/layout"
)

// upTo returns all characters of the words of HSK 2.0 up to a level.
func upTo(t *testing.T, level int) string {
	t.Helper()
	body, err := os.ReadFile("../../../frontend/node_modules/cedict/hsk.json")
	if err != nil {
		t.Skip("the list of HSK 2.0 is not installed")
	}
	var lists [][]string
	if err := json.Unmarshal(bytes.TrimPrefix(body, []byte("\ufeff")), &lists); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, list := range lists[:level] {
		b.WriteString(strings.Join(list, ""))
	}
	return b.String()
}

func TestMake(t *testing.T) {
	t.Parallel()
	t.Run("the characters of HSK 1 to 3 are less than 110 KB", func(t *testing.T) {
		t.Parallel()
		if _, err := load(); err != nil {
			t.Fatal(err)
		}
		characters, err := Characters(upTo(t, 3))
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		font, err := Make(characters)
		if err != nil {
			t.Fatal(err)
		}
		took := time.Since(start)
		t.Logf("%d characters, %d bytes, %v", len([]rune(characters)), len(font), took)
		if len(font) > 110<<10 {
			t.Errorf("%d bytes", len(font))
		}
		if name := os.Getenv("HANZHI_FONT"); name != "" {
			if err := os.WriteFile(name, font, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	})
	t.Run("a text makes the same font and name in any order, and what the typeface lacks is left out", func(t *testing.T) {
		t.Parallel()
		a, err := Characters("机床 G01 检查😀\U0002A6D6\x00机")
		if err != nil {
			t.Fatal(err)
		}
		b, _ := Characters("查床检机")
		if a != b || Name(a) != Name(b) || Name(a) == Name("床") || len(Name(a)) != 32 {
			t.Errorf("%q and %q", a, b)
		}
		one, _ := Make(a)
		two, _ := Make("查床检机\U0002A6D6")
		if !bytes.Equal(one, two) || len(one) > 4<<10 {
			t.Errorf("%d and %d bytes", len(one), len(two))
		}
	})
	t.Run("a font of nothing is a font", func(t *testing.T) {
		t.Parallel()
		font, err := Make("")
		if err != nil || string(font[:4]) != "wOF2" {
			t.Error(err)
		}
	})
}

func TestTable(t *testing.T) {
	t.Parallel()
	t.Run("a broken table is refused", func(t *testing.T) {
		t.Parallel()
		for _, b := range [][]byte{nil, []byte("typeface0"), []byte("typeface1"), []byte("typeface1xxxxxxx")} {
			if _, err := layout.Decode(b); err == nil {
				t.Errorf("%q is read", b)
			}
		}
	})
	t.Run("all characters that have strokes to learn can be shown", func(t *testing.T) {
		t.Parallel()
		got, err := Characters(upTo(t, 6))
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range upTo(t, 6) {
			if r > 0x4e00 && !strings.ContainsRune(got, r) {
				t.Errorf("%c is missing", r)
			}
		}
	})
}
