// Package app puts Hanzhi together: it starts what the configuration asks for, wires the packages, serves, drains and
// stops. main and every end-to-end test start this same App.
package app

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/redis/go-redis/v9"
	"github.com/riverqueue/river"

	"hanzhi/courses"
	"hanzhi/courses/classes"
	"hanzhi/courses/language"
	"hanzhi/courses/partners"
	"hanzhi/frontend"
	"hanzhi/media"
	"hanzhi/server/auth"
	"hanzhi/server/config"
	"hanzhi/server/embedded"
	"hanzhi/server/httpapi"
	"hanzhi/server/live"
	"hanzhi/server/live/film"
	"hanzhi/server/pg"
	"hanzhi/server/web"
)

// Version is set by the build.
var Version = "dev"

// App is one running copy of the platform.
type App struct {
	Config config.Config
	Log    *slog.Logger

	Auth     *auth.Service
	Partners *partners.Service
	Courses  *courses.Service
	Language *language.Service
	Media    *media.Service
	Classes  *classes.Service
	Live     *live.Hub

	db       *pgxpool.Pool
	redis    redis.UniversalClient
	store    *media.Store
	jobs     *river.Client[pgx.Tx]
	web      *fiber.App
	listener net.Listener
	serving  chan struct{} // closed once requests are answered
	leaving  chan struct{} // closed once no new ones should come
	closers  []func()
	pieces   func(context.Context, uuid.UUID) ([]film.Piece, error) // what was recorded of a class; nil = nothing is
}

