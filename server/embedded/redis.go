package embedded

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// startRedis runs redis-server (or valkey-server) on a private socket with its state on disk, else a Redis inside this
// process, which forgets everything when it ends.
func (s *Services) startRedis(ctx context.Context, o Options) error {
	for _, program := range []string{"redis-server", "valkey-server"} {
		if path, err := exec.LookPath(program); err == nil {
			return s.startRedisServer(ctx, o, path)
		}
	}
	return s.startMiniredis(o)
}

func (s *Services) startRedisServer(ctx context.Context, o Options, program string) error {
	data, sockets := filepath.Join(o.Dir, "redis"), filepath.Join(s.sockets, "redis")
	for _, dir := range []string{data, sockets} {
		if err := privateDir(dir, nil); err != nil {
			return fmt.Errorf("redis: %w", err)
		}
	}
	socket := filepath.Join(sockets, "s")
	c := &child{
		name: "redis", dir: o.Dir,
		command: func() *exec.Cmd {
			cmd := exec.Command(program, "--port", "0", "--unixsocket", socket, "--unixsocketperm", "700", "--dir", data,
				"--appendonly", "yes", "--appendfsync", "everysec", "--save", "", "--daemonize", "no", "--loglevel", "warning")
			cmd.Dir, cmd.Env = data, toolEnv()
			return cmd
		},
		ready:  func(context.Context) error { return pingRedis(socket) },
		stopBy: []syscall.Signal{syscall.SIGTERM},
		dieBy:  syscall.SIGTERM,
	}
	c.trimLog()
	if err := s.run(ctx, c); err != nil {
		return err
	}
	s.RedisURL = "unix://" + socket
	return nil
}

// pingRedis is nil once the server has loaded its data and answers.
func pingRedis(socket string) error {
	conn, err := net.DialTimeout("unix", socket, time.Second)
	if err != nil {
		return err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(time.Second))
	if _, err := conn.Write([]byte("PING\r\n")); err != nil {
		return err
	}
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		return err
	}
	if !strings.HasPrefix(line, "+PONG") {
		return fmt.Errorf("redis answers %q", strings.TrimSpace(line))
	}
	return nil
}

func (s *Services) startMiniredis(o Options) error {
	m := miniredis.NewMiniRedis()
	password, err := randomText(24)
	if err != nil {
		return err
	}
	m.RequireAuth(password)
	if err := m.StartAddr("127.0.0.1:0"); err != nil {
		return fmt.Errorf("redis in process: %w", err)
	}
	done := make(chan struct{})
	go moveClock(m, done)
	s.mu.Lock()
	s.inProc = append(s.inProc, func() { close(done); m.Close() })
	s.mu.Unlock()
	s.RedisURL = "redis://:" + password + "@" + m.Addr() + "/0"
	o.Log.Warn("redis-server is not installed: sessions and live classes are kept in memory and end with this process")
	return nil
}

// moveClock lets keys expire: miniredis' own clock stands still. One tick locks it while it looks at every key, so not
// more often than each second.
func moveClock(m *miniredis.Miniredis, done <-chan struct{}) {
	last := time.Now()
	m.SetTime(last)
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-done:
			return
		case now := <-ticker.C:
			m.SetTime(now)
			m.FastForward(now.Sub(last))
			last = now
		}
	}
}
