// Package partners knows the institutions that run programmes together and the people who act for them.
package partners

import (
	"context"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/text/language"

	"hanzhi/courses/localize"
	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// Roles are what a person can be in an institution. The platform's administrator is none of them.
var Roles = []string{"student", "teacher", "author", "coordinator", "assessor"}

// Kinds are the kinds of institution.
var Kinds = []string{"college", "university", "company", "ministry", "assessor"}

// Institution is a partner: it runs courses, employs teachers and authors, recognises credits.
type Institution struct {
	ID          uuid.UUID     `json:"id"`
	Slug        string        `json:"slug" doc:"Its name in addresses." example:"harbour-college"`
	Name        localize.Text `json:"name"`
	About       localize.Text `json:"about" doc:"Some plain paragraphs."`
	Kind        string        `json:"kind" enum:"college,university,company,ministry,assessor"`
	Country     string        `json:"country" doc:"ISO 3166-1 alpha-2." example:"ZM"`
	Website     string        `json:"website" doc:"An http or https address, or empty."`
	WordList    string        `json:"wordList" doc:"The list by which its courses show levels of Chinese." example:"hsk2"`
	CourseCount int           `json:"courseCount" doc:"Published courses."`
}

// Filter chooses institutions. Empty fields choose all; the list goes by slug, Cursor names the last one seen.
type Filter struct {
	Query, Country, Kind, Cursor string
	Limit                        int // 0 = 50, at most 200
}

// Service is the package's face; it is safe for concurrent use.
type Service struct{ db *pgxpool.Pool }

// New makes the service.
func New(db *pgxpool.Pool) *Service { return &Service{db: db} }

var (
	nameRule  = localize.Rule{MaxRunes: 200, Required: true}
	aboutRule = localize.Rule{MaxRunes: 5000, Lines: true}
	slugForm  = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
)

const (
	maxSlug    = 80
	maxWebsite = 500
)

// Institutions lists institutions, and the cursor of the next part when there is more.
func (s *Service) Institutions(ctx context.Context, f Filter) (list []Institution, next string, err error) {
	size := pageSize(f.Limit)
	list, err = listInstitutions(ctx, s.db, f, size+1)
	if len(list) > size {
		list = list[:size]
		next = list[size-1].Slug
	}
	return list, next, err
}

// Institution returns the institution of a slug or an id.
func (s *Service) Institution(ctx context.Context, key string) (Institution, error) {
	if id, err := uuid.Parse(key); err == nil {
		return oneInstitution(ctx, s.db, `i.id = @key`, id)
	}
	return oneInstitution(ctx, s.db, `i.slug = @key`, key)
}

// PutInstitution makes the institution, which only an administrator may, or replaces what it says about itself, which
// its coordinators may too. CourseCount is not heeded, an empty WordList stays as it is, and one that is not installed is
// fault.Invalid. A slug that another one has is a fault.Conflict.
func (s *Service) PutInstitution(ctx context.Context, viewer uuid.UUID, in Institution) (out Institution, err error) {
	if in, err = clean(in); err != nil {
		return Institution{}, err
	}
	err = pg.InTx(ctx, s.db, func(tx pgx.Tx) error {
		exists, err := lockInstitution(ctx, tx, in.ID)
		if err != nil {
			return err
		}
		if err := checkWordList(ctx, tx, in.WordList); err != nil {
			return err
		}
		if exists {
			err = replaceInstitution(ctx, tx, viewer, in)
		} else {
			err = insertInstitution(ctx, tx, viewer, in)
		}
		if err != nil {
			return err
		}
		out, err = oneInstitution(ctx, tx, `i.id = @key`, in.ID)
		return err
	})
	return out, err
}

func clean(in Institution) (_ Institution, err error) {
	if in.ID == uuid.Nil {
		return in, fault.NewInvalid("id", "required", "An institution needs an id.")
	}
	if len(in.Slug) > maxSlug || !slugForm.MatchString(in.Slug) {
		return in, fault.NewInvalid("slug", "slug_invalid", "The name in addresses has small Latin letters, digits and single hyphens, %d at most.", maxSlug)
	}
	if in.Name, err = nameRule.Clean("name", in.Name); err != nil {
		return in, err
	}
	if in.About, err = aboutRule.Clean("about", in.About); err != nil {
		return in, err
	}
	if !slices.Contains(Kinds, in.Kind) {
		return in, fault.NewInvalid("kind", "kind_invalid", "The kind must be one of %s.", strings.Join(Kinds, ", "))
	}
	if !isCountry(in.Country) {
		return in, fault.NewInvalid("country", "country_invalid", "The country must be two capital letters of ISO 3166-1, such as ZM.")
	}
	in.Website, err = cleanWebsite(in.Website)
	return in, err
}

func isCountry(code string) bool {
	r, err := language.ParseRegion(code)
	return err == nil && len(code) == 2 && r.IsCountry() && r.String() == code
}

// cleanWebsite takes web addresses only: the front end makes a link of it, and javascript: must not become one.
func cleanWebsite(address string) (string, error) {
	address = strings.TrimSpace(address)
	if address == "" {
		return "", nil
	}
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" || u.User != nil || len(address) > maxWebsite {
		return "", fault.NewInvalid("website", "website_invalid", "The website must be an address such as https://example.org, %d characters at most.", maxWebsite)
	}
	return u.String(), nil
}

func pageSize(limit int) int {
	if limit <= 0 {
		return 50
	}
	return min(limit, 200)
}

// Member is a person's part in an institution.
type Member struct {
	AccountID uuid.UUID `json:"accountId"`
	Name      string    `json:"name"`
	Email     string    `json:"email"`
	Roles     []string  `json:"roles" doc:"In alphabetical order; empty when the person has just been removed."`
	JoinedAt  time.Time `json:"joinedAt"`
}

// Membership is the same seen from the person.
type Membership struct {
	InstitutionID   uuid.UUID     `json:"institutionId"`
	InstitutionSlug string        `json:"institutionSlug"`
	InstitutionName localize.Text `json:"institutionName"`
	Roles           []string      `json:"roles"`
}

// MayAuthor reports whether the role opens the studio; what may be changed there is decided course by course.
func (m Membership) MayAuthor() bool {
	return slices.Contains(m.Roles, "author") || slices.Contains(m.Roles, "coordinator")
}
