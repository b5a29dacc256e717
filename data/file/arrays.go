package file

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"hnn/data"
)

// arrayColumn is a column of a table that arrays hold.
type arrayColumn struct {
	name   string
	data   []float64
	at     int // of the first row's number in data
	stride int // from row to row
	shared bool
}

// readArrays reads trajectories from NPY or NPZ. The arrays are those of Columns: t of
// shape [T] or [trials, T], any other [T], [T, d] or [trials, T, d]. An array x, states
// or coords that stands alone holds positions and momenta together, dx or its like their
// derivatives. A single array has the time in its first column. Rows of NaN at the end
// of a trial are the padding of trials of different lengths.
func readArrays(kind fileFormat, r *bufio.Reader, file *os.File, name string, o ReadOptions) (*data.Set, *Mapping, error) {
	at, size, err := inMemory(r, file)
	if err != nil {
		return nil, nil, err
	}
	bad := func(problem, advice string) error { return &ParseError{File: name, Problem: problem, Advice: advice} }
	var arrays map[string]Array
	var unread map[string]error
	if kind == formatNPZ {
		if arrays, unread, err = decodeNPZ(at, size, name); err != nil {
			return nil, nil, tooMuch(name, err, bad(strings.TrimPrefix(err.Error(), name+": "), "check that the file is whole"))
		}
	} else {
		a, err := readNPY(fullReader{bufio.NewReader(io.NewSectionReader(at, 0, size))}, uint64(size), newAllowance())
		if err != nil {
			if errors.Is(err, errNotNumbers) {
				problem, advice, _ := strings.Cut(err.Error(), ": ")
				return nil, nil, bad(problem, advice)
			}
			return nil, nil, tooMuch(name, err, bad(err.Error(), "check that the file is whole"))
		}
		arrays = map[string]Array{"": a}
	}
	if len(arrays) == 0 {
		for _, key := range slices.Sorted(maps.Keys(unread)) {
			problem, advice, _ := strings.Cut(unread[key].Error(), ": ")
			return nil, nil, bad(fmt.Sprintf("array %s: %s", excerpt(key), problem), advice)
		}
		return nil, nil, bad("the file holds no arrays", "check how it was written")
	}
	t := &arrayTable{arrays: arrays, unread: unread, roles: &roles{time: -1, trial: -1}}
	if len(arrays) == 1 {
		err = t.single(&o.Columns)
	} else {
		err = t.several(&o.Columns)
	}
	if err == nil {
		err = t.missed()
	}
	if err != nil {
		return nil, nil, fileError(name, 0, t.unreadable(err))
	}
	names := make([]string, len(t.columns))
	for i, c := range t.columns {
		names[i] = c.name
	}
	description := map[bool]string{true: "NPZ", false: "NPY"}[kind == formatNPZ]
	m := newMapping(name, fmt.Sprintf("%s, %d x %d rows", description, t.trials, t.rows), names, t.roles)
	m.Ignored = append(t.ignored, slices.Sorted(maps.Keys(unread))...)
	for _, note := range t.notes {
		m.note("%s", note)
	}
	if t.note != "" {
		m.note("%s", t.note)
	}
	b := newBuilder(m, t.roles, &o)
	b.inRows = true
	if err := t.addRows(b); err != nil {
		return nil, nil, err
	}
	s, err := b.finish()
	if err != nil {
		return nil, nil, err
	}
	return s, m, nil
}

// arrayTable is how arrays make a table of trials x rows.
type arrayTable struct {
	arrays  map[string]Array
	columns []arrayColumn
	roles   *roles
	ignored []string
	// unread are the arrays that hold no numbers, and why they cannot be read; notes say
	// how the axes of others are taken.
	unread       map[string]error
	notes        []string
	trials, rows int
	timeless     bool   // every row is a trial
	note         string // on times that were made
	key          []byte
}

