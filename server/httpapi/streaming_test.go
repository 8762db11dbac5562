package httpapi

import (
	"testing"

	"github.com/valyala/fasthttp"
)

func TestSpanOf(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, header, ifRange string
		from, n               int64
		refused               bool
	}{
		{"no range is the whole", "", "", 0, 100, false},
		{"first and last", "bytes=0-9", "", 0, 10, false},
		{"from the middle on", "bytes=40-", "", 40, 60, false},
		{"the end", "bytes=-10", "", 90, 10, false},
		{"a suffix longer than the file is the whole", "bytes=-1000", "", 0, 100, false},
		{"a last byte beyond the end is the end", "bytes=90-1000", "", 90, 10, false},
		{"a huge last byte is the end", "bytes=90-99999999999999999999", "", 90, 10, false},
		{"a start beyond the end is refused", "bytes=100-", "", 0, 0, true},
		{"an empty suffix is refused", "bytes=-0", "", 0, 0, true},
		{"a backward range is refused", "bytes=9-3", "", 0, 0, true},
		{"rubbish numbers are refused", "bytes=a-b", "", 0, 0, true},
		{"several ranges are answered whole", "bytes=0-1,5-6", "", 0, 100, false},
		{"another unit is answered whole", "lines=0-1", "", 0, 100, false},
		{"a stale If-Range is answered whole", "bytes=0-9", `"old"`, 0, 100, false},
		{"a true If-Range gets its range", "bytes=0-9", `"tag"`, 0, 10, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var c fasthttp.RequestCtx
			if tc.header != "" {
				c.Request.Header.Set("Range", tc.header)
			}
			if tc.ifRange != "" {
				c.Request.Header.Set("If-Range", tc.ifRange)
			}
			from, n, err := spanOf(&c, `"tag"`, 100)
			if (err != nil) != tc.refused || err == nil && (from != tc.from || n != tc.n) {
				t.Errorf("got %d+%d, %v", from, n, err)
			}
		})
	}
}
