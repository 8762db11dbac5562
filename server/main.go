// Command hanzhi is the whole platform in one binary: API, streaming, jobs and the front end.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // classes keep the wall clock of their zone, also on machines without zone files

	"hanzhi/server/app"
	"hanzhi/server/config"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "hanzhi:", err)
		os.Exit(1)
	}
}

// run is the command line: no argument serves; backup and restore take a file.
func run(ctx context.Context, args []string) error {
	cfg, err := config.FromEnv()
	if err != nil {
		return err
	}
	switch {
	case len(args) == 0:
		return app.Serve(ctx, cfg)
	case len(args) == 2 && args[0] == "backup":
		return app.Backup(ctx, cfg, args[1])
	case len(args) == 2 && args[0] == "restore":
		return app.Restore(ctx, cfg, args[1])
	}
	return fmt.Errorf("usage: hanzhi [backup FILE | restore FILE]")
}
