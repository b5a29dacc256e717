package serve

import (
	linked "container/list"
	"net"
	"net/http"
	"sync"
)

// connections bounds how many are open. Of more than that the one is closed that has waited
// longest without a request, so that idle ones keep nobody out; where all are at work it is
// the newest.
type connections struct {
	mu      sync.Mutex
	most    int
	waiting *linked.List // of net.Conn without a request, the longest first
	places  map[net.Conn]*linked.Element
}

func newConnections(most int) *connections {
	return &connections{most: most, waiting: linked.New(), places: make(map[net.Conn]*linked.Element)}
}

// changed is an http.Server's ConnState.
func (c *connections) changed(conn net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if place := c.places[conn]; place != nil {
		c.waiting.Remove(place)
	}
	switch state {
	case http.StateNew, http.StateIdle:
		c.places[conn] = c.waiting.PushBack(conn)
	case http.StateActive:
		c.places[conn] = nil
	default:
		delete(c.places, conn)
	}
	if state == http.StateNew && len(c.places) > c.most {
		longest := c.waiting.Remove(c.waiting.Front()).(net.Conn)
		delete(c.places, longest)
		_ = longest.Close()
	}
}
