package experiment

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	modelfile "hnn/model/file"
	"hnn/model/safetensors"
)

var flips = flag.Uint64("flips", 5, "seed of the bytes that are damaged")

// Of every file of a run, 200 damaged bytes are each noticed by whoever opens it, or change
// nothing of what it says.
func TestDamageIsNoticed(t *testing.T) {
	c := quick(t)
	c.Figures = false
	closed := c.WithClosedForm()
	equalNaN := cmpopts.EquateNaNs()
	for _, c := range []Config{c, closed} {
		dir := filepath.Join(t.TempDir(), "run")
		if _, err := new(Env).RunAll(context.Background(), []Config{c}, Batch{Out: dir}); err != nil {
			t.Fatal(err)
		}
		// look says all that a file says, in a form that can be compared.
		look := map[string]func() (any, error){
			modelFile: func() (any, error) {
				r, err := new(Env).Open(dir)
				if err != nil {
					return nil, err
				}
				meta := r.meta
				delete(meta, safetensors.Digest) // one that has another name is none
				dx := make([]float64, 2)
				r.model.Free()(0, []float64{0.3, -0.7}, dx)
				var known []any
				for _, key := range []string{metaTask, metaSeed, metaColumns, metaConfig, metaData} {
					known = append(known, meta[key])
				}
				return []any{known, dx, r.model.Parameters}, nil
			},
			configFile: func() (any, error) {
				r, err := new(Env).Open(dir)
				if err != nil {
					return nil, err
				}
				return r.Config, nil
			},
			resultsFile: func() (any, error) {
				r, err := ReadResults(dir)
				if err != nil {
					return nil, err
				}
				text, err := json.Marshal(r) // which has no NaN to compare
				return string(text), err
			},
			learnedFile: func() (any, error) { return readLearned(dir) },
		}
		if c.Trainer == Adam {
			look[metricsFile] = func() (any, error) {
				r, err := new(Env).Open(dir)
				if err != nil {
					return nil, err
				}
				return curves([]*Run{r})
			}
			look[checkpointFile] = func() (any, error) {
				e := new(Env)
				d, err := e.data.load(&c, nil)
				if err != nil {
					return nil, err
				}
				tr, err := newTraining[float32](context.Background(), e, c, d, dir, 0)
				if err != nil {
					return nil, err
				}
				defer tr.trainer.Close()
				if err := tr.restore(); err != nil {
					return nil, err
				}
				return []any{tr.trainer.StepsDone(), tr.net.Params(), tr.metrics.rows}, nil
			}
		}
		rng := rand.New(rand.NewPCG(*flips, 6))
		for name, says := range look {
			path := filepath.Join(dir, name)
			whole, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			want, err := says()
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			noticed := 0
			for range 200 {
				at, was := rng.IntN(len(whole)), byte(0)
				damaged := bytes.Clone(whole)
				was, damaged[at] = damaged[at], damaged[at]^byte(1+rng.IntN(255))
				if err := os.WriteFile(path, damaged, 0o644); err != nil {
					t.Fatal(err)
				}
				got, err := says()
				switch {
				case err != nil:
					noticed++
					if !strings.Contains(err.Error(), dir) {
						t.Errorf("%s: the error does not name the run: %v", name, err)
					}
				case !cmp.Equal(want, got, equalNaN):
					t.Errorf("%s, %s: byte %d is %q in place of %q and nobody notices: %s", c.Trainer, name, at, damaged[at], was, cmp.Diff(want, got, equalNaN))
				}
			}
			if noticed < 150 {
				t.Errorf("%s, %s: %d of 200 are noticed", c.Trainer, name, noticed)
			}
			if err := os.WriteFile(path, whole, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// An edited configuration, which is a sound one, is refused by all that open the run, also
// without its digest, and can be trained with by itself.
func TestEditedConfiguration(t *testing.T) {
	c := quick(t)
	c.Figures = false
	dir := filepath.Join(t.TempDir(), "run")
	if _, err := new(Env).RunAll(context.Background(), []Config{c}, Batch{Out: dir}); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, configFile)
	text := read(t, path)
	edited := strings.Replace(text, "noise: ", "noise: 1", 1)
	if edited == text {
		t.Fatal("there is nothing to edit")
	}
	lines := strings.Split(strings.TrimSpace(edited), "\n")
	for what, text := range map[string]string{
		"edited": edited, "edited, without its digest": strings.Join(lines[:len(lines)-1], "\n") + "\n",
	} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		_, open := new(Env).Open(dir)
		_, inspect := Inspect(dir)
		_, resume := new(Env).Resume(context.Background(), dir)
		for verb, err := range map[string]error{"open": open, "inspect": inspect, "resume": resume} {
			if err == nil || !strings.Contains(err.Error(), "changed since") {
				t.Errorf("%s, %s: %v", what, verb, err)
			}
		}
		if _, err := ReadConfigFile(path); err != nil {
			t.Errorf("%s, as a configuration: %v", what, err)
		}
	}
}

// A run of an earlier version, whose files have no digests, is opened with a word.
func TestRunWithoutDigests(t *testing.T) {
	c := quick(t).WithClosedForm()
	c.Figures = false
	dir := filepath.Join(t.TempDir(), "run")
	if _, err := new(Env).RunAll(context.Background(), []Config{c}, Batch{Out: dir}); err != nil {
		t.Fatal(err)
	}
	said := func() string {
		var b strings.Builder
		e := &Env{Log: func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }}
		r, err := e.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Evaluate(context.Background(), r); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	if s := said(); strings.Contains(s, "SHA-256") {
		t.Errorf("a run with digests: %s", s)
	}
	f, err := safetensors.ReadFile(filepath.Join(dir, modelFile))
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{safetensors.Digest, metaConfigFile} {
		if _, ok := f.Metadata[key]; !ok {
			t.Fatalf("the model has no %s", key)
		}
		delete(f.Metadata, key)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, modelFile), b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]seal{configFile: yamlSeal, resultsFile: jsonSeal} {
		path := filepath.Join(dir, name)
		plain, sealed, err := s.check(path, []byte(read(t, path)))
		if err != nil || !sealed {
			t.Fatalf("%s: sealed %v, %v", name, sealed, err)
		}
		if err := os.WriteFile(path, plain, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if s := said(); !strings.Contains(s, "no SHA-256") {
		t.Errorf("nothing is said of a run without digests: %q", s)
	}
}

// Two fits of the same give the same model file, whatever time they take.
func TestModelFilesHaveNoTimes(t *testing.T) {
	polished := quick(t)
	polished.Polish = true
	for _, c := range []Config{quick(t).WithClosedForm(), polished} {
		c.Figures = false
		var files []string
		for range 2 {
			dir := filepath.Join(t.TempDir(), "run")
			runs, err := new(Env).RunAll(context.Background(), []Config{c}, Batch{Out: dir})
			if err != nil {
				t.Fatal(err)
			}
			if s := float64(runs[0].Results.FitSeconds); !(s > 0) || math.IsInf(s, 0) {
				t.Errorf("%s: results of a fit of %v s", c.Trainer, s)
			}
			files = append(files, read(t, dir, modelFile))
			_, meta, err := modelfile.Load(filepath.Join(dir, modelFile))
			if err != nil {
				t.Fatal(err)
			}
			for key, text := range meta {
				if regexp.MustCompile(`seconds":[^0]|seconds":0\.`).MatchString(text) {
					t.Errorf("%s: the metadata %s of the model have a time: %s", c.Trainer, key, text)
				}
			}
		}
		if files[0] != files[1] {
			t.Errorf("%s: two model files of the same differ", c.Trainer)
		}
	}
}

// A checkpoint that was computed with other kernels says so when it goes on.
func TestResumeWithOtherKernels(t *testing.T) {
	c := quick(t)
	c.Figures = false
	dir := filepath.Join(t.TempDir(), "run")
	if _, err := new(Env).RunAll(context.Background(), []Config{c}, Batch{Out: dir}); err != nil {
		t.Fatal(err)
	}
	resumed := func() string {
		var b strings.Builder
		e := &Env{Log: func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }}
		if _, err := e.Resume(context.Background(), dir); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	if s := resumed(); strings.Contains(s, "kernels") {
		t.Errorf("with the same kernels: %s", s)
	}
	path := filepath.Join(dir, checkpointFile)
	f, err := safetensors.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f.Metadata[metaKernel] = "generic/vax"
	if err := safetensors.WriteFile(path, f); err != nil {
		t.Fatal(err)
	}
	if s := resumed(); !strings.Contains(s, "warning: its checkpoint was computed with the kernels generic/vax") {
		t.Errorf("with other kernels: %q", s)
	}
}
