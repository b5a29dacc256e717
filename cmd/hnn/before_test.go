package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// testdata/before was written by the program as it was at e5f4c9c, before its parts were
// arranged anew: models of every kind, trainings that were killed, and hashes of what
// commands came to. Every later program has to read those files and to come to the same,
// to the bit. So that they hold for any arrangement, these tests go through the command
// line alone. A model of pictures with losses alone has its power beside what it had then.
const before = "testdata/before"

var record = flag.Bool("record", false, "write the hashes in "+before+"/commands.txt anew, for commands that are new")

// inBefore makes the test work in a copy of testdata/before. Its configurations name files
// relative to it: models and checkpoints have a hash of their configuration, by which a
// resume knows its own, and a path of this machine would be in it.
func inBefore(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(before)); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
}

// lastBits are the runs whose results may differ from those of then in their last bits: the latent Runge-Kutta step of
// pictures is that of trajectories since, whose sums have another order.
var lastBits = []string{"models/pixels", "models/films-separable", "interrupted/pixels"}

// sameData reports whether data are drawn to the bits of then.
func sameData() bool { return runtime.GOARCH == "amd64" && !fused() }

// sameBits reports whether results are to be compared: AVX2 and AVX-512 give the same, plain
// Go and other processors are right to rounding only.
func sameBits(t *testing.T) bool {
	t.Helper()
	_, version, _ := call(t, "version")
	return sameData() && !strings.Contains(version, "kernels generic")
}

// fused reports whether the compiler rounds a product and a sum once, as it does for
// GOAMD64=v3: the square is 1 + 2^-29 + 2^-60, whose last part a rounding takes away.
func fused() bool { return squareAnd(1+0x1p-30, -1-0x1p-29) != 0 }

// Inlined, it would be computed by the compiler, or in another order of instructions.
//
//go:noinline
func squareAnd(x, y float64) float64 { return x*x + y }

const otherBits = "all of it works; results are not compared, since these kernels or this processor have bits of their own"

const otherData = "a checkpoint has a hash of the data that its training drew, and here they are drawn with other roundings"

