// Package courses is what is taught and learnt: courses with their units, lessons and activities, the runs they are
// taught in, who is enrolled, and how far everybody has come.
//
// Authors work on a draft; publishing copies it into a revision that never changes. Ids are made by the client and stay
// the same in every revision, so progress, which belongs to a learner and an activity, survives every republication.
// Who may see or change what is decided in SQL (may_author, may_learn, may_teach); the viewer is an argument of every
// method, and uuid.Nil is a visitor.
package courses

import (
	"context"
	"time"

	"github.com/google/uuid"
	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// cachedPages is how many courses a copy of the server keeps in memory; one is some 100 KB.
const cachedPages = 256

// Service is the domain's entrance; all its methods may be called concurrently.
type Service struct {
	db      *pgxpool.Pool
	pages   *lru.Cache[uuid.UUID, *page]
	viewers *viewers
	reports *batcher
	now     func() time.Time

	published func(context.Context, pgx.Tx, uuid.UUID) error
}

// New returns a service over a migrated database. Close it to write what it still holds.
func New(db *pgxpool.Pool) *Service {
	pages, err := lru.New[uuid.UUID, *page](cachedPages)
	if err != nil {
		panic(err) // the size is a constant above zero
	}
	s := &Service{db: db, pages: pages, viewers: newViewers(db), now: time.Now}
	s.reports = newBatcher(s.writeProgress)
	return s
}

// OnPublish names what is done in the transaction that publishes a course; it is set before anything is published.
func (s *Service) OnPublish(do func(ctx context.Context, tx pgx.Tx, course uuid.UUID) error) {
	s.published = do
}

// Close finishes what is under way: reports are written, pages answered. What comes later is refused.
func (s *Service) Close() {
	s.reports.close()
	s.viewers.gather.close()
}
