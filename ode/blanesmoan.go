package ode

// blanesMoan4 and blanesMoan6 are the methods S6 of order 4 and S10 of order 6 of S. Blanes,
// P. C. Moan, "Practical symplectic partitioned Runge-Kutta and Runge-Kutta-Nystroem
// methods", J. Comput. Appl. Math. 142, 2002, tables 2 and 3: 6 and 10 evaluations of each
// part a step, and among the methods for any T(p) those of the smallest error at equal cost
// that they found.
var (
	blanesMoan4 = palindrome(
		[]float64{0.0792036964311957, 0.353172906049774, -0.0420650803577195,
			1 - 2*(0.0792036964311957+0.353172906049774-0.0420650803577195)},
		[]float64{0.209515106613362, -0.143851773179818,
			0.5 - (0.209515106613362 - 0.143851773179818)})
	blanesMoan6 = palindrome(
		[]float64{0.0502627644003922, 0.413514300428344, 0.0450798897943977, -0.188054853819569,
			0.541960678450780,
			1 - 2*(0.0502627644003922+0.413514300428344+0.0450798897943977-0.188054853819569+0.541960678450780)},
		[]float64{0.148816447901042, -0.132385865767784, 0.067307604692185, 0.432666402578175,
			0.5 - (0.148816447901042 - 0.132385865767784 + 0.067307604692185 + 0.432666402578175)})
)
