-- +goose Up
-- A class is one live meeting of a run. A weekly one is several rows of a series, each at the same hour of its own zone.
CREATE TABLE classes (
    id           uuid PRIMARY KEY, -- made by the client
    run_id       uuid NOT NULL REFERENCES runs ON DELETE CASCADE,
    lesson_id    uuid, -- of the course: what the class is about
    series_id    uuid,
    title        jsonb NOT NULL DEFAULT '{}',
    starts_at    timestamptz NOT NULL,
    minutes      int NOT NULL CHECK (minutes BETWEEN 5 AND 600),
    time_zone    text NOT NULL,
    waiting_room boolean NOT NULL DEFAULT false,
    replay_open  boolean NOT NULL DEFAULT true, -- students may see the recording
    state        text NOT NULL DEFAULT 'scheduled' CHECK (state IN ('scheduled', 'live', 'ended', 'cancelled')),
    started_at   timestamptz,
    ended_at     timestamptz,
    version      int NOT NULL DEFAULT 1,
    created_by   uuid REFERENCES accounts ON DELETE SET NULL,
    created_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX classes_run_id ON classes (run_id, starts_at);
CREATE INDEX classes_lesson_id ON classes (lesson_id) WHERE lesson_id IS NOT NULL;
CREATE INDEX classes_series_id ON classes (series_id) WHERE series_id IS NOT NULL;
CREATE INDEX classes_created_by ON classes (created_by);

-- The log of a class as it was: what happened, in order.
CREATE TABLE class_events (
    class_id  uuid NOT NULL REFERENCES classes ON DELETE CASCADE,
    offset_no bigint NOT NULL,
    at        timestamptz NOT NULL,
    name      text NOT NULL,
    actor     uuid, -- an account or a guest
    space     text NOT NULL DEFAULT '',
    audience  text NOT NULL DEFAULT '', -- '' = everybody, 'staff', 'nobody', or a person's id
    key       uuid,
    data      jsonb,
    PRIMARY KEY (class_id, offset_no)
);

-- A link by which somebody without an account comes in. The secret is shown once; its hash is kept.
CREATE TABLE class_guest_links (
    id          uuid PRIMARY KEY, -- made by the client
    class_id    uuid NOT NULL REFERENCES classes ON DELETE CASCADE,
    secret_hash bytea NOT NULL UNIQUE,
    role        text NOT NULL CHECK (role IN ('student', 'observer')),
    expires_at  timestamptz NOT NULL,
    most_guests int CHECK (most_guests > 0), -- NULL = no limit
    revoked_at  timestamptz,
    created_by  uuid REFERENCES accounts ON DELETE SET NULL,
    created_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX class_guest_links_class_id ON class_guest_links (class_id);
CREATE INDEX class_guest_links_created_by ON class_guest_links (created_by);

CREATE TABLE class_guests (
    class_id uuid NOT NULL REFERENCES classes ON DELETE CASCADE,
    guest_id uuid NOT NULL, -- made by the guest's browser
    link_id  uuid NOT NULL REFERENCES class_guest_links ON DELETE CASCADE,
    name     text NOT NULL,
    since    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (class_id, guest_id)
);
CREATE INDEX class_guests_link_id ON class_guests (link_id);

-- What somebody is in a class: its teachers lead, learners of the run take part, authors of the course look on. NULL is
-- nobody. The one rule behind every door of a class.
-- +goose StatementBegin
CREATE FUNCTION class_role(viewer uuid, class uuid) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
    run uuid;
    course uuid;
BEGIN
    SELECT c.run_id, r.course_id INTO run, course FROM classes c JOIN runs r ON r.id = c.run_id WHERE c.id = class;
    IF run IS NULL THEN
        RETURN NULL;
    ELSIF may_teach(viewer, run) THEN
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

-- What somebody said and did in classes goes with their account; what they drew for others stays, without a name.
CREATE INDEX class_events_actor ON class_events (actor) WHERE actor IS NOT NULL;
-- +goose StatementBegin
CREATE FUNCTION forget_in_classes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM class_events WHERE actor = OLD.id AND name NOT IN ('class.started', 'class.ended', 'page.added', 'page.shown',
        'page.removed', 'page.cleared', 'deck.added', 'stroke.added', 'object.put', 'object.removed', 'object.restored');
    RETURN OLD;
END $$;
-- +goose StatementEnd
CREATE TRIGGER accounts_forget_in_classes BEFORE DELETE ON accounts FOR EACH ROW EXECUTE FUNCTION forget_in_classes();

-- +goose StatementBegin
CREATE FUNCTION may_attend(viewer uuid, class uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN class_role(viewer, class) IS NOT NULL;
END $$;
-- +goose StatementEnd
