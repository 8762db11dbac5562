// Command media measures streaming beside nginx, slow learners beside a plain proxy of the object store, and
// transcoding beside one ffmpeg for each rendition. It prints one row as a line of JSON for each.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"strings"

	"hanzhi/bench/report"
	"hanzhi/server/embedded"
	"hanzhi/server/pg"
)

// bench is what all measurements share: a database, an object store and a working folder.
type bench struct {
	dir      string
	services *embedded.Services
}

func main() {
	serve := flag.String("serve", "", "be the server (memory, disk), the whole platform or the proxy instead; used by the bench itself")
	only := flag.String("only", "segments,playlists,slow,whole,transcode", "what to measure")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	report.Main("media", func() error {
		if *serve != "" {
			return runServer(ctx, *serve)
		}
		return run(ctx, strings.Split(*only, ","))
	})
}

func run(ctx context.Context, parts []string) error {
	dir, err := os.MkdirTemp("", "hanzhi-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil {
		return err
	}
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	services, err := embedded.Start(ctx, embedded.Options{Dir: filepath.Join(dir, "services"), Log: quiet, Postgres: true, S3: true, Throwaway: true})
	if err != nil {
		return err
	}
	defer services.Stop()
	if err := pg.Migrate(ctx, services.DatabaseURL); err != nil {
		return err
	}
	b := &bench{dir: dir, services: services}
	all := map[string]func(context.Context) error{
		"segments": b.segments, "playlists": b.playlists, "slow": b.slowLearners, "whole": b.wholeServer, "transcode": b.transcode,
	}
	if err := b.seed(ctx); err != nil {
		return err
	}
	for _, part := range parts {
		measure, known := all[part]
		if !known {
			return fmt.Errorf("there is no part %q", part)
		}
		if err := measure(ctx); err != nil {
			return fmt.Errorf("%s: %w", part, err)
		}
	}
	return nil
}
