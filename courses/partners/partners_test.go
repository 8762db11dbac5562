package partners

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"hanzhi/courses/localize"
	"hanzhi/server/fault"
	"hanzhi/server/pg/pgtest"
)

type stage struct {
	*Service
	db    *pgxpool.Pool
	admin uuid.UUID
}

func setup(t *testing.T) *stage {
	t.Helper()
	db := pgtest.New(t)
	s := &stage{Service: New(db), db: db}
	s.admin = s.account(t, "Admin")
	s.exec(t, `UPDATE accounts SET platform_admin = true WHERE id = $1`, s.admin)
	return s
}

func (s *stage) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	if _, err := s.db.Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

// account makes one whose address is <id>@example.org.
func (s *stage) account(t *testing.T, name string) uuid.UUID {
	t.Helper()
	id := uuid.Must(uuid.NewV7())
	s.exec(t, `INSERT INTO accounts (id, email, name, password_hash) VALUES ($1, $2, $3, '-')`, id, address(id), name)
	return id
}

func address(account uuid.UUID) string { return account.String() + "@example.org" }

// institution makes one with a coordinator.
func (s *stage) institution(t *testing.T) (id, coordinator uuid.UUID) {
	t.Helper()
	in := sample()
	if _, err := s.PutInstitution(t.Context(), s.admin, in); err != nil {
		t.Fatal(err)
	}
	coordinator = s.account(t, "Coordinator")
	if _, err := s.SetMember(t.Context(), s.admin, in.ID, address(coordinator), []string{"coordinator"}); err != nil {
		t.Fatal(err)
	}
	return in.ID, coordinator
}

func sample() Institution {
	id := uuid.Must(uuid.NewV7())
	return Institution{
		ID: id, Slug: "college-" + id.String(), Name: localize.Text{"en": "Harbour College", "zh-CN": "港湾职业学院"}, About: localize.Text{"en": "Two\nlines"},
		Kind: "college", Country: "ZM", Website: "https://college.example/",
	}
}

func want(t *testing.T, err error, kind fault.Kind, code, field string) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != kind || f.Code != code || f.Field != field {
		t.Fatalf("got %v, want %v %s (%s)", err, kind, code, field)
	}
}

