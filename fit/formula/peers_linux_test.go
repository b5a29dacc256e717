package formula

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"hnn/data"
	"hnn/data/draw"
	"hnn/fit/sparse"
)

var peers = flag.String("peers", "", "write rows for other programs to this folder, and fit them here")

// Rows for bench/peers/sindy.py, which fits them by PySINDy, with what the formulas come to on them: error of rollouts from
// the first states of ten test trials without noise, as there.
func TestPeers(t *testing.T) {
	if *peers == "" {
		t.Skip("give -peers FOLDER")
	}
	for _, noise := range []float64{0, 0.01, 0.05} {
		for _, k := range systems[:6] {
			for draws := range 3 {
				set, names, angles := k.draw(t, uint64(8000+draws), noise)
				test, err := draw.Generate(k.system, rand.New(rand.NewPCG(uint64(8000+draws), 21)), draw.Options{Trajectories: 10, Points: k.rows, Horizon: k.span, Tolerance: 1e-12})
				if err != nil {
					t.Fatal(err)
				}
				base := filepath.Join(*peers, fmt.Sprintf("%s-%v-%d", k.system.Name(), noise, draws))
				writeRows(t, base+"-train.csv", set, names)
				writeRows(t, base+"-test.csv", test.Train, names)
				from := processorSeconds(t)
				f, r, err := Fit(set, Default(set.Dim/2, angles[:set.Dim/2], names), Options{Angles: angles[:set.Dim/2], Names: names, Prune: true})
				if err != nil {
					t.Fatal(err)
				}
				Polish(f, set, r)
				seconds := processorSeconds(t) - from
				var starts [][]float64
				for i := range test.Train.Trials() {
					_, x, _ := test.Train.Trial(i)
					starts = append(starts, x)
				}
				e := sparse.Median(motion(f).RollError(starts, nil, test.Train.Spread(), k.span/float64(k.rows-1), 80))
				right := "right"
				if bad := k.wrong(t, f, names); bad != "" {
					right = "wrong (" + bad + ")"
				}
				t.Logf("%s-%v-%d,hnn,%.3g,%s,%.2f", k.system.Name(), noise, draws, e, right, seconds)
			}
		}
	}
}

func writeRows(t *testing.T, path string, s *data.Set, names []string) {
	var b strings.Builder
	b.WriteString("trial,t," + strings.Join(names, ",") + "\n")
	for k := range s.Trials() {
		times, x, _ := s.Trial(k)
		for r := range times {
			fmt.Fprintf(&b, "%d,%s", k, strconv.FormatFloat(times[r], 'g', -1, 64))
			for _, v := range x[r*s.Dim : (r+1)*s.Dim] {
				b.WriteString("," + strconv.FormatFloat(v, 'g', -1, 64))
			}
			b.WriteString("\n")
		}
	}
	if err := os.WriteFile(path, []byte(b.String()), 0o666); err != nil {
		t.Fatal(err)
	}
}

func processorSeconds(t *testing.T) float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}
