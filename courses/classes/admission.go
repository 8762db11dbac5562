package classes

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/courses/localize"
	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// Admission is what somebody may be in a class.
type Admission struct {
	Person      uuid.UUID
	Name        string
	Role        string // teacher, student, observer
	Guest       bool
	Title       localize.Text // of the class
	Course      string        // slug
	Languages   []string      // of instruction
	WaitingRoom bool
}

// admissible is how early a class is open before it begins; teachers come in at any time.
const admissible = time.Hour

// Admit says what an account may be in a class: NotFound for who has no part in it, Conflict class_over and
// class_cancelled when there is nothing to join, Conflict class_early when students come too early.
func (s *Service) Admit(ctx context.Context, class, account uuid.UUID) (Admission, error) {
	c, err := oneClass(ctx, s.db, account, class)
	if err != nil {
		return Admission{}, err
	}
	if err := s.joinable(c); err != nil {
		return Admission{}, err
	}
	a := Admission{Person: account, Role: c.Role, Title: c.Title, Course: c.CourseSlug, WaitingRoom: c.WaitingRoom}
	err = s.db.QueryRow(ctx, `SELECT a.name, co.languages FROM accounts a, courses co WHERE a.id = @account AND co.slug = @course`,
		pgx.NamedArgs{"account": account, "course": c.CourseSlug}).Scan(&a.Name, &a.Languages)
	return a, pg.Translate(err, "account", account)
}

func (s *Service) joinable(c Class) error {
	switch {
	case c.State == "ended":
		return fault.New(fault.Conflict, "class_over", "This class is over. Its recording is on the same page.")
	case c.State == "cancelled":
		return fault.New(fault.Conflict, "class_cancelled", "This class has been cancelled.")
	case c.State == "scheduled" && c.Role != "teacher" && s.now().Before(c.StartsAt.Add(-admissible)):
		return fault.New(fault.Conflict, "class_early", "The door opens an hour before the class.")
	}
	return nil
}

// GuestLink is a way in for people without an account.
type GuestLink struct {
	ID         uuid.UUID  `json:"id" format:"uuid"`
	Role       string     `json:"role" enum:"student,observer"`
	ExpiresAt  time.Time  `json:"expiresAt"`
	MostGuests *int       `json:"mostGuests,omitempty" doc:"Absent = no limit."`
	Guests     int        `json:"guests" doc:"Who have come by it."`
	RevokedAt  *time.Time `json:"revokedAt,omitempty"`
}

// NewGuestLink is a link to be made.
type NewGuestLink struct {
	Role       string    `json:"role" enum:"student,observer"`
	ExpiresAt  time.Time `json:"expiresAt,omitzero" doc:"Absent = a day after the class."`
	MostGuests *int      `json:"mostGuests,omitempty" minimum:"1" maximum:"10000"`
}

// MakeGuestLink makes a link and returns its secret, which is not kept: asking again with the same id is a Conflict, since
// nobody could be told it again.
func (s *Service) MakeGuestLink(ctx context.Context, viewer, class, id uuid.UUID, in NewGuestLink) (secret string, err error) {
	if in.Role != "student" && in.Role != "observer" {
		return "", fault.NewInvalid("role", "bad_role", "Guests are students or observers.")
	}
	b := make([]byte, 32)
	rand.Read(b) // never fails
	secret = base64.RawURLEncoding.EncodeToString(b)
	tag, err := s.db.Exec(ctx, `
		INSERT INTO class_guest_links (id, class_id, secret_hash, role, expires_at, most_guests, created_by)
		SELECT @id, c.id, @hash, @role, coalesce(@expires, c.starts_at + make_interval(mins => c.minutes) + interval '1 day'), @most, @viewer
		FROM classes c WHERE c.id = @class AND class_role(@viewer, c.id) = 'teacher' ON CONFLICT (id) DO NOTHING`,
		pgx.NamedArgs{"id": id, "class": class, "hash": hashSecret(secret), "role": in.Role, "expires": orNull(in.ExpiresAt), "most": in.MostGuests, "viewer": viewer})
	if err != nil {
		return "", pg.Translate(err, "guest link", id)
	}
	if tag.RowsAffected() == 0 {
		if c, err := oneClass(ctx, s.db, viewer, class); err != nil || c.Role != "teacher" {
			return "", fault.NewNotFound("class")
		}
		return "", fault.New(fault.Conflict, "id_taken", "This link has been made already; make a new one.")
	}
	return secret, nil
}

func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func hashSecret(secret string) []byte {
	h := sha256.Sum256([]byte(secret))
	return h[:]
}

// GuestLinks lists the links of a class that the viewer leads.
func (s *Service) GuestLinks(ctx context.Context, viewer, class uuid.UUID) ([]GuestLink, error) {
	if c, err := oneClass(ctx, s.db, viewer, class); err != nil || c.Role != "teacher" {
		return nil, fault.NewNotFound("class")
	}
	rows, err := s.db.Query(ctx, `
		SELECT l.id, l.role, l.expires_at, l.most_guests, l.revoked_at, (SELECT count(*) FROM class_guests g WHERE g.link_id = l.id)::int AS guests
		FROM class_guest_links l WHERE l.class_id = @class ORDER BY l.created_at`, pgx.NamedArgs{"class": class})
	if err != nil {
		return nil, pg.Translate(err, "guest links", class)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[GuestLink])
	return list, pg.Translate(err, "guest links", class)
}

