package expansion

import "hnn/model/program"

// A Term is a part of a Hamiltonian that is linear in its coefficients: a sum over
// features c_k phi_k(x). The features are fixed when the term is made, the
// coefficients are what is fitted. See [Model].
type Term interface {
	// Kind is the term's name in files: one of the constants below.
	Kind() string
	// Size is the number of features.
	Size() int
	// Coefficients returns a copy of the coefficients (Size).
	Coefficients() []float64
	// SetCoefficients replaces them. It panics if there are not Size of them.
	SetCoefficients(c []float64)
	// NewPass returns an evaluator with temporaries for up to rows states.
	NewPass(rows int) Pass
	// Lower writes the term out: see model.Form.Lower.
	Lower(b *program.Builder, x program.Value) program.Value

	spec() termSpec
	tensors() []Tensor
}

// Pass evaluates a term. It is not safe for concurrent use.
type Pass interface {
	// Value is the term at one state.
	Value(x []float64) float64
	// AddGradient adds the term's derivative by the state to g; x and g are rows x
	// dimension, row-major.
	AddGradient(x, g []float64, rows int)
	// Columns writes the derivative of every feature alone: feature k, component i of
	// row n, to dst[(n*dimension+i)*ld+k]. The coefficients have no part in it.
	Columns(x, dst []float64, ld, rows int)
}

// The kinds of term.
const (
	kindNetwork   = "network"
	kindQuadratic = "quadratic"
	kindPair      = "pair"
	kindInertia   = "inertia"
	kindKnown     = "known"
)

const (
	badCoefficients = "expansion: coefficients are not as many as features"
	badTermShape    = "expansion: weights and biases of features do not fit each other"
)

func checkCoefficients(c []float64, size int) {
	if len(c) != size {
		panic(badCoefficients)
	}
}
