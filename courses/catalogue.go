package courses

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/courses/localize"
	"hanzhi/server/pg"
)

// CatalogueFilter narrows the catalogue; what is empty does not.
type CatalogueFilter struct {
	Query       string  // words in any language: all of them must be there
	Trade       string  // ISCO-08 unit group
	Level       string  // such as hsk2:2
	Language    string  // one of the languages of instruction
	Format      string  // mooc or micro
	Institution string  // slug
	MaxHours    float64 // courses of at most this effort
	Page        string  // Catalogue.NextPage of the page before
	Limit       int     // courses on a page; 0 = 20, at most 100
}

// Facet is a value to filter by and how many courses that would leave, all other filters being as they are.
type Facet struct {
	Value string        `json:"value"`
	Count int           `json:"count"`
	Title localize.Text `json:"title,omitempty" doc:"What the value is called, where it is no code."`
}

// Facets are the values that the catalogue can be filtered by, the most frequent first.
type Facets struct {
	Trades       []Facet `json:"trades"`
	Levels       []Facet `json:"levels"`
	Languages    []Facet `json:"languages"`
	Formats      []Facet `json:"formats"`
	Institutions []Facet `json:"institutions"`
}

// Catalogue is a page of courses.
type Catalogue struct {
	Items    []CourseCard `json:"items"`
	NextPage string       `json:"nextPage,omitempty"`
	Total    int          `json:"total" doc:"Courses on all pages."`
	Facets   Facets       `json:"facets"`
}

// Catalogue returns published courses: those that fit the query best first, else the newest. Posters are left to the
// caller.
func (s *Service) Catalogue(ctx context.Context, viewer uuid.UUID, f CatalogueFilter) (Catalogue, error) {
	after, err := parseCursor(f.Page)
	if err != nil {
		return Catalogue{}, err
	}
	q := newCatalogueQuery(viewer, f, after)
	var rows []cardRow
	var counts []facetRow
	b := &pgx.Batch{}
	b.Queue(q.items(after), q.args).Query(many(&rows))
	b.Queue(q.facets(), q.args).Query(many(&counts))
	if err := s.db.SendBatch(ctx, b).Close(); err != nil {
		return Catalogue{}, pg.Translate(err, "catalogue", f.Query)
	}
	c := Catalogue{Items: []CourseCard{}}
	limit := bounded(f.Limit)
	if len(rows) > limit {
		rows = rows[:limit]
		last := rows[limit-1]
		c.NextPage = cursor{Rank: last.Rank, At: last.ListedAt, ID: last.ID}.String()
	}
	for _, r := range rows {
		c.Items = append(c.Items, r.card())
	}
	c.count(counts)
	return c, nil
}

// catalogueQuery builds the two statements of a catalogue page out of fixed pieces; all values are arguments.
type catalogueQuery struct {
	args    pgx.NamedArgs
	match   string            // what the text query asks for
	rank    string            // an expression
	filters map[string]string // facet → condition
}

func newCatalogueQuery(viewer uuid.UUID, f CatalogueFilter, after *cursor) catalogueQuery {
	q := catalogueQuery{match: "true", rank: "0::real", filters: map[string]string{}, args: pgx.NamedArgs{"viewer": viewer, "limit": bounded(f.Limit) + 1}}
	if strings.TrimSpace(f.Query) != "" {
		t := parseQuery(f.Query)
		q.match = `k.search_vector @@ search_query(@words, @roots, @stemmed)
			AND NOT EXISTS (SELECT FROM unnest(@exact::text[]) e(run) WHERE strpos(k.search_text, e.run) = 0)`
		q.rank = "ts_rank(k.search_vector, search_query(@words, @roots, @stemmed))"
		q.args["words"], q.args["roots"], q.args["stemmed"], q.args["exact"] = t.words, t.roots, t.stemmed, t.exact
	}
	for facet, filter := range map[string]struct {
		set       bool
		condition string
		value     any
	}{
		"trade":       {f.Trade != "", "k.trade = @trade", f.Trade},
		"level":       {f.Level != "", "k.level = @level", f.Level},
		"language":    {f.Language != "", "@language = ANY (k.languages)", f.Language},
		"format":      {f.Format != "", "k.format = @format", f.Format},
		"institution": {f.Institution != "", "i.slug = @institution", f.Institution},
		"hours":       {f.MaxHours > 0, "k.effort_hours <= @hours", f.MaxHours},
	} {
		q.filters[facet] = "true"
		if filter.set {
			q.filters[facet], q.args[facet] = filter.condition, filter.value
		}
	}
	if after != nil {
		q.args["rank"], q.args["at"], q.args["after"] = after.Rank, after.At, after.ID
	}
	return q
}

// where joins all conditions.
func (q catalogueQuery) where() string {
	conditions := []string{q.match}
	for _, f := range []string{"trade", "level", "language", "format", "institution", "hours"} {
		if q.filters[f] != "true" {
			conditions = append(conditions, q.filters[f])
		}
	}
	return strings.Join(conditions, " AND ")
}

