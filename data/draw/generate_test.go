package draw_test

import (
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/stat"

	"hnn/data"
	"hnn/data/draw"
	"hnn/experiment/task"
	"hnn/internal/stream"
	"hnn/ode"
	"hnn/system"
)

func lookup(t testing.TB, name string) task.Task {
	t.Helper()
	row, err := task.Lookup(name)
	if err != nil {
		t.Fatal(err)
	}
	return row
}

// paper are the paper's known systems.
var paper = []string{"spring", "pendulum", "two-body", "three-body"}

// generate makes a task's data by its protocol, with seed 0.
func generate(t *testing.T, name string, change func(*draw.Options)) (*data.Split, draw.Options) {
	t.Helper()
	row := lookup(t, name)
	o := row.Draw
	if change != nil {
		change(&o)
	}
	split, err := draw.Generate(row.System, stream.New(0, "data"), o)
	if err != nil {
		t.Fatal(err)
	}
	return split, o
}

// The sizes that the protocol gives, with all of its rows.
func TestTasksHaveTheProtocolsShape(t *testing.T) {
	for _, test := range []struct {
		task                    string
		train, test, dim        int
		points                  int
		horizon                 float64
		trainTrials, testTrials int
	}{
		{"spring", 750, 750, 2, 30, 3, 25, 25},
		{"pendulum", 1125, 1125, 2, 45, 3, 25, 25},
		{"two-body", 40000, 10000, 8, 50, 20, 800, 200},
		{"three-body", 80000, 20000, 12, 20, 5, 4000, 1000},
	} {
		split, _ := generate(t, test.task, nil)
		for _, part := range []struct {
			name         string
			s            *data.Set
			rows, trials int
		}{{"train", split.Train, test.train, test.trainTrials}, {"test", split.Test, test.test, test.testTrials}} {
			s := part.s
			if err := s.Validate(); err != nil {
				t.Errorf("%s %s: %v", test.task, part.name, err)
			}
			if s.Rows() != part.rows || s.Trials() != part.trials || s.Dim != test.dim {
				t.Errorf("%s %s: %d rows in %d trials of dimension %d, want %d in %d of %d",
					test.task, part.name, s.Rows(), s.Trials(), s.Dim, part.rows, part.trials, test.dim)
			}
			time, _, _ := s.Trial(s.Trials() - 1)
			if len(time) != test.points || time[0] != 0 || time[len(time)-1] != test.horizon {
				t.Errorf("%s %s: %d times from %v to %v, want %d from 0 to %v",
					test.task, part.name, len(time), time[0], time[len(time)-1], test.points, test.horizon)
			}
			// The step is even: any one is that of numpy's linspace to rounding.
			if step := time[2] - time[1]; math.Abs(step-test.horizon/float64(test.points-1)) > 1e-14*test.horizon {
				t.Errorf("%s %s: a step of %v", test.task, part.name, step)
			}
		}
	}
}

// Derivatives are the field at the noise-free states, to the bit, and each row of
// those lies on the trajectory of the first, which is integrated here by the
// other method at its tightest. The error allowed is a thousand local tolerances.
func TestTrajectoriesFollowTheField(t *testing.T) {
	for _, task := range append(slices.Clone(paper), "henon-heiles", "double-pendulum", "duffing", "kepler", "4-body") {
		split, o := generate(t, task, func(o *draw.Options) { o.Trajectories = 10 })
		s := lookup(t, task).System
		field := func(_ float64, x, dx []float64) { s.Field(x, dx) }
		set, dx := split.Train, make([]float64, s.Dim())
		for i := range set.Rows() {
			_, got := set.Row(i)
			s.Field(set.Clean[i*set.Dim:(i+1)*set.Dim], dx)
			if !cmp.Equal(got, dx) {
				t.Fatalf("%s: row %d has the derivative %v, the field is %v", task, i, got, dx)
			}
		}
		for trial := range 3 {
			times, _, _ := set.Trial(trial)
			clean := set.Clean[set.Offsets[trial]*set.Dim : set.Offsets[trial+1]*set.Dim]
			want, _, err := ode.Solve(field, clean[:set.Dim], times, nil, &ode.Settings{RTol: 1e-12, ATol: 1e-12})
			if err != nil {
				t.Fatal(err)
			}
			for i := range want {
				if math.Abs(clean[i]-want[i]) > 1e3*o.Tolerance*math.Max(1, math.Abs(want[i])) {
					t.Errorf("%s: trial %d, number %d is %v, want %v", task, trial, i, clean[i], want[i])
					break
				}
			}
		}
	}
}

// Noise is normal with the protocol's deviation, independent from number to
// number, and stays out of the derivatives; without noise the states are clean.
func TestNoise(t *testing.T) {
	for _, task := range []string{"spring", "pendulum"} {
		split, _ := generate(t, task, func(o *draw.Options) { o.Trajectories = 400 })
		var noise []float64
		for _, s := range []*data.Set{split.Train, split.Test} {
			for i := range s.X {
				noise = append(noise, s.X[i]-s.Clean[i])
			}
		}
		n := float64(len(noise))
		mean, sd := stat.MeanStdDev(noise, nil)
		if math.Abs(mean) > 5*0.1/math.Sqrt(n) || math.Abs(sd-0.1) > 5*0.1/math.Sqrt(2*n) {
			t.Errorf("%s: noise of mean %v and deviation %v, want 0 and 0.1", task, mean, sd)
		}
		if k := stat.ExKurtosis(noise, nil); math.Abs(k) > 5*math.Sqrt(24/n) {
			t.Errorf("%s: excess kurtosis of the noise is %v, want 0", task, k)
		}
		if c := stat.Correlation(noise[1:], noise[:len(noise)-1], nil); math.Abs(c) > 5/math.Sqrt(n) {
			t.Errorf("%s: noise correlates from number to number: %v", task, c)
		}
		quiet, _ := generate(t, task, func(o *draw.Options) { o.Noise = 0; o.Trajectories = 400 })
		if !cmp.Equal(quiet.Train.X, quiet.Train.Clean) || !cmp.Equal(quiet.Train.Clean, split.Train.Clean) {
			t.Errorf("%s: without noise the states should be the clean ones of the noisy set", task)
		}
	}
}

