package lattice

import (
	"fmt"
	"math"

	"hnn/internal/elementary"
)

// Function is a function of one number that is linear in its coefficients but for one rate,
//
//	f(s) = sum over k >= 1 of Polynomial[k-1] T_k(z) + Waves[2k-2] cos(k s) + Waves[2k-1] sin(k s)
//	     + sum over k >= 1 of Exponentials[k] exp(k Exponentials[0] (s - Middle)),  z = (s - Middle)/Half,
//
// T_k the polynomials of Chebyshev. Beyond |z| = 1 a polynomial above the fourth degree goes on as a parabola of the same
// value, slope and curvature: what a high one does where there were no rows is no law.
type Function struct {
	Middle, Half      float64
	Polynomial, Waves []float64
	// Exponentials are nil, or a rate and the coefficients of the exponentials of that rate and of its multiples: one as Toda's law has, or two
	// as Morse's.
	Exponentials []float64
	// Errors are standard errors of the function less its least value at Grid equal steps from one end of the interval to the other; nil where
	// they are not known.
	Errors []float64
}

// Grid is how many steps there are to the places of errors.
const Grid = 100

// Size is the number of coefficients.
func (f *Function) Size() int { return len(f.Polynomial) + len(f.Waves) + len(f.Exponentials) }

// exponentials calls visit with k, the rate times k, and the exponential of that rate at s.
func (f *Function) exponentials(s float64, visit func(k int, rate, e float64)) {
	if len(f.Exponentials) == 0 {
		return
	}
	rate := f.Exponentials[0]
	one := elementary.Exp(rate * (s - f.Middle))
	e := 1.0
	for k := 1; k < len(f.Exponentials); k++ {
		e *= one
		visit(k, float64(k)*rate, e)
	}
}

// tame is the highest degree that is followed beyond the rows.
const tame = 4

// outside is z moved to the interval's end, and how far it was beyond it.
func (f *Function) outside(z float64) (inside, beyond float64) {
	if len(f.Polynomial) <= tame || math.Abs(z) <= 1 {
		return z, 0
	}
	inside = math.Copysign(1, z)
	return inside, z - inside
}

// Slopes writes the derivatives of the features at s (Size), that of the rate's being how it changes the function.
func (f *Function) Slopes(s float64, d []float64) {
	z, beyond := f.outside((s - f.Middle) / f.Half)
	// T_k' = k U_{k-1}, and T_k'' follows from the recurrence's second derivative.
	t0, t1, d0, d1, dd0, dd1 := 1.0, z, 0.0, 1.0, 0.0, 0.0
	for k := range f.Polynomial {
		d[k] = (d1 + beyond*dd1) / f.Half
		t0, t1, d0, d1, dd0, dd1 = t1, 2*z*t1-t0, d1, 2*t1+2*z*d1-d0, dd1, 4*d1+2*z*dd1-dd0
	}
	waves := d[len(f.Polynomial):]
	sin1, cos1 := 0.0, 0.0
	if len(f.Waves) > 0 {
		sin1, cos1 = math.Sincos(s)
	}
	sin, cos := sin1, cos1
	for k := 0; k < len(f.Waves)/2; k++ {
		w := float64(k + 1)
		waves[2*k], waves[2*k+1] = -w*sin, w*cos
		sin, cos = float64(sin*cos1)+float64(cos*sin1), float64(cos*cos1)-float64(sin*sin1)
	}
	if of := waves[len(f.Waves):]; len(of) > 0 {
		of[0] = 0
		f.exponentials(s, func(k int, rate, e float64) {
			of[k] = rate * e
			of[0] += float64(float64(k) * f.Exponentials[k] * (1 + float64(rate*(s-f.Middle))) * e)
		})
	}
}

// Slope is f'(s), as often as anything of a lattice the innermost loop.
func (f *Function) Slope(s float64) float64 {
	z, beyond := f.outside((s - f.Middle) / f.Half)
	sum := 0.0
	if beyond == 0 {
		// T_k' = k U_{k-1} by Clenshaw's recurrence for U: b_j = a_j + 2 z b_{j+1} - b_{j+2}.
		b1, b2 := 0.0, 0.0
		for k := len(f.Polynomial); k >= 1; k-- {
			b1, b2 = float64(k)*f.Polynomial[k-1]+2*z*b1-b2, b1
		}
		sum = b1 / f.Half
	} else {
		first, second := f.derivatives(z)
		sum = (first + beyond*second) / f.Half
	}
	for k := 0; k < len(f.Waves)/2; k++ {
		w := float64(k + 1)
		sin, cos := math.Sincos(w * s)
		sum += w * (f.Waves[2*k+1]*cos - f.Waves[2*k]*sin)
	}
	if len(f.Exponentials) > 0 {
		f.exponentials(s, func(k int, rate, e float64) { sum += float64(f.Exponentials[k] * rate * e) })
	}
	return sum
}

// derivatives are the first two of the polynomial by z.
func (f *Function) derivatives(z float64) (first, second float64) {
	t0, t1, d0, d1, dd0, dd1 := 1.0, z, 0.0, 1.0, 0.0, 0.0
	for _, c := range f.Polynomial {
		first, second = first+c*d1, second+c*dd1
		t0, t1, d0, d1, dd0, dd1 = t1, 2*z*t1-t0, d1, 2*t1+2*z*d1-d0, dd1, 4*d1+2*z*dd1-dd0
	}
	return first, second
}

