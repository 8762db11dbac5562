package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"hanzhi/courses"
	"hanzhi/server/pg"
)

// request is what the server process takes.
type request struct {
	Account uuid.UUID        `json:"account"`
	Reports []courses.Report `json:"reports"`
}

// serveReports is the process that gets killed: it answers a request once its reports are committed.
func serveReports(socket, database string) error {
	ctx := context.Background()
	db, err := pg.Open(ctx, database)
	if err != nil {
		return err
	}
	s := courses.New(db)
	_ = os.Remove(socket) // of the one that was killed
	listener, err := net.Listen("unix", socket)
	if err != nil {
		return err
	}
	return http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in request
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		result, err := s.Report(context.WithoutCancel(r.Context()), in.Account, in.Reports)
		if err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		_ = json.NewEncoder(w).Encode(result)
	}))
}

// server is that process seen from outside: it is started again whenever it has been killed.
type server struct {
	socket, database string
	client           *http.Client
	kills            atomic.Int64

	mu  sync.Mutex
	cmd *exec.Cmd
}

func startServer(dir, database string) (*server, error) {
	s := &server{socket: filepath.Join(dir, "reports.sock"), database: database}
	s.client = &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: senders, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", s.socket)
	}}}
	return s, s.start()
}

func (s *server) start() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.Command(self, "-serve", s.socket, "-database", s.database)
	cmd.Stderr = os.Stderr
	s.mu.Lock()
	s.cmd = cmd
	s.mu.Unlock()
	return cmd.Start()
}

// stop ends the process for good.
func (s *server) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}

// killNow kills the process n times, spread over the requests, and starts it again each time.
func (s *server) killNow(n, requests int, sent *atomic.Int64, done <-chan struct{}) {
	step := int64(requests) * perRequest / int64(n+1)
	for k := int64(1); k <= int64(n); {
		select {
		case <-done:
			return
		case <-time.After(5 * time.Millisecond):
		}
		if sent.Load() < k*step/2 { // some copies are dropped, so the sum stays below the count
			continue
		}
		s.stop()
		s.kills.Add(1)
		if err := s.start(); err != nil {
			fmt.Fprintln(os.Stderr, "restart:", err)
		}
		k++
	}
}

var errLost = errors.New("the answer was lost")

// report sends one request; with lose, the answer is not read.
func (s *server) report(account uuid.UUID, reports []courses.Report, lose bool) (courses.ReportResult, error) {
	var result courses.ReportResult
	body, err := json.Marshal(request{account, reports})
	if err != nil {
		return result, err
	}
	answer, err := s.client.Post("http://reports/", "application/json", bytes.NewReader(body))
	if err != nil {
		return result, err
	}
	defer answer.Body.Close()
	if lose {
		return result, errLost
	}
	if answer.StatusCode != http.StatusOK {
		return result, fmt.Errorf("status %d", answer.StatusCode)
	}
	err = json.NewDecoder(answer.Body).Decode(&result)
	if err == nil && len(result.Rejected) > 0 {
		return result, fmt.Errorf("rejected: %+v", result.Rejected[0])
	}
	return result, err
}
