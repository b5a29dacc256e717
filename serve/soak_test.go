package serve

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hnn/internal/stream"
	"hnn/serve/api"
)

var long = flag.Bool("long", false, "soak for ten minutes")

// soakTime is how long the server is soaked: 3 seconds, what HNN_SOAK says, or ten
// minutes with -long.
func soakTime(t *testing.T) time.Duration {
	if *long {
		return 10 * time.Minute
	}
	if s := os.Getenv("HNN_SOAK"); s != "" {
		d, err := time.ParseDuration(s)
		if err != nil {
			t.Fatalf("HNN_SOAK: %v", err)
		}
		return d
	}
	return 3 * time.Second
}

// Valid, invalid, oversized, cut-off and slow requests from 64 clients, or 200 in a long soak: every one that is not
// cut off is answered, no answer is a 5xx but 503, nothing panics, the memory in use is no larger afterwards than
// after a first while of the same, and no goroutine is left.
func TestSoak(t *testing.T) {
	before := runtime.NumGoroutine()
	s := newServer(t, Options{Limits: api.Limits{Body: 64 << 10, BodyTimeout: time.Second}})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, l) }()
	k := &soaker{address: l.Addr().String(), clients: 64}
	duration := soakTime(t)
	if duration >= time.Minute {
		k.clients = 200
	}
	idle := inUse()
	k.soak(duration / 3)
	first := inUse()
	k.soak(duration * 2 / 3)
	last := inUse()
	t.Logf("%d requests of %d clients in %v, by status %v; in use %.1f MB before, %.1f MB after a third, %.1f MB at the end",
		k.sent.Load(), k.clients, duration, k.counts(), float64(idle)/1e6, float64(first)/1e6, float64(last)/1e6)
	if n := k.unanswered.Load(); n != 0 {
		t.Errorf("%d requests have no answer, the first because: %v", n, k.why.Load())
	}
	stop()
	if err := <-served; err != nil {
		t.Error(err)
	}
	if n := panics(t, s); n != 0 {
		t.Errorf("%v panics", n)
	}
	for code, n := range k.counts() {
		if code >= 500 && code != 503 {
			t.Errorf("%d answers %d", n, code)
		}
	}
	if k.counts()[200] == 0 || k.counts()[422] == 0 || k.counts()[413] == 0 || k.counts()[408] == 0 {
		t.Errorf("answers by status: %v", k.counts())
	}
	// Pools and buffers of connections come and go: some megabytes, whatever the time.
	if const10 := uint64(10_000_000); last > first+const10 || last > idle+const10 {
		t.Errorf("in use went from %d to %d bytes", first, last)
	}
	if n := len(s.working) + s.api.Computing(); n != 0 {
		t.Errorf("%d still at work", n)
	}
	for end := time.Now().Add(time.Minute); runtime.NumGoroutine() > before; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			stacks := make([]byte, 1<<20)
			t.Fatalf("%d goroutines, %d before:\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
		}
	}
}

// inUse is the memory that is reachable.
func inUse() uint64 {
	runtime.GC()
	runtime.GC() // the first only moves the pools to their victims
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

type soaker struct {
	address string
	clients int
	sent    atomic.Int64
	// unanswered counts the requests that nobody cut off and that have no answer, and why says so of one.
	unanswered atomic.Int64
	why        atomic.Value
	mu         sync.Mutex
	codes      map[int]int
}

func (k *soaker) counts() map[int]int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.codes
}

func (k *soaker) count(code int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.codes == nil {
		k.codes = map[int]int{}
	}
	k.codes[code]++
}

func (k *soaker) soak(d time.Duration) {
	end := time.Now().Add(d)
	var clients sync.WaitGroup
	for i := range k.clients {
		clients.Go(func() {
			transport := &http.Transport{MaxIdleConnsPerHost: 1}
			defer transport.CloseIdleConnections()
			c := &http.Client{Transport: transport}
			rng := stream.New(uint64(i), "soak")
			for time.Now().Before(end) {
				k.one(c, rng)
				k.sent.Add(1)
			}
		})
	}
	clients.Wait()
}