func TestPutInstitution(t *testing.T) {
	t.Parallel()
	s := setup(t)
	t.Run("an administrator makes one, and making it again changes nothing", func(t *testing.T) {
		t.Parallel()
		in := sample()
		for range 2 {
			out, err := s.PutInstitution(t.Context(), s.admin, in)
			if err != nil || out.ID != in.ID || !out.Name.Equal(in.Name) || !out.About.Equal(in.About) || out.Kind != in.Kind || out.Country != in.Country || out.Website != in.Website || out.CourseCount != 0 {
				t.Fatalf("institution = %+v, %v", out, err)
			}
		}
		for _, key := range []string{in.Slug, in.ID.String()} {
			if got, err := s.Institution(t.Context(), key); err != nil || got.ID != in.ID {
				t.Errorf("institution = %+v, %v", got, err)
			}
		}
		if got, err := s.Institution(t.Context(), "../x\x00"); err == nil {
			t.Errorf("institution = %+v, %v", got, err)
		}
	})
	t.Run("its coordinator changes it, nobody else does", func(t *testing.T) {
		t.Parallel()
		id, coordinator := s.institution(t)
		_, other := s.institution(t)
		in := sample()
		in.ID, in.About = id, nil
		if out, err := s.PutInstitution(t.Context(), coordinator, in); err != nil || out.Slug != in.Slug || len(out.About) != 0 || out.About == nil {
			t.Fatalf("institution = %+v, %v", out, err)
		}
		author := s.account(t, "Author")
		if _, err := s.SetMember(t.Context(), coordinator, id, address(author), []string{"author", "teacher"}); err != nil {
			t.Fatal(err)
		}
		in.Slug = "taken-over"
		for _, viewer := range []uuid.UUID{other, author, uuid.Nil} {
			_, err := s.PutInstitution(t.Context(), viewer, in)
			want(t, err, fault.Forbidden, "forbidden", "")
		}
		_, err := s.Institution(t.Context(), "taken-over")
		want(t, err, fault.NotFound, "not_found", "")
	})
	t.Run("a coordinator makes no new one", func(t *testing.T) {
		t.Parallel()
		_, coordinator := s.institution(t)
		_, err := s.PutInstitution(t.Context(), coordinator, sample())
		want(t, err, fault.Forbidden, "forbidden", "")
	})
	t.Run("a slug belongs to one", func(t *testing.T) {
		t.Parallel()
		a, b := sample(), sample()
		b.Slug = a.Slug
		if _, err := s.PutInstitution(t.Context(), s.admin, a); err != nil {
			t.Fatal(err)
		}
		_, err := s.PutInstitution(t.Context(), s.admin, b)
		want(t, err, fault.Conflict, "slug_taken", "slug")
	})
	for name, c := range map[string]struct {
		change      func(*Institution)
		field, code string
	}{
		"no id":                    {func(i *Institution) { i.ID = uuid.Nil }, "id", "required"},
		"a slug with capitals":     {func(i *Institution) { i.Slug = "Harbour" }, "slug", "slug_invalid"},
		"a slug of 81 letters":     {func(i *Institution) { i.Slug = strings.Repeat("a", 81) }, "slug", "slug_invalid"},
		"no name":                  {func(i *Institution) { i.Name = nil }, "name", "required"},
		"a long name":              {func(i *Institution) { i.Name["ru"] = strings.Repeat("я", 201) }, "name.ru", "too_long"},
		"an unknown language":      {func(i *Institution) { i.About["xx"] = "x" }, "about", "unknown_locale"},
		"an unknown kind":          {func(i *Institution) { i.Kind = "pub" }, "kind", "kind_invalid"},
		"a country that is none":   {func(i *Institution) { i.Country = "XX" }, "country", "country_invalid"},
		"a country in small":       {func(i *Institution) { i.Country = "zm" }, "country", "country_invalid"},
		"a script for a website":   {func(i *Institution) { i.Website = "javascript:alert(1)" }, "website", "website_invalid"},
		"a website with a secret":  {func(i *Institution) { i.Website = "https://me:pw@college.example" }, "website", "website_invalid"},
		"a website without a host": {func(i *Institution) { i.Website = "https:///x" }, "website", "website_invalid"},
		"a website of 600 letters": {func(i *Institution) { i.Website = "https://college.example/" + strings.Repeat("a", 600) }, "website", "website_invalid"},
	} {
		t.Run(name+" is refused by name of the field", func(t *testing.T) {
			t.Parallel()
			in := sample()
			c.change(&in)
			_, err := s.PutInstitution(t.Context(), s.admin, in)
			want(t, err, fault.Invalid, c.code, c.field)
		})
	}
}

