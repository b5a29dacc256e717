package report_test

import (
	"bytes"
	"fmt"
	"log"
	"math"

	"hnn/report"
)

// The true spring beside a model that loses energy: data, fields, motions and energies in
// one figure.
func ExamplePhasePlane() {
	run := func(role report.Role, name string, decay float64) report.Run {
		r := report.Run{Role: role, Name: name,
			Field: func(x, dx []float64) { dx[0], dx[1] = 2*x[1]-decay*x[0], -2*x[0]-decay*x[1] }}
		for i := range 100 {
			t := float64(i) / 10
			q, p := math.Exp(-decay*t)*math.Cos(2*t), -math.Exp(-decay*t)*math.Sin(2*t)
			r.T, r.X, r.E = append(r.T, t), append(r.X, []float64{q, p}), append(r.E, q*q+p*p)
		}
		return r
	}
	truth := run(report.Truth, "truth", 0)
	figure, err := report.PhasePlane(report.Task{
		Title:       "Spring",
		Coordinates: []report.Quantity{{Name: "q"}, {Name: "p"}},
		Time:        report.Quantity{Name: "t"},
		Energy:      report.Quantity{Name: "H"},
		Truth:       truth,
		Models:      []report.Run{run(report.Baseline, "baseline", 0.05)},
	}, report.Samples{X: truth.X})
	if err != nil {
		log.Fatal(err)
	}
	var svg bytes.Buffer
	if err := figure.WriteSVG(&svg); err != nil {
		log.Fatal(err)
	}
	fmt.Println(bytes.Contains(svg.Bytes(), []byte("baseline")))
	// Output: true
}

// A page of one table. A section takes figures, films and configurations as well.
func ExamplePage() {
	page := report.Page{
		Title:   "Spring",
		Command: "hnn report runs/*",
		Sections: []report.Section{{
			Title: "Spring",
			Tables: []report.Table{{
				Header:  []string{"model", "test loss"},
				Numbers: 1,
				Rows: []report.TableRow{
					{Role: report.Baseline, Cells: []string{"baseline", "3.82e-2"}},
					{Role: report.HNN, Cells: []string{"HNN", "3.77e-2"}},
				},
			}},
		}},
	}
	var html bytes.Buffer
	if err := page.Write(&html); err != nil {
		log.Fatal(err)
	}
	fmt.Println(bytes.Contains(html.Bytes(), []byte("3.77e-2")), bytes.Contains(html.Bytes(), []byte("<script")))
	// Output: true false
}
