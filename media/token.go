package media

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"hash"
	"sync"
	"time"

	"github.com/google/uuid"

	"hanzhi/server/fault"
)

// A playback token is base64url of asset (16 bytes), viewer (16), expiry (4, Unix minutes) and the first 16 bytes of
// HMAC-SHA256 over them. It names who plays, so that a link passed on can be refused when its owner's right ends.
const (
	tokenBody = 36
	tokenSize = tokenBody + 16
	tokenText = (tokenSize*8 + 5) / 6 // characters
)

// ticket is what a token says.
type ticket struct {
	asset, viewer uuid.UUID
	expires       time.Time
}

// What tokens are for: one for the one is none for the other.
const (
	forPlayback = "hanzhi playback token 1"
	forPictures = "hanzhi class pictures 1" // the class in the place of the asset, a guest in that of the viewer
)

// signer makes and checks tokens. A check costs about a microsecond and allocates nothing.
type signer struct{ pool sync.Pool }

func newSigner(secret, purpose string) *signer {
	// A key of its own: the secret signs other things too.
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(purpose))
	key := mac.Sum(nil)
	return &signer{pool: sync.Pool{New: func() any { return hmac.New(sha256.New, key) }}}
}

// sign returns the token for a ticket.
func (s *signer) sign(t ticket) string {
	var b [tokenSize]byte
	copy(b[:], t.asset[:])
	copy(b[16:], t.viewer[:])
	binary.BigEndian.PutUint32(b[32:], uint32(t.expires.Unix()/60))
	s.sum(b[:tokenBody], b[tokenBody:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

func (s *signer) sum(body, out []byte) {
	mac := s.pool.Get().(hash.Hash)
	defer s.pool.Put(mac)
	mac.Reset()
	mac.Write(body)
	var full [sha256.Size]byte
	copy(out, mac.Sum(full[:0]))
}

// check reads a token. A forged one is fault.NotFound, as if there were nothing; one that has run out is
// fault.Forbidden token_expired.
func (s *signer) check(token []byte, now time.Time) (ticket, error) {
	var b, want [tokenSize]byte
	if len(token) != tokenText {
		return ticket{}, errNoSuchAddress
	}
	if _, err := base64.RawURLEncoding.Strict().Decode(b[:], token); err != nil {
		return ticket{}, errNoSuchAddress
	}
	s.sum(b[:tokenBody], want[tokenBody:])
	if !hmac.Equal(b[tokenBody:], want[tokenBody:]) {
		return ticket{}, errNoSuchAddress
	}
	t := ticket{asset: uuid.UUID(b[:16]), viewer: uuid.UUID(b[16:32]), expires: time.Unix(int64(binary.BigEndian.Uint32(b[32:]))*60, 0)}
	if now.After(t.expires) {
		return ticket{}, errTokenExpired
	}
	return t, nil
}

// Errors of the streaming path are made once: a hostile client must not make us work for its mistakes.
var (
	errNoSuchAddress = fault.NewNotFound("address")
	errTokenExpired  = fault.New(fault.Forbidden, "token_expired", "This address has run out. Open the lesson again.")
	errNoRight       = fault.New(fault.Forbidden, "no_right", "You may not play this, or not any more.")
)

// base is the address below which a viewer finds an asset, and when it ends. The end is a round time, so that the
// address stays the same for a while and the browser's cache is of use: it lives between one and two expiries.
func (s *Service) base(viewer, asset uuid.UUID) (string, time.Time) {
	life := s.cfg.PlaybackExpiry
	if viewer == uuid.Nil {
		life *= 4 // pictures and previews for everyone
	}
	expires := time.Now().Truncate(life).Add(2 * life).Truncate(time.Minute)
	return StreamPath + s.tokens.sign(ticket{asset: asset, viewer: viewer, expires: expires}) + "/", expires
}

// StreamPath is where the streaming routes live.
const StreamPath = "/v/"
