package app_test

import "time"

func matrix(f *fixture) map[string]rule {
	rules := map[string]rule{}
	for _, part := range []map[string]rule{accountRules(f), institutionRules(f), learningRules(f), studioRules(f), outlineRules(), mediaRules(f), languageRules(f), writingRules(f), voiceRules(), checkRules(f), taskRules(f), listRules(f), guidanceRules(f), classRules(f)} {
		for name, r := range part {
			rules[name] = r
		}
	}
	return rules
}

// wrong is a password that is nobody's: the route answers, nothing changes.
const wrong = "not-my-password"

func accountRules(*fixture) map[string]rule {
	body := func(fields map[string]any) func(*fixture, *client, string) (string, any) {
		return func(_ *fixture, _ *client, p string) (string, any) { return p, fields }
	}
	post := func(p string, fields map[string]any) func(*fixture, *client) (string, any) {
		return func(f *fixture, c *client) (string, any) { return body(fields)(f, c, p) }
	}
	newcomer := func(f *fixture, _ *client) (string, any) {
		// Signing up signs in: each role keeps its own browser, so the newcomer has a browser of their own.
		return "/api/accounts", map[string]any{"email": f.unique("new") + "@example.org", "name": "New", "password": "short"}
	}
	return map[string]rule{
		"currentSession": rowOf(at("/api/session"), open),
		"signIn":         rowOf(post("/api/session", map[string]any{"email": "nobody@example.org", "password": wrong}), "401 401 401 401 401 401 401 401"),
		"signOut":        {make: at("/api/session"), want: "204 204 204 204 204 204 204 204", own: true},
		"signUp":         rowOf(newcomer, "422 422 422 422 422 422 422 422"),
		"account":        rowOf(at("/api/account"), ownOnly),
		"updateAccount":  rowOf(post("/api/account", map[string]any{"locale": "ru"}), ownOnly),
		"deleteAccount":  rowOf(post("/api/account", map[string]any{"password": wrong}), "401 422 422 422 422 422 422 422"),
		"changeEmail":    rowOf(post("/api/account/email", map[string]any{"email": "elsewhere@example.org", "password": wrong}), "401 422 422 422 422 422 422 422"),
		"confirmEmail":   rowOf(post("/api/account/email-confirmations", map[string]any{"token": "no-such-token-no-such-token-no-such-token-0"}), "422 422 422 422 422 422 422 422"),
		"changePassword": rowOf(post("/api/account/password", map[string]any{"password": wrong, "newPassword": "another-good-one-9"}), "401 422 422 422 422 422 422 422"),
		"exportAccount":  rowOf(at("/api/account/export"), ownOnly),
		"requestPasswordReset": rowOf(post("/api/password-resets", map[string]any{"email": "nobody@example.org"}),
			"202 202 202 202 202 202 202 202"),
		"resetPassword":    rowOf(post("/api/password-resets", map[string]any{"token": "no-such-token-no-such-token-no-such-token-0", "password": "another-good-one-9"}), "422 422 422 422 422 422 422 422"),
		"sessions":         rowOf(at("/api/sessions"), ownOnly),
		"endOtherSessions": rowOf(at("/api/sessions"), ownDone),
		"endSession":       rowOf(func(*fixture, *client) (string, any) { return "/api/sessions/" + newID(), nil }, "401 404 404 404 404 404 404 404"),
	}
}

func institutionRules(f *fixture) map[string]rule {
	return map[string]rule{
		"institutions": rowOf(at("/api/institutions"), open),
		"institution":  rowOf(at("/api/institutions/%s", f.slug), open),
		"putInstitution": rowOf(func(f *fixture, _ *client) (string, any) {
			return path("/api/institutions/%s", f.institution), institutionBody(f.slug)
		},
			"401 403 403 403 403 403 200 200"),
		"members": rowOf(at("/api/institutions/%s/members", f.institution), "401 403 403 403 403 403 200 200"),
		"setMember": rowOf(func(f *fixture, _ *client) (string, any) {
			return path("/api/institutions/%s/members", f.institution), map[string]any{"email": "teacher@example.org", "roles": []string{"teacher"}}
		}, "401 403 403 403 403 403 200 200"),
		"mails":    rowOf(at("/api/admin/mails"), adminOnly),
		"accounts": rowOf(at("/api/admin/accounts"), adminOnly),
		"suspendAccount": rowOf(func(f *fixture, _ *client) (string, any) {
			return path("/api/admin/accounts/%s/suspension", f.as("outsider").id), map[string]any{"suspended": false}
		}, adminOnly),
	}
}

