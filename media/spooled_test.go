package media_test

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/google/uuid"
)

// spooled counts the bytes of an upload that have reached this copy's disk or, before that, became parts.
func spooled(t testing.TB, dir string, id uuid.UUID) int64 {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(dir, "spool", id.String(), "*"))
	total := int64(0)
	for _, path := range files {
		if info, err := os.Stat(path); err == nil {
			base, _ := strconv.ParseInt(filepath.Base(path), 10, 64)
			total = base + info.Size()
		}
	}
	return total
}
