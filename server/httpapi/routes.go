package httpapi

import (
	"slices"

	"hanzhi/courses"
)

// JSON bodies that are larger than the usual: a batch of reports, a track of captions, a long reading.
const (
	reportsBody  = 1 << 20
	captionsBody = 4 << 20
	readingBody  = 1 << 20
	termsBody    = 16 << 20
	evidenceBody = courses.MaxTaskFile
)

// routes is every address of the API. The matrix test holds an expected answer of every role for every line.
func (a *API) routes() []route {
	return slices.Concat(a.accountRoutes(), a.institutionRoutes(), a.learningRoutes(), a.languageRoutes(), a.writingRoutes(), a.taskRoutes(), a.studioRoutes(), a.mediaRoutes(), a.liveRoutes())
}

func (a *API) accountRoutes() []route {
	return []route{
		on("GET", "/api/session", a.currentSession, anyone, "Who is signed in, and what they may do"),
		on("POST", "/api/session", a.signIn, anyone, "Sign in"),
		on("DELETE", "/api/session", a.signOut, anyone, "Sign out"),
		answering(201, on("POST", "/api/accounts", a.signUp, anyone, "Sign up")),
		on("GET", "/api/account", a.account, signedIn, "One's own account"),
		on("PATCH", "/api/account", a.updateAccount, signedIn, "Change name, language, time zone or which mails are wanted"),
		on("DELETE", "/api/account", a.deleteAccount, signedIn, "Delete one's account and everything kept about it"),
		answering(202, on("PUT", "/api/account/email", a.changeEmail, signedIn, "Ask for another e-mail address; a mail confirms it")),
		on("POST", "/api/account/email-confirmations", a.confirmEmail, anyone, "Confirm the new e-mail address with the token of the mail"),
		on("PUT", "/api/account/password", a.changePassword, signedIn, "Change the password and end the other sessions"),
		on("GET", "/api/account/export", a.exportAccount, signedIn, "Everything kept about the account, as a file"),
		answering(202, on("POST", "/api/password-resets", a.requestPasswordReset, anyone, "Ask for a mail with which to set a new password")),
		on("PUT", "/api/password-resets", a.resetPassword, anyone, "Set a new password with the token of the mail"),
		on("GET", "/api/sessions", a.sessions, signedIn, "One's sessions on all devices"),
		on("DELETE", "/api/sessions", a.endOtherSessions, signedIn, "End all sessions but this one"),
		on("DELETE", "/api/sessions/{id}", a.endSession, signedIn, "End one session"),
	}
}

func (a *API) institutionRoutes() []route {
	return []route{
		on("GET", "/api/institutions", a.institutions, anyone, "Institutions"),
		on("GET", "/api/institutions/{id}", a.institution, anyone, "One institution"),
		on("PUT", "/api/institutions/{id}", a.putInstitution, signedIn, "Make or change an institution"),
		on("GET", "/api/institutions/{id}/members", a.members, signedIn, "Members of an institution and their roles"),
		on("PUT", "/api/institutions/{id}/members", a.setMember, signedIn, "Give somebody roles in an institution, or take them"),
		on("GET", "/api/admin/mails", a.mails, admin, "The outbox"),
		on("GET", "/api/admin/accounts", a.accounts, admin, "All accounts"),
		on("PUT", "/api/admin/accounts/{id}/suspension", a.suspendAccount, admin, "Suspend an account or let it in again"),
	}
}

func (a *API) learningRoutes() []route {
	return []route{
		on("GET", "/api/trades", a.trades, anyone, "Trades that courses are about, by ISCO-08 code"),
		on("GET", "/api/courses", a.catalogue, anyone, "The catalogue: search, filters, facets"),
		direct[courseInput, courses.CourseDetail]("GET", "/api/courses/{slug}", a.course, anyone, "One published course with its outline"),
		on("PUT", "/api/enrolments/{id}", a.enrol, signedIn, "Enrol in a course, or in a run of it"),
		on("DELETE", "/api/enrolments/{id}", a.leave, signedIn, "Leave a course; progress stays"),
		on("GET", "/api/today", a.today, signedIn, "Where to go on, what one is enrolled in, what one teaches"),
		on("GET", "/api/lessons/{id}", a.lesson, anyone, "A lesson with its activities and one's progress"),
		on("GET", "/api/assets/{id}/pages", a.deck, signedIn, "The pages of a deck of slides, and how far they are"),
		on("GET", "/api/assets/{id}/playback", a.playback, anyone, "A fresh address of a video"),
		large(on("POST", "/api/progress", a.report, signedIn, "Report what was watched and read; acknowledged once it is safe"), reportsBody),
		on("GET", "/api/runs/{id}/progress", a.runProgress, signedIn, "How far the learners of a run have come"),
		answered[string]("text/csv", on("GET", "/api/runs/{id}/progress.csv", a.exportRunProgress, signedIn, "The same as a table for spreadsheets")),
	}
}

