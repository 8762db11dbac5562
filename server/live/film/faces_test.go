package film

import (
	"bytes"
	"context"
	"io"
	"testing"
)

func TestPicturesStayBetweenPieces(t *testing.T) {
	t.Parallel()
	files := map[string][]byte{"a": bytes.Repeat([]byte{1}, 6*3), "b": nil, "c": bytes.Repeat([]byte{3}, 6*5)}
	s := &stream{width: 2, height: 2, bridge: faceBridge,
		pieces: []Piece{{From: 1000, To: 1600, Key: "a"}, {From: 1900, To: 2500, Key: "b"}, {From: 6000, To: 7000, Key: "c"}},
		open: func(_ context.Context, key string, _, _ int, _ bool) (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader(files[key])), nil
		}}
	for _, tc := range []struct {
		now  int64
		want byte // 0 = no picture
		what string
	}{
		{800, 0, "before the first"}, {1000, 1, "the first"}, {1700, 1, "between two that are one"}, {2000, 1, "a piece that cannot be read"},
		{3000, 0, "a long break"}, {6000, 3, "after it"}, {6800, 3, "the last"}, {7000, 0, "the end"},
	} {
		got, err := s.show(t.Context(), tc.now)
		if err != nil || (got == nil) != (tc.want == 0) || got != nil && got[0] != tc.want {
			t.Errorf("%s: %v %v", tc.what, got, err)
		}
	}
}
