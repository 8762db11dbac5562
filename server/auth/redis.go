package auth

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"hanzhi/server/fault"
)

// redisWait bounds every talk with Redis: a request that cannot know who is asking must say so soon.
const redisWait = time.Second

// OpenRedis returns a client for the Redis at url (redis://, rediss:// or unix://) whose waits are short: a Redis that
// is away is noticed within a second, and one that is back is used at once. It does not connect yet.
func OpenRedis(url string) (redis.UniversalClient, error) {
	o, err := redisOptions(url)
	if err != nil {
		return nil, err
	}
	return redis.NewClient(o), nil
}

func redisOptions(url string) (*redis.Options, error) {
	quiet()
	o, err := redis.ParseURL(url)
	if err != nil {
		// go-redis puts no password into this error.
		return nil, fmt.Errorf("auth: redis URL: %w", err)
	}
	o.DialTimeout, o.ReadTimeout, o.WriteTimeout, o.PoolTimeout = redisWait, redisWait, redisWait, redisWait
	o.DialerRetries, o.DialerRetryTimeout = 1, 10*time.Millisecond
	// One retry heals a connection that died while idle; more would only add up waits.
	o.MaxRetries, o.MinRetryBackoff, o.MaxRetryBackoff = 1, time.Millisecond, 10*time.Millisecond
	o.ContextTimeoutEnabled = true
	o.DisableIdentity = true
	// Our commands and replies are small; 32 KiB each way and connection would be most of our memory.
	o.ReadBufferSize, o.WriteBufferSize = 4<<10, 4<<10
	o.PipelinePoolSize = -1
	return o, nil
}

// quiet hands the client library's own remarks to our log; what concerns a request is in the error it returns.
var quiet = sync.OnceFunc(func() { redis.SetLogger(remarks{}) })

type remarks struct{}

// Printf is what go-redis calls.
func (remarks) Printf(ctx context.Context, format string, args ...any) {
	slog.DebugContext(ctx, "redis: "+fmt.Sprintf(format, args...))
}

// unavailable says that Redis does not answer. The cause is for the log.
func unavailable(err error) error {
	f := fault.Wrap(err, fault.Unavailable, "sessions_unavailable", "Signing in and staying signed in do not work just now; please try again in a moment. What you had saved is safe.")
	f.RetryAfter = 2
	return f
}

// hashKey names something in Redis without saying what it is.
func hashKey(prefix, value string) string {
	sum := sha256.Sum256([]byte(value))
	name := make([]byte, 0, 96) // on the stack: every request names its session
	return string(hex.AppendEncode(append(name, prefix...), sum[:]))
}

// networkOf is the part of an address that one customer holds: an IPv4 address, a /64 of IPv6. What is not an address
// is one network of its own, so that it cannot escape the limits.
func networkOf(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return "unknown"
	}
	a = a.Unmap().WithZone("")
	bits := 32
	if a.Is6() {
		bits = 64
	}
	p, _ := a.Prefix(bits)
	return p.String()
}

// placeOf is what we keep of an address: enough to tell home from abroad, too little to find a person (/24, /48).
func placeOf(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return ""
	}
	a = a.Unmap().WithZone("")
	bits := 24
	if a.Is6() {
		bits = 48
	}
	p, _ := a.Prefix(bits)
	return p.String()
}

// isMissing reports a key that is not there, which is no failure.
func isMissing(err error) bool { return errors.Is(err, redis.Nil) }

// within gives a talk with Redis its end.
func within(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, redisWait)
}
