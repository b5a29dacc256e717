package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// An address that others can reach must be wanted, and mistakes are usage errors.
func TestServeFlags(t *testing.T) {
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"--addr", "0.0.0.0:0"}, "--public"},
		{[]string{"--addr", ":0"}, "--public"},
		{[]string{"--addr", "example.org:0"}, "--public"},
		{[]string{"--addr", "127.0.0.1"}, "a port"},
		{[]string{"--allow-origin", "example.org"}, "https://"},
		{[]string{"--log-level", "loud"}, "debug"},
		{[]string{"--log-format", "xml"}, "json"},
		{[]string{"--max-requests", "-1"}, "positive"},
		{[]string{"--timeout", "0s"}, "positive"},
	} {
		var stderr bytes.Buffer
		status := execute(t.Context(), append([]string{"serve"}, c.args...), io.Discard, &stderr)
		if status != 2 || !strings.Contains(stderr.String(), c.says) {
			t.Errorf("%v: status %d, %q; want 2 and %q", c.args, status, stderr.String(), c.says)
		}
	}
	var stderr bytes.Buffer
	if status := execute(t.Context(), []string{"serve", "no/such/run"}, io.Discard, &stderr); status != 1 {
		t.Errorf("a run that is not there: status %d, %s", status, &stderr)
	}
}

// syncBuffer is a writer that others may read meanwhile.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// Without a run it trains two small systems and serves them, until it is interrupted.
func TestServeDemo(t *testing.T) {
	if testing.Short() {
		t.Skip("short: trains four models")
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var stderr syncBuffer
	done := make(chan int)
	go func() { done <- execute(ctx, []string{"serve", "--addr", "127.0.0.1:0"}, io.Discard, &stderr) }()
	waitFor := func(what string, ok func() bool) {
		t.Helper()
		// Plain-Go kernels on a busy machine take more than a minute for it.
		for end := time.Now().Add(5 * time.Minute); !ok(); time.Sleep(50 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("%s: %s", what, stderr.String())
			}
		}
	}
	address := regexp.MustCompile(`http://127\.0\.0\.1:\d+/`)
	waitFor("no address", func() bool { return address.MatchString(stderr.String()) })
	runs := func() string {
		response, err := http.Get(address.FindString(stderr.String()) + "api/v1/runs")
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		b, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	waitFor("the models are not all trained", func() bool {
		return strings.Contains(runs(), `"pendulum-hnn"`) && strings.Contains(runs(), `"training":null`)
	})
	for _, id := range []string{"true-spring", "spring-baseline", "spring-hnn", "true-pendulum", "pendulum-baseline"} {
		if !strings.Contains(runs(), `"id":"`+id+`"`) {
			t.Errorf("no %s in %s", id, runs())
		}
	}
	stop()
	select {
	case status := <-done:
		if status != 0 {
			t.Errorf("status %d: %s", status, stderr.String())
		}
	case <-time.After(2 * time.Minute):
		t.Fatal("it does not end")
	}
}
