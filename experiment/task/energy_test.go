package task

import (
	"math"
	"testing"

	"hnn/eval"
	"hnn/internal/golden"
	"hnn/internal/stream"
	"hnn/model/network"
)

// The authors' trained networks against what the authors' code gave for them.
func TestPaperEnergyOfTheAuthorsNetworks(t *testing.T) {
	for _, c := range []struct {
		task, file, kind string
		energy, trueH    float64
		// Half a unit of the last digit printed.
		energyTol, trueHTol float64
	}{
		{"spring", "spring-baseline", network.KindBaseline, 1.679e-1, 5.7e-2, 0.5e-4, 0.5e-3},
		{"spring", "spring-hnn", network.KindHNN, 3.851e-4, 3.84e-4, 0.5e-7, 0.5e-6},
		{"two-body", "2body-hnn", network.KindHNN, 3.17e-5, 3.17e-5, 0.5e-7, 0.5e-7},
	} {
		t.Run(c.file, func(t *testing.T) {
			row, err := Lookup(c.task)
			if err != nil {
				t.Fatal(err)
			}
			a := network.Architecture{Kind: c.kind, Dim: row.System.Dim(), Hidden: []int{200, 200}, Activation: "tanh"}
			n, err := network.New[float64](a, stream.New(0, "init"))
			if err != nil {
				t.Fatal(err)
			}
			copy(n.Params(), golden.Load(t, c.file+"-final").Weights(t, "", 3, c.kind == network.KindHNN))
			n.Refresh()
			r, err := eval.PaperEnergy(n.Field(), row.System, row.Protocol(), eval.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if r.Err != nil {
				t.Fatal(r.Err)
			}
			t.Logf("energy MSE %.4e +/- %.2e, without the quirks %.4e +/- %.2e", r.Energy.Mean, r.Energy.SEM, r.TrueH.Mean, r.TrueH.SEM)
			if math.Abs(r.Energy.Mean-c.energy) > c.energyTol {
				t.Errorf("energy MSE %.5g, the authors' code gives %g", r.Energy.Mean, c.energy)
			}
			if math.Abs(r.TrueH.Mean-c.trueH) > c.trueHTol {
				t.Errorf("without the quirks %.5g, the authors' code gives %g", r.TrueH.Mean, c.trueH)
			}
		})
	}
}
