package foreign

import (
	"bytes"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hnn/model/safetensors"
	"hnn/nn"
)

// The files in testdata were written by PyTorch 2.15 of torch.nn.Sequential(Linear(2, 5), Tanh, Linear(5, 4), Tanh, Linear(4,
// 1)) after manual_seed(0): small.pt its state dict, small-old.pt the same with _use_new_zipfile_serialization=False, half.pt
// in float16, module.pt the whole module and script.pt TorchScript.

// What torch.save wrote, in both of its formats, gives the value and the gradient that torch gave in float64.
func TestTorch(t *testing.T) {
	for _, name := range []string{"small.pt", "small-old.pt"} {
		tensors, err := Read(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		layers, err := MLP(tensors, "net.")
		if err != nil {
			t.Fatal(err)
		}
		n, err := Network(layers, 2, nil, Conventions{Activation: nn.Tanh})
		if err != nil {
			t.Fatal(err)
		}
		x, g := []float64{0.3, -0.7}, make([]float64, 2)
		n.Field().Grad()(x, g)
		// The bias of the last layer is a constant of H, which is left out.
		h := n.Field().Energy()(x) + layers[2].B[0]
		for i, want := range []float64{-0.6833833172765252, -0.019572508399722945, -0.019422546465311587} {
			if got := []float64{h, g[0], g[1]}[i]; math.Abs(got-want) > 1e-14 {
				t.Errorf("%s: number %d is %v, torch gives %v", name, i, got, want)
			}
		}
	}
}

// What is none of what is read is refused by what it is.
func TestRefuses(t *testing.T) {
	dir := t.TempDir()
	small, err := os.ReadFile("testdata/small.pt")
	if err != nil {
		t.Fatal(err)
	}
	tar := make([]byte, 1024)
	copy(tar[257:], "ustar\x00")
	for name, b := range map[string][]byte{"archive.tar": tar, "cut.pt": small[:len(small)-300], "text.pt": []byte("t,q,p\n"), "empty.pt": nil,
		// os.system, as a pickle that harms would call it.
		"evil.pt": zipped(t, "\x80\x02cos\nsystem\nX\x04\x00\x00\x00echo\x85R.")} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for path, want := range map[string]string{
		"testdata/half.pt": "HalfStorage", "testdata/module.pt": "state_dict", "testdata/script.pt": "TorchScript",
		filepath.Join(dir, "archive.tar"): "tar archive", filepath.Join(dir, "cut.pt"): "zip", filepath.Join(dir, "text.pt"): "no safetensors",
		filepath.Join(dir, "empty.pt"): "", filepath.Join(dir, "evil.pt"): "state dict",
	} {
		if _, err := Read(path); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v, want an error with %q", path, err, want)
		}
	}
}

