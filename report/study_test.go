package report

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hnn/internal/stream"
)

// scales are those of so many runs, of which the result is best at a rate of 1e-3.
func scales(runs int) (time, result Scale, settings []Scale) {
	rng := stream.New(0, "scales")
	rate, width, kind := Scale{Name: "learning-rate", Log: true}, Scale{Name: "hidden"}, Scale{Name: "activation", Labels: []string{"tanh", "sin", "gelu"}}
	time, result = Scale{Name: "seconds", Log: true}, Scale{Name: "strict.energy_mse.median", Log: true}
	for range runs {
		r, w, k := math.Pow(10, -4+2*rng.Float64()), float64(20+rng.IntN(200)), float64(rng.IntN(3))
		rate.Values, width.Values, kind.Values = append(rate.Values, r), append(width.Values, w), append(kind.Values, k)
		time.Values = append(time.Values, w/40*(1+0.2*rng.Float64()))
		result.Values = append(result.Values, math.Exp(math.Pow(math.Log(r/1e-3), 2)-w/60+rng.NormFloat64()/3)*1e-4)
	}
	result.Values[0] = math.NaN()
	return time, result, []Scale{rate, width, kind}
}

// The figures of a study are drawn, and name what they show.
func TestStudyFigures(t *testing.T) {
	time, result, settings := scales(60)
	for name, make := range map[string]func() (*Figure, error){
		"settings": func() (*Figure, error) { return Settings("study: settings", result, settings) },
		"parallel": func() (*Figure, error) { return Parallel("study: parallel coordinates", result, settings) },
		"pareto":   func() (*Figure, error) { return Pareto("study: accuracy and time", time, result) },
	} {
		f, err := make()
		if err != nil {
			t.Fatal(err)
		}
		var svg bytes.Buffer
		if err := f.WriteSVG(&svg); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(svg.String(), "strict.energy_mse.median") {
			t.Errorf("%s does not name the result", name)
		}
		if dir := os.Getenv("HNN_FIGURES"); dir != "" {
			var png bytes.Buffer
			if err := f.WritePNG(&png, 144); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, name+".png"), png.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	short := Scale{Name: "short", Values: []float64{1}}
	if _, err := Settings("", result, []Scale{short}); err == nil {
		t.Error("values of fewer runs are drawn")
	}
}

// The front has the runs that none beats in both: the same ones as by comparing all pairs.
func TestParetoFront(t *testing.T) {
	rng := stream.New(1, "front")
	for _, large := range []bool{false, true} {
		time, result := make([]float64, 80), make([]float64, 80)
		for i := range time {
			time[i], result[i] = float64(rng.IntN(20)), float64(rng.IntN(20))
		}
		result[3] = math.NaN()
		var want []float64
		for i := range time {
			beaten := math.IsNaN(result[i])
			for j := range time {
				better, equal := result[j] < result[i], result[j] == result[i]
				if large {
					better = result[j] > result[i]
				}
				beaten = beaten || time[j] <= time[i] && better || time[j] < time[i] && equal
			}
			if !beaten && !slices.Contains(want, time[i]) {
				want = append(want, time[i])
			}
		}
		slices.Sort(want)
		var got []float64
		for _, i := range paretoFront(time, result, large) {
			got = append(got, time[i])
		}
		if !slices.Equal(got, want) {
			t.Errorf("large %v: times of the front %v, want %v", large, got, want)
		}
	}
}
