-- +goose Up
-- courses.page_version tells every copy of the server whether the course page it keeps in memory is still right.
-- Publishing raises it itself; these triggers raise it when something the page shows changes elsewhere.

-- +goose StatementBegin
CREATE FUNCTION touch_pages_of_asset() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed jsonb := to_jsonb(CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END);
    asset uuid := coalesce(changed ->> 'asset_id', changed ->> 'id')::uuid;
BEGIN
    UPDATE courses c SET page_version = page_version + 1
    WHERE c.id IN (SELECT ra.course_id FROM revision_activities ra WHERE ra.asset_id = asset);
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER renditions_pages AFTER INSERT OR UPDATE OF bytes OR DELETE ON renditions FOR EACH ROW EXECUTE FUNCTION touch_pages_of_asset();
CREATE TRIGGER assets_pages AFTER UPDATE OF duration_ms, deleted_at ON assets FOR EACH ROW EXECUTE FUNCTION touch_pages_of_asset();

-- +goose StatementBegin
CREATE FUNCTION touch_pages_of_run() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed jsonb := to_jsonb(CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END);
BEGIN
    UPDATE courses c SET page_version = page_version + 1
    WHERE c.id = (changed ->> 'course_id')::uuid
       OR c.id = (SELECT r.course_id FROM runs r WHERE r.id = (changed ->> 'run_id')::uuid);
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER runs_pages AFTER INSERT OR DELETE OR UPDATE OF title, starts_at, ends_at, time_zone, capacity, cancelled_at ON runs
    FOR EACH ROW EXECUTE FUNCTION touch_pages_of_run();
CREATE TRIGGER run_teachers_pages AFTER INSERT OR DELETE ON run_teachers FOR EACH ROW EXECUTE FUNCTION touch_pages_of_run();

-- +goose StatementBegin
CREATE FUNCTION touch_pages_of_teacher() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE courses c SET page_version = page_version + 1
    WHERE c.id IN (SELECT r.course_id FROM run_teachers t JOIN runs r ON r.id = t.run_id WHERE t.account_id = NEW.id);
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER accounts_pages AFTER UPDATE OF name ON accounts FOR EACH ROW EXECUTE FUNCTION touch_pages_of_teacher();

-- +goose StatementBegin
CREATE FUNCTION touch_pages_of_institution() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE courses SET page_version = page_version + 1 WHERE institution_id = NEW.id;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER institutions_pages AFTER UPDATE OF name, slug, country ON institutions
    FOR EACH ROW EXECUTE FUNCTION touch_pages_of_institution();