// Every line of commands.txt is the hash of what a command leaves, and the command.
func TestCommandsAsBefore(t *testing.T) {
	if testing.Short() {
		t.Skip("short: runs some 240 commands")
	}
	list, err := filepath.Abs(filepath.Join(before, "commands.txt"))
	if err != nil {
		t.Fatal(err)
	}
	exact := sameBits(t)
	if *record && !exact {
		t.Fatal(otherBits)
	}
	lines := strings.Split(strings.TrimSpace(string(readFile(t, list))), "\n")
	inBefore(t)
	var server string
	for i, line := range lines {
		want, command, _ := strings.Cut(line, " ")
		args := strings.Fields(command)
		if args[0] == "serve" {
			server = startServer(t, args)
			continue
		}
		t.Run(strings.ReplaceAll(command, "/", "_"), func(t *testing.T) {
			if args[1] == "--resume" && !sameData() {
				t.Skip(otherData)
			}
			var have []byte
			if args[0] == "GET" || args[0] == "POST" {
				have = ask(t, server, command)
			} else {
				have = outcome(t, args)
			}
			hash := fmt.Sprintf("%x", sha256.Sum256(have))[:16]
			if exact && hash != want && !*record {
				t.Errorf("the hash is %s and was %s, of\n%.1000q", hash, want, have)
			}
			lines[i] = hash + " " + command
		})
	}
	if *record {
		if err := os.WriteFile(list, []byte(strings.Join(lines, "\n")+"\n"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if !exact {
		t.Skip(otherBits)
	}
}

// A configuration of then trains the same model now, and is written again as it was.
func TestConfigurationsAsBefore(t *testing.T) {
	if testing.Short() {
		t.Skip("short: trains some 50 models")
	}
	exact := sameBits(t)
	inBefore(t)
	for _, dir := range folders(t, "models") {
		t.Run(dir, func(t *testing.T) {
			again := filepath.Join("again", dir)
			succeed(t, "train", "--config", filepath.Join(dir, "config.yaml"), "--out", again, "--quiet")
			compare(t, dir, again, "config.yaml")
			if exact && !slices.Contains(lastBits, dir) {
				compare(t, dir, again, "model.safetensors")
			}
		})
	}
	if !exact {
		t.Skip(otherBits)
	}
}

// A training that was killed then goes on now, to where it comes to without a break.
func TestResumeAsBefore(t *testing.T) {
	if testing.Short() {
		t.Skip("short: trains some 10 models")
	}
	if !sameData() {
		t.Skip(otherData)
	}
	exact := sameBits(t)
	inBefore(t)
	for _, dir := range folders(t, "interrupted") {
		t.Run(dir, func(t *testing.T) {
			whole := filepath.Join("whole", dir)
			succeed(t, "train", "--config", filepath.Join(dir, "config.yaml"), "--out", whole, "--quiet")
			compare(t, dir, whole, "config.yaml")
			if _, err := os.Stat(filepath.Join(dir, "model.safetensors")); err == nil {
				t.Fatal("it has an end already")
			}
			_, _, said := call(t, "train", "--resume", dir)
			if !strings.Contains(said, "continues after step") {
				t.Fatal(said)
			}
			compare(t, dir, whole, "config.yaml")
			if exact && !slices.Contains(lastBits, dir) {
				compare(t, dir, whole, "model.safetensors")
				compare(t, dir, whole, "metrics.csv")
			}
		})
	}
	if !exact {
		t.Skip(otherBits)
	}
}

func folders(t *testing.T, of string) []string {
	t.Helper()
	dirs, err := filepath.Glob(filepath.Join(of, "*"))
	if err != nil || len(dirs) == 0 {
		t.Fatalf("no folders in %s: %v", of, err)
	}
	return dirs
}

func succeed(t *testing.T, args ...string) string {
	t.Helper()
	status, stdout, stderr := call(t, args...)
	if status != 0 {
		t.Fatalf("status %d: %s", status, stderr)
	}
	return stdout
}

// compare compares a file of two runs.
func compare(t *testing.T, was, is, name string) {
	t.Helper()
	a, b := lasting(t, filepath.Join(was, name)), lasting(t, filepath.Join(is, name))
	if !bytes.Equal(a, b) {
		t.Errorf("%s differs: it was\n%.1000q\nand is\n%.1000q", name, a, b)
	}
}

// outcome runs a command and returns what it leaves: the files of a run, or else its output.
func outcome(t *testing.T, args []string) []byte {
	t.Helper()
	stdout := succeed(t, args...)
	i := max(slices.Index(args, "--out"), slices.Index(args, "--resume"))
	if i < 0 {
		return withoutTimes([]byte(stdout))
	}
	var all []byte
	err := filepath.WalkDir(args[i+1], func(path string, d fs.DirEntry, err error) error {
		// A file that begins with a dot is what a kill has left.
		if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), ".") {
			return err
		}
		all = fmt.Appendf(all, "%s\n", filepath.ToSlash(path))
		all = append(all, lasting(t, path)...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// lasting is a file's content but for times and what a machine is.
func lasting(t *testing.T, path string) []byte {
	t.Helper()
	b := readFile(t, path)
	switch filepath.Ext(path) {
	case ".json":
		return withoutTimes(b)
	case ".yaml":
		return digests.ReplaceAll(b, nil)
	case ".safetensors":
		n := binary.LittleEndian.Uint64(b)
		// Blanks fill the header up to a multiple of eight bytes.
		header := bytes.TrimRight(withoutTimes(b[8:8+n]), " ")
		return slices.Concat(header, []byte("\n"), b[8+n:])
	}
	return b
}

var (
	// Also in JSON within a string of JSON, as metadata are.
	timesInJSON   = regexp.MustCompile(`(\\?"(?:fit_seconds|step_ms|seconds|solve_seconds|threads|concurrent)\\?": ?)(?:[0-9][0-9.eE+-]*|null)`)
	machineInJSON = regexp.MustCompile(`("(?:kernel|go|platform)": ?)"[^"]*"`)
	timesInText   = regexp.MustCompile(`\b[0-9][0-9.e+-]* s\b`)
)

// digests are what files did not have then: in configurations, results and the metadata of
// models and checkpoints, where what a checkpoint was computed with was not named either, and
// in what inspect prints.
var digests = regexp.MustCompile(`# sha256: [0-9a-f]{64}\n|,\s*"(?:sha256|hnn\.sha256\.config|hnn\.sha256\.metrics|hnn\.kernel)": ?"[^"]*"|(?m:^sha256 .*\n)`)

func withoutTimes(b []byte) []byte {
	b = digests.ReplaceAll(b, nil)
	b = timesInJSON.ReplaceAll(b, []byte("${1}0"))
	b = machineInJSON.ReplaceAll(b, []byte(`${1}""`))
	return timesInText.ReplaceAll(b, []byte("T s"))
}

// startServer serves runs until the test ends, and returns the server's address.
func startServer(t *testing.T, args []string) string {
	t.Helper()
	var stderr syncBuffer
	done := make(chan int, 1)
	ctx := t.Context() // it ends before what Cleanup is told
	go func() { done <- execute(ctx, append(args, "--addr", "127.0.0.1:0"), io.Discard, &stderr) }()
	t.Cleanup(func() { <-done })
	address := regexp.MustCompile(`http://127\.0\.0\.1:\d+`)
	for end := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		if found := address.FindString(stderr.String()); found != "" {
			return found
		}
		if time.Now().After(end) {
			t.Fatal(stderr.String())
		}
	}
}

// ask sends a request, as "POST /path {body}", and returns the answer's status and body.
func ask(t *testing.T, server, request string) []byte {
	t.Helper()
	method, rest, _ := strings.Cut(request, " ")
	path, body, _ := strings.Cut(rest, " ")
	r, err := http.NewRequestWithContext(t.Context(), method, server+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Appendf(nil, "%d %s", answer.StatusCode, withoutTimes(b))
}
