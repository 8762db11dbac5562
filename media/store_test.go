package media_test

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"hanzhi/media"
	"hanzhi/server/fault"
)

// TestStore holds two servers to the same contract: the embedded one, and a real MinIO.
func TestStore(t *testing.T) {
	t.Parallel()
	t.Run("versitygw", func(t *testing.T) {
		t.Parallel()
		testStore(t, storeConfig(t))
	})
	t.Run("MinIO", func(t *testing.T) {
		t.Parallel()
		testStore(t, startMinIO(t))
	})
}

// startMinIO runs the real server that `make test` builds into the cache.
func startMinIO(t *testing.T) media.StoreConfig {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := ln.Addr().String()
	ln.Close()
	cmd := exec.Command(minioPath(t), "server", "--quiet", "--address", addr, "--console-address", "127.0.0.1:0", t.TempDir())
	cmd.Env = append(os.Environ(), "MINIO_ROOT_USER=contract", "MINIO_ROOT_PASSWORD=contract-secret", "MINIO_CI_CD=1", "MINIO_UPDATE=off")
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	waitFor(t, "MinIO", func() bool {
		c, err := net.DialTimeout("tcp", addr, time.Second)
		if err == nil {
			c.Close()
		}
		return err == nil
	})
	return media.StoreConfig{Endpoint: addr, AccessKey: "contract", SecretKey: "contract-secret", Region: "us-east-1", Bucket: "contract"}
}

func minioPath(t *testing.T) string {
	t.Helper()
	if path, err := exec.LookPath("minio"); err == nil {
		return path
	}
	cache := os.Getenv("HANZHI_CACHE")
	if cache == "" {
		home, _ := os.UserHomeDir()
		cache = filepath.Join(home, ".cache", "hanzhi")
	}
	return filepath.Join(cache, "bin", "minio")
}

func testStore(t *testing.T, cfg media.StoreConfig) {
	s, err := media.NewStore(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	waitFor(t, "the bucket", func() bool { return s.EnsureBucket(ctx) == nil })
	if err := s.EnsureBucket(ctx); err != nil {
		t.Errorf("a bucket that is there: %v", err)
	}
	if err := s.Ping(ctx); err != nil {
		t.Error(err)
	}
	content := noise(300_000)
	const key = "v/0123456789abcdef/240p.mp4"
	t.Run("what is put is read, whole and in part", func(t *testing.T) {
		if err := s.Put(ctx, key, bytes.NewReader(content), int64(len(content)), "video/mp4"); err != nil {
			t.Fatal(err)
		}
		for _, r := range []struct{ from, n int64 }{{0, -1}, {0, 10}, {1000, 5000}, {299_999, 1}, {200_000, -1}} {
			want := content[r.from:]
			if r.n >= 0 {
				want = want[:r.n]
			}
			if got, err := s.Read(ctx, key, r.from, r.n); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%+v: %d bytes, %v", r, len(got), err)
			}
		}
		if n, err := s.Size(ctx, key); err != nil || n != int64(len(content)) {
			t.Errorf("size %d, %v", n, err)
		}
	})
	t.Run("what is put again is replaced", func(t *testing.T) {
		if err := s.Put(ctx, key, bytes.NewReader(content[:100]), 100, "video/mp4"); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Read(ctx, key, 0, -1); err != nil || !bytes.Equal(got, content[:100]) {
			t.Errorf("%d bytes, %v", len(got), err)
		}
	})
	t.Run("what is not there is not found", func(t *testing.T) {
		if _, err := s.Read(ctx, "v/0123456789abcdef/none", 0, -1); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		if _, err := s.Size(ctx, "v/0123456789abcdef/none"); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		if _, _, err := s.Open(ctx, "v/0123456789abcdef/none"); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		if err := s.Remove(ctx, "v/0123456789abcdef/none"); err != nil {
			t.Error(err)
		}
	})
	t.Run("parts make one object, and finishing twice says not found", func(t *testing.T) {
		const key = "s/0123456789abcdef-parts"
		whole := noise(11 << 20)
		id, err := s.StartMultipart(ctx, key)
		if err != nil {
			t.Fatal(err)
		}
		var etags []string
		for i := 0; i < len(whole); i += 5 << 20 {
			part := whole[i:min(i+5<<20, len(whole))]
			etag, err := s.PutPart(ctx, key, id, len(etags)+1, bytes.NewReader(part), int64(len(part)))
			if err != nil {
				t.Fatal(err)
			}
			etags = append(etags, etag)
		}
		// A part that is sent again, as after a lost answer, replaces itself.
		if again, err := s.PutPart(ctx, key, id, 1, bytes.NewReader(whole[:5<<20]), 5<<20); err != nil || again != etags[0] {
			t.Errorf("%s, %v", again, err)
		}
		if err := s.CompleteMultipart(ctx, key, id, etags); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Read(ctx, key, 0, -1); err != nil || !bytes.Equal(got, whole) {
			t.Errorf("%d bytes, %v", len(got), err)
		}
		if _, err := s.PutPart(ctx, key, id, 3, bytes.NewReader(whole[:100]), 100); !fault.Is(err, fault.NotFound) {
			t.Errorf("a part of a finished upload: %v", err)
		}
	})
	t.Run("an upload whose id was lost is dropped by its key", func(t *testing.T) {
		const key = "s/0123456789abcdef-lost"
		id, err := s.StartMultipart(ctx, key)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.AbortAll(ctx, key); err != nil {
			t.Fatal(err)
		}
		if _, err := s.PutPart(ctx, key, id, 1, bytes.NewReader(content), int64(len(content))); !fault.Is(err, fault.NotFound) {
			t.Errorf("a part of a dropped upload: %v", err)
		}
	})
	t.Run("a prefix is listed and removed, its neighbours stay", func(t *testing.T) {
		var keys []string
		for i := range 12 {
			keys = append(keys, fmt.Sprintf("v/prefix-0123456789-1/%02d", i))
		}
		for _, k := range append(keys, "v/prefix-0123456789-10/00", "v/prefix-0123456789") {
			if err := s.Put(ctx, k, bytes.NewReader(content[:10]), 10, ""); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := s.Keys(ctx, "v/prefix-0123456789-1/"); err != nil || !slices.Equal(got, keys) {
			t.Errorf("%v, %v", got, err)
		}
		if n, err := s.RemovePrefix(ctx, "v/prefix-0123456789-1/"); err != nil || n != len(keys) {
			t.Errorf("%d removed, %v", n, err)
		}
		if got, err := s.Keys(ctx, "v/prefix-"); err != nil || len(got) != 2 {
			t.Errorf("left: %v, %v", got, err)
		}
		if _, err := s.RemovePrefix(ctx, "v/"); err == nil {
			t.Error("everything may be removed at once")
		}
	})
	t.Run("wrong keys are refused as unavailable, and so is a server that is not there", func(t *testing.T) {
		for _, change := range []func(*media.StoreConfig){
			func(c *media.StoreConfig) { c.SecretKey = "wrong-secret" }, func(c *media.StoreConfig) { c.Endpoint = "127.0.0.1:1" },
		} {
			wrong := cfg
			change(&wrong)
			bad, err := media.NewStore(wrong)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := bad.Read(ctx, key, 0, -1); !fault.Is(err, fault.Unavailable) {
				t.Error(err)
			}
		}
	})
}
