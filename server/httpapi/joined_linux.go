package httpapi

import (
	"net"
	"syscall"
)

// writeMore writes b and tells the kernel that more follows, which it waits for before it sends a packet that is not full.
func writeMore(c *net.TCPConn, b []byte) error {
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	failed := raw.Write(func(fd uintptr) bool {
		for len(b) > 0 {
			var n int
			n, err = syscall.SendmsgN(int(fd), b, nil, nil, syscall.MSG_MORE|syscall.MSG_NOSIGNAL)
			switch err {
			case nil:
				b = b[n:]
			case syscall.EINTR:
			case syscall.EAGAIN:
				return false
			default:
				return true
			}
		}
		return true
	})
	if failed != nil {
		return failed
	}
	return err
}
