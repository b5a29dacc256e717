package fit

import (
	"fmt"
	"math"

	"hnn/internal/elementary"
)

// Decay is a kind of Schedule.
type Decay string

// The kinds; "" is Constant too.
const (
	Constant Decay = "constant"
	Cosine   Decay = "cosine"
	Step     Decay = "step"
)

// Values lists the names that a schedule can have.
func (Decay) Values() []string { return []string{string(Constant), string(Cosine), string(Step)} }

// Schedule changes the learning rate over the steps.
type Schedule struct {
	Kind Decay `key:"schedule" help:"of the learning rate"`
	// Every and Factor belong to Step: after each Every steps the rate is
	// multiplied by Factor.
	Every  int     `key:"schedule-every,omitempty" help:"steps between two changes of the step schedule"`
	Factor float64 `key:"schedule-factor,omitempty" help:"what the step schedule multiplies the rate by"`
	// Floor belongs to Cosine: the rate at the last step, as a share of the first.
	Floor float64 `key:"schedule-floor,omitempty" help:"where the cosine schedule ends, as a share of the first rate"`
}

func (s Schedule) validate() error {
	switch s.Kind {
	case "", Constant:
	case Cosine:
		if !(s.Floor >= 0 && s.Floor <= 1) {
			return fmt.Errorf("fit: a cosine schedule with floor %v; the floor is a share of the first rate, from 0 to 1", s.Floor)
		}
	case Step:
		if s.Every < 1 || !(s.Factor > 0) {
			return fmt.Errorf("fit: a step schedule with factor %v every %d steps; both must be positive", s.Factor, s.Every)
		}
	default:
		return fmt.Errorf("fit: no schedule %q; the schedules are %v", s.Kind, s.Kind.Values())
	}
	return nil
}

// factor is the share of the first learning rate at a step that counts from 1 to
// steps. Cosine decay is that of Loshchilov and Hutter 2017, equation 5, without
// restarts.
func (s Schedule) factor(step, steps int) float64 {
	switch s.Kind {
	case Cosine:
		if steps == 1 {
			return 1
		}
		done := float64(step-1) / float64(steps-1)
		return s.Floor + (1-s.Floor)*(1+elementary.Cos(math.Pi*done))/2
	case Step:
		return elementary.Pow(s.Factor, float64((step-1)/s.Every))
	}
	return 1
}
