package jobs

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"hanzhi/server/fault"
	"hanzhi/server/pg"
	"hanzhi/server/pg/pgtest"
)

// post is a mail server that fails as often as told.
type post struct {
	mu       sync.Mutex
	failures int
	sent     []uuid.UUID
	tidied   int
}

func (p *post) SendMail(_ context.Context, id uuid.UUID) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.failures > 0 {
		p.failures--
		return fault.New(fault.Unavailable, "mail_not_sent", "not now")
	}
	p.sent = append(p.sent, id)
	return nil
}

func (p *post) Tidy(context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tidied++
	return nil
}

func (p *post) state() (sent []uuid.UUID, tidied int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]uuid.UUID(nil), p.sent...), p.tidied
}

func startMail(t *testing.T, p *post) (*pgxpool.Pool, *river.Client[pgx.Tx]) {
	t.Helper()
	db := pgtest.New(t)
	workers := river.NewWorkers()
	client, err := New(db, slog.New(slog.DiscardHandler), workers, AddMail(workers, p), 0)
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
	return db, client
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within 30 s: %s", what)
		}
	}
}

func TestMailJobs(t *testing.T) {
	t.Parallel()
	p := &post{failures: 1}
	db, client := startMail(t, p)
	queue := QueueMail(func() *river.Client[pgx.Tx] { return client })
	kept, dropped := uuid.New(), uuid.New()
	t.Run("a mail of a transaction that fails is never sent", func(t *testing.T) {
		stop := errors.New("stop")
		err := pg.InTx(t.Context(), db, func(tx pgx.Tx) error {
			if err := queue(t.Context(), tx, dropped); err != nil {
				t.Error(err)
			}
			return stop
		})
		if !errors.Is(err, stop) {
			t.Fatal(err)
		}
	})
	t.Run("a mail that does not leave at first leaves later, once", func(t *testing.T) {
		if err := pg.InTx(t.Context(), db, func(tx pgx.Tx) error { return queue(t.Context(), tx, kept) }); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the mail is sent", func() bool { sent, _ := p.state(); return len(sent) > 0 })
		eventually(t, "its job is done", func() bool {
			list, err := client.JobList(t.Context(), river.NewJobListParams().Kinds(SendMail{}.Kind()))
			return err == nil && len(list.Jobs) == 1 && list.Jobs[0].State == rivertype.JobStateCompleted && list.Jobs[0].Attempt == 2
		})
		if sent, _ := p.state(); len(sent) != 1 || sent[0] != kept {
			t.Errorf("sent = %v, want %v", sent, kept)
		}
	})
	t.Run("the outbox is tidied at the start", func(t *testing.T) {
		eventually(t, "tidied", func() bool { _, tidied := p.state(); return tidied == 1 })
	})
}
