package report

import (
	"math"
	"strings"
	"testing"
)

// A band is named in the legend with the time from which nothing is known, and drawn as two fills: what is known and what is not.
func TestBand(t *testing.T) {
	r := Run{Role: HNN, Name: "HNN"}
	b := &Band{Level: 0.9}
	for i := range 50 {
		s := 0.1 * float64(i)
		x := []float64{math.Cos(s), math.Sin(s), 0}
		r.T, r.X = append(r.T, s), append(r.X, x)
		b.Lo, b.Hi = append(b.Lo, []float64{x[0] - 0.1*s, x[1] - 0.1, 0}), append(b.Hi, []float64{x[0] + 0.1*s, x[1] + 0.1, 0})
		b.Outside = append(b.Outside, i >= 30)
	}
	task := Task{Title: "a task", Coordinates: []Quantity{{Name: "x"}, {Name: "y"}, {Name: "z"}}, Time: Quantity{Name: "t"}, Energy: Quantity{Name: "H"}, Truth: r, Models: []Run{r}}
	fills := func() (int, string) {
		f, err := Coordinates(task)
		if err != nil {
			t.Fatal(err)
		}
		var text strings.Builder
		if err := f.WriteSVG(&text); err != nil {
			t.Fatal(err)
		}
		svg := text.String()
		return strings.Count(svg, "fill-opacity"), svg
	}
	without, _ := fills()
	task.Models[0].Band = b
	with, svg := fills()
	if with < without+4 || !strings.Contains(svg, "90% band (from t = 3 outside the data)") {
		t.Errorf("%d fills with the band, %d without; legend: %v", with, without, strings.Contains(svg, "90% band"))
	}
}
