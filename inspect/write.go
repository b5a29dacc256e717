package inspect

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
)

// Write writes the report for people.
func (r *Report) Write(w io.Writer) error {
	var b strings.Builder
	line := func(label, format string, args ...any) {
		fmt.Fprintf(&b, "%-12s %s\n", label, fmt.Sprintf(format, args...))
	}
	m := r.Mapping
	line("file", "%s", m.File)
	line("format", "%s", m.Format)
	line("rows", "%s", r.rows())
	line("time", "%s", r.times())
	if m.Trial != "" {
		line("trials", "column %s", m.Trial)
	}
	list := func(label string, names []string, none string) {
		if len(names) > 0 {
			none = strings.Join(names, ", ")
		}
		if none != "" {
			line(label, "%s", none)
		}
	}
	momenta := strings.Join(m.P, ", ")
	if m.Velocities {
		momenta += " (velocities, by their names)"
	}
	list("positions", m.Q, "")
	list("momenta", nil, momenta)
	if len(m.P) == 0 && (len(r.Columns) == 0 || r.Columns[0].Role != anyState) {
		line("momenta", "none: velocities have to be estimated")
	}
	list("derivatives", append(append([]string(nil), m.DQ...), m.DP...), "none")
	list("inputs", m.Input, "")
	list("ignored", m.Ignored, "")
	b.WriteByte('\n')
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "column\trole\tmin\tmax\tmean\tnoise")
	for _, c := range r.Columns {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", c.Name, c.Role, short(c.Min), short(c.Max), short(c.Mean), c.noise())
	}
	t.Flush() // a strings.Builder takes everything
	r.writeFirst(&b)
	sections := []struct {
		title string
		lines []string
	}{{"Assumed", m.Notes}, {"What the numbers look like", r.looks()}, {"Bad rows", r.Bad}, {"Warnings", r.Warnings}, {"hnn train would", r.Train}}
	for _, s := range sections {
		if len(s.lines) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n%s:\n", s.title)
		for _, l := range s.lines {
			fmt.Fprintf(&b, "- %s\n", l)
		}
		if s.title == "Bad rows" && m.BadRows > len(s.lines) {
			fmt.Fprintf(&b, "- and %d more\n", m.BadRows-len(s.lines))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// writeFirst shows the first rows of a file of text: each line as it stands, and below it
// what was understood.
func (r *Report) writeFirst(b *strings.Builder) {
	if len(r.first) == 0 {
		return
	}
	b.WriteString("\nFirst rows, as the file has them and as they are understood:\n")
	for i, understood := range r.first {
		raw := r.Mapping.First[i]
		text := []rune(raw.Text)
		if len(text) > 100 {
			text = append(text[:100], []rune("...")...)
		}
		fmt.Fprintf(b, "  line %d  %s\n      ->  %s\n", raw.Line, strings.Trim(strconv.Quote(string(text)), `"`), understood)
	}
}

func (r *Report) rows() string {
	text := fmt.Sprintf("%d in one trial", r.Rows)
	if r.Trials > 1 {
		text = fmt.Sprintf("%d in %d trials", r.Rows, r.Trials)
		if a, b := r.TrialRows[0], r.TrialRows[2]; a == b {
			text += fmt.Sprintf(" of %d", a)
		} else {
			text += fmt.Sprintf(" of %d to %d (median %d)", a, b, r.TrialRows[1])
		}
	}
	if n := r.Mapping.BadRows; n > 0 {
		text += fmt.Sprintf(", and %d that cannot be read", n)
	}
	return text
}

func (r *Report) times() string {
	t := r.Time
	text := fmt.Sprintf("%s, from %s to %s", r.Mapping.Time, short(t.First), short(t.Last))
	switch {
	case t.MedianStep == 0:
		return text
	case t.Even:
		text += fmt.Sprintf(", even steps of %s", short(t.MedianStep))
	default:
		text += fmt.Sprintf(", steps of %s to %s (median %s)", short(t.LeastStep), short(t.MostStep), short(t.MedianStep))
	}
	if t.Gaps > 0 {
		text += fmt.Sprintf(", %d gaps of %s or more", t.Gaps, short(t.Gap))
	} else {
		text += ", no gaps"
	}
	return text
}

// noise is the noise and its share of the column's range.
func (c *Column) noise() string {
	switch {
	case c.Noise == nil:
		return "-"
	case c.constant():
		return "0"
	}
	share := 100 * *c.Noise / (c.Max - c.Min)
	if share < 0.01 {
		return "none seen"
	}
	return fmt.Sprintf("%.2g (%.2g%% of the range)", *c.Noise, share)
}

// looks are sentences about angles, velocities and energy.
func (r *Report) looks() []string {
	var lines []string
	for _, c := range r.Columns {
		if c.Angle != "" {
			lines = append(lines, fmt.Sprintf("%s looks like an angle: %s", c.Name, c.Angle))
		}
	}
	for _, v := range r.Velocity {
		if v.Same {
			lines = append(lines, fmt.Sprintf("%s looks like the velocity of %s (factor %.3g, agreement %.3f)", v.P, v.Q, v.Mass, v.Agreement))
		}
	}
	switch e := r.Energy; {
	case len(r.Mapping.Input) > 0:
		lines = append(lines, "inputs put energy in and take it out, so whether there is friction cannot be seen; --dissipation linear lets the model find it")
	case e == nil:
		lines = append(lines, "the trials are too short, or do not go to and fro, to see whether energy is conserved")
	case !e.Decays:
		lines = append(lines, fmt.Sprintf("the motion does not die down (from the first quarter of a trial to the last, an energy-like quantity goes to %.2g of itself)", e.Ratio))
	}
	return lines
}

// short writes a number in as many digits as a table needs.
func short(v float64) string { return strconv.FormatFloat(v, 'g', 5, 64) }