// FuzzTorch: no file makes the reader panic, nor hold more numbers than the file has bytes.
func FuzzTorch(f *testing.F) {
	for _, name := range []string{"small.pt", "small-old.pt", "half.pt", "module.pt", "script.pt"} {
		b, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	small, _ := os.ReadFile("testdata/small.pt")
	f.Add(zipped(f, "\x80\x02}q\x00X\x01\x00\x00\x00ah\x00s."))
	f.Add(small)
	f.Fuzz(func(t *testing.T, b []byte) {
		tensors, err := read(bytes.NewReader(b), int64(len(b)), "x.pt")
		if err != nil {
			return
		}
		total := 0
		for _, v := range tensors {
			total += len(v.Data)
		}
		if total > 1000*len(b) {
			t.Errorf("%d numbers of a file of %d bytes", total, len(b))
		}
		if layers, err := MLP(tensors, ""); err == nil {
			Network(layers, 2, nil, Conventions{})
			Network(layers, layers[0].In, nil, Conventions{Baseline: true, Interleaved: layers[0].In%2 == 0})
		}
	})
}

// The conventions are what they say: a network of interleaved, scaled states with the other sign and two outputs has the
// field of the one that it was made of.
func TestConventions(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	layers := []Layer{{Name: "a.weight", In: 4, Out: 5}, {Name: "b.weight", In: 5, Out: 3}, {Name: "c.weight", In: 3, Out: 2}}
	for i := range layers {
		l := &layers[i]
		for range l.In * l.Out {
			l.W = append(l.W, rng.NormFloat64())
		}
		for range l.Out {
			l.B = append(l.B, rng.NormFloat64())
		}
	}
	// value is output k of the network of inputs as the file has them.
	value := func(x []float64, k int) float64 {
		for i, l := range layers {
			y := slices.Clone(l.B)
			for o := range y {
				for j, v := range x {
					y[o] += l.W[o*l.In+j] * v
				}
				if i < 2 {
					y[o] = math.Tanh(y[o])
				}
			}
			x = y
		}
		return x[k]
	}
	scale, shift := []float64{2, 3, 0.5, 1.5}, []float64{0.1, -0.2, 0.3, 0.4}
	h := func(x []float64) float64 { // of (q1, q2, p1, p2), for the file (q1, p1, q2, p2)
		in := []float64{x[0], x[2], x[1], x[3]}
		for i := range in {
			in[i] = (in[i] - shift[i]) / scale[i]
		}
		return -value(in, 1)
	}
	n, err := Network(layers, 4, nil, Conventions{Activation: nn.Tanh, Output: 1, Interleaved: true, Negative: true, Scale: scale, Shift: shift})
	if err != nil {
		t.Fatal(err)
	}
	x, g := []float64{0.3, -0.2, 0.5, 0.1}, make([]float64, 4)
	n.Field().Grad()(x, g)
	for i := range x {
		const step = 1e-5
		ahead, behind := slices.Clone(x), slices.Clone(x)
		ahead[i] += step
		behind[i] -= step
		if want := (h(ahead) - h(behind)) / (2 * step); math.Abs(g[i]-want) > 1e-8 {
			t.Errorf("dH/dx%d is %v, differences give %v", i, g[i], want)
		}
	}
	// A baseline keeps its last bias, in any activation.
	for _, name := range nn.Tanh.Values() {
		act, _ := nn.ParseActivation(name)
		plain := []Layer{{Name: "a", In: 2, Out: 3, W: layers[0].W[:6], B: layers[0].B[:3]}, {Name: "b", In: 3, Out: 2, W: layers[1].W[:6], B: []float64{0.5, -0.25}}}
		n, err := Network(plain, 2, nil, Conventions{Activation: act, Baseline: true})
		if err != nil {
			t.Fatal(err)
		}
		plain[1].B = nil
		without, err := Network(plain, 2, nil, Conventions{Activation: act, Baseline: true})
		if err != nil {
			t.Fatal(err)
		}
		a, b := make([]float64, 2), make([]float64, 2)
		n.Field().Free()(0, x[:2], a)
		without.Field().Free()(0, x[:2], b)
		if math.Abs(a[0]-b[0]-0.5) > 1e-13 || math.Abs(a[1]-b[1]+0.25) > 1e-13 {
			t.Errorf("%s: with the bias (0.5, -0.25) %v, without %v", name, a, b)
		}
	}
}

// Names, shapes and conventions that do not fit are refused by name.
func TestMLPRefuses(t *testing.T) {
	matrix := func(name string, out, in int) Tensor { return Tensor{name, []int{out, in}, make([]float64, out*in)} }
	for _, c := range []struct {
		tensors []Tensor
		want    string
	}{
		{[]Tensor{matrix("l1.weight", 3, 2)}, "1 matrices"},
		{[]Tensor{matrix("l1.weight", 3, 2), matrix("l2.weight", 1, 4)}, "l2.weight takes 4"},
		{[]Tensor{matrix("l1.weight", 3, 2), matrix("kernel", 1, 3)}, "kernel"},
		{[]Tensor{matrix("l1.weight", 3, 2), matrix("l2.weight", 1, 3), {"norm.scale", []int{3}, make([]float64, 3)}}, "norm.scale"},
		{[]Tensor{matrix("l1.weight", 3, 2), matrix("l2.weight", 1, 3), {"l2.bias", []int{3}, make([]float64, 3)}}, "l2.bias"},
		{[]Tensor{{"conv.weight", []int{3, 2, 2}, make([]float64, 12)}}, "conv.weight"},
	} {
		if _, err := MLP(c.tensors, ""); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
	// Ten layers are in the order of their numbers.
	var many []Tensor
	for _, i := range []string{"10", "9", "2", "1"} {
		many = append(many, matrix("net."+i+".weight", 2, 2))
	}
	layers, err := MLP(many, "net.")
	if err != nil || layers[3].Name != "net.10.weight" || layers[0].Name != "net.1.weight" {
		t.Errorf("%v, %v", layers, err)
	}
}

// The same tensors come from safetensors and NPZ.
func TestFormats(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.safetensors")
	f := &safetensors.File{Tensors: []safetensors.Tensor{{Name: "a.weight", Shape: []int{2, 1}, Data: []float32{1, 2}}, {Name: "b.weight", Shape: []int{1, 2}, Data: []float64{3, 4}}}}
	if err := safetensors.WriteFile(path, f); err != nil {
		t.Fatal(err)
	}
	tensors, err := Read(path)
	if err != nil || len(tensors) != 2 || !slices.Equal(tensors[0].Data, []float64{1, 2}) || !slices.Equal(tensors[1].Data, []float64{3, 4}) {
		t.Errorf("safetensors: %v, %v", tensors, err)
	}
	tensors, err = Read("../../testdata/golden/spring-hnn-final.npz")
	if err != nil {
		t.Fatal(err)
	}
	layers, err := MLP(tensors, "")
	if err != nil || len(layers) != 3 || layers[2].Out != 2 || layers[2].B != nil {
		t.Errorf("the authors' network: %d layers, %v", len(layers), err)
	}
}
