package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"hnn/experiment"
	"hnn/experiment/study"
	"hnn/experiment/track"
	"hnn/internal/kernel"
	"hnn/internal/shell"
	"hnn/sweep"
)

// sweepFlags are what the verb sweep takes.
type sweepFlags struct {
	cmd         *cobra.Command
	login       sweep.Login
	server      sweep.ServerOptions
	out         string
	workers     int
	lease, save time.Duration
	replicas    int
	dryRun      bool
	task        int
	slurm       int
	sbatch      []string
	track       []string
	quiet       bool
}

// What a sweep has in the study's folder while it goes on: its server's door and store, its workers' runs.
const (
	doorFile      = "door.json"
	storeFolder   = ".server"
	scratchFolder = ".scratch" // of workers on this machine
)

// serverWait is how long a sweep looks for a server, which may be starting again just now.
const serverWait = 30 * time.Second

func newSweep() *cobra.Command {
	var f sweepFlags
	cmd := &cobra.Command{
		Use:   "sweep STUDY.yaml",
		Short: "Make the runs of a study, on the cores of this machine or on many machines",
		Long: `Sweep reads a study: what is fixed, what varies, and how. Its runs are those of hnn
train, to the same bits wherever they were made, and lie in the study's folder, which hnn
report, serve and evaluate take as they take runs. Without --nats it starts a server for
itself and as many workers as there are cores; with it, hnn worker makes the runs wherever
it runs. A study that was stopped, or whose machine died, goes on by the same command.

  task: three-body            # or data: measurements.csv
  fixed: {trainer: adam, steps: 2000}
  vary:
    seed: 0-4                             # a list or a range: every combination
    learning-rate: {min: 1e-4, max: 1e-2, log: true}   # a distribution
  trials: 20                  # draws of what has a distribution
  method: sobol               # draws that are spread evenly; random unless given; tpe and gp search,
                              # and with first-rung: 300 stops hopeless runs early
  minimize: strict.energy_mse.median

The keys under fixed and vary are those of config.yaml, which are the flags of hnn train.`,
		Example: `  hnn sweep study.yaml --dry-run
  hnn sweep study.yaml
  hnn sweep study.yaml --nats nats://host:4222
  hnn sweep status runs/study`,
		Args: exactly(1, "STUDY.yaml"),
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd, args[0]) },
	}
	addLogin(cmd, &f.login)
	fs := cmd.Flags()
	fs.SortFlags = false
	fs.StringVar(&f.out, "out", "", "folder of the study; default its name under runs/")
	fs.BoolVar(&f.dryRun, "dry-run", false, "print the runs and make none")
	fs.IntVar(&f.task, "task", 0, "make the run of this number alone, without a server, as for an array of a cluster's jobs")
	fs.IntVar(&f.slurm, "slurm", 0, "make no run, but write jobs of Slurm: a server and an array of so many workers")
	fs.Lookup("slurm").NoOptDefVal = "10"
	fs.StringArrayVar(&f.sbatch, "sbatch", nil, "with --slurm: an option of sbatch for the jobs, as --partition=long; may be given several times")
	fs.IntVar(&f.workers, "workers", -1, "workers on this machine (default as many as cores, none with --nats)")
	fs.DurationVar(&f.lease, "lease", 30*time.Second, "time after which the run of a worker of which nothing is heard goes to another")
	fs.DurationVar(&f.save, "checkpoint", 10*time.Second, "time between two checkpoints that are stored on the server")
	fs.IntVar(&f.replicas, "replicas", 1, "copies of what is stored, on a cluster of NATS servers")
	addServer(cmd, &f.server)
	addTrack(cmd, &f.track)
	fs.BoolVar(&f.quiet, "quiet", false, "no progress and no messages but errors")
	cmd.AddCommand(newSweepStatus(), newSweepCancel(), newSweepReport(), newSweepServer())
	return cmd
}

// addServer adds the flags of a server that the program runs itself.
func addServer(cmd *cobra.Command, o *sweep.ServerOptions) {
	fs := cmd.Flags()
	fs.StringVar(&o.Listen, "listen", "", "address and port of the sweep's own server, for workers elsewhere (default a free port of 127.0.0.1)")
	fs.StringVar(&o.Advertise, "advertise", "", "name by which workers find this machine")
	fs.StringVar(&o.Cert, "tlscert", "", "certificate of the sweep's own server, a PEM file")
	fs.StringVar(&o.Key, "tlskey", "", "key of that certificate, a PEM file")
}

