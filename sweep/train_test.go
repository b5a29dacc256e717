package sweep

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// run runs the program to its end and returns what it prints.
func (b *bench) run(args ...string) string {
	b.t.Helper()
	c := exec.Command(b.hnn, args...)
	c.Dir = b.dir
	out, err := c.CombinedOutput()
	if err != nil {
		b.t.Fatalf("%v: %v\n%s", args, err, out)
	}
	return string(out)
}

// springCSV are trials of a spring of so many rows each.
func springCSV(trials, rows int) []byte {
	var b bytes.Buffer
	b.WriteString("trial,t,q,p\n")
	for i := range trials {
		for j := range rows {
			at, amplitude := 0.1*float64(j), 0.5+0.1*float64(i)
			fmt.Fprintf(&b, "%d,%v,%v,%v\n", i, at, amplitude*math.Cos(at), -amplitude*math.Sin(at))
		}
	}
	return b.Bytes()
}

// The runs of a sweep on a file are those of hnn train to the bit, and lie where the other
// verbs find them, though the file travels to a worker that cannot see it. A sweep that is
// done does nothing more.
func TestSweepIsTrain(t *testing.T) {
	b := newBench(t, `
data: data/spring.csv
fixed: {trainer: adam, hidden: [8], steps: 60, test-every: 20}
vary:
  seed: 0-1
  activation: [tanh, sin]
`)
	csv := filepath.Join(b.dir, "data", "spring.csv")
	write := func() {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(csv), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(csv, springCSV(6, 20), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write()
	how := b.startAll(0)
	// The file goes away before there is a worker: it is on the server by then.
	status := func() string { return b.run("sweep", "status", filepath.Join(b.dir, "disturbed"), "--door", b.door) }
	for !strings.Contains(b.output["submitter"].String(), "0 of 4 runs done") {
		select {
		case err := <-b.ended["submitter"]:
			t.Fatalf("the submitter ended: %v\n%s", err, b.output["submitter"])
		default:
		}
	}
	if out := status(); !strings.Contains(out, "0 of 4 runs done") {
		t.Errorf("the status before there is a worker is %q", out)
	}
	if err := os.Rename(filepath.Dir(csv), filepath.Join(b.dir, "hidden")); err != nil {
		t.Fatal(err)
	}
	b.start("worker", "worker", "--door", b.door, "--quiet")
	if err := <-b.ended["submitter"]; err != nil {
		t.Fatalf("%v\n%s", err, b.output["submitter"])
	}
	delete(b.running, "submitter")
	write()
	folder := filepath.Join(b.dir, "disturbed")
	dirs, err := filepath.Glob(filepath.Join(folder, "0*"))
	if err != nil || len(dirs) != 4 {
		t.Fatalf("runs %v, error %v", dirs, err)
	}
	for i, dir := range dirs {
		b.run("train", "--config", filepath.Join(dir, "config.yaml"), "--out", filepath.Join("trained", filepath.Base(dir)), "--quiet")
		b.run("sweep", b.study, "--task", fmt.Sprint(i+1), "--out", "alone", "--quiet")
	}
	same(t, folder, filepath.Join(b.dir, "trained"), 4)
	same(t, folder, filepath.Join(b.dir, "alone"), 4)
	before, err := os.ReadFile(filepath.Join(folder, "records", "0003.json"))
	if err != nil {
		t.Fatal(err)
	}
	if out := b.run(how["submitter"]...); !strings.Contains(out, "4 of 4 runs done") {
		t.Errorf("a study that is done says %q", out)
	}
	if after, err := os.ReadFile(filepath.Join(folder, "records", "0003.json")); err != nil || !bytes.Equal(before, after) {
		t.Errorf("a run that was kept was kept again; error %v", err)
	}
	if out := status(); !strings.Contains(out, "done: 4 of 4") {
		t.Errorf("the status at the end is %q", out)
	}
	b.run("report", folder, "--out", "all.html")
	b.run("evaluate", dirs[0])
}

// A run that fails is tried again as often as the study says, and recorded with its error.
func TestFailing(t *testing.T) {
	b := newBench(t, `
task: spring
fixed: {trainer: adam, hidden: [8], steps: 60, trajectories: 4, strict: false, figures: false}
vary: {learning-rate: [1e-3, 1e+18]}
retries: 2
`)
	out := b.run("sweep", b.study, "--out", "s")
	if !strings.Contains(out, "1 of 2 runs done, 1 failed") || !strings.Contains(out, "failed: 0002-spring-hnn: ") {
		t.Errorf("it says %q", out)
	}
	record, err := os.ReadFile(filepath.Join(b.dir, "s", "records", "0002.json"))
	if err != nil || !strings.Contains(string(record), `"attempts": 3`) {
		t.Errorf("the record of the run that failed is %s, error %v", record, err)
	}
}

// A worker whose kernels give other bits is refused, unless the study lets any take part.
func TestKernels(t *testing.T) {
	for _, any := range []bool{false, true} {
		b := newBench(t, fmt.Sprintf("task: spring\nfixed: {trainer: closed-form, features: 20, figures: false}\nvary: {seed: 0-1}\nany-kernel: %v\n", any))
		b.startAll(0)
		t.Setenv("HNN_KERNEL", "generic")
		b.start("other", "worker", "--door", b.door)
		if any {
			if err := <-b.ended["submitter"]; err != nil {
				t.Errorf("%v\n%s", err, b.output["submitter"])
			}
			delete(b.running, "submitter")
			continue
		}
		for !strings.Contains(b.output["other"].String(), "which give other bits") {
			select {
			case err := <-b.ended["other"]:
				t.Fatalf("the worker ended: %v\n%s", err, b.output["other"])
			case err := <-b.ended["submitter"]:
				t.Fatalf("the submitter ended, error %v, and the worker says\n%s", err, b.output["other"])
			default:
			}
		}
		t.Setenv("HNN_KERNEL", "")
	}
}

// A study that is cancelled stops, and goes on when it is begun again.
func TestCancel(t *testing.T) {
	b := newBench(t, `
task: spring
fixed: {trainer: adam, hidden: [8], steps: 2000000, trajectories: 4, strict: false, figures: false}
vary: {seed: 0-1}
`)
	how := b.startAll(1)
	for !strings.Contains(b.output["submitter"].String(), "running") {
	}
	for !strings.Contains(b.run("sweep", "status", "disturbed", "--door", b.door), "0001-spring-hnn") {
	}
	b.run("sweep", "cancel", "disturbed", "--door", b.door)
	if err := <-b.ended["submitter"]; err == nil || !strings.Contains(b.output["submitter"].String(), "cancelled") {
		t.Errorf("the submitter: %v\n%s", err, b.output["submitter"])
	}
	if out := b.run("sweep", "status", "disturbed", "--door", b.door); !strings.Contains(out, "cancelled: 0 of 2") {
		t.Errorf("the status is %q", out)
	}
	b.start("submitter", how["submitter"]...)
	for !strings.Contains(b.run("sweep", "status", "disturbed", "--door", b.door), "0001-spring-hnn") {
	}
}
