-- +goose Up
-- What a recorded class was published as. The film is an asset under the same id; learners see it once it can be played.
CREATE TABLE class_publications (
    id           uuid PRIMARY KEY REFERENCES assets ON DELETE CASCADE, -- made by the client
    class_id     uuid NOT NULL REFERENCES classes ON DELETE CASCADE,
    kind         text NOT NULL CHECK (kind IN ('micro', 'lesson')),
    course_id    uuid NOT NULL REFERENCES courses ON DELETE CASCADE, -- the micro-course, or the one that the lesson is in
    lesson_id    uuid NOT NULL,
    activity_id  uuid NOT NULL,
    published_by uuid REFERENCES accounts ON DELETE SET NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    published_at timestamptz, -- when learners could see it
    failure      text NOT NULL DEFAULT '' -- why it stayed in the draft, though the film was made
);
CREATE INDEX class_publications_class_id ON class_publications (class_id);
CREATE INDEX class_publications_course_id ON class_publications (course_id);
CREATE INDEX class_publications_published_by ON class_publications (published_by) WHERE published_by IS NOT NULL;

-- Who publishes a recording as a course of its own may correct it and take it back, as long as they lead the class.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION may_author(viewer uuid, course uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM courses c WHERE c.id = course AND has_role(viewer, c.institution_id, 'author', 'coordinator'))
        OR EXISTS (SELECT FROM class_publications p
                   WHERE p.course_id = course AND p.kind = 'micro' AND p.published_by = viewer AND class_role(viewer, p.class_id) = 'teacher');
END $$;
-- +goose StatementEnd