// New starts what cfg asks for and wires it; nothing is served yet. Close gives everything back, also after an error.
func New(ctx context.Context, cfg config.Config, log *slog.Logger) (_ *App, err error) {
	a := &App{Config: cfg, Log: log, serving: make(chan struct{}), leaving: make(chan struct{})}
	defer func() {
		if err != nil {
			a.Close()
		}
	}()
	if err := os.MkdirAll(cfg.DataDir, 0o755); err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	for _, step := range []func(context.Context) error{a.startEmbedded, a.openStores, a.wireDomains, a.listen, a.wireLive, a.wireWeb} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// startEmbedded runs what the configuration gives no address for.
func (a *App) startEmbedded(ctx context.Context) error {
	c := &a.Config
	o := embedded.Options{Dir: c.DataDir, Log: a.Log, Postgres: c.DatabaseURL == "", Redis: c.RedisURL == "", S3: c.S3.Endpoint == ""}
	if !o.Postgres && !o.Redis && !o.S3 {
		return nil
	}
	services, err := embedded.Start(ctx, o)
	if err != nil {
		return err
	}
	a.closers = append(a.closers, services.Stop)
	if o.Postgres {
		c.DatabaseURL = services.DatabaseURL
	}
	if o.Redis {
		c.RedisURL = services.RedisURL
	}
	if o.S3 {
		s := services.S3
		c.S3.Endpoint, c.S3.AccessKey, c.S3.SecretKey, c.S3.Region, c.S3.Secure = s.Endpoint, s.AccessKey, s.SecretKey, s.Region, s.Secure
	}
	return nil
}

// openStores opens database, Redis and object store, and brings the schema up to date.
func (a *App) openStores(ctx context.Context) (err error) {
	if err := pg.Migrate(ctx, a.Config.DatabaseURL); err != nil {
		return err
	}
	if a.db, err = pg.Open(ctx, a.Config.DatabaseURL); err != nil {
		return err
	}
	a.closers = append(a.closers, a.db.Close)
	if a.redis, err = auth.OpenRedis(a.Config.RedisURL); err != nil {
		return err
	}
	a.closers = append(a.closers, func() { _ = a.redis.Close() })
	s := a.Config.S3
	a.store, err = media.NewStore(media.StoreConfig{
		Endpoint: s.Endpoint, AccessKey: s.AccessKey, SecretKey: s.SecretKey, Bucket: s.Bucket, Region: s.Region, Secure: s.Secure,
	})
	if err != nil {
		return err
	}
	// Without its store the platform still reads, searches and signs in; video says what is wrong.
	if err := a.store.EnsureBucket(ctx); err != nil {
		a.Log.Warn("object store", "error", err)
	}
	return nil
}

// wireDomains makes the domains and the job client that their changes enqueue in.
func (a *App) wireDomains(ctx context.Context) (err error) {
	if err := a.wireAuth(); err != nil {
		return err
	}
	a.Partners = partners.New(a.db)
	a.Courses = courses.New(a.db)
	a.Classes = classes.New(a.db)
	a.pieces = a.recordedPieces
	a.closers = append(a.closers, a.Courses.Close)
	if err := a.wireLanguage(ctx); err != nil {
		return err
	}
	if err := a.wireMedia(); err != nil {
		return err
	}
	if a.Config.AdminEmail != "" && a.Config.AdminPassword != "" {
		if _, err := a.Auth.EnsureAdmin(ctx, a.Config.AdminEmail, a.Config.AdminPassword); err != nil {
			return fmt.Errorf("platform admin: %w", err)
		}
	}
	return nil
}

// listen takes the port; nothing is answered yet.
func (a *App) listen(context.Context) (err error) {
	if a.listener, err = net.Listen("tcp", a.Config.Listen); err != nil {
		return fmt.Errorf("listen on %s: %w", a.Config.Listen, err)
	}
	return nil
}

// wireWeb builds the HTTP face.
func (a *App) wireWeb(context.Context) error {
	metrics := prometheus.NewRegistry()
	metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	api := &httpapi.API{
		Auth: a.Auth, Partners: a.Partners, Courses: a.Courses, Language: a.Language, Media: a.Media, Classes: a.Classes, Live: a.Live, Admissions: school{a.Classes, a.Language},
		Log: a.Log, Metrics: metrics, Version: Version, TLS: a.Config.TLS(), PublicURL: a.Config.PublicURL,
		TrustProxy: a.Config.TrustProxy, MetricsToken: a.Config.MetricsToken, Ready: a.ready, DemoAccounts: a.demoAccounts(),
	}
	if site, err := web.New(frontend.Files(), frontend.ContentSecurityPolicy()); err == nil {
		api.Pages = site.Handler
	} else {
		a.Log.Warn("the API is served without the web app", "reason", err)
	}
	a.web = httpapi.New(api)
	return nil
}

// URL is where this copy answers.
func (a *App) URL() string { return "http://" + a.listener.Addr().String() }

// ready names the parts that a copy needs to serve.
func (a *App) ready(c *fiber.Ctx) map[string]error {
	ctx, cancel := context.WithTimeout(c.UserContext(), 2*time.Second)
	defer cancel()
	parts := map[string]error{"database": a.db.Ping(ctx), "sessions": a.redis.Ping(ctx).Err()}
	select {
	case <-a.leaving:
		parts["drain"] = fmt.Errorf("this copy is leaving")
	default:
	}
	return parts
}

// Run serves and works until ctx ends, then drains.
func (a *App) Run(ctx context.Context) error {
	// Jobs outlive the signal by the drain: a mail half sent is finished, a transcode is handed back.
	work, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWork()
	if err := a.jobs.Start(work); err != nil {
		return fmt.Errorf("jobs: %w", err)
	}
	go a.Auth.FollowSessions(work, a.Config.RedisURL)
	close(a.serving)
	a.Log.Info("ready", "address", a.Config.PublicURL, "listen", a.listener.Addr().String(), "version", Version)
	err := serveHTTP(ctx, a.Log, a.web, a.listener, a.leave, a.Config.DrainTime)
	stopCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if stopErr := a.jobs.StopAndCancel(stopCtx); stopErr != nil {
		a.Log.Warn("jobs did not stop in time", "error", stopErr)
	}
	return err
}

// leave turns this copy unready and hands running uploads on.
func (a *App) leave() {
	close(a.leaving)
	a.Media.Drain()
	a.Live.Drain(min(a.Config.DrainTime/2, 20*time.Second))
}

// Close gives back what New took, last first.
func (a *App) Close() {
	if a.listener != nil {
		_ = a.listener.Close()
	}
	for i := len(a.closers) - 1; i >= 0; i-- {
		a.closers[i]()
	}
	a.closers = nil
}

// mediaDir is where the spool of uploads and the segment cache lie.
func (a *App) mediaDir() string { return filepath.Join(a.Config.DataDir, "media") }
