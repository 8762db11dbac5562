-- +goose Up
-- A bank is the words of one trade. The version is raised by every change of its terms: lessons are segmented anew for it.
CREATE TABLE term_banks (
    id             uuid PRIMARY KEY, -- made by the client
    institution_id uuid REFERENCES institutions, -- NULL = the platform's
    trade          text NOT NULL CHECK (trade ~ '^[0-9]{4}$'), -- ISCO-08 unit group
    name           jsonb NOT NULL CHECK (jsonb_typeof(name) = 'object'),
    version        int NOT NULL DEFAULT 1,
    seed_hash      bytea, -- of the shipped file as it was last read in; NULL = made by people
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX term_banks_trade ON term_banks (trade);
CREATE INDEX term_banks_institution_id ON term_banks (institution_id);

CREATE TABLE terms (
    id             uuid PRIMARY KEY,
    bank_id        uuid NOT NULL REFERENCES term_banks ON DELETE CASCADE,
    hanzi          text NOT NULL CHECK (length(hanzi) BETWEEN 1 AND 12),
    pinyin         text NOT NULL,
    part_of_speech text NOT NULL DEFAULT '',
    safety         boolean NOT NULL DEFAULT false,
    gloss          jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(gloss) = 'object'),
    definition     jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(definition) = 'object'),
    version        int NOT NULL DEFAULT 1,
    edited         boolean NOT NULL DEFAULT true, -- by people: a newer shipped file leaves it as it is
    deleted_at     timestamptz,
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX terms_hanzi ON terms (bank_id, hanzi) WHERE deleted_at IS NULL;
CREATE INDEX terms_bank_id ON terms (bank_id);

-- What a file has changed, so that it can be taken back as long as nothing else has changed since.
CREATE TABLE term_bank_changes (
    bank_id    uuid NOT NULL REFERENCES term_banks ON DELETE CASCADE,
    version    int NOT NULL, -- of the bank, once changed
    added      uuid[] NOT NULL,
    before     jsonb NOT NULL, -- the terms that were changed or removed, as they were
    changed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (bank_id, version)
);

-- The platform's banks belong to its admin, the others to the authors of their institution.
-- +goose StatementBegin
CREATE FUNCTION may_edit_bank(viewer uuid, bank uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM term_banks b WHERE b.id = bank
                   AND (b.institution_id IS NULL AND is_admin(viewer) OR has_role(viewer, b.institution_id, 'author', 'coordinator')));
END $$;
-- +goose StatementEnd
