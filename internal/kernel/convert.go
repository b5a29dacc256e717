package kernel

// Convert writes numbers in another precision; the shorter slice gives the length.
func Convert[U, V Float](dst []U, src []V) {
	for i := range min(len(dst), len(src)) {
		dst[i] = U(src[i])
	}
}
