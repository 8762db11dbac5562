package live

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"hanzhi/server/auth"
	"hanzhi/server/fault"
)

// tickets signs what somebody may be in a class, so that a connection needs no database. A ticket opens one connection,
// for the session it was made for.
type tickets struct {
	key []byte
	rdb redis.UniversalClient
	now func() time.Time
}

// ticket is what is signed.
type ticket struct {
	Nonce   string    `json:"n"`
	Class   uuid.UUID `json:"c"`
	Session uuid.UUID `json:"s,omitzero"` // zero for guests
	Expires int64     `json:"e"`          // Unix s
	Who     Admission `json:"w"`
}

// issue makes a ticket.
func (t *tickets) issue(class uuid.UUID, who Admission, session auth.Session, life time.Duration) string {
	nonce := make([]byte, 12)
	rand.Read(nonce) // never fails
	b, err := json.Marshal(ticket{base64.RawURLEncoding.EncodeToString(nonce), class, session.ID, t.now().Add(life).Unix(), who})
	if err != nil {
		panic(err) // all parts are encodable
	}
	return base64.RawURLEncoding.EncodeToString(b) + "." + base64.RawURLEncoding.EncodeToString(t.mac(b))
}

func (t *tickets) mac(b []byte) []byte {
	h := hmac.New(sha256.New, t.key)
	h.Write([]byte("live ticket"))
	h.Write(b)
	return h.Sum(nil)
}

func badTicket() error {
	return fault.New(fault.Unauthenticated, "ticket", "This way into the class is used up. Open the class again.")
}

// redeem checks a ticket and uses it up.
func (t *tickets) redeem(ctx context.Context, text string, class uuid.UUID, session auth.Session) (Admission, error) {
	body, mac, found := strings.Cut(text, ".")
	b, err1 := base64.RawURLEncoding.DecodeString(body)
	m, err2 := base64.RawURLEncoding.DecodeString(mac)
	if !found || err1 != nil || err2 != nil || !hmac.Equal(m, t.mac(b)) {
		return Admission{}, badTicket()
	}
	var x ticket
	if json.Unmarshal(b, &x) != nil || x.Class != class || x.Session != session.ID || t.now().Unix() > x.Expires {
		return Admission{}, badTicket()
	}
	left := time.Until(time.Unix(x.Expires, 0)) + time.Minute
	fresh, err := t.rdb.SetNX(ctx, "live:ticket:"+x.Nonce, 1, left).Result()
	if err != nil {
		return Admission{}, fault.Wrap(err, fault.Unavailable, "live_unavailable", "The class cannot be reached now. It is tried again.")
	}
	if !fresh {
		return Admission{}, badTicket()
	}
	return x.Who, nil
}
