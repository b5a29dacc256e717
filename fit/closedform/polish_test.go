package closedform

import (
	"math"
	"strings"
	"testing"

	"hnn/internal/stream"
	"hnn/model/network"
)

func hnnNetwork(t testing.TB, kind string) *network.Network[float64] {
	t.Helper()
	n, err := network.New[float64](network.Architecture{Kind: kind, Dim: 2, Hidden: []int{30, 20}, Activation: "tanh"}, stream.New(1, "init"))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// The polished residual is at least that of any other output weights: the equations'
// gradient vanishes, which finite differences of the residual by each weight show.
func TestPolishFindsTheMinimum(t *testing.T) {
	split := generated(t, "pendulum", 0)
	train := *split.Train
	train.X = train.Clean
	n := hnnNetwork(t, network.KindHNN)
	report, err := Polish(n, &train, &train, PolishOptions{RNG: stream.New(1, "rows")})
	if err != nil {
		t.Fatal(err)
	}
	if !report.Applied || !(report.After < 0.2*report.Before) {
		t.Errorf("residual %v before, %v after; %v", report.Before, report.After, report.Applied)
	}
	r := observed(&train)
	params := n.Params()
	loss := func() float64 {
		n.Refresh()
		v := residualOf(n.Field(), r)
		return v * v
	}
	least := loss()
	if math.Abs(math.Sqrt(least)-report.After) > 1e-12 {
		t.Errorf("the report has the residual %v, the network %v", report.After, math.Sqrt(least))
	}
	for k := len(params) - 20; k < len(params); k++ {
		at := params[k]
		const h = 1e-4
		params[k] = at + h
		up := loss()
		params[k] = at - h
		down := loss()
		params[k] = at
		// The loss is a parabola in k, so the difference is its slope; the ridge (1e-12 and
		// coefficients of up to 1e3) leaves a slope of 1e-9.
		if slope := (up - down) / (2 * h); math.Abs(slope) > 1e-7 {
			t.Errorf("output weight %d: slope %v", k, slope)
		}
	}
}

// A network that fits its validation rows better than a new last layer would stays as it
// is, to the bit.
func TestPolishIsRefused(t *testing.T) {
	split := generated(t, "pendulum", 0)
	clean := *split.Train
	clean.X = clean.Clean
	n := hnnNetwork(t, network.KindHNN)
	if _, err := Polish(n, &clean, &clean, PolishOptions{RNG: stream.New(1, "rows")}); err != nil {
		t.Fatal(err)
	}
	before := append([]float64(nil), n.Params()...)
	// A fit of the noisy states is worse on the clean ones.
	report, err := Polish(n, split.Train, &clean, PolishOptions{RNG: stream.New(1, "rows")})
	if err != nil {
		t.Fatal(err)
	}
	if report.Applied || report.After < report.Before {
		t.Errorf("applied %v: residual %v before, %v after", report.Applied, report.Before, report.After)
	}
	for i, v := range n.Params() {
		if v != before[i] {
			t.Fatalf("parameter %d was changed", i)
		}
	}

	bare := clean
	bare.DX = nil
	for _, c := range []struct {
		n    *network.Network[float64]
		o    PolishOptions
		want string
		bare bool
	}{
		{hnnNetwork(t, network.KindBaseline), PolishOptions{RNG: stream.New(1, "rows")}, "baseline", false},
		{n, PolishOptions{}, "RNG", false},
		{n, PolishOptions{RNG: stream.New(1, "rows")}, "derivatives", true},
	} {
		s := &clean
		if c.bare {
			s = &bare
		}
		if _, err := Polish(c.n, s, s, c.o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one with %q", err, c.want)
		}
	}
}
