package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"hanzhi/bench/report"
	"hanzhi/server/app"
	"hanzhi/server/config"
)

// streaming is how many learners the whole server's memory is measured with.
const streaming = 500

// runWhole is the platform as people start it, every package in one process; database, sessions and objects are
// children, as they are when nothing is configured.
func runWhole(ctx context.Context) error {
	s3 := strings.Fields(os.Getenv("BENCH_S3"))
	cfg, err := config.Load(func(name string) string {
		return map[string]string{
			"HANZHI_DATA": os.Getenv("BENCH_DIR") + "/whole", "HANZHI_LISTEN": "127.0.0.1:0", "HANZHI_DATABASE_URL": os.Getenv("BENCH_DB"),
			"HANZHI_S3_ENDPOINT": s3[0], "HANZHI_S3_ACCESS_KEY": s3[1], "HANZHI_S3_SECRET_KEY": s3[2], "HANZHI_S3_REGION": s3[3], "HANZHI_S3_BUCKET": bucket,
		}[name]
	})
	if err != nil {
		return err
	}
	a, err := app.New(ctx, cfg, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		return err
	}
	defer a.Close()
	video, err := a.Media.Video(ctx, authorID, assetID)
	if err != nil {
		return err
	}
	fmt.Printf("%s%s720p-1/\n", a.URL(), video.Base)
	return a.Run(ctx)
}

// wholeServer measures the memory of our process alone, at rest and with learners who stream.
func (b *bench) wholeServer(ctx context.Context) error {
	p, err := b.start(ctx, "whole")
	if err != nil {
		return err
	}
	defer p.stop()
	time.Sleep(learnTime) // what starting up has used is given back
	pids := []int{p.cmd.Process.Pid}
	idle := pss(pids)
	stop, err := crowd(ctx, p.base, streaming)
	if err != nil {
		return err
	}
	defer stop()
	time.Sleep(learnTime)
	busy := pss(pids)
	return report.Print(
		report.New("server memory, idle", fmt.Sprintf("%.0f MB", idle), "100 MB", idle/100, "<= 1"),
		report.New(fmt.Sprintf("server memory, %d learners stream", streaming), fmt.Sprintf("%.0f MB", busy), "150 MB", busy/150, "<= 1"),
	)
}
