package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"time"

	"github.com/spf13/cobra"

	"hnn/experiment"
	"hnn/experiment/study"
	"hnn/serve"
	"hnn/serve/api"
)

// serveFlags are what the verb serve takes.
type serveFlags struct {
	addr, logLevel, logFormat string
	public, bands             bool
	origins, hosts            []string
	concurrent                int
	timeout                   time.Duration
}

func newServe() *cobra.Command {
	var f serveFlags
	cmd := &cobra.Command{
		Use:   "serve [RUN...]",
		Short: "Play with trained models in the browser, or use them over HTTP",
		Long: `Serve opens runs and serves a page on which their physics can be touched, and a JSON
API under /api/v1 that evaluates and simulates them for programs in any language;
/api/v1/openapi.json describes it. Runs of one task are shown together, beside the
true system where it is known. Without a run it trains a baseline and an HNN of the
spring and of the pendulum first, which takes a few seconds. Ctrl-C ends it.`,
		Example: `  hnn serve
  hnn serve runs/0001-spring-baseline runs/0002-spring-hnn
  hnn serve runs/* --addr 127.0.0.1:9000
  hnn serve runs/0003-particles # bodies in a box, by the laws that were learned
  hnn serve runs/study          # how far a study is, and its best run
  hnn serve runs/* --addr 0.0.0.0:8080 --public --allow-host models.example.org`,
	}
	fs := cmd.Flags()
	fs.StringVar(&f.addr, "addr", "127.0.0.1:8080", "address and port to listen on; port 0 takes a free one")
	fs.BoolVar(&f.public, "public", false, "allow an address that other machines can reach")
	fs.BoolVar(&f.bands, "bands", false, "find the bands of runs for which that takes ten fits, too, before serving")
	fs.StringSliceVar(&f.hosts, "allow-host", nil, "names of this machine under which it may be addressed, besides localhost")
	fs.StringSliceVar(&f.origins, "allow-origin", nil, "origins whose pages may use the API, as https://example.org, or *")
	fs.IntVar(&f.concurrent, "max-requests", 0, "computing requests at once, beyond which the answer is 503 (default 4 a core, at least 16)")
	fs.DurationVar(&f.timeout, "timeout", 30*time.Second, "longest time of one answer that is no stream")
	fs.StringVar(&f.logLevel, "log-level", "info", "what to log: debug (every request), info, warn or error")
	fs.StringVar(&f.logFormat, "log-format", "text", "how to log: text or json")
	complete(cmd, "log-level", []string{"debug", "info", "warn", "error"})
	complete(cmd, "log-format", []string{"text", "json"})
	completeRuns(cmd, 0)
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return f.run(cmd, args) }
	return cmd
}

func (f *serveFlags) run(cmd *cobra.Command, dirs []string) error {
	log, err := f.logger(cmd)
	if err != nil {
		return usage(err)
	}
	if err := f.check(); err != nil {
		return usage(err)
	}
	demo := len(dirs) == 0
	studies, dirs, err := servedStudies(dirs)
	if err != nil {
		return err
	}
	scenes, dirs, err := servedParticles(dirs)
	if err != nil {
		return err
	}
	s, err := serve.New(serve.Options{Hosts: f.hosts, Origins: f.origins, Log: log, Studies: studies, Particles: scenes, Bands: f.bands,
		Limits: api.Limits{Concurrent: f.concurrent, Timeout: f.timeout}})
	if err != nil {
		return usage(err)
	}
	env := &experiment.Env{Log: func(format string, args ...any) { log.Info(fmt.Sprintf(format, args...)) }}
	runs, err := env.OpenAll(dirs)
	if err != nil {
		return err
	}
	for _, r := range runs {
		if err := s.Add(env, r); err != nil {
			return err
		}
	}
	l, err := (&net.ListenConfig{}).Listen(cmd.Context(), "tcp", f.addr)
	if err != nil {
		return fmt.Errorf("cannot listen: %w; choose another address with --addr", err)
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "hnn: open http://%s/ in a browser; Ctrl-C ends the server\n", shownAddress(l.Addr()))
	for _, f := range studies {
		fmt.Fprintf(cmd.ErrOrStderr(), "hnn: how far the study is, and its figures: http://%s/study/%s\n", shownAddress(l.Addr()), f.About.Name)
	}
	for _, p := range scenes {
		fmt.Fprintf(cmd.ErrOrStderr(), "hnn: bodies in a box, by the laws of %s: http://%s/particles/%s\n", p.Name, shownAddress(l.Addr()), url.PathEscape(p.Name))
	}
	return serveAll(cmd.Context(), s, l, demo)
}

