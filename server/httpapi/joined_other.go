//go:build !linux

package httpapi

import "net"

type calls struct{}

func newJoined(tcp *net.TCPConn) net.Conn { return &joinedConn{TCPConn: tcp} }

func (c *joinedConn) send(head, body []byte) (int, error) {
	both := net.Buffers{head, body}
	n, err := both.WriteTo(c.TCPConn)
	return int(n), err
}

func writeMore(c *net.TCPConn, b []byte) error {
	_, err := c.Write(b)
	return err
}
