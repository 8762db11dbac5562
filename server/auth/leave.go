package auth

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// DeleteAccount removes the account and what is known about the person: sessions, memberships, enrolments, progress,
// words, writings, mails. What they made for an institution (courses, uploads) stays there without a name. The last administrator must
// appoint another one first.
func (s *Service) DeleteAccount(ctx context.Context, session Session, password string) error {
	account, _, err := s.confirm(ctx, session, password)
	if err != nil {
		return err
	}
	return s.changeAndEnd(ctx, account.ID, uuid.Nil, func(tx pgx.Tx) error {
		if err := keepAdmin(ctx, tx, account.ID); err != nil {
			return err
		}
		if err := deleteAccount(ctx, tx, account.ID); err != nil {
			return err
		}
		return s.write(ctx, tx, account, account.Email, mailAccountDeleted, "")
	})
}

// keepAdmin refuses to lose the last administrator; the lock makes two who leave at once take turns.
func keepAdmin(ctx context.Context, tx pgx.Tx, leaving uuid.UUID) error {
	rows, err := tx.Query(ctx, `SELECT id FROM accounts WHERE platform_admin ORDER BY id FOR UPDATE`)
	if err != nil {
		return pg.Translate(err, "administrators", "")
	}
	admins, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return pg.Translate(err, "administrators", "")
	}
	if len(admins) == 1 && admins[0] == leaving {
		return fault.New(fault.Conflict, "last_admin", "You are the only administrator. Appoint another one before you go.")
	}
	return nil
}

// deleteAccount relies on the foreign keys: what is personal cascades, what is an institution's is set to NULL.
func deleteAccount(ctx context.Context, q pg.Querier, id uuid.UUID) error {
	_, err := q.Exec(ctx, `DELETE FROM accounts WHERE id = @id`, pgx.NamedArgs{"id": id})
	return pg.Translate(err, "account", id)
}

