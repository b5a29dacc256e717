// Package frames holds films: trials of grey pictures, all of one size and evenly
// spaced in time, from which the pixel models learn. It draws those of the paper's
// pendulum and reads a user's own; what is learned from them is the business of model
// and fit, its users.
package frames

// Set holds trials whose pictures all have one size.
type Set struct {
	Width, Height int // in pixels
	Trials        []Trial
}

// Trial is one film.
type Trial struct {
	// Pixels are the frames one after the other, each Height x Width, row-major from the
	// top. 255 stands for 1.
	Pixels []uint8
	// States holds for each frame what is known of the system when it was taken: for the
	// drawn pendulum its angle from hanging and its angular velocity, frames x 2. It is nil
	// where nothing is known.
	States []float64
}

// Size returns the number of pixels of a frame.
func (s *Set) Size() int { return s.Width * s.Height }

// Frames returns the number of frames of a trial.
func (s *Set) Frames(trial int) int { return len(s.Trials[trial].Pixels) / s.Size() }

// Bytes returns the observation that ends with frame t of a trial: it and the
// stack-1 frames before it, oldest first. One frame shows where the pendulum is, two
// show how fast it moves.
func (s *Set) Bytes(trial, t, stack int) []uint8 {
	size := s.Size()
	return s.Trials[trial].Pixels[(t-stack+1)*size : (t+1)*size]
}

// shades are the numbers that bytes stand for, the same in either precision.
var shades = func() (s [256]float32) {
	for b := range s {
		s[b] = float32(b) / 255
	}
	return s
}()

// Observe writes bytes as numbers from 0 to 1 to dst, which is as long as they are.
func Observe[T float32 | float64](dst []T, bytes []uint8) {
	dst = dst[:len(bytes)]
	for i, b := range bytes {
		dst[i] = T(shades[b])
	}
}

// Mean returns the mean frame of trials first to end (exclusive): Height x Width, row-major,
// from 0 to 1.
func (s *Set) Mean(first, end int) []float64 {
	size := s.Size()
	sums := make([]int, size)
	n := 0
	for trial := first; trial < end; trial++ {
		for i, b := range s.Trials[trial].Pixels {
			sums[i%size] += int(b)
		}
		n += s.Frames(trial)
	}
	mean := make([]float64, size)
	for i, sum := range sums {
		mean[i] = float64(sum) / (255 * float64(n))
	}
	return mean
}

// Window is an observation that ends with frame Frame of a trial; frames that are predicted
// from it follow.
type Window struct{ Trial, Frame int32 }

// Windows returns every observation of stack frames in trials first to end (exclusive) that at
// least ahead frames follow.
func (s *Set) Windows(first, end, stack, ahead int) []Window {
	var ws []Window
	for trial := first; trial < end; trial++ {
		for t := stack - 1; t+ahead < s.Frames(trial); t++ {
			ws = append(ws, Window{int32(trial), int32(t)})
		}
	}
	return ws
}
