-- +goose Up
CREATE TABLE courses (
    id           uuid PRIMARY KEY,
    institution_id uuid NOT NULL REFERENCES institutions,
    slug         text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(slug) <= 80),
    format       text NOT NULL CHECK (format IN ('mooc', 'micro')),
    -- archived: out of the catalogue and closed to new learners; those who are enrolled keep it
    state        text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'published', 'archived')),
    trade        text NOT NULL DEFAULT '', -- ISCO-08 unit group code, such as 7223
    level        text NOT NULL DEFAULT '', -- list:level, such as hsk2:2
    languages    text[] NOT NULL DEFAULT '{en}', -- languages of instruction, the first is the fall-back of every text
    title        jsonb NOT NULL CHECK (jsonb_typeof(title) = 'object'),
    summary      jsonb NOT NULL DEFAULT '{}',
    description  jsonb NOT NULL DEFAULT '{}', -- Markdown per language
    effort_hours real NOT NULL DEFAULT 0 CHECK (effort_hours >= 0), -- the author's estimate; 0 = take it from the videos
    poster_asset_id uuid REFERENCES assets,
    version      int NOT NULL DEFAULT 1, -- of the draft's own fields; a stale one is refused
    edits        bigint NOT NULL DEFAULT 1, -- raised by every change of the draft, anywhere in it
    revision     int, -- the current one; NULL = never published, or unpublished
    published_edits bigint NOT NULL DEFAULT 0, -- edits when it was last published; differs = the draft has changed since
    page_version bigint NOT NULL DEFAULT 1, -- raised by every change of what the public course page shows
    created_by   uuid REFERENCES accounts ON DELETE SET NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now(),
    CHECK (state = 'archived' OR (state = 'published') = (revision IS NOT NULL))
) WITH (fillfactor = 80);
CREATE INDEX courses_institution_id ON courses (institution_id, updated_at DESC);

