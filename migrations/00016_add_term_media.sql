-- +goose Up
-- A term may have a picture and be heard: assets like all others. Sound alone is a kind of its own.
ALTER TABLE assets DROP CONSTRAINT assets_kind_check;
ALTER TABLE assets ADD CONSTRAINT assets_kind_check CHECK (kind IN ('video', 'image', 'audio'));

ALTER TABLE terms ADD COLUMN picture_id uuid REFERENCES assets, ADD COLUMN audio_id uuid REFERENCES assets;
CREATE INDEX terms_picture_id ON terms (picture_id) WHERE picture_id IS NOT NULL;
CREATE INDEX terms_audio_id ON terms (audio_id) WHERE audio_id IS NOT NULL;

-- A bank is read page by page in the order of its pinyin, from any place of a hundred thousand.
DROP INDEX terms_bank_id; -- this one begins with the bank too
CREATE INDEX terms_order ON terms (bank_id, pinyin COLLATE "C", hanzi COLLATE "C") WHERE deleted_at IS NULL;

-- What a text sounds like without its tones, so that pinyin typed without them is found. ü is written v or u.
-- +goose StatementBegin
CREATE FUNCTION toneless(pinyin text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT translate(lower(pinyin), 'āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü ''’', 'aaaaeeeeiiiioooouuuuvvvvv')
$$;
-- +goose StatementEnd

-- What a term is found by: hanzi, pinyin with and without tones, its texts in all languages.
ALTER TABLE terms ADD COLUMN sought text GENERATED ALWAYS AS (lower(hanzi || E'\n' || pinyin || E'\n' || toneless(pinyin) || E'\n' ||
    jsonb_path_query_array(gloss, '$.*')::text || jsonb_path_query_array(definition, '$.*')::text)) STORED;

-- Banks are public, and so is what their terms show and say: its right is that of every visitor.
-- +goose StatementBegin
CREATE FUNCTION is_term_media(asset uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM terms t WHERE t.picture_id = asset AND t.deleted_at IS NULL)
        OR EXISTS (SELECT FROM terms t WHERE t.audio_id = asset AND t.deleted_at IS NULL);
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION may_play(viewer uuid, asset uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
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
                   AND has_role(viewer, a.institution_id, 'author', 'coordinator'))
        OR is_term_media(asset);
END $$;
-- +goose StatementEnd
