package live

import (
	"io"
	"net"
	"syscall"
)

// unsent is how many bytes the kernel may hold for somebody that it has not sent yet. What waits there cannot be left out
// any more: a second of pictures on a weak line would delay a minute of voice. What waits in the ring can.
const unsent = 8 << 10

// tcpNotSentLowAt is TCP_NOTSENT_LOWAT, which package syscall does not name.
const tcpNotSentLowAt = 25

// rawSocket is the connection below c, with its limit set; nil when c is no socket.
func rawSocket(c net.Conn) syscall.RawConn {
	sc, ok := c.(syscall.Conn)
	if !ok {
		return nil
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return nil
	}
	_ = raw.Control(func(fd uintptr) {
		_ = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, tcpNotSentLowAt, unsent)
	})
	return raw
}

// writeNow writes as much of b as the kernel takes at once.
func writeNow(raw syscall.RawConn, b []byte) (int, error) { return now(raw.Write, syscall.Write, b) }

// readNow reads what has come; nothing, and no error, when that is nothing.
func readNow(raw syscall.RawConn, b []byte) (int, error) {
	return now(raw.Read, func(fd int, b []byte) (int, error) {
		n, err := syscall.Read(fd, b)
		if n == 0 && err == nil {
			err = io.EOF
		}
		return n, err
	}, b)
}

// now makes a system call on a connection that would otherwise be waited for; 0 and no error when it would wait.
func now(with func(func(fd uintptr) bool) error, call func(fd int, b []byte) (int, error), b []byte) (n int, err error) {
	failed := with(func(fd uintptr) bool {
		for {
			n, err = call(int(fd), b)
			if err != syscall.EINTR {
				return true
			}
		}
	})
	switch {
	case failed != nil:
		return 0, failed
	case err == syscall.EAGAIN:
		return 0, nil
	}
	return max(n, 0), err
}

// shut ends both directions; whoever reads from the connection sees its end, and closes it.
func shut(raw syscall.RawConn) {
	_ = raw.Control(func(fd uintptr) { _ = syscall.Shutdown(int(fd), syscall.SHUT_RDWR) })
}
