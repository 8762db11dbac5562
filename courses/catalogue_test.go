package courses

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/courses/localize"
	"hanzhi/server/fault"
)

// publishAs publishes a small course with a title, a trade, a level and languages.
func (w *world) publishAs(format, trade, level string, title localize.Text, languages ...string) uuid.UUID {
	w.Helper()
	id := newID()
	must(w.CreateCourse(w.Context(), w.author, id, NewCourse{InstitutionID: w.institution, Format: format, Title: title, Languages: languages, Trade: trade, Level: level}))(w)
	w.newReading(w.newLesson(w.newUnit(id, "language"), false), "text")
	must(w.Publish(w.Context(), w.author, id))(w)
	return id
}

// found lists what a query finds, by names of the test.
func (w *world) found(names map[uuid.UUID]string, f CatalogueFilter) string {
	w.Helper()
	var list []string
	for _, c := range must(w.Catalogue(w.Context(), uuid.Nil, f))(w).Items {
		list = append(list, names[c.ID])
	}
	return strings.Join(list, " ")
}

func TestSearch(t *testing.T) {
	w := setup(t)
	names := map[uuid.UUID]string{
		w.publishAs(Micro, "7223", "", localize.Text{"zh-CN": "数控车床操作", "en": "CNC lathe operation"}, "zh-CN"):                   "lathe",
		w.publishAs(Micro, "7212", "", localize.Text{"ru": "Сварочные работы для начинающих", "fr": "Soudage électrique"}, "ru"): "weld",
		w.publishAs(Micro, "", "", localize.Text{"ru": "Пожарная безопасность в цехе", "en": "Fire safety"}, "ru"):               "fire",
		w.publishAs(Micro, "", "", localize.Text{"ar": "أساسيات السلامة في ورشة اللِّحام", "en": "Workshop basics"}, "ar"):       "arabic",
		w.publishAs(Micro, "", "", localize.Text{"ar": "تشغيل الآلات والمخارط", "en": "Running machines"}, "ar"):                 "machines",
		w.publishAs(Micro, "", "", localize.Text{"fr": "Sécurité à l’atelier : pièces soudées", "en": "100%_sure"}, "fr"):        "french",
		w.publishAs(Micro, "", "", localize.Text{"zh-CN": "急停与安全", "en": "Emergency stop"}, "zh-CN"):                             "stop",
	}
	for name, queries := range map[string]map[string]string{
		"Chinese is found by any part of it, one character or many": {
			"车床": "lathe", "床": "lathe", "数控车床操作": "lathe", "控车": "lathe", "车数": "", "控操": "", "安全": "stop", "数控 安全": "", "床操作": "lathe", "数控 lathe": "lathe", "ＣＮＣ": "lathe",
		},
		"Russian is found in every form, and adjectives by their noun": {
			"пожарный": "fire", "ПОЖАРНОЙ": "fire", "пожарных": "fire", "пожар": "fire", "безопасности цеха": "fire", "сварочный": "weld",
			"сварка": "", "работа": "weld", "начинающий": "weld", "Цёх": "fire",
		},
		"Arabic is found with and without the article, vowel signs and forms of alef": {
			"لحام": "arabic", "اللحام": "arabic", "لِحَام": "arabic", "السلامة": "arabic", "سلامة": "arabic", "سلامه": "arabic", "اساسيات": "arabic", "أساسيات": "arabic",
			"الات": "machines", "آلات": "machines", "والمخارط": "machines", "مخارط": "machines",
		},
		"English and French are found in every form, with and without accents, by their beginnings": {
			"operating": "lathe", "lathes": "lathe", "emerg": "stop", "machine": "machines", "soudée": "french", "soudee": "french", "soudage electrique": "weld",
			"électriques": "weld", "ÉLECTRIQUE": "weld", "securite": "french", "pièce": "french", "piece": "french",
		},
		"signs that mean something to the database mean nothing here": {
			"100%": "french", "%": "", "_": "", "100%_sure": "french", "lat%": "lathe", "lathe & !cnc": "lathe", "'": "", `\`: "", "lathe' OR 1=1 --": "", "la:*the": "", "(": "", "\x00": "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			for query, want := range queries {
				if got := w.found(names, CatalogueFilter{Query: query}); got != want {
					t.Errorf("%q finds %q, want %q", query, got, want)
				}
			}
		})
	}
	t.Run("the title counts more than the rest", func(t *testing.T) {
		plain := w.newCourse(Micro)
		v := must(w.PatchCourse(w.Context(), w.author, plain, CoursePatch{Version: 1, Description: &localize.Text{"en": "Uses a lathe."}}))(w)
		w.newReading(w.newLesson(w.newUnit(plain, "language"), false), "text")
		must(w.PatchCourse(w.Context(), w.author, plain, CoursePatch{Version: v.Version, Title: &localize.Text{"en": "Other"}}))(w)
		must(w.Publish(w.Context(), w.author, plain))(w)
		names[plain] = "other"
		if got := w.found(names, CatalogueFilter{Query: "lathe"}); got != "lathe other" {
			t.Errorf("got %q", got)
		}
	})
	t.Run("a very long query is answered", func(t *testing.T) {
		if got := w.found(names, CatalogueFilter{Query: strings.Repeat("lathe ", 40)}); got == "" {
			t.Error("nothing found")
		}
	})
}

func TestCatalogue(t *testing.T) {
	w := setup(t)
	ctx := w.Context()
	var ids []uuid.UUID
	for i := range 7 {
		format, trade, level := Micro, "7223", "hsk2:1"
		if i%2 == 0 {
			format = MOOC
		}
		if i > 4 {
			trade, level = "7212", "hsk2:2"
		}
		languages := []string{"en", "ru"}[:1+i%2]
		ids = append(ids, w.publishAs(format, trade, level, en(fmt.Sprint("Course ", i)), languages...))
	}
	run := w.newRun(ids[0], 5)
	w.enrol(w.learner, ids[0], &run)

	t.Run("without a query the newest stand first, with the viewer's own marked", func(t *testing.T) {
		c := must(w.Catalogue(ctx, w.learner, CatalogueFilter{}))(w)
		if c.Total != 7 || len(c.Items) != 7 || c.NextPage != "" || c.Items[0].ID != ids[6] {
			t.Fatalf("got %+v", c)
		}
		for _, item := range c.Items {
			if item.Enrolled != (item.ID == ids[0]) || (item.NextRun != nil) != (item.ID == ids[0]) {
				t.Errorf("got %+v", item)
			}
		}
		if c.Items[0].Institution.Slug != "ruda" || c.Items[0].LessonCount != 1 || c.Items[0].Title["en"] != "Course 6" {
			t.Errorf("got %+v", c.Items[0])
		}
	})
	t.Run("filters narrow, and each facet counts what the others leave", func(t *testing.T) {
		c := must(w.Catalogue(ctx, uuid.Nil, CatalogueFilter{Trade: "7223", Format: MOOC}))(w)
		if c.Total != 3 || fmt.Sprint(c.Facets.Trades) != "[{7223 3 map[]} {7212 1 map[]}]" || fmt.Sprint(c.Facets.Formats) != "[{mooc 3 map[]} {micro 2 map[]}]" ||
			fmt.Sprint(c.Facets.Levels) != "[{hsk2:1 3 map[]}]" || fmt.Sprint(c.Facets.Languages) != "[{en 3 map[]}]" || fmt.Sprint(c.Facets.Institutions) != "[{ruda 3 map[en:ruda]}]" {
			t.Errorf("got %d, %+v", c.Total, c.Facets)
		}
		for _, f := range []struct {
			filter CatalogueFilter
			want   int
		}{
			{CatalogueFilter{Language: "ru"}, 3}, {CatalogueFilter{Level: "hsk2:2"}, 2}, {CatalogueFilter{Institution: "ruda"}, 7}, {CatalogueFilter{Institution: "elsewhere"}, 0},
			{CatalogueFilter{MaxHours: 0.5}, 7}, {CatalogueFilter{Query: "course", Language: "ru"}, 3}, {CatalogueFilter{Trade: "' OR 1=1"}, 0},
		} {
			if c := must(w.Catalogue(ctx, uuid.Nil, f.filter))(w); c.Total != f.want || len(c.Items) != f.want {
				t.Errorf("%+v finds %d, want %d", f.filter, c.Total, f.want)
			}
		}
	})
	t.Run("pages hold every course once, also when one is added or published anew meanwhile", func(t *testing.T) {
		for _, query := range []string{"", "course"} {
			seen, page := map[uuid.UUID]int{}, ""
			for n := range 20 {
				c := must(w.Catalogue(ctx, uuid.Nil, CatalogueFilter{Query: query, Limit: 2, Page: page}))(w)
				for _, item := range c.Items {
					seen[item.ID]++
				}
				if n == 1 {
					w.publishAs(Micro, "", "", en("Course added"), "en")
					w.newReading(w.newLesson(w.newUnit(ids[3], "language"), false), "more")
					must(w.Publish(ctx, w.author, ids[3]))(w)
				}
				if page = c.NextPage; page == "" {
					break
				}
			}
			for _, id := range ids {
				if seen[id] != 1 {
					t.Errorf("query %q: course %v is seen %d times", query, id, seen[id])
				}
			}
		}
	})
	t.Run("a page of another list or none at all is refused", func(t *testing.T) {
		for _, page := range []string{"x", "e30", strings.Repeat("A", 3000)} {
			_, err := w.Catalogue(ctx, uuid.Nil, CatalogueFilter{Page: page})
			wantFault(t, err, fault.Invalid, "bad_page")
		}
	})
}

func TestCatalogueIndexes(t *testing.T) {
	w := setup(t)
	ctx := w.Context()
	w.exec(`INSERT INTO courses (id, institution_id, slug, format, title) SELECT gen_random_uuid(), $1, 'c-' || i, 'micro', '{"en": "x"}' FROM generate_series(1, 4000) i`, w.institution)
	w.exec(`INSERT INTO catalogue (course_id, institution_id, format, trade, level, languages, title, summary, effort_hours, video_minutes, lesson_count, listed_at, search_text, search_vector)
		SELECT c.id, c.institution_id, 'micro', '', '', '{en}', c.title, '{}', 1, 1, 1, now() - random() * interval '1 year',
		       md5(c.slug), search_document('{english,simple}', '{A,A}', ARRAY[md5(c.slug) || ' ' || md5(c.id::text), CASE WHEN c.slug = 'c-77' THEN '车床 床工' ELSE '车工' END])
		FROM courses c`)
	w.exec(`ANALYZE catalogue`)
	explain := func(f CatalogueFilter) string {
		q := newCatalogueQuery(uuid.Nil, f, nil)
		rows, err := w.db.Query(ctx, "EXPLAIN "+q.items(nil), q.args)
		w.no(err)
		lines := must(pgx.CollectRows(rows, pgx.RowTo[string]))(w)
		return strings.Join(lines, "\n")
	}
	t.Run("a search reads the index, not the table", func(t *testing.T) {
		for _, query := range []string{"床工", "weldi", "сварка", "لحام"} {
			if plan := explain(CatalogueFilter{Query: query}); !strings.Contains(plan, "catalogue_search_vector") || strings.Contains(plan, "Seq Scan on catalogue") {
				t.Errorf("%s:\n%s", query, plan)
			}
		}
	})
	t.Run("the newest are read in the order of their index", func(t *testing.T) {
		if plan := explain(CatalogueFilter{}); !strings.Contains(plan, "catalogue_listed_at") {
			t.Error(plan)
		}
	})
	t.Run("it finds the one in thousands", func(t *testing.T) {
		if c := must(w.Catalogue(context.Background(), uuid.Nil, CatalogueFilter{Query: "床工"}))(w); c.Total != 1 || c.Items[0].Slug != "c-77" {
			t.Errorf("got %+v", c.Items)
		}
	})
}