func (a *API) languageRoutes() []route {
	return []route{
		on("GET", "/api/lessons/{id}/language", a.lessonLanguage, anyone, "The Chinese of a lesson, word by word, and how ready the viewer is for it"),
		on("GET", "/api/courses/{slug}/readiness", a.courseReadiness, signedIn, "How ready one is for the lessons of a course"),
		on("GET", "/api/courses/{slug}/transcripts", a.searchTranscripts, anyone, "Find lines of a course by hanzi, pinyin, meaning or translation"),
		on("GET", "/api/runs/{id}/readiness", a.runReadiness, signedIn, "How ready the learners of a run are, and which words they lack"),
		on("GET", "/api/level-lists", a.levelLists, anyone, "Lists of levels that are installed"),
		large(on("PUT", "/api/level-lists/{id}", a.importLevelList, admin, "Show what files would make of a list of levels, or import them"), termsBody),
		on("DELETE", "/api/level-lists/{id}", a.deleteLevelList, admin, "Delete a list of levels; who had chosen it is told"),
		on("GET", "/api/account/chinese-level", a.chineseLevel, signedIn, "The level one has declared, and its list"),
		on("PUT", "/api/runs/{id}/lessons/{lesson}/date", a.dateLesson, signedIn, "Say when a lesson is held"),
		on("PUT", "/api/runs/{id}/lessons/{lesson}/gate", a.gateLesson, signedIn, "Keep a lesson shut until its words are known"),
		on("PUT", "/api/runs/{id}/lessons/{lesson}/passes/{account}", a.letThrough, signedIn, "Let one learner through a gate"),
		on("DELETE", "/api/runs/{id}/lessons/{lesson}/passes/{account}", a.holdBack, signedIn, "Take that back"),
		on("GET", "/api/runs/{id}/assignments", a.assignments, signedIn, "Words that the run was given, and what it made of them"),
		on("PUT", "/api/runs/{id}/assignments/{assignment}", a.assign, signedIn, "Give the run words to learn"),
		on("DELETE", "/api/runs/{id}/assignments/{assignment}", a.withdrawAssignment, signedIn, "Take them back; what was learnt stays"),
		on("PUT", "/api/account/chinese-level", a.setChineseLevel, signedIn, "Declare a level; its words count as known"),
		on("PUT", "/api/account/review-goal", a.setReviewGoal, signedIn, "How many reviews a day one wants to do"),
		large(on("POST", "/api/reviews", a.review, signedIn, "Add what happened to words; late, twice and in any order"), reportsBody),
		on("GET", "/api/reviews/due", a.dueReviews, signedIn, "The words to review now"),
		on("GET", "/api/tones", a.tones, signedIn, "Words to practise tones with, and how one's answers went"),
		on("GET", "/api/words", a.words, signedIn, "One's own words"),
		on("GET", "/api/dictionary", a.searchDictionary, anyone, "Find words by hanzi, pinyin or gloss"),
		on("POST", "/api/dictionary/lines", a.lines, anyone, "Cut lines of Chinese into words"),
		on("GET", "/api/dictionary/{word}", a.dictionaryEntry, anyone, "One word, and where it is used"),
		on("GET", "/api/term-banks", a.termBanks, anyone, "The term banks of the trades"),
		on("GET", "/api/term-banks/{id}", a.termBank, anyone, "One bank with a page of its terms"),
		on("PUT", "/api/term-banks/{id}", a.putTermBank, signedIn, "Make or rename a bank of an institution"),
		on("PUT", "/api/term-banks/{id}/terms/{term}", a.putTerm, signedIn, "Make or change a term"),
		on("DELETE", "/api/term-banks/{id}/terms/{term}", a.deleteTerm, signedIn, "Delete a term; it can be restored"),
		on("POST", "/api/term-banks/{id}/terms/{term}/restore", a.restoreTerm, signedIn, "Restore a term"),
		large(on("POST", "/api/term-banks/{id}/changes", a.changeTerms, signedIn, "Show what a table would change, change it, or take it back"), termsBody),
		answered[string]("text/csv", on("GET", "/api/term-banks/{id}/terms.csv", a.exportTerms, anyone, "The terms as a table")),
		answered[string]("application/x-tbx", on("GET", "/api/term-banks/{id}/terms.tbx", a.exportTermbase, anyone, "The terms as a termbase (TBX), for the tools of translators")),
	}
}