func TestInstitutions(t *testing.T) {
	t.Parallel()
	s := setup(t)
	for i, x := range []struct{ name, country, kind string }{
		{"Lusaka 100% College", "ZM", "college"}, {"Ташкентский колледж", "UZ", "college"}, {"万象铁路公司", "LA", "company"}, {"Ministère du Travail", "ZM", "ministry"},
	} {
		in := sample()
		in.Slug, in.Name, in.Country, in.Kind = fmt.Sprintf("partner-%d", i), localize.Text{"en": x.name}, x.country, x.kind
		if _, err := s.PutInstitution(t.Context(), s.admin, in); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		filter Filter
		slugs  string
	}{
		{Filter{}, "0123"}, {Filter{Country: "ZM"}, "03"}, {Filter{Kind: "college"}, "01"}, {Filter{Country: "ZM", Kind: "ministry"}, "3"},
		{Filter{Query: " колледж "}, "1"}, {Filter{Query: "КОЛЛЕДЖ"}, "1"}, {Filter{Query: "铁路"}, "2"}, {Filter{Query: "minist"}, "3"}, {Filter{Query: "partner-2"}, "2"},
		{Filter{Query: "%"}, "0"}, {Filter{Query: "_"}, ""}, {Filter{Query: `\`}, ""}, {Filter{Query: "' OR 1=1 --"}, ""}, {Filter{Query: "en"}, ""},
	} {
		list, next, err := s.Institutions(t.Context(), c.filter)
		got := ""
		for _, i := range list {
			got += strings.TrimPrefix(i.Slug, "partner-")
		}
		if err != nil || got != c.slugs || next != "" || list == nil {
			t.Errorf("%+v finds %q, %q, %v; want %q", c.filter, got, next, err, c.slugs)
		}
	}
	t.Run("pages follow each other without gap or overlap", func(t *testing.T) {
		got, cursor := []string{}, ""
		for range 4 {
			list, next, err := s.Institutions(t.Context(), Filter{Limit: 1, Cursor: cursor})
			if err != nil || len(list) != 1 {
				t.Fatalf("list = %+v, %v", list, err)
			}
			got, cursor = append(got, list[0].Slug), next
		}
		if cursor != "" || !slices.IsSorted(got) || len(slices.Compact(got)) != 4 {
			t.Errorf("pages = %v, then %q", got, cursor)
		}
	})
	t.Run("only published courses are counted", func(t *testing.T) {
		one, err := s.Institution(t.Context(), "partner-0")
		if err != nil {
			t.Fatal(err)
		}
		for _, state := range []string{"draft", "published", "published", "archived"} {
			id := uuid.New()
			s.exec(t, `INSERT INTO courses (id, institution_id, slug, format, title) VALUES ($1, $2, 'c-' || $1::uuid, 'micro', '{}')`, id, one.ID)
			s.exec(t, `INSERT INTO revisions (course_id, number, hash, course, outline) VALUES ($1, 1, '', '{}', '[]')`, id)
			s.exec(t, `UPDATE courses SET state = $2, revision = CASE WHEN $2 = 'published' THEN 1 END WHERE id = $1`, id, state)
		}
		if one, err = s.Institution(t.Context(), "partner-0"); err != nil || one.CourseCount != 2 {
			t.Errorf("%d courses, %v", one.CourseCount, err)
		}
	})
}

func TestSetMember(t *testing.T) {
	t.Parallel()
	s := setup(t)
	t.Run("roles are what was last said", func(t *testing.T) {
		t.Parallel()
		id, coordinator := s.institution(t)
		person := s.account(t, "Person")
		for _, c := range []struct{ roles, want []string }{
			{[]string{"teacher", "author", "teacher"}, []string{"author", "teacher"}}, {[]string{"author", "assessor"}, []string{"assessor", "author"}}, {nil, []string{}}, {[]string{"student"}, []string{"student"}},
		} {
			m, err := s.SetMember(t.Context(), coordinator, id, " "+strings.ToUpper(address(person)), c.roles)
			if err != nil || !slices.Equal(m.Roles, c.want) || m.AccountID != person || m.Name != "Person" || m.Roles == nil {
				t.Fatalf("%v: member = %+v, %v", c.roles, m, err)
			}
		}
		list, err := s.Memberships(t.Context(), person)
		if err != nil || len(list) != 1 || list[0].InstitutionID != id || !slices.Equal(list[0].Roles, []string{"student"}) || list[0].InstitutionName.In("zh-CN") != "港湾职业学院" {
			t.Errorf("memberships = %+v, %v", list, err)
		}
	})
	t.Run("only a coordinator of this institution or an administrator may", func(t *testing.T) {
		t.Parallel()
		id, coordinator := s.institution(t)
		_, other := s.institution(t)
		person := s.account(t, "Person")
		if _, err := s.SetMember(t.Context(), coordinator, id, address(person), []string{"teacher", "author", "assessor", "student"}); err != nil {
			t.Fatal(err)
		}
		for _, viewer := range []uuid.UUID{other, person, uuid.Nil} {
			_, err := s.SetMember(t.Context(), viewer, id, address(viewer), []string{"coordinator"})
			want(t, err, fault.Forbidden, "forbidden", "")
			_, err = s.SetMember(t.Context(), viewer, id, "nobody@example.org", []string{"coordinator"})
			want(t, err, fault.Forbidden, "forbidden", "") // and not no_account, which would tell who has one
		}
		s.exec(t, `UPDATE accounts SET suspended_at = now() WHERE id = $1`, coordinator)
		_, err := s.SetMember(t.Context(), coordinator, id, address(person), nil)
		want(t, err, fault.Forbidden, "forbidden", "")
	})
	t.Run("an unknown address, role or institution is named", func(t *testing.T) {
		t.Parallel()
		id, coordinator := s.institution(t)
		_, err := s.SetMember(t.Context(), coordinator, id, "nobody@example.org", []string{"teacher"})
		want(t, err, fault.Invalid, "no_account", "email")
		_, err = s.SetMember(t.Context(), coordinator, id, address(coordinator), []string{"owner"})
		want(t, err, fault.Invalid, "role_invalid", "roles")
		_, err = s.SetMember(t.Context(), s.admin, uuid.New(), address(coordinator), []string{"teacher"})
		want(t, err, fault.NotFound, "not_found", "")
	})
	t.Run("the last coordinator stays, even against themselves and an administrator", func(t *testing.T) {
		t.Parallel()
		id, coordinator := s.institution(t)
		for _, viewer := range []uuid.UUID{coordinator, s.admin} {
			_, err := s.SetMember(t.Context(), viewer, id, address(coordinator), []string{"teacher"})
			want(t, err, fault.Conflict, "last_coordinator", "")
		}
		if list, err := s.Memberships(t.Context(), coordinator); err != nil || len(list) != 1 || list[0].Roles[0] != "coordinator" {
			t.Errorf("memberships = %+v, %v", list, err)
		}
	})
	t.Run("two coordinators who remove each other at once leave one", func(t *testing.T) {
		t.Parallel()
		for range 10 {
			id, a := s.institution(t)
			b := s.account(t, "Second")
			if _, err := s.SetMember(t.Context(), a, id, address(b), []string{"coordinator"}); err != nil {
				t.Fatal(err)
			}
			var wg sync.WaitGroup
			for _, x := range [][2]uuid.UUID{{a, b}, {b, a}} {
				wg.Go(func() { _, _ = s.SetMember(t.Context(), x[0], id, address(x[1]), nil) })
			}
			wg.Wait()
			if n, err := countCoordinators(t.Context(), s.db, id); err != nil || n != 1 {
				t.Fatalf("%d coordinators, %v", n, err)
			}
		}
	})
	t.Run("the day of joining stays when roles change", func(t *testing.T) {
		t.Parallel()
		id, coordinator := s.institution(t)
		person := s.account(t, "Person")
		if _, err := s.SetMember(t.Context(), coordinator, id, address(person), []string{"teacher"}); err != nil {
			t.Fatal(err)
		}
		joined := time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC)
		s.exec(t, `UPDATE members SET created_at = $2 WHERE account_id = $1`, person, joined)
		m, err := s.SetMember(t.Context(), coordinator, id, address(person), []string{"teacher", "author"})
		if err != nil || !m.JoinedAt.Equal(joined) {
			t.Errorf("joined = %v, %v", m.JoinedAt, err)
		}
	})
}

func TestMembers(t *testing.T) {
	t.Parallel()
	s := setup(t)
	id, coordinator := s.institution(t)
	for _, name := range []string{"Ольга", "Ann", "Ann", "王师傅", "100% sure"} {
		if _, err := s.SetMember(t.Context(), coordinator, id, address(s.account(t, name)), []string{"student", "teacher"}); err != nil {
			t.Fatal(err)
		}
	}
	t.Run("a query finds names and addresses", func(t *testing.T) {
		for query, n := range map[string]int{"": 6, "ann": 2, "ольга": 1, "师傅": 1, "%": 1, "example.org": 6, address(coordinator): 1, "_": 0} {
			list, _, err := s.Members(t.Context(), coordinator, id, MemberFilter{Query: query})
			if err != nil || len(list) != n {
				t.Errorf("%q finds %d, %v; want %d", query, len(list), err, n)
			}
		}
	})
	t.Run("pages follow each other without gap or overlap, also between people of one name", func(t *testing.T) {
		seen, cursor := map[uuid.UUID]bool{}, ""
		for range 6 {
			list, next, err := s.Members(t.Context(), s.admin, id, MemberFilter{Limit: 1, Cursor: cursor})
			if err != nil || len(list) != 1 || seen[list[0].AccountID] {
				t.Fatalf("list = %+v, %v", list, err)
			}
			if list[0].Name == "Ann" && !slices.Equal(list[0].Roles, []string{"student", "teacher"}) {
				t.Errorf("roles = %v", list[0].Roles)
			}
			seen[list[0].AccountID], cursor = true, next
		}
		if cursor != "" {
			t.Error("there is a seventh page")
		}
	})
	t.Run("members and strangers see none of it", func(t *testing.T) {
		_, other := s.institution(t)
		for _, viewer := range []uuid.UUID{uuid.Nil, other, s.account(t, "Stranger")} {
			_, _, err := s.Members(t.Context(), viewer, id, MemberFilter{})
			want(t, err, fault.Forbidden, "forbidden", "")
		}
		_, _, err := s.Members(t.Context(), s.admin, uuid.New(), MemberFilter{})
		want(t, err, fault.NotFound, "not_found", "")
	})
	t.Run("a made-up page is refused", func(t *testing.T) {
		for _, cursor := range []string{"x", "*", strings.Repeat("QUFB", 20)} {
			_, _, err := s.Members(t.Context(), s.admin, id, MemberFilter{Cursor: cursor})
			want(t, err, fault.Invalid, "page_invalid", "page")
		}
	})
}

func TestTeaches(t *testing.T) {
	t.Parallel()
	s := setup(t)
	id, _ := s.institution(t)
	teacher, other := s.account(t, "Teacher"), s.account(t, "Other")
	course := uuid.New()
	s.exec(t, `INSERT INTO courses (id, institution_id, slug, format, title) VALUES ($1, $2, 'lathe', 'mooc', '{"en": "Lathe"}')`, course, id)
	run := func(ends string, cancelled bool, who uuid.UUID) uuid.UUID {
		run := uuid.New()
		s.exec(t, `INSERT INTO runs (id, course_id, title, starts_at, ends_at, cancelled_at)
			VALUES ($1, $2, '{"en": "Autumn"}', now() + $3::interval - interval '1 day', now() + $3::interval, CASE WHEN $4 THEN now() END)`, run, course, ends, cancelled)
		s.exec(t, `INSERT INTO run_teachers (run_id, account_id) VALUES ($1, $2)`, run, who)
		return run
	}
	now, soon := run("10 days", false, teacher), run("20 days", false, teacher)
	run("10 days", true, teacher)
	run("-100 days", false, teacher)
	run("10 days", false, other)
	list, err := s.Teaches(t.Context(), teacher)
	if err != nil || len(list) != 2 || list[0].RunID != soon || list[1].RunID != now || list[0].CourseSlug != "lathe" || list[0].CourseTitle.In("en") != "Lathe" || list[0].RunTitle.In("ru") != "Autumn" {
		t.Errorf("teaches = %+v, %v", list, err)
	}
	if list, err = s.Teaches(t.Context(), s.admin); err != nil || len(list) != 0 || list == nil {
		t.Errorf("teaches = %+v, %v", list, err)
	}
}
