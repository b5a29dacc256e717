package main

import (
	"fmt"
	"math"
	"os"
	"strings"
	"time"

	"hnn/data"
	"hnn/data/file"
	"hnn/fit/lagrange"
	"hnn/fit/law"
	"hnn/fit/linear"
)

func main() {
	path := os.Args[1]
	angles := os.Args[2]
	var o file.ReadOptions
	for _, a := range os.Args[3:] {
		k, v, _ := strings.Cut(a, "=")
		switch k {
		case "q":
			o.Columns.Q = strings.Split(v, ",")
		case "p":
			o.Columns.P = strings.Split(v, ",")
		case "trial":
			o.Columns.Trial = v
		case "t":
			o.Columns.Time = v
		case "u":
			o.Columns.Input = strings.Split(v, ",")
		}
	}
	s, m, err := file.Read(path, o)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Printf("%d rows %d trials dim %d names %v only %v\n", s.Rows(), s.Trials(), s.Dim, s.Names, s.PositionsOnly)
	_ = m
	n := s.Dim / 2
	if s.PositionsOnly {
		n = s.Dim
	}
	marks := make([]bool, n)
	for i := range marks {
		marks[i] = angles == "all" || strings.Contains(angles, fmt.Sprint(i))
	}
	train, test := s, s
	if k := s.Trials(); k > 1 {
		c := k - max(1, k/5)
		train, test = s.SliceTrials(0, c), s.SliceTrials(c, k)
	} else {
		c := s.Rows() * 4 / 5
		train, test = s.Slice(0, c), s.Slice(c, s.Rows())
	}
	_ = test
	from := time.Now()
	if !s.PositionsOnly {
		f, r, err := linear.Fit(train, linear.Options{})
		fmt.Println("linear", err, time.Since(from))
		if err == nil {
			fmt.Printf("  relative %.2e converged %v\n", r.Relative, r.Converged)
			if mech, err := linear.Split(f, r.Relative/10); err == nil {
				fmt.Printf("  M %.5g K %.5g R %.4g G %.4g scales %d\n", mech.M, mech.K, mech.R, mech.G, mech.Scales)
			} else {
				fmt.Println(" ", err)
			}
		}
	}
	from = time.Now()
	l, lr, err := lagrange.Fit(train, lagrange.Options{Angles: marks})
	fmt.Println("lagrange", err, time.Since(from))
	if err == nil {
		fmt.Printf("  held-out %.2e over %.3g, noise %.3g %.3g, half %d, terms %d/%d\n%s", lr.Error, lr.Horizon, lr.PositionNoise, lr.VelocityNoise, lr.Half, lr.Terms, lr.Candidates, l.Text(names(s, n), 5))
		from = time.Now()
		_, p := lagrange.Polish(l, train, lr)
		fmt.Printf("  polish %v: cost %.3g -> %.3g window %d\n%s", time.Since(from), p.Before, p.After, p.Window, l.Text(names(s, n), 5))
	}
	if !s.PositionsOnly {
		from = time.Now()
		f, r, err := law.Fit(train, law.Options{Angles: append(append([]bool(nil), marks...), make([]bool, n)...)})
		fmt.Println("law", err, time.Since(from))
		if err == nil {
			fmt.Printf("  held-out %.2e over %.3g degree %d terms %d\n%s", r.Error, r.Horizon, r.Degree, r.Terms, f.Text(s.Names, s.InputNames, 4))
		}
	}
	_ = math.Pi
	_ = data.Set{}
}

func names(s *data.Set, n int) []string {
	if s.Names != nil {
		return s.Names[:n]
	}
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("q%d", i+1)
	}
	return out
}
