package experiment

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"hnn/data/draw"
	"hnn/model/expr"
	"hnn/model/lattice"
	"hnn/model/network"
	"hnn/report"
	"hnn/system"
)

// chainFile is a file of the states of trials of a system, without derivatives, that is to be removed with the test.
func chainFile(t *testing.T, s system.System, trials int) string {
	t.Helper()
	split, err := draw.Generate(s, rand.New(rand.NewPCG(1, uint64(s.Dim()))), draw.Options{Trajectories: trials, Points: 80, Horizon: 8, Tolerance: 1e-11})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("trial,t," + strings.Join(split.Train.Names, ",") + "\n")
	for k := range trials {
		times, x, _ := split.Train.Trial(k)
		for r, now := range times {
			fmt.Fprintf(&b, "%d,%v", k+1, now)
			for _, v := range x[r*s.Dim() : (r+1)*s.Dim()] {
				fmt.Fprintf(&b, ",%.15g", v)
			}
			b.WriteString("\n")
		}
	}
	return fileOf(t, b.String())
}

// A law that was learned of 6 masses follows 16 from a file of these, which are never taken for the first 6 of them; a
// simulation begins with as many as its state has; and trials find the lattice where nobody named it.
func TestLatticeOfAnySize(t *testing.T) {
	small, large := chainFile(t, system.NewFPUTBeta(6), 6), chainFile(t, system.NewFPUTBeta(16), 2)
	var lines []string
	e := listening(&lines)
	c := own(t, small).WithWeakForm(lattice.Kind)
	c.Lattice = "fixed-chain"
	trained, err := e.Train(t.Context(), c, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	run, err := e.Open(trained.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.EvaluateFile(t.Context(), run, large, 0); err != nil {
		t.Fatal(err)
	}
	if r := run.Results.Rollout; run.Dim() != 32 || r == nil || !(float64(r.Error.Mean) < 1e-5) || !(r.Still > 0.05) || !(r.MeanState > 0.05) {
		t.Errorf("16 masses: states of %d, rollouts %+v", run.Dim(), r)
	}
	if columns := run.Columns(); columns[15] != "q16" || columns[31] != "p16" {
		t.Errorf("columns %v", columns)
	}
	x0 := make([]float64, 20)
	x0[0] = 1
	_, sim, err := e.Simulate(t.Context(), run.Dir, SimulateOptions{State: x0, Times: []float64{0, 1, 2}, Integration: Integration{Method: AutoMethod, RTol: 1e-9, ATol: 1e-9}})
	if err != nil || len(sim.Columns) != 20 {
		t.Errorf("10 masses: %v", err)
	}
	if _, _, err := e.Simulate(t.Context(), run.Dir, SimulateOptions{Masses: slices.Repeat([]float64{1}, 9), Times: []float64{0, 1}}); err == nil || !strings.Contains(err.Error(), "--from-data") {
		t.Errorf("a state of 9 masses was drawn from nothing: %v", err)
	}
	// Its laws are what it is, and no formula is distilled of it.
	x, err := e.Explain(run, expr.Text, "", 0.05)
	if err != nil || x.Distilled || !strings.Contains(x.Law, "W(d) = 0.5 d^2") || strings.Contains(x.Law, "q1") {
		t.Errorf("explained: %+v, %v", x, err)
	}
	if _, err := e.Explain(run, expr.LaTeX, "", 0.05); err == nil || !strings.Contains(err.Error(), "written as text") {
		t.Errorf("explained as LaTeX: %v", err)
	}
	for want, change := range map[string]func(c *Config){
		"has 4 sites":         func(c *Config) { c.Lattice = "grid:2x2" },
		"there is no lattice": func(c *Config) { c.Lattice = "line" },
		"needs a graph":       func(c *Config) { c.Lattice = "" },
		"counted from 1 to 6": func(c *Config) { c.Lattice, c.Edges = "", fileOf(t, "1,2\n2,7\n") },
	} {
		bad := c
		change(&bad)
		if _, err := e.Train(t.Context(), bad, t.TempDir()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s %s: %v, want %q", bad.Lattice, bad.Edges, err, want)
		}
	}
	asked := Asked{Models: []string{network.KindHNN}, Trainers: []string{string(ClosedForm)}, Settings: own(t, small)}
	configs, err := e.HowToLearn(t.Context(), own(t, small), asked)
	if err != nil || !slices.ContainsFunc(configs, func(c Config) bool { return c.Model == lattice.Kind && c.Lattice == "fixed-chain" }) {
		t.Errorf("trials take %+v, %v", configs, err)
	}
}

// noisyFile is a file of trials with normal noise on every column behind the trial and the time.
func noisyFile(t *testing.T, path string, noise float64) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(3, 4))
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	for i, line := range lines[1:] {
		cells := strings.Split(line, ",")
		for j := range cells[2:] {
			v, err := strconv.ParseFloat(cells[2+j], 64)
			if err != nil {
				t.Fatal(err)
			}
			cells[2+j] = number(v + noise*rng.NormFloat64())
		}
		lines[1+i] = strings.Join(cells, ",")
	}
	return fileOf(t, strings.Join(lines, "\n")+"\n")
}

