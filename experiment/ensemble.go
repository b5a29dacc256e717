package experiment

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"sync"

	"gonum.org/v1/gonum/stat"

	"hnn/fit"
	"hnn/model"
	modelfile "hnn/model/file"
	"hnn/model/network"
	"hnn/nn"
	"hnn/ode"
)

// maxEnsemble bounds the members of an ensemble.
const maxEnsemble = 100

// memberFile is a file of a member: the first's is that of a single network, those of the
// others have their number, from 2, before the extension.
func memberFile(name string, member int) string {
	if member == 0 {
		return name
	}
	ext := filepath.Ext(name)
	return fmt.Sprintf("%s-%d%s", name[:len(name)-len(ext)], member+1, ext)
}

// memberStream is the random stream of a member: the first's is that of a single network.
func memberStream(name string, member int) string {
	if member == 0 {
		return name
	}
	return fmt.Sprintf("%s %d", name, member+1)
}

// trainEnsemble trains the members side by side, as many at a time as there are workers,
// each on a share of them.
func trainEnsemble[T nn.Float](ctx context.Context, e *Env, c Config, d *dataset, dir string, resume bool) (*Run, error) {
	jobs := min(e.workers(), c.Ensemble)
	shared := &Env{Workers: max(1, e.workers()/jobs), Log: e.Log, Local: e.Local, SaveEvery: e.SaveEvery, Logged: e.Logged}
	members := make([]*training[T], c.Ensemble)
	for i := range members {
		var err error
		if members[i], err = newTraining[T](ctx, shared, c, d, dir, i); err != nil {
			return nil, err
		}
		defer members[i].trainer.Close()
		if resume {
			if err := members[i].restore(); err != nil {
				return nil, err
			}
		}
	}
	if e.Meter != nil {
		name := fmt.Sprintf("%s %s seed %d, %d members", c.Task, c.Model, c.Seed, c.Ensemble)
		m := &memberMeter{meter: e.Meter(name, c.Ensemble*c.allSteps())}
		for _, t := range members {
			m.done += t.trainer.StepsDone()
		}
		defer m.meter.Done()
		shared.Meter = func(string, int) Meter { return m }
	}
	if err := trainMembers(ctx, members, jobs); err != nil {
		return nil, err
	}
	nets, forms := make([]*network.Network[T], len(members)), make([]*model.Form[float64], len(members))
	seconds, steps := 0.0, 0
	for i, t := range members {
		nets[i], forms[i] = t.net, network.Widen(t.net).Form()
		seconds += t.trainer.Seconds() / float64(jobs)
		steps += t.trainer.StepsDone()
	}
	metadata, err := withDigests(dir, members[0].metrics, members[0].metadata)
	if err != nil {
		return nil, err
	}
	if err := modelfile.SaveEnsemble(filepath.Join(dir, modelFile), nets, metadata); err != nil {
		return nil, err
	}
	mean, err := model.Mean(forms)
	if err != nil {
		return nil, err
	}
	r, err := newRun(dir, c, mean, d)
	if err != nil {
		return nil, err
	}
	if r.Results, err = e.evaluate(ctx, &c, r.model, d); err != nil {
		return nil, stopped(ctx, err, dir, members[0].trainer.StepsDone())
	}
	r.Results.Steps = members[0].trainer.StepsDone()
	r.Results.FitSeconds = Number(seconds)
	r.Results.StepMS = Number(1e3 * seconds / float64(steps))
	return r, e.finish(ctx, r)
}

// trainMembers trains and saves all, so many at a time. After a failure the others stop, as
// after an interrupt.
func trainMembers[T nn.Float](ctx context.Context, members []*training[T], jobs int) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	errs := make([]error, len(members))
	next := make(chan int)
	var wg sync.WaitGroup
	for range jobs {
		wg.Go(func() {
			for i := range next {
				t := members[i]
				if errs[i] = t.train(ctx); errs[i] == nil {
					errs[i] = t.save()
				}
				if errs[i] != nil {
					stop()
				}
			}
		})
	}
	for i := range members {
		next <- i
	}
	close(next)
	wg.Wait()
	// What stopped the others counts, not that they were stopped.
	var interrupted *InterruptedError
	var first error
	for _, err := range errs {
		if err != nil && !errors.As(err, &interrupted) {
			return err
		}
		if first == nil {
			first = err
		}
	}
	return first
}

