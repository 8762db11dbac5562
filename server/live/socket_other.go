//go:build !linux

package live

import (
	"net"
	"syscall"
)

// rawSocket returns nil: these systems cannot say how much may wait in the kernel, so every connection has goroutines that
// read and write for it, and the functions below are not called.
func rawSocket(net.Conn) syscall.RawConn { return nil }

func writeNow(syscall.RawConn, []byte) (int, error) { return 0, syscall.ENOSYS }

func readNow(syscall.RawConn, []byte) (int, error) { return 0, syscall.ENOSYS }

func shut(syscall.RawConn) {}
