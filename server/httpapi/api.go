// Package httpapi is Hanzhi's HTTP face: one table of routes, one chain of middleware, one table from faults to
// statuses. Handlers turn a request into one domain call and its result into an answer; they hold no SQL and no rules.
package httpapi

import (
	"log/slog"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
	"github.com/gofiber/fiber/v2"
	"github.com/prometheus/client_golang/prometheus"

	"hanzhi/courses"
	"hanzhi/courses/classes"
	"hanzhi/courses/language"
	"hanzhi/courses/partners"
	"hanzhi/media"
	"hanzhi/server/auth"
	"hanzhi/server/live"
)

// API holds what the handlers call. App fills it; nil parts are for tools that only want the document.
type API struct {
	Auth     *auth.Service
	Partners *partners.Service
	Courses  *courses.Service
	Language *language.Service
	Media    *media.Service
	Classes  *classes.Service
	Live     *live.Hub

	Admissions Admissions

	Log     *slog.Logger
	Metrics *prometheus.Registry
	// DemoAccounts are shown to everybody who wants to sign in; none = this is no demonstration.
	DemoAccounts []DemoAccount
	// Version of the build, for the document and /healthz.
	Version string
	// TLS says that people reach us over https: Secure cookies, HSTS.
	TLS bool
	// PublicURL is the address people use; unsafe requests must come from its origin.
	PublicURL string
	// TrustProxy lists the networks whose X-Forwarded-For is believed.
	TrustProxy []string
	// MetricsToken opens /metrics; empty = loopback only.
	MetricsToken string
	// Ready reports what stands in the way of serving, by part; empty = ready.
	Ready func(*fiber.Ctx) map[string]error
	// Pages serves the front end for every path that is not ours.
	Pages fiber.Handler
}

// Limits of one connection. Uploads stream, so the body limit is only how much fasthttp reads ahead.
const (
	readAhead       = 64 << 10
	readTimeout     = 75 * time.Second
	idleTimeout     = time.Minute
	headerBuffer    = 16 << 10
	maxConnsPerAddr = 512
)

// New builds the Fiber app: middleware, then the route table, then the front end.
func New(a *API) *fiber.App {
	app := fiber.New(fiber.Config{
		// Strings of a request must not change when it is over: they end up in cache keys and goroutines.
		Immutable:                    true,
		BodyLimit:                    readAhead,
		StreamRequestBody:            true,
		DisablePreParseMultipartForm: true,
		ReadTimeout:                  readTimeout,
		IdleTimeout:                  idleTimeout,
		ReadBufferSize:               headerBuffer,
		DisableStartupMessage:        true,
		ErrorHandler:                 writeProblem,
		EnableTrustedProxyCheck:      true,
		TrustedProxies:               a.TrustProxy,
		ProxyHeader:                  proxyHeader(a.TrustProxy),
		EnableIPValidation:           len(a.TrustProxy) > 0,
	})
	useProblems()
	// The order is the rule: the id first, so that all that follows can be found in the log; panics are caught inside
	// the measuring, so that they are counted; nobody is asked who they are before the time limit stands.
	app.Use(identify(a.Log), a.measure(), survive, secure(a.TLS))
	a.addOperation(app)
	app.Use("/api", keepPrivate, limitTime(), shrink, checkQuery, a.authenticate, a.refuseForgery)
	a.addRoutes(app)
	app.All("/api/*", func(*fiber.Ctx) error { return fiber.ErrNotFound })
	if a.Pages != nil {
		app.Use(a.Pages)
	}
	// Live classes take their connections over and close them themselves.
	app.Server().KeepHijackedConns = true
	app.Server().Handler = a.StreamFirst(joinAnswers(app.Server().Handler))
	return app
}

// proxyHeader believes a forwarded address only when proxies are configured.
func proxyHeader(proxies []string) string {
	if len(proxies) == 0 {
		return ""
	}
	return fiber.HeaderXForwardedFor
}

func (a *API) addRoutes(app *fiber.App) {
	api := humafiber.New(app, humaConfig(a.Version))
	for _, r := range a.routes() {
		guard := a.guard(r)
		if r.raw != nil {
			app.Add(r.method, r.fiberPath(), guard, r.raw)
			continue
		}
		app.Add(r.method, r.fiberPath(), guard)
		r.register(api, r.operation())
	}
}

// Document returns the OpenAPI 3.1 document of the route table, as YAML.
func Document(version string) ([]byte, error) { return describe(version).YAML() }

// Document30 is the same in OpenAPI 3.0, as JSON, for tools that know no newer one.
func Document30(version string) ([]byte, error) { return describe(version).Downgrade() }

func describe(version string) *huma.OpenAPI {
	a := &API{Log: slog.New(slog.DiscardHandler), Version: version}
	useProblems()
	api := humafiber.New(fiber.New(), humaConfig(version))
	for _, r := range a.routes() {
		if r.register != nil {
			r.register(api, r.operation())
		}
	}
	return api.OpenAPI()
}

func humaConfig(version string) huma.Config {
	c := huma.DefaultConfig("Hanzhi 汉职", version)
	c.Info.Description = "Chinese language and vocational skills: courses, video, progress, live classes."
	c.Info.License = &huma.License{Name: "Apache-2.0", URL: "https://www.apache.org/licenses/LICENSE-2.0"}
	// No $schema links in answers, no documentation page from a foreign host; the document itself is a golden file.
	c.CreateHooks = nil
	c.OpenAPIPath, c.DocsPath, c.SchemasPath = "/api/openapi", "", ""
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"session": {Type: "apiKey", In: "cookie", Name: "__Host-session", Description: "Set by signing in; named session where the platform is reached without TLS. Unsafe requests also need X-CSRF-Token."},
	}
	return c
}