func learningRules(f *fixture) map[string]rule {
	report := func(f *fixture, _ *client) (string, any) {
		return "/api/progress", map[string]any{"reports": []any{map[string]any{"id": newID(), "activityId": f.activity, "watched": [][]int{{0, 1}}, "positionMs": 0, "at": time.Now().UTC().Format(time.RFC3339)}}}
	}
	return map[string]rule{
		"trades":    rowOf(at("/api/trades"), open),
		"catalogue": rowOf(at("/api/courses"), open),
		"course":    rowOf(at("/api/courses/matrix-course"), open),
		"lesson":    rowOf(at("/api/lessons/%s", f.lesson), "401 403 200 200 403 200 200 200"),
		"enrol": rowOf(func(f *fixture, c *client) (string, any) {
			return "/api/enrolments/" + newID(), map[string]any{"courseId": newID()}
		}, "401 404 404 404 404 404 404 404"),
		"leave": rowOf(func(f *fixture, _ *client) (string, any) { return "/api/enrolments/" + newID(), nil }, "401 404 404 404 404 404 404 404"),
		"today": rowOf(at("/api/today"), ownOnly),
		// One that may not learn the activity is told so report by report: 200 with a rejected id.
		"report":            rowOf(report, ownOnly),
		"runProgress":       rowOf(at("/api/runs/%s/progress", f.run), "401 404 404 200 404 404 200 200"),
		"exportRunProgress": rowOf(at("/api/runs/%s/progress.csv", f.run), "401 404 404 200 404 404 200 200"),
		"classPicture": rowOf(func(*fixture, *client) (string, any) {
			return path("/api/classes/%s/pictures/%s", newID(), newID()), nil
		}, "404 404 404 404 404 404 404 404"),
		"deck":     rowOf(func(*fixture, *client) (string, any) { return path("/api/assets/%s/pages", newID()), nil }, "401 404 404 404 404 404 404 404"),
		"playback": rowOf(func(*fixture, *client) (string, any) { return path("/api/assets/%s/playback", newID()), nil }, "404 404 404 404 404 404 404 404"),
	}
}

func studioRules(f *fixture) map[string]rule {
	draft := (*fixture).draft
	publishable := func(f *fixture) string {
		course, lesson := f.draftLesson()
		f.as("author").must(200, "PUT", path("/api/studio/activities/%s", newID()), readingBody(lesson), nil)
		return course
	}
	published := func(f *fixture) string {
		course := publishable(f)
		f.as("author").must(200, "POST", path("/api/studio/courses/%s/publish", course), nil, nil)
		return course
	}
	archived := func(f *fixture) string {
		course := published(f)
		f.as("author").must(200, "POST", path("/api/studio/courses/%s/archive", course), nil, nil)
		return course
	}
	run := func(f *fixture) string {
		id := newID()
		f.as("coordinator").must(200, "PUT", path("/api/studio/runs/%s", id), f.runBody(f.course), nil)
		return id
	}
	fresh := func(*fixture) string { return newID() }
	return map[string]rule{
		"studioCourses":   rowOf(at("/api/studio/courses"), ownOnly),
		"putCourse":       rowOf(onNew("/api/studio/courses/%s", fresh, func(f *fixture) any { return f.courseBody(f.unique("new"), "micro") }), "401 403 403 403 403 200 200 200"),
		"draftCourse":     rowOf(at("/api/studio/courses/%s", f.course), authors),
		"patchCourse":     rowOf(onNew("/api/studio/courses/%s", draft, func(*fixture) any { return version(map[string]any{"title": text("Other")}) }), authors),
		"deleteCourse":    rowOf(onNew("/api/studio/courses/%s", draft, nil), authorsOK),
		"publishCourse":   rowOf(onNew("/api/studio/courses/%s/publish", publishable, nil), authors),
		"unpublishCourse": rowOf(onNew("/api/studio/courses/%s/unpublish", published, nil), authors),
		"archiveCourse":   rowOf(onNew("/api/studio/courses/%s/archive", published, nil), authors),
		"restoreCourse":   rowOf(onNew("/api/studio/courses/%s/restore", archived, nil), authors),
		"orderCourse":     rowOf(onNew("/api/studio/courses/%s/order", draft, func(*fixture) any { return map[string]any{"units": []any{}} }), authors),
		"pairUnits":       rowOf(onNew("/api/studio/courses/%s/pairings", draft, func(*fixture) any { return map[string]any{"pairings": []any{}} }), authors),
		"previewLesson":   rowOf(at("/api/studio/courses/%s/preview/lessons/%s", f.course, f.lesson), authors),
		"putRun":          rowOf(onNew("/api/studio/runs/%s", fresh, func(f *fixture) any { return f.runBody(f.course) }), authors),
		"cancelRun":       rowOf(onNew("/api/studio/runs/%s", run, nil), authorsOK),
	}
}