// own reports whether the sweep has a server of its own.
func (f *sweepFlags) own() bool { return f.login.URL == "" && f.login.Door == "" }

func (f *sweepFlags) check() error {
	if err := checkLogin(&f.login); err != nil {
		return err
	}
	switch {
	case !f.own() && (f.server.Listen != "" || f.server.Advertise != "" || f.server.Cert != ""):
		return errors.New("--listen, --advertise and --tlscert are of a sweep's own server: leave them out, or --nats")
	case (f.server.Cert == "") != (f.server.Key == ""):
		return errors.New("--tlscert and --tlskey: give both or none")
	case f.cmd.Flags().Changed("slurm") && (!f.own() || f.slurm < 1):
		return errors.New("--slurm has a server of its own and one worker or more: leave out --nats and --door, or give a positive number")
	case f.sbatch != nil && f.slurm == 0:
		return errors.New("--sbatch goes with --slurm")
	case f.lease < time.Second:
		return fmt.Errorf("--lease %v: give a second or more", f.lease)
	case f.save <= 0:
		return fmt.Errorf("--checkpoint %v: give a positive time", f.save)
	case f.replicas < 1:
		return fmt.Errorf("--replicas %d: give 1 or more", f.replicas)
	}
	return nil
}

func (f *sweepFlags) run(cmd *cobra.Command, path string) error {
	f.cmd = cmd
	if err := f.check(); err != nil {
		return usage(err)
	}
	s, err := study.Read(path)
	if err != nil {
		return usage(err)
	}
	trials, err := s.Runs()
	if err != nil {
		return usage(fmt.Errorf("%s: %w", path, err))
	}
	switch {
	case f.dryRun:
		return study.WritePlan(cmd.OutOrStdout(), s, trials)
	case cmd.Flags().Changed("task"):
		return f.single(cmd, s, trials)
	}
	d := newDisplay(cmd.ErrOrStderr(), f.quiet)
	told, err := trackers(f.track, s.Name)
	if err != nil {
		return err
	}
	if f.out == "" {
		f.out = filepath.Join(runsFolder, s.Name)
	}
	folder, err := study.Create(f.out, s, study.About{ID: sweep.NewID(), Created: time.Now().UTC(), Kernel: kernel.Arithmetic(), Version: newVersionInfo().Version, Total: s.Total(trials)})
	if err != nil {
		return err
	}
	if cmd.Flags().Changed("slurm") {
		return f.writeSlurm(folder, path, d)
	}
	err = f.sweep(cmd.Context(), folder, trials, told, d)
	d.rolled()
	switch again := again(cmd, path); {
	case errors.Is(err, sweep.ErrCancelled):
		return fmt.Errorf("%w; what was done is in %s, and the rest is begun by: %s", err, f.out, again)
	case cmd.Context().Err() != nil:
		return fmt.Errorf("stopped; go on by: %s", again)
	case err != nil:
		return err
	}
	if err := study.WriteTable(cmd.OutOrStdout(), folder); err != nil {
		return err
	}
	d.next("look at it: hnn sweep report %s, or hnn serve %s", shell.Quote(f.out), shell.Quote(f.out))
	return nil
}

// again is the command by which a study goes on: the same, since it may be on another server or in another folder than those
// that are taken without flags.
func again(cmd *cobra.Command, path string) string {
	text := cmd.CommandPath() + " " + shell.Quote(path)
	cmd.Flags().Visit(func(f *pflag.Flag) {
		for _, v := range values(f) {
			text += " --" + f.Name + "=" + shell.Quote(v)
		}
	})
	return text
}

// values are those that a flag was given.
func values(f *pflag.Flag) []string {
	if many, ok := f.Value.(pflag.SliceValue); ok {
		return many.GetSlice()
	}
	return []string{f.Value.String()}
}

