package bench

import "testing"

// By hand for 1568-200-200-200-2 and back about 2-200-200.
func TestPixelFLOPs(t *testing.T) {
	coder := 1568*200 + 2*200*200 + 200*2
	autoencoder := 2. * 200 * float64(2*(3*coder-1568*200)+3*coder)
	hnn := 2. * 200 * (6*200*200 + 6*2*200)
	if got := pixelFLOPs(pixelArchitecture(), 200); got != autoencoder+hnn {
		t.Errorf("%g operations, want %g", got, autoencoder+hnn)
	}
}
