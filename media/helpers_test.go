package media_test

import (
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"hanzhi/server/fault"
)

func asFault(err error, target **fault.Error) bool { return errors.As(err, target) }

// breaker is a TCP proxy that can be cut.
type breaker struct {
	addr  string
	conns atomic.Int32
	mu    sync.Mutex
	ln    net.Listener
	open  []net.Conn
	off   bool
}

func newSwitch(t testing.TB, target string) *breaker {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &breaker{addr: ln.Addr().String(), ln: ln}
	t.Cleanup(b.cut)
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			up, err := net.Dial("tcp", target)
			if err != nil || !b.keep(c, up) {
				c.Close()
				continue
			}
			b.conns.Add(1)
			go func() { io.Copy(up, c); up.Close() }()
			go func() { io.Copy(c, up); c.Close() }()
		}
	}()
	return b
}

func (b *breaker) keep(conns ...net.Conn) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.open = append(b.open, conns...)
	return !b.off
}

// cut ends every connection and takes no more.
func (b *breaker) cut() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.off = true
	b.ln.Close()
	for _, c := range b.open {
		c.Close()
	}
}

// fileCount counts the finished files below dir.
func fileCount(t testing.TB, dir string) int {
	t.Helper()
	n := 0
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && filepath.Ext(path) != ".part" {
			n++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

type counter = atomic.Int64
