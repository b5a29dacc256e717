package shoot

import "math"

// First fits the first state of a trial to its first rows, the parameters as they are: where a free run begins. Noise is
// the standard deviation of each component's noise, 0 for one that was not measured; step is the longest Runge-Kutta
// step. It returns the state and the squared residual of a number in units of the noise, infinite where the rows could
// not be simulated.
func First(s *System, t Trial, rows int, noise []float64, step float64) ([]float64, float64) {
	p := newShooting(s, []Trial{t}, noise, step)
	defer p.pool.Close()
	p.frozen = true
	rows = min(rows, len(t.T))
	p.parts = []part{{from: 0, to: rows, state: p.guess(0, 0, min(9, rows))}}
	_, last, _ := p.minimise()
	if math.IsNaN(last) {
		last = math.Inf(1)
	}
	return p.parts[0].state, last
}
