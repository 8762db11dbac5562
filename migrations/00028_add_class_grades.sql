-- +goose Up
-- Whether what students do in a class counts as a grade.
ALTER TABLE classes ADD COLUMN graded boolean NOT NULL DEFAULT false;

-- What students have reached in a class that counts, worked out from its log and its attendance; who was not there has no row.
CREATE TABLE class_grades (
    class_id   uuid NOT NULL REFERENCES classes ON DELETE CASCADE,
    account_id uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
    points     double precision NOT NULL CHECK (points BETWEEN 0 AND most),
    most       int NOT NULL CHECK (most > 0),
    graded_at  timestamptz NOT NULL DEFAULT now(), -- when the points last changed
    PRIMARY KEY (class_id, account_id)
);
CREATE INDEX class_grades_account_id ON class_grades (account_id);
