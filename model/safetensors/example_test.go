package safetensors_test

import (
	"bytes"
	"fmt"
	"log"

	"hnn/model/safetensors"
)

// A matrix written as other programs read it, and read back with its shape checked.
func ExampleValues() {
	var b bytes.Buffer
	f := &safetensors.File{Tensors: []safetensors.Tensor{{Name: "w", Shape: []int{2, 2}, Data: []float64{1, 2, 3, 4}}}}
	if err := f.Write(&b); err != nil {
		log.Fatal(err)
	}
	g, err := safetensors.Read(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		log.Fatal(err)
	}
	w, err := safetensors.Values[float64](g, "w", 2, 2)
	fmt.Println(w, err)
	// Output: [1 2 3 4] <nil>
}
