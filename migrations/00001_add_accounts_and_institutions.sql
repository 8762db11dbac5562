-- +goose Up
CREATE EXTENSION IF NOT EXISTS citext;
CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE TABLE accounts (
    id             uuid PRIMARY KEY,
    email          citext NOT NULL UNIQUE CHECK (length(email) BETWEEN 3 AND 254),
    name           text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
    password_hash  text NOT NULL,
    locale         text NOT NULL DEFAULT 'en',
    platform_admin boolean NOT NULL DEFAULT false,
    suspended_at   timestamptz,
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX accounts_search ON accounts USING gin ((name || ' ' || email::text) gin_trgm_ops);

-- One-time secrets sent by mail; only the hash is stored, and they die with any change of e-mail or password.
CREATE TABLE account_tokens (
    token_hash bytea PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
    purpose    text NOT NULL CHECK (purpose IN ('reset_password', 'change_email')),
    new_email  citext,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL
);
CREATE INDEX account_tokens_account_id ON account_tokens (account_id);

-- The outbox: a mail is written in the transaction of the change that causes it and sent afterwards.
CREATE TABLE mails (
    id         uuid PRIMARY KEY, -- a UUIDv7: the order of ids is the order of writing
    account_id uuid REFERENCES accounts ON DELETE CASCADE, -- whom it is about; NULL for the last one an account gets
    to_address citext NOT NULL,
    subject    text NOT NULL,
    body       text NOT NULL,
    attempts   int NOT NULL DEFAULT 0,
    last_error text,
    created_at timestamptz NOT NULL DEFAULT now(),
    -- Set before the mail leaves and cleared only when it surely did not, so that a crash in between cannot send it twice.
    claimed_at timestamptz,
    sent_at    timestamptz
);
CREATE INDEX mails_account_id ON mails (account_id);

CREATE TABLE institutions (
    id         uuid PRIMARY KEY,
    slug       text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(slug) <= 80),
    name       jsonb NOT NULL CHECK (jsonb_typeof(name) = 'object'),
    about      jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(about) = 'object'),
    kind       text NOT NULL CHECK (kind IN ('college', 'university', 'company', 'ministry', 'assessor')),
    country    char(2) NOT NULL CHECK (country ~ '^[A-Z]{2}$'),
    website    text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE members (
    institution_id uuid NOT NULL REFERENCES institutions ON DELETE CASCADE,
    account_id     uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
    role           text NOT NULL CHECK (role IN ('student', 'teacher', 'author', 'coordinator', 'assessor')),
    created_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (institution_id, account_id, role)
);
CREATE INDEX members_account_id ON members (account_id);

-- Access rules are SQL, so that they can stand in WHERE clauses and there is one of each. PL/pgSQL keeps their plans over
-- calls; an SQL function with a subquery is planned anew in each query.
-- +goose StatementBegin
CREATE FUNCTION is_admin(viewer uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM accounts WHERE id = viewer AND platform_admin AND suspended_at IS NULL);
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION has_role(viewer uuid, institution uuid, VARIADIC roles text[]) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM members m JOIN accounts a ON a.id = m.account_id
        WHERE m.account_id = viewer AND m.institution_id = institution AND m.role = ANY (roles) AND a.suspended_at IS NULL)
        OR is_admin(viewer);
END $$;
-- +goose StatementEnd
