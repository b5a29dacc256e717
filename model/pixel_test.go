package model

import (
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hnn/internal/golden"
)

var smallPixels = Pixels{Width: 5, Height: 3, Stack: 2, Hidden: []int{9, 9, 7}, Activation: "relu"}

// A pixel model that was saved and loaded encodes, decodes and moves as before, and
// widening a float32 model changes nothing but the rounding.
func TestPixelFile(t *testing.T) {
	for _, kind := range []string{KindBaseline, KindHNN} {
		net, err := New[float32](Architecture{Kind: kind, Dim: 2, Hidden: []int{8, 6}, Activation: "tanh", Pixels: &smallPixels}, rand.New(rand.NewPCG(1, 2)))
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "m.safetensors")
		if err := Save(path, net, nil); err != nil {
			t.Fatal(err)
		}
		loaded, _, err := Load(path)
		if err != nil {
			t.Fatal(err)
		}
		_, energetic := loaded.(Energetic)
		if energetic != (kind == KindHNN) {
			t.Errorf("%s: it has an energy: %v", kind, energetic)
		}
		wide := Widen(net).(Autoencoder)
		for name, m := range map[string]Autoencoder{"loaded": loaded.(Autoencoder), "narrow": net.(Autoencoder)} {
			x := make([]float64, 150*smallPixels.Len()) // more than a block of rows
			for i := range x {
				x[i] = float64(float32(math.Abs(math.Sin(float64(i)))))
			}
			tol := 0.0
			if name == "narrow" {
				tol = 1e-5
			}
			run := func(m Autoencoder) (z, y, dz []float64) {
				z, y, dz = make([]float64, 300), make([]float64, len(x)), make([]float64, 2)
				m.Encoder()(x, z, 150)
				m.Decoder()(z, y, 150)
				m.Field()(0, z, dz)
				return z, y, dz
			}
			z, y, dz := run(m)
			wz, wy, wdz := run(wide)
			for _, c := range [][2][]float64{{z, wz}, {y, wy}, {dz, wdz}} {
				for i := range c[0] {
					if d := math.Abs(c[0][i] - c[1][i]); !(d <= tol) {
						t.Fatalf("%s %s: %v, want %v", kind, name, c[0][i], c[1][i])
					}
				}
			}
		}
	}
}

// Latents, their derivatives, the decoded pictures and H of the authors' trained model.
func TestPixelGolden(t *testing.T) {
	pixels := Pixels{Width: 28, Height: 28, Stack: 2, Hidden: []int{200, 200, 200}, Activation: "relu"}
	n, err := empty[float64](Architecture{Kind: KindHNN, Dim: 2, Hidden: []int{200, 200}, Activation: "tanh", Pixels: &pixels})
	if err != nil {
		t.Fatal(err)
	}
	copy(n.Params(), golden.LoadShared(t, "pixels-hnn-final").PixelWeights(t, ""))
	Refresh[float64](n)
	m, a := n.(*HamiltonianPixel[float64]), golden.LoadShared(t, "pixels-hnn-pairs")
	x := a.Get(t, "f64/x_u8")
	const rows = 8
	for i := range x {
		x[i] = float64(float32(x[i]) / 255)
	}
	z, y, dz, h := make([]float64, 2*rows), make([]float64, len(x)), make([]float64, 2*rows), make([]float64, rows)
	m.Encoder()(x, z, rows)
	m.Decoder()(z, y, rows)
	m.BatchField()(nil, z, dz, rows)
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
	net, err := New[float64](Architecture{Kind: KindHNN, Dim: 2, Hidden: []int{8}, Activation: "tanh", Pixels: &smallPixels}, rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		t.Fatal(err)
	}
	p, _ := PixelOf(net)
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
	p.Encoder()(less, z, 1)
	p.Decoder()(z, y, 1)
	p.AddMean(mean)
	p.Encoder()(x, zMean, 1)
	p.Decoder()(z, yMean, 1)
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
		change func(*Architecture)
		says   string
	}{
		{func(a *Architecture) { a.Pixels.Width = 129 }, "129 x 3 pixels"},
		{func(a *Architecture) { a.Pixels.Height = 0 }, "5 x 0 pixels"},
		{func(a *Architecture) { a.Pixels.Stack = 0 }, "0 frames stacked"},
		{func(a *Architecture) { a.Pixels.Activation = "rely" }, `"rely"`},
		{func(a *Architecture) { a.Pixels.Hidden = nil }, "no hidden layer"},
		{func(a *Architecture) { a.Dim = 3 }, "length is even"},
		{func(a *Architecture) { a.Activation = "relu" }, "second derivative"},
	} {
		pixels := smallPixels
		pixels.Hidden = slices.Clone(pixels.Hidden)
		a := Architecture{Kind: KindHNN, Dim: 2, Hidden: []int{4}, Activation: "tanh", Pixels: &pixels}
		c.change(&a)
		if err := a.Validate(); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("error is %v, want one that says %q", err, c.says)
		}
	}
}
