package lagrange

import (
	"fmt"
	"math"

	"hnn/data"
	"hnn/data/estimate"
	"hnn/fit/sparse"
	"hnn/model/lagrangian"
	"hnn/model/terms"
)

// Delay finds how much later than their columns say the inputs act, from 0 to steps steps. It returns the delay, in
// the unit of time, and the logarithm of the weak form's residual, with all terms, at each whole step (steps + 1).
// Between whole steps it takes the vertex of the parabola through the three least logarithms, where that lies inside
// the scan.
//
// A delay and viscous friction cannot be told apart where the inputs have one frequency. It is an error if there are
// no inputs.
func Delay(s *data.Set, o Options, steps int) (float64, []float64, error) {
	if len(s.InputNames) == 0 {
		return 0, nil, fmt.Errorf("lagrange: no input whose delay could be found")
	}
	p, err := estimate.NewPaths(s, estimate.PathOptions{Velocities: !s.PositionsOnly, Rates: true, Angles: o.Angles})
	if err != nil {
		return 0, nil, err
	}
	form := &lagrangian.Form{N: p.N, Inputs: len(s.InputNames), Library: terms.New(p.N, o.Angles, libraries(p.N, o)[0]), Gain: o.Gain, Viscous: !o.Conservative}
	half, m := p.Halves()[0], form.Inputs
	var logs []float64
	for d := range steps + 1 {
		// The first samples have no known past, for any delay of the scan.
		var trials []estimate.Path
		for _, t := range p.Trials {
			if rows := t.Rows(p.N); rows > steps {
				trials = append(trials, estimate.Path{Q: t.Q[steps*p.N:], V: t.V[steps*p.N:], U: t.U[(steps-d)*m : (rows-d)*m]})
			}
		}
		w, _ := weakRows(form, trials, p.Step, Windows{Half: half, Power: 6})
		if w.Blocks() < 8 {
			return 0, nil, fmt.Errorf("lagrange: trials of fewer than %d samples", 2*half+1+steps)
		}
		scaleRows(w, relative(p.Speeds))
		problem := &sparse.Problem{Rows: w, Penalty: penalty(form)}
		if !forced(form) {
			problem.Constraint = kinetic(form, p.Trials, p.Speeds)
		}
		theta, err := problem.Dense(1e-8)
		if err != nil {
			return 0, nil, err
		}
		sum := 0.0
		for r, y := range w.Y {
			e := -y
			for c, v := range w.Row(r) {
				e += v * theta[c]
			}
			sum += e * e
		}
		logs = append(logs, math.Log(sum+1e-300))
	}
	best := 0
	for d, v := range logs {
		if v < logs[best] {
			best = d
		}
	}
	delay := float64(best)
	if best > 0 && best < steps {
		a, b, c := logs[best-1], logs[best], logs[best+1]
		// Near its least the residual is a parabola, its logarithm nearly one only above the noise.
		ea, eb, ec := math.Exp(a-b), 1.0, math.Exp(c-b)
		delay += 0.5 * (ea - ec) / (ea - 2*eb + ec)
	}
	return delay * p.Step, logs, nil
}
