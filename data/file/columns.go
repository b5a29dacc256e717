package file

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"hnn/internal/shell"
)

// Columns names the columns of a table, or the arrays of an NPZ file, and what they
// hold. What is left empty is recognised by its usual name: t or time; trial,
// episode, run or id; q, x, y, z, theta, angle, o and the like, numbered or not, for
// positions; p, v, w, omega for momenta; dq, dq/dt, q_dot, qdot for the derivative of
// a column q; u, input, control, force, torque, voltage, tau, f for inputs. A column is named as the file names it, or by its number from 1.
type Columns struct {
	Time  string   `key:"time,omitempty" help:"column of the times, by name or number; recognised: t, time" json:"time"`
	Trial string   `key:"trial,omitempty" help:"column that tells trials apart; recognised: trial, episode, run, id" json:"trial,omitempty"`
	Q     []string `key:"q,omitempty,common" help:"columns of the positions; recognised: q, x, theta, angle, o and the like" json:"q"`
	P     []string `key:"p,omitempty,common" help:"columns of the momenta, one a position; recognised: p, v, omega, w and the like" json:"p"`
	// V are velocities, in place of momenta: what P is, said to be the positions' rates whatever the names; NoInput alone says that
	// there are positions alone.
	V []string `key:"v,omitempty,common" help:"columns of the velocities, one a position, in place of momenta; none leaves them out" json:"v,omitempty"`
	// X are the columns of a system of first order, any number, instead of positions and momenta.
	X  []string `key:"x,omitempty,common" help:"columns of a state that is not positions and momenta, as of a population or a rigid body: any number" json:"x,omitempty"`
	DQ []string `key:"dq,omitempty" help:"columns of the positions' derivatives; recognised: dq, q_dot, dq/dt" json:"dq,omitempty"`
	DP []string `key:"dp,omitempty" help:"columns of the momenta's derivatives; recognised: dp, p_dot, dp/dt" json:"dp,omitempty"`
	// Input are what acts on the system from outside; NoInput alone says that nothing does.
	Input []string `key:"input,omitempty" help:"columns of what acts on the system from outside, or none; recognised: u, input, control, force, torque, voltage, drive, forcing, tau, f, and in a file with none of these volts, current, pwm, command and the like" json:"input,omitempty"`
	// Step is the time from row to row in seconds, for a file without times; 0 where it has
	// them, or says its rate.
	Step float64 `key:"dt,omitempty" help:"time from row to row in seconds, for a file without times" json:"dt,omitempty"`
	// Integrate makes the positions of a file that has only their rates.
	Integrate bool `key:"integrate,omitempty" help:"take the integral of rates, as of a gyroscope, for the positions of a file that has none" json:"integrate,omitempty"`
}

// NoInput is the name that stands for no input.
const NoInput = "none"

// roles are indices into the columns of a file. Only time and q are always there.
type roles struct {
	time, trial  int // -1 where there is none
	q, p, dq, dp []int
	input        []int
	// velocities says that p are velocities by their names, taken for momenta.
	velocities bool
	// first says that q are columns of any kind: see Columns.X.
	first bool
	notes []string
}

// columnError is what is wrong with the columns and what to do.
type columnError struct{ problem, advice string }

func (e *columnError) Error() string { return e.problem + ": " + e.advice }

// resolver finds the roles of columns.
type resolver struct {
	names  []string       // as in the file
	plain  []string       // in lower case, without units
	order  []int32        // the columns that have names, by these
	folded map[string]int // the first column of each plain name that is not its name
	used   []bool
}

