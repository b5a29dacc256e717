package expansion

import "hnn/model"

// friction is a linear one, whose Rayleigh function is rate |p|^2 / 2.
type friction struct {
	n    int
	rate *float64
}

func (f friction) Size() int { return 1 }

func (f friction) NewPoint() model.ScalarPoint[float64] { return model.PassPoint[float64]{Pass: f} }

func (f friction) NewPass(int) model.ScalarPass[float64] { return f }

func (f friction) Value(p []float64) float64 {
	d := 0.0
	for _, v := range p[:f.n] {
		d += float64(v * v)
	}
	return *f.rate * d / 2
}

func (f friction) Gradient(p, g []float64, rows int) {
	for i, v := range p[:rows*f.n] {
		g[i] = *f.rate * v
	}
}
