package lagrangian

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"hnn/data/rods"
	"hnn/model"
	"hnn/model/expr"
	"hnn/model/terms"
)

// Kind is the kind of a mechanical system given by its Lagrangian.
const Kind = "lagrangian"

// Of is the Lagrangian that a form is made of, nil for another.
func Of(f *model.Form[float64]) *Lagrangian {
	l, _ := f.Source.(*Lagrangian)
	return l
}

// ModelForm is the model of states (q, v), of what sensors show of them, or of points and their velocities, that moves by the
// Lagrangian. Its energy is v.M v/2 + V.
func (l *Lagrangian) ModelForm() *model.Form[float64] {
	if l.Linkage != nil {
		return model.Whole(l.ofLinkage(), l)
	}
	f := l.field()
	f.Chart = l.canonical(f)
	if l.Points != nil {
		f = ofPoints(f, l.Points)
	} else if l.Sensors != nil {
		f = ofSensors(f, l.Sensors)
	}
	return model.Whole(f, l)
}

// field is the motion of states (q, v).
func (l *Lagrangian) field() *model.Field {
	n, d := l.N, 2*l.N
	count := 0
	lossy := false
	at := l.Layout()
	for c, v := range l.Coefficients {
		if v != 0 {
			count++
			lossy = lossy || c >= at.Viscous && c < at.Gain
		}
	}
	f := &model.Field{
		Kind: Kind, Parameters: count + len(l.Harmonics), Dim: d, Inputs: l.Inputs - 2*len(l.Harmonics),
		One: func() func(t float64, x, u, dx []float64) {
			m, inputs := l.NewMotion(), l.timed()
			return func(t float64, x, u, dx []float64) {
				m.Acceleration(x[:n], x[n:d], inputs(t, u), dx[n:d])
				copy(dx[:n], x[n:d])
			}
		},
		Energy: func() func(x []float64) float64 {
			m := l.NewMotion()
			return func(x []float64) float64 { return m.Energy(x[:n], x[n:d]) }
		},
		Grad: func() func(x, g []float64) {
			m := l.NewMotion()
			return func(x, g []float64) { m.EnergyGradient(x[:n], x[n:d], g[:n], g[n:d]) }
		},
		Jacobian: func() func(x, u, a []float64) {
			m := l.NewMotion()
			acc, byQ, byV := make([]float64, n), make([]float64, n*n), make([]float64, n*n)
			return func(x, u, a []float64) {
				clear(a)
				for i := range n {
					a[i*d+n+i] = 1
				}
				if !m.Jacobian(x[:n], x[n:d], u, acc, byQ, byV) {
					for i := n * d; i < d*d; i++ {
						a[i] = math.NaN()
					}
					return
				}
				for i := range n {
					copy(a[(n+i)*d:], byQ[i*n:(i+1)*n])
					copy(a[(n+i)*d+n:], byV[i*n:(i+1)*n])
				}
			}
		},
	}
	if len(l.Harmonics) > 0 {
		f.Jacobian = nil // it would depend on the time
		f.Forcing = l.forcing
	}
	if lossy {
		free := l.withoutFriction()
		f.Loss = func() func(x, dx []float64) {
			with, without := l.NewMotion(), free.NewMotion()
			a := make([]float64, n)
			return func(x, dx []float64) {
				clear(dx[:n])
				with.Acceleration(x[:n], x[n:d], nil, dx[n:d])
				without.Acceleration(x[:n], x[n:d], nil, a)
				for i, v := range a {
					dx[n+i] -= v
				}
			}
		}
	}
	return f
}

// withoutFriction is the same system without what takes energy away.
func (l *Lagrangian) withoutFriction() *Lagrangian {
	free := *l
	free.Coefficients = append([]float64(nil), l.Coefficients...)
	at := l.Layout()
	clear(free.Coefficients[at.Viscous:at.Gain])
	return &free
}

// EnergyGradient writes the derivatives of v.M v/2 + V by q and v (N each).
func (m *Motion) EnergyGradient(q, v, byQ, byV []float64) {
	m.expand(q, false)
	n := m.l.N
	pairs := m.l.MassPairs()
	copy(byQ, m.f.d[len(pairs)*n:(len(pairs)+1)*n])
	clear(byV)
	for b, pair := range pairs {
		i, j := pair[0], pair[1]
		w := v[i] * v[j]
		if i == j {
			w /= 2
			byV[i] += m.f.value[b] * v[i]
		} else {
			byV[i] += m.f.value[b] * v[j]
			byV[j] += m.f.value[b] * v[i]
		}
		for c, g := range m.f.d[b*n : (b+1)*n] {
			byQ[c] += w * g
		}
	}
}

// Spec is a Lagrangian as it is kept in a file: its form, and its coefficients apart.
type Spec struct {
	Kind      string          `json:"kind"`
	N         int             `json:"positions"`
	Inputs    int             `json:"inputs,omitempty"`
	Features  []terms.Feature `json:"features"`
	Constant  int             `json:"constant"`
	Magnetic  bool            `json:"magnetic,omitempty"`
	Viscous   bool            `json:"viscous,omitempty"`
	Full      bool            `json:"symmetric,omitempty"`
	Varying   bool            `json:"varying,omitempty"`
	Coulomb   bool            `json:"coulomb,omitempty"`
	Drag      bool            `json:"drag,omitempty"`
	Width     []float64       `json:"width,omitempty"`
	Gain      []float64       `json:"gain,omitempty"`
	Steered   bool            `json:"steered,omitempty"`
	Harmonics []float64       `json:"harmonics,omitempty"`
	Points    *rods.Chain     `json:"points,omitempty"`
	Linkage   *rods.Linkage   `json:"linkage,omitempty"`
	Sensors   *Sensors        `json:"sensors,omitempty"`
}

