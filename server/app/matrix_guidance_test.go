package app_test

import "net/http"

func guidanceRules(f *fixture) map[string]rule {
	body := func(p string, fields map[string]any) func(*fixture, *client) (string, any) {
		return func(*fixture, *client) (string, any) { return p, fields }
	}
	// A gate of its own: the fixture's lesson stays open for the other rows.
	var gated string
	pass := func(f *fixture, _ *client) (string, any) {
		if gated == "" {
			run, lesson, _, _ := f.safetyRun("请先检查机床。")
			gated = path("/api/runs/%s/lessons/%s", run, lesson)
			f.as("teacher").must(http.StatusOK, "PUT", gated+"/gate", map[string]any{"percent": 80}, nil)
		}
		return path("%s/passes/%s", gated, f.as("student").id), nil
	}
	lesson := path("/api/runs/%s/lessons/%s", f.run, f.lesson)
	// A run that one does not teach is not found, whoever else may read its course.
	const teachers, teachersDone = "401 404 404 200 404 404 200 200", "401 404 404 204 404 404 204 204"
	return map[string]rule{
		"dateLesson":  rowOf(body(lesson+"/date", map[string]any{"at": "2030-12-03T08:00:00Z"}), teachers),
		"gateLesson":  rowOf(body(lesson+"/gate", map[string]any{"percent": 0}), teachers),
		"letThrough":  rowOf(pass, teachersDone),
		"holdBack":    rowOf(pass, teachersDone),
		"assignments": rowOf(at("/api/runs/%s/assignments", f.run), teachers),
		// The lesson has no Chinese, so those who may assign are told so.
		"assign": rowOf(func(f *fixture, _ *client) (string, any) {
			return path("/api/runs/%s/assignments/%s", f.run, newID()), map[string]any{"lessonId": f.lesson, "words": []string{"机床"}}
		}, "401 404 404 422 404 404 422 422"),
		"withdrawAssignment": rowOf(func(f *fixture, _ *client) (string, any) {
			return path("/api/runs/%s/assignments/%s", f.run, newID()), nil
		}, "401 404 404 404 404 404 404 404"),
	}
}
