package auth

import (
	"context"
	"crypto/sha256"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// purpose is what a token sent by mail is good for.
type purpose string

const (
	resetPassword purpose = "reset_password"
	changeEmail   purpose = "change_email"
)

const (
	tokenLife = time.Hour
	// resetTime is how long asking for a new password takes at least: with and without an account behind the address.
	resetTime = 250 * time.Millisecond
)

// confirm is how a signed-in person shows to be the one who signed in: fault.Invalid when the password is not right.
func (s *Service) confirm(ctx context.Context, session Session, password string) (Account, string, error) {
	if len(password) > 16*maxPassword {
		password = ""
	}
	b := sessionBucket(session.ID)
	if err := s.allow(ctx, b); err != nil {
		return Account{}, "", err
	}
	account, hash, err := hashByID(ctx, s.db, session.AccountID)
	if err != nil {
		return Account{}, "", err
	}
	ok, _, err := s.hashes.verify(ctx, hash, password)
	if err != nil {
		return Account{}, "", err
	}
	if !ok {
		return Account{}, "", fault.NewInvalid("password", "wrong_password", "The password is not right.")
	}
	s.forgive(ctx, b)
	return account, hash, nil
}

// ChangePassword replaces the password and ends the account's other sessions.
func (s *Service) ChangePassword(ctx context.Context, session Session, password, newPassword string) error {
	account, old, err := s.confirm(ctx, session, password)
	if err != nil {
		return err
	}
	if err := checkPassword("newPassword", newPassword, account.Email, account.Name); err != nil {
		return err
	}
	hash, err := s.hashes.hash(ctx, newPassword)
	if err != nil {
		return err
	}
	return s.changeAndEnd(ctx, account.ID, session.ID, func(tx pgx.Tx) error {
		_, current, err := lockAccount(ctx, tx, account.ID)
		if err != nil {
			return err
		}
		if current != old {
			return fault.New(fault.Conflict, "password_changed", "The password has just been changed elsewhere.")
		}
		return s.replacePassword(ctx, tx, account, hash)
	})
}

// replacePassword also makes every link void that the account has been sent so far.
func (s *Service) replacePassword(ctx context.Context, tx pgx.Tx, account Account, hash string) error {
	if err := setPassword(ctx, tx, account.ID, hash); err != nil {
		return err
	}
	if err := deleteTokens(ctx, tx, account.ID); err != nil {
		return err
	}
	return s.write(ctx, tx, account, account.Email, mailPasswordChanged, "")
}

// changeAndEnd commits a change and ends the account's sessions but one. They end before the commit, so that nothing is
// changed when Redis is away, and once more after it, for a session that started in between; see enter.
func (s *Service) changeAndEnd(ctx context.Context, account, keep uuid.UUID, change func(tx pgx.Tx) error) error {
	err := pg.InTx(ctx, s.db, func(tx pgx.Tx) error {
		if err := change(tx); err != nil {
			return err
		}
		return s.EndSessions(ctx, account, keep)
	})
	if err != nil {
		return err
	}
	if err := s.EndSessions(context.WithoutCancel(ctx), account, keep); err != nil {
		s.cfg.Log.ErrorContext(ctx, "sessions not ended a second time", "account", account, "error", err)
	}
	return nil
}

// RequestReset mails a link for a new password to the owner of the address. The answer and its time are the same when
// there is no such account, when it is suspended and when it has had enough mails for now.
func (s *Service) RequestReset(ctx context.Context, email string, from Client) error {
	begun := time.Now()
	address, err := cleanEmail("email", email)
	if err != nil {
		return err
	}
	if err := s.allow(ctx, networkBucket(from.Address)); err != nil {
		return err
	}
	err = s.allow(ctx, mailBucket(address))
	if err == nil {
		err = s.mailReset(ctx, address)
	} else if fault.Is(err, fault.TooMany) {
		err = nil
	}
	select {
	case <-time.After(resetTime - time.Since(begun)):
	case <-ctx.Done():
	}
	return err
}

func (s *Service) mailReset(ctx context.Context, email string) error {
	return pg.InTx(ctx, s.db, func(tx pgx.Tx) error {
		account, _, err := accountByEmail(ctx, tx, email)
		if fault.Is(err, fault.NotFound) || err == nil && account.SuspendedAt != nil {
			return nil
		}
		if err != nil {
			return err
		}
		token, err := s.issue(ctx, tx, account.ID, resetPassword, nil)
		if err != nil {
			return err
		}
		return s.write(ctx, tx, account, account.Email, mailResetPassword, token)
	})
}

// ResetPassword spends the token of a mail: the password is new, every session ends, and every other link is void. The
// caller has shown to own the mailbox, so its browser gets the device mark that keeps it apart from guessers.
func (s *Service) ResetPassword(ctx context.Context, token, password string, from Client) (device string, err error) {
	if err := s.allow(ctx, networkBucket(from.Address)); err != nil {
		return "", err
	}
	id, _, err := peek(ctx, s.db, token, resetPassword)
	if err != nil {
		return "", err
	}
	account, err := accountByID(ctx, s.db, id)
	if err != nil {
		return "", err
	}
	if account.SuspendedAt != nil {
		return "", suspended()
	}
	if err := checkPassword("password", password, account.Email, account.Name); err != nil {
		return "", err
	}
	hash, err := s.hashes.hash(ctx, password)
	if err != nil {
		return "", err
	}
	err = s.changeAndEnd(ctx, account.ID, uuid.Nil, func(tx pgx.Tx) error {
		if _, _, err := spend(ctx, tx, token, resetPassword); err != nil {
			return err
		}
		return s.replacePassword(ctx, tx, account, hash)
	})
	return s.newDevice(account.Email), err
}

// ChangeEmail mails a link to the new address and a notice to the old one; the address changes when the link is opened.
// That the new address has an account already is told to its owner only.
func (s *Service) ChangeEmail(ctx context.Context, session Session, email, password string) error {
	address, err := cleanEmail("email", email)
	if err != nil {
		return err
	}
	account, _, err := s.confirm(ctx, session, password)
	if err != nil {
		return err
	}
	if address == account.Email {
		return fault.NewInvalid("email", "email_same", "This is your address already.")
	}
	if err := s.allow(ctx, mailBucket(address)); err != nil {
		return err
	}
	return pg.InTx(ctx, s.db, func(tx pgx.Tx) error {
		if err := s.askNewAddress(ctx, tx, account, address); err != nil {
			return err
		}
		_, err := s.writeTo(ctx, tx, account, account.Email, mailEmailChangeNotice,
			letter{Name: account.Name, Email: address, Link: s.cfg.PublicURL + mailLinks[mailEmailChangeNotice]})
		return err
	})
}

func (s *Service) askNewAddress(ctx context.Context, tx pgx.Tx, account Account, address string) error {
	owner, _, err := accountByEmail(ctx, tx, address)
	if err == nil {
		return s.write(ctx, tx, owner, owner.Email, mailEmailTaken, "")
	}
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	token, err := s.issue(ctx, tx, account.ID, changeEmail, &address)
	if err != nil {
		return err
	}
	return s.write(ctx, tx, account, address, mailConfirmEmail, token)
}

// ConfirmEmail spends the token of a mail: the account has its new address, and every other link is void.
func (s *Service) ConfirmEmail(ctx context.Context, token string, from Client) error {
	if err := s.allow(ctx, networkBucket(from.Address)); err != nil {
		return err
	}
	return pg.InTx(ctx, s.db, func(tx pgx.Tx) error {
		id, address, err := spend(ctx, tx, token, changeEmail)
		if err != nil {
			return err
		}
		account, _, err := lockAccount(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := setEmail(ctx, tx, id, address); err != nil {
			if fault.Is(err, fault.Conflict) {
				return badToken() // somebody has signed up with the address meanwhile
			}
			return err
		}
		if err := deleteTokens(ctx, tx, id); err != nil {
			return err
		}
		_, err = s.writeTo(ctx, tx, account, account.Email, mailEmailChanged, letter{Name: account.Name, Email: address})
		return err
	})
}

// issue makes a token; only its hash is stored.
func (s *Service) issue(ctx context.Context, tx pgx.Tx, account uuid.UUID, p purpose, newEmail *string) (string, error) {
	token := newToken()
	hash := sha256.Sum256([]byte(token))
	_, err := tx.Exec(ctx, `INSERT INTO account_tokens (token_hash, account_id, purpose, new_email, expires_at)
		VALUES (@hash, @account, @purpose, @email, now() + @life::interval)`,
		pgx.NamedArgs{"hash": hash[:], "account": account, "purpose": string(p), "email": newEmail, "life": tokenLife})
	return token, pg.Translate(err, "token of account", account)
}

func badToken() error {
	return fault.NewInvalid("token", "token_invalid", "This link has been used already or is too old. Please ask for a new one.")
}

const liveToken = ` WHERE token_hash = @hash AND purpose = @purpose AND expires_at > now() `

// peek reads a token without spending it.
func peek(ctx context.Context, q pg.Querier, token string, p purpose) (account uuid.UUID, newEmail string, err error) {
	return readToken(ctx, q, `SELECT account_id, coalesce(new_email::text, '') FROM account_tokens`+liveToken, token, p)
}

// spend reads a token and deletes it: two who come with the same one cannot both succeed.
func spend(ctx context.Context, q pg.Querier, token string, p purpose) (account uuid.UUID, newEmail string, err error) {
	return readToken(ctx, q, `DELETE FROM account_tokens`+liveToken+`RETURNING account_id, coalesce(new_email::text, '')`, token, p)
}

func readToken(ctx context.Context, q pg.Querier, sql, token string, p purpose) (account uuid.UUID, newEmail string, err error) {
	hash := sha256.Sum256([]byte(token))
	err = q.QueryRow(ctx, sql, pgx.NamedArgs{"hash": hash[:], "purpose": string(p)}).Scan(&account, &newEmail)
	if err = pg.Translate(err, "token", p); fault.Is(err, fault.NotFound) {
		err = badToken()
	}
	return account, newEmail, err
}

func deleteTokens(ctx context.Context, q pg.Querier, account uuid.UUID) error {
	_, err := q.Exec(ctx, `DELETE FROM account_tokens WHERE account_id = @account`, pgx.NamedArgs{"account": account})
	return pg.Translate(err, "tokens of account", account)
}
