-- +goose Up
-- What a learner wrote by hand, in any order of arrival: rows are added and never changed.
CREATE TABLE writings (
    account_id  uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
    id          uuid NOT NULL, -- made by the client: a writing that comes twice is one
    word        text NOT NULL CHECK (length(word) BETWEEN 1 AND 12), -- in which the character was asked for
    character   text NOT NULL CHECK (length(character) = 1),
    mode        text NOT NULL CHECK (mode IN ('outline', 'memory', 'test')),
    ink         bytea NOT NULL CHECK (octet_length(ink) <= 4096), -- of each stroke the number of its points, then x and y of each in 256ths of the square
    strokes     smallint NOT NULL CHECK (strokes BETWEEN 1 AND 64), -- of the character
    misses      smallint NOT NULL CHECK (misses >= 0), -- strokes that fitted nothing
    disorders   smallint NOT NULL CHECK (disorders >= 0), -- strokes that belong later
    backwards   smallint NOT NULL CHECK (backwards >= 0), -- strokes that ran the wrong way
    helped      smallint NOT NULL CHECK (helped >= 0), -- strokes that were shown
    distance    real NOT NULL CHECK (distance >= 0), -- mean, from the right line, in units of which the square has 1024
    score       smallint NOT NULL CHECK (score BETWEEN 0 AND 100),
    lesson_id   uuid,
    at          timestamptz NOT NULL, -- the client's time, capped at the server's
    received_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, id)
);
CREATE INDEX writings_character ON writings (account_id, character, at DESC, id);

-- Fonts of the characters of a unit, named after them; the same for everybody and made again whenever one is missing.
CREATE TABLE hanzi_fonts (
    name       text PRIMARY KEY CHECK (name ~ '^[0-9a-f]{32}$'),
    characters text NOT NULL,
    body       bytea, -- WOFF2; null until it is made
    made_at    timestamptz
);
