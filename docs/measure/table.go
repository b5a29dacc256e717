package main

import "hnn/experiment/task"

// A measurement is one table of the documentation.
type measurement struct {
	name, file string
	minutes    float64 // on two cores, roughly
	head       []string
	steps      []step
	// byHand says that the commands give the numbers and a person puts them together.
	byHand bool
}

// A step is a command line and what its output means; nil for one that makes a file.
type step struct {
	command string
	read    func(out []byte) (rows [][]string, err error)
	quiet   string // flags that the reader need not see
}

func (m measurement) commands() []string {
	var all []string
	for _, s := range m.steps {
		all = append(all, s.command)
	}
	return all
}

// hnn is a run of the program, a row for each model.
func hnn(arguments string, labels [][]string, columns ...column) step {
	return step{command: "hnn " + arguments, read: results(labels, columns...), quiet: " --json --quiet --no-figures"}
}

func shell(command string) step { return step{command: command} }

// label is one row's first cells.
func label(cells ...string) [][]string { return [][]string{cells} }

const (
	paperSpring = "--model hnn --trainer adam --learning-rate 1e-3 --schedule constant --seeds 0-4"
	windowsOf10 = "--trainer adam --loss trajectory --window 10 --steps 300 --hidden 64,64 --seeds 0-4"
	noisySpring = "train spring --points 31 --noise 0.05 --whole-trials --hidden 64,64 --seeds 0-4 --model hnn"
	strict      = "strict.energy_mse.mean"
	testLoss    = "test_loss.mean"
	heldOut     = "rollout.error.mean"
)

var realPendulum = []column{medianWorst("energy_mse.mean", 2), middle("states_mse")}

