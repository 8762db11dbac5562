package layout

import (
	"strings"
	"testing"
)

func TestGlossTokens(t *testing.T) {
	t.Parallel()
	for gloss, want := range map[string]string{
		"to turn (sth) over": "to turn sth over", "CNC; T-shirt": "cnc t shirt", "café 咖啡": "café", "": "", "3D printing": "3d printing",
	} {
		if got := strings.Join(GlossTokens(gloss), " "); got != want {
			t.Errorf("%q: %q", gloss, got)
		}
	}
}
