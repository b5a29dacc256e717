package kernel

import (
	"runtime"
	"time"
)

// PeakFlops measures, for about d, how many floating-point operations a second the
// core it runs on can do in T at best: the fastest of many short runs of a loop of
// independent multiply-adds, two operations each. With the generic kernels that loop
// is plain Go, whose multiply-adds are scalar, and the figure is the peak of such code.
func PeakFlops[T Float](d time.Duration) float64 {
	best := 0.0
	turns := 1000
	for end := time.Now().Add(d); best == 0 || time.Now().Before(end); {
		start := time.Now()
		flops := peak[T](turns)
		elapsed := time.Since(start)
		if elapsed < 50*time.Microsecond {
			turns *= 2 // too short for the clock
			continue
		}
		best = max(best, flops/elapsed.Seconds())
	}
	return best
}

// SustainedFlops is PeakFlops as it lasts over about d, with whatever else the machine
// does at the time: what a computation that runs next to it can be compared with.
func SustainedFlops[T Float](d time.Duration) float64 {
	const turns = 20_000 // far above the clock's resolution
	flops := 0.0
	start := time.Now()
	for time.Since(start) < d {
		flops += peak[T](turns)
	}
	return flops / time.Since(start).Seconds()
}

// peakPlain does turns times twelve multiply-adds, and returns the operations done. Twelve
// chains hide the latency of a product and an addition.
func peakPlain[T Float](turns int) float64 {
	var s [12]T
	s0, s1, s2, s3, s4, s5 := s[0], s[1], s[2], s[3], s[4], s[5]
	s6, s7, s8, s9, s10, s11 := s[6], s[7], s[8], s[9], s[10], s[11]
	x, y := T(0.5), T(0.25)
	for range turns {
		s0 = T(s0*x) + y
		s1 = T(s1*x) + y
		s2 = T(s2*x) + y
		s3 = T(s3*x) + y
		s4 = T(s4*x) + y
		s5 = T(s5*x) + y
		s6 = T(s6*x) + y
		s7 = T(s7*x) + y
		s8 = T(s8*x) + y
		s9 = T(s9*x) + y
		s10 = T(s10*x) + y
		s11 = T(s11*x) + y
	}
	s = [12]T{s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11}
	runtime.KeepAlive(s) // else the loop is dropped
	return 2 * 12 * float64(turns)
}
