package embedded

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// installS3 is the one command that gets a machine an S3 server; `make run` does the same.
const installS3 = "GOBIN=$HOME/.cache/hanzhi/bin go install github.com/versity/versitygw/cmd/versitygw@v1.8.0"

// s3Note is what is remembered of the object store between two starts.
type s3Note struct {
	Server    string `json:"server"` // minio or versitygw: each has its own format on disk
	Port      int    `json:"port"`
	AccessKey string `json:"accessKey"`
	SecretKey string `json:"secretKey"`
	Sidecar   bool   `json:"sidecar"` // versitygw keeps metadata in files beside: the disk has no extended attributes
}

// startS3 runs an S3 server on a loopback port that stays the same as long as it is free.
func (s *Services) startS3(ctx context.Context, o Options) error {
	dir := filepath.Join(o.Dir, "s3")
	if err := privateDir(dir, nil); err != nil {
		return fmt.Errorf("s3: %w", err)
	}
	note, err := loadS3Note(dir)
	if err != nil {
		return err
	}
	if note.Server == "" {
		note.Server = o.S3Server
	}
	program, err := s3Program(&note)
	if err != nil {
		return err
	}
	// Somebody may take the port between our look and the server's: three tries.
	for try := 0; ; try++ {
		if err = settleS3(dir, &note); err != nil {
			return err
		}
		if err = s.runS3(ctx, o, program, dir, note); err == nil || try == 2 || ctx.Err() != nil {
			break
		}
		note.Port = 0
	}
	if err != nil {
		return err
	}
	s.S3 = S3{Endpoint: s3Addr(note.Port), AccessKey: note.AccessKey, SecretKey: note.SecretKey, Region: "us-east-1"}
	return nil
}

func (s *Services) runS3(ctx context.Context, o Options, program, dir string, note s3Note) error {
	c := &child{
		name: "s3", dir: o.Dir,
		command: func() *exec.Cmd { return s3Command(program, dir, note) },
		ready:   func(ctx context.Context) error { return pingHTTP(ctx, "http://"+s3Addr(note.Port)+"/") },
		stopBy:  []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL},
		dieBy:   syscall.SIGTERM,
	}
	c.trimLog()
	return s.run(ctx, c)
}

// s3Command gives the keys in the environment: arguments can be read by every user of the machine.
func s3Command(program, dir string, note s3Note) *exec.Cmd {
	addr, objects := s3Addr(note.Port), filepath.Join(dir, "objects")
	var cmd *exec.Cmd
	if note.Server == "minio" {
		cmd = exec.Command(program, "server", "--quiet", "--address", addr, "--console-address", "127.0.0.1:0", objects)
		cmd.Env = append(toolEnv(), "MINIO_ROOT_USER="+note.AccessKey, "MINIO_ROOT_PASSWORD="+note.SecretKey,
			"MINIO_BROWSER=off", "MINIO_UPDATE=off", "MINIO_CI_CD=1") // CI_CD: may share a disk with the system
	} else {
		args := []string{"--port", addr, "--quiet", "--keep-alive", "--iam-cache-disable", "posix", "--dir-perms", "0700", "--file-perms", "0600"}
		if note.Sidecar {
			args = append(args, "--sidecar", filepath.Join(dir, "metadata"))
		}
		cmd = exec.Command(program, append(args, objects)...)
		cmd.Env = append(toolEnv(), "ROOT_ACCESS_KEY="+note.AccessKey, "ROOT_SECRET_KEY="+note.SecretKey)
	}
	cmd.Dir = dir
	return cmd
}

// s3Program finds the server: the one that wrote the data, else minio, else versitygw.
func s3Program(note *s3Note) (string, error) {
	names := []string{"minio", "versitygw"}
	if note.Server != "" {
		names = []string{note.Server}
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			note.Server = name
			return path, nil
		}
		// A cached minio is there for tests of the store; what runs by default is the small one.
		if path := filepath.Join(cacheBin(), name); name == "versitygw" || note.Server == name {
			if _, err := os.Stat(path); err == nil {
				note.Server = name
				return path, nil
			}
		}
	}
	if note.Server == "minio" {
		return "", errors.New("minio, which wrote or is to write the objects of this data folder, is not on PATH")
	}
	return "", errMissing("an S3 server (minio or versitygw)", installS3)
}

// cacheBin is where make puts programs that it builds.
func cacheBin() string {
	if dir := os.Getenv("HANZHI_CACHE"); dir != "" {
		return filepath.Join(dir, "bin")
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(home, ".cache", "hanzhi", "bin")
}

func loadS3Note(dir string) (note s3Note, err error) {
	b, err := os.ReadFile(filepath.Join(dir, "server.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return note, nil
	}
	if err == nil {
		err = json.Unmarshal(b, &note)
	}
	if err != nil {
		return note, fmt.Errorf("s3: %s: %w", filepath.Join(dir, "server.json"), err)
	}
	return note, nil
}

// settleS3 fills what the note lacks, finds a free port, makes the folders and writes the note down.
func settleS3(dir string, note *s3Note) (err error) {
	objects := filepath.Join(dir, "objects")
	if err := privateDir(objects, nil); err != nil {
		return fmt.Errorf("s3: %w", err)
	}
	if note.AccessKey == "" {
		if note.AccessKey, err = randomText(15); err != nil {
			return err
		}
		if note.SecretKey, err = randomText(30); err != nil {
			return err
		}
		note.Sidecar = note.Server == "versitygw" && !hasAttributes(objects)
	}
	if note.Sidecar {
		if err := privateDir(filepath.Join(dir, "metadata"), nil); err != nil {
			return fmt.Errorf("s3: %w", err)
		}
	}
	if note.Port, err = freePort(note.Port); err != nil {
		return fmt.Errorf("s3: no free port: %w", err)
	}
	b, err := json.Marshal(note)
	if err != nil {
		return err
	}
	return writePrivate(filepath.Join(dir, "server.json"), b)
}

// freePort returns want when it is free, else another one.
func freePort(want int) (int, error) {
	l, err := net.Listen("tcp", s3Addr(want))
	if err != nil && want != 0 {
		l, err = net.Listen("tcp", s3Addr(0))
	}
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

func s3Addr(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }

// pingHTTP is nil once a server answers; that it wants a signature is answer enough.
func pingHTTP(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := pinger.Do(req)
	if err != nil {
		return err
	}
	_ = resp.Body.Close()
	if resp.StatusCode >= 500 {
		return fmt.Errorf("the server answers %s", resp.Status)
	}
	return nil
}

// pinger keeps no connection and asks no proxy.
var pinger = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

// randomText returns n random bytes as letters, digits, - and _.
func randomText(n int) (string, error) {
	b := make([]byte, n)
	if _, err := rand.Read(b); err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(b), nil
}

// folderHash is a short name for a path.
func folderHash(path string) string {
	sum := sha256.Sum256([]byte(path))
	return hex.EncodeToString(sum[:8])
}
