-- +goose Up
-- How long each person was in a class, as their connections say; written when it ends.
CREATE TABLE class_attendance (
    class_id  uuid NOT NULL REFERENCES classes ON DELETE CASCADE,
    person    uuid NOT NULL, -- an account or a guest
    name      text NOT NULL,
    role      text NOT NULL,
    guest     boolean NOT NULL,
    intervals jsonb NOT NULL, -- [[from, to], …] in Unix ms, apart and in order
    ms        bigint NOT NULL,
    PRIMARY KEY (class_id, person)
);
CREATE INDEX class_attendance_person ON class_attendance (person);

-- A correction is never changed: the newest of a person counts, the others are its history.
CREATE TABLE class_corrections (
    id           uuid PRIMARY KEY, -- made by the client
    class_id     uuid NOT NULL REFERENCES classes ON DELETE CASCADE,
    person       uuid NOT NULL,
    minutes      int CHECK (minutes BETWEEN 0 AND 1440), -- NULL = what the connections say
    note         text NOT NULL,
    corrected_by uuid REFERENCES accounts ON DELETE SET NULL,
    corrected_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX class_corrections_class_id ON class_corrections (class_id, person);
CREATE INDEX class_corrections_person ON class_corrections (person);
CREATE INDEX class_corrections_corrected_by ON class_corrections (corrected_by);

-- +goose StatementBegin
CREATE FUNCTION forget_attendance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM class_attendance WHERE person = OLD.id;
    DELETE FROM class_corrections WHERE person = OLD.id;
    RETURN OLD;
END $$;
-- +goose StatementEnd
CREATE TRIGGER accounts_forget_attendance BEFORE DELETE ON accounts FOR EACH ROW EXECUTE FUNCTION forget_attendance();

-- The secret address of somebody's calendar; only its hash is kept.
CREATE TABLE calendars (
    account_id  uuid PRIMARY KEY REFERENCES accounts ON DELETE CASCADE,
    secret_hash bytea NOT NULL UNIQUE,
    made_at     timestamptz NOT NULL DEFAULT now()
);
