package fit

import (
	"context"
	"encoding/binary"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"testing"

	"hnn/fit/unroll"
	"hnn/internal/kernel"
	"hnn/model/network"
	"hnn/nn"
)

// A short training gives the same weights on amd64 and on arm64: the kernels have the same
// bits, and the Go around them rounds products by explicit conversions where arm64 would
// fuse them with an addition, and takes amd64's sines and logarithms. These hashes were written on amd64.
func TestTrainingBits(t *testing.T) {
	if kernel.Name() == "generic" {
		t.Skip("the hashes are of the kernels of vectors")
	}
	hashes := map[string]uint64{
		network.KindBaseline: 0x150c2d1736feb2d2, network.KindHNN: 0x9d0f4969b967ff69, network.KindSeparable: 0xf4e34225b77b9b31, "trajectory": 0x321909fb44978176, "float64": 0x99649661cdf53ba,
	}
	check := func(name string, got uint64) {
		t.Helper()
		if want := hashes[name]; got != want {
			t.Errorf("%s: the hash of the weights is %#x, was %#x", name, got, want)
		}
	}
	o := Options{Steps: 30, LearningRate: 1e-2}
	for _, kind := range []string{network.KindBaseline, network.KindHNN, network.KindSeparable} {
		a := small
		a.Kind = kind
		check(kind, trainedBits(t, drawn(t, a), Derivatives(oscillator[float32](200, 1), Rows[float32]{}), o))
	}
	// The initial weights are gonum's QR, which has the same bits once they are rounded to float32.
	check("float64", trainedBits(t, network.Widen(drawn(t, small)), Derivatives(oscillator[float64](200, 1), Rows[float64]{}), o))
	trials := Trials[float32]{Dim: 2, Offsets: []int{0, 40}}
	q, p := 0.8, 0.3
	for i := range 40 {
		trials.Times, trials.X = append(trials.Times, float64(i)/8), append(trials.X, float32(q), float32(p))
		q, p = float64(0.96*q)+float64(0.28*p), float64(0.96*p)-float64(0.28*q)
	}
	check("trajectory", trainedBits(t, drawn(t, small), Trajectories(trials, trials, Shooting{Method: unroll.RK4, Substeps: 1, Window: 4}), o))
}

// trainedBits is a hash of the weights of a network that was trained.
func trainedBits[T nn.Float](t *testing.T, net *network.Network[T], l Loss[T], o Options) uint64 {
	t.Helper()
	tr, err := New(net, l, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	if err := tr.Run(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	hash := fnv.New64a()
	for _, p := range net.Params() {
		binary.Write(hash, binary.LittleEndian, math.Float64bits(float64(p)))
	}
	return hash.Sum64()
}

func drawn(t *testing.T, a network.Architecture) *network.Network[float32] {
	t.Helper()
	net, err := network.New[float32](a, rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		t.Fatal(err)
	}
	return net
}