func (a *API) writingRoutes() []route {
	return []route{
		on("GET", "/api/strokes", a.strokes, anyone, "How characters are written"),
		answered[string]("text/plain", on("GET", "/api/strokes/licence", a.strokesLicence, anyone, "The licence of the strokes' data")),
		on("POST", "/api/dictionary/handwriting", a.handwriting, anyone, "The characters that a drawing looks like"),
		large(on("POST", "/api/writings", a.write, signedIn, "Add what was written by hand; late, twice and in any order"), reportsBody),
		on("GET", "/api/writings", a.writings, signedIn, "One's last writings of a character"),
		answered[unitPack]("application/json", on("GET", "/api/units/{id}/pack", a.unitPack, anyone, "The Chinese of a unit, to be kept on the device")),
		on("GET", "/api/courses/{slug}/packs", a.packSizes, anyone, "How large the packs of a course's units are"),
		on("GET", "/api/units/{id}/font", a.unitFont, anyone, "The font that shows a unit's Chinese"),
		answered[string]("font/woff2", on("GET", "/api/fonts", a.fontFor, anyone, "A font of a few characters")),
		answered[string]("font/woff2", on("GET", "/api/fonts/{name}", a.font, anyone, "A font by its name")),
	}
}

func (a *API) taskRoutes() []route {
	return []route{
		large(on("POST", "/api/attempts", a.attempt, signedIn, "Attempts at exercises; late, twice and in any order"), reportsBody),
		on("GET", "/api/tasks/{id}", a.task, signedIn, "A practical task: its safety lock and, once that is open, the task"),
		on("PUT", "/api/tasks/{id}/sittings/{sitting}", a.sit, signedIn, "Begin a sitting of the safety lock, or go on with it"),
		on("PUT", "/api/tasks/{id}/sittings/{sitting}/answers/{answer}", a.answerLock, signedIn, "Answer the question of a sitting"),
		large(on("PUT", "/api/tasks/{id}/files/{file}", a.putTaskFile, signedIn, "Send a picture or a recording to hand in"), evidenceBody),
		on("DELETE", "/api/tasks/{id}/files/{file}", a.deleteTaskFile, signedIn, "Take it away before it is handed in"),
		on("PUT", "/api/tasks/{id}/submissions/{submission}", a.submitTask, signedIn, "Hand in a task"),
		answered[string]("application/octet-stream", on("GET", "/api/task-files/{id}", a.taskFile, signedIn, "A picture or a recording that was handed in")),
		on("GET", "/api/runs/{id}/tasks", a.runTasks, signedIn, "The practical tasks of a run, what was handed in and what waits for a mark"),
		on("PUT", "/api/submissions/{id}/marks/{mark}", a.markTask, signedIn, "Mark the language or the skill of what was handed in"),
	}
}

