package model

import "fmt"

// Pixels is the geometry of the observations of a model that sees pictures, and of the
// autoencoder that turns them into states. An observation is Stack frames, oldest
// first, each Height x Width and row-major, in [0, 1]. One frame shows no velocity, so
// that Stack is 2 in the paper.
type Pixels struct {
	Width  int `json:"width"`
	Height int `json:"height"`
	Stack  int `json:"stack"`
	// Hidden are the widths of the encoder's hidden layers; the decoder has them in
	// reverse. A layer as wide as the one before it is residual.
	Hidden     []int  `json:"hidden"`
	Activation string `json:"activation"`
}

// Len is the number of pixels of an observation.
func (p *Pixels) Len() int { return p.Stack * p.Width * p.Height }

// String is short, for error messages.
func (p *Pixels) String() string {
	return fmt.Sprintf("%d frames of %d x %d, %s %v", p.Stack, p.Width, p.Height, p.Activation, p.Hidden)
}
