package app_test

import (
	"time"

	"github.com/google/uuid"

	"hanzhi/courses/classes"
)

// class plans a class that begins now and returns its id.
func (f *fixture) class() string {
	f.t.Helper()
	id := newID()
	f.as("teacher").must(200, "PUT", path("/api/classes/%s", id), f.classBody(), nil)
	return id
}

func (f *fixture) classBody() map[string]any {
	return map[string]any{"runId": f.run, "title": text("Class"), "startsAt": time.Now().UTC().Format(time.RFC3339), "minutes": 45, "timeZone": "Africa/Lusaka"}
}

// recorded stores a piece of a class and returns its track.
func (f *fixture) recorded(class string) string {
	f.t.Helper()
	track := uuid.MustParse(newID())
	key := "r/" + class + "/" + track.String() + "/0.webm"
	if err := f.app.PutObject(f.t.Context(), key, "webm"); err != nil {
		f.t.Fatal(err)
	}
	_, err := f.app.Classes.AddPiece(f.t.Context(), classes.NewPiece{Class: uuid.MustParse(class), Track: track, Person: uuid.New(), Name: "Teacher", Kind: "voice",
		Start: time.Now().UnixMilli(), Length: 1000, Bytes: 4, Key: key})
	if err != nil {
		f.t.Fatal(err)
	}
	return track.String()
}

func classRules(f *fixture) map[string]rule {
	// Teachers of the run, coordinators and the administrator lead; learners take part, authors look on.
	const leads = "401 404 404 200 404 404 200 200"
	const takesPart = "401 404 200 200 404 200 200 200"
	class := f.class()
	recorded := f.recorded(class)
	guestLink := func(f *fixture) string {
		link := newID()
		f.as("teacher").must(200, "PUT", path("/api/classes/%s/guest-links/%s", class, link), map[string]any{"role": "observer"}, nil)
		return link
	}
	return map[string]rule{
		"classes":  rowOf(at("/api/classes"), ownOnly),
		"class":    rowOf(at("/api/classes/%s", class), takesPart),
		"putClass": rowOf(onNew("/api/classes/%s", func(*fixture) string { return newID() }, func(f *fixture) any { return f.classBody() }), leads),
		// Who takes part is told why not, others nothing.
		"cancelClass": rowOf(onNew("/api/classes/%s", (*fixture).class, nil), "401 404 409 204 404 409 204 204"),
		"colleagues":  rowOf(at("/api/runs/%s/colleagues?query=e", f.run), leads),
		"guestLinks":  rowOf(at("/api/classes/%s/guest-links", class), leads),
		"putGuestLink": rowOf(onNew("/api/classes/"+class+"/guest-links/%s", func(*fixture) string { return newID() },
			func(*fixture) any { return map[string]any{"role": "observer"} }), leads),
		"classEvents":       rowOf(at("/api/classes/%s/events", class), "401 404 403 200 404 403 200 200"),
		"classReport":       rowOf(at("/api/classes/%s/report", class), leads),
		"exportClassReport": rowOf(at("/api/classes/%s/report.csv", class), leads),
		"correctAttendance": rowOf(func(f *fixture, _ *client) (string, any) {
			return path("/api/classes/%s/attendance/%s/corrections/%s", class, f.as("student").id, newID()), map[string]any{"minutes": 30, "note": "Was there."}
		}, "401 404 404 204 404 404 204 204"),
		"calendar":        rowOf(at("/api/account/calendar"), ownOnly),
		"makeCalendar":    rowOf(at("/api/account/calendar"), ownOnly),
		"endCalendar":     rowOf(at("/api/account/calendar"), ownDone),
		"calendarFeed":    rowOf(at("/api/calendar/no-such-secret.ics"), "404 404 404 404 404 404 404 404"),
		"revokeGuestLink": rowOf(onNew("/api/classes/"+class+"/guest-links/%s", guestLink, nil), "401 404 404 204 404 404 204 204"),
		// The class has not been held: whoever leads it is told so.
		"filmClass": rowOf(func(*fixture, *client) (string, any) {
			return path("/api/classes/%s/video", class), map[string]any{"asset": newID()}
		}, "401 404 404 409 404 404 409 409"),
		"classPublications": rowOf(at("/api/classes/%s/publications", class), leads),
		// It has not been held either.
		"publishClass": rowOf(onNew("/api/classes/"+class+"/publications/%s", func(*fixture) string { return newID() },
			func(*fixture) any { return map[string]any{"kind": "micro", "title": text("Class")} }), "401 404 404 409 404 404 409 409"),
		"classReplay": rowOf(at("/api/classes/%s/replay", class), takesPart),
		"classPiece":  rowOf(at("/api/classes/%s/pieces/%s/0", class, recorded), takesPart),
		"putTrim": rowOf(func(*fixture, *client) (string, any) {
			return path("/api/classes/%s/trim", class), map[string]any{"from": 0}
		}, "401 404 404 204 404 404 204 204"),
		"cutTrack":   rowOf(onNew("/api/classes/"+class+"/tracks/%s", func(f *fixture) string { return f.recorded(class) }, nil), "401 404 404 204 404 404 204 204"),
		"liveTicket": rowOf(func(*fixture, *client) (string, any) { return path("/api/classes/%s/tickets", class), map[string]any{} }, takesPart),
		// Without a WebSocket there is nothing to be let into.
		"liveSocket": rowOf(at("/api/classes/%s/socket", class), "426 426 426 426 426 426 426 426"),
	}
}