func (a *API) studioRoutes() []route {
	return []route{
		on("GET", "/api/studio/courses", a.studioCourses, signedIn, "Courses one may edit"),
		on("PUT", "/api/studio/courses/{id}", a.putCourse, signedIn, "Make a course under an id of the client"),
		on("GET", "/api/studio/courses/{id}", a.draftCourse, signedIn, "The draft of a course"),
		large(on("PATCH", "/api/studio/courses/{id}", a.patchCourse, signedIn, "Change fields of a draft"), readingBody),
		on("DELETE", "/api/studio/courses/{id}", a.deleteCourse, signedIn, "Delete a course that was never published"),
		on("POST", "/api/studio/courses/{id}/publish", a.publishCourse, signedIn, "Publish the draft as a new revision"),
		on("POST", "/api/studio/courses/{id}/unpublish", a.unpublishCourse, signedIn, "Take the course out of the catalogue"),
		on("POST", "/api/studio/courses/{id}/archive", a.archiveCourse, signedIn, "Archive the course"),
		on("POST", "/api/studio/courses/{id}/restore", a.restoreCourse, signedIn, "Take the course out of the archive"),
		large(on("PUT", "/api/studio/courses/{id}/order", a.orderCourse, signedIn, "Arrange units, lessons and activities"), reportsBody),
		on("PUT", "/api/studio/courses/{id}/pairings", a.pairUnits, signedIn, "Tie language units to the vocational units they prepare"),
		on("GET", "/api/studio/courses/{id}/preview/lessons/{lesson}", a.previewLesson, signedIn, "A lesson of the draft as a learner will see it"),
		on("GET", "/api/studio/courses/{id}/preview/lessons/{lesson}/language", a.previewLanguage, signedIn, "The Chinese of a lesson of the draft, word by word, for the viewer"),
		on("GET", "/api/studio/courses/{id}/lessons/{lesson}/readings", a.placeReadings, signedIn, "Readings of words that authors have set in places of a lesson"),
		on("PUT", "/api/studio/courses/{id}/lessons/{lesson}/readings/{reading}", a.putPlaceReading, signedIn, "Set how a word is read in one place of a lesson"),
		on("DELETE", "/api/studio/courses/{id}/lessons/{lesson}/readings/{reading}", a.deletePlaceReading, signedIn, "Give a place back the reading of dictionary and term banks"),
		on("GET", "/api/studio/courses/{id}/findings", a.findings, signedIn, "What learners of the draft would stumble over"),
		on("PUT", "/api/studio/courses/{id}/findings/{finding}/waiver", a.waiveFinding, signedIn, "Mark a finding as fine where it is"),
		on("DELETE", "/api/studio/courses/{id}/findings/{finding}/waiver", a.unwaiveFinding, signedIn, "Take the mark back"),
		on("PUT", "/api/studio/units/{id}", a.putUnit, signedIn, "Make a unit"),
		on("PATCH", "/api/studio/units/{id}", a.patchUnit, signedIn, "Change a unit"),
		on("DELETE", "/api/studio/units/{id}", a.deleteUnit, signedIn, "Delete a unit; it can be restored"),
		on("POST", "/api/studio/units/{id}/restore", a.restoreUnit, signedIn, "Restore a unit"),
		on("PUT", "/api/studio/lessons/{id}", a.putLesson, signedIn, "Make a lesson"),
		on("PATCH", "/api/studio/lessons/{id}", a.patchLesson, signedIn, "Change a lesson"),
		on("DELETE", "/api/studio/lessons/{id}", a.deleteLesson, signedIn, "Delete a lesson; it can be restored"),
		on("POST", "/api/studio/lessons/{id}/restore", a.restoreLesson, signedIn, "Restore a lesson"),
		large(on("PUT", "/api/studio/activities/{id}", a.putActivity, signedIn, "Make an activity"), readingBody),
		large(on("PATCH", "/api/studio/activities/{id}", a.patchActivity, signedIn, "Change an activity"), readingBody),
		on("DELETE", "/api/studio/activities/{id}", a.deleteActivity, signedIn, "Delete an activity; it can be restored"),
		on("POST", "/api/studio/activities/{id}/restore", a.restoreActivity, signedIn, "Restore an activity"),
		on("PUT", "/api/studio/runs/{id}", a.putRun, signedIn, "Make or change a run"),
		on("DELETE", "/api/studio/runs/{id}", a.cancelRun, signedIn, "Cancel a run"),
		on("GET", "/api/studio/assets", a.assets, signedIn, "The media library"),
		on("GET", "/api/studio/assets/{id}", a.asset, signedIn, "One asset and how far its work is"),
		on("DELETE", "/api/studio/assets/{id}", a.deleteAsset, signedIn, "Delete an asset that no course shows"),
		on("POST", "/api/studio/assets/{id}/retry", a.retryAsset, signedIn, "Check a failed asset again"),
		on("GET", "/api/studio/assets/{id}/captions/{lang}", a.captions, signedIn, "A track of captions"),
		large(on("PUT", "/api/studio/assets/{id}/captions/{lang}", a.putCaptions, signedIn, "Replace a track of captions"), captionsBody),
		on("DELETE", "/api/studio/assets/{id}/captions/{lang}", a.deleteCaptions, signedIn, "Delete a track of captions"),
	}
}

