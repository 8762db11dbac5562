package app

import (
	"context"
	"net/url"
	"path/filepath"
	"time"

	"github.com/google/uuid"

	"hanzhi/courses/classes"
	"hanzhi/courses/language"
	"hanzhi/courses/localize"
	"hanzhi/server/fault"
	"hanzhi/server/live"
	"hanzhi/server/live/recording"
)

// school answers the room's questions from the domains: server/live knows no database, and they know no room.
type school struct {
	classes  *classes.Service
	language *language.Service
}

// Admit says what an account may be in a class.
func (s school) Admit(ctx context.Context, class, account uuid.UUID, locale string) (live.Admission, error) {
	a, err := s.classes.Admit(ctx, class, account)
	return admission(a, locale), err
}

// AdmitGuest says what a guest may be, by the secret of a link.
func (s school) AdmitGuest(ctx context.Context, class uuid.UUID, secret, name string, guest uuid.UUID, locale string) (live.Admission, error) {
	a, err := s.classes.AdmitGuest(ctx, class, secret, name, guest)
	return admission(a, locale), err
}

func admission(a classes.Admission, locale string) live.Admission {
	language := "en"
	if len(a.Languages) > 0 {
		language = a.Languages[0]
	}
	return live.Admission{
		Person: a.Person, Name: a.Name, Role: live.Role(a.Role), Guest: a.Guest, Title: inLanguage(a.Title, locale, language), Course: a.Course, Language: language,
		WaitingRoom: a.WaitingRoom,
	}
}

// inLanguage is a text in the first of the languages that it has, or in any when it has none of them.
func inLanguage(t localize.Text, languages ...string) string {
	for _, locale := range append(languages, t.Locales()...) {
		if text := t[locale]; text != "" {
			return text
		}
	}
	return ""
}

// Roles returns the present roles of those who still have one.
func (s school) Roles(ctx context.Context, class uuid.UUID, people []uuid.UUID) (map[uuid.UUID]live.Role, error) {
	found, err := s.classes.Roles(ctx, class, people)
	roles := make(map[uuid.UUID]live.Role, len(found))
	for id, role := range found {
		roles[id] = live.Role(role)
	}
	return roles, err
}

// Readiness returns how much of the class's lesson its students understand; nothing when it is about none.
func (s school) Readiness(ctx context.Context, class uuid.UUID, _ []uuid.UUID) (map[uuid.UUID]float64, error) {
	teacher, run, lesson, err := s.classes.Subject(ctx, class)
	if err != nil || lesson == uuid.Nil || teacher == uuid.Nil {
		return nil, err
	}
	r, err := s.language.RunReadiness(ctx, teacher, run, language.ClassFilter{Lesson: lesson})
	if fault.Is(err, fault.NotFound) {
		return nil, nil // the lesson is not published, or has no words
	}
	shares := map[uuid.UUID]float64{}
	for _, l := range r.Lessons {
		for _, learner := range l.Learners {
			shares[learner.AccountID] = learner.Coverage
		}
	}
	return shares, err
}

// Append stores events for good.
func (s school) Append(ctx context.Context, class uuid.UUID, events []live.Event) error {
	list := make([]classes.Event, len(events))
	for i, e := range events {
		list[i] = classes.Event{
			Offset: int64(e.Offset), At: time.UnixMilli(e.At), Name: e.Name, By: orNil(e.By), Space: e.Space, To: e.To, Key: orNil(e.Key), Data: e.Data,
		}
	}
	return s.classes.AppendEvents(ctx, class, list)
}

// Load returns what is stored.
func (s school) Load(ctx context.Context, class uuid.UUID) ([]live.Event, error) {
	list, err := s.classes.LoadEvents(ctx, class)
	events := make([]live.Event, len(list))
	for i, e := range list {
		events[i] = live.Event{
			Name: e.Name, Offset: uint64(e.Offset), At: e.Ms, By: orZero(e.By), Space: e.Space, To: e.To, Key: orZero(e.Key), Data: e.Data,
		}
	}
	return events, err
}

// End says that a class is over.
func (s school) End(ctx context.Context, class uuid.UUID, at time.Time) error {
	return s.classes.End(ctx, class, at)
}

func orNil(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

func orZero(id *uuid.UUID) uuid.UUID {
	if id == nil {
		return uuid.Nil
	}
	return *id
}

// wireLive starts the node's live classes.
func (a *App) wireLive(context.Context) error {
	key, err := secretKey(a.Config.Secret, a.Config.DataDir, "live")
	if err != nil {
		return err
	}
	s := school{a.Classes, a.Language}
	recordings, err := recording.Open(recording.Config{Store: a.store, Index: pieceIndex{a.Classes}, Dir: filepath.Join(a.Config.DataDir, "recordings"), Log: a.Log})
	if err != nil {
		return err
	}
	a.closers = append(a.closers, recordings.Close)
	a.Live = live.New(live.Config{
		Redis: a.redis, Secret: key, Origins: origins(a.Config.PublicURL, a.listener.Addr().String()), Members: s, Archive: s,
		Alive: a.Auth.Alive, Log: a.Log, Record: recordings.Record,
	})
	a.closers = append(a.closers, a.Live.Close)
	return nil
}

// origins are those whose pages may open a class: the public one and, on a machine of one's own, the same server by its
// address.
func origins(public, listen string) []string {
	list := []string{public}
	if u, err := url.Parse(public); err == nil {
		list = []string{u.Scheme + "://" + u.Host}
		if h := u.Hostname(); h == "localhost" || h == "127.0.0.1" {
			list = append(list, "http://"+listen, "http://localhost:"+u.Port(), "http://127.0.0.1:"+u.Port())
		}
	}
	return list
}