// exportSections is everything that the database keeps about a person, one query of a JSON value each. A test compares
// it with the foreign keys: a table that refers to accounts and is not here fails it.
var exportSections = []struct{ name, sql string }{
	{"account", `SELECT jsonb_build_object('id', id, 'email', email, 'name', name, 'locale', locale, 'timeZone', time_zone, 'classMails', class_mails, 'admin', platform_admin,
		'suspendedAt', suspended_at, 'createdAt', created_at, 'updatedAt', updated_at) FROM accounts WHERE id = @id`},
	{"linksSent", list(`jsonb_build_object('purpose', purpose, 'newEmail', new_email, 'createdAt', created_at, 'expiresAt', expires_at)`,
		`created_at`, `account_tokens WHERE account_id = @id`)},
	{"mails", list(`jsonb_build_object('to', to_address, 'subject', subject, 'body', regexp_replace(body, @secret, 'token=…', 'g'), 'createdAt', created_at, 'sentAt', sent_at)`,
		`id`, `mails WHERE account_id = @id`)},
	{"memberships", list(`jsonb_build_object('institution', i.slug, 'institutionName', i.name, 'role', m.role, 'since', m.created_at)`,
		`i.slug, m.role`, `members m JOIN institutions i ON i.id = m.institution_id WHERE m.account_id = @id`)},
	{"enrolments", list(`jsonb_build_object('id', e.id, 'course', c.slug, 'courseTitle', (SELECT v.course->'title' FROM revisions v WHERE v.course_id = c.id ORDER BY v.number DESC LIMIT 1), 'runId', e.run_id, 'enrolledAt', e.enrolled_at, 'leftAt', e.left_at)`,
		`e.enrolled_at`, `enrolments e JOIN courses c ON c.id = e.course_id WHERE e.account_id = @id`)},
	{"progress", list(`jsonb_build_object('activityId', activity_id, 'watchedSeconds', watched::text, 'positionMs', position_ms, 'positionAt', position_at, 'updatedAt', updated_at)`,
		`updated_at`, `progress WHERE account_id = @id`)},
	{"languageSettings", `SELECT coalesce(jsonb_agg(jsonb_build_object('list', word_list, 'level', level, 'reviewGoal', review_goal, 'updatedAt', updated_at)), '[]') FROM learner_settings WHERE account_id = @id`},
	{"wordEvents", list(`jsonb_build_object('id', id, 'word', word, 'kind', kind, 'rating', rating, 'exercise', exercise, 'at', at, 'lessonId', lesson_id, 'parameters', parameters, 'tonesAsked', tones_asked, 'tonesAnswered', tones_answered, 'receivedAt', received_at)`,
		`at, id`, `word_events WHERE account_id = @id`)},
	{"words", list(`jsonb_build_object('word', word, 'kept', kept, 'state', state, 'stability', stability, 'difficulty', difficulty, 'dueAt', due_at, 'lastReviewAt', last_review_at, 'reps', reps, 'lapses', lapses)`,
		`word`, `word_memory WHERE account_id = @id`)},
	{"writings", list(`jsonb_build_object('id', id, 'word', word, 'character', character, 'mode', mode, 'ink', encode(ink, 'base64'), 'misses', misses, 'disorders', disorders, 'backwards', backwards, 'helped', helped, 'distance', distance, 'score', score, 'lessonId', lesson_id, 'at', at, 'receivedAt', received_at)`,
		`at, id`, `writings WHERE account_id = @id`)},
	{"exerciseAttempts", list(`jsonb_build_object('id', id, 'activityId', activity_id, 'exerciseId', exercise_id, 'answer', answer, 'right', right_count, 'total', total, 'passed', passed, 'at', at, 'receivedAt', received_at)`,
		`at, id`, `exercise_attempts WHERE account_id = @id`)},
	{"safetySittings", list(`jsonb_build_object('id', s.id, 'taskId', s.activity_id, 'timeZone', s.time_zone, 'startedAt', s.started_at, 'passedAt', s.passed_at, 'passedOn', s.passed_on, 'answers',
		(SELECT coalesce(jsonb_agg(jsonb_build_object('phraseId', a.phrase_id, 'correct', a.correct, 'answeredAt', a.answered_at) ORDER BY a.number), '[]') FROM lock_asks a WHERE a.sitting_id = s.id AND a.correct IS NOT NULL))`,
		`s.started_at, s.id`, `lock_sittings s WHERE s.account_id = @id`)},
	{"tasksHandedIn", list(`jsonb_build_object('id', s.id, 'taskId', s.activity_id, 'runId', s.run_id, 'text', s.text, 'checked', s.checked, 'createdAt', s.created_at, 'marks',
		(SELECT coalesce(jsonb_agg(jsonb_build_object('side', m.side, 'results', m.results, 'passed', m.passed, 'comment', m.comment, 'createdAt', m.created_at) ORDER BY m.created_at), '[]') FROM task_marks m WHERE m.submission_id = s.id))`,
		`s.created_at, s.id`, `task_submissions s WHERE s.account_id = @id`)},
	{"taskFiles", list(`jsonb_build_object('id', id, 'taskId', activity_id, 'submissionId', submission_id, 'type', type, 'createdAt', created_at, 'base64', replace(encode(bytes, 'base64'), E'\n', ''))`,
		`created_at, id`, `task_files WHERE account_id = @id`)},
	{"marksGiven", list(`jsonb_build_object('id', id, 'submissionId', submission_id, 'side', side, 'results', results, 'comment', comment, 'createdAt', created_at)`,
		`created_at, id`, `task_marks WHERE marked_by = @id`)},
	{"gatePasses", list(`jsonb_build_object('runId', run_id, 'lessonId', lesson_id, 'coverage', coverage, 'passedAt', passed_at, 'letThroughAt', granted_at)`,
		`run_id, lesson_id`, `gate_passes WHERE account_id = @id`)},
	{"gatesOpened", list(`jsonb_build_object('runId', run_id, 'lessonId', lesson_id, 'at', granted_at)`,
		`granted_at, run_id, lesson_id`, `gate_passes WHERE granted_by = @id`)},
	{"wordsAssigned", list(`jsonb_build_object('id', id, 'runId', run_id, 'lessonId', lesson_id, 'words', words, 'at', assigned_at, 'withdrawnAt', withdrawn_at)`,
		`assigned_at, id`, `word_assignments WHERE assigned_by = @id`)},
	{"readingsSet", list(`jsonb_build_object('id', id, 'lessonId', lesson_id, 'word', word, 'before', before, 'after', after, 'pinyin', pinyin, 'at', set_at)`,
		`set_at, id`, `place_readings WHERE set_by = @id`)},
	{"findingsWaived", list(`jsonb_build_object('course', c.slug, 'findingId', w.finding, 'at', w.waived_at)`,
		`w.waived_at, w.finding`, `finding_waivers w JOIN courses c ON c.id = w.course_id WHERE w.account_id = @id`)},
	{"teaching", list(`jsonb_build_object('runId', r.id, 'run', r.title, 'course', c.slug)`,
		`r.starts_at`, `run_teachers t JOIN runs r ON r.id = t.run_id JOIN courses c ON c.id = r.course_id WHERE t.account_id = @id`)},
	{"classes", list(`jsonb_build_object('id', c.id, 'title', c.title, 'startsAt', c.starts_at, 'createdAt', c.created_at)`,
		`c.created_at, c.id`, `classes c WHERE c.created_by = @id`)},
	{"classesNamedFor", list(`jsonb_build_object('classId', class_id)`, `class_id`, `class_teachers WHERE account_id = @id`)},
	{"classReminders", list(`jsonb_build_object('classId', class_id, 'kind', kind, 'startsAt', starts_at)`,
		`starts_at, class_id, kind`, `class_reminders WHERE account_id = @id`)},
	{"classGuestLinks", list(`jsonb_build_object('classId', class_id, 'role', role, 'expiresAt', expires_at, 'createdAt', created_at)`,
		`created_at, id`, `class_guest_links WHERE created_by = @id`)},
	{"classesAttended", list(`jsonb_build_object('classId', n.class_id, 'role', n.role, 'intervals', n.intervals, 'minutes', n.ms / 60000, 'corrections',
		(SELECT coalesce(jsonb_agg(jsonb_build_object('minutes', x.minutes, 'note', x.note, 'at', x.corrected_at) ORDER BY x.corrected_at), '[]') FROM class_corrections x WHERE x.class_id = n.class_id AND x.person = @id))`,
		`n.class_id`, `class_attendance n WHERE n.person = @id`)},
	{"gradesOfClasses", list(`jsonb_build_object('classId', class_id, 'points', points, 'most', most, 'at', graded_at)`,
		`class_id`, `class_grades WHERE account_id = @id`)},
	{"attendanceCorrected", list(`jsonb_build_object('id', id, 'classId', class_id, 'minutes', minutes, 'note', note, 'at', corrected_at)`,
		`corrected_at, id`, `class_corrections WHERE corrected_by = @id`)},
	{"calendar", `SELECT coalesce(jsonb_agg(jsonb_build_object('madeAt', made_at)), '[]') FROM calendars WHERE account_id = @id`},
	{"inClasses", list(`jsonb_build_object('classId', class_id, 'at', at, 'event', name, 'data', data)`,
		`class_id, offset_no`, `class_events WHERE actor = @id`)},
	{"recordedInClasses", list(`jsonb_build_object('classId', t.class_id, 'kind', t.kind, 'cutAt', t.cut_at, 'from', (SELECT min(start_ms) FROM class_pieces p WHERE p.track_id = t.id), 'bytes', (SELECT sum(bytes) FROM class_pieces p WHERE p.track_id = t.id))`,
		`t.class_id, t.id`, `class_tracks t WHERE t.person_id = @id`)},
	{"recordingsCut", list(`jsonb_build_object('classId', class_id, 'kind', kind, 'at', cut_at)`,
		`cut_at, id`, `class_tracks WHERE cut_by = @id`)},
	{"classesPublished", list(`jsonb_build_object('classId', p.class_id, 'kind', p.kind, 'course', c.slug, 'createdAt', p.created_at, 'publishedAt', p.published_at)`,
		`p.created_at, p.id`, `class_publications p JOIN courses c ON c.id = p.course_id WHERE p.published_by = @id`)},
	{"uploads", list(`jsonb_build_object('id', id, 'filename', filename, 'kind', kind, 'size', size, 'createdAt', created_at)`,
		`created_at`, `assets WHERE uploaded_by = @id`)},
	{"coursesMade", list(`jsonb_build_object('course', slug, 'title', title, 'createdAt', created_at)`,
		`created_at`, `courses WHERE created_by = @id`)},
	{"revisionsPublished", list(`jsonb_build_object('course', c.slug, 'revision', r.number, 'publishedAt', r.published_at)`,
		`r.published_at`, `revisions r JOIN courses c ON c.id = r.course_id WHERE r.published_by = @id`)},
}

func list(object, order, from string) string {
	return `SELECT coalesce(jsonb_agg(` + object + ` ORDER BY ` + order + `), '[]') FROM ` + from
}

// Export returns everything kept about the account as one JSON object. Secrets are no data about a person and are not
// in it: the password's hash, the secrets of links.
func (s *Service) Export(ctx context.Context, account uuid.UUID) (json.RawMessage, error) {
	sessions, err := s.Sessions(ctx, account)
	if err != nil {
		return nil, err
	}
	b, err := json.Marshal(sessions)
	if err != nil {
		return nil, fault.Wrap(err, fault.Internal, "export", "auth: export of %s", account)
	}
	parts := make([]string, 0, len(exportSections))
	for _, section := range exportSections {
		parts = append(parts, `'`+section.name+`', (`+section.sql+`)`)
	}
	var data []byte
	err = s.db.QueryRow(ctx, `SELECT jsonb_pretty(jsonb_build_object('exportedAt', now(), 'sessions', @sessions::jsonb, `+strings.Join(parts, ", ")+`))
		FROM accounts WHERE id = @id`, pgx.NamedArgs{"id": account, "sessions": string(b), "secret": linkSecret}).Scan(&data)
	return data, pg.Translate(err, "account", account)
}
