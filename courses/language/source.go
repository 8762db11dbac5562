package language

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"golang.org/x/net/html"

	"hanzhi/courses/localize"
	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// lessonRow is a published lesson for a viewer, with what its Chinese depends on.
type lessonRow struct {
	LessonID      uuid.UUID
	CourseID      uuid.UUID
	CourseSlug    string
	InstitutionID uuid.UUID
	WordList      string // of the institution
	Trade         string
	Revision      int
	Languages     []string
	CourseTitle   localize.Text
	LessonTitle   localize.Text
	Tracks        string // asset, language and version of each track of Chinese captions
	Readings      string // which ones authors have set at places
	Open          bool   // the viewer may read it
	Barred        bool   // a gate keeps the viewer out of what would be open
	Gate          int    // percent; of the viewer's run, 0 = none
	RunID         *uuid.UUID
	TaughtAt      *time.Time // in the viewer's run
}

// lessonIDs are the ids of lessons, in their order.
func lessonIDs(rows []lessonRow) []uuid.UUID {
	ids := make([]uuid.UUID, len(rows))
	for i, row := range rows {
		ids[i] = row.LessonID
	}
	return ids
}

// selectLessons reads lessons of current revisions. A condition follows, with parameters of its own; @viewer is who asks.
const selectLessons = `
	SELECT f.lesson_id, f.course_id, f.course_slug, f.institution_id, f.word_list, f.trade, f.revision, f.languages, f.course_title, f.lesson_title, f.tracks, f.readings,
	       f.reachable AND NOT f.barred AS open, f.reachable AND f.barred AS barred, f.gate, f.run_id, f.taught_at
	FROM (
		SELECT l.lesson_id, c.id AS course_id, c.slug AS course_slug, c.institution_id, (SELECT i.word_list FROM institutions i WHERE i.id = c.institution_id) AS word_list, coalesce(v.course->>'trade', '') AS trade, l.revision, l.position,
		       ARRAY(SELECT jsonb_array_elements_text(v.course->'languages')) AS languages, v.course->'title' AS course_title,
		       coalesce(jsonb_path_query_first(v.outline, '$.units[*].lessons[*] ? (@.id == $id).title', jsonb_build_object('id', l.lesson_id)), '{}') AS lesson_title,
		       coalesce((SELECT string_agg(DISTINCT concat_ws(' ', k.asset_id, k.lang, k.version), ',') FROM revision_activities ra
		                 JOIN captions k ON k.asset_id = ra.asset_id AND is_chinese(k.lang)
		                 WHERE ra.lesson_id = l.lesson_id AND ra.revision = l.revision), '') AS tracks,
		       ` + readingsKey + ` AS readings,
		       c.state, c.state = 'published' AND l.preview OR may_learn(@viewer, c.id) AS reachable,
		       NOT (c.state = 'published' AND l.preview) AND is_barred(@viewer, l.lesson_id) AS barred,
		       p.run_id, coalesce(p.gate, 0) AS gate, p.taught_at
		FROM revision_lessons l JOIN courses c ON c.id = l.course_id AND c.revision = l.revision
		JOIN revisions v ON v.course_id = c.id AND v.number = c.revision
		LEFT JOIN LATERAL (SELECT o.run_id, o.gate, o.taught_at FROM enrolments e JOIN run_lessons o ON o.run_id = e.run_id
		                   WHERE e.account_id = @viewer AND e.course_id = c.id AND e.left_at IS NULL AND o.lesson_id = l.lesson_id) p ON true
		WHERE `

// endLessons closes selectLessons; the order is that of the courses.
const endLessons = `) f ORDER BY f.course_id, f.position`

// queryLessons reads lessons that hold to a condition.
func queryLessons(ctx context.Context, q pg.Querier, viewer uuid.UUID, condition string, args pgx.NamedArgs) ([]lessonRow, error) {
	args["viewer"] = viewer
	rows, err := q.Query(ctx, selectLessons+condition+endLessons, args)
	if err != nil {
		return nil, pg.Translate(err, "lessons for", viewer)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[lessonRow])
	return list, pg.Translate(err, "lessons for", viewer)
}

// knownLesson reads one lesson that the viewer may open, or could but for its gate; the errors are those of the lesson.
func knownLesson(ctx context.Context, q pg.Querier, viewer, id uuid.UUID) (lessonRow, error) {
	list, err := queryLessons(ctx, q, viewer, `l.lesson_id = @id AND (c.state = 'published' OR may_learn(@viewer, c.id))`, pgx.NamedArgs{"id": id})
	switch {
	case err != nil:
		return lessonRow{}, err
	case len(list) == 0:
		return lessonRow{}, fault.NewNotFound("lesson")
	case list[0].Barred:
	case !list[0].Open && isVisitor(viewer):
		return lessonRow{}, fault.New(fault.Unauthenticated, "sign_in_to_learn", "Sign in and enrol in the course to open this lesson.")
	case !list[0].Open:
		return lessonRow{}, fault.New(fault.Forbidden, "not_enrolled", "Enrol in the course to open this lesson.")
	}
	return list[0], nil
}

// passage is a piece of a lesson's text that holds Chinese: a cue or a text node of a reading.
type passage struct {
	text           string
	activityID     uuid.UUID
	assetID        *uuid.UUID
	startMs, endMs int64
	// counted passages are what is heard and read once: one track of captions, one language of a reading.
	counted bool
	// headsRow passages stand in the first cell of a row of a table: word lists are tables.
	headsRow bool
	said     bool // aloud
	// label is the name of a part on a picture.
	label bool
}

type activitySource struct {
	ID      uuid.UUID  `json:"id"`
	AssetID *uuid.UUID `json:"assetId"`
	Content struct {
		HTML      localize.Text    `json:"html"`
		Exercises []exerciseSource `json:"exercises"`
	} `json:"content"`
}

