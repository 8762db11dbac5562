package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/media"
	"hanzhi/server/httpapi"
	"hanzhi/server/pg"
)

// process is a server under measurement, in a process of its own so that its processor time and memory are its own.
type process struct {
	cmd  *exec.Cmd
	base string // address below which segments lie
}

// start runs this program again as a server and waits for the address it prints.
func (b *bench) start(ctx context.Context, role string) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := b.services.S3
	cmd := exec.CommandContext(ctx, self, "-serve", role)
	cmd.Env = append(os.Environ(), "BENCH_DB="+b.services.DatabaseURL, "BENCH_DIR="+b.dir,
		"BENCH_S3="+strings.Join([]string{c.Endpoint, c.AccessKey, c.SecretKey, c.Region}, " "))
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("server %s did not start: %w", role, err)
	}
	return &process{cmd: cmd, base: strings.TrimSpace(line)}, nil
}

func (p *process) stop() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

// runServer is what the other process does: the real streaming path, or the plain proxy.
func runServer(ctx context.Context, role string) error {
	if role == "whole" {
		return runWhole(ctx)
	}
	s3 := strings.Fields(os.Getenv("BENCH_S3"))
	store, err := media.NewStore(media.StoreConfig{Endpoint: s3[0], AccessKey: s3[1], SecretKey: s3[2], Region: s3[3], Bucket: bucket})
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	if role == "proxy" {
		fmt.Printf("http://%s/\n", ln.Addr())
		return http.Serve(ln, proxy(store))
	}
	db, err := pg.Open(ctx, os.Getenv("BENCH_DB"))
	if err != nil {
		return err
	}
	cfg := media.Config{Dir: os.Getenv("BENCH_DIR") + "/" + role, Secret: secret, Queue: noQueue{}, Log: slog.New(slog.DiscardHandler)}
	cfg.MemoryCache = 128 << 20
	if role == "disk" {
		cfg.MemoryCache = 256 << 10 // no segment fits
	}
	service, err := media.New(db, store, cfg)
	if err != nil {
		return err
	}
	video, err := service.Video(ctx, authorID, assetID)
	if err != nil {
		return err
	}
	fmt.Printf("http://%s%s720p-1/\n", ln.Addr(), video.Base)
	api := &httpapi.API{Media: service, Log: cfg.Log, PublicURL: "http://localhost"}
	return httpapi.New(api).Listener(httpapi.Joined(ln))
}

// proxy is what one would write first: each request is a request to the object store, copied through.
func proxy(store *media.Store) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _, err := store.Open(r.Context(), "v/bench/720p.mp4")
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer body.Close()
		w.Header().Set("Content-Type", "video/mp4")
		w.Header().Set("Content-Length", fmt.Sprint(segmentSize))
		_, _ = io.CopyN(w, body, segmentSize)
	})
}

type noQueue struct{}

var errNoQueue = errors.New("the bench has no jobs")

func (noQueue) EnqueueCheck(context.Context, pgx.Tx, uuid.UUID) error     { return errNoQueue }
func (noQueue) EnqueueTranscode(context.Context, pgx.Tx, uuid.UUID) error { return errNoQueue }
func (noQueue) EnqueueFilm(context.Context, pgx.Tx, uuid.UUID) error      { return errNoQueue }

// noWait takes jobs that the bench runs by itself.
type noWait struct{ noQueue }

func (noWait) EnqueueTranscode(context.Context, pgx.Tx, uuid.UUID) error { return nil }
func (noWait) EnqueueFilm(context.Context, pgx.Tx, uuid.UUID) error      { return nil }
