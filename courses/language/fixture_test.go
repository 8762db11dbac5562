package language

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"hanzhi/courses/localize"
	"hanzhi/server/fault"
	"hanzhi/server/pg/pgtest"
)

// world is a database with one institution, a published course for lathe operators and the people of its stories.
type world struct {
	*testing.T
	*Service
	db *pgxpool.Pool

	institution, other                        uuid.UUID
	author, learner, teacher, stranger, admin uuid.UUID
	course, run, open, closed, video          uuid.UUID
}

// The lines that are spoken in the course's video.
var spoken = []string{"请先检查机床。", "转速要好！", "请戴帽子，转速 1200。"}

func setup(t *testing.T) *world {
	t.Helper()
	t.Parallel()
	w := &world{T: t, db: pgtest.New(t)}
	var err error
	if w.Service, err = New(w.db, []string{"7223", "7212"}); err != nil {
		t.Fatal(err)
	}
	w.institution, w.other = w.addInstitution("ruda"), w.addInstitution("elsewhere")
	w.author, w.learner, w.teacher, w.stranger, w.admin = w.addAccount("author"), w.addAccount("learner"), w.addAccount("teacher"), w.addAccount("stranger"), w.addAccount("admin")
	w.exec(`UPDATE accounts SET platform_admin = true WHERE id = $1`, w.admin)
	w.exec(`INSERT INTO members (institution_id, account_id, role) VALUES ($1, $2, 'author'), ($3, $4, 'author')`, w.institution, w.author, w.other, w.stranger)
	w.video = w.addVideo(spoken)
	w.open, w.closed = newID(), newID()
	w.course = w.publish("lathe", "7223", map[uuid.UUID]uuid.UUID{w.open: w.video, w.closed: w.video})
	w.run = newID()
	w.exec(`INSERT INTO runs (id, course_id, title, starts_at, ends_at) VALUES ($1, $2, '{"en": "Run"}', now(), now() + interval '1 day')`, w.run, w.course)
	w.exec(`INSERT INTO run_teachers (run_id, account_id) VALUES ($1, $2)`, w.run, w.teacher)
	w.enrol(w.learner)
	return w
}

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

func (w *world) exec(sql string, args ...any) {
	w.Helper()
	if _, err := w.db.Exec(w.Context(), sql, args...); err != nil {
		w.Fatalf("%s: %v", sql, err)
	}
}

func (w *world) addInstitution(slug string) uuid.UUID {
	id := newID()
	w.exec(`INSERT INTO institutions (id, slug, name, kind, country) VALUES ($1, $2, '{"en": "College"}', 'college', 'ZM')`, id, slug)
	return id
}

func (w *world) addAccount(name string) uuid.UUID {
	id := newID()
	w.exec(`INSERT INTO accounts (id, email, name, password_hash) VALUES ($1, $2, $3, 'x')`, id, name+"@example.org", name)
	return id
}

func (w *world) enrol(account uuid.UUID) {
	w.exec(`INSERT INTO enrolments (id, account_id, course_id, run_id) VALUES ($1, $2, $3, $4)`, newID(), account, w.course, w.run)
}

// addVideo adds a video with a track of Chinese captions, two seconds a line, and one in English.
func (w *world) addVideo(lines []string) uuid.UUID {
	id := newID()
	w.exec(`INSERT INTO assets (id, institution_id, kind, filename, size, state, playable) VALUES ($1, $2, 'video', 'lathe.mp4', 1, 'ready', true)`, id, w.institution)
	w.caption(id, "zh-CN", lines)
	english := make([]string, len(lines))
	for i := range english {
		english[i] = fmt.Sprintf("Line %d", i)
	}
	w.caption(id, "en", english)
	return id
}

func (w *world) caption(asset uuid.UUID, lang string, lines []string) {
	w.Helper()
	cues := make([]map[string]any, len(lines))
	for i, text := range lines {
		cues[i] = map[string]any{"id": fmt.Sprint(i), "startMs": 2000 * i, "endMs": 2000*i + 1900, "text": text}
	}
	w.exec(`INSERT INTO captions (asset_id, lang, cues) VALUES ($1, $2, $3)
		ON CONFLICT (asset_id, lang) DO UPDATE SET cues = excluded.cues, version = captions.version + 1`, asset, lang, cues)
}

