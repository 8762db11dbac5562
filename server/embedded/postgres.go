package embedded

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// dbName is the name of the database and of its superuser.
const dbName = "hanzhi"

// startPostgres runs the database on a private socket and makes it ready for migrations.
func (s *Services) startPostgres(ctx context.Context, o Options) error {
	data, owner, err := databaseFolder(ctx, o)
	if err != nil {
		return err
	}
	bin, err := postgresBin(data)
	if err != nil {
		return err
	}
	if err := initDatabase(ctx, bin, data, owner); err != nil {
		return err
	}
	socket := filepath.Join(s.sockets, "pg")
	if err := privateDir(socket, owner); err != nil {
		return fmt.Errorf("postgres: socket folder: %w", err)
	}
	c := &child{
		name: "postgres", dir: o.Dir,
		command: func() *exec.Cmd { return postgresCommand(bin, data, socket, owner, o.Throwaway) },
		prepare: func() error { return dropForeignPidFile(data) },
		ready:   func(ctx context.Context) error { return pingPostgres(ctx, socketURL(socket, "postgres")) },
		stopBy:  []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT}, // "fast", then "immediate"
		dieBy:   syscall.SIGQUIT,
	}
	c.trimLog()
	if err := s.run(ctx, c); err != nil {
		return err
	}
	s.DatabaseURL = socketURL(socket, dbName)
	return createDatabase(ctx, socketURL(socket, "postgres"))
}

func socketURL(socket, database string) string {
	q := url.Values{"host": {socket}, "port": {"5432"}, "user": {dbName}}
	return "postgres:///" + database + "?" + q.Encode()
}

func postgresCommand(bin, data, socket string, owner *syscall.Credential, throwaway bool) *exec.Cmd {
	settings := []string{
		"listen_addresses=", "unix_socket_directories=" + socket, "unix_socket_permissions=0700", "port=5432",
		"max_connections=200", "shared_buffers=128MB", "timezone=UTC", "log_timezone=UTC", "jit=off",
		"log_min_messages=warning", "log_min_error_statement=panic", // statements may hold what people wrote
	}
	if throwaway {
		settings = append(settings, "fsync=off", "full_page_writes=off", "autovacuum=off", "max_wal_size=256MB")
	}
	args := []string{"-D", data}
	for _, v := range settings {
		args = append(args, "-c", v)
	}
	cmd := exec.Command(filepath.Join(bin, "postgres"), args...)
	cmd.Dir, cmd.Env = "/", toolEnv()
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: owner}
	return cmd
}

// initDatabase makes the cluster under a name of its own first, so that a start killed half-way leaves no half of one. The
// name is a new one each time: initdb's own children may outlive a killed start for a moment and still write there.
func initDatabase(ctx context.Context, bin, data string, owner *syscall.Credential) error {
	if _, err := os.Stat(filepath.Join(data, "PG_VERSION")); err == nil {
		return nil
	}
	parent := filepath.Dir(data)
	halves, _ := filepath.Glob(filepath.Join(parent, "new*"))
	for _, half := range halves {
		_ = os.RemoveAll(half) // one that is still written to is removed by a later start
	}
	fresh, err := os.MkdirTemp(parent, "new-")
	if err != nil {
		return fmt.Errorf("postgres: %w", err)
	}
	if err := privateDir(fresh, owner); err != nil {
		return fmt.Errorf("postgres: %w", err)
	}
	// --no-sync: nothing of value is in it yet.
	err = runTool(ctx, owner, filepath.Join(bin, "initdb"), "-D", fresh, "-U", dbName, "--encoding=UTF8", "--locale=C.UTF-8",
		"--auth-local=trust", "--auth-host=reject", "--no-sync", "--no-instructions")
	if err != nil {
		return err
	}
	if err := os.Rename(fresh, data); err != nil {
		return fmt.Errorf("postgres: %w", err)
	}
	return nil
}

func pingPostgres(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	conn, err := pgconn.Connect(ctx, url)
	if err != nil {
		return err
	}
	return conn.Close(ctx)
}

func createDatabase(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("postgres: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	_, err = conn.Exec(ctx, "CREATE DATABASE "+dbName)
	if e := (*pgconn.PgError)(nil); errors.As(err, &e) && e.Code == "42P04" { // is there already
		return nil
	}
	return err
}

// dropForeignPidFile removes a lock file whose process number now belongs to somebody else, which is common in
// containers, where numbers start again from 1. Postgres judges every other case by itself, and better.
func dropForeignPidFile(data string) error {
	path := filepath.Join(data, "postmaster.pid")
	b, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	line, _, _ := strings.Cut(string(b), "\n")
	if pid, err := strconv.Atoi(strings.TrimSpace(line)); err == nil && processID(pid) != "" && !worksIn(pid, data) {
		return os.Remove(path)
	}
	return nil
}

// installPostgres is the one command that gets a machine its Postgres.
const installPostgres = "sudo apt-get install -y postgresql"

// postgresBin finds the folder of the server's programs: the newest of Debian's, else the one on PATH; for data that is
// there already the version that wrote it.
func postgresBin(data string) (string, error) {
	var dirs []string
	debian, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	slices.SortFunc(debian, func(a, b string) int { return major(b) - major(a) })
	for _, p := range debian {
		dirs = append(dirs, filepath.Dir(p))
	}
	if p, err := exec.LookPath("initdb"); err == nil {
		if p, err = filepath.EvalSymlinks(p); err == nil {
			dirs = append(dirs, filepath.Dir(p))
		}
	}
	if len(dirs) == 0 {
		return "", errMissing("PostgreSQL", installPostgres)
	}
	b, err := os.ReadFile(filepath.Join(data, "PG_VERSION"))
	if err != nil {
		return dirs[0], nil
	}
	version := strings.TrimSpace(string(b))
	for _, dir := range dirs {
		if serves(dir, version) {
			return dir, nil
		}
	}
	return "", errMissing("PostgreSQL "+version+", which wrote "+data+",", installPostgres+"-"+version)
}

// major is the version in /usr/lib/postgresql/15/bin/initdb.
func major(initdb string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(initdb))))
	return n
}

// serves reports whether the programs in dir are of a major version.
func serves(dir, version string) bool {
	out, err := exec.Command(filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return false
	}
	fields := strings.Fields(string(out)) // postgres (PostgreSQL) 15.14 (Debian …)
	return len(fields) >= 3 && (fields[2] == version || strings.HasPrefix(fields[2], version+"."))
}
