package sweep

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

var long = flag.Bool("long", false, "1,000 runs and 50 kills, and a link that is down for a minute")

// bench is a program and a folder with a study.
type bench struct {
	t           *testing.T
	hnn, dir    string
	running     map[string]*exec.Cmd
	ended       map[string]chan error
	output      map[string]*lockedBuffer
	study, door string
}

// lockedBuffer is what a process has written so far.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func newBench(t *testing.T, study string) *bench {
	t.Helper()
	if testing.Short() {
		t.Skip("starts processes")
	}
	b := &bench{t: t, dir: t.TempDir(), running: map[string]*exec.Cmd{}, ended: map[string]chan error{}, output: map[string]*lockedBuffer{}}
	b.hnn, b.study, b.door = filepath.Join(b.dir, "hnn"), filepath.Join(b.dir, "s.yaml"), filepath.Join(b.dir, "server", "door.json")
	if out, err := exec.Command("go", "build", "-o", b.hnn, "../cmd/hnn").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	if err := os.WriteFile(b.study, []byte(study), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for name := range b.running {
			b.kill(name)
		}
	})
	return b
}

// start starts a process of a name.
func (b *bench) start(name string, args ...string) {
	b.t.Helper()
	c := exec.Command(b.hnn, args...)
	c.Dir = b.dir
	c.Env = append(os.Environ(), "GOMAXPROCS=1", "TMPDIR="+b.dir)
	out := new(lockedBuffer)
	c.Stdout, c.Stderr = out, out
	if err := c.Start(); err != nil {
		b.t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	b.running[name], b.ended[name], b.output[name] = c, ended, out
}

// kill ends a process as kill -9 does, and waits for its end.
func (b *bench) kill(name string) {
	_ = b.running[name].Process.Kill() // it may have ended by itself just now
	<-b.ended[name]
	delete(b.running, name)
}

// local makes the study's runs undisturbed and returns their folder.
func (b *bench) local() string {
	b.t.Helper()
	c := exec.Command(b.hnn, "sweep", b.study, "--out", "undisturbed", "--quiet")
	c.Dir = b.dir
	if out, err := c.CombinedOutput(); err != nil {
		b.t.Fatalf("%v\n%s", err, out)
	}
	return filepath.Join(b.dir, "undisturbed")
}

// startAll starts a server, a submitter and so many workers, whose names it returns with how each is started.
func (b *bench) startAll(workers int) map[string][]string {
	how := map[string][]string{
		"server":    {"sweep", "server", "server"},
		"submitter": {"sweep", b.study, "--out", "disturbed", "--door", b.door, "--lease", "2s", "--checkpoint", "200ms"},
	}
	for i := range workers {
		how[fmt.Sprintf("worker %d", i+1)] = []string{"worker", "--door", b.door, "--quiet"}
	}
	b.start("server", how["server"]...)
	for end := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		if _, err := ReadDoor(b.door); err == nil {
			break
		}
		if time.Now().After(end) {
			b.t.Fatalf("the server does not start:\n%s", b.output["server"])
		}
	}
	for name, args := range how {
		if name != "server" {
			b.start(name, args...)
		}
	}
	return how
}

// same compares the runs of two folders: every file, of results.json all but times.
func same(t *testing.T, one, other string, runs int) {
	t.Helper()
	found := 0
	err := filepath.WalkDir(one, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		name, err := filepath.Rel(one, path)
		if err != nil || !strings.HasPrefix(name, "0") && !strings.HasPrefix(name, "1") {
			return err
		}
		a, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		b, err := os.ReadFile(filepath.Join(other, name))
		if err != nil {
			t.Error(err)
			return nil
		}
		switch filepath.Base(name) {
		case "results.json":
			found++
			a, b = untimed(t, a), untimed(t, b)
		case "checkpoint.safetensors": // it holds how long the training took
			return nil
		}
		if !bytes.Equal(a, b) {
			t.Errorf("%s is not that of an undisturbed sweep", name)
		}
		return nil
	})
	if err != nil || found != runs {
		t.Errorf("%s has %d runs, want %d; error %v", one, found, runs, err)
	}
}

