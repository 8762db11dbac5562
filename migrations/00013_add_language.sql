-- +goose Up
-- Captions in Chinese characters, not in pinyin.
CREATE FUNCTION is_chinese(lang text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT lang ~* '^(zh|cmn)(-|$)' AND lang !~* 'latn'
$$;

-- What a learner has said about themselves; no row = the defaults.
CREATE TABLE learner_settings (
    account_id  uuid PRIMARY KEY REFERENCES accounts ON DELETE CASCADE,
    word_list   text NOT NULL DEFAULT 'hsk2',
    level       int NOT NULL DEFAULT 0 CHECK (level BETWEEN 0 AND 9), -- all words up to it count as known; 0 = none
    review_goal int NOT NULL DEFAULT 20 CHECK (review_goal BETWEEN 5 AND 200), -- reviews a day
    updated_at  timestamptz NOT NULL DEFAULT now()
);

-- What happened to a learner's words, in any order of arrival: rows are added and never changed.
CREATE TABLE word_events (
    account_id  uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
    id          uuid NOT NULL, -- made by the client: an event that comes twice is one
    word        text NOT NULL CHECK (length(word) BETWEEN 1 AND 12),
    kind        text NOT NULL CHECK (kind IN ('keep', 'drop', 'review', 'lookup')),
    rating      smallint CHECK (rating BETWEEN 1 AND 4),
    exercise    text NOT NULL DEFAULT '',
    at          timestamptz NOT NULL, -- the client's time, capped at the server's; whole milliseconds
    lesson_id   uuid,
    parameters  text NOT NULL, -- name of the set of FSRS parameters
    received_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, id),
    CHECK ((kind = 'review') = (rating IS NOT NULL))
);
CREATE INDEX word_events_word ON word_events (account_id, word, at, id);
CREATE INDEX word_events_reviews ON word_events (account_id, at) WHERE kind = 'review';

-- The fold of the events of a word, written anew whenever one of them arrives.
CREATE TABLE word_memory (
    account_id      uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
    word            text NOT NULL,
    kept            boolean NOT NULL,
    state           smallint NOT NULL CHECK (state BETWEEN 0 AND 3), -- new, learning, review, relearning
    stability       float8 NOT NULL, -- days
    difficulty      float8 NOT NULL,
    due_at          timestamptz NOT NULL,
    last_review_at  timestamptz,
    last_rating     smallint NOT NULL DEFAULT 0,
    scheduled_days  int NOT NULL,
    remaining_steps int NOT NULL,
    reps            int NOT NULL,
    lapses          int NOT NULL,
    parameters      text NOT NULL,
    PRIMARY KEY (account_id, word)
) WITH (fillfactor = 80);
CREATE INDEX word_memory_due ON word_memory (account_id, due_at) WHERE kept;