// resolve finds out what columns of the given names hold.
func (c *Columns) resolve(names []string) (*roles, error) {
	r := &resolver{names: names, plain: make([]string, 0, len(names)), order: make([]int32, 0, len(names)), folded: map[string]int{}, used: make([]bool, len(names))}
	places := byPlace(names)
	for i, name := range names {
		plain, ok := places[i]
		if !ok {
			plain = plainName(name)
		}
		if plain == name {
			plain = name // the same memory
		}
		r.plain = append(r.plain, plain)
		if name == "" {
			continue
		}
		r.order = append(r.order, int32(i))
		if _, ok := r.folded[plain]; !ok && plain != name {
			r.folded[plain] = i
		}
	}
	slices.SortStableFunc(r.order, func(a, b int32) int { return strings.Compare(names[a], names[b]) })
	twice := int32(math.MaxInt32) // the first column that has the name of one before
	for k := 1; k < len(r.order); k++ {
		if names[r.order[k]] == names[r.order[k-1]] {
			twice = min(twice, r.order[k])
		}
	}
	if twice < math.MaxInt32 {
		return nil, &columnError{fmt.Sprintf("the header names the column %s twice", excerpt(names[twice])), "give every column a name of its own"}
	}
	out := &roles{time: -1, trial: -1, first: c.X != nil}
	var err error
	input := c.Input
	if _, ok := r.exact(NoInput); !ok && len(input) == 1 && input[0] == NoInput {
		input = nil
	}
	// What the user names is taken first, so that nothing else claims it.
	for _, given := range []struct {
		names []string
		into  *[]int
	}{{c.Q, &out.q}, {c.P, &out.p}, {c.DQ, &out.dq}, {c.DP, &out.dp}, {input, &out.input}} {
		for _, name := range given.names {
			i, err := r.named(name)
			if err != nil {
				return nil, err
			}
			*given.into = append(*given.into, i)
		}
	}
	if out.time, err = r.one("time", c.Time, timeName); err != nil {
		return nil, err
	}
	if out.time < 0 {
		if out.time, err = r.one("time", "", unitOfTime); err != nil {
			return nil, err
		}
	}
	if out.trial, err = r.one("trial", c.Trial, trialName); err != nil {
		return nil, err
	}
	return out, r.states(c, out)
}

// exact returns the column of a name.
func (r *resolver) exact(name string) (int, bool) {
	k, ok := slices.BinarySearchFunc(r.order, name, func(i int32, name string) int { return strings.Compare(r.names[i], name) })
	if !ok {
		return 0, false
	}
	return int(r.order[k]), true
}

// byPlain returns the first column of a plain name.
func (r *resolver) byPlain(plain string) (int, bool) {
	i, ok := r.folded[plain]
	if j, found := r.exact(plain); found && r.plain[j] == plain && (!ok || j < i) {
		return j, true
	}
	return i, ok
}

// named returns the column that the user names.
func (r *resolver) named(name string) (int, error) {
	i, ok := r.exact(name)
	if !ok {
		i, ok = r.byPlain(plainName(name))
	}
	if n, err := strconv.Atoi(name); !ok && err == nil && n >= 1 && n <= len(r.names) {
		i, ok = n-1, true
	}
	if !ok {
		return 0, &columnError{fmt.Sprintf("there is no column %s: the file has %s", excerpt(name), excerptList(r.names)), "name columns that it has"}
	}
	r.used[i] = true
	return i, nil
}

// one returns the only column of a kind, or -1.
func (r *resolver) one(flag, given string, usual *regexp.Regexp) (int, error) {
	if given != "" {
		return r.named(given)
	}
	var found []int
	for i, name := range r.plain {
		if !r.used[i] && usual.MatchString(name) {
			found = append(found, i)
		}
	}
	switch len(found) {
	case 0:
		return -1, nil
	case 1:
		r.used[found[0]] = true
		return found[0], nil
	}
	return -1, &columnError{fmt.Sprintf("several columns may be the %s: %s", flag, r.list(found)),
		fmt.Sprintf("name the one that is, as in --%s %s", flag, r.names[found[0]])}
}

