package ode

import "slices"

// Splitting is the coefficients of a method for separable systems: kicks of the momenta and drifts of the positions in turn,
// a kick first. It is false of other methods.
func (m Method) Splitting() (kick, drift []float64, ok bool) {
	if int(m) >= len(methods) {
		return nil, nil, false
	}
	s, ok := methods[m].fixed.(*splitting)
	if !ok {
		return nil, nil, false
	}
	return slices.Clone(s.kick), slices.Clone(s.drift), true
}

// Implicit is the tableau of an implicit Runge-Kutta method. It is false of other methods.
func (m Method) Implicit() (a [][]float64, b, c []float64, ok bool) {
	if int(m) >= len(methods) {
		return nil, nil, nil, false
	}
	s, ok := methods[m].fixed.(*implicit)
	if !ok {
		return nil, nil, nil, false
	}
	for _, row := range s.a {
		a = append(a, slices.Clone(row))
	}
	return a, slices.Clone(s.b), slices.Clone(s.c), true
}

// Fixed lists the methods of a fixed step, in their order.
func Fixed() []Method {
	var all []Method
	for m := range methods {
		if methods[m].fixed != nil {
			all = append(all, Method(m))
		}
	}
	return all
}
