// Package golden loads the reference values in testdata/golden, which were made
// by running the authors' PyTorch code on fixed weights and a fixed batch. For
// tests only.
package golden

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sbinet/npyio"
	"github.com/sbinet/npyio/npz"
)

// Arrays maps an array's name, as in "f64/losses", to its elements in row-major
// order.
type Arrays map[string][]float64

// Load reads testdata/golden/name.npz.
func Load(t testing.TB, name string) Arrays {
	t.Helper()
	return read(t, filepath.Join(root(), "testdata", "golden", name+".npz"))
}

// LoadShared reads name.npz of ../shared/golden beside the clone, which holds what is too
// large for the repository, and skips the test where there is none.
func LoadShared(t testing.TB, name string) Arrays {
	t.Helper()
	path := filepath.Join(root(), "..", "shared", "golden", name+".npz")
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		t.Skipf("no %s, which is too large for the repository", path)
	}
	return read(t, path)
}

// root is the module's: a test runs in the directory of its package.
func root() string {
	dir, err := os.Getwd()
	for at := dir; err == nil; at = filepath.Dir(at) {
		if _, err := os.Stat(filepath.Join(at, "go.mod")); err == nil {
			return at
		}
		if at == filepath.Dir(at) {
			break
		}
	}
	return dir
}

func read(t testing.TB, path string) Arrays {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	r, err := npz.NewReader(f, info.Size())
	if err != nil {
		t.Fatal(err)
	}
	arrays := Arrays{}
	for _, key := range r.Keys() {
		v, err := elements(r, key)
		if err != nil {
			t.Fatalf("%s: %s: %v", path, key, err)
		}
		arrays[strings.TrimSuffix(key, ".npy")] = v
	}
	return arrays
}

func elements(r *npz.Reader, key string) ([]float64, error) {
	h := r.Header(key)
	var v []float64
	switch h.Descr.Type {
	case "<f8":
		if err := r.Read(key, &v); err != nil {
			return nil, err
		}
	case "<f4":
		var s []float32
		if err := r.Read(key, &s); err != nil {
			return nil, err
		}
		for _, x := range s {
			v = append(v, float64(x))
		}
	case "<i8":
		var s []int64
		if err := r.Read(key, &s); err != nil {
			return nil, err
		}
		for _, x := range s {
			v = append(v, float64(x))
		}
	case "|u1":
		var s []uint8
		if err := r.Read(key, &s); err != nil {
			return nil, err
		}
		for _, x := range s {
			v = append(v, float64(x))
		}
	default:
		return nil, fmt.Errorf("element type %s", h.Descr.Type)
	}
	return rowMajor(h, v), nil
}

// rowMajor transposes an array stored in Fortran order.
func rowMajor(h *npyio.Header, v []float64) []float64 {
	if !h.Descr.Fortran || len(h.Descr.Shape) != 2 {
		return v
	}
	rows, cols := h.Descr.Shape[0], h.Descr.Shape[1]
	out := make([]float64, len(v))
	for i := range rows {
		for j := range cols {
			out[i*cols+j] = v[j*rows+i]
		}
	}
	return out
}

// Get is an array that must exist.
func (a Arrays) Get(t testing.TB, name string) []float64 {
	t.Helper()
	v, ok := a[name]
	if !ok {
		t.Fatalf("no golden array %q", name)
	}
	return v
}

// PixelWeights concatenates the parameters of the pixel model under the prefix, in the
// layout of network.Network's Params.
func (a Arrays) PixelWeights(t testing.TB, prefix string) []float64 {
	t.Helper()
	var p []float64
	for l := 1; l <= 8; l++ {
		p = append(p, a.Get(t, fmt.Sprintf("%sautoencoder.linear%d.weight", prefix, l))...)
		p = append(p, a.Get(t, fmt.Sprintf("%sautoencoder.linear%d.bias", prefix, l))...)
	}
	return append(p, a.Weights(t, prefix+"hnn.", 3, true)...)
}

// Weights concatenates linear1.weight, linear1.bias and so on up to layers, each
// under the prefix, in the layout of nn.MLP's Params. With second, the output
// layer keeps its second row only: the authors' HNN has two outputs, of which the
// first is dead.
func (a Arrays) Weights(t testing.TB, prefix string, layers int, second bool) []float64 {
	t.Helper()
	var p []float64
	for l := 1; l <= layers; l++ {
		w := a.Get(t, fmt.Sprintf("%sdifferentiable_model.linear%d.weight", prefix, l))
		if l == layers && second {
			w = w[len(w)/2:]
		}
		p = append(p, w...)
		if b, ok := a[fmt.Sprintf("%sdifferentiable_model.linear%d.bias", prefix, l)]; ok {
			p = append(p, b...)
		}
	}
	return p
}