// exerciseSource is the Chinese of an exercise. What stands behind a task's lock is not among a lesson's words.
type exerciseSource struct {
	Steps []struct {
		Text string `json:"text"`
	} `json:"steps"`
	Spots []struct {
		Word string `json:"word"`
	} `json:"spots"`
}

type trackSource struct {
	AssetID uuid.UUID
	Lang    string
	Cues    []cue
	Silent  bool // the video has no sound; asked for drafts only
}

type cue struct {
	StartMs int64  `json:"startMs"`
	EndMs   int64  `json:"endMs"`
	Text    string `json:"text"`
}

// passages reads the Chinese of lessons, by lesson.
func passages(ctx context.Context, q pg.Querier, lessons []lessonRow) (map[uuid.UUID][]passage, error) {
	ids, revisions := make([]uuid.UUID, len(lessons)), make([]int, len(lessons))
	for i, l := range lessons {
		ids[i], revisions[i] = l.LessonID, l.Revision
	}
	rows, err := q.Query(ctx, `
		SELECT l.lesson_id, l.activities, coalesce((SELECT jsonb_agg(jsonb_build_object('AssetID', k.asset_id, 'Lang', k.lang, 'Cues', k.cues))
			FROM captions k WHERE is_chinese(k.lang) AND k.asset_id IN
			(SELECT ra.asset_id FROM revision_activities ra WHERE ra.lesson_id = l.lesson_id AND ra.revision = l.revision)), '[]') AS tracks
		FROM unnest(@ids::uuid[], @revisions::int[]) AS wanted (id, revision)
		JOIN revision_lessons l ON l.lesson_id = wanted.id AND l.revision = wanted.revision`, pgx.NamedArgs{"ids": ids, "revisions": revisions})
	if err != nil {
		return nil, pg.Translate(err, "texts of lessons", len(lessons))
	}
	languages := map[uuid.UUID][]string{}
	for _, l := range lessons {
		languages[l.LessonID] = l.Languages
	}
	found := map[uuid.UUID][]passage{}
	var id uuid.UUID
	var activities, tracks []byte
	_, err = pgx.ForEachRow(rows, []any{&id, &activities, &tracks}, func() error {
		var a []activitySource
		var t []trackSource
		if err := json.Unmarshal(activities, &a); err != nil {
			return err
		}
		if err := json.Unmarshal(tracks, &t); err != nil {
			return err
		}
		found[id] = passagesOf(a, t, languages[id])
		return nil
	})
	return found, pg.Translate(err, "texts of lessons", len(lessons))
}

func passagesOf(activities []activitySource, tracks []trackSource, languages []string) []passage {
	slices.SortFunc(tracks, func(a, b trackSource) int {
		return cmp.Or(cmp.Compare(mandarin(b.Lang), mandarin(a.Lang)), cmp.Compare(a.Lang, b.Lang))
	})
	var list []passage
	for _, a := range activities {
		first := true
		for _, t := range tracks {
			if a.AssetID == nil || t.AssetID != *a.AssetID {
				continue
			}
			for _, c := range t.Cues {
				list = append(list, passage{text: c.Text, activityID: a.ID, assetID: a.AssetID, startMs: c.StartMs, endMs: c.EndMs, counted: first, said: !t.Silent})
			}
			first = false
		}
		main := mainLocale(a.Content.HTML, languages)
		list = append(list, runs(a.ID, a.Content.HTML[main], true)...)
		for _, locale := range a.Content.HTML.Locales() {
			if locale != main {
				list = append(list, runs(a.ID, a.Content.HTML[locale], false)...)
			}
		}
		for _, e := range a.Content.Exercises {
			for _, step := range e.Steps {
				list = append(list, passage{text: step.Text, activityID: a.ID, counted: true})
			}
			for _, spot := range e.Spots {
				list = append(list, passage{text: spot.Word, activityID: a.ID, counted: true, label: true})
			}
		}
	}
	return list
}

// mandarin ranks the tags of Chinese: simplified characters are what the lexicon knows.
func mandarin(tag string) int {
	switch tag {
	case "zh-CN", "zh-Hans", "zh":
		return 1
	}
	return 0
}

// mainLocale is the language of a reading whose Chinese is counted: Chinese, else the first of the course's.
func mainLocale(t localize.Text, languages []string) string {
	locales := t.Locales()
	for _, locale := range locales {
		if locale == "zh" || strings.HasPrefix(locale, "zh-") {
			return locale
		}
	}
	for _, locale := range languages {
		if t[locale] != "" {
			return locale
		}
	}
	if len(locales) > 0 {
		return locales[0]
	}
	return ""
}

// runs returns the text nodes of an activity's sanitised HTML that hold Chinese, without the white space around them.
func runs(activity uuid.UUID, source string, counted bool) []passage {
	var list []passage
	cell, heading := 0, false // the cell of the row at hand, from 1; what heads a column is not read as text
	z := html.NewTokenizer(strings.NewReader(source))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return list
		case html.StartTagToken:
			switch name, _ := z.TagName(); string(name) {
			case "tr":
				cell = 0
			case "td":
				cell++
			case "th":
				heading = true
			}
		case html.EndTagToken:
			switch name, _ := z.TagName(); string(name) {
			case "table":
				cell = 0
			case "th":
				heading = false
			}
		case html.TextToken:
			if text := strings.TrimSpace(html.UnescapeString(string(z.Raw()))); strings.ContainsFunc(text, isHan) {
				list = append(list, passage{text: text, activityID: activity, counted: counted && !heading, headsRow: cell == 1})
			}
		}
	}
}

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }
