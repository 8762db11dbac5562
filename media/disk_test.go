package media_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"hanzhi/media"
)

// TestDiskFull runs itself in a mount namespace of its own, where a disk of 3 MB holds the spool.
func TestDiskFull(t *testing.T) {
	const inside = "HANZHI_MEDIA_SMALL_DISK"
	if dir := os.Getenv(inside); dir != "" {
		fillDisk(t, dir)
		return
	}
	dir := tempDir(t)
	flags := []string{"--mount"}
	if os.Getuid() != 0 {
		flags = append(flags, "--user", "--map-root-user")
	}
	script := `mount -t tmpfs -o size=3m,mode=755 tmpfs "$1" && shift && exec "$@"`
	cmd := exec.Command("unshare", append(flags, "sh", "-c", script, "sh", dir, os.Args[0], "-test.run=^TestDiskFull$", "-test.v", "-test.timeout=60s")...)
	cmd.Env = append(os.Environ(), inside+"="+dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

func fillDisk(t *testing.T, dir string) {
	f := setup(t, func(c *media.Config) { c.Dir = dir; c.WorkDir = tempDir(t) })
	c := newTusClient(t, f.Service, f.author)
	content, id := noise(9<<20), newID()
	c.create(id, f.institution, media.KindVideo, "a.mp4", int64(len(content)))
	r := c.patch(id, 0, bytes.NewReader(content))
	if r.StatusCode != 503 {
		t.Fatalf("a full disk is answered %d %s", r.StatusCode, body(r))
	}
	at := c.offset(id)
	if at == 0 || at > 3<<20 {
		t.Fatalf("%d bytes are acknowledged on a disk of 3 MB", at)
	}
	kept, err := os.ReadFile(filepath.Join(dir, "spool", id.String(), "0"))
	if err != nil || int64(len(kept)) != at || !bytes.Equal(kept, content[:at]) {
		t.Fatalf("acknowledged are %d bytes, on disk are %d, %v", at, len(kept), err)
	}
	// On another copy, which has room, the upload goes on from there.
	other := f.open(t, func(c *media.Config) { c.Dir = tempDir(t) })
	there := newTusClient(t, other, f.author)
	if got := there.offset(id); got != at {
		t.Fatalf("the other copy answers %d, acknowledged were %d", got, at)
	}
	if r := there.patch(id, at, bytes.NewReader(content[at:])); r.StatusCode != 204 {
		t.Fatalf("%d %s", r.StatusCode, body(r))
	}
	if !bytes.Equal(f.stored(t, id), content) {
		t.Error("other bytes are stored than were sent")
	}
}
