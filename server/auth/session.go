package auth

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"time"

	"github.com/google/uuid"

	"hanzhi/server/fault"
)

// Session is one sign-in on one device.
type Session struct {
	ID         uuid.UUID `json:"id" doc:"Names the session in the list; it is no secret and opens nothing."`
	AccountID  uuid.UUID `json:"-"`
	Admin      bool      `json:"-"` // the account was the platform's admin at sign-in; SQL asks again
	Device     string    `json:"device" doc:"Browser and system, as the browser says; empty when it does not." example:"Chrome · Android"`
	Place      string    `json:"place" doc:"Network of the sign-in, cut short on purpose." example:"203.0.113.0/24"`
	CreatedAt  time.Time `json:"createdAt"`
	LastSeenAt time.Time `json:"lastSeenAt" doc:"Exact to a minute."`

	hash string // of the token; names the session in Redis
}

const (
	tokenBytes  = 32
	tokenLength = 43 // of 32 bytes in base64url
	seenStep    = time.Minute
	maxSessions = 50 // of one account; the one unused for longest makes room
)

// Authenticate returns the session of a token: fault.Unauthenticated when there is none (any more), fault.Unavailable
// when Redis does not answer. A session that is not in memory costs one round trip to Redis, shared with the requests that
// ask at the same time.
func (s *Service) Authenticate(ctx context.Context, token string) (Session, error) {
	hash, ok := hashToken(token)
	if !ok {
		return Session{}, sessionEnded()
	}
	session, err := s.session(ctx, hash)
	if err != nil {
		return Session{}, err
	}
	now := s.cfg.Now()
	if s.expired(session, now) {
		return Session{}, sessionEnded()
	}
	if now.Sub(session.LastSeenAt) >= seenStep {
		s.touch(ctx, &session, now)
	}
	return session, nil
}

// session returns the session of a hash, from memory or from Redis. It may have run out.
func (s *Service) session(ctx context.Context, hash string) (Session, error) {
	session, changes, ok := s.cache.get(hash)
	if ok {
		return session, nil
	}
	value, found, err := s.lookup.get(ctx, sessionPrefix+hash)
	if err != nil {
		return Session{}, unavailable(err)
	}
	if !found {
		return Session{}, sessionEnded()
	}
	session, err = decode(value)
	if err != nil || session.hash != hash {
		return Session{}, fault.Wrap(err, fault.Internal, "session", "auth: session %s cannot be read", session.ID)
	}
	s.cache.put(session, changes)
	return session, nil
}

func sessionEnded() error {
	return fault.New(fault.Unauthenticated, "session_ended", "You are not signed in any more. What you had saved is safe.")
}

// touch moves last seen, at most once a minute. SET XX cannot bring back a session that has been ended meanwhile.
func (s *Service) touch(ctx context.Context, session *Session, now time.Time) {
	session.LastSeenAt = now
	ctx, cancel := within(ctx)
	defer cancel()
	if err := s.rdb.SetXX(ctx, sessionPrefix+session.hash, encode(*session), s.timeLeft(*session, now)).Err(); err != nil && !isMissing(err) {
		s.cfg.Log.WarnContext(ctx, "session not touched", "session", session.ID, "error", err)
	}
}

// start makes a session with a new token and ends the one that the browser had before.
func (s *Service) start(ctx context.Context, a Account, from Client) (token string, session Session, err error) {
	token = newToken()
	now := s.cfg.Now().UTC().Truncate(time.Millisecond)
	session = Session{
		ID: uuid.Must(uuid.NewV7()), AccountID: a.ID, Admin: a.Admin, Device: deviceOf(from.UserAgent), Place: placeOf(from.Address),
		CreatedAt: now, LastSeenAt: now,
	}
	session.hash, _ = hashToken(token)
	if err := s.makeRoom(ctx, a.ID); err != nil {
		return "", Session{}, err
	}
	ctx, cancel := within(ctx)
	defer cancel()
	// The list comes first: a session that is not in it could not be ended with the others.
	pipe := s.rdb.Pipeline()
	pipe.SAdd(ctx, listKey(a.ID), session.hash)
	pipe.Expire(ctx, listKey(a.ID), s.cfg.SessionMax+time.Hour)
	pipe.Set(ctx, sessionPrefix+session.hash, encode(session), s.timeLeft(session, now))
	old, replaces := hashToken(from.Token)
	if replaces {
		pipe.Unlink(ctx, sessionPrefix+old)
	}
	_, err = pipe.Exec(ctx)
	if replaces {
		s.cache.forget(old)
	}
	if err != nil {
		return "", Session{}, unavailable(err)
	}
	return token, session, nil
}

// makeRoom ends the sessions unused for longest when there are too many.
func (s *Service) makeRoom(ctx context.Context, account uuid.UUID) error {
	sessions, err := s.Sessions(ctx, account)
	if err != nil || len(sessions) < maxSessions {
		return err
	}
	return s.end(ctx, account, sessions[maxSessions-1:]...)
}

