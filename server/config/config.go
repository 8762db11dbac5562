// Package config reads every setting of the server from the environment, once, at the start.
package config

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Config is every setting of the server. Empty DatabaseURL, RedisURL or S3.Endpoint mean: start an embedded one.
type Config struct {
	Listen    string // host:port the server listens on
	PublicURL string // address people use, no trailing slash; https here turns on Secure cookies and HSTS
	DataDir   string // absolute folder of all state in embedded mode, and of caches always
	Version   string

	DatabaseURL string
	RedisURL    string
	S3          S3
	SMTP        SMTP

	// Secret keys playback tokens and other signatures; kept in DataDir when not given.
	Secret string
	// AdminEmail and AdminPassword make or update the platform's admin at the start; empty = leave as is.
	AdminEmail, AdminPassword string
	// Demo loads the demo courses at the start.
	Demo bool
	// TrustProxy takes the client's address from X-Forwarded-For of these networks only.
	TrustProxy []string
	// MetricsToken is what /metrics asks for as a bearer token; empty = loopback only.
	MetricsToken string

	UploadLimit    int64         // bytes of one uploaded source
	SegmentCache   int64         // bytes of warm segments kept in memory
	DiskCache      int64         // bytes of warm segments kept on disk
	TranscodeJobs  int           // transcodes at a time on this machine; 0 = this copy transcodes nothing
	DrainTime      time.Duration // how long requests may go on after SIGTERM
	SessionIdle    time.Duration // a session unused for this long ends
	SessionMax     time.Duration // a session older than this ends
	PlaybackExpiry time.Duration // life of a playback token; the right behind it is checked far more often
}

// S3 is where video is stored: MinIO or any other S3.
type S3 struct {
	Endpoint, AccessKey, SecretKey, Bucket, Region string
	Secure                                         bool
}

// SMTP is how mail leaves; with no Host it stays in the outbox, which the admin can read.
type SMTP struct {
	Host, Username, Password, From string
	Port                           int
}

// Load reads the settings through getenv (os.Getenv in production) and says which one is wrong.
func Load(getenv func(string) string) (Config, error) {
	r := reader{getenv: getenv}
	c := Config{
		Listen:        r.text("HANZHI_LISTEN", "127.0.0.1:8080"),
		DataDir:       r.text("HANZHI_DATA", "./data"),
		DatabaseURL:   r.text("HANZHI_DATABASE_URL", ""),
		RedisURL:      r.text("HANZHI_REDIS_URL", ""),
		Secret:        r.text("HANZHI_SECRET", ""),
		AdminEmail:    r.text("HANZHI_ADMIN_EMAIL", ""),
		AdminPassword: r.text("HANZHI_ADMIN_PASSWORD", ""),
		MetricsToken:  r.text("HANZHI_METRICS_TOKEN", ""),
		Demo:          r.boolean("HANZHI_DEMO", false),
		S3: S3{
			Endpoint:  r.text("HANZHI_S3_ENDPOINT", ""),
			AccessKey: r.text("HANZHI_S3_ACCESS_KEY", ""),
			SecretKey: r.text("HANZHI_S3_SECRET_KEY", ""),
			Bucket:    r.text("HANZHI_S3_BUCKET", "hanzhi"),
			Region:    r.text("HANZHI_S3_REGION", "us-east-1"),
			Secure:    r.boolean("HANZHI_S3_SECURE", false),
		},
		SMTP: SMTP{
			Host:     r.text("HANZHI_SMTP_HOST", ""),
			Port:     int(r.number("HANZHI_SMTP_PORT", 587)),
			Username: r.text("HANZHI_SMTP_USERNAME", ""),
			Password: r.text("HANZHI_SMTP_PASSWORD", ""),
			From:     r.text("HANZHI_SMTP_FROM", "Hanzhi <no-reply@localhost>"),
		},
		UploadLimit:    r.number("HANZHI_UPLOAD_LIMIT", 8<<30),
		SegmentCache:   r.number("HANZHI_SEGMENT_CACHE", 32<<20),
		DiskCache:      r.number("HANZHI_DISK_CACHE", 4<<30),
		TranscodeJobs:  int(r.number("HANZHI_TRANSCODE_JOBS", 1)),
		DrainTime:      r.duration("HANZHI_DRAIN_TIME", 20*time.Second),
		SessionIdle:    r.duration("HANZHI_SESSION_IDLE", 14*24*time.Hour),
		SessionMax:     r.duration("HANZHI_SESSION_MAX", 90*24*time.Hour),
		PlaybackExpiry: r.duration("HANZHI_PLAYBACK_EXPIRY", 6*time.Hour),
	}
	if v := r.text("HANZHI_TRUST_PROXY", ""); v != "" {
		c.TrustProxy = strings.Split(v, ",")
	}
	c.PublicURL = strings.TrimRight(r.text("HANZHI_PUBLIC_URL", defaultPublicURL(c.Listen)), "/")
	r.check(c)
	if r.err != nil {
		return Config{}, r.err
	}
	abs, err := filepath.Abs(c.DataDir)
	if err != nil {
		return Config{}, fmt.Errorf("config: HANZHI_DATA: %w", err)
	}
	c.DataDir = abs
	return c, nil
}

