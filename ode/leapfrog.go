package ode

// leapfrog is the Stoermer-Verlet method, half a kick, a drift, half a kick (HLW, section
// I.1.4). Order 2, symmetric, one evaluation of each part a step.
var leapfrog = composition(1)
