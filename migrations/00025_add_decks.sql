-- +goose Up
-- A deck is a PDF or a picture of which the platform makes one picture of each page, for the board of live classes.
ALTER TABLE assets DROP CONSTRAINT assets_kind_check;
ALTER TABLE assets ADD CONSTRAINT assets_kind_check CHECK (kind IN ('video', 'image', 'audio', 'deck'));

-- A page has an id of its own, random, since it names the picture in a class and in its log.
CREATE TABLE asset_pages (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    asset_id   uuid NOT NULL REFERENCES assets ON DELETE CASCADE,
    number     int NOT NULL CHECK (number > 0), -- 1 is the first
    object_key text NOT NULL,
    width      int NOT NULL,
    height     int NOT NULL,
    bytes      bigint NOT NULL,
    UNIQUE (asset_id, number)
);

-- Who may bring a file of a kind to an institution: authors and coordinators all, the teachers of its runs slides.
-- +goose StatementBegin
CREATE FUNCTION may_bring(viewer uuid, institution uuid, kind text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN has_role(viewer, institution, 'author', 'coordinator')
        OR kind = 'deck' AND EXISTS (
            SELECT FROM run_teachers t JOIN accounts a ON a.id = t.account_id
            JOIN runs r ON r.id = t.run_id JOIN courses c ON c.id = r.course_id
            WHERE t.account_id = viewer AND c.institution_id = institution AND r.cancelled_at IS NULL AND a.suspended_at IS NULL);
END $$;
-- +goose StatementEnd

-- A video that is made of a recorded class; its asset has no source until the film is made.
CREATE TABLE class_films (
    asset_id uuid PRIMARY KEY REFERENCES assets ON DELETE CASCADE,
    class_id uuid NOT NULL REFERENCES classes ON DELETE CASCADE,
    from_ms  bigint NOT NULL CHECK (from_ms >= 0), -- since the class was started
    to_ms    bigint NOT NULL CHECK (to_ms = 0 OR to_ms > from_ms) -- 0 = up to the end
);
CREATE INDEX class_films_class_id ON class_films (class_id);

-- Who may see, retry and delete an asset: authors and coordinators of its institution; a teacher the slides that they have
-- brought and the films that they have ordered.
-- +goose StatementBegin
CREATE FUNCTION may_keep(viewer uuid, asset assets) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN has_role(viewer, asset.institution_id, 'author', 'coordinator')
        OR asset.uploaded_by = viewer AND (asset.kind = 'deck' OR EXISTS (SELECT FROM class_films f WHERE f.asset_id = asset.id))
           AND may_bring(viewer, asset.institution_id, 'deck');
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
        OR EXISTS (SELECT FROM assets a WHERE a.id = asset AND a.deleted_at IS NULL AND may_keep(viewer, a))
        OR is_term_media(asset);
END $$;
-- +goose StatementEnd

-- Who sees the pictures of a class: those who may be in it, and guests as long as their link is good.
-- +goose StatementBegin
CREATE FUNCTION sees_class(viewer uuid, class uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN may_attend(viewer, class)
        OR EXISTS (SELECT FROM class_guests g JOIN class_guest_links l ON l.id = g.link_id
                   WHERE g.class_id = class AND g.guest_id = viewer AND l.revoked_at IS NULL);
END $$;
-- +goose StatementEnd

-- Whose decks a class shows: those of its course's institution.
-- +goose StatementBegin
CREATE FUNCTION class_shows(class uuid, institution uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM classes k JOIN runs r ON r.id = k.run_id JOIN courses c ON c.id = r.course_id
                   WHERE k.id = class AND c.institution_id = institution);
END $$;
-- +goose StatementEnd

-- What a film of a class is made with, when the viewer leads the class.
-- +goose StatementBegin
CREATE FUNCTION film_class(viewer uuid, class uuid) RETURNS TABLE (institution_id uuid, filename text, ended boolean) LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY SELECT c.institution_id, to_char(coalesce(k.started_at, k.starts_at) AT TIME ZONE k.time_zone, 'YYYY-MM-DD HH24:MI')
                        || coalesce(' ' || left((SELECT v FROM jsonb_each_text(k.title) AS t (l, v) ORDER BY l = 'zh-CN' DESC, l = 'en' DESC, l LIMIT 1), 200), '') || '.mp4',
                        k.state = 'ended'
        FROM classes k JOIN runs r ON r.id = k.run_id JOIN courses c ON c.id = r.course_id
        WHERE k.id = class AND class_role(viewer, class) IN ('teacher', 'coteacher');
END $$;
-- +goose StatementEnd

-- What a class has shown stays for its replay: a page as a slide or as the picture of a poll.
CREATE INDEX class_events_pictures ON class_events (class_id) WHERE name IN ('deck.added', 'poll.opened');
-- +goose StatementBegin
CREATE FUNCTION shown_in_class(deck uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM class_events e JOIN asset_pages p ON p.asset_id = deck
        WHERE e.name IN ('deck.added', 'poll.opened')
          AND (e.data->>'picture' = p.id::text OR e.data->'pages' @> jsonb_build_array(jsonb_build_object('asset', p.id))));
END $$;
-- +goose StatementEnd
