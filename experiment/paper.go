package experiment

import "hnn/model"

// Published are the paper's numbers for a task and model (table 1 and section 5:
// mean test loss and mean squared error of the energy).
type Published struct{ TestLoss, EnergyMSE float64 }

var published = map[string]map[string]Published{
	"spring":      {model.KindBaseline: {3.666e-2, 1.708e-1}, model.KindHNN: {3.593e-2, 3.842e-4}},
	"pendulum":    {model.KindBaseline: {3.527e-2, 4.152e-2}, model.KindHNN: {3.559e-2, 2.485e-2}},
	RealPendulum:  {model.KindBaseline: {2.186e-3, 3.856e-1}, model.KindHNN: {5.958e-3, 1.448e-2}},
	"two-body":    {model.KindBaseline: {2.958e-5, 6.328e-2}, model.KindHNN: {2.822e-6, 3.875e-5}},
	"three-body":  {model.KindBaseline: {3.800e-1, 1.091e+2}, model.KindHNN: {4.881e-1, 4.193e-2}},
	PixelPendulum: {model.KindBaseline: {1.731e-4, 9.275e-3}, model.KindHNN: {1.845e-4, 1.532e-4}},
}

// Paper returns the paper's numbers of a task and model, if it has any.
func Paper(task, kind string) (Published, bool) {
	p, ok := published[task][kind]
	return p, ok
}
