package experiment

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"hnn/model/lattice"
	"hnn/system"
)

// heavy is a file of trials with momenta of masses of 2.5, of which rows rows are kept.
func heavy(t *testing.T, text string, rows int) string {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(text), "\n")
	for i, line := range lines[1:] {
		cells := strings.Split(line, ",")
		for j := 2 + (len(cells)-2)/2; j < len(cells); j++ {
			v, err := strconv.ParseFloat(cells[j], 64)
			if err != nil {
				t.Fatal(err)
			}
			cells[j] = number(2.5 * v)
		}
		lines[1+i] = strings.Join(cells, ",")
	}
	return fileOf(t, strings.Join(lines[:1+rows], "\n")+"\n")
}

// A rollout begins with a single row of a file, on as many sites as it has, without a word of noise or ranges; and velocities are not
// taken for momenta without one.
func TestLatticeStartsFromRows(t *testing.T) {
	withoutShort(t)
	const trials, points = 6, 80
	small, large := read(t, chainFile(t, system.NewFPUTBeta(6), trials)), read(t, chainFile(t, system.NewFPUTBeta(9), 2))
	var lines []string
	e := listening(&lines)
	c := own(t, heavy(t, small, trials*points)).WithWeakForm(lattice.Kind)
	c.Lattice = "fixed-chain"
	run, err := e.Train(t.Context(), c, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	simulate := func(file string, until float64) (*Simulation, error) {
		lines = nil
		_, sim, err := e.Simulate(t.Context(), run.Dir, SimulateOptions{DataFile: file, Trial: 1, Until: until, Integration: Integration{Method: AutoMethod, RTol: 1e-9, ATol: 1e-9}})
		return sim, err
	}
	warned := func(of string) bool { return strings.Contains(strings.Join(lines, "\n"), of) }
	all, err := simulate(heavy(t, large, 2*points), 7.9)
	if err != nil {
		t.Fatal(err)
	}
	for _, rows := range []int{1, 2, 5} {
		sim, err := simulate(heavy(t, large, rows), 3)
		if err != nil {
			t.Errorf("%d rows: %v", rows, err)
			continue
		}
		want := map[bool]int{true: 101, false: rows}[rows == 1]
		if len(sim.Times) != want || len(sim.Columns) != 18 || math.Abs(sim.States[0]-all.States[0]) > 1e-12 {
			t.Errorf("%d rows: %d times, %d columns, begins at %v, not %v", rows, len(sim.Times), len(sim.Columns), sim.States[0], all.States[0])
		}
		if warned("range") || warned("derivatives") || warned("noise") {
			t.Errorf("%d rows: %s", rows, strings.Join(lines, "\n"))
		}
	}
	if _, err := simulate(heavy(t, large, 1), math.Inf(1)); err == nil || !strings.Contains(err.Error(), "--to") {
		t.Errorf("a single row without an end: %v", err)
	}
	velocities := strings.ReplaceAll(large, ",p", ",v")
	for _, rows := range []int{1, 2 * points} {
		text := strings.Join(strings.Split(velocities, "\n")[:1+rows], "\n") + "\n"
		if _, err := simulate(fileOf(t, text), 3); err != nil || !warned("are velocities by their names") {
			t.Errorf("velocities in %d rows: %v\n%s", rows, err, strings.Join(lines, "\n"))
		}
	}
	// Without names that tell, the rates do.
	if _, err := simulate(fileOf(t, large), 3); err != nil || !warned("change at other rates than the model gives them") {
		t.Errorf("momenta of other masses: %v\n%s", err, strings.Join(lines, "\n"))
	}
}
