package experiment

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"hnn/data"
	"hnn/eval"
	"hnn/model/network"
)

const (
	// mostFolds is how often the training rows are divided at most, fewFolds above manyRows rows. One division is enough where
	// it holds mostFolds trials out.
	mostFolds, fewFolds, manyRows = 5, 3, 1500
	// foldRows is the least length of a held-out block of a single trial.
	foldRows = 20
	// contending is how many times the least error one may be for further folds, contenders how many are taken.
	contending, contenders = 3, 4
)

// folds is in how many ways inner divides the training rows.
func (d *dataset) folds() int {
	n := d.Train.Trials()
	if n/5 >= mostFolds || d.raw != nil && d.raw.Trials() != n || n == 1 && d.Train.Rows() < mostFolds*foldRows {
		return 1
	}
	folds := mostFolds
	if d.Train.Rows() > manyRows {
		folds = fewFolds
	}
	if n > 1 {
		return min(folds, n)
	}
	return min(folds, d.Train.Rows()/max(1, block(d.Train)))
}

// periods is how many turns of the column that turns fastest a held-out block of a single trial has at least, where a third of
// its rows has so many.
const periods = 2

// block is how many rows of a single trial are held out at once: a fifth, or more of a trial of few turns.
func block(s *data.Set) int {
	n := s.Rows()
	turns := 0
	for j, mean := range s.Mean() {
		count := 0
		for i := j + s.Dim; i < len(s.X); i += s.Dim {
			if s.X[i-s.Dim] < mean && s.X[i] >= mean {
				count++
			}
		}
		turns = max(turns, count)
	}
	if turns == 0 {
		return n / 5
	}
	return max(n/5, min(periods*n/turns, n/3))
}

// gap is how many rows beside a held-out block of a single trial are left out, since their estimates have seen the block: the
// longest window of the estimates, at least a tenth of the block and at most half of it.
func (d *dataset) gap(held int) int {
	longest := held / 10
	if d.estimator != nil {
		for _, w := range d.estimator.Windows {
			longest = max(longest, w.Rows)
		}
	}
	return min(longest, held/2)
}

// without is a set without the trials, or of a single trial the rows, lo to hi, which are not the last, and what is left
// out, beside so many rows on either side of a gap.
func without(s *data.Set, lo, hi int, single bool, gap int) (rest, out *data.Set) {
	slice, end := s.SliceTrials, s.Trials()
	if single {
		slice, end = s.Slice, s.Rows()
	}
	out = slice(lo, hi)
	rest = new(data.Set)
	if lo-gap > 0 {
		_ = rest.Append(slice(0, lo-gap)) // of one shape
	}
	_ = rest.Append(slice(min(hi+gap, end), end))
	return rest, out
}

// firstFold divides the training rows as a file is: the last fifth of the measured trials, or of the rows of a single one,
// tests, and what is estimated is divided where what was measured is, so that no model has seen the rows that judge it. Of
// bigger sets the first rows train.
func (d *dataset) firstFold() (*dataset, error) {
	raw := d.raw
	if raw == nil {
		raw = d.Train
	}
	measured, train, cut := d.heldInner(raw)
	return d.divided(measured, func(s *data.Set) data.Split {
		return data.Split{Train: s.Slice(0, min(train, triedRows)), Test: s.Slice(cut, s.Rows())}
	})
}

// divided is the dataset whose rows are parts of d's training rows. Measured are the measured rows that train, where there
// are such beside the training rows.
func (d *dataset) divided(measured *data.Set, part func(s *data.Set) data.Split) (*dataset, error) {
	in := &dataset{
		Split: part(d.Train), scales: d.scales, estimator: d.estimator, estimated: d.estimated, angles: d.angles, within: d.within,
	}
	if d.scales != nil {
		in.dimensionless = part(d.dimensionless.Train)
	}
	in.measured = in.Test
	if d.raw != nil {
		in.raw, in.isVelocity = measured, d.isVelocity
	}
	if in.Train.Rows() < 2 || in.Test.Rows() < 3 {
		return nil, errTooFew
	}
	return in, nil
}

// heldInner are the measured rows that firstFold trains on, how many of the estimated rows belong to them, and from which of
// these on rows test: of a single trial there is a gap between.
func (d *dataset) heldInner(raw *data.Set) (measured *data.Set, train, test int) {
	n := raw.Trials()
	if n == 1 {
		held := block(raw)
		before := func(row int) (rows int) { // estimated rows up to the time of a measured one
			for rows < d.Train.Rows() && d.Train.T[rows] <= raw.T[row] {
				rows++
			}
			return rows
		}
		last := raw.Rows() - held - d.gap(held)
		return raw.Slice(0, last), before(last - 1), before(raw.Rows() - held - 1)
	}
	measured = raw.SliceTrials(0, n-max(1, n/5))
	train = d.Train.Offsets[len(d.piecesOf(measured, d.Train))]
	return measured, train, train
}

