package ode

import "testing"

func TestRK4Order(t *testing.T) {
	checkGlobalOrder(t, &rk4, 0.05, 0.05, 0.035, 0.025, 0.017, 0.012)
}

func TestRK4Conditions(t *testing.T) {
	checkRowSums(t, rk4Tableau.c, rk4Tableau.a)
	checkOrder(t, "rk4", rk4Tableau.a, rk4Tableau.b, 1, 4)
}
