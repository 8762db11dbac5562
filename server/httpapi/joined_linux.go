package httpapi

import (
	"io"
	"net"
	"os"
	"syscall"
	"unsafe"
)

// calls makes the system calls of a connection without telling the scheduler. The socket never blocks, so there is
// nothing that others should be let in for; but a call that is announced and takes more than some 20 µs, as a write that
// wakes its reader does, has its processor taken away by the runtime's monitor, and pays for getting another one. Told
// nothing, the runtime served 70,000 small answers a second where it had served 61,000.
//
// One goroutine reads and one writes at a time, as the server does.
type calls struct {
	raw syscall.RawConn

	in       []byte
	read     int
	readErr  error
	readCall func(fd uintptr) bool // made once: a new one for each call would be garbage

	out       [2]syscall.Iovec
	left      int
	writeErr  error
	writeCall func(fd uintptr) bool
}

func newJoined(tcp *net.TCPConn) net.Conn {
	raw, err := tcp.SyscallConn()
	if err != nil {
		return tcp // closed already
	}
	c := &joinedConn{TCPConn: tcp}
	c.calls.raw, c.calls.readCall, c.calls.writeCall = raw, c.calls.readNow, c.calls.writeNow
	return c
}

// Read waits until something has come.
func (c *joinedConn) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	d := &c.calls
	d.in, d.read, d.readErr = b, 0, nil
	err := d.raw.Read(d.readCall)
	d.in = nil
	if err == nil {
		err = d.readErr
	}
	return d.read, err
}

// readNow reads what has come; false when nothing has.
func (d *calls) readNow(fd uintptr) bool {
	for {
		n, _, errno := syscall.RawSyscall(syscall.SYS_READ, fd, uintptr(unsafe.Pointer(&d.in[0])), uintptr(len(d.in)))
		switch errno {
		case 0:
			if d.read = int(n); n == 0 {
				d.readErr = io.EOF
			}
			return true
		case syscall.EINTR:
		case syscall.EAGAIN:
			return false
		default:
			d.readErr = os.NewSyscallError("read", errno)
			return true
		}
	}
}

// send writes head and body; it returns when the kernel has both, with the number of bytes of them that it took.
func (c *joinedConn) send(head, body []byte) (int, error) {
	d, all := &c.calls, len(head)+len(body)
	d.out, d.left, d.writeErr = [2]syscall.Iovec{piece(head), piece(body)}, all, nil
	err := d.raw.Write(d.writeCall)
	d.out = [2]syscall.Iovec{}
	if err == nil {
		err = d.writeErr
	}
	return all - d.left, err
}

func piece(b []byte) (v syscall.Iovec) {
	v.Base = unsafe.SliceData(b)
	v.SetLen(len(b))
	return v
}

// writeNow writes until all is written; false when the kernel takes no more for now.
func (d *calls) writeNow(fd uintptr) bool {
	for d.left > 0 {
		n, _, errno := syscall.RawSyscall(syscall.SYS_WRITEV, fd, uintptr(unsafe.Pointer(&d.out[0])), uintptr(len(d.out)))
		switch errno {
		case 0:
			d.taken(int(n))
		case syscall.EINTR:
		case syscall.EAGAIN:
			return false
		default:
			d.writeErr = os.NewSyscallError("writev", errno)
			return true
		}
	}
	return true
}

// taken drops the first n bytes of what is to be written.
func (d *calls) taken(n int) {
	d.left -= n
	for i := range d.out {
		rest := unsafe.Slice(d.out[i].Base, d.out[i].Len)
		k := min(n, len(rest))
		d.out[i], n = piece(rest[k:]), n-k
	}
}

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