// untimed are results without times, their digest and the threads of the machine.
func untimed(t *testing.T, text []byte) []byte {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"fit_seconds", "step_ms", "sha256"} {
		delete(v, key)
	}
	delete(v["engine"].(map[string]any), "threads")
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Five workers, the submitter and the server are killed at random moments, and start again:
// every run completes, no record of one is written twice, and the files are those of an
// undisturbed sweep.
func TestKills(t *testing.T) {
	runs, kills := 100, 10
	if *long {
		runs, kills = 1000, 50
	}
	b := newBench(t, fmt.Sprintf(`
task: spring
fixed: {trainer: adam, hidden: [16], test-every: 100, trajectories: 10, strict: false, figures: false}
vary:
  steps: [60, 60, 60, 6000]
  seed: 0-%d
`, runs/4-1))
	began := time.Now()
	undisturbed := b.local()
	// Kills that come as fast as this leave runs to be made between them, on a slow machine too, and are over when half of the
	// runs are still to come, also where five workers are faster than the undisturbed sweep's.
	pace := max(time.Since(began)/time.Duration(2*kills), 150*time.Millisecond)
	how := b.startAll(5)
	records := filepath.Join(b.dir, "disturbed", "records")
	seen := map[string][]byte{}
	look := func() {
		entries, err := os.ReadDir(records)
		if err != nil {
			return // not there yet
		}
		for _, e := range entries {
			if strings.HasPrefix(e.Name(), ".") {
				continue
			}
			text, err := os.ReadFile(filepath.Join(records, e.Name()))
			if err != nil {
				t.Error(err)
			}
			if had, ok := seen[e.Name()]; ok && !bytes.Equal(had, text) {
				t.Errorf("the run %s was kept twice: %s and %s", e.Name(), had, text)
			}
			seen[e.Name()] = text
		}
	}
	victims := []string{"worker 1", "worker 2", "worker 3", "worker 4", "worker 5", "submitter", "server"}
	killed := map[string]int{}
	limit := time.After(25 * time.Minute)
	for n := 0; ; {
		wait := time.Duration((0.2 + 1.6*rand.Float64()) * float64(pace))
		if n == kills {
			wait = time.Second
		}
		select {
		case <-limit:
			t.Fatalf("after %d kills %d of %d runs are done; the submitter says\n%s", n, len(seen), runs, b.output["submitter"])
		case err := <-b.ended["submitter"]:
			delete(b.running, "submitter")
			if err != nil {
				t.Fatalf("the submitter failed by itself: %v\n%s", err, b.output["submitter"])
			}
			look()
			if n < kills/2 { // fewer than asked for where the workers were fast meanwhile
				t.Errorf("all was done after %d kills, want %d: slower runs are wanted", n, kills)
			}
			t.Logf("killed: %v", killed)
			if len(seen) != runs {
				t.Errorf("%d records, want %d", len(seen), runs)
			}
			same(t, filepath.Join(b.dir, "disturbed"), undisturbed, runs)
			return
		case <-time.After(wait):
		}
		look()
		for name := range b.running { // none may end by itself
			if name == "submitter" {
				continue
			}
			select {
			case err := <-b.ended[name]:
				t.Fatalf("the %s ended by itself: %v\n%s", name, err, b.output[name])
			default:
			}
		}
		if n < kills/2 { // fewer than asked for where the workers were fast meanwhile
			n++
			if turn := (n - 1) % len(victims); turn == 0 { // each comes its turn, in a random order
				rand.Shuffle(len(victims), func(i, j int) { victims[i], victims[j] = victims[j], victims[i] })
			}
			name := victims[(n-1)%len(victims)]
			killed[name]++
			b.kill(name)
			b.start(name, how[name]...)
		}
	}
}

// A proxy hands on what a client and a server say, unless it is cut.
type proxy struct {
	net.Listener
	to  func() string
	cut sync.RWMutex // held while the link is down
}

// wait returns when the link is up.
func (p *proxy) wait() {
	p.cut.RLock()
	defer p.cut.RUnlock()
}

func (p *proxy) serve() {
	for {
		client, err := p.Accept()
		if err != nil {
			return
		}
		go func() {
			defer client.Close()
			p.wait()
			server, err := net.Dial("tcp", p.to())
			if err != nil {
				return
			}
			defer server.Close()
			done := make(chan struct{}, 2)
			for _, pair := range [][2]net.Conn{{client, server}, {server, client}} {
				go func() {
					defer func() { done <- struct{}{} }()
					buffer := make([]byte, 32<<10)
					for {
						n, err := pair[0].Read(buffer)
						p.wait() // what is sent while the link is down does not arrive before it is up
						if _, werr := pair[1].Write(buffer[:n]); err != nil || werr != nil {
							return
						}
					}
				}()
			}
			<-done
		}()
	}
}

// A worker whose link is down, longer than the lease of its run, loses nothing.
func TestLinkDown(t *testing.T) {
	down := 6 * time.Second
	if *long {
		down = time.Minute
	}
	const runs = 12
	b := newBench(t, fmt.Sprintf(`
task: spring
fixed: {trainer: adam, hidden: [16], steps: 3000, test-every: 100, trajectories: 10, strict: false, figures: false}
vary: {seed: 0-%d}
`, runs-1))
	undisturbed := b.local()
	b.startAll(0)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	real, err := ReadDoor(b.door)
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{Listener: l, to: func() string { return trimScheme(real.URL) }}
	go p.serve()
	remote := filepath.Join(b.dir, "remote.json")
	if err := (Door{URL: "nats://" + l.Addr().String(), Key: real.Key}).write(remote); err != nil {
		t.Fatal(err)
	}
	b.start("remote", "worker", "--door", remote, "--quiet")
	done := func() int {
		entries, err := os.ReadDir(filepath.Join(b.dir, "disturbed", "records"))
		if err != nil {
			return 0
		}
		return len(entries)
	}
	for end := time.Now().Add(time.Minute); done() < 2; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the remote worker makes no runs")
		}
	}
	p.cut.Lock()
	b.start("near", "worker", "--door", b.door, "--quiet", "--idle", "3s") // it takes over the run of the other, and ends
	time.Sleep(down)
	p.cut.Unlock()
	b.start("near again", "worker", "--door", b.door, "--quiet")
	select {
	case err := <-b.ended["submitter"]:
		delete(b.running, "submitter")
		if err != nil {
			t.Fatalf("%v\n%s", err, b.output["submitter"])
		}
	case <-time.After(3*time.Minute + down):
		t.Fatalf("the study does not end:\n%s", b.output["submitter"])
	}
	same(t, filepath.Join(b.dir, "disturbed"), undisturbed, runs)
}
