package serve

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"hnn/serve/api"
)

// listening serves s until the test ends and returns its address.
func listening(t *testing.T, s *Server) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return l.Addr().String()
}

// A body that does not come, in any of the ways in which it can stay away, holds no place, is
// answered in time, and its connection is closed.
func TestSlowBodies(t *testing.T) {
	s := newServer(t, Options{Limits: api.Limits{Concurrent: 1, Body: 4096, BodyTimeout: 500 * time.Millisecond}})
	address := listening(t, s)
	const path = "/api/v1/runs/spring-hnn/energy"
	kinds := []struct {
		name, path, rest string
		status           int
	}{
		{"less than its length", path, "Content-Length: 1000\r\n\r\n{", http.StatusRequestTimeout},
		{"chunks without an end", path, "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"sta", http.StatusRequestTimeout},
		{"nothing", path, "Content-Length: 10\r\n\r\n", http.StatusRequestTimeout},
		{"too much, and no end", path, "Transfer-Encoding: chunked\r\n\r\n2000\r\n" + strings.Repeat(" ", 5000), http.StatusRequestEntityTooLarge},
		{"of a run that there is not", "/api/v1/runs/none/energy", "Content-Length: 1000\r\n\r\n{", http.StatusNotFound},
	}
	var conns []net.Conn
	for _, k := range kinds {
		for range 4 {
			c, err := net.Dial("tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			fmt.Fprintf(c, "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n%s", k.path, k.rest)
			conns = append(conns, c)
		}
	}
	// With one place in all, another client is answered while these wait.
	w, err := http.Post("http://"+address+path, "application/json", strings.NewReader(`{"states":[[1,0]]}`))
	if err != nil {
		t.Fatal(err)
	}
	w.Body.Close()
	if w.StatusCode != http.StatusOK {
		t.Errorf("beside slow bodies another is answered %d", w.StatusCode)
	}
	for i, c := range conns {
		k := kinds[i/4]
		_ = c.SetDeadline(time.Now().Add(time.Minute))
		r := bufio.NewReader(c)
		w, err := http.ReadResponse(r, nil)
		if err != nil {
			t.Errorf("%s: no answer: %v", k.name, err)
			continue
		}
		if w.StatusCode != k.status {
			t.Errorf("%s: %d, want %d", k.name, w.StatusCode, k.status)
		}
		_, _ = io.Copy(io.Discard, w.Body)
		if _, err := r.ReadByte(); err == nil || strings.Contains(err.Error(), "timeout") {
			t.Errorf("%s: the connection stays open: %v", k.name, err)
		}
	}
}

// Connections without a request, new ones and those that have had one, keep nobody out.
func TestIdleConnections(t *testing.T) {
	s := newServer(t, Options{Limits: api.Limits{Connections: 8}})
	address := listening(t, s)
	for i := range 40 {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if i%2 == 0 {
			fmt.Fprint(c, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
			_ = c.SetDeadline(time.Now().Add(time.Minute))
			w, err := http.ReadResponse(bufio.NewReader(c), nil)
			if err != nil || w.StatusCode != http.StatusOK {
				t.Fatalf("connection %d: %v", i, err)
			}
		}
	}
}