// one makes one request of a random kind.
func (k *soaker) one(c *http.Client, rng *rand.Rand) {
	run := []string{"true-spring", "spring-hnn", "spring-baseline", "pendulum-hnn", "none"}[rng.IntN(5)]
	state := fmt.Sprintf("[%.3f,%.3f]", rng.NormFloat64(), rng.NormFloat64())
	simulate := fmt.Sprintf(`{"initial":[%s],"to":%d,"steps":%d,"energy":true,"rtol":1e-6,"atol":1e-6}`, state, rng.IntN(21)-10, rng.IntN(300))
	long := fmt.Sprintf(`{"initial":[%s],"to":1000,"steps":20000,"rtol":1e-6,"atol":1e-6,"stream":true}`, state)
	switch rng.IntN(10) {
	case 0:
		k.post(c, run, "simulate", simulate, nil)
	case 1:
		k.post(c, run, "simulate", `{"initial":[`+strings.Repeat(state+",", rng.IntN(40))+state+`],"to":3}`, nil)
	case 2:
		k.post(c, run, "energy", fmt.Sprintf(`{"grid":{"axes":[0,1],"range":[[-1,1],[-1,1]],"size":[%d,%d]}}`, rng.IntN(40), rng.IntN(40)), nil)
	case 3:
		k.post(c, run, "field", `{"states":[`+state+`]}`, nil)
	case 4:
		k.post(c, run, "shift", `{"state":`+state+`,"changes":[0.1,-0.1]}`, nil)
	case 5: // invalid: cut anywhere, or a byte changed
		b := []byte(simulate)
		b[rng.IntN(len(b))] = byte(rng.IntN(256))
		k.post(c, run, "simulate", string(b[:rng.IntN(len(b)+1)]), nil)
	case 6: // oversized
		k.post(c, run, "energy", `{"states":[`+strings.Repeat(state+",", 20_000), nil)
	case 7: // the client goes while the answer comes
		ctx, cancel := context.WithTimeout(context.Background(), time.Duration(rng.IntN(30))*time.Millisecond)
		k.post(c, run, "simulate", long, ctx)
		cancel()
	case 8: // the request ends early
		conn, err := net.Dial("tcp", k.address)
		if err != nil {
			return
		}
		fmt.Fprintf(conn, "POST /api/v1/runs/%s/simulate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n%s",
			run, simulate[:rng.IntN(len(simulate))])
		conn.Close()
	case 9: // the body never comes to its end
		conn, err := net.Dial("tcp", k.address)
		if err != nil {
			return
		}
		defer conn.Close()
		fmt.Fprintf(conn, "POST /api/v1/runs/%s/simulate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{", run)
		_ = conn.SetReadDeadline(time.Now().Add(time.Minute))
		answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			k.noAnswer(fmt.Errorf("a body that never ends: %w", err))
			return
		}
		defer answer.Body.Close()
		_, _ = io.Copy(io.Discard, answer.Body)
		k.count(answer.StatusCode)
	}
}

func (k *soaker) noAnswer(why error) {
	if k.unanswered.Add(1) == 1 {
		k.why.Store(why.Error())
	}
}

func (k *soaker) post(c *http.Client, run, operation, body string, ctx context.Context) {
	if ctx == nil {
		ctx = context.Background()
	}
	r, err := http.NewRequestWithContext(ctx, "POST", "http://"+k.address+"/api/v1/runs/"+run+"/"+operation, bytes.NewReader([]byte(body)))
	if err != nil {
		return
	}
	r.Header.Set("Content-Type", "application/json")
	// A connection that waits for its next request may be closed just as that is sent: it is then sent again, as any
	// request is that may be.
	r.Header.Set("Idempotency-Key", "soak")
	w, err := c.Do(r)
	if err != nil {
		// One that is too long may be cut off before its answer is read.
		if ctx.Err() == nil && len(body) < 64<<10 {
			k.noAnswer(err)
		}
		return
	}
	defer w.Body.Close()
	_, _ = io.Copy(io.Discard, w.Body)
	k.count(w.StatusCode)
	if w.StatusCode == 503 {
		time.Sleep(5 * time.Millisecond)
	}
}
