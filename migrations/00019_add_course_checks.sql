-- +goose Up
-- How many new words a unit of the course may bring; NULL = what its level suggests.
ALTER TABLE courses ADD COLUMN word_budget int CHECK (word_budget BETWEEN 1 AND 2000);

-- Findings of the course check that an author has marked as fine where they are. A finding is named by what it is about
-- and where, so a mark holds while its numbers change; marks of findings that are gone do no harm.
CREATE TABLE finding_waivers (
    course_id  uuid NOT NULL REFERENCES courses ON DELETE CASCADE,
    finding    uuid NOT NULL,
    account_id uuid REFERENCES accounts ON DELETE SET NULL,
    waived_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (course_id, finding)
);
CREATE INDEX finding_waivers_account_id ON finding_waivers (account_id);
