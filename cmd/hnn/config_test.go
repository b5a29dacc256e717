package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"hnn/experiment"
)

var update = flag.Bool("update", false, "write testdata/config anew")

// A command's configuration, to the byte: the hash of config.yaml stands in model files, and
// --resume compares it. The files were written before settings were declared by tags.
func TestConfigFiles(t *testing.T) {
	for _, args := range []string{
		"train spring --trainer adam",
		"train spring --trainer adam --noise 0 --seed 18446744073709551615 --clip-norm 0.5 --ensemble 3",
		"train spring --trainer adam --schedule step --schedule-every 10 --schedule-factor 0.5 --patience 3 --sampling epoch --batch 20",
		"train spring --trainer adam --loss trajectory --window 7 --integrator leapfrog --structure separable --linear-prior 0 --fit-states=false --lbfgs-steps 7",
		"train spring --trainer adam --weight-decay 1e-7 --l2 0 --precision float64 --polish --weighted",
		"train two-body --trainer adam --structure pairwise,quadratic-kinetic --mass 1,2.5 --test-first=false --tolerance 1e-7",
		"train three-body --trainer closed-form --known --features 77",
		"train three-body --trainer closed-form --structure quadratic-kinetic,separable --symmetry rotation,parity --solver qr --ridge 1e-9 --scale 0.5",
		"train pendulum --trainer closed-form --angle q --dissipation linear",
		"train kepler --trainer adam --model hnn-separable --activation sin --hidden 12,7,3",
		"train duffing --trainer adam --model hnn --skew 0,1;-1,0",
		"train henon-heiles --trainer adam --whole-trials=false --points 31 --horizon 2.5 --derivatives central --smooth yes --derivative-window 9",
		"train 5-body --trainer adam --dissipation convex",
		"train --data a --trainer adam --time t --trial run --q x,y --p u,v --dq dx,dy --dp du,dv --input f --skip-bad-rows --input-gain constant --input-hold zoh",
		"train --data a --trainer closed-form --mass 1 --no-scaling --test b --test-fraction 0.3 --q 1,2 --input none",
		"train --data a --trainer closed-form,adam --structure separable --features 5 --steps 9 --model baseline,hnn --smooth no",
		"train --data a --trainer adam --loss trajectory --continuity 0.25 --window-stride 4 --substeps 2 --window-from 0 --dissipation helmholtz",
		"train --frames f --stack 3 --latent 4 --encoder 30,20 --latent-steps 3 --no-subtract-mean --dissipation learned",
		"train pixel-pendulum --recipe paper --trajectories 12 --points 30",
		"train pixel-pendulum --latent-integrator euler --no-figures --model baseline",
		"reproduce spring --no-strict --no-figures",
		"reproduce pendulum --trainer closed-form --precision float64",
		"reproduce real-pendulum --data r",
		"reproduce two-body three-body --checkpoint-every 0 --test-every 7",
		"reproduce pixel-pendulum --recipe tuned",
		"reproduce pixel-pendulum",
	} {
		var b bytes.Buffer
		for _, c := range expanded(t, strings.Fields(args)) {
			if b.Len() > 0 {
				fmt.Fprintln(&b, "---")
			}
			for _, file := range []*string{&c.Data, &c.Frames, &c.Test} {
				if *file != "" {
					*file = filepath.Base(*file)
				}
			}
			start := b.Len()
			if err := c.Write(&b); err != nil {
				t.Fatal(err)
			}
			again, err := experiment.ReadConfig(bytes.NewReader(b.Bytes()[start:]), "config.yaml")
			if err != nil {
				t.Errorf("%s: %v", args, err)
				continue
			}
			var second bytes.Buffer
			if err := again.Write(&second); err != nil {
				t.Fatal(err)
			}
			if got, want := second.String(), b.String()[start:]; got != want {
				t.Errorf("%s: read and written again\n%s\nwant\n%s", args, got, want)
			}
		}
		path := filepath.Join("testdata", "config", strings.NewReplacer(" --", "_", " ", "-", ";", "+").Replace(args)+".yaml")
		if *update {
			if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := b.String(); got != string(want) {
			t.Errorf("hnn %s: got\n%s\nwant\n%s", args, got, want)
		}
	}
}

// expanded are the configurations of a command line.
func expanded(t *testing.T, args []string) []experiment.Config {
	t.Helper()
	if args[0] == "reproduce" {
		args = append(args, "--seed", "0") // not the three of quick tasks
	}
	d := newDisplay(new(bytes.Buffer), true)
	var configs []experiment.Config
	cmd := &cobra.Command{}
	f := newConfigFlags(cmd, []string{"hnn"}, []string{"adam"}, nil)
	if args[0] == "train" {
		cmd.Flags().StringVar(&f.frames, "frames", "", "")
	}
	cmd.RunE = func(cmd *cobra.Command, rest []string) (err error) {
		if args[0] == "train" {
			configs, err = trainConfigs(t.Context(), f, rest, "", newEnv(d))
		} else {
			configs, err = reproduceConfigs(f, rest, d)
		}
		return err
	}
	cmd.SetArgs(args[1:])
	if err := cmd.Execute(); err != nil {
		t.Fatalf("%q: %v", args, err)
	}
	return configs
}
