package auth

import (
	"context"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// Page asks for a part of a list: at most Limit items (0 = 50, at most 200) after Cursor, which is what the part
// before answered as next; "" = from the start.
type Page struct {
	Cursor string
	Limit  int
}

func (p Page) size() int {
	if p.Limit <= 0 {
		return 50
	}
	return min(p.Limit, 200)
}

// before is the id that the next part lies under; the lists here go from the newest id down.
func (p Page) before() (uuid.UUID, error) {
	if p.Cursor == "" {
		return uuid.Max, nil
	}
	id, err := uuid.Parse(p.Cursor)
	if err != nil {
		return uuid.Nil, fault.NewInvalid("page", "page_invalid", "This is not a page that we gave out.")
	}
	return id, nil
}

// cut drops the one item that was read too many, and names the next page when there was one.
func cut[T any](items []T, size int, id func(T) uuid.UUID) (part []T, next string) {
	if len(items) <= size {
		return items, ""
	}
	return items[:size], id(items[size-1]).String()
}

// requireAdmin is fault.Forbidden for everybody but the platform's administrator.
func requireAdmin(ctx context.Context, q pg.Querier, viewer uuid.UUID) error {
	var ok bool
	if err := q.QueryRow(ctx, `SELECT is_admin(@viewer)`, pgx.NamedArgs{"viewer": viewer}).Scan(&ok); err != nil {
		return pg.Translate(err, "account", viewer)
	}
	if !ok {
		return fault.New(fault.Forbidden, "forbidden", "Only the platform's administrator may do this.")
	}
	return nil
}

// Mails lists the outbox, the newest first.
func (s *Service) Mails(ctx context.Context, viewer uuid.UUID, page Page) (mails []Mail, next string, err error) {
	before, err := page.before()
	if err != nil {
		return nil, "", err
	}
	if err := requireAdmin(ctx, s.db, viewer); err != nil {
		return nil, "", err
	}
	mails, err = listMails(ctx, s.db, viewer, before, page.size()+1, s.cfg.SMTP.Host != "")
	mails, next = cut(mails, page.size(), func(m Mail) uuid.UUID { return m.ID })
	return mails, next, err
}

func listMails(ctx context.Context, q pg.Querier, viewer, before uuid.UUID, limit int, hideSecrets bool) ([]Mail, error) {
	rows, err := q.Query(ctx, `SELECT id, to_address::text AS "to", subject, created_at, sent_at, last_error,
			CASE WHEN @hide THEN regexp_replace(body, @secret, 'token=…', 'g') ELSE body END AS body
		FROM mails WHERE id < @before AND is_admin(@viewer) ORDER BY id DESC LIMIT @limit`,
		pgx.NamedArgs{"viewer": viewer, "before": before, "limit": limit, "hide": hideSecrets, "secret": linkSecret})
	if err != nil {
		return nil, pg.Translate(err, "mails", "")
	}
	mails, err := pgx.CollectRows(rows, pgx.RowToStructByName[Mail])
	return mails, pg.Translate(err, "mails", "")
}

// Accounts lists the accounts whose name or address holds the query, the newest first.
func (s *Service) Accounts(ctx context.Context, viewer uuid.UUID, query string, page Page) (accounts []Account, next string, err error) {
	before, err := page.before()
	if err != nil {
		return nil, "", err
	}
	if err := requireAdmin(ctx, s.db, viewer); err != nil {
		return nil, "", err
	}
	accounts, err = listAccounts(ctx, s.db, viewer, query, before, page.size()+1)
	accounts, next = cut(accounts, page.size(), func(a Account) uuid.UUID { return a.ID })
	return accounts, next, err
}

func listAccounts(ctx context.Context, q pg.Querier, viewer uuid.UUID, query string, before uuid.UUID, limit int) ([]Account, error) {
	rows, err := q.Query(ctx, `SELECT `+accountColumns+` FROM accounts
		WHERE id < @before AND is_admin(@viewer) AND name || ' ' || email::text ILIKE @pattern
		ORDER BY id DESC LIMIT @limit`,
		pgx.NamedArgs{"viewer": viewer, "before": before, "pattern": containing(query), "limit": limit})
	if err != nil {
		return nil, pg.Translate(err, "accounts", "")
	}
	accounts, err := pgx.CollectRows(rows, pgx.RowToStructByName[Account])
	return accounts, pg.Translate(err, "accounts", "")
}

// containing makes a LIKE pattern in which the query's own % and _ mean themselves.
func containing(query string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.TrimSpace(query)) + "%"
}

