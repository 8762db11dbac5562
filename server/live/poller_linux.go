package live

import (
	"os"
	"syscall"
)

// poller says which connections have something to be read, without a goroutine that waits for each.
type poller struct {
	file *os.File // keeps the descriptor open, and lets the runtime wait for it like for any other
	raw  syscall.RawConn
}

// newPoller returns nil where there is no such thing: then a goroutine waits for each.
func newPoller() *poller {
	fd, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return nil
	}
	_ = syscall.SetNonblock(fd, true)
	file := os.NewFile(uintptr(fd), "epoll")
	raw, err := file.SyscallConn()
	if err != nil {
		_ = file.Close()
		return nil
	}
	return &poller{file, raw}
}

// arm asks to be told of a connection once, when it has something to be read or has ended; again says that it has been
// asked for before. A connection that is closed is forgotten by itself.
func (p *poller) arm(c syscall.RawConn, number uint64, again bool) error {
	op := syscall.EPOLL_CTL_ADD
	if again {
		op = syscall.EPOLL_CTL_MOD
	}
	event := syscall.EpollEvent{Events: syscall.EPOLLIN | syscall.EPOLLRDHUP | oneShot, Fd: int32(number), Pad: int32(number >> 32)}
	var err error
	failed := p.raw.Control(func(epoll uintptr) {
		failed := c.Control(func(fd uintptr) { err = syscall.EpollCtl(int(epoll), op, int(fd), &event) })
		if failed != nil {
			err = failed
		}
	})
	if failed != nil {
		return failed
	}
	return err
}

// oneShot is EPOLLONESHOT: one worker at a time reads from a connection.
const oneShot = 1 << 30

// wait calls ready with the numbers of connections until the poller is closed.
func (p *poller) wait(ready func(numbers []uint64)) {
	events := make([]syscall.EpollEvent, 256)
	numbers := make([]uint64, 0, len(events))
	for {
		n := 0
		closed := p.raw.Read(func(fd uintptr) bool {
			n, _ = syscall.EpollWait(int(fd), events, 0)
			return n > 0
		})
		if closed != nil {
			return
		}
		numbers = numbers[:0]
		for _, e := range events[:n] {
			numbers = append(numbers, uint64(uint32(e.Fd))|uint64(uint32(e.Pad))<<32)
		}
		ready(numbers)
	}
}

func (p *poller) close() { _ = p.file.Close() }
