package network_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"hnn/internal/golden"
	"hnn/model"
	"hnn/model/network"
)

var smallPixels = model.Pixels{Width: 5, Height: 3, Stack: 2, Hidden: []int{9, 9, 7}, Activation: "relu"}

// Latents, their derivatives, the decoded pictures and H of the authors' trained model.
func TestPixelGolden(t *testing.T) {
	pixels := model.Pixels{Width: 28, Height: 28, Stack: 2, Hidden: []int{200, 200, 200}, Activation: "relu"}
	n, err := network.New[float64](network.Architecture{Kind: network.KindHNN, Dim: 2, Hidden: []int{200, 200}, Activation: "tanh", Pixels: &pixels}, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		t.Fatal(err)
	}
	copy(n.Params(), golden.LoadShared(t, "pixels-hnn-final").PixelWeights(t, ""))
	n.Refresh()
	m, a := n.Field(), golden.LoadShared(t, "pixels-hnn-pairs")
	x := a.Get(t, "f64/x_u8")
	const rows = 8
	for i := range x {
		x[i] = float64(float32(x[i]) / 255)
	}
	z, y, dz, h := make([]float64, 2*rows), make([]float64, len(x)), make([]float64, 2*rows), make([]float64, rows)
	m.Encode()(x, z, rows)
	m.Decode()(z, y, rows)
	m.FreeMany()(nil, z, dz, rows)
	energy := m.Energy()
	for i := range h {
		h[i] = energy(z[2*i : 2*i+2])
	}
	for name, got := range map[string][]float64{"z": z, "dz": dz, "decode": y, "H": h} {
		for i, want := range a.Get(t, "f64/"+name) {
			if d := math.Abs(got[i] - want); !(d <= 1e-12*max(1, math.Abs(want))) {
				t.Fatalf("%s %d: %.15g, want %.15g", name, i, got[i], want)
			}
		}
	}
}

// A model with a mean frame added does with pictures what it did with their differences
// from it.
func TestAddMean(t *testing.T) {
	net, err := network.New[float64](network.Architecture{Kind: network.KindHNN, Dim: 2, Hidden: []int{8}, Activation: "tanh", Pixels: &smallPixels}, rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		t.Fatal(err)
	}
	p := net.Field()
	size, n := smallPixels.Width*smallPixels.Height, smallPixels.Len()
	mean, x, less := make([]float64, size), make([]float64, n), make([]float64, n)
	for i := range mean {
		mean[i] = 0.5 + 0.4*math.Sin(float64(i))
	}
	for i := range x {
		x[i] = math.Abs(math.Cos(float64(i * i)))
		less[i] = x[i] - mean[i%size]
	}
	z, y, zMean, yMean := make([]float64, 2), make([]float64, n), make([]float64, 2), make([]float64, n)
	p.Encode()(less, z, 1)
	p.Decode()(z, y, 1)
	net.AddMean(mean)
	p.Encode()(x, zMean, 1)
	p.Decode()(z, yMean, 1)
	for j := range z {
		if d := math.Abs(zMean[j] - z[j]); !(d < 1e-13) {
			t.Errorf("state %v of the pictures, %v of their differences", zMean, z)
		}
	}
	for i := range y {
		if d := math.Abs(yMean[i] - (y[i] + mean[i%size])); !(d < 1e-13) {
			t.Fatalf("pixel %d: %v, want %v and %v", i, yMean[i], y[i], mean[i%size])
		}
	}
}

func TestPixelArchitecture(t *testing.T) {
	for _, c := range []struct {
		change func(*network.Architecture)
		says   string
	}{
		{func(a *network.Architecture) { a.Pixels.Width = 129 }, "129 x 3 pixels"},
		{func(a *network.Architecture) { a.Pixels.Height = 0 }, "5 x 0 pixels"},
		{func(a *network.Architecture) { a.Pixels.Stack = 0 }, "0 frames stacked"},
		{func(a *network.Architecture) { a.Pixels.Activation = "rely" }, `"rely"`},
		{func(a *network.Architecture) { a.Pixels.Hidden = nil }, "no hidden layer"},
		{func(a *network.Architecture) { a.Dim = 3 }, "length is even"},
		{func(a *network.Architecture) { a.Activation = "relu" }, "second derivative"},
	} {
		pixels := smallPixels
		pixels.Hidden = slices.Clone(pixels.Hidden)
		a := network.Architecture{Kind: network.KindHNN, Dim: 2, Hidden: []int{4}, Activation: "tanh", Pixels: &pixels}
		c.change(&a)
		if err := a.Validate(); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("error is %v, want one that says %q", err, c.says)
		}
	}
}
