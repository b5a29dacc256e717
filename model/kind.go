package model

// The kinds of model. Those of an HNN beyond the paper's are names for what else is known of
// its form: see KindOf.
const (
	KindBaseline     = "baseline"
	KindSecondOrder  = "baseline-second-order"
	KindHNN          = "hnn"
	KindSeparable    = "hnn-separable"
	KindPairwise     = "hnn-pairwise"
	KindDissipative  = "hnn-dissipative"
	KindHelmholtz    = "hnn-helmholtz"
	KindNonCanonical = "hnn-noncanonical"
	KindExpansion    = "expansion"
)

// Kinds lists the kinds of network.
func Kinds() []string {
	return []string{KindBaseline, KindSecondOrder, KindHNN, KindSeparable, KindPairwise, KindDissipative, KindHelmholtz, KindNonCanonical}
}

// LearnsH reports whether a kind of model is one with a Hamiltonian.
func LearnsH(kind string) bool {
	return kind != KindBaseline && kind != KindSecondOrder
}

// The losses of an HNN: what D is, see Rayleigh.
const (
	DissipationLinear    = "linear"    // D = rate |p|^2 / 2
	DissipationLearned   = "learned"   // D(q, p), a network
	DissipationConvex    = "convex"    // D(p), convex and even
	DissipationHelmholtz = "helmholtz" // D(q, p), acting on the positions too
)

// Dissipations lists the forms of dissipation.
func Dissipations() []string {
	return []string{DissipationLinear, DissipationLearned, DissipationConvex, DissipationHelmholtz}
}

// The gains of inputs.
const (
	GainConstant = "constant" // a matrix
	GainLearned  = "learned"  // a function of the positions
)

// Gains lists the forms of the gain of inputs.
func Gains() []string { return []string{GainConstant, GainLearned} }

// KindOf is the name of the kind of an HNN of this form: that of the coordinates first, then
// that of the dissipation.
func KindOf(s Structure, dissipation string, skew bool) string {
	switch {
	case skew:
		return KindNonCanonical
	case dissipation == DissipationHelmholtz:
		return KindHelmholtz
	case dissipation != "":
		return KindDissipative
	case s&Pairwise != 0:
		return KindPairwise
	case s&Separable != 0:
		return KindSeparable
	}
	return KindHNN
}
