package foreign

import (
	"archive/zip"
	"bytes"
	"testing"
)

// zipped is a torch file with a pickle and nothing else.
func zipped(t testing.TB, pickle string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create("archive/data.pkl")
	if err == nil {
		_, err = w.Write([]byte(pickle))
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