-- The draft: what the studio edits. Ids are made by the client and stay the same in every revision.
CREATE TABLE units (
    id         uuid PRIMARY KEY,
    course_id  uuid NOT NULL REFERENCES courses ON DELETE CASCADE,
    kind       text NOT NULL CHECK (kind IN ('language', 'vocational')),
    title      jsonb NOT NULL DEFAULT '{}',
    position   int NOT NULL,
    version    int NOT NULL DEFAULT 1,
    deleted_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX units_course_id ON units (course_id);

CREATE TABLE pairings (
    language_unit_id   uuid NOT NULL REFERENCES units ON DELETE CASCADE,
    vocational_unit_id uuid NOT NULL REFERENCES units ON DELETE CASCADE,
    PRIMARY KEY (language_unit_id, vocational_unit_id)
);

CREATE TABLE lessons (
    id         uuid PRIMARY KEY,
    unit_id    uuid NOT NULL REFERENCES units ON DELETE CASCADE,
    title      jsonb NOT NULL DEFAULT '{}',
    summary    jsonb NOT NULL DEFAULT '{}',
    preview    boolean NOT NULL DEFAULT false, -- open without an account
    position   int NOT NULL,
    version    int NOT NULL DEFAULT 1,
    deleted_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX lessons_unit_id ON lessons (unit_id);

CREATE TABLE activities (
    id         uuid PRIMARY KEY,
    lesson_id  uuid NOT NULL REFERENCES lessons ON DELETE CASCADE,
    kind       text NOT NULL, -- courses/kinds.go lists the kinds and checks their bodies
    title      jsonb NOT NULL DEFAULT '{}',
    body       jsonb NOT NULL DEFAULT '{}',
    asset_id   uuid REFERENCES assets, -- the video, when the kind has one
    position   int NOT NULL,
    version    int NOT NULL DEFAULT 1,
    deleted_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX activities_lesson_id ON activities (lesson_id);

-- A published revision never changes (00010 enforces it). The outline is what a course page shows; lessons carry the rest.
CREATE TABLE revisions (
    course_id    uuid NOT NULL REFERENCES courses ON DELETE CASCADE,
    number       int NOT NULL,
    hash         bytea NOT NULL, -- SHA-256 of all that it holds: publishing the same again makes no new revision
    course       jsonb NOT NULL, -- the course's own fields as they were, texts rendered
    outline      jsonb NOT NULL, -- units → lessons → activities, without bodies
    published_by uuid REFERENCES accounts ON DELETE SET NULL,
    published_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (course_id, number)
);
ALTER TABLE courses ADD FOREIGN KEY (id, revision) REFERENCES revisions (course_id, number) DEFERRABLE INITIALLY DEFERRED;

CREATE TABLE revision_lessons (
    course_id  uuid NOT NULL,
    revision   int NOT NULL,
    lesson_id  uuid NOT NULL,
    unit_id    uuid NOT NULL,
    position   int NOT NULL, -- over the whole course
    preview    boolean NOT NULL,
    activities jsonb NOT NULL, -- [{id, kind, title, content, assetId}], content rendered and sanitised
    PRIMARY KEY (lesson_id, revision),
    FOREIGN KEY (course_id, revision) REFERENCES revisions ON DELETE CASCADE
);
CREATE INDEX revision_lessons_course ON revision_lessons (course_id, revision);

CREATE TABLE revision_activities (
    course_id   uuid NOT NULL,
    revision    int NOT NULL,
    activity_id uuid NOT NULL,
    lesson_id   uuid NOT NULL,
    kind        text NOT NULL,
    asset_id    uuid REFERENCES assets,
    length      int NOT NULL CHECK (length > 0), -- seconds that can be watched; 1 for what is read
    PRIMARY KEY (activity_id, revision),
    FOREIGN KEY (course_id, revision) REFERENCES revisions ON DELETE CASCADE
);
CREATE INDEX revision_activities_asset_id ON revision_activities (asset_id);
CREATE INDEX revision_activities_course ON revision_activities (course_id, revision);

-- Pictures in readings and posters: which assets a revision shows besides its videos.
CREATE TABLE revision_images (
    course_id uuid NOT NULL,
    revision  int NOT NULL,
    lesson_id uuid, -- NULL = the course's own page (poster, description), open to everyone
    asset_id  uuid NOT NULL REFERENCES assets,
    FOREIGN KEY (course_id, revision) REFERENCES revisions ON DELETE CASCADE
);
CREATE INDEX revision_images_asset_id ON revision_images (asset_id);
CREATE INDEX revision_images_course ON revision_images (course_id, revision);

-- The catalogue: one row a published course, as its revision has it. Nothing of a draft ever comes here.
CREATE TABLE catalogue (
    course_id      uuid PRIMARY KEY REFERENCES courses ON DELETE CASCADE,
    institution_id uuid NOT NULL REFERENCES institutions,
    format         text NOT NULL,
    trade          text NOT NULL,
    level          text NOT NULL,
    languages      text[] NOT NULL,
    title          jsonb NOT NULL,
    summary        jsonb NOT NULL,
    poster_asset_id uuid REFERENCES assets,
    effort_hours   real NOT NULL,
    video_minutes  int NOT NULL,
    lesson_count   int NOT NULL,
    listed_at      timestamptz NOT NULL, -- first publication: the order of the catalogue, which a new revision keeps
    search_text    text NOT NULL, -- folded, for what must stand there letter by letter
    search_vector  tsvector NOT NULL
);
CREATE INDEX catalogue_listed_at ON catalogue (listed_at DESC, course_id DESC);
CREATE INDEX catalogue_institution_id ON catalogue (institution_id);
CREATE INDEX catalogue_trade ON catalogue (trade);
CREATE INDEX catalogue_search_vector ON catalogue USING gin (search_vector);

CREATE TABLE runs (
    id         uuid PRIMARY KEY,
    course_id  uuid NOT NULL REFERENCES courses ON DELETE CASCADE,
    title      jsonb NOT NULL DEFAULT '{}',
    starts_at  timestamptz NOT NULL,
    ends_at    timestamptz NOT NULL CHECK (ends_at > starts_at),
    time_zone  text NOT NULL DEFAULT 'UTC',
    capacity   int CHECK (capacity > 0), -- NULL = no limit
    seats_taken int NOT NULL DEFAULT 0, -- kept by a trigger on enrolments
    version    int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    cancelled_at timestamptz,
    UNIQUE (id, course_id),
    CONSTRAINT runs_seats CHECK (seats_taken BETWEEN 0 AND capacity OR capacity IS NULL)
) WITH (fillfactor = 80);
CREATE INDEX runs_course_id ON runs (course_id);

CREATE TABLE run_teachers (
    run_id     uuid NOT NULL REFERENCES runs ON DELETE CASCADE,
    account_id uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
    PRIMARY KEY (run_id, account_id)
);
CREATE INDEX run_teachers_account_id ON run_teachers (account_id);

CREATE TABLE enrolments (
    id          uuid PRIMARY KEY, -- made by the client
    account_id  uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
    course_id   uuid NOT NULL REFERENCES courses,
    run_id      uuid, -- always there for a MOOC, never for a micro-course
    enrolled_at timestamptz NOT NULL DEFAULT now(),
    left_at     timestamptz,
    FOREIGN KEY (run_id, course_id) REFERENCES runs (id, course_id)
);
CREATE UNIQUE INDEX enrolments_current ON enrolments (account_id, course_id) WHERE left_at IS NULL;
CREATE INDEX enrolments_course_id ON enrolments (course_id) WHERE left_at IS NULL;
CREATE INDEX enrolments_run_id ON enrolments (run_id) WHERE left_at IS NULL;

-- Watched seconds are a set; a report adds to it with a union, so order and repetition do not matter.
CREATE TABLE progress (
    account_id  uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
    course_id   uuid NOT NULL, -- the activity's, for ever: it makes a learner's progress in a course one stretch of the index
    activity_id uuid NOT NULL,
    watched     int4multirange NOT NULL DEFAULT '{}',
    position_ms int NOT NULL DEFAULT 0,
    position_at timestamptz NOT NULL DEFAULT 'epoch', -- the client's time of the position, capped at the server's
    updated_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, course_id, activity_id)
) WITH (fillfactor = 70);
