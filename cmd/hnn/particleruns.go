package main

import (
	"fmt"
	"io"
	"math"
	"strconv"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"hnn/experiment"
	"hnn/internal/shell"
)

// writeLaws prints the laws of a run of particles.
func writeLaws(w io.Writer, dir string, m *experiment.ParticleModel) {
	fmt.Fprintf(w, "%s: %d frames of %d particles, by %s; residual %.3g", dir, m.Frames, m.Size, m.Trained, m.Residual)
	if m.Left > 0 {
		fmt.Fprintf(w, ", %.2g of the %s", m.Left, m.Learned())
	}
	fmt.Fprintln(w)
	for i := range m.Laws {
		l := &m.Laws[i]
		deep, at := l.Lowest(m.Cutoff)
		fmt.Fprintf(w, "%s-%s: %d pairs, closest %.4g, 0.1%% nearer than %.4g; lowest energy %.6g at %.4g\n", l.A, l.B, l.Pairs, l.First, l.Near, deep, at)
		writeDirection(w, m, l)
	}
	if a := m.Angles; a != nil {
		fmt.Fprintf(w, "angles: %d pairs that share a body, nearer than %.4g, closest %.4g, half of them nearer than %.4g\n", a.Pairs, a.Reach, a.First, a.Typical)
	}
	for _, words := range m.TrapWords() {
		fmt.Fprintln(w, words)
	}
	if m.Outside != "" {
		fmt.Fprintf(w, "not learned: %s\n", m.Outside)
	}
	if l := m.Long; l != nil {
		_, near, _ := l.At(l.Near)
		_, far, _ := l.At(l.Last)
		fmt.Fprintf(w, "all pairs, times the product of their %s: from %.4g (0.1%% nearer than %.4g) to %.4g; force times squared distance %.6g at the 0.1%% and %.6g at the farthest\n",
			l.Of, l.First, l.Near, l.Last, -near*l.Near*l.Near, -far*l.Last*l.Last)
	}
}

// inspectParticles prints the laws of a run of particles.
func inspectParticles(cmd *cobra.Command, dir string, quiet bool) error {
	m, err := experiment.ReadParticles(dir)
	if err != nil {
		return err
	}
	writeLaws(cmd.OutOrStdout(), dir, m)
	newDisplay(cmd.ErrOrStderr(), quiet).next("see them: hnn report %s", shell.Quote(dir))
	return nil
}

// pass runs a verb of hnn particles in the place of another that was given a run of particles. Of the flags that were set
// as says what they are called there, "" for what args have already; any other is an error.
func pass(cmd, verb *cobra.Command, args []string, as map[string]string) error {
	var err error
	cmd.Flags().Visit(func(f *pflag.Flag) {
		switch to, ok := as[f.Name]; {
		case !ok:
			err = usage(fmt.Errorf("--%s is not for a run of particles: see hnn help particles %s", f.Name, verb.Name()))
		case to != "":
			args = append(args, "--"+to+"="+f.Value.String())
		}
	})
	if err != nil {
		return err
	}
	if err := verb.ParseFlags(args); err != nil {
		return usage(err)
	}
	verb.SetContext(cmd.Context())
	verb.SetOut(cmd.OutOrStdout())
	verb.SetErr(cmd.ErrOrStderr())
	return verb.RunE(verb, verb.Flags().Args())
}

// simulateParticles is hnn simulate of a run of particles.
func simulateParticles(cmd *cobra.Command, dir string) error {
	args := []string{dir}
	as := map[string]string{"bodies": "n", "out": "out", "method": "method", "seed": "seed", "temperature": "temperature", "step": "dt", "steps": "steps", "quiet": "quiet"}
	if cmd.Flags().Changed("to") { // becomes a number of steps
		dt := 0.002
		if cmd.Flags().Changed("step") {
			dt, _ = cmd.Flags().GetFloat64("step")
		} else if m, err := experiment.ReadParticles(dir); err != nil {
			return err
		} else if usual, err := m.Usual(dir); err != nil {
			return err
		} else if usual.Dt > 0 {
			dt = usual.Dt
		} else if at, _ := cmd.Flags().GetFloat64("temperature"); usual.DtAt(at) > 0 {
			dt = usual.DtAt(at)
		}
		to, _ := cmd.Flags().GetFloat64("to")
		steps := math.Round(to / dt)
		if !(steps >= 1 && steps < 1e9) {
			return usage(fmt.Errorf("--to %v with steps of %v: a run of particles takes at least one step", to, dt))
		}
		args = append(args, "--steps="+strconv.Itoa(int(steps)))
		as["to"] = ""
		if cmd.Flags().Changed("steps") { // as many frames
			frames, _ := cmd.Flags().GetInt("steps")
			if frames < 1 {
				return usage(fmt.Errorf("--steps %d: at least one", frames))
			}
			args = append(args, "--every="+strconv.Itoa(max(1, int(steps)/frames)))
			as["steps"] = ""
		}
	}
	return pass(cmd, newParticlesSimulate(), args, as)
}

func newParticlesEvaluate() *cobra.Command {
	var read readFlags
	cmd := &cobra.Command{
		Use:   "evaluate RUN FILE",
		Short: "Compare the forces of learned laws with those in another file",
		Long: `Evaluate computes the forces of a run's laws at every frame of a file, extended XYZ or a LAMMPS text dump, and prints how far
they are from the file's, and how far the energies are up to a constant where the file has them.`,
		Example: `  hnn particles evaluate runs/0001-particles other.xyz`,
		Args:    exactly(2, "RUN", "FILE"),
	}
	read.bind(cmd, "dt")
	cmd.Flags().IntVar(&read.every, "every", 1, "take one frame of so many")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		o, err := read.options()
		if err != nil {
			return usage(err)
		}
		r, err := (&experiment.Env{Log: newDisplay(cmd.ErrOrStderr(), false).log}).EvaluateParticles(args[0], args[1], o)
		if err != nil {
			return err
		}
		w := cmd.OutOrStdout()
		fmt.Fprintf(w, "frames               %d of %d particles\nrelative force error %.3g, |F - F'| / |F|\nforce error          %.3g root mean square of a component, %.3g the largest\n", r.Frames, r.N, r.Relative, r.RMS, r.Largest)
		if !math.IsNaN(r.Energy) {
			fmt.Fprintf(w, "energy error         %.3g root mean square a particle, less its mean\n", r.Energy)
		}
		return nil
	}
	return cmd
}
