package auth

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"golang.org/x/text/unicode/norm"

	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// Account is a person with a password.
type Account struct {
	ID          uuid.UUID  `json:"id"`
	Email       string     `json:"email" format:"email"`
	Name        string     `json:"name"`
	Locale      string     `json:"locale" doc:"Language of the interface and of mails." enum:"en,zh-CN,ru,fr,ar"`
	TimeZone    string     `json:"timeZone,omitempty" doc:"IANA name: by whose clock mails tell the time; absent = not known." example:"Africa/Lusaka"`
	ClassMails  bool       `json:"classMails" doc:"A mail the day before a live class and minutes before it, and when it is moved or called off."`
	Admin       bool       `json:"admin" doc:"The platform's administrator."`
	CreatedAt   time.Time  `json:"createdAt"`
	SuspendedAt *time.Time `json:"suspendedAt,omitempty" doc:"Since when the account may not sign in; administrators see it."`
}

// NewAccount is what a person signs up with.
type NewAccount struct{ Email, Name, Password, Locale string }

// AccountPatch changes what is not nil.
type AccountPatch struct {
	Name, Locale, TimeZone *string
	ClassMails             *bool
}

// Entry is a sign-in that worked: the token belongs in a cookie, and so does the device mark.
type Entry struct {
	Account Account
	Session Session
	Token   string
	Device  string
}

// maxName is the longest name in code points.
const maxName = 120

// Account returns the account of an id.
func (s *Service) Account(ctx context.Context, id uuid.UUID) (Account, error) {
	return accountByID(ctx, s.db, id)
}

// SignUp makes an account and signs it in. When the address has an account already, the answer is nil: its owner gets a
// mail that says so, and nobody else learns more than that.
func (s *Service) SignUp(ctx context.Context, in NewAccount, from Client) (*Entry, error) {
	in, err := cleanNew(in)
	if err != nil {
		return nil, err
	}
	if err := s.allow(ctx, signUpBucket(from.Address)); err != nil {
		return nil, err
	}
	// Hashed in both cases, so that both take their time.
	hash, err := s.hashes.hash(ctx, in.Password)
	if err != nil {
		return nil, err
	}
	account, made, err := s.create(ctx, in, hash)
	if err != nil {
		return nil, err
	}
	if !made {
		return nil, s.mailOwner(ctx, in.Email)
	}
	return s.enter(ctx, account, hash, from)
}

// create inserts the account; made is false when the address is taken.
func (s *Service) create(ctx context.Context, in NewAccount, hash string) (account Account, made bool, err error) {
	err = pg.InTx(ctx, s.db, func(tx pgx.Tx) error {
		account, made, err = insertAccount(ctx, tx, uuid.Must(uuid.NewV7()), in, hash)
		return err
	})
	return account, made, err
}

// mailOwner tells the owner of an address that somebody wanted to sign up with it.
func (s *Service) mailOwner(ctx context.Context, email string) error {
	if s.allow(ctx, mailBucket(email)) != nil {
		return nil // enough mails for now; the answer stays the same
	}
	return pg.InTx(ctx, s.db, func(tx pgx.Tx) error {
		owner, _, err := accountByEmail(ctx, tx, email)
		if fault.Is(err, fault.NotFound) {
			return nil // deleted since
		}
		if err != nil {
			return err
		}
		return s.write(ctx, tx, owner, owner.Email, mailAccountExists, "")
	})
}

// SignIn checks the password and starts a session with a new token. A wrong password and an unknown address are the
// same fault.Unauthenticated and take the same time; a suspended account with the right password is fault.Forbidden.
func (s *Service) SignIn(ctx context.Context, email, password string, from Client) (*Entry, error) {
	address, err := cleanEmail("email", email)
	if err != nil || len(password) > 16*maxPassword {
		// Not an address of any account; but guessing with it costs a token too.
		address, password = "", ""
	}
	buckets := s.signInBuckets(address, from)
	if err := s.allow(ctx, buckets...); err != nil {
		return nil, err
	}
	account, hash, err := accountByEmail(ctx, s.db, address)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	ok, stale, err := s.hashes.verify(ctx, hash, password)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, wrongPassword(fault.Unauthenticated, "")
	}
	s.forgive(ctx, buckets...)
	if account.SuspendedAt != nil {
		return nil, suspended()
	}
	if stale {
		hash = s.rehash(ctx, account.ID, hash, password)
	}
	return s.enter(ctx, account, hash, from)
}

