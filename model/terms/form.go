package terms

import (
	"encoding/json"
	"errors"
	"fmt"

	"hnn/model"
	"hnn/model/expr"
)

// The kinds of a field that is a sum of terms: sparse ones of any library, and linear ones.
const (
	KindSparse = "baseline-sparse"
	KindLinear = "linear"
)

// Of is the field that a form is made of, nil for another.
func Of(f *model.Form[float64]) *Field {
	t, _ := f.Source.(*Field)
	return t
}

// ModelForm is the model of a kind that moves by the field. It has no energy.
func (f *Field) ModelForm(kind string) *model.Form[float64] {
	count := 0
	for i := range len(f.C) + len(f.B) {
		if *f.Coefficient(i) != 0 {
			count++
		}
	}
	return model.Whole(&model.Field{
		Kind: kind, Parameters: count, Dim: f.Dim, Inputs: f.Inputs,
		One: func() func(t float64, x, u, dx []float64) {
			m := f.NewMotion(nil)
			return func(_ float64, x, u, dx []float64) { m.Rate(x, u, dx, nil, nil) }
		},
		Jacobian: func() func(x, u, a []float64) {
			m, dx := f.NewMotion(nil), make([]float64, f.Dim)
			return func(x, u, a []float64) { m.Rate(x, u, dx, a, nil) }
		},
	}, f)
}

// Spec is a field as it is kept in a file, its coefficients apart: (C, B).
type Spec struct {
	Kind     string    `json:"kind"`
	Dim      int       `json:"dim"`
	Inputs   int       `json:"inputs,omitempty"`
	Features []Feature `json:"features"`
}

// Spec is what a file says of the field of a kind.
func (f *Field) Spec(kind string) Spec { return Spec{kind, f.Dim, f.Inputs, f.Library.Features} }

// Read makes the field of a file from its architecture (JSON, see Spec) and its coefficients, which are finite:
// coefficients returns size of them. Read returns the kind too. It is an error if they do not fit.
func Read(architecture []byte, coefficients func(size int) ([]float64, error)) (*Field, string, error) {
	var s Spec
	if err := json.Unmarshal(architecture, &s); err != nil {
		return nil, "", err
	}
	if s.Dim < 1 || s.Dim > 1000 || s.Inputs < 0 || s.Inputs > 1000 || len(s.Features) > 100_000 {
		return nil, "", fmt.Errorf("a field of %d columns, %d inputs and %d features", s.Dim, s.Inputs, len(s.Features))
	}
	library := &Library{N: s.Dim, Features: s.Features, Constant: -1}
	if err := library.Validate(); err != nil {
		return nil, "", err
	}
	k := len(s.Features)
	c, err := coefficients(s.Dim * (k + s.Inputs))
	if err != nil {
		return nil, "", err
	}
	return &Field{Dim: s.Dim, Inputs: s.Inputs, Library: library, C: c[:s.Dim*k], B: c[s.Dim*k:]}, s.Kind, nil
}

// Validate reports features that are not of the library's components.
func (l *Library) Validate() error {
	for i := range l.Features {
		f := &l.Features[i]
		if f.Own != nil {
			*f = NewOwn(l.N, f.Own.Value)
			continue
		}
		if len(f.Wave) != l.N || len(f.Powers) != l.N {
			return errors.New("a feature of other components than the library's")
		}
		for _, p := range f.Powers {
			if p < 0 || p > 100 {
				return fmt.Errorf("a power of %d", p)
			}
		}
	}
	return nil
}

// feature is a Feature in a file: an own function is its text, in variables x0, x1 and so on.
type feature struct {
	Wave   []int  `json:"wave,omitempty"`
	Sine   bool   `json:"sine,omitempty"`
	Powers []int  `json:"powers,omitempty"`
	Own    string `json:"own,omitempty"`
}

// MarshalJSON writes the feature.
func (f Feature) MarshalJSON() ([]byte, error) {
	if f.Own != nil {
		return json.Marshal(feature{Own: f.Own.Value.Write(expr.Text, nil, 0)})
	}
	return json.Marshal(feature{Wave: f.Wave, Sine: f.Sine, Powers: f.Powers})
}

// UnmarshalJSON is the inverse of MarshalJSON; an own function has its derivatives after Library.Validate.
func (f *Feature) UnmarshalJSON(text []byte) error {
	var s feature
	if err := json.Unmarshal(text, &s); err != nil {
		return err
	}
	*f = Feature{Wave: s.Wave, Sine: s.Sine, Powers: s.Powers}
	if s.Own != "" {
		names := make([]string, 64)
		for i := range names {
			names[i] = fmt.Sprintf("x%d", i)
		}
		e, err := expr.Parse(s.Own, names)
		if err != nil {
			return err
		}
		f.Own = &Own{Value: e}
	}
	return nil
}
