-- +goose Up

-- Readings that authors have set at places of a lesson's text, over those of dictionary and term banks. A place is told by
-- the word and the line around it: the text is edited elsewhere, and the place is found again in what it has become.
CREATE SEQUENCE place_reading_versions;
CREATE TABLE place_readings (
    id        uuid PRIMARY KEY, -- made by the client
    lesson_id uuid NOT NULL REFERENCES lessons ON DELETE CASCADE,
    word      text NOT NULL CHECK (length(word) BETWEEN 1 AND 20),
    before    text NOT NULL CHECK (length(before) <= 500), -- of the line, up to the word
    after     text NOT NULL CHECK (length(after) <= 500), -- of the line, from the word on
    pinyin    text NOT NULL CHECK (length(pinyin) BETWEEN 1 AND 100), -- with tone marks
    set_by    uuid REFERENCES accounts ON DELETE SET NULL,
    set_at    timestamptz NOT NULL DEFAULT now(),
    version   bigint NOT NULL DEFAULT nextval('place_reading_versions'), -- another one with every change
    UNIQUE (lesson_id, word, before, after)
);
CREATE INDEX place_readings_set_by ON place_readings (set_by);

-- +goose Down
DROP TABLE place_readings;
DROP SEQUENCE place_reading_versions;
