//go:build unix

package file

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"
)

// cpu is the time that the process has computed for.
func cpu() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// Reading takes a time in proportion to the text: of four times the text, far less than the sixteen
// times that a square would take.
func TestTableTime(t *testing.T) {
	if testing.Short() {
		t.Skip("reads tables of megabytes, several times")
	}
	names := func(n int) string {
		var b strings.Builder
		b.WriteString("t")
		for i := range n {
			fmt.Fprintf(&b, ";q%d x", i)
		}
		return b.String() + "\n"
	}
	for name, text := range map[string]func(n int) string{
		"rows":             func(n int) string { return "Recorder\n\nt,q,p\n" + numberedRows(20_000*n) },
		"plain rows":       func(n int) string { return "t,q,p\n" + numberedRows(20_000*n) },
		"rows of no table": func(n int) string { return strings.Repeat("a,b 1;2\n1,2,c\n;;3\n", 10_000*n) },
		"junk behind": func(n int) string {
			return "Recorder\n\nt,q,p\n" + numberedRows(10) + strings.Repeat("1,2\n", 40_000*n)
		},
		"blocks": func(n int) string { return strings.Repeat("Run\nt;theta;omega\n"+numberedBlock, 1000*n) },
		"columns": func(n int) string {
			return "Recorder\n\n" + names(800*n) + strings.Repeat(strings.Repeat("1.5;", 800*n)+"2\n", 8)
		},
		"quotes": func(n int) string { return "t,q,p\n" + strings.Repeat("\"1\",\"2\n", 20_000*n) },
		"a preamble": func(n int) string {
			return strings.Repeat("key: 1, other: 2\n", 3000) + "\nt,q,p\n" + numberedRows(5000*n)
		},
		"names in lines": func(n int) string { return strings.Repeat("Channel,Angle,Rate\n", 20_000*n) + "1,2,3\n2,3,4\n" },
	} {
		least := [2]time.Duration{1 << 60, 1 << 60}
		for i, text := range []string{text(1), text(4)} {
			for range 3 {
				begin := cpu()
				Decode(strings.NewReader(text), name, ReadOptions{SkipBadRows: true})
				least[i] = min(least[i], cpu()-begin)
			}
		}
		if least[1] > 10*least[0]+50*time.Millisecond {
			t.Errorf("%s: %v, and %v for four times as much", name, least[0], least[1])
		}
		t.Logf("%s: %v, and %v for four times as much", name, least[0], least[1])
	}
}

const numberedBlock = "0.00;0.1;0.2\n0.02;0.2;0.3\n0.04;0.3;0.1\n0.06;0.4;0.5\n"