// states finds positions, momenta and derivatives.
func (r *resolver) states(c *Columns, out *roles) error {
	derivative := r.derivatives()
	isDerivative := make([]bool, len(r.names))
	for _, d := range derivative {
		isDerivative[d] = true
	}
	free := func(i int) bool { return !r.used[i] && !isDerivative[i] && r.names[i] != "" }
	var q, p, unknown []int
	for i, name := range r.plain {
		switch {
		case !free(i):
		case momentumName.MatchString(name):
			p = append(p, i)
		case positionName.MatchString(name):
			q = append(q, i)
		case inputName.MatchString(name):
			if c.Input == nil {
				out.input = append(out.input, i)
			}
		default:
			unknown = append(unknown, i)
		}
	}
	if c.Q == nil && len(q) == 0 && r.isField(out.input, p, derivative) {
		q, out.input = out.input, nil
	}
	if conjugate := r.conjugates(q); c.P == nil && len(p) == 0 && conjugate != nil {
		p, unknown = conjugate, slices.DeleteFunc(unknown, func(i int) bool { return slices.Contains(conjugate, i) })
	}
	if c.Input == nil && len(out.input) == 0 {
		perhaps := perhapsInput(r.names)
		acts := func(i int) bool { _, ok := derivative[i]; return !ok && perhaps(r.names[i]) }
		for _, i := range unknown {
			if acts(i) {
				out.input = append(out.input, i)
			}
		}
		unknown = slices.DeleteFunc(unknown, acts)
	}
	if c.Q == nil {
		out.q = q
		has := func(i int) bool { _, ok := derivative[i]; return ok }
		if without := func(i int) bool { return !has(i) }; c.P == nil && len(p) == 0 && len(q) > 0 && !slices.ContainsFunc(q, without) && slices.ContainsFunc(unknown, has) {
			// Beside theta and theta_dot, r and r_dot are a position and its velocity.
			out.q, unknown = append(out.q, slices.DeleteFunc(slices.Clone(unknown), without)...), slices.DeleteFunc(unknown, has)
			slices.Sort(out.q)
		}
	}
	if len(out.q) == 0 {
		return &columnError{"no column is recognised as a position: the file has " + excerptList(r.names),
			"name the positions and the momenta, as in --q angle --p rate" + firstOrder(r.namesOf(r.unknowns(unknown, p)))}
	}
	if c.P == nil {
		out.p = p
		if len(p) == 0 {
			if err := r.velocities(c, out, derivative, unknown); err != nil {
				return err
			}
		}
	}
	if len(out.p) > 0 && len(out.p) != len(out.q) {
		return &columnError{fmt.Sprintf("%d columns may be positions, %s, and %d momenta, %s", len(out.q), r.list(out.q), len(out.p), r.list(out.p)),
			"a state has as many momenta as positions: name the columns, as in --q q1,q2 --p p1,p2"}
	}
	if c.Q == nil && c.P == nil {
		r.byNumber(out)
	}
	if c.P == nil || c.Q == nil {
		r.pair(out)
	}
	if !out.velocities && len(out.p) > 0 {
		out.velocities = true
		for i, p := range out.p {
			named := velocityName.MatchString(r.plain[p]) || slices.Contains(derivativeNames(r.plain[out.q[i]]), r.plain[p])
			out.velocities = out.velocities && named
		}
	}
	if err := r.derived(c, out, derivative); err != nil {
		return err
	}
	return r.once(out)
}

// velocities takes the derivatives of the positions for the momenta that a file does
// not have. Where it has columns of unknown names instead, it cannot be told whether
// they are momenta.
func (r *resolver) velocities(c *Columns, out *roles, derivative map[int]int, unknown []int) error {
	if c.DQ != nil {
		out.p, out.dq = out.dq, nil
	} else {
		for _, q := range out.q {
			if d, ok := derivative[q]; ok {
				out.p = append(out.p, d)
			}
		}
		if len(out.p) < len(out.q) {
			out.p = nil
		}
	}
	switch {
	case out.p != nil:
		out.velocities = true
		out.notes = append(out.notes, fmt.Sprintf("there are no momenta: the velocities %s are taken for them, as of unit masses", r.list(out.p)))
	case c.Q == nil && len(unknown) > 0 && len(unknown) == len(out.q):
		return &columnError{fmt.Sprintf("no column is recognised as a momentum or velocity of %s, and %s may be", r.list(out.q), r.list(unknown)),
			fmt.Sprintf("name them, as in --p %s, or only the positions with --q %s if they are not", r.join(unknown), r.join(out.q))}
	}
	return nil
}

