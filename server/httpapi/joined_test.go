package httpapi

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/valyala/fasthttp"

	"hanzhi/media"
)

// TestJoined sends bodies around the sizes of the server's buffers over one connection.
func TestJoined(t *testing.T) {
	t.Parallel()
	body := make([]byte, 600_000)
	for i := range body {
		body[i] = byte(rand.Uint32())
	}
	path := filepath.Join(t.TempDir(), "body")
	if err := os.WriteFile(path, body, 0o600); err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &fasthttp.Server{Handler: func(c *fasthttp.RequestCtx) {
		n, _ := strconv.Atoi(string(c.QueryArgs().Peek("n")))
		content := media.Content{Body: body, Size: int64(len(body))}
		if string(c.Path()) == "/file" {
			content.File, _ = os.Open(path)
		}
		setBody(c, content, int64(len(body)-n), int64(n))
	}}
	go func() { _ = server.Serve(Joined(ln)) }()
	t.Cleanup(func() { _ = server.Shutdown() })
	client := http.Client{Transport: &http.Transport{MaxConnsPerHost: 1}}
	for _, kind := range []string{"/memory", "/file"} {
		for _, n := range []int{1, 100, 3900, 4000, 4095, 4096, 4097, 4200, 8191, 8192, 8193, 70_000, 600_000} {
			for _, method := range []string{http.MethodGet, http.MethodHead} {
				r, err := http.NewRequest(method, "http://"+ln.Addr().String()+kind+"?n="+strconv.Itoa(n), nil)
				if err != nil {
					t.Fatal(err)
				}
				res, err := client.Do(r)
				if err != nil {
					t.Fatal(err)
				}
				got, err := io.ReadAll(res.Body)
				res.Body.Close()
				want := body[len(body)-n:]
				if method == http.MethodHead {
					want = nil
				}
				if err != nil || !bytes.Equal(got, want) || res.ContentLength != int64(n) {
					t.Errorf("%s %s of %d: %d bytes, length %d, %v", method, kind, n, len(got), res.ContentLength, err)
				}
			}
		}
	}
}

// TestJoinedSlow has somebody read late what the kernel cannot hold, and somebody else go away in the midst of it.
func TestJoinedSlow(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	body := make([]byte, 24<<20)
	for i := range body {
		body[i] = byte(rand.Uint32())
	}
	server := &fasthttp.Server{Handler: joinAnswers(func(c *fasthttp.RequestCtx) { c.SetBody(body) }), WriteTimeout: 20 * time.Second}
	go func() { _ = server.Serve(Joined(ln)) }()
	t.Cleanup(func() { _ = server.Shutdown() })
	ask := func() (net.Conn, *http.Response) {
		conn, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
		_, _ = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		return conn, res
	}
	gone, _ := ask()
	_ = gone.Close()
	late, res := ask()
	defer late.Close()
	time.Sleep(100 * time.Millisecond) // until the server has to wait
	got, err := io.ReadAll(res.Body)
	if err != nil || !bytes.Equal(got, body) {
		t.Errorf("got %d bytes, %v", len(got), err)
	}
}

// TestJoinedPipeline sends answers around the size of the server's buffer to requests that did not wait for those before.
func TestJoinedPipeline(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &fasthttp.Server{Handler: joinAnswers(func(c *fasthttp.RequestCtx) {
		n := c.QueryArgs().GetUintOrZero("n")
		c.SetBody(bytes.Repeat([]byte{byte(n)}, n))
	})}
	go func() { _ = server.Serve(Joined(ln)) }()
	t.Cleanup(func() { _ = server.Shutdown() })
	conn, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	sizes := []int{1, 3900, 4097, 5000, 5001, 8191, 8193, 70_000, 5002, 2}
	var requests bytes.Buffer
	for _, n := range sizes {
		fmt.Fprintf(&requests, "GET /?n=%d HTTP/1.1\r\nHost: x\r\n\r\n", n)
	}
	if _, err := conn.Write(requests.Bytes()); err != nil {
		t.Fatal(err)
	}
	answers := bufio.NewReader(conn)
	for _, n := range sizes {
		res, err := http.ReadResponse(answers, nil)
		if err != nil {
			t.Fatalf("%d bytes: %v", n, err)
		}
		got, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err != nil || !bytes.Equal(got, bytes.Repeat([]byte{byte(n)}, n)) {
			t.Errorf("%d bytes: got %d, %v", n, len(got), err)
		}
	}
}

// TestJoinedAnswers asks for answers that have no body although one was set, between others, over one connection.
func TestJoinedAnswers(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	body := bytes.Repeat([]byte("x"), 6000)
	server := &fasthttp.Server{Handler: joinAnswers(func(c *fasthttp.RequestCtx) {
		c.SetStatusCode(c.QueryArgs().GetUintOrZero("status"))
		c.SetBody(body)
	})}
	go func() { _ = server.Serve(Joined(ln)) }()
	t.Cleanup(func() { _ = server.Shutdown() })
	client := http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{MaxConnsPerHost: 1}}
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		for _, status := range []int{200, 204, 200, 304, 404, 200} {
			r, err := http.NewRequest(method, "http://"+ln.Addr().String()+"/?status="+strconv.Itoa(status), nil)
			if err != nil {
				t.Fatal(err)
			}
			res, err := client.Do(r)
			if err != nil {
				t.Fatalf("%s %d: %v", method, status, err)
			}
			got, err := io.ReadAll(res.Body)
			res.Body.Close()
			want := body
			if method == http.MethodHead || status == 204 || status == 304 {
				want = nil
			}
			if err != nil || res.StatusCode != status || !bytes.Equal(got, want) {
				t.Errorf("%s %d: status %d, %d bytes, %v", method, status, res.StatusCode, len(got), err)
			}
		}
	}
}
