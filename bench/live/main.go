// Command live measures live classes: the platform's own server, Redis and sockets on loopback, beside centrifuge with
// history in the same Redis, in one run.
package main

import (
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"hanzhi/bench/report"
	"hanzhi/server/live"
)

func main() {
	server := flag.Bool("serve", false, "be the server that is measured")
	only := flag.String("only", "", "measurements to run, by comma")
	flag.Parse()
	run := measure
	if *server {
		run = func(string) error { return serve() }
	}
	report.Main("live", func() error { return run(*only) })
}

// bench is what the measurements share.
type bench struct {
	redis  string
	peer   string // centrifuge's program
	line   string // the weak line's
	office *live.Hub
}

func measure(only string) error {
	dir, err := os.MkdirTemp("", "hanzhi-bench-live-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	redis, stop, err := startRedis(dir)
	if err != nil {
		return err
	}
	defer stop()
	office, _, err := newHub(redis)
	if err != nil {
		return err
	}
	defer office.Close()
	b := &bench{redis: redis, peer: filepath.Join(dir, "peer"), line: filepath.Join(dir, "line"), office: office}
	for _, program := range []string{b.peer, b.line} {
		build := exec.Command("go", "build", "-o", program, ".")
		build.Dir, build.Stderr = filepath.Join("bench/live", filepath.Base(program)), os.Stderr
		if err := build.Run(); err != nil {
			return fmt.Errorf("%s: %w", program, err)
		}
	}
	for _, m := range []struct {
		name string
		do   func() ([]report.Row, error)
	}{
		{"crowd", b.crowd}, {"latency", b.latency}, {"joins", b.joins}, {"stalled", b.stalled}, {"lock", b.lock}, {"board", b.board}, {"death", b.death}, {"voice", b.voice},
	} {
		if only != "" && !slices.Contains(strings.Split(only, ","), m.name) {
			continue
		}
		fmt.Fprintf(os.Stderr, "bench/live: %s …\n", m.name)
		rows, err := m.do()
		if err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		if err := report.Print(rows...); err != nil {
			return err
		}
	}
	return nil
}

// startRedis runs a Redis on loopback, for us and for the peer alike; what it holds is thrown away.
func startRedis(dir string) (addr string, stop func(), err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	addr = l.Addr().String()
	_ = l.Close()
	_, port, _ := net.SplitHostPort(addr)
	cmd := exec.Command("redis-server", "--bind", "127.0.0.1", "--port", port, "--save", "", "--appendonly", "no", "--dir", dir)
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if c, err := net.Dial("tcp", addr); err == nil {
			_ = c.Close()
			return addr, func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }, nil
		}
	}
	return "", nil, fmt.Errorf("redis-server did not start")
}

// quantile returns the q-th of some durations, which it sorts.
func quantile(d []time.Duration, q float64) time.Duration {
	if len(d) == 0 {
		return 0
	}
	slices.Sort(d)
	return d[min(len(d)-1, int(q*float64(len(d))))]
}

func ms(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }

// ratio of a duration to a limit.
func ratio(d, limit time.Duration) float64 { return d.Seconds() / limit.Seconds() }