func outlineRules() map[string]rule {
	unit := func(f *fixture) string { _, id := f.draftUnit(); return id }
	lesson := func(f *fixture) string { _, id := f.draftLesson(); return id }
	activity := func(f *fixture) string { _, id := f.draftActivity(); return id }
	fresh := func(*fixture) string { return newID() }
	title := func(*fixture) any { return version(map[string]any{"title": text("Other")}) }
	return map[string]rule{
		"putUnit": rowOf(onNew("/api/studio/units/%s", fresh, func(f *fixture) any {
			return map[string]any{"courseId": f.draft(), "kind": "vocational", "title": text("U")}
		}), authors),
		"patchUnit":   rowOf(onNew("/api/studio/units/%s", unit, title), authors),
		"deleteUnit":  rowOf(onNew("/api/studio/units/%s", unit, nil), authorsOK),
		"restoreUnit": rowOf(onNew("/api/studio/units/%s/restore", gone("/api/studio/units/%s", unit), nil), authors),
		"putLesson": rowOf(onNew("/api/studio/lessons/%s", fresh, func(f *fixture) any {
			_, id := f.draftUnit()
			return map[string]any{"unitId": id, "title": text("L")}
		}), authors),
		"patchLesson":   rowOf(onNew("/api/studio/lessons/%s", lesson, title), authors),
		"deleteLesson":  rowOf(onNew("/api/studio/lessons/%s", lesson, nil), authorsOK),
		"restoreLesson": rowOf(onNew("/api/studio/lessons/%s/restore", gone("/api/studio/lessons/%s", lesson), nil), authors),
		"putActivity": rowOf(onNew("/api/studio/activities/%s", fresh, func(f *fixture) any {
			_, id := f.draftLesson()
			return readingBody(id)
		}), authors),
		"patchActivity":   rowOf(onNew("/api/studio/activities/%s", activity, title), authors),
		"deleteActivity":  rowOf(onNew("/api/studio/activities/%s", activity, nil), authorsOK),
		"restoreActivity": rowOf(onNew("/api/studio/activities/%s/restore", gone("/api/studio/activities/%s", activity), nil), authors),
	}
}

func mediaRules(f *fixture) map[string]rule {
	unknown := func(format string, body any) func(*fixture, *client) (string, any) {
		return func(*fixture, *client) (string, any) { return path(format, newID()), body }
	}
	// Nobody has uploaded anything: every asset is one that does not exist, and a role that may upload learns no more.
	const none = "401 404 404 404 404 404 404 404"
	return map[string]rule{
		"assets":         rowOf(at("/api/studio/assets"), ownOnly),
		"asset":          rowOf(unknown("/api/studio/assets/%s", nil), none),
		"deleteAsset":    rowOf(unknown("/api/studio/assets/%s", nil), none),
		"retryAsset":     rowOf(unknown("/api/studio/assets/%s/retry", nil), none),
		"captions":       rowOf(unknown("/api/studio/assets/%s/captions/en", nil), none),
		"putCaptions":    rowOf(unknown("/api/studio/assets/%s/captions/en", map[string]any{"cues": []any{map[string]any{"id": "1", "startMs": 0, "endMs": 10, "text": "x"}}}), none),
		"deleteCaptions": rowOf(unknown("/api/studio/assets/%s/captions/en", nil), none),
		"createUpload":   rowOf(at("/api/uploads"), "401 412 412 412 412 412 412 412"), // no Tus-Resumable header
		"tusOptions":     rowOf(at("/api/uploads"), open),
		"uploadState":    rowOf(unknown("/api/uploads/%s", nil), none),
		"appendUpload":   rowOf(unknown("/api/uploads/%s", nil), "401 412 412 412 412 412 412 412"),
		"cancelUpload":   rowOf(unknown("/api/uploads/%s", nil), "401 412 412 412 412 412 412 412"),
		"stream":         rowOf(at("/v/no-such-token/master.m3u8"), "404 404 404 404 404 404 404 404"),
		"streamHead":     rowOf(at("/v/no-such-token/master.m3u8"), "404 404 404 404 404 404 404 404"),
	}
}

// again returns another browser with a session of the role.
func (f *fixture) again(role string) *client {
	switch role {
	case "visitor":
		return newClient(f.t, f.app)
	case "admin":
		return signIn(f.t, f.app, adminEmail)
	}
	return signIn(f.t, f.app, role+"@example.org")
}