// single takes one array for a table whose first column is the time.
func (t *arrayTable) single(c *Columns) error {
	var a Array
	for _, a = range t.arrays {
	}
	if n := len(a.Shape); n == 2 && a.Shape[0] > 1 && a.Shape[0] < a.Shape[1] && a.Shape[1] > fewRows && rises(a.Data[:a.Shape[1]]) && (a.Shape[0] < fewRows || !rises(columnOf(a, 0))) {
		return &columnError{fmt.Sprintf("the array of shape %v has its times in its first row", a.Shape), "save its transpose, a.T, which has a column for each"}
	}
	if n := len(a.Shape); n != 2 && n != 3 {
		return &columnError{fmt.Sprintf("there is one array, of shape %v", a.Shape), "give a table [T, columns] or [trials, T, columns] with the time in its first column, or arrays t, q and p in an NPZ file"}
	}
	width := a.Shape[len(a.Shape)-1]
	if err := t.layout(a.Shape[:len(a.Shape)-1]); err != nil || width == 0 {
		return emptyArray(a.Shape)
	}
	if width%2 != 0 || width == 2 || len(a.Shape) == 3 { // else the first column may be the trial
		if err := t.timesFirst(a, c); err != nil {
			return err
		}
	}
	var sample [][]float64
	for i := range min(sampleLines, t.trials*t.rows) {
		sample = append(sample, a.Data[i*width:(i+1)*width])
	}
	notes, err := c.assume(width, sample)
	if err != nil {
		return err
	}
	t.add("", a, width)
	names := numbered(width)
	if t.roles, err = c.resolve(names); err != nil {
		return err
	}
	t.roles.notes = append(notes, t.roles.notes...)
	for i := range t.columns {
		t.columns[i].name = names[i]
	}
	return nil
}

// timesFirst is an error if the first column of an array [T, columns] or [trials, T, columns] is no time: it falls within a
// trial, or, where trials may stand below each other, from row to row, as times of no trials do.
func (t *arrayTable) timesFirst(a Array, c *Columns) error {
	if c.Time != "" || c.Step != 0 {
		return nil
	}
	width := a.Shape[len(a.Shape)-1]
	below := len(a.Shape) == 2
	falls, last, fell := 0, 0, false
	for i := 1; i < t.trials*t.rows; i++ {
		falling := i%t.rows != 0 && a.Data[i*width] <= a.Data[(i-1)*width]
		if falling && (fell || !below) {
			falls, last = falls+1, i
		}
		fell = falling
	}
	if falls == 0 || below && falls*2*fewRows <= t.rows {
		return nil
	}
	return &columnError{fmt.Sprintf("the array of shape %v has no times in its first column, which goes from %.6g to %.6g in row %d of trial %d", a.Shape, a.Data[(last-1)*width], a.Data[last*width], last%t.rows+1, last/t.rows+1),
		"give [T, columns] or [trials, T, columns] with the time first, or save the array as x beside t, as in numpy.savez('out.npz', t=t, x=a)"}
}

func emptyArray(shape []int) error {
	return &columnError{fmt.Sprintf("the array of shape %v is empty", shape), "check how the file was written"}
}

// fewRows rise by chance.
const fewRows = 5

func rises(v []float64) bool {
	for i := 1; i < len(v); i++ {
		if !(v[i] > v[i-1]) {
			return false
		}
	}
	return len(v) > 1
}

// columnOf is one of an array of two axes.
func columnOf(a Array, j int) []float64 {
	var v []float64
	for i := j; i < len(a.Data); i += a.Shape[1] {
		v = append(v, a.Data[i])
	}
	return v
}

// layout takes the shape [T] or [trials, T].
func (t *arrayTable) layout(shape []int) error {
	t.trials, t.rows = 1, shape[len(shape)-1]
	if len(shape) == 2 {
		t.trials = shape[0]
	}
	if t.trials == 0 || t.rows == 0 {
		return emptyArray(shape)
	}
	return nil
}

// wholeState are the names of an array that holds positions and momenta.
var wholeState = []string{"x", "state", "states", "coords"}

