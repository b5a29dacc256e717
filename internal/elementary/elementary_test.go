package elementary

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"
)

// arguments are of all signs and sizes, most of them near 1, and what is special.
func arguments() []float64 {
	rng := rand.New(rand.NewPCG(1, 2))
	all := []float64{0, math.Copysign(0, -1), 1, -1, 0.5, math.Sqrt2 / 2, math.Pi, math.Pi / 4, 710, -708.5, -740, -746, 1e-300, 1e300, math.Inf(1), math.Inf(-1), math.NaN()}
	for range 40000 {
		all = append(all, 20*rng.Float64()-10, math.Copysign(math.Exp(1400*rng.Float64()-700), rng.Float64()-0.5), 1500*rng.Float64()-750)
	}
	return all
}

// What others do, as amd64 does it, is compared with package math there, bit by bit.
func TestPortsHaveTheBitsOfAMD64(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("package math has these bits on amd64 alone; TestBits has a hash of them")
	}
	all := arguments()
	same := func(name string, got, want float64, of ...float64) {
		t.Helper()
		if math.Float64bits(got) != math.Float64bits(want) && !(math.IsNaN(got) && math.IsNaN(want)) {
			t.Fatalf("%s%v is %v (%#x), on amd64 %v (%#x)", name, of, got, math.Float64bits(got), want, math.Float64bits(want))
		}
	}
	for i, x := range all {
		y := all[(7*i+3)%len(all)]
		same("exp", exp(x), math.Exp(x), x)
		same("log", log(x), math.Log(x), x)
		same("hypot", hypot(x, y), math.Hypot(x, y), x, y)
		same("sin", sin(x), math.Sin(x), x)
		same("cos", cos(x), math.Cos(x), x)
		same("pow", pow(x, y), math.Pow(x, y), x, y)
		same("pow", pow(math.Abs(x), 10*math.Cos(y)), math.Pow(math.Abs(x), 10*math.Cos(y)), x, y)
	}
	ours, theirs := rand.New(rand.NewPCG(3, 4)), rand.New(rand.NewPCG(3, 4))
	for i := range 400000 { // of which some 230 are beyond the ziggurat's end
		if got, want := normal(ours), theirs.NormFloat64(); got != want {
			t.Fatalf("draw %d is %v, on amd64 %v", i, got, want)
		}
	}
}

// A hash of results, written on amd64, which every processor must come to.
func TestBits(t *testing.T) {
	hash := fnv.New64a()
	put := func(v float64) {
		if math.IsNaN(v) {
			v = math.NaN()
		}
		binary.Write(hash, binary.LittleEndian, math.Float64bits(v))
	}
	rng := rand.New(rand.NewPCG(5, 6))
	for range 20000 {
		x, y := float64(200*rng.Float64())-100, 20*rng.Float64()
		sin, cos := Sincos(x)
		for _, v := range []float64{Exp(x), Log(y), Hypot(x, y), sin, cos, Sin(x), Cos(x), Pow(y, x/10), Normal(rng)} {
			put(v)
		}
	}
	if got := hash.Sum64(); got != 0xfda44890674a4f9e {
		t.Errorf("the hash is %#x", got)
	}
}
