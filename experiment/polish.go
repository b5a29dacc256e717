package experiment

import (
	"hnn/fit/closedform"
	"hnn/internal/stream"
)

// polish solves for the last layer of the trained network again, with a part of the
// training trajectories held out to decide whether that is better. It draws from a
// stream of its own, so a run resumed after its last step ends the same.
func (t *training[T]) polish(d *dataset) (*closedform.PolishReport, error) {
	r, err := closedform.Polish(t.net, d.fitted().Train, nil, closedform.PolishOptions{
		RNG: stream.New(t.config.Seed, "polish"), Workers: t.env.workers(),
	})
	if err != nil {
		return nil, err
	}
	if r.Applied {
		t.env.log("%s: polished: the last layer solved for again takes the error on held-out rows from %.3g to %.3g (root mean square)", t.name(), r.Before, r.After)
	} else {
		t.env.log("%s: not polished: the last layer solved for again would raise the error on held-out rows from %.3g to %.3g (root mean square)", t.name(), r.Before, r.After)
	}
	return r, nil
}