func (q catalogueQuery) items(after *cursor) string {
	page := "true"
	if after != nil {
		page = "(f.rank, f.listed_at, f.course_id) < (@rank::real, @at::timestamptz, @after::uuid)"
	}
	return `
		SELECT c.id, c.slug, f.format, f.trade, f.level, f.languages, f.title, f.summary, f.poster_asset_id, f.effort_hours,
		       f.video_minutes, f.lesson_count, f.listed_at, f.rank,
		       i.id AS institution_id, i.slug AS institution_slug, i.name AS institution_name, i.country,
		       n.id AS run_id, n.starts_at, n.ends_at,
		       EXISTS (SELECT FROM enrolments e WHERE e.account_id = @viewer AND e.course_id = c.id AND e.left_at IS NULL) AS enrolled
		FROM (SELECT k.*, ` + q.rank + ` AS rank FROM catalogue k JOIN institutions i ON i.id = k.institution_id WHERE ` + q.where() + `) f
		JOIN courses c ON c.id = f.course_id JOIN institutions i ON i.id = f.institution_id
		LEFT JOIN LATERAL (SELECT r.id, r.starts_at, r.ends_at FROM runs r
		                   WHERE r.course_id = c.id AND r.cancelled_at IS NULL AND r.ends_at > now() ORDER BY r.ends_at, r.id LIMIT 1) n ON true
		WHERE ` + page + `
		ORDER BY f.rank DESC, f.listed_at DESC, f.course_id DESC LIMIT @limit`
}

// facets counts, for each value of each facet, the courses that all the other filters leave; kind "" is the total.
func (q catalogueQuery) facets() string {
	others := func(facet string) string {
		var ok []string
		for _, f := range []string{"trade", "level", "language", "format", "institution", "hours"} {
			if f != facet {
				ok = append(ok, f+"_ok")
			}
		}
		return strings.Join(ok, " AND ")
	}
	var marks strings.Builder
	for _, f := range []string{"trade", "level", "language", "format", "institution", "hours"} {
		marks.WriteString(", " + q.filters[f] + " AS " + f + "_ok")
	}
	return `
		WITH found AS MATERIALIZED (
			SELECT k.trade, k.level, k.languages, k.format, i.slug, i.name` + marks.String() + `
			FROM catalogue k JOIN institutions i ON i.id = k.institution_id WHERE ` + q.match + `)
		SELECT '' AS facet, '' AS value, count(*) AS count, '{}'::jsonb AS title FROM found WHERE ` + others("") + `
		UNION ALL SELECT 'trade', trade, count(*), '{}' FROM found WHERE trade <> '' AND ` + others("trade") + ` GROUP BY trade
		UNION ALL SELECT 'level', level, count(*), '{}' FROM found WHERE level <> '' AND ` + others("level") + ` GROUP BY level
		UNION ALL SELECT 'language', l, count(*), '{}' FROM found, unnest(languages) l WHERE ` + others("language") + ` GROUP BY l
		UNION ALL SELECT 'format', format, count(*), '{}' FROM found WHERE ` + others("format") + ` GROUP BY format
		UNION ALL SELECT 'institution', slug, count(*), name FROM found WHERE ` + others("institution") + ` GROUP BY slug, name
		ORDER BY count DESC, value`
}

type facetRow struct {
	Facet string
	Value string
	Count int
	Title localize.Text
}

func (c *Catalogue) count(rows []facetRow) {
	c.Facets = Facets{Trades: []Facet{}, Levels: []Facet{}, Languages: []Facet{}, Formats: []Facet{}, Institutions: []Facet{}}
	lists := map[string]*[]Facet{"trade": &c.Facets.Trades, "level": &c.Facets.Levels, "language": &c.Facets.Languages,
		"format": &c.Facets.Formats, "institution": &c.Facets.Institutions}
	for _, r := range rows {
		if r.Facet == "" {
			c.Total = r.Count
			continue
		}
		list := lists[r.Facet]
		*list = append(*list, Facet{Value: r.Value, Count: r.Count, Title: r.Title})
	}
}

// cardRow is a course of a list as the database has it.
type cardRow struct {
	ID              uuid.UUID
	Slug            string
	Format          string
	Trade           string
	Level           string
	Languages       []string
	Title           localize.Text
	Summary         localize.Text
	PosterAssetID   *uuid.UUID
	EffortHours     float64
	VideoMinutes    int
	LessonCount     int
	ListedAt        time.Time
	Rank            float32
	InstitutionID   uuid.UUID
	InstitutionSlug string
	InstitutionName localize.Text
	Country         string
	RunID           *uuid.UUID
	StartsAt        *time.Time
	EndsAt          *time.Time
	Enrolled        bool
}

func (r cardRow) card() CourseCard {
	c := CourseCard{
		ID: r.ID, Slug: r.Slug, Format: r.Format, Trade: r.Trade, Level: r.Level, Languages: r.Languages, Title: r.Title, Summary: r.Summary,
		Institution:   InstitutionRef{ID: r.InstitutionID, Slug: r.InstitutionSlug, Name: r.InstitutionName, Country: r.Country},
		PosterAssetID: r.PosterAssetID, EffortHours: r.EffortHours, VideoMinutes: r.VideoMinutes, LessonCount: r.LessonCount, Enrolled: r.Enrolled,
	}
	if r.RunID != nil {
		c.NextRun = &NextRun{ID: *r.RunID, StartsAt: *r.StartsAt, EndsAt: *r.EndsAt}
	}
	return c
}