// several puts a table together from named arrays.
func (t *arrayTable) several(c *Columns) error {
	var names []string
	for name := range t.arrays {
		names = append(names, name)
	}
	slices.Sort(names)
	if err := t.named(c); err != nil {
		return err
	}
	names = t.candidates(c, names)
	whole := -1
	if c.Q == nil && c.P == nil && !slices.ContainsFunc(names, func(n string) bool { return momentumName.MatchString(plainName(n)) }) {
		whole = slices.IndexFunc(names, func(n string) bool { return slices.Contains(wholeState, n) })
		if whole < 0 && c.DQ == nil {
			whole = t.solution(names)
		}
	}
	given := *c
	if whole >= 0 {
		given.Q = names[whole : whole+1]
		if i := slices.Index(names, "d"+names[whole]); i >= 0 && c.DQ == nil {
			given.DQ = names[i : i+1]
		}
	}
	arrays, err := given.resolve(names)
	if err != nil {
		return err
	}
	if arrays.time < 0 {
		if whole >= 0 && given.DQ != nil {
			if err := columnsLast(names[whole], t.arrays[names[whole]], t.arrays[given.DQ[0]]); err != nil {
				return err
			}
		}
		if names, err = t.makeTimes(c.Step, names, arrays, whole >= 0, given.DQ != nil); err != nil {
			return err
		}
	}
	if whole >= 0 && given.DQ != nil {
		// resolve takes a derivative without momenta for these.
		arrays.dq, arrays.p, arrays.notes, arrays.velocities = arrays.p, nil, nil, false
	}
	var states []string
	for _, i := range slices.Concat(arrays.q, arrays.p, arrays.dq, arrays.dp, arrays.input) {
		states = append(states, names[i])
	}
	if t.notes, err = orient(t.arrays, names[arrays.time], states, whole >= 0, c.Q != nil); err != nil {
		return err
	}
	time, first := t.arrays[names[arrays.time]], t.arrays[names[arrays.q[0]]]
	if whole < 0 && c.Q == nil && len(time.Shape) == 1 && len(t.notes) == 0 {
		note, err := trialsFirst(names[arrays.q[0]], first, len(time.Data))
		if err != nil {
			return err
		}
		if note != "" {
			t.notes = append(t.notes, note)
		}
	}
	if err := t.shape(time.Shape, first.Shape); err != nil {
		return err
	}
	used := make([]bool, len(names))
	columns := func(list []int) (out []int, err error) {
		for _, i := range list {
			used[i] = true
			a := t.arrays[names[i]]
			width, ok := t.width(a.Shape)
			if !ok {
				return nil, &columnError{fmt.Sprintf("the array %s has the shape %v, and %s has %v", excerpt(names[i]), a.Shape, excerpt(names[arrays.q[0]]), first.Shape),
					"all arrays must be of the same trials and rows, as [T, d] or [trials, T, d]"}
			}
			for j := range width {
				out = append(out, len(t.columns)+j)
			}
			t.addNamed(names[i], a, width)
		}
		return out, nil
	}
	t.roles = &roles{time: 0, trial: -1, first: arrays.first, velocities: arrays.velocities, notes: arrays.notes}
	used[arrays.time] = true
	t.columns = append(t.columns, arrayColumn{name: names[arrays.time], data: time.Data, stride: 1, shared: len(time.Data) == t.rows})
	if arrays.trial >= 0 {
		if a := t.arrays[names[arrays.trial]]; len(a.Data) == t.rows && t.trials == 1 {
			used[arrays.trial] = true
			t.roles.trial = 1
			t.columns = append(t.columns, arrayColumn{name: names[arrays.trial], data: a.Data, stride: 1})
		}
	}
	for _, part := range []struct {
		from []int
		into *[]int
	}{{arrays.q, &t.roles.q}, {arrays.p, &t.roles.p}, {arrays.dq, &t.roles.dq}, {arrays.dp, &t.roles.dp}, {arrays.input, &t.roles.input}} {
		if *part.into, err = columns(part.from); err != nil {
			return err
		}
	}
	for i, u := range used {
		if !u {
			t.ignored = append(t.ignored, names[i])
		}
	}
	return t.split(whole >= 0, names[arrays.q[0]])
}

