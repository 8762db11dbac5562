-- +goose Up
-- A track is one kind of media of one person in one space, from taking the air to leaving it, as one node recorded it.
CREATE TABLE class_tracks (
    id        uuid PRIMARY KEY,
    class_id  uuid NOT NULL REFERENCES classes ON DELETE CASCADE,
    person_id uuid NOT NULL, -- an account or a guest
    name      text NOT NULL,
    kind      text NOT NULL CHECK (kind IN ('voice', 'picture', 'screen')),
    space     text NOT NULL DEFAULT '',
    cut_at    timestamptz, -- cut out by staff: its pieces are gone, and more do not come
    cut_by    uuid REFERENCES accounts ON DELETE SET NULL
);
CREATE INDEX class_tracks_class_id ON class_tracks (class_id);
CREATE INDEX class_tracks_person_id ON class_tracks (person_id);
CREATE INDEX class_tracks_cut_by ON class_tracks (cut_by) WHERE cut_by IS NOT NULL;

CREATE TABLE class_pieces (
    track_id   uuid NOT NULL REFERENCES class_tracks ON DELETE CASCADE,
    number     int NOT NULL CHECK (number >= 0),
    start_ms   bigint NOT NULL, -- Unix ms by the clock of the log
    length_ms  bigint NOT NULL,
    bytes      bigint NOT NULL,
    object_key text NOT NULL,
    PRIMARY KEY (track_id, number)
);

-- What staff show of a recording, ms since the class was started; NULL = to the end.
CREATE TABLE class_replays (
    class_id uuid PRIMARY KEY REFERENCES classes ON DELETE CASCADE,
    from_ms  bigint NOT NULL DEFAULT 0 CHECK (from_ms >= 0),
    to_ms    bigint CHECK (to_ms > from_ms)
);

-- The object of a piece goes when its row goes, however that happens.
-- +goose StatementBegin
CREATE FUNCTION stray_piece() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO stray_objects (key_prefix) VALUES (OLD.object_key) ON CONFLICT DO NOTHING;
    RETURN OLD;
END $$;
-- +goose StatementEnd
CREATE TRIGGER class_pieces_stray AFTER DELETE ON class_pieces FOR EACH ROW EXECUTE FUNCTION stray_piece();

-- Somebody's voice and picture go with their account.
-- +goose StatementBegin
CREATE FUNCTION forget_recordings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM class_tracks WHERE person_id = OLD.id;
    RETURN OLD;
END $$;
-- +goose StatementEnd
CREATE TRIGGER accounts_forget_recordings BEFORE DELETE ON accounts FOR EACH ROW EXECUTE FUNCTION forget_recordings();
