package ode

// symplecticEuler is the method of R. de Vogelaere, 1956 (HLW, equation I.1.9): a kick,
// then a drift with the new momentum. Order 1, one evaluation of each part a step, not
// symmetric.
var symplecticEuler = &splitting{kick: []float64{1}, drift: []float64{1}}
