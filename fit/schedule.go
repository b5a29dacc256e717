package fit

import (
	"fmt"
	"math"
)

// Schedule changes the learning rate over the steps.
type Schedule struct {
	// Kind is "constant" (or ""), "cosine" or "step".
	Kind string
	// Every and Factor belong to "step": after each Every steps the rate is
	// multiplied by Factor.
	Every  int
	Factor float64
	// Floor belongs to "cosine": the rate at the last step, as a share of the first.
	Floor float64
}

// Schedules lists the kinds.
func Schedules() []string { return []string{"constant", "cosine", "step"} }

func (s Schedule) validate() error {
	switch s.Kind {
	case "", "constant":
	case "cosine":
		if !(s.Floor >= 0 && s.Floor <= 1) {
			return fmt.Errorf("fit: a cosine schedule with floor %v; the floor is a share of the first rate, from 0 to 1", s.Floor)
		}
	case "step":
		if s.Every < 1 || !(s.Factor > 0) {
			return fmt.Errorf("fit: a step schedule with factor %v every %d steps; both must be positive", s.Factor, s.Every)
		}
	default:
		return fmt.Errorf("fit: no schedule %q; the schedules are %v", s.Kind, Schedules())
	}
	return nil
}

// factor is the share of the first learning rate at a step that counts from 1 to
// steps. Cosine decay is that of Loshchilov and Hutter 2017, equation 5, without
// restarts.
func (s Schedule) factor(step, steps int) float64 {
	switch s.Kind {
	case "cosine":
		if steps == 1 {
			return 1
		}
		done := float64(step-1) / float64(steps-1)
		return s.Floor + (1-s.Floor)*(1+math.Cos(math.Pi*done))/2
	case "step":
		return math.Pow(s.Factor, float64((step-1)/s.Every))
	}
	return 1
}
