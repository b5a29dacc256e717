package file_test

import (
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"path/filepath"

	"hnn/model/file"
	"hnn/model/network"
)

// A model is saved with what its caller says of it, and loaded as the form that its fields
// are made from, in float64.
func Example() {
	dir, err := os.MkdirTemp("", "model")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	net, err := network.New[float32](network.Architecture{
		Kind: network.KindHNN, Dim: 2, Hidden: []int{16}, Activation: "tanh",
	}, rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		log.Fatal(err)
	}
	path := filepath.Join(dir, "spring.safetensors")
	if err := file.Save(path, net, map[string]string{"note": "not trained"}); err != nil {
		log.Fatal(err)
	}
	form, metadata, err := file.Load(path)
	if err != nil {
		log.Fatal(err)
	}
	m := form.Field()
	fmt.Println(m.Kind, "of", m.Dim, "components,", m.Parameters, "parameters,", metadata["note"])
	// Output: hnn of 2 components, 64 parameters, not trained
}