// Values writes the features at s (Size), of which Value is the sum times the coefficients, but for the rate, on the interval.
func (f *Function) Values(s float64, v []float64) {
	z := (s - f.Middle) / f.Half
	t0, t1 := 1.0, z
	for k := range f.Polynomial {
		v[k] = t1
		t0, t1 = t1, 2*z*t1-t0
	}
	waves := v[len(f.Polynomial):]
	for k := 0; k < len(f.Waves)/2; k++ {
		waves[2*k+1], waves[2*k] = math.Sincos(float64(k+1) * s)
	}
	if of := waves[len(f.Waves):]; len(of) > 0 {
		of[0] = 0
		f.exponentials(s, func(k int, _, e float64) {
			of[k] = e
			of[0] += float64(float64(k) * f.Exponentials[k] * (s - f.Middle) * e)
		})
	}
}

// Value is f(s).
func (f *Function) Value(s float64) float64 {
	z, beyond := f.outside((s - f.Middle) / f.Half)
	t0, t1, sum := 1.0, z, 0.0
	for _, c := range f.Polynomial {
		sum += c * t1
		t0, t1 = t1, 2*z*t1-t0
	}
	if beyond != 0 {
		first, second := f.derivatives(z)
		sum += beyond * (first + beyond*second/2)
	}
	for k := 0; k < len(f.Waves)/2; k++ {
		sin, cos := math.Sincos(float64(k+1) * s)
		sum += f.Waves[2*k]*cos + f.Waves[2*k+1]*sin
	}
	f.exponentials(s, func(k int, _, e float64) { sum += float64(f.Exponentials[k] * e) })
	return sum
}

// Text writes the function of a variable, its polynomial in powers of that variable where it is of a degree below ten.
func (f *Function) Text(variable string, digits int) string {
	text := ""
	times := func(c float64, name string) string {
		switch number := fmt.Sprintf("%.*g", digits, c); number {
		case "1":
			return name
		case "-1":
			return "-" + name
		default:
			return number + " " + name
		}
	}
	add := func(c float64, name string) {
		switch {
		case c == 0:
		case text == "":
			text = times(c, name)
		case c < 0:
			text += " - " + times(-c, name)
		default:
			text += " + " + times(c, name)
		}
	}
	f.exponentials(0, func(k int, rate, e float64) { add(f.Exponentials[k]*e, "exp("+times(rate, variable)+")") })
	powers := f.Powers()
	if len(powers) > 9 {
		text = fmt.Sprintf("a polynomial of degree %d in %s from %.4g to %.4g", len(powers), variable, f.Middle-f.Half, f.Middle+f.Half)
	} else {
		largest := 0.0
		for _, end := range []float64{-f.Half, f.Half} {
			f.exponentials(f.Middle+end, func(k int, _, e float64) { largest = max(largest, math.Abs(f.Exponentials[k]*e)) })
		}
		reach := math.Abs(f.Middle) + f.Half
		size := func(k int) float64 { return math.Abs(powers[k]) * math.Pow(reach, float64(k+1)) }
		for k := range powers {
			largest = max(largest, size(k))
		}
		for k, c := range powers {
			if size(k) > 1e-9*largest {
				name := variable
				if k > 0 {
					name += fmt.Sprintf("^%d", k+1)
				}
				add(c, name)
			}
		}
	}
	most := 0.0
	for _, c := range f.Waves {
		most = max(most, math.Abs(c))
	}
	for k, c := range f.Waves {
		of, name := variable, "cos"
		if k > 1 {
			of = fmt.Sprintf("%d %s", k/2+1, variable)
		}
		if k%2 == 1 {
			name = "sin"
		}
		if math.Abs(c) > 1e-9*most {
			add(c, name+"("+of+")")
		}
	}
	if text == "" {
		return "0"
	}
	return text
}

// Level takes away a slope: see System.Level.
func (f *Function) Level(slope float64) {
	if len(f.Polynomial) > 0 {
		f.Polynomial[0] -= slope * f.Half
	}
}

// Powers are the coefficients of s, s^2, ... of the polynomial, its constant left out.
func (f *Function) Powers() []float64 {
	n := len(f.Polynomial)
	// T_k in powers of z, then z = (s - Middle)/Half by Horner's scheme.
	inZ, before, now := make([]float64, n+1), make([]float64, n+1), make([]float64, n+1)
	before[0] = 1
	if n > 0 {
		now[1] = 1
	}
	for _, c := range f.Polynomial {
		for j, v := range now {
			inZ[j] += c * v
		}
		next := make([]float64, n+1)
		for j := range n {
			next[j+1] = 2 * now[j]
		}
		for j := range next {
			next[j] -= before[j]
		}
		before, now = now, next
	}
	out := make([]float64, n+1)
	for k := n; k >= 0; k-- {
		// out = out * (s - Middle)/Half + inZ[k]
		for j := n; j >= 0; j-- {
			v := -f.Middle / f.Half * out[j]
			if j > 0 {
				v += out[j-1] / f.Half
			}
			out[j] = v
		}
		out[0] += inZ[k]
	}
	return out[1:]
}