// A grid whose columns are numbered by rows and columns is found by them, of positions alone too, whose velocities are then those
// of polynomials through the rows: of exact ones, 60 a turn, to 1e-5.
func TestGridByNames(t *testing.T) {
	const rows, columns = 3, 4
	q, p := strings.Fields(grid("q%d_%d", rows, columns)), strings.Fields(grid("p%d_%d", rows, columns))
	shape := lattice.Shape{Sides: []int{rows, columns}}
	path := rollsOf(t, strings.Join(append(q, p...), ","), 2*rows*columns, 6, 80, 0.1, func(x, dx []float64) {
		n := rows * columns
		copy(dx, x[n:])
		for i := range n {
			dx[n+i] = -x[i] - 0.2*x[i]*x[i]*x[i]
		}
		for _, b := range shape.Bonds() {
			pull := x[b.J] - x[b.I]
			dx[n+b.I] += pull
			dx[n+b.J] -= pull
		}
	}, func(u func(lo, hi float64) float64) []float64 {
		x := make([]float64, 2*rows*columns)
		for i := range x {
			x[i] = u(-1.5, 1.5)
		}
		return x
	})
	for _, c := range []struct {
		alone bool
		noise float64
		most  float64 // of the range: exact rows by the polynomials' order, noisy ones about theirs
	}{{false, 0, 1e-7}, {true, 0, 1e-4}, {false, 0.01, 5e-3}, {true, 0.01, 2e-2}} {
		own := own(t, noisyFile(t, path, c.noise))
		if c.alone {
			own.Columns.P = []string{}
		}
		e := listening(new([]string))
		config := own.WithWeakForm(lattice.Kind)
		config.Lattice = "grid:3x4"
		if c.noise == 0 { // found without being named
			configs, err := e.HowToLearn(t.Context(), own, Asked{Models: []string{network.KindHNN}, Trainers: []string{string(ClosedForm)}, Settings: own})
			if err != nil || configs[0].Model != lattice.Kind || configs[0].Lattice != config.Lattice {
				t.Fatalf("trials take %+v, %v", configs, err)
			}
			config = configs[0]
		}
		trained, err := e.Train(t.Context(), config, t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		r := trained.Results.Rollout
		if r == nil || !(float64(r.Error.Mean) < c.most) {
			t.Errorf("positions alone %v, noise %v: rollouts %+v, want below %g", c.alone, c.noise, r, c.most)
			continue
		}
		if run, err := e.Open(trained.Dir); err != nil {
			t.Error(err)
		} else if err := e.EvaluateFile(t.Context(), run, own.Data, 0); err != nil || !(float64(run.Results.Rollout.Error.Mean) < 4*c.most) {
			t.Errorf("positions alone %v, noise %v: as another file %+v, %v", c.alone, c.noise, run.Results.Rollout, err)
		}
		t.Logf("positions alone %v, noise %v: rollouts err by %.2g of the range", c.alone, c.noise, float64(r.Error.Mean))
	}
	wrong := own(t, path).WithWeakForm(lattice.Kind)
	for _, other := range []string{"grid:2x6", "chain"} {
		wrong.Lattice = other
		if _, err := listening(new([]string)).Train(t.Context(), wrong, t.TempDir()); err == nil || !strings.Contains(err.Error(), "a grid of 3x4") {
			t.Errorf("%s: %v", other, err)
		}
	}
	// Of exact rows a graph whose law leaves half of the forces is no result.
	wrong.Lattice, wrong.Edges = "", fileOf(t, "1,2\n6,7\n")
	if _, err := listening(new([]string)).Train(t.Context(), wrong, t.TempDir()); err == nil || !strings.Contains(err.Error(), "NO LAW") {
		t.Errorf("two bonds of seventeen: %v", err)
	}
}

// grid are names row by row, with numbers from 1.
func grid(form string, rows, columns int) string {
	var names []string
	for i := range rows * columns {
		names = append(names, fmt.Sprintf(form, 1+i/columns, 1+i%columns))
	}
	return strings.Join(names, " ")
}

// Columns are of sites where they are numbered one after the other, in either order.
func TestNumbering(t *testing.T) {
	for text, want := range map[string]siteColumns{
		"q1 q2 q3 p1 p2 p3":         {sites: 3, space: 1},
		"q0 q1 p0 p1":               {sites: 2, space: 1},
		"x1 y1 x2 y2 u1 v1 u2 v2":   {sites: 2, space: 2, interleaved: true},
		"x1 x2 y1 y2 u1 u2 v1 v2":   {sites: 2, space: 2},
		"q1 q3 p1 p3":               {},
		"x y vx vy":                 {},
		"x1 y1 x3 y3 u1 v1 u2 v2":   {},
		"x1 y1 x2 z2 vx1 vy1 v2 w2": {},
		// Grids, by rows and by columns, with numbers that stand alone and without.
		"q1_1 q1_2 q1_3 q2_1 q2_2 q2_3 " + grid("p%d_%d", 2, 3):                           {sites: 6, space: 1, sides: [3]int{2, 3}},
		"q1_1 q2_1 q1_2 q2_2 q1_3 q2_3 " + grid("p%d_%d", 2, 3):                           {sites: 6, space: 1, sides: [3]int{3, 2}},
		"q[0][0] q[0][1] q[1][0] q[1][1] " + grid("p[%d][%d]", 2, 2):                      {sites: 4, space: 1, sides: [3]int{2, 2}},
		"q11 q12 q21 q22 " + grid("p%d%d", 2, 2):                                          {sites: 4, space: 1, sides: [3]int{2, 2}},
		"q1_1_1 q1_1_2 q1_2_1 q1_2_2 " + grid("p1_%d_%d", 2, 2):                           {sites: 4, space: 1, sides: [3]int{1, 2, 2}},
		"x1_1 y1_1 x1_2 y1_2 x2_1 y2_1 x2_2 y2_2 u1_1 v1_1 u1_2 v1_2 u2_1 v2_1 u2_2 v2_2": {sites: 4, space: 2, interleaved: true, sides: [3]int{2, 2}},
		"q1_1 q1_2 q2_1 p1_1 p1_2 p2_1":                                                   {},
		"q1_2 q1_1 q2_1 q2_2 p1_1 p1_2 p2_1 p2_2":                                         {},
	} {
		got, ok := numbering(strings.Fields(text))
		if ok != (want.sites > 0) || ok && got != want {
			t.Errorf("%s: %+v, %v, want %+v", text, got, ok, want)
		}
	}
	names := strings.Fields(grid("q[%d,%d]", 2, 2) + " " + grid("p[%d,%d]", 2, 2))
	n, _ := numbering(names)
	if got, want := strings.Join(siteNames(names, n, 6, []int{2, 3}), " "), grid("q[%d,%d]", 2, 3)+" "+grid("p[%d,%d]", 2, 3); got != want {
		t.Errorf("a grid of 2 x 3 has the columns %s", got)
	}
	down := strings.Fields("q1_1 q2_1 q3_1 q1_2 q2_2 q3_2 p1_1 p2_1 p3_1 p1_2 p2_2 p3_2")
	n, _ = numbering(down)
	if got := siteNames(down, n, 6, []int{2, 3}); !slices.Equal(got, down) {
		t.Errorf("a grid down its columns has the columns %s", got)
	}
	for text, want := range map[string]string{
		"mass1_x mass2_x mass1_v mass2_v": "mass1_x mass2_x mass3_x mass1_v mass2_v mass3_v", "phi_1 phi_2 phi_dot_1 phi_dot_2": "phi_1 phi_2 phi_3 phi_dot_1 phi_dot_2 phi_dot_3",
		"b1_x b1_y b2_x b2_y b1_u b1_v b2_u b2_v": "b1_x b1_y b2_x b2_y b3_x b3_y b1_u b1_v b2_u b2_v b3_u b3_v",
	} {
		names := strings.Fields(text)
		n, ok := numbering(names)
		if got := strings.Join(siteNames(names, n, 3, nil), " "); !ok || got != want {
			t.Errorf("three sites as %s have the columns %s", text, got)
		}
	}
	names = strings.Fields("x1 y1 x2 y2 px1 py1 px2 py2")
	n, _ = numbering(names)
	if got := strings.Join(siteNames(names, n, 3, nil), " "); got != "x1 y1 x2 y2 x3 y3 px1 py1 px2 py2 px3 py3" {
		t.Errorf("three bodies have the columns %s", got)
	}
}

// A temperature draws momenta of exactly that temperature for any number of sites, of total zero where nothing holds them.
func TestWarmStart(t *testing.T) {
	e := listening(new([]string))
	for shape, free := range map[string]float64{"ring": 39, "fixed-chain": 40} {
		c := own(t, chainFile(t, system.NewFPUTBeta(6), 6)).WithWeakForm("hnn-lattice")
		if c.Lattice = shape; shape == "ring" {
			c = own(t, ringFile(t)).WithWeakForm("hnn-lattice")
			c.Lattice = shape
		}
		trained, err := e.Train(t.Context(), c, t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		o := SimulateOptions{Temperature: 0.3, Masses: slices.Repeat([]float64{1}, 40), Times: []float64{0, 0.1}, Integration: Integration{Method: AutoMethod, RTol: 1e-9, ATol: 1e-9}}
		_, sim, err := e.Simulate(t.Context(), trained.Dir, o)
		if err != nil {
			t.Fatal(err)
		}
		twice, total := 0.0, 0.0
		mass := 1.0
		if shape == "ring" {
			mass = 20.0 / 64 // the distance of two points
		}
		for i, p := range sim.States[40:80] {
			twice, total = twice+p*p/mass, total+p
			if sim.States[i] != 0 {
				t.Fatalf("site %d is not at rest", i)
			}
		}
		if math.Abs(twice/free-0.3) > 1e-6 { // the learned mass is one to that
			t.Errorf("%s: temperature %v, want 0.3", shape, twice/free)
		}
		if shape == "ring" && math.Abs(total) > 1e-12 {
			t.Errorf("total momentum %v", total)
		}
		run, err := e.Open(trained.Dir)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := run.warmStart(-1, 0); err == nil || !strings.Contains(err.Error(), "positive") {
			t.Errorf("a temperature of -1: %v", err)
		}
		field := run.model.Free()
		ps, err := latticePictures(run, report.Run{}, report.Run{T: []float64{0, 1}, X: [][]float64{make([]float64, 12), make([]float64, 12)}, Field: func(x, dx []float64) { field(0, x, dx) }})
		if err != nil || len(ps) != 3 {
			t.Errorf("%d pictures, %v; want those of laws, the field and modes", len(ps), err)
		}
		// Sites of a chain between walls swing at 2 sin(k pi/14), as springs do; on a ring two modes are alike.
		if m := newModes(lattice.Of(run.form), func(x, dx []float64) { field(0, x, dx) }); shape == "fixed-chain" {
			for k, f := range m.frequency {
				if want := 2 * math.Sin(float64(k+1)*math.Pi/14); math.Abs(f-want) > 1e-5 {
					t.Errorf("mode %d swings at %v, want %v", k+1, f, want)
				}
			}
		}
	}
}

// A chain of masses 1 and 2 in turn that was learned from the states of 8 runs on 64 with the acoustic and the optical branch of the
// textbooks, w^2 = K (1/m + 1/M) -+ K sqrt((1/m + 1/M)^2 - 4 sin^2(k a/2)/(m M)), and on no half cell.
func TestDiatomicChain(t *testing.T) {
	e := listening(new([]string))
	c := own(t, chainFile(t, system.NewDiatomicChain(8), 8)).WithWeakForm(lattice.Kind)
	c.Lattice = "ring"
	trained, err := e.Train(t.Context(), c, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	run, err := e.Open(trained.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if text := lattice.Of(run.form).Text(6); !strings.Contains(text, "1 and 2, alternating") {
		t.Error(text)
	}
	if err := run.resize(65); err == nil || !strings.Contains(err.Error(), "multiples of the cell") {
		t.Errorf("65 masses: %v", err)
	}
	const n, m, M = 64, 1.0, 2.0
	if err := run.resize(n); err != nil {
		t.Fatal(err)
	}
	field := run.model.Free()
	got := newModes(lattice.Of(run.form), func(x, dx []float64) { field(0, x, dx) }).frequency
	var want []float64
	for j := range n / 2 {
		sin := math.Sin(math.Pi * float64(j) / (n / 2)) // k a/2
		middle := 1/m + 1/M
		root := math.Sqrt(middle*middle - 4*sin*sin/(m*M))
		want = append(want, math.Sqrt(max(0, middle-root)), math.Sqrt(middle+root))
	}
	slices.Sort(want)
	for k := range want {
		// Learned from states alone: to 1e-7; of the mode of frequency zero the root of that.
		if math.Abs(got[k]-want[k]) > 1e-6 && k > 0 {
			t.Errorf("mode %d swings at %v, want %v", k+1, got[k], want[k])
		}
	}
	if gap := got[n/2] - got[n/2-1]; math.Abs(gap-(math.Sqrt2-1)) > 1e-6 { // from sqrt(2K/M) to sqrt(2K/m)
		t.Errorf("a gap of %v", gap)
	}
}

// ringFile is a file of a ring of six springs.
func ringFile(t *testing.T) string {
	t.Helper()
	return chainFile(t, system.NewWave(6), 6)
}