// Spec is what a file says of the Lagrangian beside its coefficients.
func (l *Lagrangian) Spec() Spec {
	return Spec{
		Kind: Kind, N: l.N, Inputs: l.Inputs, Features: l.Library.Features, Constant: l.Library.Constant,
		Magnetic: l.Magnetic, Viscous: l.Viscous, Full: l.Symmetric, Varying: l.Varying, Coulomb: l.Coulomb, Drag: l.Drag, Width: l.Width, Gain: l.Gain, Steered: l.Steered, Points: l.Points, Linkage: l.Linkage, Sensors: l.Sensors, Harmonics: l.Harmonics,
	}
}

// bounds of what a file can ask for.
const (
	mostPositions = 64
	mostFeatures  = 100_000
)

// Read makes the Lagrangian of a file from its architecture (JSON, see Spec) and its coefficients, which are finite:
// coefficients returns size of them. It is an error if they do not fit.
func Read(architecture []byte, coefficients func(size int) ([]float64, error)) (*Lagrangian, error) {
	var s Spec
	if err := json.Unmarshal(architecture, &s); err != nil {
		return nil, err
	}
	switch {
	case s.N < 1 || s.N > mostPositions || s.Inputs < 0 || s.Inputs > 1000 || len(s.Features) > mostFeatures:
		return nil, fmt.Errorf("a Lagrangian of %d positions, %d inputs and %d features", s.N, s.Inputs, len(s.Features))
	case s.Constant < 0 || s.Constant >= len(s.Features):
		return nil, errors.New("a Lagrangian whose features have no constant")
	case s.Coulomb && len(s.Width) != s.N:
		return nil, fmt.Errorf("%d widths of the Coulomb friction of %d positions", len(s.Width), s.N)
	case len(s.Harmonics) > 0 && (2*len(s.Harmonics) > s.Inputs || s.Gain != nil || s.Steered):
		return nil, fmt.Errorf("%d forces of the time for %d inputs", len(s.Harmonics), s.Inputs)
	case s.Gain != nil && (s.Steered || len(s.Gain) != s.N*s.Inputs):
		return nil, fmt.Errorf("a gain of %d numbers for %d positions and %d inputs", len(s.Gain), s.N, s.Inputs)
	}
	library := &terms.Library{N: s.N, Features: s.Features, Constant: s.Constant}
	if err := library.Validate(); err != nil {
		return nil, err
	}
	l := &Lagrangian{Form: Form{
		N: s.N, Inputs: s.Inputs, Library: library, Magnetic: s.Magnetic, Viscous: s.Viscous, Symmetric: s.Full, Varying: s.Varying,
		Coulomb: s.Coulomb, Drag: s.Drag, Width: s.Width, Gain: s.Gain, Steered: s.Steered,
	}}
	if s.Points != nil {
		if err := validPoints(s.Points, s.N); err != nil {
			return nil, err
		}
		l.Points = s.Points
	}
	if s.Sensors != nil {
		if err := s.Sensors.valid(s.N); err != nil || s.Points != nil {
			return nil, cmp.Or(err, errors.New("sensors of velocities and points on rods"))
		}
		l.Sensors = s.Sensors
	}
	for _, w := range s.Harmonics {
		if !(w > 0) || w > 1e300 {
			return nil, fmt.Errorf("a force of the angular frequency %v", w)
		}
	}
	l.Harmonics = s.Harmonics
	var err error
	if l.Coefficients, err = coefficients(l.Size()); err == nil && s.Linkage != nil {
		l.Linkage = s.Linkage
		err = l.validLinkage()
	}
	return l, err
}

// EnergyExpr returns v.M v/2 + V as an expression of (q, v), or of what sensors show of the velocities.
func (l *Lagrangian) EnergyExpr() *expr.Expr {
	velocity := func(i int) *expr.Expr {
		v := expr.Variable(l.N + i)
		if s := l.Sensors; s != nil {
			v = expr.Product(expr.Number(1/s.Gain[i]), expr.Sum(v, expr.Number(-s.Offset[i])))
		}
		return v
	}
	k, at := l.Library.Size(), l.Layout()
	var sum []*expr.Expr
	for b, pair := range l.MassPairs() {
		for c := range k {
			if w := l.Coefficients[b*k+c]; w != 0 {
				v := expr.Product(velocity(pair[0]), velocity(pair[1]))
				if pair[0] == pair[1] {
					v, w = expr.Power(velocity(pair[0]), 2), w/2
				}
				sum = append(sum, expr.Product(expr.Number(w), l.Library.Features[c].Expr(), v))
			}
		}
	}
	for c := range k - 1 {
		if w := l.Coefficients[at.Potential+c]; w != 0 {
			sum = append(sum, expr.Product(expr.Number(w), l.Library.Features[l.Feature(c)].Expr()))
		}
	}
	return expr.Sum(sum...)
}