// memberMeter shows the steps of all members as those of one training.
type memberMeter struct {
	mu    sync.Mutex
	meter Meter
	done  int
}

func (m *memberMeter) Step(r fit.Record) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.done++
	r.Step = m.done
	m.meter.Step(r)
}

// Done is left to the ensemble.
func (m *memberMeter) Done() {}

// Spread is a mean over the members of an ensemble and their standard deviation.
type Spread struct {
	Mean Number `json:"mean"`
	SD   Number `json:"sd"`
}

// EnsembleSpread is what the members of an ensemble give apart. The other results are those
// of their mean.
type EnsembleSpread struct {
	Members int `json:"members"`
	// FieldSD is how far the members' fields differ on the test rows: the root of the mean
	// over rows and components of their variance.
	FieldSD        Number  `json:"field_sd"`
	TestLoss       Spread  `json:"test_loss"`
	TrajectoryLoss *Spread `json:"trajectory_loss,omitempty"`
	EnergyMSE      *Spread `json:"energy_mse,omitempty"`
	StrictEnergy   *Spread `json:"strict_energy_mse,omitempty"`
}

// ensembleSpread measures each member of an ensemble; nil for any other model.
func (e *Env) ensembleSpread(ctx context.Context, c *Config, m *model.Field, d *dataset) (*EnsembleSpread, error) {
	if m.Members == nil {
		return nil, nil
	}
	var all []*Results
	for _, one := range m.Members {
		r, err := e.evaluate(ctx, c, one, d)
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	over := func(of func(*Results) Number) Spread {
		var v []float64
		for _, r := range all {
			v = append(v, float64(of(r)))
		}
		mean, sd := stat.MeanStdDev(v, nil)
		return Spread{Number(mean), Number(sd)}
	}
	optional := func(of func(*Results) Number) *Spread {
		s := over(of)
		if math.IsNaN(float64(s.Mean)) {
			return nil
		}
		return &s
	}
	return &EnsembleSpread{
		Members: len(m.Members), FieldSD: fieldSD(m.Members, d.Test.X, d.Test.Inputs),
		TestLoss:       over(testLoss),
		TrajectoryLoss: optional(trajectoryTest),
		EnergyMSE:      optional(energyMean),
		StrictEnergy:   optional(strictMeasure(func(s *Strict) Number { return s.EnergyMSE.Mean })),
	}, nil
}

// fieldSD is EnsembleSpread.FieldSD on states x under inputs u, nil for none.
func fieldSD(members []*model.Field, x, u []float64) Number {
	rows := len(x) / members[0].Dim
	if rows == 0 {
		return NA
	}
	fields := make([][]float64, len(members))
	for i, m := range members {
		fields[i] = make([]float64, len(x))
		m.Many()(nil, x, u, fields[i], rows)
	}
	v := make([]float64, len(members))
	variance := 0.0
	for i := range x {
		for j := range members {
			v[j] = fields[j][i]
		}
		variance += stat.Variance(v, nil) / float64(len(x))
	}
	return Number(math.Sqrt(variance))
}

// memberRollouts adds mean and standard deviation of the members' rollouts to that of an
// ensemble; it does nothing for any other model.
func (r *Run) memberRollouts(sim *Simulation, s ode.Settings) error {
	members := r.model.Members
	if members == nil {
		return nil
	}
	s.Reversible, s.Copies = false, false
	n, d := len(sim.States), r.model.Dim
	rollouts := make([][]float64, len(members))
	for i, m := range members {
		var err error
		if rollouts[i], _, err = solve(m, r.input, sim.States[:d], sim.Times, &s); err != nil {
			return fmt.Errorf("member %d of the ensemble: %w", i+1, err)
		}
	}
	sim.Mean, sim.SD = make([]float64, n), make([]float64, n)
	v := make([]float64, len(members))
	for i := range n {
		for j := range members {
			v[j] = rollouts[j][i]
		}
		sim.Mean[i], sim.SD[i] = stat.MeanStdDev(v, nil)
	}
	return nil
}
