package app_test

import (
	"net/http"
)

func checkRules(f *fixture) map[string]rule {
	finding := func(f *fixture) (course, id string) {
		course, unit, lesson := f.draft(), newID(), newID()
		author := f.as("author")
		author.must(http.StatusOK, "PUT", path("/api/studio/units/%s", unit), map[string]any{"courseId": course, "kind": "vocational", "title": text("V")}, nil)
		author.must(http.StatusOK, "PUT", path("/api/studio/lessons/%s", lesson), map[string]any{"unitId": unit, "title": text("L")}, nil)
		body := readingBody(lesson)
		body["body"] = map[string]any{"markdown": text("机床")}
		author.must(http.StatusOK, "PUT", path("/api/studio/activities/%s", newID()), body, nil)
		var found struct{ Items []struct{ ID string } }
		author.must(http.StatusOK, "GET", path("/api/studio/courses/%s/findings", course), nil, &found)
		if len(found.Items) == 0 {
			f.t.Fatal("a course with an untaught word has no findings")
		}
		return course, found.Items[0].ID
	}
	waiver := func(marked bool) func(*fixture, *client) (string, any) {
		return func(f *fixture, _ *client) (string, any) {
			course, id := finding(f)
			p := path("/api/studio/courses/%s/findings/%s/waiver", course, id)
			if marked {
				f.as("author").must(http.StatusNoContent, "PUT", p, nil, nil)
			}
			return p, nil
		}
	}
	// A word in a place of a lesson, with another reading than the dictionary's or without one yet.
	set := func(f *fixture, marked bool) (string, any) {
		course, unit, lesson := f.draft(), newID(), newID()
		author := f.as("author")
		author.must(http.StatusOK, "PUT", path("/api/studio/units/%s", unit), map[string]any{"courseId": course, "kind": "language", "title": text("V")}, nil)
		author.must(http.StatusOK, "PUT", path("/api/studio/lessons/%s", lesson), map[string]any{"unitId": unit, "title": text("L")}, nil)
		body := readingBody(lesson)
		body["body"] = map[string]any{"markdown": text("他很长。")}
		author.must(http.StatusOK, "PUT", path("/api/studio/activities/%s", newID()), body, nil)
		p := path("/api/studio/courses/%s/lessons/%s/readings/%s", course, lesson, newID())
		reading := map[string]any{"word": "长", "before": "他很", "after": "。", "pinyin": "zhang3"}
		if marked {
			author.must(http.StatusNoContent, "PUT", p, reading, nil)
			return p, nil
		}
		return p, reading
	}
	return map[string]rule{
		"placeReadings":      rowOf(at("/api/studio/courses/%s/lessons/%s/readings", f.course, f.lesson), authors),
		"putPlaceReading":    rowOf(func(f *fixture, _ *client) (string, any) { return set(f, false) }, authorsOK),
		"deletePlaceReading": rowOf(func(f *fixture, _ *client) (string, any) { return set(f, true) }, authorsOK),
		"findings":           rowOf(at("/api/studio/courses/%s/findings", f.course), authors),
		"waiveFinding":       rowOf(waiver(false), authorsOK),
		"unwaiveFinding":     rowOf(waiver(true), authorsOK),
		"previewLanguage":    rowOf(at("/api/studio/courses/%s/preview/lessons/%s/language", f.course, f.lesson), authors),
	}
}
