package sweep

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The server starts at once, and holds many queued runs in little memory.
func TestServerSize(t *testing.T) {
	runs := 500
	if *long {
		runs = 10_000
	}
	if _, err := os.Stat("/proc/self/status"); err != nil {
		t.Skip("memory is read from /proc")
	}
	dir := t.TempDir()
	for i := range 3 {
		began := time.Now()
		s, err := StartServer(filepath.Join(dir, "store"), filepath.Join(dir, "door.json"), ServerOptions{})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("start %d: %v", i+1, time.Since(began))
		s.Stop()
	}
	b := newBench(t, fmt.Sprintf("task: spring\nfixed: {trainer: adam}\nvary: {seed: 0-%d}\n", runs-1))
	began := time.Now()
	b.startAll(0)
	for end := time.Now().Add(5 * time.Minute); ; time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("the runs are not queued: %s", b.output["submitter"])
		}
		l := Login{Door: b.door}
		nc, js, err := l.connect(t.Context(), "test")
		if err != nil {
			t.Fatal(err)
		}
		metas, err := studies(t.Context(), js)
		queued := uint64(0)
		if err == nil && len(metas) == 1 {
			if s, err := js.Stream(t.Context(), metas[0].workStream()); err == nil {
				queued = s.CachedInfo().State.Msgs
			}
		}
		nc.Close()
		if queued == uint64(runs) {
			break
		}
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", b.running["server"].Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(status), "VmHWM:")
	var kB int
	if _, err := fmt.Sscan(text, &kB); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d runs queued in %v, the server's most memory %d MB", runs, time.Since(began).Round(time.Millisecond), kB>>10)
	if kB>>10 >= 300 {
		t.Errorf("%d runs in the queue take %d MB in the server, want less than 300", runs, kB>>10)
	}
}