// unreadable adds to an error what arrays of the file were not read, since one of them may be what is missed.
func (t *arrayTable) unreadable(err error) error {
	var e *columnError
	if !errors.As(err, &e) || len(t.unread) == 0 {
		return err
	}
	var why []string
	for _, name := range slices.Sorted(maps.Keys(t.unread)) {
		why = append(why, fmt.Sprintf("%s is not read: %v", excerpt(name), t.unread[name]))
	}
	const most = 3
	if len(why) > most {
		why = append(why[:most], fmt.Sprintf("and %d more are not", len(why)-most))
	}
	return &columnError{e.problem, fmt.Sprintf("%s (%s)", e.advice, strings.Join(why, "; "))}
}

// missed is an error if an array that cannot be read has the name of momenta or derivatives and none were found: those would be
// estimated without a word.
func (t *arrayTable) missed() error {
	for _, name := range slices.Sorted(maps.Keys(t.unread)) {
		plain := plainName(name)
		if len(t.roles.p) == 0 && momentumName.MatchString(plain) || len(t.roles.dq)+len(t.roles.dp) == 0 && slices.Contains([]string{"dq", "dp", "dx", "dxdt"}, plain) {
			return &columnError{fmt.Sprintf("the array %s, by its name momenta or derivatives, cannot be read", excerpt(name)), "save it in another type, or leave it out of the file"}
		}
	}
	return nil
}

// named is an error if the user names an array that holds no numbers.
func (t *arrayTable) named(c *Columns) error {
	for _, name := range slices.Concat([]string{c.Time}, c.Q, c.P, c.DQ, c.DP, c.Input) {
		if err := t.unread[name]; err != nil {
			return &columnError{fmt.Sprintf("the array %s", excerpt(name)), err.Error()}
		}
	}
	return nil
}

// candidates leaves out the arrays that cannot belong to the rows of the times, as those of
// parameters and constants, if the user does not name them and others are the states.
func (t *arrayTable) candidates(c *Columns, names []string) []string {
	var times []string
	for _, name := range names {
		if name == c.Time || c.Time == "" && timeName.MatchString(plainName(name)) {
			times = append(times, name)
		}
	}
	if len(times) != 1 {
		return names
	}
	given := slices.Concat([]string{c.Time, c.Trial}, c.Q, c.P, c.DQ, c.DP, c.Input)
	momentum := func(name string) bool { return momentumName.MatchString(plainName(name)) }
	var left []string
	for _, name := range names {
		if slices.Contains(given, name) || fits(t.arrays[name], t.arrays[times[0]]) {
			left = append(left, name)
		}
	}
	// Momenta of another shape are missed, where there are no others.
	complete := slices.ContainsFunc(left, momentum) || slices.ContainsFunc(left, func(n string) bool { return slices.Contains(wholeState, n) })
	if fitting, err := c.resolve(left); err != nil || fitting.time < 0 || !complete && slices.ContainsFunc(names, momentum) {
		return names
	}
	for _, name := range names {
		if !slices.Contains(left, name) {
			t.ignored = append(t.ignored, name)
		}
	}
	return left
}

// solution returns the array that is SciPy's: y of shape [2d, T] beside t, its second half
// the rates of the first; -1 for none.
func (t *arrayTable) solution(names []string) int {
	i, time := slices.Index(names, "y"), t.arrays["t"]
	a := t.arrays["y"]
	if i < 0 || len(time.Shape) != 1 || len(a.Shape) != 2 || a.Shape[0]%2 != 0 || a.Shape[1] != len(time.Data) {
		return -1
	}
	for k, name := range names {
		if k != i && positionName.MatchString(plainName(name)) {
			return -1
		}
	}
	if !halvesFollow(a, time.Data) {
		return -1
	}
	return i
}

