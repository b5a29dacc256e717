package serve

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"hnn/data"
	"hnn/experiment"
	"hnn/experiment/task"
	"hnn/internal/stream"
	"hnn/model"
	"hnn/ode"
	"hnn/serve/api"
	"hnn/system"
)

func newView(env *experiment.Env, r *experiment.Run, known system.System) (api.View, error) {
	switch {
	case r.Model().Encode != nil:
		return pixelView(env, r, r.Model())
	case known == nil:
		return measuredView(env, r)
	}
	t := r.Config.Facts()
	v := api.View{Picture: string(t.Picture), Horizon: t.Draw.Horizon, Initial: make([]float64, known.Dim())}
	if s, ok := known.(system.Bodied); ok {
		for _, b := range s.Bodies() {
			v.Bodies = append(v.Bodies, [2]int{b.X, b.Y})
		}
	} else if t.Picture == task.Point {
		v.Bodies = [][2]int{{0, 1}}
	}
	// The range is that of a few true trajectories, as the data have them.
	const trajectories, points = 32, 41
	rng := stream.New(0, "serve")
	x0 := make([]float64, trajectories*known.Dim())
	for i := range trajectories {
		known.Sample(rng, x0[i*known.Dim():(i+1)*known.Dim()])
	}
	copy(v.Initial, largest(known, x0))
	times := make([]float64, points)
	for i := range times {
		times[i] = t.Draw.Horizon * float64(i) / (points - 1)
	}
	// A trajectory that meets a singularity leaves NaN, and the range to the others.
	res, err := ode.SolveBatch(model.Known("", known.Dim(), known.Field).FreeMany(), x0, trajectories, times, nil, &ode.Settings{RTol: 1e-6, ATol: 1e-6, MaxSteps: 10_000})
	if err != nil {
		return api.View{}, err
	}
	v.Range = ranges(res.States, known.Dim())
	return v, nil
}

// largest is, of the sampled states, the one of the upper third in energy: lively,
// and well within the data.
func largest(known system.System, states []float64) []float64 {
	var rows [][]float64
	for x := range slices.Chunk(states, known.Dim()) {
		rows = append(rows, x)
	}
	slices.SortFunc(rows, func(a, b []float64) int {
		switch ha, hb := known.Hamiltonian(a), known.Hamiltonian(b); {
		case ha < hb:
			return -1
		case ha > hb:
			return 1
		}
		return 0
	})
	return rows[2*len(rows)/3]
}

// ranges is the range of each column of finite rows.
func ranges(states []float64, d int) [][2]float64 {
	v := make([][2]float64, d)
	for j := range v {
		v[j] = [2]float64{math.Inf(1), math.Inf(-1)}
	}
	for x := range slices.Chunk(states, d) {
		if slices.ContainsFunc(x, func(v float64) bool { return math.IsNaN(v - v) }) { // or infinite
			continue
		}
		for j := range v {
			v[j][0], v[j][1] = min(v[j][0], x[j]), max(v[j][1], x[j])
		}
	}
	for j := range v {
		if !(v[j][0] < v[j][1]) { // nothing finite, or a constant
			c := v[j][0]
			if math.IsInf(c, 0) {
				c = 0
			}
			v[j] = [2]float64{c - 1, c + 1}
		}
	}
	return v
}

// pixelView shows the latent states of a film that the model was not trained on.
func pixelView(env *experiment.Env, r *experiment.Run, m *model.Field) (api.View, error) {
	x, err := env.Observations(r)
	if err != nil {
		return api.View{}, fmt.Errorf("%s: the films that it was trained on show what to draw: %w", r.Dir, err)
	}
	geometry := m.Pixels
	rows, d := len(x)/geometry.Len(), m.Dim
	if rows < 2 {
		return api.View{}, fmt.Errorf("%s: its first held-out film is too short to show", r.Dir)
	}
	z := make([]float64, rows*d)
	m.Encode()(x, z, rows)
	v := api.View{Picture: string(task.Decoded), Range: ranges(z, d), Initial: slices.Clone(z[:d]), Horizon: float64(rows - 1), Measured: &api.Measured{}}
	for i := range min(rows, mostMeasured) {
		v.Measured.Times = append(v.Measured.Times, float64(i))
		v.Measured.States = append(v.Measured.States, slices.Clone(z[i*d:(i+1)*d]))
	}
	return v, nil
}

// mostMeasured bounds the measured points that the page draws.
const mostMeasured = 1000

// readSplit reads what a run was trained and tested on.
func readSplit(env *experiment.Env, r *experiment.Run) (*data.Split, error) {
	split, err := env.Data(r)
	if err != nil {
		return nil, fmt.Errorf("%s: the data that it was trained on show what to draw: %w", r.Dir, err)
	}
	return split, nil
}

// measuredView takes what is known of a system from the file of its measurements.
func measuredView(env *experiment.Env, r *experiment.Run) (api.View, error) {
	split, err := readSplit(env, r)
	if err != nil {
		return api.View{}, err
	}
	d := r.Model().Dim
	if split.Train.Dim != d {
		return api.View{}, fmt.Errorf("%s: the model's states have %d components, and its data's %d", r.Dir, d, split.Train.Dim)
	}
	v := api.View{Range: ranges(split.Train.X, d)}
	picture := cmp.Or(r.Config.Facts().Picture, task.Nothing)
	switch {
	case picture != task.Nothing:
	case d == 2 && len(r.Config.Angle) > 0:
		picture = task.Pendulum
	case d == 2:
		picture = task.Spring
	case d == 4:
		picture, v.Bodies = task.Point, [][2]int{{0, 1}}
	}
	v.Picture = string(picture)
	set := split.Test
	if set.Trials() == 0 || set.Offsets[1]-set.Offsets[0] < 2 {
		set = split.Train
	}
	t, x, _ := set.Trial(0)
	n := min(len(t), mostMeasured)
	v.Initial = slices.Clone(x[:d])
	v.Horizon = t[n-1] - t[0]
	if !(v.Horizon > 0) {
		v.Horizon = 10
	}
	v.Measured = &api.Measured{}
	for i := range n {
		v.Measured.Times = append(v.Measured.Times, t[i]-t[0])
		v.Measured.States = append(v.Measured.States, slices.Clone(x[i*d:(i+1)*d]))
	}
	return v, nil
}
