package auth

import (
	"testing"
	"time"

	"github.com/google/uuid"
)

func TestRecord(t *testing.T) {
	t.Parallel()
	whole := Session{
		ID: uuid.New(), AccountID: uuid.New(), Admin: true, Device: "Chrome · Android", Place: "203.0.113.0/24",
		CreatedAt: time.UnixMilli(1_790_000_000_123).UTC(), LastSeenAt: time.UnixMilli(1_790_000_060_456).UTC(), hash: hashKey("", "token"),
	}
	t.Run("a session comes back as it was", func(t *testing.T) {
		t.Parallel()
		for _, x := range []Session{whole, {ID: uuid.New(), CreatedAt: time.UnixMilli(0).UTC(), LastSeenAt: time.UnixMilli(0).UTC()}} {
			if got, err := decode(encode(x)); err != nil || got != x {
				t.Errorf("%+v came back as %+v, %v", x, got, err)
			}
		}
	})
	t.Run("a record that is cut short, too long or of another format is refused", func(t *testing.T) {
		t.Parallel()
		value := encode(whole)
		for n := range value {
			if _, err := decode(value[:n]); err == nil {
				t.Errorf("the first %d bytes are taken for a session", n)
			}
		}
		for _, bad := range []string{value + "x", "{" + value[1:], value[:recordFixed] + "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"} {
			if _, err := decode(bad); err == nil {
				t.Errorf("%q is taken for a session", bad)
			}
		}
	})
}
