package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/google/uuid"
)

// member is one socket. It reads frames by hand: what is measured is the server, on the same two cores.
type member struct {
	conn   net.Conn
	r      *bufio.Reader
	person uuid.UUID
	mu     sync.Mutex
	id     int
	stall  atomic.Bool
	on     func(payload []byte, at time.Time) // called for every text frame
	frame  func(payload []byte, at time.Time) // called for every media frame
	ended  chan struct{}
}

// phone dials with the small window of a phone: loopback's would hold minutes of a class for who does not read.
var phone = net.Dialer{Control: func(_, _ string, c syscall.RawConn) error {
	return c.Control(func(fd uintptr) { _ = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 16<<10) })
}}

// dial shakes hands at path; header lines are added to the request. Who is told to come later comes later, as the
// platform's own page does.
func dial(addr, path string, header ...string) (*member, error) {
	for {
		m, wait, err := shakeHands(addr, path, header)
		if wait == 0 {
			return m, err
		}
		time.Sleep(wait)
	}
}

// shakeHands tries once; wait is not zero when the server asks for patience.
func shakeHands(addr, path string, header []string) (m *member, wait time.Duration, err error) {
	conn, err := phone.Dial("tcp", addr)
	if err != nil {
		return nil, 0, err
	}
	lines := append([]string{
		"GET " + path + " HTTP/1.1", "Host: " + addr, "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Origin: " + origin,
	}, header...)
	if _, err := io.WriteString(conn, strings.Join(lines, "\r\n")+"\r\n\r\n"); err != nil {
		return nil, 0, err
	}
	m = &member{conn: conn, r: bufio.NewReaderSize(conn, 2048), ended: make(chan struct{})}
	res, err := http.ReadResponse(m.r, nil)
	if err != nil {
		return nil, 0, err
	}
	if res.StatusCode != http.StatusSwitchingProtocols {
		defer conn.Close()
		b, _ := io.ReadAll(res.Body)
		after, _ := strconv.Atoi(res.Header.Get("Retry-After"))
		return nil, time.Duration(after) * time.Second, fmt.Errorf("%s: %s", res.Status, b)
	}
	return m, 0, nil
}

// write sends one text frame.
func (m *member) write(payload []byte) error { return m.writeFrame(1, payload) }

// writeFrame sends one masked frame.
func (m *member) writeFrame(op byte, payload []byte) error {
	b := []byte{0x80 | op}
	switch n := len(payload); {
	case n < 126:
		b = append(b, 0x80|byte(n))
	default:
		b = binary.BigEndian.AppendUint16(append(b, 0x80|126), uint16(n))
	}
	b = append(b, 0, 0, 0, 0) // a mask of zeros leaves the payload as it is
	m.mu.Lock()
	defer m.mu.Unlock()
	_, err := m.conn.Write(append(b, payload...))
	return err
}

// do sends a command and returns its number.
func (m *member) do(name string, with any) error {
	w, err := json.Marshal(with)
	if err != nil {
		return err
	}
	m.mu.Lock()
	m.id++
	id := m.id
	m.mu.Unlock()
	return m.write(fmt.Appendf(nil, `{"id":%d,"do":%q,"key":%q,"with":%s}`, id, name, uuid.New(), w))
}

// read calls on for every text frame until the connection ends.
func (m *member) read() {
	defer close(m.ended)
	buffer := make([]byte, 0, 2048)
	for {
		for m.stall.Load() {
			time.Sleep(50 * time.Millisecond)
		}
		var head [2]byte
		if _, err := io.ReadFull(m.r, head[:]); err != nil {
			return
		}
		n := int(head[1] & 127)
		switch n {
		case 126:
			var b [2]byte
			_, _ = io.ReadFull(m.r, b[:])
			n = int(binary.BigEndian.Uint16(b[:]))
		case 127:
			var b [8]byte
			_, _ = io.ReadFull(m.r, b[:])
			n = int(binary.BigEndian.Uint64(b[:]))
		}
		if cap(buffer) < n {
			buffer = make([]byte, n)
		}
		buffer = buffer[:n]
		if _, err := io.ReadFull(m.r, buffer); err != nil {
			return
		}
		m.mu.Lock()
		on, frame := m.on, m.frame
		m.mu.Unlock()
		if head[0]&15 == 2 && frame != nil {
			frame(buffer, time.Now())
		}
		if head[0]&15 == 1 && on != nil {
			on(buffer, time.Now())
		}
		if head[0]&15 == 1 && bytes.HasPrefix(buffer, []byte(`{"push":"ping"`)) {
			_ = m.write([]byte(`{"do":"pong","with":{"sent":1}}`))
		} else if len(buffer) <= 3 && bytes.Equal(bytes.TrimSpace(buffer), []byte("{}")) {
			_ = m.write([]byte("{}")) // centrifuge's ping
		}
	}
}

