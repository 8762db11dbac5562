package embedded_test

import (
	"bufio"
	"context"
	"encoding/json"
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
	"syscall"
	"testing"
	"time"

	"hanzhi/server/embedded"
)

// asServer makes this test binary act as a server that runs everything in the named folder until its input ends.
const asServer = "HANZHI_TEST_EMBEDDED_DIR"

// forgetful makes that server drop its services and collect its garbage before it says that it is ready.
const forgetful = "HANZHI_TEST_EMBEDDED_FORGET"

func TestMain(m *testing.M) {
	if dir := os.Getenv(asServer); dir != "" {
		os.Exit(serve(dir))
	}
	os.Exit(testWithCopies(m))
}

// copies holds this test binary ("server") and the S3 server (bin/versitygw) where every user may run them. They are
// written before any test runs: a program that a process forked meanwhile still holds open for writing cannot start.
var copies string

func testWithCopies(m *testing.M) int {
	dir, err := os.MkdirTemp("/tmp", "hz-embedded-")
	if err == nil {
		defer os.RemoveAll(dir)
		copies = dir
		err = errors.Join(os.Chmod(dir, 0o755), os.Mkdir(filepath.Join(dir, "bin"), 0o755),
			copyProgram("/proc/self/exe", filepath.Join(dir, "server")),
			copyProgram(s3Server(), filepath.Join(dir, "bin", "versitygw")))
	}
	if err != nil {
		fmt.Println(err)
		return 1
	}
	return m.Run()
}

func s3Server() string {
	if path, err := exec.LookPath("versitygw"); err == nil {
		return path
	}
	cache := os.Getenv("HANZHI_CACHE")
	if cache == "" {
		home, _ := os.UserHomeDir()
		cache = filepath.Join(home, ".cache", "hanzhi")
	}
	return filepath.Join(cache, "bin", "versitygw")
}

func copyProgram(from, to string) error {
	b, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, b, 0o755)
}

func serve(dir string) int {
	s, err := embedded.Start(context.Background(), everything(dir))
	if err != nil {
		fmt.Println(err)
		return 1
	}
	line, _ := json.Marshal(addresses{DatabaseURL: s.DatabaseURL, RedisURL: s.RedisURL, S3: s.S3})
	if os.Getenv(forgetful) != "" {
		s = nil
		for range 3 { // what has a finalizer takes two rounds
			runtime.GC()
			time.Sleep(10 * time.Millisecond)
		}
	}
	fmt.Println(string(line))
	_, _ = io.Copy(io.Discard, os.Stdin)
	if s == nil {
		return 0
	}
	s.Stop()
	return 0
}

// addresses is what a server process prints when it is ready.
type addresses struct {
	DatabaseURL, RedisURL string
	S3                    embedded.S3
}

func everything(dir string) embedded.Options {
	return embedded.Options{Dir: dir, Log: slog.New(slog.DiscardHandler), Postgres: true, Redis: true, S3: true, Throwaway: true}
}

func start(t *testing.T, o embedded.Options) *embedded.Services {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	s, err := embedded.Start(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s
}

// openDir is a folder that every user may enter, unlike t.TempDir.
func openDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "hz-embedded-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// serverProcess is a second process with its own children.
type serverProcess struct {
	addresses
	dir   string
	cmd   *exec.Cmd
	input io.Closer
}

// startProcess runs everything in another process, as uid when it is not 0, and waits until it is ready.
func startProcess(t *testing.T, dir string, uid uint32, env ...string) *serverProcess {
	t.Helper()
	p, said := tryProcess(t, dir, uid, env...)
	if p == nil {
		t.Fatalf("the server did not start: %s", said)
	}
	return p
}

// tryProcess returns nil and what the process said when it did not start.
func tryProcess(t *testing.T, dir string, uid uint32, env ...string) (*serverProcess, string) {
	t.Helper()
	cmd := exec.Command(filepath.Join(copies, "server"))
	cmd.Env = append(os.Environ(), append(env, asServer+"="+dir)...)
	if uid != 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}
		cmd.Env = append(cmd.Env, "HOME=/nonexistent")
	}
	cmd.Dir = "/"
	cmd.Stderr = os.Stderr
	input, _ := cmd.StdinPipe()
	output, _ := cmd.StdoutPipe()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	p := &serverProcess{dir: dir, cmd: cmd, input: input}
	out := bufio.NewReader(output)
	line, _ := out.ReadBytes('\n')
	if err := json.Unmarshal(line, &p.addresses); err != nil {
		rest, _ := io.ReadAll(out)
		return nil, string(line) + string(rest)
	}
	return p, ""
}

// pids returns the processes that dir's pid files name, by service.
func pids(t *testing.T, dir string) map[string]int {
	t.Helper()
	found := map[string]int{}
	files, _ := filepath.Glob(filepath.Join(dir, "*.pid"))
	for _, f := range files {
		b, _ := os.ReadFile(f)
		if fields := strings.Fields(string(b)); len(fields) == 2 {
			found[strings.TrimSuffix(filepath.Base(f), ".pid")], _ = strconv.Atoi(fields[0])
		}
	}
	return found
}

// alive reports whether a process runs; a zombie does not.
func alive(pid int) bool {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && !strings.Contains(string(b), ") Z ")
}

// eventually waits until ok, at most for a time.
func eventually(t *testing.T, limit time.Duration, what string, ok func() bool) time.Duration {
	t.Helper()
	for begin := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		if ok() {
			return time.Since(begin)
		}
		if time.Since(begin) > limit {
			t.Fatalf("not within %v: %s", limit, what)
		}
	}
}