func wrongPassword(kind fault.Kind, field string) error {
	f := fault.New(kind, "wrong_password", "The e-mail address or the password is not right.")
	f.Field = field
	return f
}

func suspended() error {
	return fault.New(fault.Forbidden, "account_suspended", "This account is suspended. Please ask the people who run the platform.")
}

// rehash renews a hash made with other parameters; the old one stays good if that fails.
func (s *Service) rehash(ctx context.Context, id uuid.UUID, old, password string) string {
	hash, err := s.hashes.hash(ctx, password)
	if err == nil {
		err = replaceHash(ctx, s.db, id, old, hash)
	}
	if err != nil {
		s.cfg.Log.WarnContext(ctx, "password hash not renewed", "account", id, "error", err)
		return old
	}
	return hash
}

// enter starts the session. A suspension or a new password that was committed while it started may have looked for
// sessions before this one was there; so we look once more, and whoever comes later will find the session.
func (s *Service) enter(ctx context.Context, account Account, hash string, from Client) (*Entry, error) {
	token, session, err := s.start(ctx, account, from)
	if err != nil {
		return nil, err
	}
	fresh, err := stillGood(ctx, s.db, account.ID, hash)
	if err != nil || !fresh {
		if endErr := s.end(context.WithoutCancel(ctx), account.ID, session); endErr != nil {
			s.cfg.Log.ErrorContext(ctx, "session of a changed account not ended", "session", session.ID, "error", endErr)
		}
		if err == nil {
			err = wrongPassword(fault.Unauthenticated, "")
		}
		return nil, err
	}
	entry := &Entry{Account: account, Session: session, Token: token, Device: from.Device}
	if _, known := s.knownDevice(account.Email, from.Device); !known {
		entry.Device = s.newDevice(account.Email)
	}
	return entry, nil
}

// UpdateAccount changes name, language, time zone and which mails are wanted.
func (s *Service) UpdateAccount(ctx context.Context, id uuid.UUID, patch AccountPatch) (account Account, err error) {
	if patch.Name != nil {
		name, err := cleanName(*patch.Name)
		if err != nil {
			return Account{}, err
		}
		patch.Name = &name
	}
	if patch.Locale != nil && !slices.Contains(Locales, *patch.Locale) {
		return Account{}, badLocale()
	}
	if zone := patch.TimeZone; zone != nil {
		if _, err := time.LoadLocation(*zone); err != nil || *zone == "" || *zone == "Local" {
			return Account{}, fault.NewInvalid("timeZone", "unknown_time_zone", "%.60q is no time zone such as Africa/Lusaka.", *zone)
		}
	}
	err = pg.InTx(ctx, s.db, func(tx pgx.Tx) error {
		account, err = patchAccount(ctx, tx, id, patch)
		return err
	})
	return account, err
}

// cleanNew checks a sign-up field by field.
func cleanNew(in NewAccount) (_ NewAccount, err error) {
	if in.Name, err = cleanName(in.Name); err != nil {
		return in, err
	}
	if in.Email, err = cleanEmail("email", in.Email); err != nil {
		return in, err
	}
	if in.Locale == "" {
		in.Locale = Locales[0]
	}
	if !slices.Contains(Locales, in.Locale) {
		return in, badLocale()
	}
	return in, checkPassword("password", in.Password, in.Email, in.Name)
}

func badLocale() error {
	return fault.NewInvalid("locale", "unknown_locale", "The language must be one of %s.", strings.Join(Locales, ", "))
}

// cleanName takes any script, and refuses what makes a name look like another or spill out of its line.
func cleanName(name string) (string, error) {
	if !utf8.ValidString(name) || len(name) > 16*maxName {
		return "", fault.NewInvalid("name", "name_invalid", "The name must be text of at most %d characters.", maxName)
	}
	name = strings.Join(strings.Fields(norm.NFC.String(name)), " ")
	if n := utf8.RuneCountInString(name); n < 1 || n > maxName {
		return "", fault.NewInvalid("name", "name_length", "The name needs 1 to %d characters.", maxName)
	}
	if strings.ContainsFunc(name, func(c rune) bool {
		// Joiners belong to names in several scripts; other format characters only deceive.
		return unicode.IsControl(c) || unicode.Is(unicode.Cf, c) && c != 0x200c && c != 0x200d || unicode.Is(unicode.Co, c)
	}) || !strings.ContainsFunc(name, unicode.IsGraphic) {
		return "", fault.NewInvalid("name", "forbidden_character", "The name holds a character that cannot be shown.")
	}
	return name, nil
}