func TestBitsDoNotDependOnProcessors(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	few := func(o *draw.Options) { o.Trajectories = 64 }
	for _, task := range []string{"pendulum", "three-body"} {
		runtime.GOMAXPROCS(1)
		want, _ := generate(t, task, few)
		for _, procs := range []int{2, 7} {
			runtime.GOMAXPROCS(procs)
			if got, _ := generate(t, task, few); !cmp.Equal(got, want) {
				t.Errorf("%s: %d processors give other bits than 1", task, procs)
			}
		}
	}
}

// More trajectories begin with those of fewer: only the noise comes after.
func TestInitialStatesAreDrawnFirst(t *testing.T) {
	few, _ := generate(t, "spring", func(o *draw.Options) { o.Trajectories = 10 })
	many, _ := generate(t, "spring", func(o *draw.Options) { o.Trajectories = 20 })
	if !cmp.Equal(append(few.Train.Clean, few.Test.Clean...), many.Train.Clean) {
		t.Error("the first 10 of 20 trajectories are not those of 10")
	}
}

func TestSplits(t *testing.T) {
	for _, test := range []struct {
		name        string
		o           draw.Options
		train, test []int // offsets
		firstTest   float64
	}{
		{"last rows, border inside a trial", draw.Options{Trajectories: 3, Points: 5, TestFraction: 0.2},
			[]int{0, 5, 10, 12}, []int{0, 3}, 1},
		{"first rows, border inside a trial", draw.Options{Trajectories: 3, Points: 5, TestFraction: 0.4, TestFirst: true},
			[]int{0, 4, 9}, []int{0, 5, 6}, 0},
		{"whole trials", draw.Options{Trajectories: 3, Points: 5, TestFraction: 0.2, WholeTrials: true},
			[]int{0, 5, 10}, []int{0, 5}, 0},
		{"nothing held out", draw.Options{Trajectories: 2, Points: 3}, []int{0, 3, 6}, []int{0}, 0},
	} {
		o := test.o
		o.Horizon, o.Tolerance = 2, 1e-6
		split, err := draw.Generate(system.Duffing{Alpha: -1, Beta: 1}, stream.New(0, ""), o)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if !cmp.Equal(split.Train.Offsets, test.train) || !cmp.Equal(split.Test.Offsets, test.test) {
			t.Errorf("%s: train %v, test %v, want %v and %v", test.name, split.Train.Offsets, split.Test.Offsets, test.train, test.test)
			continue
		}
		if len(split.Test.T) > 0 && split.Test.T[0] != test.firstTest {
			t.Errorf("%s: the test begins at the time %v, want %v", test.name, split.Test.T[0], test.firstTest)
		}
	}
}

func TestGenerateErrors(t *testing.T) {
	base := lookup(t, "spring").Draw
	for _, test := range []struct {
		change func(*draw.Options)
		want   string
	}{
		{func(o *draw.Options) { o.Trajectories = 0 }, "0 trajectories"},
		{func(o *draw.Options) { o.Points = 1 }, "1 points"},
		{func(o *draw.Options) { o.Trajectories = math.MaxInt; o.Points = math.MaxInt }, "at most"},
		{func(o *draw.Options) { o.Horizon = math.NaN() }, "horizon is NaN"},
		{func(o *draw.Options) { o.Horizon = math.Inf(1) }, "horizon is +Inf"},
		{func(o *draw.Options) { o.Noise = -1 }, "noise is -1"},
		{func(o *draw.Options) { o.TestFraction = 1 }, "test fraction is 1"},
		{func(o *draw.Options) { o.TestFraction = math.NaN() }, "test fraction is NaN"},
		{func(o *draw.Options) { o.TestFraction = 1e-9 }, "0 rows to test on"},
		{func(o *draw.Options) { o.WholeTrials, o.TestFraction = true, 0.999 }, "0 to train on"},
		{func(o *draw.Options) { o.Tolerance = 0 }, "tolerance is 0"},
		{func(o *draw.Options) { o.Tolerance = 1e-16 }, "RTol"}, // below what ode takes
	} {
		o := base
		test.change(&o)
		if _, err := draw.Generate(system.Spring{}, stream.New(0, ""), o); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("got %v, want an error with %q", err, test.want)
		}
	}
}

// A trajectory that cannot be integrated is named, with what ode says of it.
func TestGenerateNamesTheTrajectory(t *testing.T) {
	o := draw.Options{Trajectories: 5, Points: 10, Horizon: 1e3, Tolerance: 1e-9}
	// With Beta below zero the quartic runs off to infinity in finite time.
	_, err := draw.Generate(system.Duffing{Alpha: 1, Beta: -10}, stream.New(0, ""), o)
	if err == nil || !strings.Contains(err.Error(), "trajectory ") || !strings.Contains(err.Error(), "of duffing: ode:") {
		t.Errorf("got %v, want an error that names the trajectory", err)
	}
}

func BenchmarkGenerate(b *testing.B) {
	for _, name := range paper {
		b.Run(name, func(b *testing.B) {
			row := lookup(b, name)
			for b.Loop() {
				if _, err := draw.Generate(row.System, stream.New(0, "data"), row.Draw); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
