package file

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What is written as Parquet is read back to the same bits, columns in their order.
func TestWriteParquet(t *testing.T) {
	want, _, err := decode("trial,t,x2,x1,v2,v1,dx2,dx1,dv2,dv1,u\n0,0,1,2,3,4,5,6,7,8,9\n0,0.1,1.5,2,3,4,5,6,7,8,9\n1,0,0.1,2,3,4,5,6,7,8,9\n", Columns{})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := WriteParquet(&b, want); err != nil {
		t.Fatal(err)
	}
	got, _, err := Decode(&b, "d.parquet", ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
