package main

import (
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// adam emits Adam's update. The nine scalars, in the order of the Go side's array,
// stay in registers; of AVX2 seven are left for one vector's work.
func (l lanes) adam() {
	l.function("adam", "func(p, grad, m, v *T, n int, scalars *[9]T)",
		`updates n parameters; scalars are beta1, 1-beta1, beta2, 1-beta2, epsilon, rate,
correction, L2 and 1-decay.`)
	s := arg("scalars")
	var k [9]reg.VecVirtual
	for i := range k {
		k[i] = l.vector()
		l.broadcast(Mem{Base: s, Disp: i * l.size}, k[i])
	}
	beta1, gain1, beta2, gain2, epsilon, rate, correction, l2, keep := k[0], k[1], k[2], k[3], k[4], k[5], k[6], k[7], k[8]
	l.overRowsFlushed("", []matrix{{"p", ""}, {"grad", ""}, {"m", ""}, {"v", ""}}, func(c cursor) {
		p, g := c.load("p"), c.load("grad")
		l.fma231(l2, p, g)
		l.mul(keep, p, p)

		m := c.load("m")
		l.mul(beta1, m, m)
		l.fma231(gain1, g, m)
		c.store(m, "m")

		v, t := c.load("v"), l.vector()
		l.mul(beta2, v, v)
		l.mul(gain2, g, t)
		l.fma231(g, t, v)
		c.store(v, "v")

		l.sqrt(v, t)
		l.fma213(epsilon, correction, t)
		l.div(t, m, m)
		l.fnma231(rate, m, p)
		c.store(p, "p")
	})
}