// inner divides the training rows: of fold 0 the last fifth of the trials, or of the rows of a single one, tests, of the
// others the fifths before it.
func (d *dataset) inner(fold int) (*dataset, error) {
	if fold == 0 {
		return d.firstFold()
	}
	n, single := d.Train.Trials(), d.Train.Trials() == 1
	if single {
		n = d.Train.Rows()
	}
	held, gap := max(1, n/5), 0
	if single {
		held = max(1, block(d.Train))
		gap = d.gap(held)
	}
	lo, hi := n-(fold+1)*held, n-fold*held
	if lo < 0 {
		return nil, errTooFew
	}
	var measured *data.Set
	if d.raw != nil {
		measured = d.rawInner(lo, hi, gap)
	}
	return d.divided(measured, func(s *data.Set) data.Split {
		train, test := without(s, lo, hi, single, gap)
		if train.Rows() > triedRows {
			train = train.Slice(0, triedRows)
		}
		return data.Split{Train: train, Test: test}
	})
}

var errTooFew = errors.New("too few training rows to hold some out: give longer trajectories, or say how to learn with --trainer")

// rawInner are the measured rows without those of the trials lo to hi of the training rows, or of a single trial without
// those at the times of its rows lo to hi.
func (d *dataset) rawInner(lo, hi, gap int) *data.Set {
	if d.raw.Trials() == 1 {
		at := func(row int) int {
			i, _ := slices.BinarySearch(d.raw.T, d.Train.T[row])
			return i
		}
		rest, _ := without(d.raw, at(lo), at(hi), true, gap)
		return rest
	}
	rest, _ := without(d.raw, lo, hi, false, 0)
	return rest
}

// moreFolds rolls the best of what was tried, with the best Hamiltonian form and the best field without structure, out over
// further divisions of the training rows where the first holds few trials out. One that fails there is not taken. A field
// without structure that the Hamiltonian form leaves behind by more than contenders are apart is judged as it is.
func (e *Env) moreFolds(ctx context.Context, l *Learning) error {
	least := l.least(func(t *LearningTry) bool { return t.field != nil })
	var list []*LearningTry
	for i := range l.Tried {
		if t := &l.Tried[i]; t.field != nil && float64(t.Error) <= contending*max(least, exactly) {
			list = append(list, t)
		}
	}
	slices.SortStableFunc(list, func(a, b *LearningTry) int { return cmp.Compare(a.Error, b.Error) })
	if len(list) == 0 || least < tie/100 || list[0].config.Trainer == Adam {
		return nil // told apart, or too slow
	}
	list = list[:min(contenders, len(list))]
	with := l.best((*LearningTry).canonical)
	free := l.best(func(t *LearningTry) bool { return !t.canonical() && !network.LearnsH(t.config.Model) })
	if with != nil && free != nil && float64(free.Error) > contending*float64(with.Error) {
		free = nil
	}
	for _, t := range []*LearningTry{with, free} {
		if t != nil && !slices.Contains(list, t) {
			list = append(list, t)
		}
	}
	list = slices.DeleteFunc(list, func(t *LearningTry) bool { return t.config.Trainer == Adam })
	inner := map[*dataset][]*dataset{}
	for _, t := range list {
		c := t.config
		d, err := e.load(&c)
		if err != nil {
			return err
		}
		folds := d.folds()
		if folds == 1 {
			return nil
		}
		if inner[d] == nil {
			for fold := 1; fold < folds; fold++ {
				in, err := d.inner(fold)
				if err != nil {
					break
				}
				inner[d] = append(inner[d], in)
			}
		}
		e.log("%s: trying %s on other parts of the training rows", c.Task, t.Way)
		more, failed := *t, false
		for fold, in := range inner[d] {
			m, err := e.tryOut(ctx, c, in)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err != nil {
				failed = true
				break
			}
			r, err := e.judged(m.fit, in, eval.Options{Workers: e.workers(), Interrupt: ctx.Err})
			if err != nil || r == nil || r.Diverged > 0 {
				failed = true
				break
			}
			more.errors = append(slices.Clip(more.errors), r.errors...)
			for _, unit := range r.of {
				more.units = append(slices.Clip(more.units), (fold+1)*1000+unit)
			}
		}
		if failed {
			continue
		}
		more.Error = Number(eval.Median(more.errors))
		*t = more
	}
	return nil
}
