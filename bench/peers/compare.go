package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os/exec"
	"slices"
	"strconv"
	"strings"
)

// tuningRepeat is how many samples the tuning takes of each timing, but with -quick.
const tuningRepeat = 5

// finalists of a peer's variants go on from the tuning to the rounds; more than
// one, because a tuning on a busy machine may err.
const finalists = 2

// A comparison times our program and its peers in turn.
type comparison struct {
	ours    []string // the command that prints our timings; empty: only peers
	scripts scripts
	peers   []string
	budgets []int    // cores that may be used, one comparison each
	cases   []string // only these; none: all
	rounds  int
	repeat  int // samples of a timing in the rounds
	// tuningRepeat is how many the tuning takes.
	tuningRepeat int
	log          io.Writer
}

// An entry is one way of a peer to do a task.
type entry struct {
	task
	peer    string
	variant string
	plain   bool
	config  config
}

// An outcome is what was measured.
type outcome struct {
	ours      map[ourKey][]timing // one timing a round
	peers     map[entry][]timing  // one timing a round
	platforms map[string]result   // a run of each peer: its versions, libraries, and what it cannot
	checked   []timing            // everything whose Check must agree
}

type ourKey struct {
	task
	threads int
}

// run tunes each peer and then goes through the rounds: ours, each peer in its
// chosen ways, ours again. What else the machine does so hits all alike.
func (c comparison) run(ctx context.Context) (*outcome, error) {
	out := &outcome{
		ours: map[ourKey][]timing{}, peers: map[entry][]timing{},
		platforms: map[string]result{},
	}
	// Once beforehand, to fail early and to know our network; the times do not
	// count, since the peers' tuning lies between them and the peers'.
	if err := c.runOurs(ctx, out); err != nil {
		return nil, err
	}
	c.adopt(out.checked)
	clear(out.ours)
	chosen := map[string][]entry{}
	for _, peer := range c.peers {
		entries, err := c.tune(ctx, peer, out)
		if err != nil {
			return nil, err
		}
		chosen[peer] = entries
	}
	for round := range c.rounds {
		fmt.Fprintf(c.log, "round %d of %d\n", round+1, c.rounds)
		if err := c.runOurs(ctx, out); err != nil {
			return nil, err
		}
		for _, peer := range c.peers {
			if err := c.runPeer(ctx, peer, chosen[peer], out); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

func (c comparison) runOurs(ctx context.Context, out *outcome) error {
	if len(c.ours) == 0 {
		return nil
	}
	fmt.Fprintf(c.log, "  ours: %s\n", strings.Join(c.ours, " "))
	r, err := runJSON(exec.CommandContext(ctx, c.ours[0], c.ours[1:]...))
	if err != nil {
		return fmt.Errorf("%s: %w", strings.Join(c.ours, " "), err)
	}
	for _, t := range r.Cases {
		if c.wants(t.Name) {
			key := ourKey{t.task(), t.Threads}
			out.ours[key] = append(out.ours[key], t)
			t.Variant = "ours"
			out.checked = append(out.checked, t)
		}
	}
	return nil
}

func (c comparison) wants(name string) bool {
	return len(c.cases) == 0 || slices.Contains(c.cases, name)
}

// adopt lets the peers roll out our network from our initial state, where our
// program says which it used. Options given by hand come later and win.
func (c *comparison) adopt(ours []timing) {
	for _, t := range ours {
		if t.Weights == "" || !isRollout(t.task()) {
			continue
		}
		args := []string{"--weights", t.Weights}
		if len(t.InitialState) > 0 {
			args = append(args, "--x0="+joinFloats(t.InitialState))
		}
		c.scripts.args = append(args, c.scripts.args...)
		return
	}
}

func joinFloats(values []float64) string {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = strconv.FormatFloat(v, 'g', -1, 64)
	}
	return strings.Join(texts, ",")
}

// tune runs every variant of a peer under every setting of its threads, briefly,
// and gives the entries for the rounds: of each task and setting the plain
// variant and the finalists. Which setting is best, only the rounds decide.
func (c comparison) tune(ctx context.Context, peer string, out *outcome) ([]entry, error) {
	var entries []entry
	for _, cfg := range configs(peer, c.budgets) {
		if platform, known := out.platforms[peer]; known && cfg.threads != cfg.blasThreads && platform.BLASThreads == nil {
			continue // its BLAS has no threads of its own
		}
		fmt.Fprintf(c.log, "tuning %s: %v\n", peer, cfg)
		r, err := c.scripts.run(ctx, peer, cfg, c.tuningRepeat, c.cases)
		if err != nil {
			return nil, err
		}
		out.platforms[peer] = r
		slices.SortStableFunc(r.Cases, func(a, b timing) int { return cmp.Compare(a.Fastest, b.Fastest) })
		taken := map[task]int{}
		for _, t := range r.Cases {
			if t.Plain || taken[t.task()] < finalists {
				entries = append(entries, entry{t.task(), peer, t.Variant, t.Plain, cfg})
				taken[t.task()]++
			}
			t.Variant = peer + ", " + t.Variant
			out.checked = append(out.checked, t)
		}
	}
	if len(entries) == 0 {
		return nil, fmt.Errorf("%s could run nothing", peer)
	}
	return entries, nil
}

// configs are the settings of a peer's threads to try within the budgets of
// cores, those with one number first. JAX has one pool.
func configs(peer string, budgets []int) []config {
	list := []config{{1, 1}}
	for _, cores := range budgets {
		list = append(list, config{cores, cores})
	}
	if peer == "torch" {
		for _, cores := range budgets {
			list = append(list, config{cores, 1}, config{1, cores})
		}
	}
	var distinct []config
	for _, c := range list {
		if !slices.Contains(distinct, c) {
			distinct = append(distinct, c)
		}
	}
	return distinct
}

// runPeer measures the entries once, one process for each config among them.
func (c comparison) runPeer(ctx context.Context, peer string, entries []entry, out *outcome) error {
	byConfig := map[config]map[string]entry{}
	var order []config
	for _, e := range entries {
		if byConfig[e.config] == nil {
			byConfig[e.config] = map[string]entry{}
			order = append(order, e.config)
		}
		byConfig[e.config][selector(e.task, e.variant)] = e
	}
	for _, cfg := range order {
		wanted := byConfig[cfg]
		cases := slices.Sorted(maps.Keys(wanted))
		fmt.Fprintf(c.log, "  %s: %v\n", peer, cfg)
		r, err := c.scripts.run(ctx, peer, cfg, c.repeat, cases)
		if err != nil {
			return err
		}
		for _, t := range r.Cases {
			if e, ok := wanted[selector(t.task(), t.Variant)]; ok {
				out.peers[e] = append(out.peers[e], t)
			}
		}
	}
	return nil
}

// selector names one variant as the scripts' --case has it.
func selector(t task, variant string) string {
	return t.name + ":" + t.precision + ":" + variant
}

// err reports work that was not the same on all sides.
func (o *outcome) err() error {
	if found := disagreements(o.checked); len(found) > 0 {
		return errors.New("not the same work, so the ratios mean nothing:\n  " + strings.Join(found, "\n  "))
	}
	return nil
}
