package auth

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

const accountColumns = `id, email::text AS email, name, locale, time_zone, class_mails, platform_admin AS admin, created_at, suspended_at`

func oneAccount(rows pgx.Rows, err error, what string, id any) (Account, error) {
	if err != nil {
		return Account{}, pg.Translate(err, what, id)
	}
	a, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Account])
	return a, pg.Translate(err, what, id)
}

func accountByID(ctx context.Context, q pg.Querier, id uuid.UUID) (Account, error) {
	rows, err := q.Query(ctx, `SELECT `+accountColumns+` FROM accounts WHERE id = @id`, pgx.NamedArgs{"id": id})
	return oneAccount(rows, err, "account", id)
}

// accountByEmail returns the password hash too, which leaves this package nowhere.
func accountByEmail(ctx context.Context, q pg.Querier, email string) (a Account, hash string, err error) {
	return accountAndHash(ctx, q, `WHERE email = @key`, email)
}

// hashByID is accountByEmail for a signed-in person.
func hashByID(ctx context.Context, q pg.Querier, id uuid.UUID) (a Account, hash string, err error) {
	return accountAndHash(ctx, q, `WHERE id = @key`, id)
}

// lockAccount keeps the account as it is until the transaction ends.
func lockAccount(ctx context.Context, tx pgx.Tx, id uuid.UUID) (a Account, hash string, err error) {
	return accountAndHash(ctx, tx, `WHERE id = @key FOR NO KEY UPDATE`, id)
}

func accountAndHash(ctx context.Context, q pg.Querier, where string, key any) (a Account, hash string, err error) {
	err = q.QueryRow(ctx, `SELECT id, email::text, name, locale, time_zone, class_mails, platform_admin, created_at, suspended_at, password_hash FROM accounts `+where,
		pgx.NamedArgs{"key": key}).
		Scan(&a.ID, &a.Email, &a.Name, &a.Locale, &a.TimeZone, &a.ClassMails, &a.Admin, &a.CreatedAt, &a.SuspendedAt, &hash)
	return a, hash, pg.Translate(err, "account", key)
}

// insertAccount reports made = false when the address has an account.
func insertAccount(ctx context.Context, q pg.Querier, id uuid.UUID, in NewAccount, hash string) (a Account, made bool, err error) {
	rows, err := q.Query(ctx, `INSERT INTO accounts (id, email, name, locale, password_hash)
		VALUES (@id, @email, @name, @locale, @hash) ON CONFLICT (email) DO NOTHING RETURNING `+accountColumns,
		pgx.NamedArgs{"id": id, "email": in.Email, "name": in.Name, "locale": in.Locale, "hash": hash})
	a, err = oneAccount(rows, err, "account", id)
	if fault.Is(err, fault.NotFound) {
		return Account{}, false, nil
	}
	return a, err == nil, err
}

func patchAccount(ctx context.Context, q pg.Querier, id uuid.UUID, p AccountPatch) (Account, error) {
	rows, err := q.Query(ctx, `UPDATE accounts SET name = coalesce(@name, name), locale = coalesce(@locale, locale), time_zone = coalesce(@zone, time_zone),
		class_mails = coalesce(@classMails, class_mails), updated_at = now() WHERE id = @id RETURNING `+accountColumns,
		pgx.NamedArgs{"id": id, "name": p.Name, "locale": p.Locale, "zone": p.TimeZone, "classMails": p.ClassMails})
	return oneAccount(rows, err, "account", id)
}

// stillGood reports whether the account may still sign in with the password that the hash was made of.
func stillGood(ctx context.Context, q pg.Querier, id uuid.UUID, hash string) (good bool, err error) {
	err = q.QueryRow(ctx, `SELECT suspended_at IS NULL AND password_hash = @hash FROM accounts WHERE id = @id`,
		pgx.NamedArgs{"id": id, "hash": hash}).Scan(&good)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	return good, pg.Translate(err, "account", id)
}

// replaceHash stores the same password under new parameters, unless it has changed meanwhile.
func replaceHash(ctx context.Context, q pg.Querier, id uuid.UUID, old, hash string) error {
	_, err := q.Exec(ctx, `UPDATE accounts SET password_hash = @hash WHERE id = @id AND password_hash = @old`,
		pgx.NamedArgs{"id": id, "old": old, "hash": hash})
	return pg.Translate(err, "password of account", id)
}

func setPassword(ctx context.Context, q pg.Querier, id uuid.UUID, hash string) error {
	_, err := q.Exec(ctx, `UPDATE accounts SET password_hash = @hash, updated_at = now() WHERE id = @id`,
		pgx.NamedArgs{"id": id, "hash": hash})
	return pg.Translate(err, "password of account", id)
}

// setEmail is a Conflict when somebody else has the address by now.
func setEmail(ctx context.Context, q pg.Querier, id uuid.UUID, email string) error {
	_, err := q.Exec(ctx, `UPDATE accounts SET email = @email, updated_at = now() WHERE id = @id`,
		pgx.NamedArgs{"id": id, "email": email})
	return pg.Translate(err, "e-mail address", id)
}
