package live

// Kill ends a hub as a kill -9 ends its process: nothing is said to anybody, nothing is written any more.
func (h *Hub) Kill() {
	h.leaving.Store(true)
	h.stop()
	_ = h.sub.Close()
	h.stopped.Wait()
	for _, r := range h.roomsNow() {
		r.close()
	}
	h.loops.Wait()
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, c := range h.conns {
		c.hangUp()
	}
}
