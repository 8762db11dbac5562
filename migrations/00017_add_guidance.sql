-- +goose Up
-- What the teachers of a run have arranged for a lesson of its course.
CREATE TABLE run_lessons (
    run_id     uuid NOT NULL REFERENCES runs ON DELETE CASCADE,
    lesson_id  uuid NOT NULL, -- of any revision
    taught_at  timestamptz, -- when the lesson is held; NULL = no date
    gate       smallint CHECK (gate IN (80, 90, 95)), -- percent of its words to be known before it opens; NULL = always open
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (run_id, lesson_id)
);
CREATE INDEX run_lessons_gate ON run_lessons (lesson_id) WHERE gate IS NOT NULL;

CREATE TRIGGER run_lessons_pages AFTER INSERT OR UPDATE OR DELETE ON run_lessons FOR EACH ROW EXECUTE FUNCTION touch_pages_of_run();

-- Who has come through the gate of a lesson: with enough words, or let through by a teacher. A pass stays: what is
-- forgotten later locks nobody out of a lesson that is under way.
CREATE TABLE gate_passes (
    account_id uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
    run_id     uuid NOT NULL REFERENCES runs ON DELETE CASCADE,
    lesson_id  uuid NOT NULL,
    coverage   float8 NOT NULL DEFAULT 0 CHECK (coverage BETWEEN 0 AND 1), -- the best that opened it; a higher gate asks for more
    passed_at  timestamptz,
    granted_at timestamptz, -- by a teacher; NULL = not, or taken back
    granted_by uuid REFERENCES accounts ON DELETE SET NULL,
    PRIMARY KEY (account_id, run_id, lesson_id)
);
CREATE INDEX gate_passes_run_id ON gate_passes (run_id, lesson_id);
CREATE INDEX gate_passes_granted_by ON gate_passes (granted_by);

-- Words that a run is given to learn for a lesson. What learners make of them is in their memory, nowhere else.
CREATE TABLE word_assignments (
    id           uuid PRIMARY KEY, -- made by the client
    run_id       uuid NOT NULL REFERENCES runs ON DELETE CASCADE,
    lesson_id    uuid NOT NULL,
    words        text[] NOT NULL CHECK (cardinality(words) BETWEEN 1 AND 200), -- distinct, in the order to be met
    assigned_by  uuid REFERENCES accounts ON DELETE SET NULL,
    assigned_at  timestamptz NOT NULL DEFAULT now(),
    withdrawn_at timestamptz
);
CREATE INDEX word_assignments_run_id ON word_assignments (run_id);
CREATE INDEX word_assignments_assigned_by ON word_assignments (assigned_by);

-- A learner of a run is barred from a lesson whose gate they have not come through. Teachers of the course and its
-- authors never are.
-- +goose StatementBegin
CREATE FUNCTION is_barred(viewer uuid, lesson uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM run_lessons g JOIN enrolments e ON e.run_id = g.run_id AND e.account_id = viewer AND e.left_at IS NULL
        WHERE g.lesson_id = lesson AND g.gate IS NOT NULL
          AND NOT EXISTS (SELECT FROM gate_passes p WHERE p.account_id = viewer AND p.run_id = g.run_id AND p.lesson_id = g.lesson_id
                          AND (p.granted_at IS NOT NULL OR p.passed_at IS NOT NULL AND p.coverage >= g.gate::float8 / 100))
          AND NOT EXISTS (SELECT FROM run_teachers t JOIN runs r ON r.id = t.run_id
                          WHERE t.account_id = viewer AND r.course_id = e.course_id AND r.cancelled_at IS NULL)
          AND NOT may_author(viewer, e.course_id));
END $$;
-- +goose StatementEnd

-- What is in a lesson (its activities, lines, pictures) is open to who may learn the course and is not barred from the
-- lesson; a preview to everyone.
-- +goose StatementBegin
CREATE FUNCTION may_open(viewer uuid, lesson uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM revision_lessons l JOIN courses c ON c.id = l.course_id AND c.revision = l.revision
                   WHERE l.lesson_id = lesson
                   AND (c.state = 'published' AND l.preview OR may_learn(viewer, c.id) AND NOT is_barred(viewer, lesson)));
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION may_play(viewer uuid, asset uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM revision_activities ra
                   JOIN courses c ON c.id = ra.course_id AND c.revision = ra.revision
                   WHERE ra.asset_id = asset AND may_open(viewer, ra.lesson_id))
        OR EXISTS (SELECT FROM revision_images ri
                   JOIN courses c ON c.id = ri.course_id AND c.revision = ri.revision
                   WHERE ri.asset_id = asset
                   AND CASE WHEN ri.lesson_id IS NULL THEN c.state = 'published' OR may_learn(viewer, c.id) ELSE may_open(viewer, ri.lesson_id) END)
        OR EXISTS (SELECT FROM assets a WHERE a.id = asset AND a.deleted_at IS NULL
                   AND has_role(viewer, a.institution_id, 'author', 'coordinator'))
        OR is_term_media(asset);
END $$;
-- +goose StatementEnd
