package app

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"hanzhi/server/config"
)

// Serve runs one copy of the platform until ctx ends. The log goes to standard error as JSON; what a person wants to
// know goes to standard output.
func Serve(ctx context.Context, cfg config.Config) error {
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	if cfg.Demo {
		// A demonstration has somebody watching the terminal: only what is wrong is worth a line there.
		log = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	}
	slog.SetDefault(log)
	log.Info("starting", "config", fmt.Sprintf("%+v", cfg.Redacted()))
	a, err := New(ctx, cfg, log)
	if err != nil {
		return err
	}
	defer a.Close()
	if cfg.Demo {
		go a.showDemo(ctx, os.Stdout)
	}
	return a.Run(ctx)
}