// servedParticles takes the runs of particles out of directories of runs.
func servedParticles(dirs []string) (scenes []*experiment.ParticleScene, runs []string, err error) {
	for _, dir := range dirs {
		if !experiment.IsParticles(dir) {
			runs = append(runs, dir)
			continue
		}
		p, err := experiment.OpenParticleScene(dir)
		if err != nil {
			return nil, nil, err
		}
		scenes = append(scenes, p)
	}
	return scenes, runs, nil
}

// servedStudies splits folders into those of studies and directories of runs, among which it puts the best run
// of each study, where one is done.
func servedStudies(dirs []string) (studies []*study.Folder, runs []string, err error) {
	for _, dir := range dirs {
		if !study.IsFolder(dir) {
			runs = append(runs, dir)
			continue
		}
		f, err := study.Open(dir)
		if err != nil {
			return nil, nil, err
		}
		records, err := f.Records()
		if err != nil {
			return nil, nil, err
		}
		if best := f.Study.Best(records); best != nil {
			runs = append(runs, f.RunDir(&best.Trial))
		}
		studies = append(studies, f)
	}
	return studies, runs, nil
}

// serveAll serves and, with demo, trains beside it; what fails first ends both.
func serveAll(ctx context.Context, s *serve.Server, l net.Listener, demo bool) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	trained := make(chan struct{})
	go func() {
		defer close(trained)
		if !demo {
			return
		}
		// The end of the server interrupts the training, which is then no failure.
		if err := s.Demo(ctx); err != nil && ctx.Err() == nil {
			cancel(fmt.Errorf("training the demonstration: %w", err))
		}
	}()
	err := s.Serve(ctx, l)
	cancel(nil)
	<-trained
	if cause := context.Cause(ctx); err == nil && !errors.Is(cause, context.Canceled) {
		return cause
	}
	return err
}

// check refuses an address that other machines reach, unless that is wanted.
func (f *serveFlags) check() error {
	host, _, err := net.SplitHostPort(f.addr)
	if err != nil {
		return fmt.Errorf("--addr %s: give an address and a port, as in 127.0.0.1:8080", f.addr)
	}
	ip := net.ParseIP(host)
	if loopback := host == "localhost" || ip != nil && ip.IsLoopback(); !loopback && !f.public {
		return fmt.Errorf("--addr %s can be reached from other machines; add --public if that is wanted", f.addr)
	}
	switch {
	case f.concurrent < 0:
		return fmt.Errorf("--max-requests %d: give a positive number", f.concurrent)
	case f.timeout <= 0:
		return fmt.Errorf("--timeout %v: give a positive time", f.timeout)
	}
	return nil
}

func (f *serveFlags) logger(cmd *cobra.Command) (*slog.Logger, error) {
	var o slog.HandlerOptions
	var level slog.Level
	if err := level.UnmarshalText([]byte(f.logLevel)); err != nil {
		return nil, fmt.Errorf("--log-level %s: it is debug, info, warn or error", f.logLevel)
	}
	o.Level = level
	switch f.logFormat {
	case "text":
		return slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), &o)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(cmd.ErrOrStderr(), &o)), nil
	}
	return nil, fmt.Errorf("--log-format %s: it is text or json", f.logFormat)
}

// shownAddress is where a browser on this machine finds the listener.
func shownAddress(a net.Addr) string {
	t, ok := a.(*net.TCPAddr)
	if ok && t.IP.IsUnspecified() {
		return fmt.Sprintf("localhost:%d", t.Port)
	}
	return a.String()
}
