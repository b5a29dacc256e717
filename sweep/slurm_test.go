package sweep

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// slurmConf is a cluster of one node, run by root without cgroups.
const slurmConf = `ClusterName=test
SlurmctldHost=%[1]s(127.0.0.1)
SlurmctldPort=%[3]d
SlurmdPort=%[4]d
AuthType=auth/munge
AuthInfo=socket=%[2]s/munge.socket
CryptoType=crypto/munge
SlurmUser=root
SlurmdUser=root
StateSaveLocation=%[2]s/state
SlurmdSpoolDir=%[2]s/spool
SlurmctldPidFile=%[2]s/slurmctld.pid
SlurmdPidFile=%[2]s/slurmd.pid
SlurmctldLogFile=%[2]s/slurmctld.log
SlurmdLogFile=%[2]s/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=2,batch_sched_delay=0
ReturnToService=2
MailProg=/bin/true
NodeName=%[1]s NodeAddr=127.0.0.1 CPUs=4 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
`

// cluster starts a Slurm of one node, in a folder of its own, and has its commands find it.
func cluster(t *testing.T) {
	t.Helper()
	for _, program := range []string{"munged", "slurmctld", "slurmd", "sbatch", "sinfo"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("there is no %s here: install slurm-wlm and munge", program)
		}
	}
	if os.Getuid() != 0 {
		t.Skip("slurmd runs as root")
	}
	dir, err := os.MkdirTemp("", "slurm") // a short name: sockets have no long ones
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	host, _, _ = strings.Cut(host, ".")
	port := func() int {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		return l.Addr().(*net.TCPAddr).Port
	}
	at := func(name string) string { return filepath.Join(dir, name) }
	for _, folder := range []string{"state", "spool"} {
		if err := os.Mkdir(at(folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(at("munge.key"), []byte(strings.Repeat("0123456789abcdef", 8)), 0o400); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(at("slurm.conf"), fmt.Appendf(nil, slurmConf, host, dir, port(), port()), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SLURM_CONF", at("slurm.conf"))
	for _, args := range [][]string{
		{"munged", "--foreground", "--force", "--key-file", at("munge.key"), "--socket", at("munge.socket"), "--pid-file", at("munge.pid"), "--log-file", at("munge.log"), "--seed-file", at("munge.seed")},
		{"slurmctld", "-D", "-i"},
		{"slurmd", "-D"},
	} {
		c := exec.Command(args[0], args[1:]...)
		out := new(lockedBuffer)
		c.Stdout, c.Stderr = out, out
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			_ = c.Process.Kill() // it may have ended by itself
			_ = c.Wait()
			if t.Failed() {
				t.Logf("%s: %s", args[0], out)
			}
		})
		time.Sleep(300 * time.Millisecond) // one needs the socket of the other
	}
	for end := time.Now().Add(time.Minute); ; time.Sleep(200 * time.Millisecond) {
		out, err := exec.Command("sinfo", "--noheader", "--format=%T").CombinedOutput()
		if err == nil && strings.TrimSpace(string(out)) == "idle" {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("Slurm does not start: %v\n%s", err, out)
		}
	}
}

// What --slurm writes brings a study to its end on a real Slurm, also where the server's job is
// requeued, and the runs are those of an undisturbed sweep.
func TestSlurm(t *testing.T) {
	const runs = 12
	b := newBench(t, fmt.Sprintf(`
task: spring
fixed: {trainer: adam, hidden: [16], steps: 3000, test-every: 100, trajectories: 10, strict: false, figures: false}
vary: {seed: 0-%d}
`, runs-1))
	cluster(t)
	undisturbed := b.local()
	b.run("sweep", b.study, "--out", "onslurm", "--slurm=2", "--sbatch=--time=10", "--lease", "2s", "--checkpoint", "1s")
	folder := filepath.Join(b.dir, "onslurm")
	out, err := exec.Command("sh", filepath.Join(folder, "slurm", "submit.sh")).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var server, workers int
	if _, err := fmt.Sscanf(string(out), "server: job %d, workers: job %d", &server, &workers); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	requeued := false
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(200 * time.Millisecond) {
		status := b.run("sweep", "status", "onslurm", "--json")
		if strings.Contains(status, `"state": "done"`) {
			break
		}
		if *long && !requeued && !strings.Contains(status, `"done": 0,`) {
			requeued = true
			if out, err := exec.Command("scontrol", "requeue", fmt.Sprint(server)).CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
		}
		log, err := os.ReadFile(filepath.Join(folder, "slurm", "server.out"))
		if failed := err == nil && strings.Contains(string(log), "hnn: "); failed || time.Now().After(end) {
			queue, _ := exec.Command("squeue").CombinedOutput()
			t.Fatalf("the study does not end: %s\n%s\n%s", status, queue, log)
		}
	}
	same(t, folder, undisturbed, runs)
	for end := time.Now().Add(time.Minute); ; time.Sleep(200 * time.Millisecond) {
		queue, err := exec.Command("squeue", "--noheader").CombinedOutput()
		if err == nil && len(strings.TrimSpace(string(queue))) == 0 {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("jobs are left at the end: %v\n%s", err, queue)
		}
	}
}
