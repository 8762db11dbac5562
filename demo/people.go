package demo

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"hanzhi/demo/content"
)

// college is the institution of the demo courses: named for what it is, so that nobody takes it for a real one.
var college = struct {
	slug, kind, country string
	name, about         content.Text
}{
	slug: "demo-vocational-college", kind: "college", country: "CN",
	name: content.Text{En: "Demonstration Vocational College", Zh: "示范职业技术学院", Ru: "Демонстрационный профессиональный колледж",
		Fr: "Collège professionnel de démonstration", Ar: "الكلية المهنية التجريبية"},
	about: content.Text{
		En: "A college made up to show the platform. Its three courses are real ones.",
		Zh: "为展示平台而虚拟的学校，三门课程内容真实。",
		Ru: "Колледж придуман для показа платформы. Три его курса — настоящие.",
		Fr: "Un collège imaginé pour présenter la plateforme. Ses trois cours sont de vrais cours.",
		Ar: "كلية متخيَّلة لعرض المنصة، أما مقرراتها الثلاثة فحقيقية."},
}

// prepare signs in the author and sees to the institution and the roles in it.
func (l *loader) prepare(ctx context.Context) error {
	accounts := l.options.Accounts
	admin, err := signIn(ctx, l.options, accounts.Admin, false)
	if err != nil {
		return err
	}
	l.admin = admin
	if l.author, err = signIn(ctx, l.options, accounts.Author, true); err != nil {
		return err
	}
	for _, a := range []Account{accounts.Teacher, accounts.Student} {
		if _, err := signIn(ctx, l.options, a, true); err != nil {
			return err
		}
	}
	if err := l.found(ctx, admin); err != nil {
		return err
	}
	for _, m := range []struct {
		account Account
		role    string
	}{{accounts.Author, "author"}, {accounts.Teacher, "teacher"}, {accounts.Student, "student"}} {
		if err := l.join(ctx, admin, m.account, m.role); err != nil {
			return err
		}
	}
	return nil
}

// found makes the institution, unless there is one at its address.
func (l *loader) found(ctx context.Context, admin *client) error {
	var known struct{ ID uuid.UUID }
	err := admin.call(ctx, http.MethodGet, "/api/institutions/"+college.slug, nil, &known)
	if err == nil || status(err) != http.StatusNotFound {
		l.institution = known.ID
		return err
	}
	l.institution = id("institution", college.slug)
	return admin.call(ctx, http.MethodPut, "/api/institutions/"+l.institution.String(), map[string]any{
		"slug": college.slug, "kind": college.kind, "country": college.country, "name": college.name.Map(), "about": college.about.Map(),
	}, nil)
}

// join gives an account a role, next to those it may have.
func (l *loader) join(ctx context.Context, admin *client, a Account, role string) error {
	c, err := signIn(ctx, l.options, a, false)
	if err != nil {
		return err
	}
	var session struct {
		Memberships []struct {
			InstitutionID uuid.UUID
			Roles         []string
		}
	}
	if err := c.call(ctx, http.MethodGet, "/api/session", nil, &session); err != nil {
		return err
	}
	roles := []string{role}
	for _, m := range session.Memberships {
		for _, r := range m.Roles {
			if m.InstitutionID == l.institution && r == role {
				return nil
			}
			if m.InstitutionID == l.institution {
				roles = append(roles, r)
			}
		}
	}
	return admin.call(ctx, http.MethodPut, "/api/institutions/"+l.institution.String()+"/members", map[string]any{"email": a.Email, "roles": roles}, nil)
}

// enrol gives the demo student a place in a run, so that there is something to continue.
func (l *loader) enrol(ctx context.Context, course, run uuid.UUID) error {
	student, err := signIn(ctx, l.options, l.options.Accounts.Student, false)
	if err != nil {
		return err
	}
	err = student.call(ctx, http.MethodPut, "/api/enrolments/"+id("enrolment", run.String()).String(), map[string]any{"courseId": course, "runId": run}, nil)
	if status(err) == http.StatusConflict {
		return nil // enrolled by hand meanwhile, or the run is full or over: nothing to put right
	}
	return err
}
