package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"hanzhi/server/fault"
)

// argon2id as OWASP recommends it: 19 MiB, two passes, one lane; about 30 ms on a small server.
const (
	argonMemory  = 19456 // KiB
	argonTime    = 2
	argonLanes   = 1
	argonKeySize = 32
)

// Two hashes at a time keep the memory and both processors for everybody else; the rest wait in line.
const (
	hashesAtOnce = 2
	maxWaiting   = 400
	maxHashWait  = 15 * time.Second
)

// Password lengths in code points. There is no rule of composition: length is what counts (NIST SP 800-63B).
const (
	minPassword = 8
	maxPassword = 128
)

// hasher is the line in front of argon2.
type hasher struct {
	slots   chan struct{}
	waiting atomic.Int32
	wait    time.Duration
	// dummy is a hash that no password has: unknown accounts cost the same time as known ones.
	dummy string
}

func newHasher() *hasher {
	salt := []byte(rand.Text())[:16]
	// A random key instead of a hashed password: nothing needs to be computed at the start.
	key := []byte(rand.Text() + rand.Text())[:argonKeySize]
	return &hasher{slots: make(chan struct{}, hashesAtOnce), wait: maxHashWait, dummy: phc(salt, key)}
}

// enter waits for a turn; leave must be called when err is nil.
func (h *hasher) enter(ctx context.Context) error {
	defer h.waiting.Add(-1)
	if h.waiting.Add(1) > maxWaiting {
		return busy()
	}
	timer := time.NewTimer(h.wait)
	defer timer.Stop()
	select {
	case h.slots <- struct{}{}:
		return nil
	case <-timer.C:
		return busy()
	case <-ctx.Done():
		return busy()
	}
}

func (h *hasher) leave() { <-h.slots }

func busy() error {
	f := fault.New(fault.Unavailable, "sign_in_busy", "Many people are signing in just now. Please try again in a few seconds.")
	f.RetryAfter = 5
	return f
}

// hash returns the PHC string of a password that has passed checkPassword.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	if err := h.enter(ctx); err != nil {
		return "", err
	}
	defer h.leave()
	salt := make([]byte, 16)
	rand.Read(salt) // never fails: the runtime ends the process instead
	return phc(salt, argon2.IDKey([]byte(normal(password)), salt, argonTime, argonMemory, argonLanes, argonKeySize)), nil
}

// verify reports whether the password is the one of the PHC string; "" stands for an account that does not exist and
// takes as long. stale asks for a new hash, since the parameters have changed since.
func (h *hasher) verify(ctx context.Context, stored, password string) (ok, stale bool, err error) {
	missing := stored == ""
	if missing {
		stored = h.dummy
	}
	p, err := parsePHC(stored)
	if err != nil {
		return false, false, err
	}
	if err := h.enter(ctx); err != nil {
		return false, false, err
	}
	defer h.leave()
	key := argon2.IDKey([]byte(normal(password)), p.salt, p.time, p.memory, p.lanes, uint32(len(p.key)))
	ok = subtle.ConstantTimeCompare(key, p.key) == 1 && !missing
	return ok, p.memory != argonMemory || p.time != argonTime || p.lanes != argonLanes, nil
}

func phc(salt, key []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonLanes, b64.EncodeToString(salt), b64.EncodeToString(key))
}

type phcHash struct {
	memory, time uint32
	lanes        uint8
	salt, key    []byte
}

// parsePHC reads what phc writes, with any parameters up to 256 MiB and 16 passes.
func parsePHC(s string) (p phcHash, err error) {
	var version int
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return p, fault.New(fault.Internal, "password_hash", "auth: a stored password hash is not argon2id")
	}
	_, err1 := fmt.Sscanf(parts[2], "v=%d", &version)
	_, err2 := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.time, &p.lanes)
	salt, err3 := base64.RawStdEncoding.DecodeString(parts[4])
	key, err4 := base64.RawStdEncoding.DecodeString(parts[5])
	p.salt, p.key = salt, key
	if err1 != nil || err2 != nil || err3 != nil || err4 != nil || version != argon2.Version ||
		p.memory > 256<<10 || p.time < 1 || p.time > 16 || p.lanes < 1 || len(key) < 16 || len(key) > 64 {
		return p, fault.New(fault.Internal, "password_hash", "auth: a stored password hash cannot be read")
	}
	return p, nil
}

// normal is the one form of a password, whatever the keyboard made of it (NIST SP 800-63B §3.1.1.2).
func normal(password string) string { return norm.NFKC.String(password) }

// checkPassword says whether a new password may be used; known are words that a guesser tries first: the person's
// e-mail address and name.
func checkPassword(field, password string, known ...string) error {
	if !utf8.ValidString(password) || len(password) > 16*maxPassword {
		return fault.NewInvalid(field, "password_invalid", "The password must be text of at most %d characters.", maxPassword)
	}
	p := normal(password)
	switch n := utf8.RuneCountInString(p); {
	case n < minPassword:
		return fault.NewInvalid(field, "password_short", "The password needs at least %d characters.", minPassword)
	case n > maxPassword:
		return fault.NewInvalid(field, "password_long", "The password may have at most %d characters.", maxPassword)
	case strings.ContainsFunc(p, unicode.IsControl):
		return fault.NewInvalid(field, "password_invalid", "The password may not hold control characters.")
	case isCommon(p, known):
		return fault.NewInvalid(field, "password_common", "This password is among the first that are guessed. A few words in a row are a good one.")
	}
	return nil
}