var measurements = []measurement{
	{
		name: "results", file: "README.md", minutes: 30,
		head: []string{"task", "model", "test loss", "paper", "energy MSE", "paper"},
		steps: []step{hnn("reproduce --data real_pend_h_1.txt --seeds 0-4 --jobs 2 --no-strict", [][]string{
			{"spring", "baseline"}, {"", "HNN"}, {"", "HNN, closed form"},
			{"pendulum", "baseline"}, {"", "HNN"}, {"", "HNN, closed form"},
			{"real pendulum", "baseline"}, {"", "HNN"}, {"", "HNN with friction, closed form"},
			{"two-body", "baseline"}, {"", "HNN"}, {"", "HNN, closed form"},
			{"three-body", "baseline"}, {"", "HNN"}, {"", "HNN, closed form"},
		}, medianWorst(testLoss, 3), published(func(p task.Published) float64 { return p.TestLoss }),
			medianWorst("energy_mse.mean", 3), published(func(p task.Published) float64 { return p.EnergyMSE }))},
	},
	{
		name: "peers", file: "docs/speed.md", minutes: 40, byHand: true,
		head:  []string{"work", "hnn", "PyTorch 2.15, eager", "JAX 0.12"},
		steps: []step{shell("go run ./bench/peers")},
	},
	{
		name: "time-to-accuracy", file: "docs/speed.md", minutes: 50, byHand: true,
		head:  []string{"", "spring", "two-body"},
		steps: []step{shell("hnn reproduce spring two-body"), shell("go run ./bench/peers")},
	},
	{
		name: "closed-form", file: "docs/closed-form.md", minutes: 8,
		head:  []string{"fit", "quantity", "goal", "median", "worst"},
		steps: []step{{command: "go test ./fit/closedform -run Table -table", read: logged}},
	},
	{
		name: "derivatives", file: "docs/derivatives.md", minutes: 0.2,
		head:  []string{"system", "times", "noise", "forward", "central", "local polynomial"},
		steps: []step{{command: "go test ./data/estimate -run TestDerivatives -v", read: logged}},
	},
	{
		name: "measured-files", file: "docs/derivatives.md", minutes: 0.5,
		head: []string{"file", "model", "rollouts over", "error"},
		steps: []step{
			hnn("train --data real_pend_h_1.txt --model baseline,hnn", [][]string{{"real_pend_h_1.txt", "baseline"}, {"", "HNN"}}, count("rollout.horizon"), percent(heldOut)),
			hnn("train --data real_linear_h_1.txt --model baseline,hnn", [][]string{{"real_linear_h_1.txt", "baseline"}, {"", "HNN"}}, count("rollout.horizon"), percent(heldOut)),
		},
	},
	{
		name: "smoothing", file: "docs/derivatives.md", minutes: 5,
		head: []string{"task", "trained on", "seed 0", "1", "2", "3", "4", "median"},
		steps: []step{
			hnn("train spring --smooth no "+paperSpring, label("spring", "raw rows"), eachAndMedian(strict)),
			hnn("train spring --smooth yes "+paperSpring, label("", "smoothed"), eachAndMedian(strict)),
			hnn("train spring --model hnn --trainer closed-form --seeds 0-4", label("", "closed form"), eachAndMedian(strict)),
			hnn("train pendulum --smooth no "+paperSpring, label("pendulum", "raw rows"), eachAndMedian(strict)),
			hnn("train pendulum --smooth yes "+paperSpring, label("", "smoothed"), eachAndMedian(strict)),
			hnn("train pendulum --model hnn --trainer closed-form --seeds 0-4", label("", "closed form"), eachAndMedian(strict)),
		},
	},
	{
		name: "long-energy", file: "docs/integrators.md", minutes: 0.5,
		head:  []string{"method", "first tenth", "last tenth"},
		steps: []step{{command: "go test ./ode -run EnergyOverLongRuns -long -v", read: logged}},
	},
	{
		name: "noncanonical", file: "docs/models.md", minutes: 4,
		head: []string{"model", "test loss, median (worst)", "error of held-out rollouts", "lost, of 20"},
		steps: []step{
			shell("awk -f charge.awk > charge.csv"),
			hnn(`train --data charge.csv --model baseline,hnn,hnn-noncanonical --steps 1000 --seeds 0-4 --skew "0,0,1,0; 0,0,0,1; -1,0,0,1; 0,-1,-1,0"`,
				[][]string{{"baseline"}, {"hnn, as if velocities were momenta"}, {"hnn-noncanonical"}}, medianWorst(testLoss, 2), percent(heldOut), count("rollout.lost")),
		},
	},
	{
		name: "inputs", file: "docs/models.md", minutes: 6,
		head: []string{"model", "test loss, median (worst)", "error of held-out rollouts", "lost, of 20"},
		steps: []step{
			shell("awk -f push.awk > push.csv"),
			hnn("train --data push.csv --trainer adam --steps 1500 --hidden 64,64 --seeds 0-4 --angle theta --model baseline,baseline-second-order,hnn,hnn-dissipative --dissipation linear",
				[][]string{{"baseline"}, {"baseline-second-order"}, {"hnn, which knows no friction"}, {"hnn-dissipative"}}, medianWorst(testLoss, 2), percent(heldOut), count("rollout.lost")),
			hnn("train --data push.csv --trainer closed-form --seeds 0-4 --angle theta --model hnn --dissipation linear",
				label("closed form"), medianWorst(testLoss, 2), percent(heldOut), count("rollout.lost")),
			hnn("train --data push.csv --trainer closed-form --seeds 0-4 --angle theta --model hnn --dissipation linear --input-gain constant",
				label("closed form, constant gain"), medianWorst(testLoss, 2), percent(heldOut), count("rollout.lost")),
			hnn("train --data push.csv --trainer closed-form --seeds 0-4 --angle theta --model hnn --dissipation linear --input none",
				label("closed form without the input"), medianWorst(testLoss, 2), percent(heldOut), count("rollout.lost")),
		},
	},
	{
		name: "three-body", file: "docs/models.md", minutes: 5,
		head: []string{"trained by", "test loss, mean", "test loss, median of rows", "energy MSE"},
		steps: []step{
			hnn("train three-body --model hnn-pairwise --weighted --hidden 32,32 --steps 4000 --learning-rate 5e-3 --schedule cosine --l2 0 --lbfgs-steps 300 --precision float64 --seeds 0-4",
				label("4,000 steps of Adam, then L-BFGS"), medianWorst(testLoss, 2), medianWorst("row_median_loss", 2), medianWorst("energy_mse.mean", 2)),
		},
	},
	{
		name: "five-bodies", file: "docs/models.md", minutes: 15, byHand: true,
		head: []string{"trained by", "law nearer than seen", "median of the ten starts", "worst", "beyond 1e-3"},
		steps: []step{
			shell("hnn simulate three --bodies 5 --seed N --to 5 --steps 200 --method dop853 --rtol 1e-11"),
		},
	},
	{
		name: "measured-pendulum", file: "docs/models.md", minutes: 6,
		head: []string{"trained on", "model", "energy MSE", "states"},
		steps: []step{
			hnn("reproduce real-pendulum --data real_pend_h_1.txt --trainer adam --model baseline,baseline-second-order,hnn,hnn-dissipative",
				[][]string{{"forward differences, the paper's protocol (seed 0)", "baseline"}, {"", "baseline-second-order"}, {"", "hnn"}, {"", "hnn-dissipative"}}, realPendulum...),
			hnn("train real-pendulum --data real_pend_h_1.txt "+windowsOf10+" --model baseline,baseline-second-order,hnn,hnn-dissipative",
				[][]string{{"trajectories, 300 steps", "baseline"}, {"", "baseline-second-order"}, {"", "hnn"}, {"", "hnn-dissipative"}}, realPendulum...),
			hnn("train real-pendulum --data real_pend_h_1.txt "+windowsOf10+" --model hnn-dissipative --dissipation linear",
				label("", "hnn-dissipative, linear"), realPendulum...),
		},
	},
	{
		name: "trajectories", file: "docs/trajectory-training.md", minutes: 6,
		head: []string{"trained on", "mean", "median", "worst"},
		steps: []step{
			hnn(noisySpring+" --trainer adam --derivatives central", label("derivatives by central differences"), meanMedianWorst(strict)),
			hnn(noisySpring+" --trainer adam --derivatives local-polynomial", label("derivatives by local polynomials"), meanMedianWorst(strict)),
			hnn(noisySpring+" --trainer adam --derivatives local-polynomial --smooth yes", label("the same, states smoothed too"), meanMedianWorst(strict)),
			hnn(noisySpring+" --loss trajectory --steps 600", label("trajectories"), meanMedianWorst(strict)),
			hnn(noisySpring+" --loss trajectory --steps 600 --linear-prior 0", label("trajectories without the prior"), meanMedianWorst(strict)),
		},
	},
	{
		name: "prior", file: "docs/trajectory-training.md", minutes: 60, byHand: true,
		head: []string{"data", "measure", "0", "4", "10", "ratio"},
		steps: []step{
			shell("hnn train pendulum --loss trajectory --steps 600 --hidden 64,64 --seeds 0-11"),
			shell("hnn train duffing --loss trajectory --steps 600 --hidden 64,64 --noise 0.05 --seeds 0-5"),
			shell("hnn train kepler --loss trajectory --trajectories 50 --noise 0.02 --steps 600 --hidden 64,64 --seeds 0-5"),
			shell("hnn train henon-heiles --loss trajectory --trajectories 50 --noise 0.02 --steps 600 --batch 0 --hidden 64,64 --seeds 0-11"),
			shell("hnn train real-pendulum --data real_pend_h_1.txt --trainer adam --loss trajectory --steps 300 --hidden 64,64 --seeds 0-4 --model hnn,hnn-dissipative,baseline"),
			shell("hnn train real-pendulum --data real_pend_h_1.txt --trainer adam --loss trajectory --steps 300 --hidden 64,64 --seeds 0-4 --model hnn-dissipative --dissipation linear"),
		},
	},
	{
		name: "pixels", file: "docs/pixels.md", minutes: 30, byHand: true,
		head: []string{"model", "test loss", "energy MSE", "amplitude kept over 1,000 frames"},
		steps: []step{
			shell("hnn reproduce pixel-pendulum --seeds 0-4"),
			shell("go test ./experiment -run AuthorsModel -long -v"),
		},
	},
	{
		name: "pixel-recipes", file: "docs/pixels.md", minutes: 40, byHand: true,
		head:  []string{"trained with", "test loss", "energy MSE over 200 / 1,000 frames", "MSE of a decoded pixel over 200 / 1,000"},
		steps: []step{shell("hnn reproduce pixel-pendulum --recipe tuned --seeds 0-4")},
	},
	{
		name: "serve", file: "docs/api.md", minutes: 0.5,
		head:  []string{"model", "rollouts a second"},
		steps: []step{{command: "go test ./serve -run '^$' -bench Simulate", read: benchmark("rollouts/s")}},
	},
	{
		name: "read-csv", file: "docs/own-data.md", minutes: 0.5,
		head:  []string{"rows of", "MB/s"},
		steps: []step{{command: "go test ./data/file -run '^$' -bench ReadCSV -cpu 1", read: benchmark("MB/s")}},
	},
}

// published is the paper's number for a model trained by gradient steps.
func published(number func(task.Published) float64) column {
	return func(g group) ([]string, error) {
		name, _ := g[0]["task"].(string)
		t, err := task.Lookup(name)
		if err != nil || g[0]["trainer"] != "adam" {
			return []string{""}, err
		}
		p := t.HNN
		if g[0]["model"] == "baseline" {
			p = t.Baseline
		}
		return []string{scientific(number(p), 3)}, nil
	}
}
