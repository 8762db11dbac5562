package auth

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"hanzhi/server/fault"
)

// How guessing is kept slow without locking anybody out for good:
//
//   - Every try at a password takes a token from two buckets: one of the account, one of the network it comes from. A
//     right password gives its tokens back. Buckets refill evenly, so the longest wait is the time of one token.
//   - The account's bucket is for browsers we do not know. A browser that has signed in to the account carries a device
//     mark (a cookie with a MAC over the e-mail address) and has a bucket of its own, so that strangers who use up the
//     account's bucket day and night do not keep its owner out. The mark opens nothing by itself.
//   - The owner without a known browser, while strangers go on guessing, resets the password by mail: that needs no
//     token of the account's bucket, and gives the browser its mark.
//   - Addresses without an account have buckets too, so a limit tells nobody which addresses have one.
//   - Without Redis there are no limits and so no tries: doors with a password stay shut until it is back.

// bucket is a limit: size tokens, refilled evenly over the period.
type bucket struct {
	key    string
	size   int
	period time.Duration
}

const quarter = 15 * time.Minute

func accountBucket(email string) bucket {
	return bucket{hashKey("throttle:account:", email), 10, quarter}
}

func deviceBucket(email, device string) bucket {
	return bucket{hashKey("throttle:device:", email+" "+device), 10, quarter}
}

// sessionBucket limits the doors that ask a signed-in person for the password once more.
func sessionBucket(session uuid.UUID) bucket {
	return bucket{"throttle:session:" + session.String(), 10, quarter}
}

// networkBucket is large: a whole school sits behind one address.
func networkBucket(address string) bucket {
	return bucket{hashKey("throttle:network:", networkOf(address)), 100, quarter}
}

// signUpBucket leaves room for several classes in one hour.
func signUpBucket(address string) bucket {
	return bucket{hashKey("throttle:signup:", networkOf(address)), 200, time.Hour}
}

// mailBucket keeps us from being used to flood a mailbox.
func mailBucket(email string) bucket {
	return bucket{hashKey("throttle:mail:", email), 4, time.Hour}
}

// take is the token bucket as one number per key: the time at which the bucket is full again (GCRA). It takes one token
// from every bucket or from none, and returns 0 or the milliseconds until the emptiest has one. The clock is Redis',
// so that all copies of the server agree.
var take = redis.NewScript(`
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local full, wait = {}, 0
for i, key in ipairs(KEYS) do
	local size, each = tonumber(ARGV[2*i-1]), tonumber(ARGV[2*i])
	full[i] = math.max(tonumber(redis.call('GET', key) or 0), now) + each
	wait = math.max(wait, full[i] - now - size * each)
end
if wait > 0 then return wait end
for i, key in ipairs(KEYS) do
	redis.call('SET', key, string.format('%.0f', full[i]), 'PX', full[i] - now)
end
return 0`)

// putBack returns one token to every bucket.
var putBack = redis.NewScript(`
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
for i, key in ipairs(KEYS) do
	local full = tonumber(redis.call('GET', key) or 0) - tonumber(ARGV[2*i])
	if full > now then
		redis.call('SET', key, string.format('%.0f', full), 'PX', full - now)
	else
		redis.call('DEL', key)
	end
end
return 0`)

// allow takes a token from every bucket, or says how long to wait.
func (s *Service) allow(ctx context.Context, buckets ...bucket) error {
	wait, err := s.run(ctx, take, buckets)
	if err != nil {
		return unavailable(err)
	}
	if wait > 0 {
		f := fault.New(fault.TooMany, "too_many_tries", "That were too many tries. Please wait a little, or reset the password by mail.")
		f.RetryAfter = int((wait + 999) / 1000)
		return f
	}
	return nil
}

// forgive gives the tokens of a right password back. That it fails costs the caller nothing but a token.
func (s *Service) forgive(ctx context.Context, buckets ...bucket) {
	if _, err := s.run(ctx, putBack, buckets); err != nil {
		s.cfg.Log.WarnContext(ctx, "tokens not given back", "error", err)
	}
}

func (s *Service) run(ctx context.Context, script *redis.Script, buckets []bucket) (int64, error) {
	ctx, cancel := within(ctx)
	defer cancel()
	keys, args := make([]string, len(buckets)), make([]any, 0, 2*len(buckets))
	for i, b := range buckets {
		keys[i] = b.key
		args = append(args, b.size, b.period.Milliseconds()/int64(b.size))
	}
	return script.Run(ctx, s.rdb, keys, args...).Int64()
}

// signInBuckets chooses the account's bucket or, for a browser it knows, that of the device.
func (s *Service) signInBuckets(email string, from Client) []bucket {
	if device, ok := s.knownDevice(email, from.Device); ok {
		return []bucket{deviceBucket(email, device), networkBucket(from.Address)}
	}
	return []bucket{accountBucket(email), networkBucket(from.Address)}
}

// newDevice makes the mark of a browser that has signed in to the account.
func (s *Service) newDevice(email string) string {
	id := rand.Text()
	return id + "." + s.deviceMAC(email, id)
}

// knownDevice reports whether a mark was made for the account, and which device it names.
func (s *Service) knownDevice(email, mark string) (device string, ok bool) {
	id, mac, found := strings.Cut(mark, ".")
	if !found || len(id) > 64 {
		return "", false
	}
	return id, hmac.Equal([]byte(mac), []byte(s.deviceMAC(email, id)))
}

func (s *Service) deviceMAC(email, id string) string {
	h := hmac.New(sha256.New, s.deviceKey)
	h.Write([]byte(id + " " + email))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}
