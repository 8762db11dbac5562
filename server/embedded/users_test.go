package embedded_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"hanzhi/server/embedded"
)

const nobody = 65534

func itoa(n int) string { return strconv.Itoa(n) }

// TestUsers holds what only root can try out: being somebody else. Started by a plain user, every other test of this
// package runs as a plain user.
func TestUsers(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		return
	}
	t.Run("a plain user runs everything as themselves", func(t *testing.T) {
		t.Parallel()
		dir := ownedDir(t, nobody)
		p := startProcess(t, dir, nobody, "HANZHI_CACHE="+copies)
		store(t, p.addresses, "工人")
		for name, pid := range pids(t, dir) {
			if uid := owner(t, "/proc/"+itoa(pid)); uid != nobody {
				t.Errorf("%s runs as %d", name, uid)
			}
		}
		p.input.Close()
		_ = p.cmd.Wait()
	})
	t.Run("root's database runs as an unprivileged user", func(t *testing.T) {
		t.Parallel()
		dir := openDir(t)
		start(t, embedded.Options{Dir: dir, Postgres: true})
		if uid := owner(t, "/proc/"+itoa(pids(t, dir)["postgres"])); uid == 0 {
			t.Fatal("it runs as root")
		}
	})
	t.Run("root takes over what a plain user began, and the plain user after that", func(t *testing.T) {
		t.Parallel()
		dir := ownedDir(t, nobody)
		env := "HANZHI_CACHE=" + copies
		for _, uid := range []uint32{nobody, 0} {
			p := startProcess(t, dir, uid, env)
			store(t, p.addresses, "学徒")
			p.input.Close()
			_ = p.cmd.Wait()
		}
	})
	t.Run("a database in a folder closed to its user lies apart, and is found again", func(t *testing.T) {
		t.Parallel()
		closed := t.TempDir() // below a folder that only root may enter
		if err := os.Chmod(closed, 0o700); err != nil {
			t.Fatal(err)
		}
		dir := filepath.Join(closed, "data")
		first := start(t, everything(dir))
		target, err := os.Readlink(filepath.Join(dir, "postgres"))
		if err != nil || !strings.HasPrefix(target, "/var/lib/hanzhi/") {
			t.Fatalf("the database lies in %q, %v", target, err)
		}
		t.Cleanup(func() { os.RemoveAll(target) })
		store(t, of(first), "家")
		first.Stop()
		if err := recall(t.Context(), of(start(t, everything(dir))), "家"); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("a new data folder at an old place does not find the old database", func(t *testing.T) {
		t.Parallel()
		closed := t.TempDir()
		if err := os.Chmod(closed, 0o700); err != nil {
			t.Fatal(err)
		}
		dir := filepath.Join(closed, "data")
		for range 2 {
			s := start(t, embedded.Options{Dir: dir, Postgres: true})
			target, _ := os.Readlink(filepath.Join(dir, "postgres"))
			t.Cleanup(func() { os.RemoveAll(target) })
			if recallPostgres(t.Context(), s.DatabaseURL, "旧") == nil {
				t.Fatal("the old word is there")
			}
			if err := storePostgres(t.Context(), s.DatabaseURL, "旧"); err != nil {
				t.Fatal(err)
			}
			s.Stop()
			if err := os.RemoveAll(dir); err != nil {
				t.Fatal(err)
			}
		}
	})
	t.Run("the database of a temporary data folder that is gone is swept up, another one is kept", func(t *testing.T) {
		t.Parallel()
		aside := func(dir string) string {
			start(t, embedded.Options{Dir: dir, Postgres: true, Throwaway: true}).Stop()
			target, err := os.Readlink(filepath.Join(dir, "postgres"))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { os.RemoveAll(target) })
			return target
		}
		closed := func(base string) string {
			dir, err := os.MkdirTemp(base, "hz-closed-") // 0700
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { os.RemoveAll(dir) })
			return dir
		}
		gone, kept, moved := closed("/tmp"), closed("/tmp"), closed("/var")
		targets := []string{aside(filepath.Join(gone, "data")), aside(filepath.Join(kept, "data")), aside(filepath.Join(moved, "data"))}
		os.RemoveAll(gone)
		os.RemoveAll(moved)
		aside(filepath.Join(closed("/tmp"), "data"))
		for i, want := range []bool{false, true, true} {
			if _, err := os.Stat(targets[i]); (err == nil) != want {
				t.Errorf("database %d is there: %v, want %v", i, err == nil, want)
			}
		}
	})
	t.Run("a plain user is told that root's data folder is not theirs", func(t *testing.T) {
		t.Parallel()
		dir := openDir(t)
		start(t, embedded.Options{Dir: dir, Postgres: true}).Stop()
		p, said := tryProcess(t, dir, nobody, "HANZHI_CACHE="+copies)
		if p != nil || !strings.Contains(said, "belongs to another user") {
			t.Fatalf("it said %q", said)
		}
	})
}

func ownedDir(t *testing.T, uid int) string {
	t.Helper()
	dir := openDir(t)
	if err := os.Chown(dir, uid, uid); err != nil {
		t.Fatal(err)
	}
	return dir
}

func owner(t *testing.T, path string) uint32 {
	t.Helper()
	var st syscall.Stat_t
	if err := syscall.Stat(path, &st); err != nil {
		t.Fatal(err)
	}
	return st.Uid
}

// tryProcessKilled starts a server process and kills it after a while, ready or not.
func tryProcessKilled(t *testing.T, dir string, after time.Duration) {
	cmd := exec.Command(filepath.Join(copies, "server"))
	cmd.Env = append(os.Environ(), asServer+"="+dir)
	if _, err := cmd.StdinPipe(); err != nil {
		t.Error(err)
	}
	if err := cmd.Start(); err != nil {
		t.Error(err)
		return
	}
	time.Sleep(after)
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
}

// orphan runs a process that outlives its kind and names it in dir's pid file for a service.
func orphan(t *testing.T, dir, service string) int {
	t.Helper()
	cmd := exec.Command("/bin/sh", "-c", "trap '' TERM; while :; do sleep 0.1; done")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	go func() { _ = cmd.Wait() }()
	stat, err := os.ReadFile("/proc/" + itoa(cmd.Process.Pid) + "/stat")
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+2:]))
	if err := os.WriteFile(filepath.Join(dir, service+".pid"), []byte(itoa(cmd.Process.Pid)+" "+fields[19]+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return cmd.Process.Pid
}
