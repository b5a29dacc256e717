package report

// series is one quantity of a run over time, up to its first value that is not drawable.
type series struct {
	run  *Run
	t, y []float64
}

func newSeries(r *Run, y []float64) series {
	n := 0
	for n < len(y) && drawable(y[n]) {
		n++
	}
	return series{r, r.T[:n], y[:n]}
}

// timePanel returns a panel with the series over time.
func timePanel(title string, time, quantity Quantity, all []series, y interval) *panel {
	t := emptyInterval()
	for _, s := range all {
		t.add(s.run.T...)
	}
	if t.width() == 0 {
		t = around(t.center(), 0.5)
	}
	p := newPanel(title, textColor, area{t, y}, time.label(), quantity.label(), false)
	for _, s := range all {
		p.plot.Add(line{t: s.t, y: s.y, style: s.run.lineStyle()})
	}
	p.plot.Add(frame{})
	return p
}

// entry returns the series' key, with a word on where it ends or leaves the axes
// of the panel.
func (s series) entry(p *panel) entry {
	label := s.run.Name
	left := -1
	for i, y := range s.y {
		if y < p.plot.Y.Min || y > p.plot.Y.Max {
			left = i
			break
		}
	}
	switch {
	case left >= 0:
		label += " (leaves the axes at t = " + number(s.t[left]) + ")"
	case len(s.y) < len(s.run.T):
		label += " (diverges at t = " + number(s.run.T[len(s.y)]) + ")"
	}
	return lineEntry(label, s.run.lineStyle())
}