// makeTimes makes times for arrays that have none: by the step that is given, or that a
// single number called dt is; or, where every state has its derivative, so that no time is
// needed, rows that are trials of their own. It returns the names with that of the times.
func (t *arrayTable) makeTimes(step float64, names []string, arrays *roles, whole, wholeDerivatives bool) ([]string, error) {
	from := "as given"
	for i, name := range names {
		if a := t.arrays[name]; step == 0 && slices.Contains([]string{"dt", "h", "step", "timestep", "time_step"}, plainName(name)) && len(a.Data) == 1 && a.Data[0] > 0 {
			step, from = a.Data[0], fmt.Sprintf("by the number %s", names[i])
		}
	}
	first := t.arrays[names[arrays.q[0]]]
	rows, shape := 0, first.Shape
	switch len(shape) {
	case 1, 2:
		rows = shape[0]
		if step > 0 && len(shape) == 2 && rows > 1 && shape[1] > fewRows && roughness(first, 0) > 4*roughness(first, 1) {
			rows = shape[1] // which is smooth: orient turns it, or componentsFirst refuses it
		}
	case 3:
		rows = shape[1]
		if step > 0 && whole && shape[2] > 4*max(shape[0], shape[1]) {
			return nil, &columnError{fmt.Sprintf("the state has the shape %v, whose last axis is far longer than the others: it looks like time, and a state is [trials, T, d]", shape),
				"save its transpose, as x.transpose(0, 2, 1) of [trials, d, T], or give an array t of the times"}
		}
	}
	time := Array{Shape: []int{rows}, Data: make([]float64, rows)}
	complete := whole && wholeDerivatives || len(arrays.dq) > 0 && len(arrays.dq) == len(arrays.q) && len(arrays.dp) == len(arrays.p)
	switch {
	case rows == 0 || step == 0 && !complete:
		return nil, &columnError{"no array is the time: the file has " + excerptList(names), "add an array t of the times, or a number dt, the time from row to row; or give that as in --dt 0.01"}
	case step > 0:
		for i := range time.Data {
			time.Data[i] = float64(i) * step
		}
		t.note = fmt.Sprintf("there are no times: %v s from row to row, %s", step, from)
	default:
		t.timeless = true
		t.note = "there are no times: every row is a trial of its own, which its derivatives allow"
	}
	arrays.time = len(names)
	name := "t"
	for slices.Contains(names, name) {
		name += "_"
	}
	t.arrays[name] = time
	return append(names, name), nil
}

// split takes the halves of a whole state for positions and momenta, and checks that
// there are as many of one as of the other, and of derivatives.
func (t *arrayTable) split(whole bool, name string) error {
	r := t.roles
	if whole {
		d := len(r.q)
		if d%2 != 0 {
			return &columnError{fmt.Sprintf("the array %s has %d columns: a state has as many momenta as positions", excerpt(name), d),
				fmt.Sprintf("give an even number of them, or, if they are positions alone, --q %s", name)}
		}
		if len(r.dq) > 0 && len(r.dq) != d {
			return &columnError{fmt.Sprintf("%d derivatives for the %d states of %s", len(r.dq), d, excerpt(name)), "give a derivative for every state, or for none"}
		}
		r.p, r.q = r.q[d/2:], r.q[:d/2]
		if len(r.dq) > 0 {
			r.dp, r.dq = r.dq[d/2:], r.dq[:d/2]
		}
		r.notes = append(r.notes, fmt.Sprintf("the array %s is taken for positions and momenta, halves in this order", excerpt(name)))
		return nil
	}
	if len(r.p) > 0 && len(r.p) != len(r.q) {
		return &columnError{fmt.Sprintf("%d positions and %d momenta", len(r.q), len(r.p)), "a state has as many momenta as positions: name the arrays, as in --q q --p p"}
	}
	if n := len(r.dq) + len(r.dp); n > 0 && (len(r.dq) != len(r.q) || len(r.dp) != len(r.p)) {
		return &columnError{fmt.Sprintf("%d derivatives for %d states", n, len(r.q)+len(r.p)), "give a derivative for every state, or for none"}
	}
	return nil
}

