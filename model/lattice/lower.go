package lattice

import (
	"fmt"

	"hnn/model/program"
)

// mostWritten is how many sites a system may have that is written out: every bond is a number in the program.
const mostWritten = 4096

// LowerField writes the system out: see model.LoweredField.
func (s *System) LowerField(b *program.Builder, x, _ program.Value) (field, energy program.Value, err error) {
	n := s.Half()
	if n > mostWritten {
		return program.None, program.None, fmt.Errorf("lattice: %d positions; a system of at most %d can be written out: train or open it with fewer sites", n, mostWritten)
	}
	q := b.Slice(x, 0, n)
	p := q
	if s.Flow == Mechanical {
		p = b.Slice(x, n, 2*n)
		kinetic := s.Kinetic.lower(b, p)
		if s.Masses != nil {
			inverse := make([]float64, n)
			for i := range inverse {
				inverse[i] = 1 / s.Masses[s.SiteOf(i)]
			}
			kinetic = b.Mul(kinetic, b.Constant(inverse...))
		}
		energy = b.Sum(kinetic)
	} else {
		energy = b.Constant(0)
	}
	if s.Site.Size() > 0 {
		of := q
		if s.Flow == Turn {
			square := b.Mul(q, q)
			of = b.Add(b.Slice(square, 0, s.Sites), b.Slice(square, s.Sites, n))
		}
		energy = b.Add(energy, b.Sum(s.Site.lower(b, of)))
	}
	held := b.Concat(q, b.Constant(0)) // and the walls
	for kind := range s.Bond {
		var stretch program.Value
		for a := range s.Space {
			var from, to []int
			place := func(site int) int {
				if site == Wall {
					return n
				}
				return s.Place(site, a)
			}
			for _, e := range s.Bonds {
				if e.Kind == kind {
					from, to = append(from, place(e.I)), append(to, place(e.J))
				}
			}
			if len(from) == 0 {
				break
			}
			delta := b.Sub(b.Gather(held, to...), b.Gather(held, from...))
			switch {
			case s.Space == 1:
				stretch = delta
			case a == 0:
				stretch = b.Mul(delta, delta)
			default:
				stretch = b.Add(stretch, b.Mul(delta, delta))
			}
			if s.Space > 1 && a == s.Space-1 {
				stretch = b.Unary(program.Sqrt, stretch)
			}
			if a == s.Space-1 {
				energy = b.Add(energy, b.Sum(s.Bond[kind].lower(b, stretch)))
			}
		}
	}
	g := b.Gradient(energy, x)
	if s.Flow != Mechanical {
		return s.lowerFlow(b, g), energy, nil
	}
	force := b.Unary(program.Neg, b.Part(g, 0, n))
	if s.Friction != 0 {
		force = b.Sub(force, b.Scale(s.Friction, p))
	}
	return b.Concat(b.Part(g, n, 2*n), force), energy, nil
}

// lower writes the function of every element out.
func (f *Function) lower(b *program.Builder, s program.Value) program.Value {
	n := b.Len(s)
	sum := b.Filled(0, n)
	if len(f.Polynomial) > 0 {
		z := b.Scale(1/f.Half, b.Sub(s, b.Filled(f.Middle, n)))
		inside, beyond := z, program.None
		if len(f.Polynomial) > tame {
			beyond = b.Add(b.Unary(program.Relu, b.Sub(z, b.Filled(1, n))), b.Unary(program.Min0, b.Add(z, b.Filled(1, n))))
			inside = b.Sub(z, beyond)
		}
		// The value and the first two derivatives by the recurrence of Chebyshev's polynomials.
		zero, one := b.Filled(0, n), b.Filled(1, n)
		last, now := [3]program.Value{one, zero, zero}, [3]program.Value{inside, one, zero}
		var series [3]program.Value
		for i := range series {
			series[i] = zero
		}
		twice := b.Scale(2, inside)
		for _, c := range f.Polynomial {
			for i := range series {
				series[i] = b.Add(series[i], b.Scale(c, now[i]))
			}
			next := [3]program.Value{
				b.Sub(b.Mul(twice, now[0]), last[0]),
				b.Sub(b.Add(b.Scale(2, now[0]), b.Mul(twice, now[1])), last[1]),
				b.Sub(b.Add(b.Scale(4, now[1]), b.Mul(twice, now[2])), last[2]),
			}
			last, now = now, next
		}
		sum = series[0]
		if beyond != program.None {
			sum = b.Add(sum, b.Mul(beyond, b.Add(series[1], b.Scale(0.5, b.Mul(beyond, series[2])))))
		}
	}
	for k := 0; k < len(f.Waves)/2; k++ {
		angle := b.Scale(float64(k+1), s)
		sum = b.Add(sum, b.Add(b.Scale(f.Waves[2*k], b.Unary(program.Cos, angle)), b.Scale(f.Waves[2*k+1], b.Unary(program.Sin, angle))))
	}
	for k := 1; k < len(f.Exponentials); k++ {
		of := b.Scale(float64(k)*f.Exponentials[0], b.Sub(s, b.Filled(f.Middle, n)))
		sum = b.Add(sum, b.Scale(f.Exponentials[k], b.Unary(program.Exp, of)))
	}
	return sum
}
