package media

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// limits bound what one run of a jailed tool may take.
type limits struct {
	wall   time.Duration // killed after
	cpu    time.Duration // of processor time
	memory int64         // bytes of address space
	output int64         // bytes of one file
}

// toolbox finds ffmpeg, ffprobe, poppler and what confines them. Uploads are hostile until shown otherwise: decoders have
// holes, and a file may name other files and addresses.
type toolbox struct {
	ffmpeg, ffprobe string
	pdfinfo         string // of poppler-utils: without it, no slides are made of PDFs
	pdftoppm        string
	prlimit         string // empty = no limits but the wall clock
	setpriv         string // empty = no no_new_privs
	work            string // where private folders are made
	isolated        bool   // own network namespace, without any interface
	uid, gid        int    // what the tools run as; -1 = as we do
	log             *slog.Logger
}

// nobody is an account that owns nothing.
const nobody = 65534

// findTools looks for the tools and tries what the system allows. What is missing is said once in the log; the lists
// of protocols and formats, which keep a file from reading others, are always given.
func findTools(cfg Config, log *slog.Logger) (toolbox, error) {
	t := toolbox{uid: -1, gid: -1, log: log}
	t.ffmpeg, t.ffprobe = lookPath("ffmpeg"), lookPath("ffprobe")
	t.pdfinfo, t.pdftoppm = lookPath("pdfinfo"), lookPath("pdftoppm")
	t.prlimit, t.setpriv = lookPath("prlimit"), lookPath("setpriv")
	if os.Getuid() == 0 {
		t.uid, t.gid = nobody, nobody
	}
	t.work = cfg.WorkDir
	if t.work == "" {
		t.work = filepath.Join(cfg.Dir, "work")
		if t.uid >= 0 && !reachable(cfg.Dir) {
			t.work = filepath.Join(os.TempDir(), "hanzhi-work")
		}
	}
	if err := os.MkdirAll(t.work, 0o711); err != nil {
		return t, fmt.Errorf("media: work folder: %w", err)
	}
	t.isolated = true
	if err := t.try(); err != nil {
		t.isolated = false
		log.Warn("ffmpeg runs without a network namespace of its own", "error", err)
	}
	for name, path := range map[string]string{"ffmpeg": t.ffmpeg, "ffprobe": t.ffprobe, "pdfinfo": t.pdfinfo, "pdftoppm": t.pdftoppm, "prlimit": t.prlimit, "setpriv": t.setpriv} {
		if path == "" {
			log.Warn("a tool is missing: uploads cannot be checked without ffmpeg and ffprobe, PDFs not without pdfinfo and pdftoppm, and are confined less without the others", "tool", name)
		}
	}
	return t, nil
}

func lookPath(name string) string {
	path, err := exec.LookPath(name)
	if err != nil {
		return ""
	}
	return path
}

// reachable reports whether every user may enter dir.
func reachable(dir string) bool {
	for ; ; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		if err == nil && info.Mode().Perm()&0o001 == 0 {
			return false
		}
		if dir == filepath.Dir(dir) {
			return true
		}
	}
}

// try runs a command that does nothing the way that tools are run.
func (t toolbox) try() error {
	path := lookPath("true")
	if path == "" {
		return errors.New("no program to try with")
	}
	cmd := exec.Command(path)
	t.confine(cmd)
	return cmd.Run()
}

// room makes a private folder that the tools may write in; the caller removes it.
func (t toolbox) room() (string, error) {
	dir, err := os.MkdirTemp(t.work, "job-")
	if err != nil {
		return "", diskFault(err)
	}
	return dir, t.give(dir)
}

// give makes the tools' user the owner of a path.
func (t toolbox) give(path string) error {
	if t.uid < 0 {
		return nil
	}
	return os.Chown(path, t.uid, t.gid)
}

// toolError is a run that ended badly.
type toolError struct {
	err    error
	stderr string
	// timedOut: the wall clock or the processor limit ended it.
	timedOut bool
}

func (e *toolError) Error() string { return fmt.Sprintf("%v: %s", e.err, lastLines(e.stderr, 400)) }
func (e *toolError) Unwrap() error { return e.err }

// run runs a tool with its arguments in dir, jailed, and copies its standard output to out. A run that fails by
// itself is a *toolError; one that ctx ended is ctx's error.
func (t toolbox) run(ctx context.Context, dir string, l limits, out io.Writer, tool string, args ...string) error {
	return t.feed(ctx, dir, l, nil, out, tool, args...)
}

// feed is run for a tool that reads in as its standard input.
func (t toolbox) feed(ctx context.Context, dir string, l limits, in io.Reader, out io.Writer, tool string, args ...string) error {
	if tool == "" {
		return errors.New("media: a tool is not installed; the log says which at the start")
	}
	wall, cancel := context.WithTimeout(ctx, l.wall)
	defer cancel()
	name, args := t.wrap(l, tool, args)
	cmd := exec.CommandContext(wall, name, args...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=/usr/bin:/bin", "HOME=" + dir, "TMPDIR=" + dir, "LANG=C.UTF-8"}
	var stderr tail
	cmd.Stdin, cmd.Stdout, cmd.Stderr = in, out, &stderr
	t.confine(cmd)
	cmd.Cancel = func() error { return killGroup(cmd) }
	cmd.WaitDelay = 5 * time.Second
	err := runLocked(cmd)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case wall.Err() != nil:
		return &toolError{err: err, stderr: stderr.String(), timedOut: true}
	}
	return &toolError{err: err, stderr: stderr.String(), timedOut: cpuKilled(cmd)}
}

// runLocked keeps the child's parent thread alive: the signal that ends the child with us follows the thread.
func runLocked(cmd *exec.Cmd) error {
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		done <- cmd.Run()
	}()
	return <-done
}

// wrap puts the limits before the tool.
func (t toolbox) wrap(l limits, tool string, args []string) (string, []string) {
	full := append([]string{tool}, args...)
	if t.prlimit != "" {
		full = append([]string{t.prlimit,
			"--as=" + strconv.FormatInt(l.memory, 10),
			cpuLimit(l.cpu),
			"--fsize=" + strconv.FormatInt(l.output, 10),
			"--nofile=128", "--core=0", "--"}, full...)
	}
	if t.setpriv != "" {
		full = append([]string{t.setpriv, "--no-new-privs", "--"}, full...)
	}
	if nice := lookPath("nice"); nice != "" {
		// Those who watch go before those who upload.
		full = append([]string{nice, "-n", "10"}, full...)
	}
	return full[0], full[1:]
}

// cpuLimit lets the system ask first, by a signal that tells this end from others, and kill two seconds later.
func cpuLimit(d time.Duration) string {
	n := int(d.Seconds()) + 1
	return fmt.Sprintf("--cpu=%d:%d", n, n+2)
}

// tail keeps the last few kilobytes written to it.
type tail struct{ buf bytes.Buffer }

const tailSize = 8 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.buf.Write(p)
	if extra := t.buf.Len() - tailSize; extra > 0 {
		t.buf.Next(extra)
	}
	return len(p), nil
}

func (t *tail) String() string { return t.buf.String() }

// lastLines is the end of s, on one line, for the log.
func lastLines(s string, n int) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > n {
		s = "…" + s[len(s)-n:]
	}
	return s
}
