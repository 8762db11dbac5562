package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// child is one process under supervision: started, watched, started again when it dies, stopped with us.
type child struct {
	name    string
	dir     string // the data folder: log/<name>.log and <name>.pid lie there
	command func() *exec.Cmd
	ready   func(ctx context.Context) error // nil once the process answers
	prepare func() error                    // before each start; may be nil
	stopBy  []syscall.Signal                // tried in turn, 5 s each, before SIGKILL
	dieBy   syscall.Signal                  // what the kernel sends it when we die

	log      *slog.Logger
	mu       sync.Mutex
	process  *os.Process // nil between two lives
	exited   chan struct{}
	stopping chan struct{}
	finished chan struct{} // closed when the watcher has gone
}

const (
	readyPoll    = 10 * time.Millisecond
	stopPatience = 5 * time.Second
	minBackoff   = 50 * time.Millisecond
	maxBackoff   = time.Second
	healthyLife  = 10 * time.Second
)

// start takes over from an earlier life, starts the process and returns when it answers.
func (c *child) start(ctx context.Context) error {
	c.stopping, c.finished = make(chan struct{}), make(chan struct{})
	c.takeOver()
	if err := c.spawn(); err != nil {
		return err
	}
	if err := c.waitReady(ctx); err != nil {
		close(c.finished)
		c.stop()
		return err
	}
	c.log.Debug("started", "pid", c.process.Pid)
	go c.watch()
	return nil
}

// spawn starts the process once.
func (c *child) spawn() error {
	if c.prepare != nil {
		if err := c.prepare(); err != nil {
			return err
		}
	}
	out, err := os.OpenFile(c.logPath(), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("%s: log: %w", c.name, err)
	}
	defer out.Close()
	cmd := c.command()
	cmd.Stdout, cmd.Stderr = out, out
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	// A group of its own: Ctrl-C in a terminal must reach us alone, we stop the children in order.
	cmd.SysProcAttr.Setpgid = true
	dieWithParent(cmd.SysProcAttr, c.dieBy)
	if err := onLastingThread(cmd.Start); err != nil {
		return fmt.Errorf("%s: %w", c.name, err)
	}
	exited := make(chan struct{})
	c.mu.Lock()
	c.process, c.exited = cmd.Process, exited
	c.mu.Unlock()
	go func() {
		_ = cmd.Wait()
		close(exited)
	}()
	return os.WriteFile(c.pidPath(), []byte(processID(cmd.Process.Pid)+"\n"), 0o600)
}

func (c *child) waitReady(ctx context.Context) error {
	for {
		err := c.ready(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-c.exited:
			return fmt.Errorf("%s ended at its start:\n%s", c.name, c.logTail())
		case <-ctx.Done():
			return fmt.Errorf("%s does not answer (%w): %w", c.name, err, ctx.Err())
		case <-time.After(readyPoll):
		}
	}
}

// watch starts the process again whenever it dies, until stop.
func (c *child) watch() {
	defer close(c.finished)
	backoff := minBackoff
	for {
		born := time.Now()
		select {
		case <-c.stopping:
			return
		case <-c.exited:
		}
		if time.Since(born) > healthyLife {
			backoff = minBackoff
		}
		c.log.Warn("ended by itself; starting it again", "lived", time.Since(born).Round(time.Millisecond), "last", c.logTail())
		for again := true; again; backoff = min(2*backoff, maxBackoff) {
			select {
			case <-c.stopping:
				return
			case <-time.After(backoff):
			}
			if err := c.spawn(); err != nil {
				c.log.Error("cannot start", "error", err)
				continue
			}
			again = false
		}
	}
}

// stop ends the process, harder and harder, and waits for it.
func (c *child) stop() {
	close(c.stopping)
	<-c.finished
	c.mu.Lock()
	p, exited := c.process, c.exited
	c.mu.Unlock()
	if p == nil {
		return
	}
	for _, sig := range append(c.stopBy, syscall.SIGKILL) {
		_ = p.Signal(sig)
		select {
		case <-exited:
			_ = os.Remove(c.pidPath())
			return
		case <-time.After(stopPatience):
		}
	}
}

// takeOver ends a process that an earlier, killed life of ours left behind. The pid file names it together with its
// start time, so that a foreign process with a used-again number is left alone.
func (c *child) takeOver() {
	b, err := os.ReadFile(c.pidPath())
	if err != nil {
		return
	}
	id := strings.TrimSpace(string(b))
	pid, _ := strconv.Atoi(strings.Fields(id + " 0")[0])
	for _, sig := range append(c.stopBy, syscall.SIGKILL) {
		for deadline := time.Now().Add(stopPatience); time.Now().Before(deadline); time.Sleep(readyPoll) {
			if pid <= 0 || processID(pid) != id {
				_ = os.Remove(c.pidPath())
				return
			}
			if time.Until(deadline) > stopPatience-2*readyPoll {
				_ = syscall.Kill(pid, sig)
			}
		}
	}
}

func (c *child) pidPath() string { return filepath.Join(c.dir, c.name+".pid") }
func (c *child) logPath() string { return filepath.Join(c.dir, "log", c.name+".log") }

// logTail returns the last lines that the process wrote.
func (c *child) logTail() string {
	f, err := os.Open(c.logPath())
	if err != nil {
		return ""
	}
	defer f.Close()
	const most = 2000
	if info, err := f.Stat(); err == nil && info.Size() > most {
		_, _ = f.Seek(-most, 2)
	}
	b := make([]byte, most)
	n, _ := f.Read(b)
	lines := strings.Split(strings.TrimSpace(string(b[:n])), "\n")
	return strings.Join(lines[max(0, len(lines)-5):], "\n")
}

// trimLog keeps a log below 5 MB over many starts.
func (c *child) trimLog() {
	if info, err := os.Stat(c.logPath()); err == nil && info.Size() > 5<<20 {
		_ = os.Rename(c.logPath(), c.logPath()+".1")
	}
}

// lasting runs functions on one thread that lives as long as the process.
var lasting = sync.OnceValue(func() chan<- func() {
	work := make(chan func())
	go func() {
		runtime.LockOSThread()
		for f := range work {
			f()
		}
	}()
	return work
})

// onLastingThread runs f on a thread that never ends. The kernel's "tell the child when its parent dies" means the
// parent's thread, and Go ends threads when it likes.
func onLastingThread(f func() error) error {
	result := make(chan error, 1)
	lasting() <- func() { result <- f() }
	return <-result
}

// runTool runs a program to its end as user and returns what it said when it fails.
func runTool(ctx context.Context, user *syscall.Credential, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = "/"
	cmd.Env = toolEnv()
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: user, Setpgid: true}
	dieWithParent(cmd.SysProcAttr, syscall.SIGKILL)
	var out []byte
	err := onLastingThread(func() (err error) { out, err = cmd.CombinedOutput(); return err })
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return fmt.Errorf("%s: %w:\n%s", filepath.Base(name), err, out)
	}
	return err
}

// toolEnv is the little that children get of our environment; secrets of ours stay with us.
func toolEnv() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8", "LC_ALL=C.UTF-8", "TZ=UTC", "HOME=/"}
}