// Sessions lists the account's sessions, the latest used first.
func (s *Service) Sessions(ctx context.Context, account uuid.UUID) ([]Session, error) {
	ctx, cancel := within(ctx)
	defer cancel()
	hashes, err := s.rdb.SMembers(ctx, listKey(account)).Result()
	if err != nil {
		return nil, unavailable(err)
	}
	sessions := make([]Session, 0, len(hashes))
	if len(hashes) == 0 {
		return sessions, nil
	}
	keys := make([]string, len(hashes))
	for i, h := range hashes {
		keys[i] = sessionPrefix + h
	}
	values, err := s.rdb.MGet(ctx, keys...).Result()
	if err != nil {
		return nil, unavailable(err)
	}
	var gone []any
	for i, v := range values {
		text, _ := v.(string)
		session, err := decode(text)
		if text == "" || err != nil || session.AccountID != account || s.expired(session, s.cfg.Now()) {
			gone = append(gone, hashes[i])
			continue
		}
		sessions = append(sessions, session)
	}
	s.forget(ctx, account, gone)
	slices.SortFunc(sessions, func(a, b Session) int {
		return cmp.Or(b.LastSeenAt.Compare(a.LastSeenAt), b.CreatedAt.Compare(a.CreatedAt), slices.Compare(b.ID[:], a.ID[:]))
	})
	return sessions, nil
}

// forget tidies the list of sessions that have run out by themselves; the next reading tries again if it fails.
func (s *Service) forget(ctx context.Context, account uuid.UUID, hashes []any) {
	if len(hashes) > 0 {
		_ = s.rdb.SRem(ctx, listKey(account), hashes...).Err()
	}
}

// EndSession ends one session of the account, at once and everywhere; fault.NotFound when it has none of this id.
func (s *Service) EndSession(ctx context.Context, account, id uuid.UUID) error {
	sessions, err := s.Sessions(ctx, account)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(sessions, func(x Session) bool { return x.ID == id })
	if i < 0 {
		return fault.NewNotFound("session")
	}
	return s.end(ctx, account, sessions[i])
}

// EndSessions ends all sessions of the account but the one to keep; uuid.Nil keeps none.
func (s *Service) EndSessions(ctx context.Context, account, keep uuid.UUID) error {
	sessions, err := s.Sessions(ctx, account)
	if err != nil {
		return err
	}
	return s.end(ctx, account, slices.DeleteFunc(sessions, func(x Session) bool { return x.ID == keep })...)
}

// SignOut ends the session of a token. A token without a session is none to complain about.
func (s *Service) SignOut(ctx context.Context, token string) error {
	session, err := s.Authenticate(ctx, token)
	if fault.Is(err, fault.Unauthenticated) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.end(ctx, session.AccountID, session)
}

func (s *Service) end(ctx context.Context, account uuid.UUID, sessions ...Session) error {
	if len(sessions) == 0 {
		return nil
	}
	ctx, cancel := within(ctx)
	defer cancel()
	pipe := s.rdb.Pipeline()
	for _, x := range sessions {
		pipe.Unlink(ctx, sessionPrefix+x.hash)
	}
	for _, x := range sessions {
		pipe.SRem(ctx, listKey(account), x.hash)
	}
	_, err := pipe.Exec(ctx)
	for _, x := range sessions {
		s.cache.forget(x.hash) // Redis tells us too, but perhaps after the next request
	}
	if err != nil {
		return unavailable(err)
	}
	return nil
}

// CSRFToken returns what unsafe requests of a session must carry besides its cookie. It is a MAC over the session, so
// it needs no storage, dies with the session and is of no use to another one.
func (s *Service) CSRFToken(session Session) string {
	h := hmac.New(sha256.New, s.csrfKey)
	h.Write([]byte(session.hash))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

// CheckCSRF compares in constant time; a wrong or missing token is fault.Forbidden.
func (s *Service) CheckCSRF(session Session, token string) error {
	if session.hash != "" && hmac.Equal([]byte(token), []byte(s.CSRFToken(session))) {
		return nil
	}
	return fault.New(fault.Forbidden, "csrf", "This page is older than your session. Reload it and try again; what you had saved is safe.")
}

func (s *Service) expired(x Session, now time.Time) bool { return s.timeLeft(x, now) <= 0 }

// timeLeft is how long the session lives when nobody uses it from now on.
func (s *Service) timeLeft(x Session, now time.Time) time.Duration {
	return min(x.LastSeenAt.Add(s.cfg.SessionIdle).Sub(now), x.CreatedAt.Add(s.cfg.SessionMax).Sub(now)).Truncate(time.Millisecond)
}

func listKey(account uuid.UUID) string { return "sessions:" + account.String() }

// newToken returns 256 random bits.
func newToken() string {
	b := make([]byte, tokenBytes)
	rand.Read(b) // never fails: the runtime ends the process instead
	return base64.RawURLEncoding.EncodeToString(b)
}

// hashToken returns what we keep of a token; ok is false for what cannot be one.
func hashToken(token string) (hash string, ok bool) {
	if len(token) != tokenLength {
		return "", false
	}
	var raw [tokenBytes]byte
	if _, err := base64.RawURLEncoding.Strict().Decode(raw[:], []byte(token)); err != nil {
		return "", false
	}
	return hashKey("", token), true
}

// Alive reports for each of some sessions, in their order, whether it has not ended. Sockets that stay open ask it again
// and again; it moves nothing.
func (s *Service) Alive(ctx context.Context, sessions []Session) ([]bool, error) {
	alive := make([]bool, len(sessions))
	ctx, cancel := within(ctx)
	defer cancel()
	for from := 0; from < len(sessions); from += maxAlive {
		part := sessions[from:min(from+maxAlive, len(sessions))]
		keys := make([]string, len(part))
		for i, x := range part {
			keys[i] = sessionPrefix + x.hash
		}
		values, err := s.rdb.MGet(ctx, keys...).Result()
		if err != nil {
			return nil, unavailable(err)
		}
		for i, v := range values {
			text, _ := v.(string)
			session, err := decode(text)
			alive[from+i] = text != "" && err == nil && !s.expired(session, s.cfg.Now())
		}
	}
	return alive, nil
}

// maxAlive is how many sessions are asked for in one round trip.
const maxAlive = 500
