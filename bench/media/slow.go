package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"hanzhi/bench/report"
)

const (
	learners  = 2000
	learnRate = 8 << 10 // bytes a second: 64 kbit/s
	learnTime = 8 * time.Second
)

func discard(resp *http.Response) (int64, error) {
	defer resp.Body.Close()
	return io.Copy(io.Discard, resp.Body)
}

// slowLearners measures what 2,000 learners on 64 kbit/s cost in memory, beside the plain proxy and the object store
// behind it, and how many connections to the store each holds.
func (b *bench) slowLearners(ctx context.Context) error {
	s3 := b.s3Processes()
	measure := func(role string) (rise float64, conns int, err error) {
		p, err := b.start(ctx, role)
		if err != nil {
			return 0, 0, err
		}
		defer p.stop()
		if role != "proxy" {
			if err := warm(p.base); err != nil {
				return 0, 0, err
			}
		}
		pids := append(children(p.cmd.Process.Pid), s3...)
		before := pss(pids)
		stop, err := crowd(ctx, p.base, learners)
		if err != nil {
			return 0, 0, err
		}
		defer stop()
		time.Sleep(learnTime)
		return pss(pids) - before, connections(b.services.S3.Endpoint), nil
	}
	ours, oursHeld, err := measure("memory")
	if err != nil {
		return err
	}
	theirs, theirsHeld, err := measure("proxy")
	if err != nil {
		return err
	}
	return report.Print(
		report.New("2,000 learners at 64 kbit/s, memory", fmt.Sprintf("%.0f MB", ours), fmt.Sprintf("proxy of S3 %.0f MB", theirs), ours/theirs, "<= 0.5"),
		report.New("2,000 learners at 64 kbit/s, S3 connections in use", fmt.Sprint(oursHeld), fmt.Sprintf("proxy of S3 %d", theirsHeld), float64(oursHeld), "0 held"),
	)
}

// crowd lets so many learners ask for segments and read them slowly, until stop.
func crowd(ctx context.Context, base string, learners int) (stop func(), err error) {
	u, err := url.Parse(base)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	for i := range learners {
		var d net.Dialer
		conn, err := d.DialContext(ctx, "tcp", u.Host)
		if err != nil {
			cancel()
			return nil, err
		}
		// A phone's receive buffer is small; the loopback's would swallow the whole segment.
		_ = conn.(*net.TCPConn).SetReadBuffer(16 << 10)
		fmt.Fprintf(conn, "GET %s%d.m4s HTTP/1.1\r\nHost: localhost\r\n\r\n", u.Path, i%segmentCount)
		wg.Go(func() { readSlowly(ctx, conn) })
	}
	return func() { cancel(); wg.Wait() }, nil
}

func readSlowly(ctx context.Context, conn net.Conn) {
	defer conn.Close()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	buf := make([]byte, learnRate)
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		_ = conn.SetReadDeadline(time.Now().Add(time.Second))
		if _, err := io.ReadFull(conn, buf); err != nil && ctx.Err() != nil {
			return
		}
	}
}

// pss is the memory of processes in MB, shared pages divided among their users.
func pss(pids []int) float64 {
	total := 0.0
	for _, pid := range pids {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(b)) {
			if rest, found := strings.CutPrefix(line, "Pss:"); found {
				kb, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
				total += kb / 1024
			}
		}
	}
	return total
}

// s3Processes finds the object store among our children.
func (b *bench) s3Processes() []int {
	var found []int
	for _, pid := range children(os.Getpid()) {
		b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
		if name := strings.TrimSpace(string(b)); name == "versitygw" || name == "minio" {
			found = append(found, pid)
		}
	}
	return found
}

// connections counts established connections to an address with bytes on their way, which is what a slow reader
// holds; idle ones in a pool have none.
func connections(endpoint string) int {
	_, port, _ := strings.Cut(endpoint, ":")
	n, _ := strconv.Atoi(port)
	b, _ := os.ReadFile("/proc/net/tcp")
	count := 0
	for line := range strings.Lines(string(b)) {
		f := strings.Fields(line)
		if len(f) < 5 || f[3] != "01" {
			continue
		}
		// Seen from the store: bytes not yet sent; seen from its client: bytes not yet read.
		ofStore := strings.HasSuffix(f[1], fmt.Sprintf(":%04X", n)) && !strings.HasPrefix(f[4], "00000000:")
		ofClient := strings.HasSuffix(f[2], fmt.Sprintf(":%04X", n)) && !strings.HasSuffix(f[4], ":00000000")
		if ofStore || ofClient {
			count++
		}
	}
	return count
}
