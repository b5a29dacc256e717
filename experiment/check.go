package experiment

import (
	"fmt"
	"slices"

	"hnn/data"
	"hnn/data/check"
	"hnn/model/formula"
	"hnn/model/network"
)

// check looks for what in the observations of a file contradicts what they are taken for.
// It keeps what it found, returns the rows that are used, and refuses what cannot be.
func (d *dataset) check(c *Config, path string, set *data.Set, marks []bool, velocities bool) (*data.Set, error) {
	o := check.Options{
		Velocities: velocities, Angles: marks, Dissipation: c.Dissipation != "", SplitAtJumps: c.SplitAtJumps,
		Canonical: c.Mass != nil || c.common(), KeepBadRows: c.KeepBadRows,
	}
	found := d.checked
	if found == nil || o.KeepBadRows || o.Dissipation || o.SplitAtJumps || o.Canonical || slices.Contains(marks, true) {
		found = check.Observations(set, o)
	}
	// What is left out may hide what else is no motion.
	for found.Bad != nil && !o.KeepBadRows && (c.SkipBadRows || found.Refused() == nil) {
		all := set.Rows()
		if set = set.Without(found.Bad); set.Rows() == 0 {
			return nil, fmt.Errorf("%s: no row is left", path)
		}
		d.note("%d of %d rows, which are no motion, are left out", len(found.Bad), all)
		for _, f := range found.Findings {
			if f.Bad && !c.SkipBadRows {
				d.findings = append(d.findings, f)
			}
		}
		found = check.Observations(set, o)
	}
	if err := found.Refused(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	d.findings, d.decays = append(d.findings, found.Findings...), found.Decays
	if c.SplitAtJumps && found.Jumps != nil {
		set = set.SplitAt(found.Jumps)
	}
	return set, nil
}

// logFindings says, once, what was found in the data of a run, for a model that is to be
// learned from them or was.
func (e *Env) logFindings(c *Config, d *dataset) {
	for _, text := range said(c, d.findings) {
		e.find(c.Task, text)
	}
}

// find says a finding of data, once for several models and for a run and the file that it learned from.
func (e *Env) find(of, text string) {
	if _, before := e.data.said.LoadOrStore(text, true); !before {
		e.log("%s: %s", of, text)
	}
}

// said are the sentences of findings that matter to a configuration's model.
func said(c *Config, findings []check.Finding) (all []string) {
	hamiltonian := network.LearnsH(c.Model) && !IsWeak(c.Model) && c.Model != network.KindLagrangian
	for _, f := range findings {
		if f.Hamiltonian && !hamiltonian && (f.Losses || c.Model != formula.Kind) {
			continue
		}
		if f.Severity > check.Note || network.LearnsH(c.Model) {
			all = append(all, fmt.Sprintf("%v: %v", f.Severity, f))
		}
	}
	return all
}

// Warnings returns sentences on a run that a user of its model should know: why it is no result, and what its data
// contradict. For an older run of a file Warnings reads the file, if it is there.
func (e *Env) Warnings(r *Run) []string {
	var all []string
	if r.Results != nil && r.Results.NoResult != "" {
		all = append(all, "warning: "+r.Results.NoResult)
	}
	findings := r.findings
	if r.seen == nil && r.Config.fromFile() {
		if d, err := e.load(&r.Config); err == nil {
			findings = d.findings
		}
	}
	return append(all, said(&r.Config, findings)...)
}

// addFriction gives those of configurations that learn an H by the closed form linear
// dissipation. It reports false, and leaves them as they were, where the user has chosen
// one, or where it does not go with another setting.
func addFriction(configs []Config) bool {
	changed := slices.Clone(configs)
	for i := range changed {
		c := &changed[i]
		if !network.LearnsH(c.Model) || c.Trainer != ClosedForm {
			continue
		}
		if c.Dissipation != "" {
			return false
		}
		if c.Dissipation = network.DissipationLinear; c.Validate() != nil {
			return false
		}
	}
	copy(configs, changed)
	return true
}
