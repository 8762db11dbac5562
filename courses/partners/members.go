package partners

import (
	"context"
	"encoding/base64"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/courses/localize"
	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// Memberships lists where the account has a role, by slug.
func (s *Service) Memberships(ctx context.Context, account uuid.UUID) ([]Membership, error) {
	return listMemberships(ctx, s.db, account)
}

// Taught is a run that a person teaches.
type Taught struct {
	RunID       uuid.UUID     `json:"runId"`
	CourseSlug  string        `json:"courseSlug"`
	CourseTitle localize.Text `json:"courseTitle"`
	RunTitle    localize.Text `json:"runTitle"`
}

// Teaches lists the runs that the account teaches, the latest first; those that ended three months ago are history.
func (s *Service) Teaches(ctx context.Context, account uuid.UUID) ([]Taught, error) {
	return listTaught(ctx, s.db, account)
}

// MemberFilter chooses members whose name or address holds the query; the list goes by name.
type MemberFilter struct {
	Query, Cursor string
	Limit         int // 0 = 50, at most 200
}

// Members lists who acts for an institution, for its coordinators and administrators: fault.Forbidden for others.
func (s *Service) Members(ctx context.Context, viewer, institution uuid.UUID, f MemberFilter) (list []Member, next string, err error) {
	name, id, err := parseCursor(f.Cursor)
	if err != nil {
		return nil, "", err
	}
	if err := requireCoordinator(ctx, s.db, viewer, institution); err != nil {
		return nil, "", err
	}
	size := pageSize(f.Limit)
	list, err = listMembers(ctx, s.db, viewer, institution, f.Query, name, id, size+1)
	if len(list) > size {
		list = list[:size]
		next = cursor(list[size-1])
	}
	return list, next, err
}

// SetMember gives the account of an address exactly these roles in the institution; none removes it. An address without
// an account is fault.Invalid (no_account), and an institution keeps at least one coordinator: fault.Conflict.
func (s *Service) SetMember(ctx context.Context, viewer, institution uuid.UUID, email string, roles []string) (m Member, err error) {
	roles, err = cleanRoles(roles)
	if err != nil {
		return Member{}, err
	}
	err = pg.InTx(ctx, s.db, func(tx pgx.Tx) error {
		// Two coordinators who remove each other at the same moment take turns here.
		if exists, err := lockInstitution(ctx, tx, institution); err != nil || !exists {
			return missing(err)
		}
		if err := requireCoordinator(ctx, tx, viewer, institution); err != nil {
			return err
		}
		account, err := accountByEmail(ctx, tx, viewer, institution, email)
		if err != nil {
			return err
		}
		m, err = s.setRoles(ctx, tx, viewer, institution, account, roles)
		return err
	})
	return m, err
}

func (s *Service) setRoles(ctx context.Context, tx pgx.Tx, viewer, institution, account uuid.UUID, roles []string) (Member, error) {
	before, err := countCoordinators(ctx, tx, institution)
	if err != nil {
		return Member{}, err
	}
	if err := replaceRoles(ctx, tx, viewer, institution, account, roles); err != nil {
		return Member{}, err
	}
	after, err := countCoordinators(ctx, tx, institution)
	if err != nil {
		return Member{}, err
	}
	if before > 0 && after == 0 {
		return Member{}, fault.New(fault.Conflict, "last_coordinator", "This is the institution's only coordinator. Appoint another one first.")
	}
	return memberOf(ctx, tx, institution, account)
}

func missing(err error) error {
	if err != nil {
		return err
	}
	return fault.NewNotFound("institution")
}

// cleanRoles refuses unknown roles and orders the rest.
func cleanRoles(roles []string) ([]string, error) {
	// Never nil, which SQL would take for NULL.
	clean := append([]string{}, roles...)
	slices.Sort(clean)
	clean = slices.Compact(clean)
	for _, r := range clean {
		if !slices.Contains(Roles, r) {
			return nil, fault.NewInvalid("roles", "role_invalid", "A role must be one of %s.", strings.Join(Roles, ", "))
		}
	}
	return clean, nil
}

// cursor names the last member seen, for a list by name and then id.
func cursor(m Member) string {
	return base64.RawURLEncoding.EncodeToString([]byte(m.AccountID.String() + m.Name))
}

func parseCursor(c string) (name string, id uuid.UUID, err error) {
	if c == "" {
		return "", uuid.Nil, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(c)
	if err == nil && len(b) >= 36 {
		id, err = uuid.Parse(string(b[:36]))
		name = strings.ToValidUTF8(strings.ReplaceAll(string(b[36:]), "\x00", ""), "")
	}
	if err != nil || len(b) < 36 {
		return "", uuid.Nil, fault.NewInvalid("page", "page_invalid", "This is not a page that we gave out.")
	}
	return name, id, nil
}
