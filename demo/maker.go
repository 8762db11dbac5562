package demo

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"hanzhi/demo/content"
	"hanzhi/demo/film"
)

// draft is what the API says of a course in the studio, as far as it matters here.
type draft struct {
	Slug     string
	Version  int
	Revision *int
	Summary  map[string]string
	Pairings []pairing
	Units    []struct {
		ID      uuid.UUID
		Lessons []struct {
			ID         uuid.UUID
			Activities []struct {
				ID      uuid.UUID
				AssetID *uuid.UUID
			}
		}
	}
	Runs []struct{ ID uuid.UUID }
}

// film is the video of an activity.
func (d draft) film(activity uuid.UUID) uuid.UUID {
	for _, u := range d.Units {
		for _, l := range u.Lessons {
			for _, a := range l.Activities {
				if a.ID == activity && a.AssetID != nil {
					return *a.AssetID
				}
			}
		}
	}
	return uuid.Nil
}

type pairing struct {
	LanguageUnitID   uuid.UUID `json:"languageUnitId"`
	VocationalUnitID uuid.UUID `json:"vocationalUnitId"`
}

// maker makes one course.
type maker struct {
	*loader
	course content.Course
	id     uuid.UUID
	there  map[uuid.UUID]bool // units, lessons and activities in the draft
}

// open makes the course without its lessons, or finds it.
func (l *loader) open(ctx context.Context, c content.Course) (*maker, error) {
	m := &maker{loader: l, course: c, id: id("course", c.Slug), there: map[uuid.UUID]bool{}}
	d, err := m.draft(ctx)
	if status(err) == http.StatusNotFound {
		err = m.author.call(ctx, http.MethodPut, m.path(), map[string]any{
			"institutionId": m.institution, "slug": c.Slug, "format": c.Format, "trade": c.Trade, "level": c.Level,
			"languages": content.Locales, "title": c.Title.Map()}, &d)
	}
	if err != nil {
		return nil, err
	}
	if len(d.Summary) == 0 {
		err = m.describe(ctx, d.Version)
	}
	if c.Run != nil && len(d.Runs) == 0 && err == nil {
		err = m.putRun(ctx)
	}
	return m, err
}

func (m *maker) path() string { return "/api/studio/courses/" + m.id.String() }

// draft reads the course and notes what is in it.
func (m *maker) draft(ctx context.Context) (d draft, err error) {
	if err = m.author.call(ctx, http.MethodGet, m.path(), nil, &d); err != nil {
		return d, err
	}
	clear(m.there)
	for _, u := range d.Units {
		m.there[u.ID] = true
		for _, l := range u.Lessons {
			m.there[l.ID] = true
			for _, a := range l.Activities {
				m.there[a.ID] = true
			}
		}
	}
	return d, nil
}

// describe gives a new course its texts and its cover.
func (m *maker) describe(ctx context.Context, version int) error {
	cover, err := m.picture(ctx, m.course.Picture, true)
	if err != nil {
		return err
	}
	return m.author.call(ctx, http.MethodPatch, m.path(), map[string]any{
		"version": version, "summary": m.course.Summary.Map(), "description": m.course.Description.Map(),
		"effortHours": m.course.Hours, "posterAssetId": cover}, nil)
}

func (m *maker) runID() uuid.UUID { return id("run", m.course.Slug) }

func (m *maker) putRun(ctx context.Context) error {
	run, day := m.course.Run, 24*time.Hour
	today := m.options.Now.UTC().Truncate(day)
	return m.author.call(ctx, http.MethodPut, "/api/studio/runs/"+m.runID().String(), map[string]any{
		"courseId": m.id, "title": run.Title.Map(), "timeZone": "UTC", "capacity": run.Capacity, "teacherEmails": []string{m.options.Accounts.Teacher.Email},
		"startsAt": today.Add(time.Duration(run.StartsDays) * day), "endsAt": today.Add(time.Duration(run.EndsDays) * day)}, nil)
}

// picture uploads a drawing and answers its asset when it can be shown: square for a reading, wide for a cover.
func (m *maker) picture(ctx context.Context, name string, wide bool) (uuid.UUID, error) {
	shape, width := "square", 800
	if wide {
		shape, width = "wide", 1280
	}
	asset := id("picture", shape, name)
	data, err := film.PNG(name, width, wide)
	if err != nil {
		return asset, err
	}
	if err := m.upload(ctx, asset, "image", name+".png", data); err != nil {
		return asset, err
	}
	return asset, m.await(ctx, asset)
}

// publish makes the lessons of now public. The first time it also opens the run to the demo student.
func (m *maker) publish(ctx context.Context) error {
	if err := m.pair(ctx); err != nil {
		return err
	}
	if err := m.author.call(ctx, http.MethodPost, m.path()+"/publish", struct{}{}, nil); err != nil {
		return err
	}
	if m.course.Run == nil {
		return nil
	}
	if err := m.enrol(ctx, m.id, m.runID()); err != nil {
		return err
	}
	return m.planClass(ctx)
}

// planClass plans the run's weekly class as its teacher, for the next half hour: so that there is one to walk into.
func (m *maker) planClass(ctx context.Context) error {
	class := m.course.Run.Class
	if class == nil {
		return nil
	}
	teacher, err := signIn(ctx, m.options, m.options.Accounts.Teacher, false)
	if err != nil {
		return err
	}
	path := "/api/classes/" + id("class", m.course.Slug).String()
	if err := teacher.call(ctx, http.MethodGet, path, nil, nil); status(err) != http.StatusNotFound {
		return err
	}
	return teacher.call(ctx, http.MethodPut, path, map[string]any{
		"runId": m.runID(), "title": class.Title.Map(), "minutes": class.Minutes, "weeks": class.Weeks, "timeZone": "UTC",
		"startsAt": m.options.Now.UTC().Truncate(30 * time.Minute).Add(30 * time.Minute)}, nil)
}

// pair ties the language units to the vocational units they prepare, of those that are there.
func (m *maker) pair(ctx context.Context) error {
	d, err := m.draft(ctx)
	if err != nil {
		return err
	}
	pairs := d.Pairings
	for _, u := range m.course.Units {
		p := pairing{m.unitID(u.PreparedBy), m.unitID(u.Slug)}
		if u.PreparedBy == "" || !m.there[p.LanguageUnitID] || !m.there[p.VocationalUnitID] || contains(d.Pairings, p) {
			continue
		}
		pairs = append(pairs, p)
	}
	if len(pairs) == len(d.Pairings) {
		return nil
	}
	return m.author.call(ctx, http.MethodPut, m.path()+"/pairings", map[string]any{"pairings": pairs}, nil)
}

func contains(all []pairing, p pairing) bool {
	for _, q := range all {
		if p == q {
			return true
		}
	}
	return false
}

func (m *maker) unitID(slug string) uuid.UUID { return id("unit", m.course.Slug, slug) }
