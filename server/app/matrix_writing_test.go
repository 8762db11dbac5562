package app_test

import (
	"net/url"
	"time"
)

func writingRules(f *fixture) map[string]rule {
	body := func(p string, fields map[string]any) func(*fixture, *client) (string, any) {
		return func(*fixture, *client) (string, any) { return p, fields }
	}
	hanzi := url.QueryEscape("你好")
	writing := func(*fixture, *client) (string, any) {
		return "/api/writings", map[string]any{"writings": []any{map[string]any{"id": newID(), "word": "你好", "character": "你", "mode": "memory", "ink": "AgAA/w8",
			"misses": 0, "disorders": 0, "backwards": 0, "helped": 0, "distance": 12.5, "at": time.Now().UTC().Format(time.RFC3339)}}}
	}
	// Who may open the lessons of a unit may keep it.
	const learners = "401 403 200 200 403 200 200 200"
	return map[string]rule{
		"strokes":        rowOf(at("/api/strokes?characters=%s", hanzi), open),
		"strokesLicence": rowOf(at("/api/strokes/licence"), open),
		"handwriting":    rowOf(body("/api/dictionary/handwriting", map[string]any{"strokes": [][][]int{{{0, 500}, {1000, 500}}}}), open),
		"write":          rowOf(writing, ownDone),
		"writings":       rowOf(at("/api/writings?character=%s", url.QueryEscape("你")), ownOnly),
		"unitPack":       rowOf(at("/api/units/%s/pack", f.unit), learners),
		"packSizes":      rowOf(at("/api/courses/matrix-course/packs"), open),
		"unitFont":       rowOf(at("/api/units/%s/font", f.unit), learners),
		"fontFor":        rowOf(at("/api/fonts?characters=%s", hanzi), open),
		"font":           rowOf(at("/api/fonts/%s", "0123456789abcdef0123456789abcdef"), "404 404 404 404 404 404 404 404"),
	}
}
