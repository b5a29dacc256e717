package experiment

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hnn/data"
	"hnn/eval"
	"hnn/model"
	"hnn/model/network"
)

// measuredFile is a file of measurements, with the flags that a user gives with it.
type measuredFile struct {
	name, path, test string
	angles, x        []string
}

// The measured files; those of schmidt-lipson that are simulated are left out.
var measuredFiles = []measuredFile{
	{name: "pendulum", path: "schmidt-lipson/real_pend_h_1.txt", angles: []string{"o"}},
	{name: "air track", path: "schmidt-lipson/real_linear_h_1.txt"},
	{name: "double air track", path: "schmidt-lipson/real_double_linear_h_1.txt"},
	{name: "double pendulum (motion capture)", path: "schmidt-lipson/real_double_pend_h_1.txt", angles: []string{"o1", "o2"}},
	{name: "arm on a cart, one link", path: "measured/single_pend.csv", angles: []string{"theta1"}},
	{name: "arm on a cart, two links", path: "measured/double_pend.csv", angles: []string{"theta1", "theta2"}},
	{name: "double pendulum (film)", path: "measured/ibm_angle.csv", angles: []string{"theta1", "theta2"}},
	{name: "two-link robot", path: "measured/delan_v.csv"},
	{name: "tanks", path: "measured/tanks_est.csv", test: "measured/tanks_val.csv", x: []string{"y"}},
}

// rivalRows are rows for bench/peers/measured.py: what trains, and blocks of what was held out.
type rivalRows struct {
	Dim      int          `json:"dim"`
	Measured int          `json:"measured"` // of the columns, the first are measured
	Inputs   int          `json:"inputs"`
	Held     bool         `json:"held"`
	Range    []float64    `json:"range"`
	Angles   []bool       `json:"angles"`
	Block    int          `json:"block"` // rows
	Train    []rivalTrial `json:"train"`
	Raw      []rivalTrial `json:"raw"` // as measured, where states were estimated and are whole
	Test     []rivalTrial `json:"test"`
}

// rivalTrial is a trial, row by row: states, derivatives, inputs and what was measured.
type rivalTrial struct {
	T  []float64 `json:"t"`
	X  []float64 `json:"x"`
	DX []float64 `json:"dx,omitempty"`
	U  []float64 `json:"u,omitempty"`
	M  []float64 `json:"m,omitempty"`
}

func rivalTrials(s *data.Set) (out []rivalTrial) {
	for k := range s.Trials() {
		t, x, dx := s.Trial(k)
		one := rivalTrial{T: t, X: x, DX: dx}
		if u := s.InputSignal(k); u != nil {
			one.U = u.U
		}
		out = append(out, one)
	}
	return out
}

// blockRows is how many rows a block of held-out rows has: two turns of the column that turns fastest, as its crossings of
// the mean count them, but at least 12 and so few that there are eight blocks.
func blockRows(trials []eval.HeldOutTrial, columns int) int {
	rows, crossings := 0, 0
	for j := range columns {
		n, crossed := 0, 0
		for _, trial := range trials {
			mean := 0.0
			for i := range trial.T {
				mean += trial.Measured[i*columns+j] / float64(len(trial.T))
			}
			for i := 1; i < len(trial.T); i++ {
				if (trial.Measured[(i-1)*columns+j] > mean) != (trial.Measured[i*columns+j] > mean) {
					crossed++
				}
			}
			n += len(trial.T)
		}
		rows, crossings = n, max(crossings, crossed)
	}
	return max(12, min(4*rows/max(crossings, 1), rows/8))
}

// blocksOf cuts held-out trials into blocks of so many rows; rests of less than half are left out.
func blocksOf(trials []eval.HeldOutTrial, dim, columns, rows int) (out []eval.HeldOutTrial) {
	for _, trial := range trials {
		for from := 0; from < len(trial.T); from += rows {
			to := min(from+rows, len(trial.T))
			if to-from < max(rows/2, 3) {
				continue
			}
			out = append(out, eval.HeldOutTrial{T: trial.T[from:to], States: trial.States[from*dim : to*dim], Measured: trial.Measured[from*columns : to*columns], Input: trial.Input})
		}
	}
	return out
}

// blockErrors are the errors of a model over blocks, one rollout each; infinite where it diverges.
func blockErrors(t *testing.T, m *model.Field, blocks []eval.HeldOutTrial, o eval.HeldOutOptions) (out []float64) {
	t.Helper()
	o.Whole, o.Workers, o.Interrupt = true, 2, func() error { return nil }
	for i := range blocks {
		r, err := eval.HeldOut(m, blocks[i:i+1], o)
		switch {
		case err != nil:
			t.Fatal(err)
		case r.Diverged > 0:
			out = append(out, math.Inf(1))
		default:
			out = append(out, r.Errors[0])
		}
	}
	return out
}

// apartOver is the mean over blocks of the difference of the logarithms of two errors, each at least 1e-9 and at most 10
// ranges, with its standard error.
func apartOver(a, b []float64) (mean, se float64) {
	bound := func(v float64) float64 { return math.Log(max(1e-9, min(v, 10))) }
	n := float64(len(a))
	square := 0.0
	for i := range a {
		d := bound(a[i]) - bound(b[i])
		mean += d / n
		square += d * d / n
	}
	return mean, math.Sqrt(max(square-mean*mean, 0) / (n - 1))
}

