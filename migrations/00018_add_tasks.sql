-- +goose Up
-- What learners did in the exercises of practice activities: rows are added and never changed. That an activity is done
-- goes into progress like the reading of a text, once each of its exercises was passed.
CREATE TABLE exercise_attempts (
    account_id  uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
    id          uuid NOT NULL, -- made by the client: an attempt that comes twice is one
    course_id   uuid NOT NULL,
    activity_id uuid NOT NULL,
    exercise_id uuid NOT NULL,
    revision    int NOT NULL, -- that it was judged by
    answer      jsonb NOT NULL, -- {order: [step ids]} or {picks: [{spot, word}]}
    right_count int NOT NULL,
    total       int NOT NULL,
    passed      boolean NOT NULL,
    at          timestamptz NOT NULL, -- the client's time, capped at the server's
    received_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, id)
);
CREATE INDEX exercise_attempts_passed ON exercise_attempts (account_id, activity_id, exercise_id) WHERE passed;

-- A sitting asks for the safety phrases of a task by ear. Only the server's clock decides its day.
CREATE TABLE lock_sittings (
    id          uuid PRIMARY KEY, -- made by the client
    account_id  uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
    course_id   uuid NOT NULL,
    activity_id uuid NOT NULL,
    time_zone   text NOT NULL, -- of the learner; that of the first sitting of a task stays, so that no second day can be made by moving
    started_at  timestamptz NOT NULL,
    passed_at   timestamptz,
    passed_on   date, -- the day of passed_at where the learner was first
    CHECK ((passed_at IS NULL) = (passed_on IS NULL))
);
CREATE INDEX lock_sittings_account ON lock_sittings (account_id, activity_id, started_at);

-- One question of a sitting, with choices under names that tell nothing, and its answer once it came.
CREATE TABLE lock_asks (
    sitting_id  uuid NOT NULL REFERENCES lock_sittings ON DELETE CASCADE,
    number      int NOT NULL,
    id          uuid NOT NULL UNIQUE,
    phrase_id   uuid NOT NULL,
    choices     jsonb NOT NULL, -- [{id, of}]: of = the phrase or the decoy whose meaning is shown
    answer_id   uuid, -- made by the client
    chosen      uuid,
    correct     boolean,
    answered_at timestamptz,
    PRIMARY KEY (sitting_id, number)
);

-- What learners hand in. A later one does not replace an earlier one.
CREATE TABLE task_submissions (
    id          uuid PRIMARY KEY, -- made by the client
    account_id  uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
    course_id   uuid NOT NULL,
    activity_id uuid NOT NULL,
    run_id      uuid REFERENCES runs ON DELETE SET NULL, -- whose teachers mark it; NULL = nobody does, the learner checks alone
    text        text NOT NULL,
    checked     uuid[] NOT NULL DEFAULT '{}', -- items of the checklist that the learner says are met
    created_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX task_submissions_account ON task_submissions (account_id, activity_id, created_at);
CREATE INDEX task_submissions_run ON task_submissions (run_id, created_at);

-- A picture or a recording, made small by the browser before it is sent; kept here since it is personal and goes with its account.
CREATE TABLE task_files (
    id            uuid PRIMARY KEY, -- made by the client
    account_id    uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
    activity_id   uuid NOT NULL,
    submission_id uuid REFERENCES task_submissions ON DELETE CASCADE,
    type          text NOT NULL,
    bytes         bytea NOT NULL CHECK (length(bytes) <= 1048576),
    created_at    timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE task_files ALTER COLUMN bytes SET STORAGE EXTERNAL; -- pictures and sound are compressed already
CREATE INDEX task_files_account ON task_files (account_id, activity_id);
CREATE INDEX task_files_submission ON task_files (submission_id);

-- Marks are added, never changed: the newest of each side stands, the others are its history. The sides never meet.
CREATE TABLE task_marks (
    id            uuid PRIMARY KEY, -- made by the client
    submission_id uuid NOT NULL REFERENCES task_submissions ON DELETE CASCADE,
    side          text NOT NULL CHECK (side IN ('language', 'skill')),
    results       jsonb NOT NULL, -- [{itemId, level}]
    passed        boolean NOT NULL,
    comment       text NOT NULL,
    marked_by     uuid REFERENCES accounts ON DELETE SET NULL,
    created_at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX task_marks_submission ON task_marks (submission_id, created_at);
CREATE INDEX task_marks_marked_by ON task_marks (marked_by);

-- On how many days the viewer has understood a task's safety phrases by ear. Two open the task.
-- +goose StatementBegin
CREATE FUNCTION lock_days(viewer uuid, activity uuid) RETURNS int LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT count(DISTINCT s.passed_on)::int FROM lock_sittings s WHERE s.account_id = viewer AND s.activity_id = activity);
END $$;
-- +goose StatementEnd

-- A task is open to who may learn it and has passed its safety lock. There is no other way in.
-- +goose StatementBegin
CREATE FUNCTION may_do_task(viewer uuid, course uuid, activity uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN may_learn(viewer, course) AND lock_days(viewer, activity) >= 2
       AND NOT EXISTS (SELECT FROM revision_activities ra WHERE ra.activity_id = activity AND is_barred(viewer, ra.lesson_id));
END $$;
-- +goose StatementEnd
