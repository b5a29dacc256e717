package experiment

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hnn/model/network"
)

// Columns that look like positions are read as a state of first order where that follows the rows and positions do not; positions of a
// motion of second order stay what they are.
func TestReading(t *testing.T) {
	withoutShort(t)
	type field func(x, dx []float64)
	write := func(header string, f field, starts [][]float64, show int) string {
		var b strings.Builder
		b.WriteString("trial,t," + header + "\n")
		for k, start := range starts {
			x, dx := append([]float64(nil), start...), make([]float64, len(start))
			for i := range 120 {
				fmt.Fprintf(&b, "%d,%.3f", k, 0.05*float64(i))
				for _, v := range x[:show] {
					fmt.Fprintf(&b, ",%.9g", v)
				}
				b.WriteString("\n")
				for range 50 { // midpoint steps of 1 ms
					f(x, dx)
					half := make([]float64, len(x))
					for j := range x {
						half[j] = x[j] + 0.0005*dx[j]
					}
					f(half, dx)
					for j := range x {
						x[j] += 0.001 * dx[j]
					}
				}
			}
		}
		path := filepath.Join(t.TempDir(), "rows.csv")
		if err := os.WriteFile(path, []byte(b.String()), 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	var starts [][]float64
	for k := range 10 {
		s, c := math.Sincos(2.4 * float64(k))
		starts = append(starts, []float64{1.5 + s, 2 + c, 0.3 * s, 0.2 * c})
	}
	two := make([][]float64, len(starts))
	for i, s := range starts {
		two[i] = s[:2]
	}
	for _, c := range []struct {
		name, header, given string
		f                   field
		starts              [][]float64
		show                int
	}{
		{"Brusselator", "X,Y", "x", func(x, dx []float64) { dx[0], dx[1] = 1+x[0]*x[0]*x[1]-4*x[0], 3*x[0]-x[0]*x[0]*x[1] }, two, 2},
		{"two springs", "x,y", "", func(x, dx []float64) { dx[0], dx[1], dx[2], dx[3] = x[2], x[3], -2*x[0], -5*x[1]-x[1]*x[1]*x[1] }, starts, 2},
	} {
		cfg := mustDefault(t, "data").Tuned()
		cfg.Data, cfg.Figures = write(c.header, c.f, c.starts, c.show), false
		var said string
		env := &Env{Log: func(format string, args ...any) { said += fmt.Sprintf(format, args...) + "\n" }}
		asked, err := env.read(t.Context(), cfg, Asked{Models: []string{network.KindHNN}, Trainers: []string{string(ClosedForm)}, Settings: cfg})
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if given := strings.Join(asked.Given, " "); given != c.given || (c.given != "") != strings.Contains(said, "are read as") {
			t.Errorf("%s: given is %q, want %q\n%s", c.name, given, c.given, said)
		}
		// What the user names is not asked again.
		named := Asked{Given: []string{"q"}, Settings: cfg}
		if asked, err = env.read(t.Context(), cfg, named); err != nil || len(asked.Given) != 1 {
			t.Errorf("%s: columns that are named: %v, %v", c.name, asked.Given, err)
		}
	}
}