// derivatives returns the column that is the derivative of each column that has one.
func (r *resolver) derivatives() map[int]int {
	of := make(map[int]int)
	for i, name := range r.plain {
		if name == "" {
			continue
		}
		for _, d := range derivativeNames(name) {
			if j, ok := r.byPlain(d); ok && j != i && !r.used[j] {
				of[i] = j
				break
			}
		}
	}
	return of
}

// derived fills in the derivatives of the states by their names.
func (r *resolver) derived(c *Columns, out *roles, derivative map[int]int) error {
	find := func(states []int) (found []int) {
		for _, i := range states {
			if d, ok := derivative[i]; ok {
				found = append(found, d)
			}
		}
		return found
	}
	if c.DP == nil {
		out.dp = find(out.p)
	}
	if out.dq == nil && (c.DQ == nil || len(c.DQ) > 0) {
		found := find(out.q)
		switch {
		case len(out.p) > 0 && len(found) == len(out.p) && slices.Equal(found, out.p):
			// The velocities that are the momenta are the positions' derivatives too.
			if len(out.dp) == len(out.p) {
				out.dq = out.p
			}
		case len(found) == 0 && out.velocities && len(out.dp) == len(out.p) && len(out.dp) > 0:
			out.dq = out.p
			out.notes = append(out.notes, fmt.Sprintf("the derivatives of %s are the velocities %s", r.list(out.q), r.list(out.p)))
		default:
			out.dq = found
		}
	}
	if len(out.p) == 0 && len(out.dp) > 0 {
		return &columnError{fmt.Sprintf("%s are derivatives of momenta that the file does not have", r.list(out.dp)), "name the momenta, as in --p v"}
	}
	have, want := len(out.dq)+len(out.dp), len(out.q)+len(out.p)
	if have > 0 && (len(out.dq) != len(out.q) || len(out.dp) != len(out.p)) {
		return &columnError{fmt.Sprintf("%d of the %d states have a derivative column: %s", have, want, r.list(append(slices.Clone(out.dq), out.dp...))),
			"give a derivative column for every state, or for none; --dq and --dp name them, --q and --p the states"}
	}
	return nil
}

// once refuses a column that is to be two things. Only velocities may be momenta and
// derivatives of the positions.
func (r *resolver) once(out *roles) error {
	as := make([]string, len(r.names))
	claim := func(role string, columns ...int) error {
		for _, i := range columns {
			if i < 0 {
				continue
			}
			if other := as[i]; other != "" && !(other == "p" && role == "dq") {
				return &columnError{fmt.Sprintf("the column %s is to be %s and %s", excerpt(r.names[i]), other, role), "name it once"}
			}
			as[i] = role
		}
		return nil
	}
	for _, c := range []struct {
		role    string
		columns []int
	}{{"time", []int{out.time}}, {"q", out.q}, {"p", out.p}, {"dq", out.dq}, {"dp", out.dp}, {"input", out.input}} {
		if err := claim(c.role, c.columns...); err != nil {
			return err
		}
	}
	if out.trial >= 0 {
		return claim("trial", out.trial)
	}
	return nil
}

// pair orders the momenta as the positions are, where the names say which belong
// together: q2 and p2, y and vy, phi and p_phi. Otherwise both keep their order.
func (r *resolver) pair(out *roles) {
	n := len(out.q)
	momenta := make(map[string]int, n)
	for _, i := range out.p {
		m := momentumName.FindStringSubmatch(r.plain[i])
		if m == nil {
			return
		}
		momenta[joined(m[2])] = i
	}
	if len(momenta) != n || n == 0 {
		return
	}
	for _, key := range []func(m []string) string{
		func(m []string) string { return m[2] },
		func(m []string) string {
			if strings.Contains("xyz", m[1]) {
				return m[0]
			}
			return m[2]
		},
		func(m []string) string { return m[0] },
	} {
		var p []int
		for _, i := range out.q {
			m := positionName.FindStringSubmatch(r.plain[i])
			if m == nil {
				return
			}
			if j, ok := momenta[joined(key(m))]; ok && !slices.Contains(p, j) {
				p = append(p, j)
			}
		}
		if len(p) == n {
			out.p = p
			return
		}
	}
}

