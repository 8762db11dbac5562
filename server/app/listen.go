package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/gofiber/fiber/v2"

	"hanzhi/server/httpapi"
)

// unreadyTime is how long a leaving copy still takes new connections after /readyz has said no, so that a proxy which
// asks every second has turned away before the door closes.
const unreadyTime = 2 * time.Second

// serveHTTP answers requests on ln until ctx ends, then drains: it turns unready, lets the proxy notice, finishes what
// is under way and closes each connection after its answer.
func serveHTTP(ctx context.Context, log *slog.Logger, web *fiber.App, ln net.Listener, leave func(), drain time.Duration) error {
	// Otherwise a busy keep-alive connection would hold the drain until its time is over.
	web.Server().CloseOnShutdown = true
	failed := make(chan error, 1)
	go func() { failed <- web.Listener(httpapi.Joined(ln)) }()
	select {
	case err := <-failed:
		return fmt.Errorf("listen: %w", err)
	case <-ctx.Done():
	}
	log.Info("draining", "for", drain.String())
	leave()
	time.Sleep(min(unreadyTime, drain/2))
	err := web.ShutdownWithTimeout(drain)
	if errors.Is(err, context.DeadlineExceeded) {
		log.Warn("drain ended with requests under way")
		return nil
	}
	return err
}
