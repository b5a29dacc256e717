package main

import (
	"fmt"
	"log/slog"
	"path/filepath"

	"github.com/spf13/cobra"

	"hnn/experiment"
	"hnn/serve"
)

// webTarget is the target of export that is a page, and takes runs and not one model.
const webTarget = "web"

// exportWeb writes the page of serve with runs in it.
func exportWeb(cmd *cobra.Command, dirs []string, out string) error {
	log := slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil))
	env := &experiment.Env{Log: func(format string, args ...any) { log.Info(fmt.Sprintf(format, args...)) }}
	runs, err := env.OpenAll(dirs)
	if err != nil {
		return err
	}
	files, err := serve.Static(env, runs, log)
	if err != nil {
		return err
	}
	if out == "" {
		out = "page"
		if len(dirs) == 1 {
			out = filepath.Base(filepath.Clean(dirs[0])) + "-" + webTarget
		}
	}
	for _, f := range files {
		if err := writeExported(cmd, filepath.Join(out, f.Name), f.Data); err != nil {
			return err
		}
	}
	fmt.Fprintf(cmd.OutOrStdout(), "try it: python3 -m http.server -d %s 8000, and open http://localhost:8000/; any file server will do\n", out)
	return nil
}
