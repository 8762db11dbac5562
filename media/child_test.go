package media_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/google/uuid"

	"hanzhi/media"
	"hanzhi/server/pg"
)

// child is this test binary run again, to be killed.
type child struct {
	cmd *exec.Cmd
	url string // of the uploads it serves
}

// startChild runs a role ("serve" or "transcode") over the fixture's database, store and folder.
func (f *fixture) startChild(t testing.TB, role string, asset uuid.UUID) *child {
	t.Helper()
	c := f.storeConfig
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "HANZHI_MEDIA_CHILD="+role, "CHILD_DB="+f.db.Config().ConnString(), "CHILD_DIR="+f.cfg.Dir,
		"CHILD_S3="+strings.Join([]string{c.Endpoint, c.AccessKey, c.SecretKey, c.Region, c.Bucket}, " "),
		"CHILD_ACCOUNT="+f.author.String(), "CHILD_ASSET="+asset.String())
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the child did not start: %v", err)
	}
	k := &child{cmd: cmd, url: strings.TrimSpace(line)}
	t.Cleanup(k.kill)
	return k
}

// kill is kill -9.
func (c *child) kill() {
	_ = c.cmd.Process.Kill()
	_ = c.cmd.Wait()
}

// runChild is what the child does.
func runChild(role string) int {
	if err := childMain(role); err != nil {
		fmt.Fprintln(os.Stderr, "child:", err)
		return 1
	}
	return 0
}

func childMain(role string) error {
	ctx := context.Background()
	db, err := pg.Open(ctx, os.Getenv("CHILD_DB"))
	if err != nil {
		return err
	}
	s3 := strings.Fields(os.Getenv("CHILD_S3"))
	store, err := media.NewStore(media.StoreConfig{Endpoint: s3[0], AccessKey: s3[1], SecretKey: s3[2], Region: s3[3], Bucket: s3[4]})
	if err != nil {
		return err
	}
	s, err := media.New(db, store, media.Config{Dir: os.Getenv("CHILD_DIR"), Secret: strings.Repeat("s", 32), Queue: &queue{},
		OnePass: 1, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	if role == "transcode" {
		fmt.Println("started")
		return s.TranscodeAsset(ctx, uuid.MustParse(os.Getenv("CHILD_ASSET")))
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println("http://" + ln.Addr().String())
	return http.Serve(ln, tusHandler(s, uuid.MustParse(os.Getenv("CHILD_ACCOUNT"))))
}