// FromEnv is Load over the process's environment.
func FromEnv() (Config, error) { return Load(os.Getenv) }

// TLS reports whether people reach the server over https.
func (c Config) TLS() bool { return strings.HasPrefix(c.PublicURL, "https://") }

// Redacted returns the settings with every secret replaced, for the log.
func (c Config) Redacted() Config {
	hide := func(s *string) {
		if *s != "" {
			*s = "[set]"
		}
	}
	for _, s := range []*string{&c.Secret, &c.AdminPassword, &c.S3.AccessKey, &c.S3.SecretKey, &c.SMTP.Password, &c.MetricsToken} {
		hide(s)
	}
	for _, s := range []*string{&c.DatabaseURL, &c.RedisURL} {
		if u, err := url.Parse(*s); err == nil && *s != "" {
			*s = u.Redacted()
		} else {
			hide(s)
		}
	}
	return c
}

func defaultPublicURL(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return "http://localhost:8080"
	}
	if ip := net.ParseIP(host); host == "" || (ip != nil && (ip.IsUnspecified() || ip.IsLoopback())) {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// reader keeps the first error, so that Load reads as one list.
type reader struct {
	getenv func(string) string
	err    error
}

func (r *reader) fail(name, want, got string) {
	if r.err == nil {
		r.err = fmt.Errorf("config: %s: want %s, got %q", name, want, got)
	}
}

func (r *reader) text(name, fallback string) string {
	if v := strings.TrimSpace(r.getenv(name)); v != "" {
		return v
	}
	return fallback
}

func (r *reader) number(name string, fallback int64) int64 {
	v := r.text(name, "")
	if v == "" {
		return fallback
	}
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil || n < 0 {
		r.fail(name, "a whole number, 0 or more", v)
	}
	return n
}

func (r *reader) boolean(name string, fallback bool) bool {
	v := r.text(name, "")
	if v == "" {
		return fallback
	}
	b, err := strconv.ParseBool(v)
	if err != nil {
		r.fail(name, "true or false", v)
	}
	return b
}

func (r *reader) duration(name string, fallback time.Duration) time.Duration {
	v := r.text(name, "")
	if v == "" {
		return fallback
	}
	d, err := time.ParseDuration(v)
	if err != nil || d <= 0 {
		r.fail(name, "a duration such as 20s or 2h", v)
	}
	return d
}

func (r *reader) check(c Config) {
	if u, err := url.Parse(c.PublicURL); err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		r.fail("HANZHI_PUBLIC_URL", "an http or https address", c.PublicURL)
	}
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		r.fail("HANZHI_LISTEN", "host:port", c.Listen)
	}
	if c.S3.Endpoint != "" && (c.S3.AccessKey == "" || c.S3.SecretKey == "") {
		r.fail("HANZHI_S3_ACCESS_KEY and HANZHI_S3_SECRET_KEY", "both with HANZHI_S3_ENDPOINT", "")
	}
	if c.Secret != "" && len(c.Secret) < 32 {
		r.fail("HANZHI_SECRET", "at least 32 characters", "a shorter one")
	}
}
