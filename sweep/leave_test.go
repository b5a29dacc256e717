package sweep

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"hnn/experiment/study"
)

// A worker that is told to stop hands its run on at the step to which it has come, though no checkpoint was due, and
// the run ends with the bits of an undisturbed one.
func TestWorkerLeaves(t *testing.T) {
	b := newBench(t, `
task: spring
fixed: {trainer: adam, hidden: [32, 32], steps: 60000, trajectories: 10, strict: false, figures: false}
vary: {seed: [3]}
`)
	b.start("server", "sweep", "server", "server")
	b.start("submitter", "sweep", b.study, "--out", "disturbed", "--door", b.door, "--lease", "1s", "--checkpoint", "1h")
	b.start("first", "worker", "--door", b.door)
	login := Login{Door: b.door, Wait: time.Minute}
	nc, _, err := login.connect(t.Context(), "test")
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	beats, err := nc.SubscribeSync("hnn.*.alive")
	if err != nil {
		t.Fatal(err)
	}
	next := func() (r study.Running) {
		m, err := beats.NextMsg(time.Minute)
		if err == nil {
			err = json.Unmarshal(m.Data, &r)
		}
		if err != nil {
			t.Fatalf("%v\n%s", err, b.output["submitter"])
		}
		return r
	}
	heard := next()
	for heard.Step < 5000 {
		heard = next()
	}
	if err := b.running["first"].Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := <-b.ended["first"]; err == nil || !strings.Contains(b.output["first"].String(), "0001-spring-hnn: handed on") {
		t.Errorf("the worker: %v\n%s", err, b.output["first"])
	}
	delete(b.running, "first")
	b.start("second", "worker", "--door", b.door)
	for r := next(); ; r = next() {
		if r.Worker != heard.Worker && r.Steps > 0 && r.Step > 0 {
			if r.Step < heard.Step {
				t.Errorf("the run was at step %d and goes on at %d", heard.Step, r.Step)
			}
			break
		}
	}
	if err := <-b.ended["submitter"]; err != nil {
		t.Fatalf("%v\n%s", err, b.output["submitter"])
	}
	delete(b.running, "submitter")
	same(t, b.local(), filepath.Join(b.dir, "disturbed"), 1)
}

// Who is not let in is told why, and ends: a wrong key, a server or a file that is not there, certificates that are none.
func TestRefusedAtTheDoor(t *testing.T) {
	b := newBench(t, "task: spring\nvary: {seed: [0]}\n")
	b.start("server", "sweep", "server", "server")
	login := Login{Door: b.door, Wait: time.Minute}
	nc, _, err := login.connect(t.Context(), "test")
	if err != nil {
		t.Fatal(err)
	}
	nc.Close()
	door, err := ReadDoor(b.door)
	if err != nil {
		t.Fatal(err)
	}
	door.Key = "wrong"
	text, err := json.Marshal(door)
	if err != nil {
		t.Fatal(err)
	}
	wrong, none := filepath.Join(b.dir, "wrong.json"), filepath.Join(b.dir, "none")
	for name, content := range map[string][]byte{wrong: text, filepath.Join(b.dir, "ca.pem"): []byte("no certificate")} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for want, args := range map[string][]string{
		"Authorization":     {"--door", wrong},
		"no such file":      {"--door", none},
		"no servers":        {"--nats", "nats://127.0.0.1:1"},
		"none.creds":        {"--nats", "nats://127.0.0.1:1", "--creds", none + ".creds"},
		"root certificate":  {"--door", b.door, "--tlsca", filepath.Join(b.dir, "ca.pem")},
		"without a name or": {"--nats", "nats://ada:secret@127.0.0.1:1"},
	} {
		c := exec.Command(b.hnn, append([]string{"worker", "--wait", "100ms"}, args...)...)
		if out, err := c.CombinedOutput(); err == nil || !strings.Contains(string(out), want) || strings.Contains(string(out), "secret") {
			t.Errorf("%v: %v, and not %q in\n%s", args, err, want, out)
		}
	}
}