// shape finds the trials and rows from the shapes of the times and of an array of
// states.
func (t *arrayTable) shape(time, states []int) error {
	if len(time) > 1 && time[len(time)-1] == 1 {
		time = time[:len(time)-1] // a column
	}
	switch {
	case len(time) != 1 && len(time) != 2 || len(states) < 1 || len(states) > 3:
		return &columnError{fmt.Sprintf("times of shape %v and states of shape %v", time, states), "give times [T] or [trials, T] and states [T], [T, d] or [trials, T, d]"}
	case len(time) == 2:
		if err := t.layout(time); err != nil {
			return err
		}
	case len(states) == 3 && states[1] == time[0]:
		if err := t.layout(states[:2]); err != nil {
			return err
		}
	case len(states) == 2 && states[0] != time[0] && states[1] == time[0]:
		if err := t.layout(states); err != nil {
			return err
		}
	default:
		if err := t.layout(time); err != nil {
			return err
		}
	}
	if _, ok := t.width(states); !ok {
		return &columnError{fmt.Sprintf("times of shape %v and states of shape %v do not fit each other", time, states), "give times [T] or [trials, T] and states [T], [T, d] or [trials, T, d]"}
	}
	return nil
}

// width returns the number of columns of an array, and whether its shape fits.
func (t *arrayTable) width(shape []int) (int, bool) {
	var rest []int
	switch {
	case len(shape) >= 2 && shape[0] == t.trials && shape[1] == t.rows && (t.trials > 1 || len(shape) == 3):
		rest = shape[2:]
	case len(shape) >= 1 && t.trials == 1 && shape[0] == t.rows:
		rest = shape[1:]
	default:
		return 0, false
	}
	switch {
	case len(rest) == 0:
		return 1, true
	case len(rest) == 1 && rest[0] > 0:
		return rest[0], true
	}
	return 0, false
}

// add appends the columns of an array, addNamed with its name and their numbers.
func (t *arrayTable) add(name string, a Array, width int) {
	for j := range width {
		t.columns = append(t.columns, arrayColumn{name: name, data: a.Data, at: j, stride: width})
	}
}

func (t *arrayTable) addNamed(name string, a Array, width int) {
	from := len(t.columns)
	t.add(name, a, width)
	if width > 1 {
		for j := range width {
			t.columns[from+j].name = name + strconv.Itoa(j+1)
		}
	}
}

// addRows feeds the rows to b, trial by trial.
func (t *arrayTable) addRows(b *builder) error {
	padding := 0
	var key []byte
	for trial := range t.trials {
		key = strconv.AppendInt(key[:0], int64(trial), 10)
		rows := t.rows
		for rows > 0 && t.padding(b, trial, rows-1) {
			rows--
		}
		padding += t.rows - rows
		for i := range rows {
			if err := t.addRow(b, trial, i, key); err != nil {
				if err := b.bad(err); err != nil {
					return err
				}
			}
		}
	}
	if padding > 0 {
		b.mapping.note("%d rows of NaN at the ends of trials are taken for padding", padding)
	}
	return nil
}

func (t *arrayTable) value(column, trial, row int) float64 {
	c := t.columns[column]
	if c.shared {
		return c.data[row]
	}
	return c.data[c.at+(trial*t.rows+row)*c.stride]
}

// padding reports whether all states of a row are NaN.
func (t *arrayTable) padding(b *builder, trial, row int) bool {
	for column, dest := range b.dest {
		if dest > 0 && !math.IsNaN(t.value(column, trial, row)) {
			return false
		}
	}
	return true
}

func (t *arrayTable) addRow(b *builder, trial, row int, key []byte) *ParseError {
	line := trial*t.rows + row + 1
	for column, dest := range b.dest {
		if dest < 0 {
			continue
		}
		v := t.value(column, trial, row)
		if !finite(v) {
			return b.notFinite(line, column, v)
		}
		b.values[dest] = v
	}
	if b.roles.trial >= 0 {
		t.key = strconv.AppendFloat(t.key[:0], t.value(b.roles.trial, trial, row), 'g', -1, 64)
		key = t.key
	}
	if t.timeless {
		t.key = strconv.AppendInt(t.key[:0], int64(line), 10)
		key = t.key
	}
	return b.add(line, key)
}
