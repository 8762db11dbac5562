package httpapi

import (
	"crypto/subtle"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// addOperation adds what machines ask: is it alive, is it ready, how is it doing. None of it is in the document.
func (a *API) addOperation(app *fiber.App) {
	app.Get("/healthz", func(c *fiber.Ctx) error {
		return c.JSON(fiber.Map{"status": "ok", "version": a.Version})
	})
	app.Get("/readyz", a.readyz)
	if a.Metrics != nil {
		app.Get("/metrics", a.mayMeasure, adaptor.HTTPHandler(promhttp.HandlerFor(a.Metrics, promhttp.HandlerOpts{})))
	}
}

// readyz names the parts that are down; their errors stay in the log.
func (a *API) readyz(c *fiber.Ctx) error {
	parts := fiber.Map{}
	status := fiber.StatusOK
	if a.Ready != nil {
		for part, err := range a.Ready(c) {
			parts[part] = "ok"
			if err != nil {
				parts[part] = "down"
				status = fiber.StatusServiceUnavailable
			}
		}
	}
	return c.Status(status).JSON(fiber.Map{"parts": parts})
}

func (a *API) mayMeasure(c *fiber.Ctx) error {
	if a.MetricsToken == "" {
		if c.Context().RemoteIP().IsLoopback() && c.Get(fiber.HeaderXForwardedFor) == "" {
			return c.Next()
		}
		return fiber.ErrNotFound
	}
	given := strings.TrimPrefix(c.Get(fiber.HeaderAuthorization), "Bearer ")
	if subtle.ConstantTimeCompare([]byte(given), []byte(a.MetricsToken)) != 1 {
		return fiber.ErrNotFound
	}
	return c.Next()
}

// measure counts and times requests by route pattern, never by address: patterns are few.
func (a *API) measure() fiber.Handler {
	if a.Metrics == nil {
		return func(c *fiber.Ctx) error { return c.Next() }
	}
	factory := promauto.With(a.Metrics)
	requests := factory.NewCounterVec(prometheus.CounterOpts{
		Name: "hanzhi_http_requests_total", Help: "Requests by method, route and status."}, []string{"method", "route", "status"})
	seconds := factory.NewHistogramVec(prometheus.HistogramOpts{
		Name: "hanzhi_http_request_seconds", Help: "Time to answer by method and route.",
		Buckets: []float64{.001, .005, .02, .1, .5, 2, 10}}, []string{"method", "route"})
	return func(c *fiber.Ctx) error {
		start := time.Now()
		if err := c.Next(); err != nil {
			if err := writeProblem(c, err); err != nil {
				return err
			}
		}
		route := c.Route().Path
		requests.WithLabelValues(c.Method(), route, strconv.Itoa(c.Response().StatusCode())).Inc()
		seconds.WithLabelValues(c.Method(), route).Observe(time.Since(start).Seconds())
		return nil
	}
}
