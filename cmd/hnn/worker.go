package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"hnn/sweep"
)

// addLogin adds the flags that say how a server is reached.
func addLogin(cmd *cobra.Command, l *sweep.Login) {
	fs := cmd.Flags()
	fs.StringVar(&l.URL, "nats", "", "server of NATS with JetStream, as nats://host:4222")
	fs.StringVar(&l.Door, "door", "", "instead of --nats: the file with address and key that a sweep's own server has written")
	fs.StringVar(&l.Creds, "creds", "", "NATS' file of credentials")
	fs.StringVar(&l.TLSCA, "tlsca", "", "certificates of the authorities for TLS, a PEM file")
}

// checkLogin refuses two servers, and a password on the command line, where everybody sees it.
func checkLogin(l *sweep.Login) error {
	if l.URL != "" && l.Door != "" {
		return errors.New("--nats and --door: give one of the two")
	}
	if u, err := url.Parse(l.URL); err != nil || u.User != nil {
		return errors.New("--nats: give an address as nats://host:4222, without a name or password: those go into a file, see --creds")
	}
	return nil
}

func newWorker() *cobra.Command {
	w := &sweep.Worker{}
	var untilEOF, quiet bool
	cmd := &cobra.Command{
		Use:   "worker --nats URL | --door FILE",
		Short: "Make the runs of studies that hnn sweep brings to a server",
		Long: `Worker takes runs of studies from a server and stores their results there, until it is
told to stop. As many as wanted, on as many machines: a run whose worker dies goes on at
another from its last checkpoint. Data files come through the server; no disk is shared.

--nats names a server that one has; --door is the file in which hnn sweep --listen or --slurm
writes the address and the key of its own.`,
		Example: `  hnn worker --nats nats://host:4222
  hnn worker --nats tls://host:4222 --creds worker.creds --tlsca ca.pem
  hnn worker --door runs/study/door.json`,
		Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if w.Login.URL == "" && w.Login.Door == "" {
				return usage(errors.New("give --nats, the address of a server, or --door, the file that a sweep has written"))
			}
			if err := checkLogin(&w.Login); err != nil {
				return usage(err)
			}
			d := newDisplay(cmd.ErrOrStderr(), quiet)
			w.Log, w.Version = d.log, newVersionInfo().Version
			ctx := cmd.Context()
			if untilEOF {
				of, cancel := sweep.UntilEOF(ctx, os.Stdin)
				defer cancel()
				ctx = of
			}
			err := w.Run(ctx)
			if untilEOF && errors.Is(err, context.Canceled) {
				return nil
			}
			return err
		},
	}
	addLogin(cmd, &w.Login)
	fs := cmd.Flags()
	fs.StringVar(&w.Study, "study", "", "the one study to work for, by its identity; the worker ends with it")
	fs.DurationVar(&w.Login.Wait, "wait", time.Minute, "how long to wait for a server that is not there yet")
	fs.DurationVar(&w.Idle, "idle", 0, "time without work after which the worker ends; 0 for never")
	fs.StringVar(&w.Scratch, "scratch", filepath.Join(os.TempDir(), fmt.Sprintf("hnn-worker-%d", os.Getuid())), "folder in which runs are made")
	fs.BoolVar(&untilEOF, "until-eof", false, "end with standard input, as workers of a sweep on one machine do")
	fs.BoolVar(&quiet, "quiet", false, "no messages but errors")
	return cmd
}
