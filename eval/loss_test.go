package eval

import (
	"math"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"hnn/data/file"
	"hnn/model/network"
	"hnn/system"
)

func untrained(t testing.TB, a network.Architecture) *network.Network[float64] {
	t.Helper()
	n, err := network.New[float64](a, rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestLossByHand(t *testing.T) {
	// The field is zero, so that the squared errors are 1, 9 | 4, 4 | 0, 36: mean 9, sum
	// of squared deviations 64+0+25+25+81+729 = 924.
	zero := moving(2, func(_, dx []float64) { clear(dx) })
	x, dx := make([]float64, 6), []float64{1, -3, 2, 2, 0, 6}
	l := Loss(zero, x, nil, dx, 1)
	near(t, "mean", l.Mean, 9, 1e-15)
	near(t, "standard error", l.SEM, math.Sqrt(924.0/5/3), 1e-15)
	near(t, "median of rows", l.RowMedian, 5, 0) // of 5, 4, 18

	if l := Loss(zero, nil, nil, nil, 1); !math.IsNaN(l.Mean) || !math.IsNaN(l.SEM) || !math.IsNaN(l.RowMedian) {
		t.Errorf("the loss over no rows is %v, want NaN", l)
	}
}

// The authors' trained networks on the authors' own draw of the data, against what their
// code printed for them.
func TestLossOfTheAuthorsNetworks(t *testing.T) {
	set := authorsSpring(t)
	for _, c := range []struct {
		kind string
		test float64
	}{{network.KindBaseline, 3.659e-2}, {network.KindHNN, 3.592e-2}} {
		l := Loss(trained(t, "spring-"+c.kind, c.kind, 2), set.x, nil, set.dx, 0)
		t.Logf("%s: test loss %.4e +/- %.2e, median of rows %.4e", c.kind, l.Mean, l.SEM, l.RowMedian)
		// Their number has four digits, and was taken after one step more.
		near(t, c.kind, l.Mean, c.test, 2e-4)
	}
}

// The spring's own field is (2p, -2q), so that noise of standard deviation s on q and p
// gives squared errors of mean 4 s^2 that are, but for the factor, chi-squared.
func TestSystemLossIsTheNoise(t *testing.T) {
	set := authorsSpring(t)
	l := SystemLoss(system.Spring{}, set.x, set.dx)
	t.Logf("true H: test loss %.4e +/- %.2e", l.Mean, l.SEM)
	const want = 4 * 0.1 * 0.1
	n := float64(len(set.x))
	// Three standard errors of the mean of n values of variance 2 want^2.
	near(t, "mean", l.Mean, want, 3*math.Sqrt(2/n))
	// The standard deviation is sqrt(2) times the mean, to the sampling error of a
	// variance whose kurtosis is 15; the rows are half the values.
	near(t, "standard error", l.SEM, want*math.Sqrt(2/(n/2)), 3*math.Sqrt(14/n)/2)
}

type rows struct{ x, dx []float64 }

// authorsSpring is the test half of the spring as the authors' code drew it.
func authorsSpring(t *testing.T) rows {
	t.Helper()
	arrays, err := file.ReadNPZ(filepath.Join("..", "data", "draw", "testdata", "golden", "spring-data.npz"))
	if err != nil {
		t.Fatal(err)
	}
	return rows{arrays["test_x"].Data, arrays["test_dx"].Data}
}

func TestLossDoesNotDependOnWorkers(t *testing.T) {
	m := untrained(t, network.Architecture{Kind: network.KindHNN, Dim: 4, Hidden: []int{13, 9}, Activation: "tanh"}).Field()
	rng := rand.New(rand.NewPCG(5, 6))
	x, dx := make([]float64, 4*401), make([]float64, 4*401)
	for i := range x {
		x[i], dx[i] = rng.NormFloat64(), rng.NormFloat64()
	}
	want := Loss(m, x, nil, dx, 1)
	for _, workers := range []int{0, 2, 3, 7} {
		if l := Loss(m, x, nil, dx, workers); l != want {
			t.Errorf("%d workers: %v, one worker: %v", workers, l, want)
		}
	}
}
