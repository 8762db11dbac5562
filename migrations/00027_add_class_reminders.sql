-- +goose Up
-- Who leads a class besides the teachers of its run: a teacher of the language beside one of the skill.
CREATE TABLE class_teachers (
    class_id   uuid NOT NULL REFERENCES classes ON DELETE CASCADE,
    account_id uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
    PRIMARY KEY (class_id, account_id)
);
CREATE INDEX class_teachers_account_id ON class_teachers (account_id);

-- Who may be named for a class of an institution: who acts for it, and who teaches a run of its courses.
CREATE VIEW teaching_staff AS
    SELECT m.institution_id, m.account_id FROM members m JOIN accounts a ON a.id = m.account_id
    WHERE m.role IN ('teacher', 'author', 'coordinator') AND a.suspended_at IS NULL
    UNION
    SELECT c.institution_id, t.account_id FROM run_teachers t JOIN accounts a ON a.id = t.account_id
    JOIN runs r ON r.id = t.run_id JOIN courses c ON c.id = r.course_id
    WHERE r.cancelled_at IS NULL AND a.suspended_at IS NULL;

-- Whoever is named leads the class as its run's teachers do, as long as they belong to the institution's staff.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION class_role(viewer uuid, class uuid) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
    run uuid;
    course uuid;
    institution uuid;
BEGIN
    SELECT k.run_id, r.course_id, c.institution_id INTO run, course, institution
    FROM classes k JOIN runs r ON r.id = k.run_id JOIN courses c ON c.id = r.course_id WHERE k.id = class;
    IF run IS NULL THEN
        RETURN NULL;
    ELSIF may_teach(viewer, run) THEN
        RETURN 'teacher';
    ELSIF EXISTS (SELECT FROM class_teachers t WHERE t.class_id = class AND t.account_id = viewer)
        AND EXISTS (SELECT FROM teaching_staff s WHERE s.institution_id = institution AND s.account_id = viewer) THEN
        RETURN 'teacher';
    ELSIF EXISTS (SELECT FROM enrolments e JOIN accounts a ON a.id = e.account_id
                  WHERE e.run_id = run AND e.account_id = viewer AND e.left_at IS NULL AND a.suspended_at IS NULL) THEN
        RETURN 'student';
    ELSIF may_author(viewer, course) THEN
        RETURN 'observer';
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd

-- Who may bring a file of a kind to an institution: authors and coordinators all, the teachers of its runs and of its
-- classes slides.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION may_bring(viewer uuid, institution uuid, kind text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN has_role(viewer, institution, 'author', 'coordinator')
        OR kind = 'deck' AND EXISTS (
            SELECT FROM run_teachers t JOIN accounts a ON a.id = t.account_id
            JOIN runs r ON r.id = t.run_id JOIN courses c ON c.id = r.course_id
            WHERE t.account_id = viewer AND c.institution_id = institution AND r.cancelled_at IS NULL AND a.suspended_at IS NULL)
        OR kind = 'deck' AND EXISTS (
            SELECT FROM class_teachers t JOIN classes k ON k.id = t.class_id JOIN runs r ON r.id = k.run_id JOIN courses c ON c.id = r.course_id
            WHERE t.account_id = viewer AND c.institution_id = institution AND k.state <> 'cancelled' AND class_role(viewer, k.id) = 'teacher');
END $$;
-- +goose StatementEnd

-- Mails before classes: wanted until somebody says otherwise, and written by the clock of the device they last looked with.
ALTER TABLE accounts ADD COLUMN time_zone text NOT NULL DEFAULT '', -- IANA name; '' = not known
    ADD COLUMN class_mails boolean NOT NULL DEFAULT true;
CREATE INDEX classes_starts_at ON classes (starts_at) WHERE state IN ('scheduled', 'live');

-- Who was reminded of what. A class that is moved is another one here, so people hear of its new time.
CREATE TABLE class_reminders (
    class_id   uuid NOT NULL REFERENCES classes ON DELETE CASCADE,
    account_id uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
    kind       text NOT NULL CHECK (kind IN ('day', 'soon')),
    starts_at  timestamptz NOT NULL,
    mail_id    uuid REFERENCES mails ON DELETE SET NULL,
    PRIMARY KEY (class_id, account_id, kind, starts_at)
);
CREATE INDEX class_reminders_account_id ON class_reminders (account_id);
CREATE INDEX class_reminders_mail_id ON class_reminders (mail_id);

-- A reminder that waited in the outbox is of no use once its class has begun, was moved or called off, or once its reader
-- has left or wants no such mails.
-- +goose StatementBegin
CREATE FUNCTION is_idle_reminder(mail uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM class_reminders m JOIN classes k ON k.id = m.class_id JOIN runs r ON r.id = k.run_id JOIN accounts a ON a.id = m.account_id
        WHERE m.mail_id = mail AND (k.starts_at <> m.starts_at OR k.starts_at <= now() OR k.state NOT IN ('scheduled', 'live')
            OR r.cancelled_at IS NOT NULL OR NOT a.class_mails OR class_role(m.account_id, m.class_id) IS NULL));
END $$;
-- +goose StatementEnd
