package task

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"sync"

	"hnn/data/draw"
	"hnn/model/expr"
	"hnn/system"
)

// GivenPrefix begins the name of a task whose system is a Hamiltonian that the user wrote: the formula follows.
const GivenPrefix = "H = "

// Given is the name of the task of a Hamiltonian.
func Given(formula string) string { return GivenPrefix + strings.TrimSpace(formula) }

// Slug is a task's name as part of a folder's.
func Slug(name string) string {
	if strings.HasPrefix(name, GivenPrefix) {
		return "formula"
	}
	return name
}

// givenSystem is a system by the formula of its Hamiltonian. A position's momentum is its name with a p before it; that of
// q is p, of q1 it is p1. A position of which H is a periodic function of 2 pi is an angle.
type givenSystem struct {
	name        string
	coordinates []system.Coordinate
	h, gradient *expr.Program
	pool        *sync.Pool // of evaluators: fields are called from several goroutines at once
}

type givenEvaluator struct {
	h, gradient *expr.Program
	out, g      []float64
}

var identifier = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_]*`)

// newGiven reads a Hamiltonian. The error says what of it cannot be read, or which names are no pair.
func newGiven(name string) (*givenSystem, error) {
	text := strings.TrimPrefix(name, GivenPrefix)
	positions, err := pairs(text)
	if err != nil {
		return nil, fmt.Errorf("the Hamiltonian %q: %w", text, err)
	}
	names := slices.Clone(positions)
	for _, q := range positions {
		names = append(names, momentum(q))
	}
	h, err := expr.Parse(text, names)
	if err != nil {
		return nil, fmt.Errorf("the Hamiltonian: %w", err)
	}
	s := &givenSystem{name: name}
	var gradient []*expr.Expr
	for i, n := range names {
		gradient = append(gradient, h.Derivative(i))
		s.coordinates = append(s.coordinates, system.Coordinate{Name: n, Angle: i < len(positions) && periodic(h, i, len(names))})
	}
	s.h, s.gradient = expr.Compile(h), expr.Compile(gradient...)
	s.pool = &sync.Pool{New: func() any {
		return &givenEvaluator{s.h.Clone(), s.gradient.Clone(), make([]float64, 1), make([]float64, len(names))}
	}}
	x := make([]float64, len(names))
	rng := rand.New(rand.NewPCG(1, 1))
	for range 100 {
		s.Sample(rng, x)
		if v := h.Eval(x); math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("the Hamiltonian %q is %v at %s = %.3g, where trajectories would begin; write it so that it is finite there", text, v, strings.Join(names, ", "), x)
		}
	}
	return s, nil
}

// pairs are the positions of a formula, in the order of their names. It is an error if a name has no partner.
func pairs(text string) ([]string, error) {
	var names []string
	for _, n := range identifier.FindAllString(text, -1) {
		if !slices.Contains(names, n) && !slices.Contains(expr.Functions(), n) && n != "pi" && n != "e" && n != "E" {
			names = append(names, n)
		}
	}
	var positions []string
	for _, n := range names {
		if slices.ContainsFunc(names, func(q string) bool { return momentum(q) == n }) {
			continue
		}
		if p := momentum(n); slices.Contains(names, p) {
			positions = append(positions, n)
			continue
		}
		return nil, fmt.Errorf("%q has no partner: a position q goes with the momentum p, q1 with p1, x with px, theta with ptheta, and H depends on both", n)
	}
	if positions == nil {
		return nil, errors.New("it has no variables: positions and momenta, as q and p, or x, y, px and py")
	}
	slices.Sort(positions)
	return positions, nil
}

// momentum is the name of a position's momentum.
func momentum(q string) string {
	if rest, ok := strings.CutPrefix(q, "q"); ok && strings.Trim(rest, "0123456789") == "" {
		return "p" + rest
	}
	return "p" + q
}

// periodic reports whether a turn of variable i changes nothing, at some states.
func periodic(h *expr.Expr, i, d int) bool {
	if !h.Uses(i) {
		return false
	}
	rng := rand.New(rand.NewPCG(2, 3))
	x := make([]float64, d)
	for range 20 {
		for j := range x {
			x[j] = rng.Float64()*2 - 1
		}
		a := h.Eval(x)
		x[i] += 2 * math.Pi
		if b := h.Eval(x); !(math.Abs(a-b) <= 1e-9*(1+math.Abs(a))) {
			return false
		}
	}
	return true
}

func (s *givenSystem) Name() string { return s.name }
func (s *givenSystem) Dim() int     { return len(s.coordinates) }

func (s *givenSystem) Coordinates() []system.Coordinate { return s.coordinates }

func (s *givenSystem) check(x []float64) {
	if len(x) != s.Dim() {
		panic("task: state has the wrong length")
	}
}

func (s *givenSystem) Hamiltonian(x []float64) float64 {
	s.check(x)
	e := s.pool.Get().(*givenEvaluator)
	defer s.pool.Put(e)
	e.h.At(x, e.out)
	return e.out[0]
}

func (s *givenSystem) Field(x, dx []float64) {
	s.check(x)
	s.check(dx)
	e := s.pool.Get().(*givenEvaluator)
	defer s.pool.Put(e)
	e.gradient.At(x, e.g)
	n := len(x) / 2
	for i := range n {
		dx[i], dx[n+i] = e.g[n+i], -e.g[i]
	}
}

// Sample draws lengths and momenta of U(-1, 1) and angles of U(-2, 2).
func (s *givenSystem) Sample(rng *rand.Rand, x []float64) {
	s.check(x)
	for i, c := range s.coordinates {
		most := 1.0
		if c.Angle {
			most = 2
		}
		x[i] = most * (2*rng.Float64() - 1)
	}
}

// givenTask is the row of a Hamiltonian that the user wrote, drawn as the systems that the paper does not treat.
func givenTask(name string) (Task, error) {
	s, err := newGiven(name)
	if err != nil {
		return Task{}, err
	}
	return Task{
		Name: name, Title: name, Label: name, System: s, Training: orbits,
		Draw:        draw.Options{Trajectories: 100, Points: 100, Horizon: 10, TestFraction: 0.2, WholeTrials: true, Tolerance: 1e-10},
		StrictTimes: 5, Picture: Nothing,
	}, nil
}