// publish makes a course with a lesson for each video, in the order of ids; the first lesson is open to everybody and
// has a reading too.
func (w *world) publish(slug, trade string, lessons map[uuid.UUID]uuid.UUID) uuid.UUID {
	w.Helper()
	id := newID()
	var outline []map[string]any
	ids := sortedIDs(lessons)
	for _, lesson := range ids {
		outline = append(outline, map[string]any{"id": lesson, "title": localize.Text{"en": "Lesson"}})
	}
	w.exec(`INSERT INTO courses (id, institution_id, slug, format, trade, title) VALUES ($1, $2, $3, 'mooc', $4, '{"en": "Lathe"}')`, id, w.institution, slug, trade)
	w.exec(`INSERT INTO revisions (course_id, number, hash, course, outline) VALUES ($1, 1, '', $2, $3)`, id,
		map[string]any{"title": localize.Text{"en": "Lathe"}, "trade": trade, "languages": []string{"en"}}, map[string]any{"units": []any{map[string]any{"lessons": outline}}})
	for i, lesson := range ids {
		activities := []map[string]any{{"id": newID(), "kind": "video", "assetId": lessons[lesson]}}
		if i == 0 {
			activities = append(activities, map[string]any{"id": newID(), "kind": "reading", "content": map[string]any{"html": localize.Text{
				"en": "<p>Wear <strong> 手套 </strong> &amp; a hat.</p>", "ru": "<p>Шапка: 帽子</p>"}}})
		}
		w.exec(`INSERT INTO revision_lessons (course_id, revision, lesson_id, unit_id, position, preview, activities) VALUES ($1, 1, $2, $3, $4, $5, $6)`,
			id, lesson, newID(), i, i == 0, activities)
		w.exec(`INSERT INTO revision_activities (course_id, revision, activity_id, lesson_id, kind, asset_id, length) VALUES ($1, 1, $2, $3, 'video', $4, 10)`,
			id, activities[0]["id"], lesson, lessons[lesson])
	}
	w.exec(`UPDATE courses SET state = 'published', revision = 1 WHERE id = $1`, id)
	return id
}

func sortedIDs(lessons map[uuid.UUID]uuid.UUID) []uuid.UUID {
	var ids []uuid.UUID
	for id := range lessons {
		ids = append(ids, id)
	}
	for i := range ids {
		for j := i + 1; j < len(ids); j++ {
			if ids[j].String() < ids[i].String() {
				ids[i], ids[j] = ids[j], ids[i]
			}
		}
	}
	return ids
}

// must takes a call's two results: must(w.Lesson(…))(w).
func must[T any](v T, err error) func(*world) T {
	return func(w *world) T {
		w.Helper()
		if err != nil {
			w.Fatalf("unexpected error: %v", err)
		}
		return v
	}
}

func (w *world) no(err error) {
	w.Helper()
	if err != nil {
		w.Fatalf("unexpected error: %v", err)
	}
}

// wantFault checks an error's kind and, unless "", its code.
func wantFault(t testing.TB, err error, kind fault.Kind, code string) {
	t.Helper()
	f, ok := err.(*fault.Error) //nolint:errorlint // faults come unwrapped to the handlers
	if !ok || f.Kind != kind || code != "" && f.Code != code {
		t.Errorf("error is %v, want %v %s", err, kind, code)
	}
}

// bank makes a bank of the institution with terms, each hanzi and pinyin parted by a colon.
func (w *world) bank(trade string, terms ...[2]string) uuid.UUID {
	w.Helper()
	id := newID()
	must(w.PutBank(w.Context(), w.author, id, NewBank{InstitutionID: w.institution, Trade: trade, Name: localize.Text{"en": "Words"}}))(w)
	for _, t := range terms {
		must(w.PutTerm(w.Context(), w.author, id, newID(), term1(t[0], t[1])))(w)
	}
	return id
}

func term1(hanzi, pinyin string) TermInput {
	return TermInput{Hanzi: hanzi, Pinyin: pinyin, PartOfSpeech: "noun", Gloss: localize.Text{"en": "gloss of " + hanzi, "ar": "معنى"}}
}

// happened adds one event for the learner, so many days ago.
func (w *world) happened(viewer uuid.UUID, kind, word string, rating int, daysAgo float64) ReviewResult {
	w.Helper()
	at := time.Now().Add(-time.Duration(daysAgo * float64(24*time.Hour)))
	return must(w.Review(w.Context(), viewer, []NewReview{{ID: newID(), Word: word, Kind: kind, Rating: rating, At: at}}))(w)
}

// texts are the tokens of a line as cut.
func texts(l LessonLanguage, line string) []string {
	for _, each := range l.Lines {
		if each.Text == line {
			var list []string
			for _, t := range each.Tokens {
				list = append(list, t.Text)
			}
			return list
		}
	}
	return nil
}

// encoded is a value as JSON, to compare.
func encoded(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}