// Suspend keeps an account out, at once and everywhere, or lets it in again. Nobody suspends themselves.
func (s *Service) Suspend(ctx context.Context, viewer, id uuid.UUID, suspend bool) (account Account, err error) {
	if err := requireAdmin(ctx, s.db, viewer); err != nil {
		return Account{}, err
	}
	if id == viewer {
		return Account{}, fault.New(fault.Conflict, "own_account", "You cannot suspend your own account.")
	}
	if !suspend {
		return setSuspended(ctx, s.db, viewer, id, false)
	}
	err = s.changeAndEnd(ctx, id, uuid.Nil, func(tx pgx.Tx) error {
		account, err = setSuspended(ctx, tx, viewer, id, true)
		if err != nil {
			return err
		}
		return deleteTokens(ctx, tx, id)
	})
	return account, err
}

func setSuspended(ctx context.Context, q pg.Querier, viewer, id uuid.UUID, suspend bool) (Account, error) {
	rows, err := q.Query(ctx, `UPDATE accounts SET updated_at = now(), suspended_at = CASE WHEN @suspend THEN coalesce(suspended_at, now()) END
		WHERE id = @id AND is_admin(@viewer) RETURNING `+accountColumns, pgx.NamedArgs{"viewer": viewer, "id": id, "suspend": suspend})
	return oneAccount(rows, err, "account", id)
}

// EnsureAdmin makes sure that there is an administrator with this address and password: it makes the account, or
// gives an account that is there the office and the password. Nothing changes when all is as asked for.
func (s *Service) EnsureAdmin(ctx context.Context, email, password string) (Account, error) {
	account, err := s.EnsureAccount(ctx, NewAccount{Email: email, Password: password, Name: "Administrator"})
	if err != nil || account.Admin {
		return account, err
	}
	// Sessions remember who is an administrator; those from before must not go on without the office.
	err = s.changeAndEnd(ctx, account.ID, uuid.Nil, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `UPDATE accounts SET platform_admin = true, suspended_at = NULL, updated_at = now() WHERE id = @id RETURNING `+accountColumns,
			pgx.NamedArgs{"id": account.ID})
		account, err = oneAccount(rows, err, "account", account.ID)
		return err
	})
	return account, err
}

// EnsureAccount makes sure that there is an account with this address and password, for accounts that come from the
// settings and not from people. Name and language are those of the first call.
func (s *Service) EnsureAccount(ctx context.Context, in NewAccount) (Account, error) {
	in, err := cleanNew(in)
	if err != nil {
		return Account{}, err
	}
	account, old, err := accountByEmail(ctx, s.db, in.Email)
	found := err == nil
	if !found && !fault.Is(err, fault.NotFound) {
		return Account{}, err
	}
	if found {
		if ok, _, err := s.hashes.verify(ctx, old, in.Password); ok || err != nil {
			return account, err
		}
	}
	hash, err := s.hashes.hash(ctx, in.Password)
	if err != nil {
		return Account{}, err
	}
	if !found {
		if account, made, err := s.create(ctx, in, hash); made || err != nil {
			return account, err
		}
		return s.EnsureAccount(ctx, in) // another copy of the server has just made it
	}
	return account, s.changeAndEnd(ctx, account.ID, uuid.Nil, func(tx pgx.Tx) error {
		if err := setPassword(ctx, tx, account.ID, hash); err != nil {
			return err
		}
		return deleteTokens(ctx, tx, account.ID)
	})
}
