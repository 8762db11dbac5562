package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"hanzhi/bench/report"
)

// round is one run of wrk against one server.
type round struct {
	perSecond float64
	cpu       float64 // seconds of the server's processors for each request
}

const (
	rounds    = 3
	roundTime = "3s"
)

// compare runs ours and the peer in turns, so that whatever else the machine does hits both, and returns the medians.
func compare(ctx context.Context, dir string, clients int, ours, peer target) (a, b round, err error) {
	var as, bs []round
	for range rounds {
		for _, x := range []struct {
			target
			list *[]round
		}{{ours, &as}, {peer, &bs}} {
			r, err := wrk(ctx, dir, clients, x.target)
			if err != nil {
				return a, b, err
			}
			*x.list = append(*x.list, r)
		}
	}
	return median(as), median(bs), nil
}

func median(list []round) round {
	slices.SortFunc(list, func(x, y round) int { return int(x.perSecond - y.perSecond) })
	m := list[len(list)/2]
	slices.SortFunc(list, func(x, y round) int { return int((x.cpu - y.cpu) * 1e9) })
	m.cpu = list[len(list)/2].cpu
	return m
}

// target is a server and what to ask it for: one of path, where %d stands for a random segment.
type target struct {
	base, path string
	pids       func() []int
}

var perSecond = regexp.MustCompile(`Requests/sec:\s+([\d.]+)`)

func wrk(ctx context.Context, dir string, clients int, t target) (round, error) {
	script := filepath.Join(dir, "load.lua")
	lua := fmt.Sprintf("request = function() return wrk.format('GET', string.format(wrk.path .. '%s', math.random(0, %d))) end\n", t.path, segmentCount-1)
	if err := os.WriteFile(script, []byte(lua), 0o644); err != nil {
		return round{}, err
	}
	before := cpuTime(t.pids())
	out, err := exec.CommandContext(ctx, "wrk", "-t1", "-c"+strconv.Itoa(clients), "-d"+roundTime, "-s", script, t.base).CombinedOutput()
	if err != nil {
		return round{}, fmt.Errorf("wrk: %w: %s", err, out)
	}
	used := cpuTime(t.pids()) - before
	m := perSecond.FindSubmatch(out)
	if m == nil || strings.Contains(string(out), "Non-2xx") {
		return round{}, fmt.Errorf("wrk: %s", out)
	}
	n, err := strconv.ParseFloat(string(m[1]), 64)
	if err != nil {
		return round{}, err
	}
	length, _ := time.ParseDuration(roundTime)
	return round{perSecond: n, cpu: used / (n * length.Seconds())}, nil
}

// cpuTime is the processor time that processes have used, in seconds.
func cpuTime(pids []int) float64 {
	total := 0.0
	for _, pid := range pids {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			continue
		}
		fields := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+2:]))
		user, _ := strconv.ParseFloat(fields[11], 64)
		system, _ := strconv.ParseFloat(fields[12], 64)
		total += (user + system) / 100
	}
	return total
}

// children lists a process and what it has started.
func children(pid int) []int {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	list := []int{pid}
	for _, f := range strings.Fields(string(b)) {
		if child, err := strconv.Atoi(f); err == nil {
			list = append(list, child)
		}
	}
	return list
}

// nginx serves the same bytes from files, as well as it can.
func (b *bench) nginx(ctx context.Context) (*process, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	conf := fmt.Sprintf(`worker_processes 2; daemon off; pid %[1]s/nginx.pid; error_log %[1]s/nginx.log;
events { worker_connections 8192; }
http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 10000000; open_file_cache max=1000; types { video/mp4 m4s; application/vnd.apple.mpegurl m3u8; }
client_body_temp_path %[1]s; proxy_temp_path %[1]s; fastcgi_temp_path %[1]s; uwsgi_temp_path %[1]s; scgi_temp_path %[1]s;
server { listen 127.0.0.1:%[2]d; root %[1]s/www; } }`, b.dir, port)
	path := filepath.Join(b.dir, "nginx.conf")
	if err := os.WriteFile(path, []byte(conf), 0o644); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, "nginx", "-p", b.dir, "-c", path)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("nginx: %w", err)
	}
	p := &process{cmd: cmd, base: fmt.Sprintf("http://127.0.0.1:%d/", port)}
	for range 100 {
		if resp, err := http.Get(p.base + "playlist.m3u8"); err == nil {
			resp.Body.Close()
			return p, nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	p.quit()
	return nil, errors.New("nginx does not answer")
}

// quit lets nginx end its workers.
func (p *process) quit() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	_ = p.cmd.Wait()
}

func freePort() (int, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer ln.Close()
	return ln.Addr().(*net.TCPAddr).Port, nil
}

func (p *process) target(path string) target {
	return target{base: p.base, path: path, pids: func() []int { return children(p.cmd.Process.Pid) }}
}

// segments measures 500 KB segments, warm in memory and warm on disk.
func (b *bench) segments(ctx context.Context) error {
	peer, err := b.nginx(ctx)
	if err != nil {
		return err
	}
	defer peer.quit()
	for _, role := range []string{"memory", "disk"} {
		ours, err := b.start(ctx, role)
		if err != nil {
			return err
		}
		if err := warm(ours.base); err != nil {
			return err
		}
		a, n, err := compare(ctx, b.dir, 16, ours.target("%d.m4s"), peer.target("%d.m4s"))
		ours.stop()
		if err != nil {
			return err
		}
		aim := map[string]string{"memory": ">= 1.0", "disk": ">= 0.65"}[role]
		if err := report.Print(
			report.New("500 KB segment, authorised, warm, from "+role, fmt.Sprintf("%.0f/s", a.perSecond), fmt.Sprintf("nginx %.0f/s", n.perSecond), a.perSecond/n.perSecond, aim),
			report.New("500 KB segment, CPU, from "+role, fmt.Sprintf("%.3f ms", a.cpu*1e3), fmt.Sprintf("nginx %.3f ms", n.cpu*1e3), a.cpu/n.cpu, "<= 1.5"),
		); err != nil {
			return err
		}
	}
	return nil
}

// warm asks for every segment three times: the second request admits it to disk.
func warm(base string) error {
	for range 3 {
		for i := range segmentCount {
			resp, err := http.Get(base + strconv.Itoa(i) + ".m4s")
			if err != nil {
				return err
			}
			if resp.StatusCode != http.StatusOK {
				return fmt.Errorf("segment %d: %s", i, resp.Status)
			}
			if n, err := discard(resp); err != nil || n != segmentSize {
				return fmt.Errorf("segment %d: %d bytes, %w", i, n, err)
			}
		}
		time.Sleep(500 * time.Millisecond)
	}
	return nil
}

// playlists measures a playlist of 2 KB.
func (b *bench) playlists(ctx context.Context) error {
	peer, err := b.nginx(ctx)
	if err != nil {
		return err
	}
	defer peer.quit()
	ours, err := b.start(ctx, "memory")
	if err != nil {
		return err
	}
	defer ours.stop()
	mine := ours.target("240p.m3u8")
	mine.base = strings.TrimSuffix(ours.base, "720p-1/")
	a, n, err := compare(ctx, b.dir, 64, mine, peer.target("playlist.m3u8"))
	if err != nil {
		return err
	}
	return report.Print(report.New("2 KB playlist, authorised", fmt.Sprintf("%.0f/s", a.perSecond), fmt.Sprintf("nginx %.0f/s", n.perSecond), a.perSecond/n.perSecond, ">= 0.8"))
}
