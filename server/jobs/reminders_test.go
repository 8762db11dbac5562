package jobs

import (
	"context"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/riverqueue/river"

	"hanzhi/server/pg/pgtest"
)

// clerk counts how often it was asked to write what is due.
type clerk struct{ asked atomic.Int32 }

func (c *clerk) Remind(context.Context) error {
	c.asked.Add(1)
	return nil
}

func TestReminders(t *testing.T) {
	t.Parallel()
	t.Run("what is due is written from the start on", func(t *testing.T) {
		t.Parallel()
		var c clerk
		workers := river.NewWorkers()
		client, err := New(pgtest.New(t), slog.New(slog.DiscardHandler), workers, AddReminders(workers, &c), 0)
		if err != nil {
			t.Fatal(err)
		}
		if err := client.Start(context.Background()); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			defer cancel()
			if err := client.StopAndCancel(ctx); err != nil {
				t.Errorf("stop: %v", err)
			}
		})
		eventually(t, "asked to write what is due", func() bool { return c.asked.Load() > 0 })
	})
}