func (r *resolver) namesOf(columns []int) []string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = r.names[c]
	}
	return names
}

func (r *resolver) list(columns []int) string { return excerptList(r.namesOf(columns)) }

func (r *resolver) join(columns []int) string { return strings.Join(r.namesOf(columns), ",") }

// unknowns are the unknown columns with those called velocities that are in volts or amperes, and are none, in the file's order.
func (r *resolver) unknowns(unknown, velocities []int) []int {
	for _, i := range velocities {
		if _, unit := unitOfName(r.names[i]); electrical[unit] {
			unknown = append(unknown, i)
		}
	}
	slices.Sort(unknown)
	return unknown
}

// firstOrder is the advice for several columns that are the state of a first-order system, as those of prey and predators.
func firstOrder(columns []string) string {
	if len(columns) == 0 || len(columns) > 8 {
		return ""
	}
	return "; or, if they are the state of a first-order system, which has no momenta, --x " + shell.Quote(strings.Join(columns, ","))
}

// excerptList quotes the first names of a list for an error message.
func excerptList(names []string) string {
	const most = 12
	quoted := make([]string, 0, most+1)
	for i, name := range names {
		if i == most {
			quoted = append(quoted, fmt.Sprintf("and %d more", len(names)-most))
			break
		}
		quoted = append(quoted, excerpt(name))
	}
	return strings.Join(quoted, ", ")
}

// numbered are the names of columns that have none: their numbers from 1.
func numbered(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = strconv.Itoa(i + 1)
	}
	return names
}

// assume names what n columns without names hold, unless the user does, and says so:
// a time, or a trial's number and a time, then the positions and as many momenta.
// rows are the first of the table.
func (c *Columns) assume(n int, rows [][]float64) (notes []string, err error) {
	if c.Time != "" && c.Q != nil {
		return nil, nil
	}
	if c.Time != "" || c.Trial != "" || c.Q != nil || c.P != nil || c.DQ != nil || c.DP != nil || c.Input != nil {
		return nil, &columnError{"the columns have no names, and not all are named",
			"name the time and the positions at least, by their numbers from 1, as in --time 1 --q 2 --p 3"}
	}
	names, first := numbered(n), 0
	if n%2 == 0 && n > 2 {
		if !trialFirst(rows) {
			return nil, &columnError{fmt.Sprintf("the columns have no names, and %d of them are no time with positions and as many momenta", n),
				"name the columns in the file, as in \"t,q,p\", or by their numbers, as in --time 1 --q 2 --p 3, with --dt 0.01 where the rows have no times"}
		}
		c.Trial, first = "1", 1
	}
	states := names[first+1:]
	if len(states) == 0 {
		return nil, &columnError{"there is one column: a time and positions are needed",
			"check the separator, which may be a comma, a semicolon, a tab or blanks"}
	}
	c.Time, c.Q = names[first], states
	assumed := strings.Join(c.Q, ", ") + " for positions without momenta"
	if len(states)%2 == 0 {
		c.Q, c.P = states[:len(states)/2], states[len(states)/2:]
		assumed = strings.Join(c.Q, ", ") + " for positions, " + strings.Join(c.P, ", ") + " for momenta"
	}
	if first == 1 {
		assumed = "column 1 is taken for the trial, 2 for the time, " + assumed
	} else {
		assumed = "column 1 is taken for the time, " + assumed
	}
	return []string{"the columns have no names: " + assumed}, nil
}

// trialFirst reports whether the first column looks like a trial's number and the
// second like the time within it: whole numbers that stay or rise while the other
// rises or starts over.
func trialFirst(rows [][]float64) bool {
	for i, row := range rows {
		if row[0] != math.Trunc(row[0]) {
			return false
		}
		if i > 0 && (row[0] < rows[i-1][0] || row[0] == rows[i-1][0] && row[1] <= rows[i-1][1]) {
			return false
		}
	}
	return true
}