// join brings somebody into a class and waits until they are in; the answer is what the server said.
func (p *process) join(class, person uuid.UUID, on func([]byte, time.Time)) (*member, []byte, error) {
	return p.joinWith(class, person, p.ticket(class, person), `{}`, on)
}

func (p *process) joinWith(class, person uuid.UUID, ticket, with string, on func([]byte, time.Time)) (*member, []byte, error) {
	m, err := dial(p.addr, "/api/classes/"+class.String()+"/socket", "Sec-WebSocket-Protocol: hanzhi.live.1, ticket."+ticket)
	if err != nil {
		return nil, nil, err
	}
	m.person = person
	answer := make(chan []byte, 1)
	m.on = func(b []byte, at time.Time) {
		if bytes.HasPrefix(b, []byte(`{"id":1,`)) {
			select {
			case answer <- bytes.Clone(b):
			default:
			}
		}
		if on != nil {
			on(b, at)
		}
	}
	m.id = 1
	if err := m.write([]byte(`{"id":1,"do":"join","with":` + with + `}`)); err != nil {
		return nil, nil, err
	}
	go m.read()
	select {
	case b := <-answer:
		return m, b, nil
	case <-m.ended:
		return nil, nil, fmt.Errorf("closed while joining")
	case <-time.After(60 * time.Second):
		return nil, nil, fmt.Errorf("no answer to join")
	}
}

// joinMany brings n people in, some at a time.
func (p *process) joinMany(class uuid.UUID, n int, on func([]byte, time.Time)) ([]*member, error) {
	members := make([]*member, n)
	return members, parallel(n, func(i int) error {
		m, _, err := p.join(class, uuid.New(), on)
		members[i] = m
		return err
	})
}

// subscribe opens n sockets at centrifuge and subscribes each to the room.
func (p *process) subscribe(n int, on func([]byte, time.Time)) ([]*member, error) {
	members := make([]*member, n)
	return members, parallel(n, func(i int) error {
		m, err := dial(p.addr, "/socket")
		if err != nil {
			return err
		}
		joined := make(chan struct{})
		var once sync.Once
		m.on = func(b []byte, at time.Time) {
			if bytes.Contains(b, []byte(`"subscribe":`)) {
				once.Do(func() { close(joined) })
			}
			if on != nil {
				on(b, at)
			}
		}
		go m.read()
		if err := m.write([]byte(`{"id":1,"connect":{}}`)); err != nil {
			return err
		}
		if err := m.write([]byte(`{"id":2,"subscribe":{"channel":"room"}}`)); err != nil {
			return err
		}
		members[i] = m
		select {
		case <-joined:
			return nil
		case <-time.After(60 * time.Second):
			return fmt.Errorf("no answer to subscribe")
		}
	})
}

// parallel runs do for 0..n-1, 64 at a time, and returns the first error.
func parallel(n int, do func(int) error) error {
	var wait sync.WaitGroup
	var first error
	var once sync.Once
	next := make(chan int)
	for range min(n, 64) {
		wait.Go(func() {
			for i := range next {
				if err := do(i); err != nil {
					once.Do(func() { first = err })
				}
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wait.Wait()
	return first
}

func closeAll(members []*member) {
	for _, m := range members {
		if m != nil {
			_ = m.conn.Close()
		}
	}
}
