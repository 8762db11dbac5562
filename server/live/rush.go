package live

import (
	"context"
	"runtime"
	"runtime/debug"
	"time"
)

// rush is how many connections more or fewer there must be since memory was last given back.
const rush = 500

// giveBack returns memory to the system once a rush is over. A thousand people who come within seconds make the heap and
// their stacks grow to what handshakes and greetings need; in the quiet class that follows, the collector would find
// that out only after minutes, and the system get little of it back.
func (h *Hub) giveBack(ctx context.Context) {
	settled, before := 0, 0
	every(ctx, 2*time.Second, func(context.Context) {
		now := h.Connections()
		moving := distance(now, before) > rush/10
		before = now
		if moving || distance(now, settled) < rush {
			return
		}
		settled = now
		runtime.GC() // stacks shrink by half in each collection
		debug.FreeOSMemory()
	})
}

func distance(a, b int) int { return max(a-b, b-a) }
