-- +goose Up
-- Classes that were moved or called off, until those concerned are told: one row however often a class is changed meanwhile,
-- so that they are told once, of the time they knew and of how it stands.
CREATE TABLE class_changes (
    class_id   uuid PRIMARY KEY REFERENCES classes ON DELETE CASCADE,
    was_at     timestamptz NOT NULL, -- when it was to begin before
    first_at   timestamptz NOT NULL, -- of the changes
    changed_at timestamptz NOT NULL  -- of the last of them
);
