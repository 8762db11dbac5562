-- +goose Up
-- An answer about tones says which were asked and which were heard or said, a figure a syllable: 1 to 4, 5 = neutral.
ALTER TABLE word_events
    ADD COLUMN tones_asked    text CHECK (tones_asked ~ '^[1-5]{1,12}$'),
    ADD COLUMN tones_answered text CHECK (tones_answered ~ '^[1-5]{1,12}$'),
    ADD CONSTRAINT word_events_tones CHECK (
        (tones_asked IS NULL) = (tones_answered IS NULL)
        AND (tones_asked IS NULL OR exercise IN ('tone', 'say') AND length(tones_asked) = length(tones_answered)));
CREATE INDEX word_events_tones_at ON word_events (account_id, at) WHERE tones_asked IS NOT NULL;
