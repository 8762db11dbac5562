package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/google/uuid"

	"hanzhi/server/auth"
	"hanzhi/server/httpapi"
	"hanzhi/server/live"
)

// origin is what clients say that their page is.
const origin = "http://127.0.0.1"

// members lets everybody be what their ticket says and keeps no archive: the benchmark is about the room.
type members struct{}

func (*members) Roles(_ context.Context, _ uuid.UUID, people []uuid.UUID) (map[uuid.UUID]live.Role, error) {
	roles := make(map[uuid.UUID]live.Role, len(people))
	for _, id := range people {
		roles[id] = roleOf(id)
	}
	return roles, nil
}

func (*members) Readiness(context.Context, uuid.UUID, []uuid.UUID) (map[uuid.UUID]float64, error) {
	return nil, nil
}
func (*members) Append(context.Context, uuid.UUID, []live.Event) error { return nil }
func (*members) Load(context.Context, uuid.UUID) ([]live.Event, error) { return nil, nil }
func (*members) End(context.Context, uuid.UUID, time.Time) error       { return nil }
func (*members) Admit(context.Context, uuid.UUID, uuid.UUID, string) (live.Admission, error) {
	return live.Admission{}, nil
}

// AdmitGuest is for tickets over HTTP, which the benchmark does not ask for.
func (*members) AdmitGuest(context.Context, uuid.UUID, string, string, uuid.UUID, string) (live.Admission, error) {
	return live.Admission{}, nil
}

// teacherID is the teacher of all classes of the benchmark.
var teacherID = uuid.NewSHA1(uuid.Nil, []byte("teacher"))

func roleOf(id uuid.UUID) live.Role {
	if id == teacherID {
		return live.Teacher
	}
	return live.Student
}

// newHub is a node of live classes over a Redis.
func newHub(redis string) (*live.Hub, *members, error) {
	rdb, err := auth.OpenRedis("redis://" + redis + "/0")
	if err != nil {
		return nil, nil, err
	}
	secret := sha256.Sum256([]byte("bench"))
	m := &members{}
	return live.New(live.Config{
		Redis: rdb, Secret: secret[:], Origins: []string{origin}, Members: m, Archive: m, Log: errorLog,
		Alive: func(_ context.Context, s []auth.Session) ([]bool, error) { return make([]bool, len(s)), nil },
	}), m, nil
}

var errorLog = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))

// serve is this program as a server: the platform's own HTTP face with nothing behind it but the room.
func serve() error {
	hub, m, err := newHub(os.Getenv("BENCH_REDIS"))
	if err != nil {
		return err
	}
	web := httpapi.New(&httpapi.API{Live: hub, Admissions: m, Log: errorLog, PublicURL: origin})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	settle := make(chan os.Signal, 1)
	signal.Notify(settle, syscall.SIGUSR1)
	go func() {
		for range settle {
			debug.FreeOSMemory()
		}
	}()
	fmt.Println("ready", l.Addr())
	return web.Listener(httpapi.Joined(l))
}

// process is a server under measurement.
type process struct {
	cmd    *exec.Cmd
	addr   string
	office *live.Hub // signs tickets with the servers' secret
}

// launch starts a program, with more in its environment, and waits for its address.
func launch(argv []string, env ...string) (*process, error) {
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	b := make([]byte, 100)
	n, err := out.Read(b)
	if err != nil {
		return nil, err
	}
	go io.Copy(io.Discard, out)
	return &process{cmd: cmd, addr: strings.TrimSpace(strings.TrimPrefix(string(b[:n]), "ready "))}, nil
}

// us starts the platform's server; this program is both sides.
func us(redis string, office *live.Hub) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p, err := launch([]string{self, "-serve"}, "BENCH_REDIS="+redis)
	if err == nil {
		p.office = office
	}
	return p, err
}

func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

// settle has the process give back what it does not use, so that a small difference can be weighed.
func (p *process) settle() {
	_ = p.cmd.Process.Signal(syscall.SIGUSR1)
	time.Sleep(500 * time.Millisecond)
}

// rss is the process's memory in bytes.
func (p *process) rss() int {
	return p.status("VmRSS:") << 10
}

func (p *process) status(field string) int {
	b, _ := os.ReadFile(filepath.Join("/proc", strconv.Itoa(p.cmd.Process.Pid), "status"))
	for line := range strings.Lines(string(b)) {
		if rest, found := strings.CutPrefix(line, field); found {
			n, _ := strconv.Atoi(strings.Fields(rest)[0])
			return n
		}
	}
	return 0
}

// cpu is the processor time that the process has used.
func (p *process) cpu() time.Duration {
	b, _ := os.ReadFile(filepath.Join("/proc", strconv.Itoa(p.cmd.Process.Pid), "stat"))
	_, rest, _ := strings.Cut(string(b), ") ")
	f := strings.Fields(rest)
	if len(f) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(f[11])
	system, _ := strconv.Atoi(f[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}

// ticket signs the ticket of somebody, as the platform does once it knows who they are.
func (p *process) ticket(class, person uuid.UUID) string {
	return p.office.Ticket(class, live.Admission{Person: person, Name: "P", Role: roleOf(person), Guest: true, Title: "Bench"}, auth.Session{})
}
