package ode

import "math"

// yoshida4, yoshida6 and yoshida8 are symmetric compositions of 3, 7 and 15 leapfrog
// steps: H. Yoshida, "Construction of higher order symplectic integrators", Phys. Lett. A
// 150, 1990. That of order 4, the triple jump, is E. Forest and R. D. Ruth's (Physica D 43,
// 1990); that of order 6 is Yoshida's solution A in more digits (HLW, section V.3.2);
// of those of order 8 with 15 steps this is the one of M. Suzuki, K. Umeno, 1993, whose
// coefficients are the smallest (HLW, section V.3.2).
var (
	yoshida4 = composition(1/(2-math.Cbrt(2)), -math.Cbrt(2)/(2-math.Cbrt(2)))
	yoshida6 = composition(0.78451361047755726382,
		0.23557321335935813368,
		-1.17767998417887100695,
		1.31518632068391121889)
	yoshida8 = composition(0.74167036435061295345,
		-0.40910082580003159400,
		0.19075471029623837995,
		-0.57386247111608226666,
		0.29906418130365592384,
		0.33462491824529818378,
		0.31529309239676659663,
		-0.79688793935291635402)
)
