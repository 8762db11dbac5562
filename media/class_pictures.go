package media

import (
	"context"
	"path/filepath"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// guestLife is how long a guest sees the pictures of a class without joining again.
const guestLife = 12 * time.Hour

// classPictures serves the pages of decks, and so pictures of polls, to those who are in a class. A thousand turn to a page
// at once: rights, rows and bytes are each asked for once.
type classPictures struct {
	s       *Service
	members *rightsCache // by viewer and class

	mu   sync.RWMutex
	rows map[pageOfClass]shownPage
}

type pageOfClass struct{ class, page uuid.UUID }

// shownPage is where a page's picture lies.
type shownPage struct {
	asset uuid.UUID
	key   string
	bytes int64
	at    time.Time
}

func newClassPictures(s *Service) *classPictures {
	return &classPictures{s: s, members: newRightsCache(classMembers{s.db}), rows: map[pageOfClass]shownPage{}}
}

// classMembers asks the database, which holds the rule for all, who may be in a class.
type classMembers struct{ db *pgxpool.Pool }

func (r classMembers) MayPlay(ctx context.Context, viewer, class uuid.UUID) (bool, error) {
	var may bool
	err := r.db.QueryRow(ctx, `SELECT sees_class(@viewer, @class)`, pgx.NamedArgs{"viewer": viewer, "class": class}).Scan(&may)
	return may, pg.Translate(err, "right to class", class)
}

// GuestToken says who a guest is, who has no account, where pictures of one class are asked for: for some hours, and as long as
// the class knows them.
func (s *Service) GuestToken(class, guest uuid.UUID) (token string, life time.Duration) {
	return s.guests.sign(ticket{asset: class, viewer: guest, expires: time.Now().Add(guestLife)}), guestLife
}

// ClassPicture returns the picture of a page to a member of the class, or to a guest with a token for it; fault.NotFound to
// others. Pages of every deck of the class's institution can be shown in it: their ids are random, and who was never
// shown one does not know it.
func (s *Service) ClassPicture(ctx context.Context, viewer, class, page uuid.UUID, token string) (Content, error) {
	err := s.shown.members.check(ctx, viewer, class)
	if fault.Is(err, fault.Forbidden) {
		// A guest in a browser that is signed in has both.
		if guest, bad := s.guests.check([]byte(token), time.Now()); bad == nil && guest.asset == class {
			err = s.shown.members.check(ctx, guest.viewer, class)
		}
	}
	if fault.Is(err, fault.Forbidden) {
		err = fault.NewNotFound("picture")
	}
	if err != nil {
		return Content{}, err
	}
	row, err := s.shown.row(ctx, class, page)
	if err != nil {
		return Content{}, err
	}
	c, err := s.stream.piece(ctx, pieceKey{asset: row.asset, name: filepath.Base(row.key), n: pieceWhole}, row.key, 0, row.bytes, "image/webp")
	c.CacheControl = cacheControl(true, false)
	return c, err
}

// row finds a page, in memory when it was found just now.
func (p *classPictures) row(ctx context.Context, class, page uuid.UUID) (shownPage, error) {
	key := pageOfClass{class, page}
	p.mu.RLock()
	last, known := p.rows[key]
	p.mu.RUnlock()
	if known && time.Since(last.at) < playFresh {
		return last, nil
	}
	row := shownPage{at: time.Now()}
	err := p.s.db.QueryRow(ctx, `
		SELECT p.asset_id, p.object_key, p.bytes FROM asset_pages p JOIN assets a ON a.id = p.asset_id
		WHERE p.id = @page AND a.deleted_at IS NULL AND class_shows(@class, a.institution_id)`,
		pgx.NamedArgs{"page": page, "class": class}).Scan(&row.asset, &row.key, &row.bytes)
	if err = pg.Translate(err, "picture", page); err != nil {
		if known && fault.Is(err, fault.Unavailable) { // a slide goes on while the database restarts
			return last, nil
		}
		return row, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.rows) >= rightsKept {
		clear(p.rows)
	}
	p.rows[key] = row
	return row, nil
}