func geometricMean(v []float64) float64 {
	sum := 0.0
	for _, e := range v {
		sum += math.Log(max(1e-9, min(e, 10))) / float64(len(v))
	}
	return math.Exp(sum)
}

// The model that is recommended for a measured file, without options, against PySINDy, polynomial ridge regression and a
// Gaussian process on the same rows: bench/peers/measured.py, whose grid is there. Python with pysindy and scikit-learn is
// HNN_PYTHON, or python3.
func TestMeasuredRivals(t *testing.T) {
	if !*long {
		t.Skip("-long compares with other programs on measured files; docs/choices.md has its table")
	}
	python := os.Getenv("HNN_PYTHON")
	if python == "" {
		python = "python3"
	}
	if exec.Command(python, "-c", "import pysindy, sklearn").Run() != nil {
		t.Skipf("%s has no pysindy or no scikit-learn: set HNN_PYTHON", python)
	}
	for _, f := range measuredFiles {
		if !strings.Contains(f.name, *chosen) {
			continue
		}
		path := filepath.Join("..", "..", "shared", "data", filepath.FromSlash(f.path))
		if _, err := os.Stat(path); err != nil {
			t.Logf("%s is not there", path)
			continue
		}
		t.Run(f.name, func(t *testing.T) { f.compare(t, python, path) })
	}
}

func (f *measuredFile) compare(t *testing.T, python, path string) {
	c := mustDefault(t, "data").Tuned()
	c.Data, c.Figures = path, false
	asked := Asked{Models: []string{network.KindHNN}, Trainers: []string{string(ClosedForm)}, Settings: c}
	give := func(flag string) { asked.Given = append(asked.Given, flag) }
	if f.angles != nil {
		give("angle")
		asked.Settings.Angle = f.angles
	}
	if f.x != nil {
		give("x")
		asked.Settings.Columns.X = f.x
	}
	if f.test != "" {
		give("test")
		asked.Settings.Test = filepath.Join("..", "..", "shared", "data", filepath.FromSlash(f.test))
	}
	env := &Env{Log: t.Logf}
	seconds := userSeconds()
	if _, err := env.HowToLearn(t.Context(), c, asked); err != nil {
		t.Fatal(err)
	}
	run, err := env.Train(t.Context(), *env.recommended, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	seconds = userSeconds() - seconds
	d, err := env.data.load(env.recommended, nil)
	if err != nil {
		t.Fatal(err)
	}
	o, err := d.heldOutOptions(eval.Options{})
	if err != nil {
		t.Fatal(err)
	}
	columns := d.measured.Dim
	trials := d.heldOutTrials()
	rows := blockRows(trials, columns)
	blocks := blocksOf(trials, d.Train.Dim, columns, rows)
	ours := blockErrors(t, run.model, blocks, o)
	out := rivalRows{Dim: d.Train.Dim, Measured: columns, Range: o.Range, Angles: o.Angles, Block: rows, Train: rivalTrials(d.Train), Inputs: len(d.Train.InputNames), Held: d.Train.InputsHeld}
	if d.raw != nil && d.raw.Dim == d.Train.Dim {
		out.Raw = rivalTrials(d.raw)
	}
	for _, b := range blocks {
		one := rivalTrial{T: b.T, X: b.States, M: b.Measured}
		if b.Input != nil {
			u := make([]float64, out.Inputs)
			for _, at := range b.T {
				b.Input.At(at, u)
				one.U = append(one.U, u...)
			}
		}
		out.Test = append(out.Test, one)
	}
	text, err := json.Marshal(out)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "rows.json")
	if err := os.WriteFile(file, text, 0o666); err != nil {
		t.Fatal(err)
	}
	said, err := exec.CommandContext(t.Context(), python, filepath.Join("..", "bench", "peers", "measured.py"), file).Output()
	if err != nil {
		t.Fatalf("measured.py: %v", err)
	}
	var rivals map[string]struct {
		Setting string    `json:"setting"`
		Errors  []float64 `json:"errors"`
	}
	if err := json.Unmarshal(said, &rivals); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	best := ""
	names := make([]string, 0, len(rivals))
	for name, r := range rivals {
		if len(r.Errors) != len(ours) {
			t.Fatalf("%s has %d errors of %d blocks", name, len(r.Errors), len(ours))
		}
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		r := rivals[name]
		m, se := apartOver(ours, r.Errors)
		t.Logf("%s: %.3g%% (%s); ours by it: %.2f +- %.2f", name, 100*geometricMean(r.Errors), r.Setting, m, se)
		if best == "" || geometricMean(r.Errors) < geometricMean(rivals[best].Errors) {
			best = name
		}
	}
	for _, try := range env.learning.Tried {
		if try.field != nil {
			t.Logf("of what was tried: %s: inner %.3g%%, blocks %.3g%%", try.Way, 100*float64(try.Error), 100*geometricMean(blockErrors(t, try.field, blocks, o)))
		}
	}
	m, se := apartOver(ours, rivals[best].Errors)
	t.Logf("class: %s", env.learning.Verdict)
	t.Logf("ROW | %s | %s | %d of %d rows | %.3g | %s %.3g | %s | %.0f |", f.name, run.Config.Model, len(blocks), rows, 100*geometricMean(ours), best, 100*geometricMean(rivals[best].Errors), fmt.Sprintf("%+.2f ± %.2f", m, se), seconds)
	if m > se {
		t.Errorf("%s is behind %s: the difference of the logarithms of the errors is %.2f, its standard error %.2f", run.Config.Model, best, m, se)
	}
}
