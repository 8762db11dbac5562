-- +goose Up
-- Who may do what with a course. Each rule exists once, here, and stands in the WHERE clauses of all queries.
-- They are PL/pgSQL since it keeps their plans over calls; an SQL function with a subquery is planned anew in each query.
-- The nil UUID is a visitor: it is no account, so only what is open to everyone is left.

-- +goose StatementBegin
CREATE FUNCTION may_author(viewer uuid, course uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM courses c WHERE c.id = course AND has_role(viewer, c.institution_id, 'author', 'coordinator'));
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION may_teach(viewer uuid, run uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM run_teachers t JOIN accounts a ON a.id = t.account_id
                   WHERE t.run_id = run AND t.account_id = viewer AND a.suspended_at IS NULL)
        OR EXISTS (SELECT FROM runs r JOIN courses c ON c.id = r.course_id
                   WHERE r.id = run AND has_role(viewer, c.institution_id, 'coordinator'));
END $$;
-- +goose StatementEnd

-- Learners: who has a place in a course and may use it. Queries over many learners ask this view first, since a call of
-- may_learn costs some ten times as much.
CREATE VIEW learners AS
    SELECT e.account_id, e.course_id FROM enrolments e JOIN accounts a ON a.id = e.account_id
    WHERE e.left_at IS NULL AND a.suspended_at IS NULL;

-- What is published of a course is open to its learners, the teachers of its runs and its authors.
-- +goose StatementBegin
CREATE FUNCTION may_learn(viewer uuid, course uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM courses c WHERE c.id = course AND c.revision IS NOT NULL)
       AND (EXISTS (SELECT FROM learners l WHERE l.account_id = viewer AND l.course_id = course)
         OR EXISTS (SELECT FROM run_teachers t JOIN runs r ON r.id = t.run_id JOIN accounts a ON a.id = t.account_id
                    WHERE t.account_id = viewer AND r.course_id = course AND r.cancelled_at IS NULL AND a.suspended_at IS NULL)
         OR may_author(viewer, course));
END $$;
-- +goose StatementEnd

-- The right behind a playback token. Private by default: no current use and no authorship means no.
-- +goose StatementBegin
CREATE FUNCTION may_play(viewer uuid, asset uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM revision_activities ra
                   JOIN courses c ON c.id = ra.course_id AND c.revision = ra.revision
                   JOIN revision_lessons l ON l.lesson_id = ra.lesson_id AND l.revision = ra.revision
                   WHERE ra.asset_id = asset AND (c.state = 'published' AND l.preview OR may_learn(viewer, c.id)))
        OR EXISTS (SELECT FROM revision_images ri
                   JOIN courses c ON c.id = ri.course_id AND c.revision = ri.revision
                   LEFT JOIN revision_lessons l ON l.lesson_id = ri.lesson_id AND l.revision = ri.revision
                   WHERE ri.asset_id = asset
                   AND (c.state = 'published' AND (ri.lesson_id IS NULL OR l.preview) OR may_learn(viewer, c.id)))
        OR EXISTS (SELECT FROM assets a WHERE a.id = asset AND a.deleted_at IS NULL
                   AND has_role(viewer, a.institution_id, 'author', 'coordinator'));
END $$;
-- +goose StatementEnd

-- A published revision never changes; only the name of who published it goes when that account does.
-- +goose StatementBegin
CREATE FUNCTION refuse_revision_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'revisions' AND to_jsonb(NEW) - 'published_by' = to_jsonb(OLD) - 'published_by' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a published revision cannot be changed' USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME;
END $$;
-- +goose StatementEnd
CREATE TRIGGER revisions_immutable BEFORE UPDATE OR DELETE ON revisions FOR EACH ROW EXECUTE FUNCTION refuse_revision_change();
CREATE TRIGGER revision_lessons_immutable BEFORE UPDATE OR DELETE ON revision_lessons FOR EACH ROW EXECUTE FUNCTION refuse_revision_change();
CREATE TRIGGER revision_activities_immutable BEFORE UPDATE OR DELETE ON revision_activities FOR EACH ROW EXECUTE FUNCTION refuse_revision_change();
CREATE TRIGGER revision_images_immutable BEFORE UPDATE OR DELETE ON revision_images FOR EACH ROW EXECUTE FUNCTION refuse_revision_change();

-- Seats are counted where they are taken and left, also by the deletion of an account.
-- +goose StatementBegin
CREATE FUNCTION count_seats() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.run_id IS NOT NULL AND OLD.left_at IS NULL THEN
        UPDATE runs SET seats_taken = seats_taken - 1 WHERE id = OLD.run_id;
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.run_id IS NOT NULL AND NEW.left_at IS NULL THEN
        UPDATE runs SET seats_taken = seats_taken + 1 WHERE id = NEW.run_id;
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER enrolments_seats AFTER INSERT OR UPDATE OF run_id, left_at OR DELETE ON enrolments
    FOR EACH ROW EXECUTE FUNCTION count_seats();
