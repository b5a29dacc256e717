package lagrangian

import (
	"fmt"
	"math"
	"strings"
)

// Text writes T, V, A, the friction, the gain and what sensors show with the names of the positions (N), coefficients to so many digits.
func (l *Lagrangian) Text(names []string, digits int) string {
	k, at := l.Library.Size(), l.Layout()
	var b strings.Builder
	sum := func(name string, write func(add func(c float64, text string))) {
		first := true
		write(func(c float64, text string) {
			if c == 0 {
				return
			}
			if first {
				fmt.Fprintf(&b, "%s = ", name)
			}
			switch {
			case c < 0:
				b.WriteString(map[bool]string{true: "-", false: " - "}[first])
			case !first:
				b.WriteString(" + ")
			}
			first = false
			fmt.Fprintf(&b, "%.*g", digits, math.Abs(c))
			if text != "1" && text != "" {
				b.WriteString(" " + text)
			}
		})
		if !first {
			b.WriteString("\n")
		}
	}
	times := func(text, factor string) string {
		if text == "1" {
			return factor
		}
		return text + "*" + factor
	}
	rate := func(i int) string { return "d" + names[i] + "/dt" }
	sum("T", func(add func(float64, string)) {
		for p, pair := range l.MassPairs() {
			for c := range k {
				w, factor := l.Coefficients[p*k+c], rate(pair[0])+"*"+rate(pair[1])
				if pair[0] == pair[1] {
					w, factor = w/2, "("+rate(pair[0])+")^2"
				}
				add(w, times(l.Library.Features[c].Text(names), factor))
			}
		}
	})
	sum("V", func(add func(float64, string)) {
		for c := range k - 1 {
			add(l.Coefficients[at.Potential+c], l.Library.Features[l.Feature(c)].Text(names))
		}
	})
	if l.Magnetic {
		for j := 1; j < l.N; j++ {
			sum("A_"+names[j], func(add func(float64, string)) {
				for c := range k - 1 {
					add(l.Coefficients[at.Magnetic+(j-1)*(k-1)+c], l.Library.Features[l.Feature(c)].Text(names))
				}
			})
		}
	}
	for i := range l.N {
		sum("friction on "+names[i], func(add func(float64, string)) {
			for p, pair := range l.FrictionPairs() {
				if pair[0] == i || pair[1] == i {
					for c := range l.FrictionFeatures() {
						text := "1"
						if l.Varying {
							text = l.Library.Features[c].Text(names)
						}
						add(l.Coefficients[at.Viscous+p*l.FrictionFeatures()+c], times(text, rate(pair[0]+pair[1]-i)))
					}
				}
			}
			if l.Coulomb {
				add(l.Coefficients[at.Coulomb+i], "sign("+rate(i)+")")
			}
			if l.Drag {
				add(l.Coefficients[at.Drag+i], rate(i)+"*abs("+rate(i)+")")
			}
		})
	}
	for i := range l.N {
		sum("force on "+names[i], func(add func(float64, string)) {
			gain := l.gains(at)
			for j := range l.Inputs {
				for c := range l.GainFeatures() {
					text := "1"
					if l.Steered {
						text = l.Library.Features[c].Text(names)
					}
					add(gain[(i*l.Inputs+j)*l.GainFeatures()+c], times(text, l.inputName(j, digits)))
				}
			}
		})
	}
	if s := l.Sensors; s != nil {
		for i, g := range s.Gain {
			sum("the column of "+rate(i), func(add func(float64, string)) {
				add(g, rate(i))
				add(s.Offset[i], "")
			})
		}
	}
	return b.String()
}

// inputName is u1, u2, ... or a function of the time t.
func (l *Lagrangian) inputName(j, digits int) string {
	own := l.Inputs - 2*len(l.Harmonics)
	if j < own {
		return fmt.Sprintf("u%d", j+1)
	}
	return fmt.Sprintf("%s(%.*g*t)", [2]string{"cos", "sin"}[(j-own)%2], digits, l.Harmonics[(j-own)/2])
}