func (a *API) mediaRoutes() []route {
	return []route{
		raw("POST", "/api/uploads", a.createUpload, signedIn, "tus: begin an upload"),
		raw("OPTIONS", "/api/uploads", a.tusOptions, anyone, "tus: what the server can do"),
		raw("HEAD", "/api/uploads/{id}", a.uploadState, signedIn, "tus: how much has arrived"),
		raw("PATCH", "/api/uploads/{id}", a.appendUpload, signedIn, "tus: send more"),
		raw("DELETE", "/api/uploads/{id}", a.cancelUpload, signedIn, "tus: give up"),

		raw("GET", "/api/classes/{id}/pictures/{asset}", a.classPicture, anyone, "The picture of a slide or a poll, for those who are in the class"),
		answering(202, on("POST", "/api/classes/{id}/video", a.filmClass, signedIn, "Make a video of a recorded class, or of a part of it")),

		raw("GET", "/v/{token}/*", a.stream, anyone, "Playlists, segments, pictures and captions of a viewing"),
		raw("HEAD", "/v/{token}/*", a.streamHead, anyone, "The same without the bytes"),
	}
}

func (a *API) liveRoutes() []route {
	return []route{
		on("GET", "/api/classes", a.classes, signedIn, "Live classes that one teaches or learns in"),
		on("GET", "/api/classes/{id}", a.class, signedIn, "One live class"),
		on("PUT", "/api/classes/{id}", a.putClass, signedIn, "Plan a live class, once or weekly, or change it"),
		on("DELETE", "/api/classes/{id}", a.cancelClass, signedIn, "Cancel a live class"),
		on("GET", "/api/runs/{id}/colleagues", a.colleagues, signedIn, "Who can be named for the live classes of a run"),
		on("GET", "/api/classes/{id}/guest-links", a.guestLinks, signedIn, "Links by which guests come into a live class"),
		on("PUT", "/api/classes/{id}/guest-links/{link}", a.putGuestLink, signedIn, "Make a link for guests; its secret is told once"),
		on("DELETE", "/api/classes/{id}/guest-links/{link}", a.revokeGuestLink, signedIn, "Shut a link for guests"),
		on("GET", "/api/classes/{id}/events", a.classEvents, signedIn, "The log of a live class, for its replay"),
		on("GET", "/api/classes/{id}/report", a.classReport, signedIn, "Who was in a live class, and what they did"),
		answered[string]("text/csv", on("GET", "/api/classes/{id}/report.csv", a.exportClassReport, signedIn, "The same as a table for spreadsheets")),
		on("PUT", "/api/classes/{id}/attendance/{person}/corrections/{correction}", a.correctAttendance, signedIn, "Correct how long somebody was in a live class"),
		on("GET", "/api/account/calendar", a.calendar, signedIn, "Whether one's calendar has an address"),
		on("PUT", "/api/account/calendar", a.makeCalendar, signedIn, "Make a new address for one's calendar; the one before ends"),
		on("DELETE", "/api/account/calendar", a.endCalendar, signedIn, "End the address of one's calendar"),
		raw("GET", "/api/calendar/{name}", a.calendarFeed, anyone, "One's live classes as iCalendar, by a secret address"),
		on("GET", "/api/classes/{id}/replay", a.classReplay, signedIn, "What was recorded of a live class"),
		raw("GET", "/api/classes/{id}/pieces/{track}/{n}", a.classPiece, signedIn, "Some seconds of a recording, WebM"),
		on("GET", "/api/classes/{id}/publications", a.classPublications, signedIn, "What a recorded class was published as, and where else it may go"),
		answering(202, on("PUT", "/api/classes/{id}/publications/{publication}", a.publishClass, signedIn, "Publish a recorded class as a micro-course or in a lesson, as soon as its video is made")),
		on("PUT", "/api/classes/{id}/trim", a.putTrim, signedIn, "Say what is shown of a recording"),
		on("DELETE", "/api/classes/{id}/tracks/{track}", a.cutTrack, signedIn, "Cut a voice or a picture out of a recording for good"),
		on("POST", "/api/classes/{id}/tickets", a.liveTicket, anyone, "A ticket for the socket of a live class"),
		raw("GET", "/api/classes/{id}/socket", a.liveSocket, anyone, "The socket of a live class; see docs/live-protocol.md"),
	}
}
