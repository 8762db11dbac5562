// Package auth knows who somebody is: accounts, passwords, sessions, the mails that prove an address, and the limits
// that keep guessers out. It holds no HTTP: a caller hands it tokens and addresses and gets accounts and faults.
//
// Postgres keeps accounts and mails; Redis keeps sessions and limits, so losing Redis costs a new sign-in and nothing
// else. What an account may do is decided by the SQL functions is_admin, has_role, … where the data is.
package auth

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"
)

// Locales are the languages of the interface and of our mails; the first is the fall-back.
var Locales = []string{"en", "zh-CN", "ru", "fr", "ar"}

// Config is what the package needs to know from outside.
type Config struct {
	// Secret keys CSRF tokens and device marks; all copies of the server share it. At least 32 bytes.
	Secret []byte
	// PublicURL stands before the links in mails; no trailing slash.
	PublicURL string
	// SessionIdle ends a session that is not used for so long, SessionMax one that is so old. 0 = 14 and 90 days.
	SessionIdle, SessionMax time.Duration
	// SMTP sends mails; without a host they stay in the outbox.
	SMTP SMTP
	// QueueMail puts a mail of the outbox on the way in the transaction that wrote it; nil = it stays there.
	QueueMail func(ctx context.Context, tx pgx.Tx, mail uuid.UUID) error
	// Now is the clock, time.Now when nil.
	Now func() time.Time
	Log *slog.Logger
}

// Service is the package's face; it is safe for concurrent use.
type Service struct {
	db        *pgxpool.Pool
	rdb       redis.UniversalClient
	cfg       Config
	hashes    *hasher
	lookup    *lookup
	cache     *sessionCache
	csrfKey   []byte
	deviceKey []byte
}

// New makes the service. It panics when the secret is too short to keep anything secret.
func New(db *pgxpool.Pool, rdb redis.UniversalClient, cfg Config) *Service {
	if len(cfg.Secret) < 32 {
		panic("auth: Config.Secret needs at least 32 bytes")
	}
	if cfg.SessionIdle <= 0 {
		cfg.SessionIdle = 14 * 24 * time.Hour
	}
	if cfg.SessionMax <= 0 {
		cfg.SessionMax = 90 * 24 * time.Hour
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	cfg.PublicURL = strings.TrimRight(cfg.PublicURL, "/")
	return &Service{
		db: db, rdb: rdb, cfg: cfg,
		hashes:    newHasher(),
		lookup:    &lookup{rdb: rdb},
		cache:     newSessionCache(),
		csrfKey:   derive(cfg.Secret, "csrf"),
		deviceKey: derive(cfg.Secret, "device"),
	}
}

// SessionMax is how long a session can live at most: the life of its cookie.
func (s *Service) SessionMax() time.Duration { return s.cfg.SessionMax }

// derive makes a key for one use, so that a token of one kind never passes for another.
func derive(secret []byte, use string) []byte {
	key, err := hkdf.Key(sha256.New, secret, nil, "hanzhi/auth/"+use, 32)
	if err != nil {
		panic(fmt.Sprintf("auth: derive %s key: %v", use, err))
	}
	return key
}

// Client is where a request comes from, as far as sign-in needs to know.
type Client struct {
	Address   string // IP address of the person, after trusted proxies
	UserAgent string
	Device    string // the device mark of an earlier sign-in, "" when there is none
	Token     string // the session token that the request carried, which a new one replaces
}
