//go:build !linux

package httpapi

import "net"

func writeMore(c *net.TCPConn, b []byte) error {
	_, err := c.Write(b)
	return err
}
