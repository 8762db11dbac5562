package language

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/courses/localize"
	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// Part is a stretch of a line; the parts of a line make it again.
type Part struct {
	Text string `json:"text"`
	Hit  bool   `json:"hit,omitempty"`
}

// TranscriptHit is a line in which something was found.
type TranscriptHit struct {
	ActivityID uuid.UUID `json:"activityId" format:"uuid"`
	StartMs    *int64    `json:"startMs,omitempty" doc:"Of a line of captions; absent for a passage of a reading."`
	Lang       string    `json:"lang" doc:"Of the line."`
	Parts      []Part    `json:"parts"`
	Chinese    string    `json:"chinese,omitempty" doc:"What is said while a line in another language is shown."`
}

// TranscriptLesson is a lesson with its hits, in the order of the lesson.
type TranscriptLesson struct {
	LessonID uuid.UUID       `json:"lessonId" format:"uuid"`
	Title    localize.Text   `json:"title"`
	Total    int             `json:"total" doc:"Hits in the lesson, also those on other pages."`
	Hits     []TranscriptHit `json:"hits"`
}

// Transcripts is a page of what was found in a course.
type Transcripts struct {
	Lessons []TranscriptLesson `json:"lessons"`
	Total   int                `json:"total" doc:"Lines, on all pages."`
	Closed  int                `json:"closed" doc:"Lessons that were not searched, since the viewer may not open them."`
	Next    int                `json:"next,omitempty" doc:"The parameter from of the next page."`
}

// TranscriptFilter says what is looked for.
type TranscriptFilter struct {
	Query string // hanzi, pinyin with or without tones, or words of a gloss or a translation
	From  int    // hits to skip
	Limit int
}

// otherLine is a line of captions in another language than Chinese.
type otherLine struct {
	assetID        uuid.UUID
	lang           string
	startMs, endMs int64
	text, folded   string
}

// SearchTranscripts finds lines of captions and passages of readings in the lessons of a course that the viewer may open.
// NotFound unless the course is published or the viewer may learn it.
func (s *Service) SearchTranscripts(ctx context.Context, viewer uuid.UUID, slug string, f TranscriptFilter) (Transcripts, error) {
	q := newLineQuery(f.Query)
	if q.text == "" {
		return Transcripts{}, fault.NewInvalid("query", "required", "Say what to look for.")
	}
	rows, err := queryLessons(ctx, s.db, viewer, `c.slug = @slug AND (c.state = 'published' OR may_learn(@viewer, c.id))`, pgx.NamedArgs{"slug": slug})
	if err != nil {
		return Transcripts{}, err
	}
	if len(rows) == 0 {
		return Transcripts{}, fault.NewNotFound("course")
	}
	answer := Transcripts{Lessons: []TranscriptLesson{}}
	var open []lessonRow
	for _, row := range rows {
		if row.Open {
			open = append(open, row)
		} else {
			answer.Closed++
		}
	}
	lessons, _, err := s.lessonsOf(ctx, open)
	if err != nil {
		return Transcripts{}, err
	}
	others, err := s.otherLines(ctx, open)
	if err != nil {
		return Transcripts{}, err
	}
	limit := min(max(f.Limit, 1), 100)
	for i, l := range lessons {
		found := q.search(l, others[i])
		shown := TranscriptLesson{LessonID: open[i].LessonID, Title: open[i].LessonTitle, Total: len(found)}
		for _, place := range found[min(max(f.From-answer.Total, 0), len(found)):min(max(f.From+limit-answer.Total, 0), len(found))] {
			shown.Hits = append(shown.Hits, q.shown(l, others[i], place))
		}
		answer.Total += len(found)
		if len(shown.Hits) > 0 {
			answer.Lessons = append(answer.Lessons, shown)
		}
	}
	if answer.Total > f.From+limit {
		answer.Next = f.From + limit
	}
	return answer, nil
}

// otherLines returns the lines in other languages of lessons, parallel to rows; they are kept in memory by the versions of
// their tracks.
func (s *Service) otherLines(ctx context.Context, lessons []lessonRow) ([][]otherLine, error) {
	ids, revisions := make([]uuid.UUID, len(lessons)), make([]int, len(lessons))
	for i, l := range lessons {
		ids[i], revisions[i] = l.LessonID, l.Revision
	}
	const tracks = ` FROM unnest(@ids::uuid[], @revisions::int[]) AS wanted (id, revision)
		JOIN revision_activities ra ON ra.lesson_id = wanted.id AND ra.revision = wanted.revision
		JOIN captions k ON k.asset_id = ra.asset_id AND NOT is_chinese(k.lang) AND k.lang !~* '^(zh|cmn)' `
	args := pgx.NamedArgs{"ids": ids, "revisions": revisions}
	rows, err := s.db.Query(ctx, `SELECT wanted.id, string_agg(DISTINCT concat_ws(' ', k.asset_id, k.lang, k.version), ',')`+tracks+`GROUP BY wanted.id`, args)
	if err != nil {
		return nil, pg.Translate(err, "translations of lessons", len(lessons))
	}
	keys := map[uuid.UUID]string{}
	var id uuid.UUID
	var key string
	if _, err = pgx.ForEachRow(rows, []any{&id, &key}, func() error { keys[id] = key; return nil }); err != nil {
		return nil, pg.Translate(err, "translations of lessons", len(lessons))
	}
	found := make([][]otherLine, len(lessons))
	args["ids"], args["revisions"] = []uuid.UUID{}, []int{}
	missing := map[uuid.UUID][]otherLine{}
	for i, l := range lessons {
		if keys[l.LessonID] == "" {
			continue
		}
		if lines, cached := s.others.Get(fmt.Sprint(l.LessonID, keys[l.LessonID])); cached {
			found[i] = lines
			continue
		}
		missing[l.LessonID] = nil
		args["ids"], args["revisions"] = append(args["ids"].([]uuid.UUID), l.LessonID), append(args["revisions"].([]int), l.Revision)
	}
	if len(missing) == 0 {
		return found, nil
	}
	if err := readOtherLines(ctx, s.db, `SELECT DISTINCT wanted.id, k.asset_id, k.lang, k.cues`+tracks+`ORDER BY k.lang`, args, missing); err != nil {
		return nil, err
	}
	for i, l := range lessons {
		if lines, read := missing[l.LessonID]; read {
			found[i] = lines
			s.others.Add(fmt.Sprint(l.LessonID, keys[l.LessonID]), lines)
		}
	}
	return found, nil
}

func readOtherLines(ctx context.Context, q pg.Querier, sql string, args pgx.NamedArgs, into map[uuid.UUID][]otherLine) error {
	rows, err := q.Query(ctx, sql, args)
	if err != nil {
		return pg.Translate(err, "translations of lessons", len(into))
	}
	var lesson, asset uuid.UUID
	var lang string
	var body []byte
	_, err = pgx.ForEachRow(rows, []any{&lesson, &asset, &lang, &body}, func() error {
		var cues []cue
		if err := json.Unmarshal(body, &cues); err != nil {
			return err
		}
		for _, c := range cues {
			into[lesson] = append(into[lesson], otherLine{asset, lang, c.StartMs, c.EndMs, c.Text, fold(c.Text)})
		}
		return nil
	})
	return pg.Translate(err, "translations of lessons", len(into))
}
