-- +goose Up
-- Lists of levels that an operator has imported; HSK 2.0 is part of the dictionary and no row here.
CREATE TABLE level_lists (
    id         text PRIMARY KEY CHECK (id ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(id) <= 20 AND id <> 'hsk2'),
    name       text NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
    edition    text NOT NULL DEFAULT '' CHECK (length(edition) <= 60), -- which version of the list this is, in its publisher's words
    version    int NOT NULL DEFAULT 1, -- raised by every change of what it holds
    levels     jsonb NOT NULL CHECK (jsonb_typeof(levels) = 'array'), -- [{name, words}], the first is level 1
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz -- the name stays, so that those who chose the list can be told which one is gone
);

CREATE TABLE level_words (
    list_id text NOT NULL REFERENCES level_lists ON DELETE CASCADE,
    word    text NOT NULL CHECK (length(word) BETWEEN 1 AND 12),
    level   smallint NOT NULL CHECK (level BETWEEN 1 AND 12),
    PRIMARY KEY (list_id, word)
);

-- The list by which an institution's courses show levels. A list that is gone falls back to HSK 2.0.
ALTER TABLE institutions ADD word_list text NOT NULL DEFAULT 'hsk2';

-- A learner's level may be of any list.
ALTER TABLE learner_settings DROP CONSTRAINT learner_settings_level_check;
ALTER TABLE learner_settings ADD CONSTRAINT learner_settings_level_check CHECK (level BETWEEN 0 AND 12);
