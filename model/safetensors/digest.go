package safetensors

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
)

// Digest is the metadata key under which WriteFile keeps the SHA-256, in hexadecimal, of
// what Write makes of the file without that key. It covers the tensors and all metadata,
// whatever a program that copies the file makes of the header's layout.
const Digest = "sha256"

func (f *File) digest() (string, error) {
	plain := File{Metadata: maps.Clone(f.Metadata), Tensors: f.Tensors}
	delete(plain.Metadata, Digest)
	h := sha256.New()
	if err := plain.Write(h); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// checkDigest refuses a file that is not what its digest was taken of. One without is taken
// as it is: other programs write none, nor did this one always.
func (f *File) checkDigest() error {
	want, ok := f.Metadata[Digest]
	if !ok {
		return nil
	}
	have, err := f.digest()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if have != want {
		return fmt.Errorf("%w: its content is not what its SHA-256 was taken of: it is damaged or was changed since; restore it from a copy", ErrFormat)
	}
	return nil
}
