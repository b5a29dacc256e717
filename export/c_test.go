package export

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"hnn/model"
	"hnn/ode"
)

var strict = []string{"-std=c99", "-Wall", "-Wextra", "-pedantic", "-Werror"}

// tool is the path of a program, without which the test is skipped.
func tool(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed, so what it checks is not", name)
	}
	return path
}

func run(t testing.TB, in io.Reader, name string, args ...string) []byte {
	t.Helper()
	c := exec.Command(name, args...)
	var out, messages bytes.Buffer
	c.Stdin, c.Stdout, c.Stderr = in, &out, &messages
	if err := c.Run(); err != nil {
		text := messages.String() + out.String()
		t.Fatalf("%s %v: %v\n%s", name, args, err, text[:min(len(text), 3000)])
	}
	return out.Bytes()
}

func write(t testing.TB, files []File) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range files {
		path := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// cDriver reads rows of states and inputs from standard input, as doubles, and writes of each the field and the energy, then
// the first row's rollout of 100 steps of the length that is its argument.
const cDriver = `
#include <stdio.h>
#include <stdlib.h>
#include "model.h"
int main(int argc, char **argv)
{
	double in[HNN_STATES + HNN_INPUTS + 1], out[HNN_STATES + 1];
#ifdef HNN_TIMED
	const hnn_real NOW0 = 0.75;
#define NOW NOW0,
#else
#define NOW
#endif
	hnn_state first, last;
	int rows = 0;
	for (; fread(in, sizeof *in, HNN_STATES + HNN_INPUTS, stdin) == HNN_STATES + HNN_INPUTS; rows++) {
		hnn_real x[HNN_STATES], u[HNN_INPUTS + 1], dx[HNN_STATES];
		for (int i = 0; i < HNN_STATES; i++) x[i] = (hnn_real)in[i];
		for (int i = 0; i < HNN_INPUTS; i++) u[i] = (hnn_real)in[HNN_STATES + i];
		if (!rows) for (int i = 0; i < HNN_STATES; i++) first.x[i] = x[i];
		hnn_field(NOW x, u, dx);
		for (int i = 0; i < HNN_STATES; i++) out[i] = dx[i];
		out[HNN_STATES] = ENERGY;
		fwrite(out, sizeof *out, HNN_STATES + 1, stdout);
	}
	for (int method = 0; method < METHODS; method++) {
		last = first;
		last.t = 0;
		for (int n = 0; n < 100; n++)
			if (hnn_step(&last, (hnn_method)method, (hnn_real)atof(argv[argc - 1]), 0, 0)) break;
		for (int i = 0; i < HNN_STATES; i++) out[i] = last.x[i];
		fwrite(out, sizeof *out, HNN_STATES, stdout);
	}
	return 0;
}
`

const agreementRows = 1000

// now is the time of the rows, for models whose field depends on it.
const now = 0.75

// sample is rows of states and inputs, one behind the other, in float32 so that both precisions are given the same.
func sample(k one, m *Model, rows int) (x []float64) {
	rng := rand.New(rand.NewPCG(11, 12))
	for range rows {
		for _, v := range k.states(rng) {
			x = append(x, float64(float32(v)))
		}
		for range m.Inputs {
			x = append(x, float64(float32(rng.NormFloat64())))
		}
	}
	return x
}

// agreement is how far fields (rows x stride) are from the model's, relative to K eps: the worst row's.
func agreement(form *model.Form[float64], m *Model, x, got []float64, stride int, eps float64) (worst float64) {
	field := form.Field()
	many, terms := field.Many(), m.Field.Terms()
	d, w := m.Dim, m.Dim+m.Inputs
	want := make([]float64, d)
	for r := 0; r*w < len(x); r++ {
		state, u := x[r*w:r*w+d], x[r*w+d:(r+1)*w]
		if m.Inputs == 0 {
			u = nil
		}
		many([]float64{now}, state, u, want, 1)
		k := norm(terms(m.arguments(now, state, u)...)) / norm(want)
		worst = max(worst, Distance(want, got[r*stride:r*stride+d])/(k*eps))
	}
	return worst
}

// stepOf is a step that is short for the model.
func stepOf(m *Model, x []float64) float64 {
	u := make([]float64, m.Inputs)
	return 0.002 * (0.1 + norm(x[:m.Dim])) / (norm(m.Field.Run()(m.arguments(0, x[:m.Dim], u)...)) + 1e-300)
}

// What C gives is the model's field at random states within 16 K eps, K being how far its sums cancel, and its rollouts are
// the model's, for every kind of model, in both precisions; gcc and clang have nothing to warn of.
func TestC(t *testing.T) {
	gcc := tool(t, "gcc")
	clang, _ := exec.LookPath("clang")
	if clang == "" {
		t.Log("clang is not installed, so its warnings are not checked")
	}
	for i, k := range kinds(t) {
		if testing.Short() && i%6 != 0 {
			continue
		}
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			m, err := New(k.form, Names{Model: k.name})
			if err != nil {
				t.Fatal(err)
			}
			x := sample(k, m, agreementRows)
			step := float64(float32(stepOf(m, x)))
			line := k.name
			for _, precision := range []Precision{Double, Float} {
				dir := write(t, append(C(m, precision), File{"main.c", []byte(cDriver)}))
				energy := "0"
				if m.Energy != nil {
					energy = "hnn_energy(x)"
				}
				flags := append(append([]string{}, strict...), "-O1", "-DENERGY="+energy, fmt.Sprintf("-DMETHODS=%d", len(m.Methods)))
				main, code, program := filepath.Join(dir, "main.c"), filepath.Join(dir, "model.c"), filepath.Join(dir, "program")
				run(t, nil, gcc, append(flags, main, code, "-o", program, "-lm")...)
				if clang != "" && precision == Float {
					run(t, nil, clang, append(append([]string{}, strict...), "-fsyntax-only", "-DHNN_DEMO", code)...)
				}
				var in bytes.Buffer
				binary.Write(&in, binary.LittleEndian, x)
				out := run(t, &in, program, fmt.Sprint(step))
				got := make([]float64, len(out)/8)
				binary.Read(bytes.NewReader(out), binary.LittleEndian, got)
				e := map[Precision]float64{Double: 0x1p-52, Float: 0x1p-23}[precision]
				worst := agreement(k.form, m, x, got, m.Dim+1, e)
				line += fmt.Sprintf("  %s %.2f K eps", precision, worst)
				if !(worst <= 16) {
					t.Errorf("%s: %v K eps", precision, worst)
				}
				rest := got[agreementRows*(m.Dim+1):]
				for i, method := range m.Methods {
					end := rest[i*m.Dim : (i+1)*m.Dim]
					want := rollout(t, k.form, method, x[:m.Dim], step)
					// Each of 100 steps adds a rounding, and rounding grows by K.
					if d := Distance(want, end); !(d <= 160*e*kOf(m, x)) {
						t.Errorf("%s: after 100 steps of %v states are off by %.3g", precision, method, d)
					}
				}
			}
			t.Log(line)
		})
	}
}

func kOf(m *Model, x []float64) float64 {
	u := make([]float64, m.Inputs)
	all := m.arguments(0, x[:m.Dim], u)
	return max(1, norm(m.Field.Terms()(all...))/norm(m.Field.Run()(all...)))
}

// rollout is the state after 100 steps without inputs.
func rollout(t *testing.T, form *model.Form[float64], method ode.Method, x []float64, step float64) []float64 {
	t.Helper()
	set, field := &ode.Settings{Method: method, Step: step}, form.Field()
	times := []float64{0, 100 * step}
	var r []float64
	var err error
	chart := field.Charted(method)
	if chart != nil {
		x, field = chart.Enter(x, form.Dim), chart.Field
	}
	if method.NeedsSplit() {
		r, _, err = ode.SolveSplit(field.Split(), x, times, nil, set)
	} else {
		r, _, err = ode.Solve(field.Free(), x, times, nil, set)
	}
	if err != nil {
		t.Fatal(err)
	}
	r = r[len(r)-len(x):]
	if chart != nil {
		r = chart.Leave(r, form.Dim)
	}
	return r
}
