package lagrangian

import "fmt"

// Names returns the name of every coefficient, made of the names of the positions (N) and inputs: M[a,b] and V with
// the function that they multiply, A[b] of the magnetic term, R[a,b] of the viscous friction (R[a] on the diagonal),
// C[a] of Coulomb's, D[a] of the quadratic drag, G[a,u] of the gain. The kinetic energy is half of v.M v.
func (l *Lagrangian) Names(names, inputs []string) []string {
	k, at := l.Library.Size(), l.Layout()
	out := make([]string, 0, at.Size)
	feature := func(name string, c int) string {
		if text := l.Library.Features[c].Text(names); text != "1" {
			return name + "*" + text
		}
		return name
	}
	element := func(name string, pair [2]int) string {
		if pair[0] == pair[1] && name == "R" {
			return name + "[" + names[pair[0]] + "]"
		}
		return name + "[" + names[pair[0]] + "," + names[pair[1]] + "]"
	}
	for _, pair := range l.MassPairs() {
		for c := range k {
			out = append(out, feature(element("M", pair), c))
		}
	}
	for c := range k - 1 {
		out = append(out, feature("V", l.Feature(c)))
	}
	for j := 1; l.Magnetic && j < l.N; j++ {
		for c := range k - 1 {
			out = append(out, feature("A["+names[j]+"]", l.Feature(c)))
		}
	}
	for _, pair := range l.FrictionPairs() {
		for c := range l.FrictionFeatures() {
			name := element("R", pair)
			if l.Varying {
				name = feature(name, c)
			}
			out = append(out, name)
		}
	}
	each := func(on bool, name string) {
		for i := 0; on && i < l.N; i++ {
			out = append(out, name+"["+names[i]+"]")
		}
	}
	each(l.Coulomb, "C")
	each(l.Drag, "D")
	for i := 0; l.Gain == nil && i < l.N; i++ {
		for j := range l.Inputs {
			input := fmt.Sprintf("u%d", j+1) // one of time, which is no column
			if j < len(inputs) {
				input = inputs[j]
			}
			for c := range l.GainFeatures() {
				name := "G[" + names[i] + "," + input + "]"
				if l.Steered {
					name = feature(name, c)
				}
				out = append(out, name)
			}
		}
	}
	return out
}
