package sweep

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"hnn/internal/atomicfile"
	"hnn/internal/shell"
)

// Slurm are the jobs of a cluster that make the runs of a study: one with the server and the
// submitter, which Slurm may requeue, and an array of workers that begins after it. All need the
// study's folder on a disk that they share, for the address and the key of the server.
type Slurm struct {
	// Program, Study, Folder and Door are absolute paths.
	Program, Study, Folder, Door string
	ID                           string
	Workers                      int
	// Options are lines for sbatch, as --partition=long, for all jobs.
	Options []string
	// Sweep and Worker are further flags of hnn sweep and hnn worker, quoted.
	Sweep, Worker string
}

// The scripts; what stands in <> is filled in, in capitals quoted for the shell where it is a path. (text/template would take 6 MB
// of the program: as it calls methods by their names, the linker keeps all there are.)
const slurmServer = `#!/bin/sh
#SBATCH --job-name=hnn-server-<ID>
#SBATCH --output=<folder>/slurm/server.out
#SBATCH --open-mode=append
#SBATCH --requeue
#SBATCH --ntasks=1
<OPTIONS>
# The server and what brings the runs to it and their results back. Requeued, it goes on from its store.
exec <PROGRAM> sweep <STUDY> --out <FOLDER> --workers 0 --listen 0.0.0.0:0<SWEEP>
`

const slurmWorkers = `#!/bin/sh
#SBATCH --job-name=hnn-worker-<ID>
#SBATCH --output=<folder>/slurm/worker-%a.out
#SBATCH --open-mode=append
#SBATCH --requeue
#SBATCH --ntasks=1
#SBATCH --array=1-<WORKERS>
<OPTIONS>
# A worker that is started when all is done has nothing to wait for.
grep -q '"state": "done"' <FOLDER>/progress.json 2>/dev/null && exit 0
exec <PROGRAM> worker --door <DOOR> --study <ID> --wait 30m --scratch "${SLURM_TMPDIR:-${TMPDIR:-/tmp}}/hnn-<ID>"<WORKER>
`

const slurmSubmit = `#!/bin/sh
# Brings the study's jobs to Slurm: the server, and the workers after it has started.
set -e
server=$(sbatch --parsable <FOLDER>/slurm/server.sbatch)
workers=$(sbatch --parsable --dependency=after:"${server%%;*}" <FOLDER>/slurm/workers.sbatch)
echo "server: job $server, workers: job $workers"
`

// Write writes the jobs and what submits them into the study's folder, and returns the path of the latter.
func (s *Slurm) Write() (submit string, err error) {
	for _, o := range s.Options {
		if !strings.HasPrefix(o, "-") || strings.ContainsAny(o, "\n\r") {
			return "", fmt.Errorf("%q is no option of sbatch, as --partition=long", o)
		}
	}
	if strings.ContainsAny(s.Folder, "\n\r \"'%\\") {
		return "", fmt.Errorf("%q: sbatch takes no file name with spaces, quotes or %%: choose another folder with --out", s.Folder)
	}
	folder := filepath.Join(s.Folder, "slurm")
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return "", err
	}
	var options strings.Builder
	for _, o := range s.Options {
		fmt.Fprintln(&options, "#SBATCH", o)
	}
	fill := strings.NewReplacer("<PROGRAM>", shell.Quote(s.Program), "<STUDY>", shell.Quote(s.Study), "<FOLDER>", shell.Quote(s.Folder), "<DOOR>", shell.Quote(s.Door),
		"<folder>", s.Folder, "<ID>", s.ID, "<WORKERS>", strconv.Itoa(s.Workers), "<OPTIONS>", options.String(), "<SWEEP>", s.Sweep, "<WORKER>", s.Worker)
	for name, text := range map[string]string{"server.sbatch": slurmServer, "workers.sbatch": slurmWorkers, "submit.sh": slurmSubmit} {
		write := func(w io.Writer) error { _, err := fill.WriteString(w, text); return err }
		if err := atomicfile.Write(filepath.Join(folder, name), write); err != nil {
			return "", err
		}
	}
	return filepath.Join(folder, "submit.sh"), nil
}