// RevokeGuestLink shuts a link; who came by it has to leave.
func (s *Service) RevokeGuestLink(ctx context.Context, viewer, class, id uuid.UUID) error {
	tag, err := s.db.Exec(ctx, `
		UPDATE class_guest_links SET revoked_at = coalesce(revoked_at, now())
		WHERE id = @id AND class_id = @class AND class_role(@viewer, class_id) = 'teacher'`, pgx.NamedArgs{"id": id, "class": class, "viewer": viewer})
	if err == nil && tag.RowsAffected() == 0 {
		return fault.NewNotFound("guest link")
	}
	return pg.Translate(err, "guest link", id)
}

// AdmitGuest lets somebody in by the secret of a link. guest is made by their browser, so that who comes back is the same
// person. The answer is the same for a secret that is wrong, revoked or has run out.
func (s *Service) AdmitGuest(ctx context.Context, class uuid.UUID, secret, name string, guest uuid.UUID) (Admission, error) {
	name = strings.Join(strings.Fields(name), " ")
	if n := utf8.RuneCountInString(name); n == 0 || n > 80 {
		return Admission{}, fault.NewInvalid("name", "bad_name", "Give a name of up to 80 characters.")
	}
	if guest == uuid.Nil {
		return Admission{}, fault.NewInvalid("id", "bad_id", "A guest's id is a UUID made by the client.")
	}
	// What the browser keeps stays a secret of it: the others see an id that is made of it, under which nobody else can come.
	key := guest
	guest = uuid.NewSHA1(key, class[:])
	a := Admission{Person: guest, Name: name, Guest: true}
	err := pg.InTx(ctx, s.db, func(tx pgx.Tx) error {
		var link uuid.UUID
		var state string
		// Nobody may take an account's id: the roster, the grades and the rights go by it.
		err := tx.QueryRow(ctx, `
			SELECT l.id, l.role, c.title, co.slug, co.languages, c.waiting_room, c.state
			FROM class_guest_links l JOIN classes c ON c.id = l.class_id JOIN runs r ON r.id = c.run_id JOIN courses co ON co.id = r.course_id
			WHERE l.class_id = @class AND l.secret_hash = @hash AND l.revoked_at IS NULL AND l.expires_at > @now
			AND NOT EXISTS (SELECT FROM accounts WHERE id IN (@key, @guest)) FOR UPDATE OF l`,
			pgx.NamedArgs{"class": class, "hash": hashSecret(secret), "now": s.now(), "guest": guest, "key": key}).
			Scan(&link, &a.Role, &a.Title, &a.Course, &a.Languages, &a.WaitingRoom, &state)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.New(fault.NotFound, "guest_link", "This link is not good any more. Ask who sent it for a new one.")
		} else if err != nil {
			return pg.Translate(err, "guest link", class)
		}
		if err := s.joinable(Class{State: state, StartsAt: s.now()}); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `
			INSERT INTO class_guests (class_id, guest_id, link_id, name)
			SELECT @class, @guest, l.id, @name FROM class_guest_links l
			WHERE l.id = @link AND (l.most_guests IS NULL OR (SELECT count(*) FROM class_guests g WHERE g.link_id = l.id AND g.guest_id <> @guest) < l.most_guests)
			ON CONFLICT (class_id, guest_id) DO UPDATE SET name = EXCLUDED.name, link_id = EXCLUDED.link_id`,
			pgx.NamedArgs{"class": class, "guest": guest, "link": link, "name": name})
		if err == nil && tag.RowsAffected() == 0 {
			return fault.New(fault.Conflict, "guests_full", "As many guests as this link allows have come already.")
		}
		return pg.Translate(err, "guest", guest)
	})
	return a, err
}

// Roles returns the present roles of those who still have one in the class.
func (s *Service) Roles(ctx context.Context, class uuid.UUID, people []uuid.UUID) (map[uuid.UUID]string, error) {
	rows, err := s.db.Query(ctx, `
		SELECT p, coalesce(class_role(p, @class), (SELECT l.role FROM class_guests g JOIN class_guest_links l ON l.id = g.link_id
			WHERE g.class_id = @class AND g.guest_id = p AND l.revoked_at IS NULL AND l.expires_at > @now)) FROM unnest(@people::uuid[]) AS p`,
		pgx.NamedArgs{"class": class, "people": people, "now": s.now()})
	if err != nil {
		return nil, pg.Translate(err, "roles", class)
	}
	roles := map[uuid.UUID]string{}
	var id uuid.UUID
	var role *string
	_, err = pgx.ForEachRow(rows, []any{&id, &role}, func() error {
		if role != nil {
			roles[id] = *role
		}
		return nil
	})
	return roles, pg.Translate(err, "roles", class)
}

// Subject is what a class is about, for who computes how ready its students are: a teacher of it, its run and its lesson.
// The lesson is uuid.Nil when it is about none.
func (s *Service) Subject(ctx context.Context, class uuid.UUID) (teacher, run, lesson uuid.UUID, err error) {
	err = s.db.QueryRow(ctx, `
		SELECT coalesce((SELECT t.account_id FROM run_teachers t WHERE t.run_id = c.run_id LIMIT 1), c.created_by, '00000000-0000-0000-0000-000000000000'::uuid),
			c.run_id, coalesce(c.lesson_id, '00000000-0000-0000-0000-000000000000'::uuid) FROM classes c WHERE c.id = @class`,
		pgx.NamedArgs{"class": class}).Scan(&teacher, &run, &lesson)
	return teacher, run, lesson, pg.Translate(err, "class", class)
}
