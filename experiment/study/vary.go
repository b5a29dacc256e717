package study

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"regexp"
	"strconv"

	"go.yaml.in/yaml/v3"

	"hnn/experiment"
	"hnn/experiment/setting"
	"hnn/internal/stream"
)

// Varied is a setting that varies: over the values of a list or range, or by a distribution.
type Varied struct {
	Key          string
	Values       []*yaml.Node
	Distribution *Distribution
}

// Distribution is uniform between two bounds, of the logarithm with Log, of whole numbers
// with Int (both bounds among them).
type Distribution struct {
	Min, Max float64
	Log, Int bool
}

// At is the value of the distribution's quantile u, at least 0 and less than 1.
func (d *Distribution) At(u float64) float64 {
	low, high := d.Min, d.Max
	if d.Int {
		low, high = low-0.5, high+0.5
	}
	v := low + u*(high-low)
	if d.Log {
		if d.Int {
			low = math.Max(low, 0.5)
		}
		v = low * math.Exp(u*math.Log(high/low))
	}
	if d.Int {
		v = math.Round(v)
	}
	return math.Min(math.Max(v, d.Min), d.Max)
}

// round leaves of a value the digits that a reader wants to see.
func (d *Distribution) round(v float64) float64 {
	short, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 4, 64), 64)
	if err != nil || d.Int {
		return v
	}
	return math.Min(math.Max(short, d.Min), d.Max)
}

func number(v float64, whole bool) *yaml.Node {
	if whole {
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: strconv.FormatFloat(v, 'f', 0, 64)}
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!float", Value: strconv.FormatFloat(v, 'g', -1, 64)}
}

// draws are values of what has a distribution, once for each trial, independent of each other.
func (s *Study) draws() [][]keyed {
	rng := stream.New(s.Seed, "study")
	all := make([][]keyed, s.Trials)
	for i := range all {
		for _, v := range s.Varied {
			if d := v.Distribution; d != nil {
				all[i] = append(all[i], keyed{v.Key, number(d.round(d.At(rng.Float64())), d.Int)})
			}
		}
	}
	return all
}

var wholeRange = regexp.MustCompile(`^(\d+)-(\d+)$`)

func (s *Study) readVaried(mapping *yaml.Node) error {
	if mapping == nil {
		return nil
	}
	if err := setting.Check(experiment.Settings(), mapping); err != nil {
		return err
	}
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		key, node := mapping.Content[i], mapping.Content[i+1]
		v, err := readVaried(lookup(experiment.Settings(), key.Value), node)
		if err != nil {
			return fmt.Errorf("line %d: vary %s: %w", node.Line, key.Value, err)
		}
		s.Varied = append(s.Varied, v)
	}
	return nil
}

func readVaried(of *setting.Setting, node *yaml.Node) (Varied, error) {
	v := Varied{Key: of.Key}
	switch node.Kind {
	case yaml.SequenceNode:
		v.Values = node.Content
		if len(v.Values) == 0 {
			return v, errors.New("an empty list")
		}
		return v, nil
	case yaml.MappingNode:
		return v, v.readMapping(of, node)
	}
	m := wholeRange.FindStringSubmatch(node.Value)
	if m == nil {
		return v, errors.New("give a list as [1e-3, 3e-3], whole numbers as 0-4, a range as {from: 1, to: 3, step: 0.5} or a distribution as {min: 1e-4, max: 1e-2, log: true}")
	}
	from, err := strconv.Atoi(m[1])
	to, err2 := strconv.Atoi(m[2])
	if err := errors.Join(err, err2); err != nil || to < from || to-from >= maxTrials {
		return v, fmt.Errorf("%s is no range of whole numbers, as 0-4", node.Value)
	}
	for n := from; n <= to; n++ {
		v.Values = append(v.Values, number(float64(n), true))
	}
	return v, nil
}

// readMapping reads a range or a distribution.
func (v *Varied) readMapping(of *setting.Setting, node *yaml.Node) error {
	type bounds struct {
		From *float64 `key:"from"`
		To   *float64 `key:"to"`
		Step float64  `key:"step"`
		Min  *float64 `key:"min"`
		Max  *float64 `key:"max"`
		Log  bool     `key:"log"`
	}
	var r bounds
	all := setting.Must[bounds]()
	if err := setting.Check(all, node); err != nil {
		return err
	}
	if err := setting.Decode(all, &r, node); err != nil {
		return err
	}
	kind := reflect.TypeOf(of.Value(new(experiment.Config))).Kind()
	whole := kind == reflect.Int || kind == reflect.Uint64
	if !whole && kind != reflect.Float64 {
		return errors.New("it is no number: give a list of values")
	}
	finite := func(p *float64) bool { return p != nil && !math.IsNaN(*p) && !math.IsInf(*p, 0) }
	integral := func(x float64) bool { return x == math.Trunc(x) }
	switch {
	case finite(r.Min) && finite(r.Max) && r.From == nil && r.To == nil && r.Step == 0:
		d := &Distribution{*r.Min, *r.Max, r.Log, whole}
		switch {
		case !(d.Min < d.Max):
			return fmt.Errorf("min %v is not below max %v", d.Min, d.Max)
		case d.Log && d.Min <= 0:
			return fmt.Errorf("min %v: with log it is above 0", d.Min)
		case whole && !(integral(d.Min) && integral(d.Max)):
			return errors.New("it is a whole number: give whole bounds")
		}
		v.Distribution = d
	case finite(r.From) && finite(r.To) && r.Min == nil && r.Max == nil && !r.Log:
		if r.Step == 0 && whole {
			r.Step = 1
		}
		n := math.Floor((*r.To-*r.From)/r.Step + 1e-9)
		switch {
		case !(r.Step > 0) || !(n >= 0) || n >= maxTrials:
			return fmt.Errorf("from %v to %v by steps of %v: give a positive step and a from that is not above to", *r.From, *r.To, r.Step)
		case whole && !(integral(*r.From) && integral(r.Step)):
			return errors.New("it is a whole number: give a whole from and step")
		}
		for i := range int(n) + 1 {
			v.Values = append(v.Values, number(*r.From+float64(i)*r.Step, whole))
		}
	default:
		return errors.New("give a range by from, to and step, or a distribution by min, max and, where it is one of the logarithm, log")
	}
	return nil
}