// sweep makes the runs that are left.
func (f *sweepFlags) sweep(ctx context.Context, folder *study.Folder, trials []study.Trial, told []track.Tracker, d *display) error {
	login := f.login
	login.Wait = serverWait
	door := filepath.Join(folder.Dir, doorFile)
	if f.own() {
		s, err := sweep.StartServer(filepath.Join(folder.Dir, storeFolder), door, f.server)
		if err != nil {
			return err
		}
		defer s.Stop()
		login.Door = door
		if f.server.Listen != "" {
			d.log("the server listens at %s; workers elsewhere: hnn worker --door %s", s.Door.URL, shell.Quote(door))
		}
		if f.workers < 0 {
			f.workers = runtime.NumCPU()
		}
	}
	submission := &sweep.Submission{Folder: folder, Trials: trials, Workers: max(f.workers, 0), More: !f.own() || f.server.Listen != "", Login: login, Lease: f.lease, Save: f.save, Replicas: f.replicas, Log: d.log, Progress: d.study}
	defer trackStudy(ctx, told, submission, d)()
	ctx, cancel := context.WithCancel(ctx)
	workers := make(chan struct{})
	go func() {
		defer close(workers)
		if f.workers > 0 {
			f.local(folder, login, d).Run(ctx)
		}
	}()
	err := submission.Run(ctx)
	cancel()
	<-workers
	if err == nil && f.own() {
		err = errors.Join(os.RemoveAll(filepath.Join(folder.Dir, storeFolder)), os.Remove(door), os.RemoveAll(filepath.Join(folder.Dir, scratchFolder)))
	}
	return err
}

// local are the workers of this machine.
func (f *sweepFlags) local(folder *study.Folder, login sweep.Login, d *display) *sweep.Local {
	program, err := os.Executable()
	if err != nil {
		program = os.Args[0]
	}
	args := []string{"worker", "--until-eof", "--quiet", "--study", folder.About.ID, "--scratch", filepath.Join(folder.Dir, scratchFolder)}
	for _, flag := range [][2]string{{"--nats", login.URL}, {"--door", login.Door}, {"--creds", login.Creds}, {"--tlsca", login.TLSCA}} {
		if flag[1] != "" {
			args = append(args, flag[0], flag[1])
		}
	}
	return &sweep.Local{Program: program, Arguments: args, Workers: f.workers, Log: d.log}
}

// writeSlurm writes the jobs of a cluster.
func (f *sweepFlags) writeSlurm(folder *study.Folder, path string, d *display) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	paths := []string{program, path, folder.Dir, filepath.Join(folder.Dir, doorFile)}
	for i := range paths {
		if paths[i], err = filepath.Abs(paths[i]); err != nil {
			return err
		}
	}
	s := &sweep.Slurm{Program: paths[0], Study: paths[1], Folder: paths[2], Door: paths[3], ID: folder.About.ID, Workers: f.slurm, Options: f.sbatch}
	for _, flag := range []struct {
		name, value string
		worker      bool
	}{
		{"tlscert", f.server.Cert, false}, {"tlskey", f.server.Key, false}, {"tlsca", f.login.TLSCA, true}, {"advertise", f.server.Advertise, false},
		{"lease", f.lease.String(), false}, {"checkpoint", f.save.String(), false},
	} {
		if !f.cmd.Flags().Changed(flag.name) {
			continue
		}
		value := flag.value
		if strings.HasPrefix(flag.name, "tls") {
			if value, err = filepath.Abs(value); err != nil {
				return err
			}
		}
		text := " --" + flag.name + "=" + shell.Quote(value)
		s.Sweep += text
		if flag.worker {
			s.Worker += text
		}
	}
	for _, text := range f.track {
		if kind, dir, _ := strings.Cut(text, "="); kind == "tensorboard" {
			if dir, err = filepath.Abs(dir); err != nil {
				return err
			}
			text = kind + "=" + dir
		}
		s.Sweep += " --track=" + shell.Quote(text)
	}
	submit, err := s.Write()
	if err != nil {
		return err
	}
	d.next("the jobs are in %s; bring them to Slurm by: sh %s", filepath.Dir(submit), shell.Quote(submit))
	return nil
}

