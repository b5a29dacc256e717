package kernel

// Act names an activation s(z).
type Act uint8

// The activations. Where s' jumps, at 0, relu takes the value 0, and elu and selu
// those of z <= 0.
const (
	Tanh     Act = iota // tanh z
	Sigmoid             // g(z) = 1/(1+exp(-z));  s' = g(1-g),  s'' = s'(1-2g)
	Softplus            // log(1+exp z);  s' = g,  s'' = g'
	SiLU                // z g;  s' = g + z g',  s'' = 2g' + z g''
	ELU                 // z where z > 0, else exp(z)-1
	SELU                // scale times (z where z > 0, else alpha (exp(z)-1)): Klambauer et al. 2017
	Sin                 // sin z
	GELU                // z P(z), P the normal distribution;  s' = P + z p,  s'' = (2-z^2) p
	ReLU                // max(z, 0);  s'' = 0, so it serves P1 only
	Identity            // z
)

// FromValue reports whether s' and s” follow from s alone, so that the
// derivative arrays of Activate and of the fused loops may be nil: for tanh,
// s' = 1 - s^2 and s” = -2 s s'.
func (a Act) FromValue() bool { return a == Tanh }

// Activate replaces z (rows x n) by s(z + bias); bias may be nil. Where d1 and d2
// are not nil they receive s' and s” at z + bias, with the same leading dimension.
//
// A NaN gives NaN. Exponentials are cut off where they leave the normal numbers.
func Activate[T Float](act Act, z []T, ld int, bias, d1, d2 []T, rows, n int) {
	if act > Identity {
		panic("kernel: unknown activation")
	}
	need(len(z), ld, rows, n)
	if bias != nil {
		need(len(bias), 0, 1, n)
	}
	if d1 != nil {
		need(len(d1), ld, rows, n)
	}
	if d2 != nil {
		need(len(d2), ld, rows, n)
	}
	if rows > 0 && n > 0 {
		activate(act, z, ld, bias, d1, d2, rows, n)
	}
}