// single makes one run of the study, as hnn train does.
func (f *sweepFlags) single(cmd *cobra.Command, s *study.Study, trials []study.Trial) error {
	if s.Searches() {
		return usage(fmt.Errorf("--task: the runs of a search depend on each other, so none is made alone; leave out --task, or use the method random or sobol"))
	}
	if f.task < 1 || f.task > len(trials) {
		return usage(fmt.Errorf("--task %d: the study has the runs 1 to %d", f.task, len(trials)))
	}
	if f.out == "" {
		f.out = filepath.Join(runsFolder, s.Name)
	}
	d := newDisplay(cmd.ErrOrStderr(), f.quiet)
	t := &trials[f.task-1]
	dir := filepath.Join(f.out, t.Name)
	env := newEnv(d)
	left, err := trackIn(cmd.Context(), f.track, s.Name, env, d)
	if err != nil {
		return err
	}
	defer left()
	var run *experiment.Run
	if isRun(dir) { // its job was requeued
		r, err := env.Resume(cmd.Context(), dir)
		if err != nil {
			return err
		}
		run = r
	} else {
		runs, err := env.RunAll(cmd.Context(), []experiment.Config{t.Config}, experiment.Batch{Out: dir, Jobs: 1})
		if err != nil {
			return err
		}
		run = runs[0]
	}
	return experiment.WriteResults(cmd.OutOrStdout(), []*experiment.Run{run})
}

// loginOf is how the server of a study is reached: by flags, or by the door in its folder.
func loginOf(l sweep.Login, dir string) sweep.Login {
	if l.URL == "" && l.Door == "" {
		l.Door = filepath.Join(dir, doorFile)
	}
	return l
}

func newSweepStatus() *cobra.Command {
	var login sweep.Login
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "status STUDY",
		Short: "Say how far a study has come",
		Args:  exactly(1, "STUDY"),
		RunE: func(cmd *cobra.Command, args []string) error {
			folder, err := study.Open(args[0])
			if err != nil {
				return err
			}
			p, err := folder.Progress()
			if err != nil {
				return err
			}
			if l := loginOf(login, args[0]); p.State != "done" && (l.URL != "" || isFile(l.Door)) {
				if p.Running, err = sweep.Alive(cmd.Context(), l, folder.About.ID); err != nil {
					p.State = "no server: " + err.Error()
				}
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), p)
			}
			return p.Write(cmd.OutOrStdout())
		},
	}
	addLogin(cmd, &login)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print it as JSON")
	return cmd
}

func newSweepCancel() *cobra.Command {
	var login sweep.Login
	cmd := &cobra.Command{
		Use:   "cancel STUDY",
		Short: "Stop a study: nothing more of it is begun, and what runs is stopped",
		Args:  exactly(1, "STUDY"),
		RunE: func(cmd *cobra.Command, args []string) error {
			folder, err := study.Open(args[0])
			if err != nil {
				return err
			}
			l := loginOf(login, args[0])
			if l.URL == "" && !isFile(l.Door) {
				return fmt.Errorf("%s: no server is at it; where it has one elsewhere, name it by --nats", args[0])
			}
			return sweep.Cancel(cmd.Context(), l, folder.About.ID)
		},
	}
	addLogin(cmd, &login)
	return cmd
}

func newSweepServer() *cobra.Command {
	var o sweep.ServerOptions
	cmd := &cobra.Command{
		Use:   "server FOLDER",
		Short: "Run a server for studies alone, where there is none of NATS",
		Long: `Server runs the server that a sweep without --nats has in itself, for several studies and
until it is told to stop. Its streams lie in the folder, and in door.json there, which its owner
alone may read, its address and key.`,
		Example: `  hnn sweep server runs/server --listen 0.0.0.0:4222 --tlscert cert.pem --tlskey key.pem
  hnn sweep study.yaml --door runs/server/door.json
  hnn worker --door runs/server/door.json`,
		Args: exactly(1, "FOLDER"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o777); err != nil {
				return err
			}
			s, err := sweep.StartServer(filepath.Join(args[0], storeFolder), filepath.Join(args[0], doorFile), o)
			if err != nil {
				return err
			}
			newDisplay(cmd.ErrOrStderr(), false).log("the server listens at %s; Ctrl-C ends it", s.Door.URL)
			<-cmd.Context().Done()
			s.Stop()
			return nil
		},
	}
	addServer(cmd, &o)
	return cmd
}

// study shows how far a study has come: in a line that the next one replaces on a terminal, elsewhere now and then.
func (d *display) study(p *study.Progress) {
	if d.quiet {
		return
	}
	if d.bars {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.transient(p.String())
		return
	}
	if time.Since(d.studied) >= lineEvery || p.State != "running" {
		d.studied = time.Now()
		d.log("%s", p.String())
	}
}
