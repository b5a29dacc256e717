package experiment

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"hnn/internal/shell"
	"hnn/report"
)

// Report puts finished runs, those of one task side by side, on a page, with their
// results, figures and configurations. command is the command line that asks for it.
// The data are drawn or read again, for the figures: where that is no longer possible,
// as of a file that has gone, the page says so instead.
func (e *Env) Report(ctx context.Context, dirs []string, command string) (*report.Page, error) {
	page := &report.Page{Title: "Hamiltonian neural networks: " + plural(len(dirs), "run"), Command: command}
	var others []string
	for _, dir := range dirs {
		if !IsParticles(dir) {
			others = append(others, dir)
			continue
		}
		s, err := e.particleSection(ctx, dir)
		if err != nil {
			return nil, err
		}
		page.Sections = append(page.Sections, s)
	}
	if len(others) == 0 {
		return page, nil
	}
	runs, err := e.OpenAll(others)
	if err != nil {
		return nil, err
	}
	page.Title = "Hamiltonian neural networks: " + plural(len(page.Sections)+len(runs), "run")
	for _, r := range runs {
		if r.Results, err = ReadResults(r.Dir); err != nil {
			return nil, fmt.Errorf("%s: its results cannot be read: %w; measure the run again with: hnn train --resume %s", r.Dir, err, shell.Quote(r.Dir))
		}
	}
	for _, task := range byKey(runs, func(r *Run) string { return r.Config.Task + "\t" + r.Config.Data + r.Config.Frames }) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		s, err := e.section(task)
		if err != nil {
			return nil, err
		}
		page.Sections = append(page.Sections, s)
	}
	return page, nil
}

// filmLimit is the most bytes of a film that a page takes in.
const filmLimit = 8 << 20

func plural(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

func (e *Env) section(runs []*Run) (report.Section, error) {
	s := report.Section{Title: runs[0].Config.heading()}
	figures := e.addFigures(&s, runs) // reads the data, whose rows the summary counts
	if figures != nil {
		s.Notes = append(s.Notes, "No figures: "+figures.Error())
	}
	s.Summary = e.summary(runs)
	for _, t := range followed(runs) {
		s.Tables = append(s.Tables, t.onPage(runs))
	}
	losses := results(runs)
	if s.Tables != nil {
		losses.Title = "Losses"
	}
	s.Tables = append(s.Tables, losses)
	for _, r := range runs {
		sheet, err := r.sheet()
		if err != nil {
			return s, err
		}
		s.Runs = append(s.Runs, sheet)
	}
	return s, nil
}

// onPage is the table on a page, its rows in the colours of the runs' kinds.
func (c *captioned) onPage(runs []*Run) report.Table {
	t := report.Table{Title: strings.ToUpper(c.title[:1]) + strings.TrimSuffix(c.title[1:], ":"), Header: c.cells[0], Numbers: 1, Below: c.below}
	for _, cells := range c.cells[1:] {
		row := report.TableRow{Cells: cells}
		for _, kind := range byKind(runs) {
			if modelName(kind) == cells[0] {
				row.Role, _ = kind[0].look()
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// results is the table of losses and energies, with a row for each setting that runs were made with.
func results(runs []*Run) report.Table {
	t := report.Table{Numbers: 1}
	cells := [][]string{pageHeader(runs)}
	kinds := map[string]int{}
	settings := byKey(runs, settingsKey)
	for _, same := range settings {
		kinds[kindKey(same[0])]++
	}
	for _, same := range settings {
		role, _ := same[0].look()
		row := pageRow(same)
		if kinds[kindKey(same[0])] > 1 { // of one kind, trained in two ways
			row[0] += ": " + filepath.Base(same[0].Dir)
		}
		cells = append(cells, row)
		t.Rows = append(t.Rows, report.TableRow{Role: role})
	}
	cells = withValues(cells)
	t.Header = cells[0]
	for i := range t.Rows {
		t.Rows[i].Cells = cells[1+i]
	}
	if slices.ContainsFunc(runs, func(r *Run) bool { return r.Results.EnergyMSE != nil }) {
		t.Below = append(t.Below, paperFootnote)
	}
	return t
}

// pageHeader and pageRow are the header and the rows of a page's table: those of the
// program's but for the task, and of runs on pictures their own measures too.
func pageHeader(runs []*Run) []string {
	cells := tableHeader()[1:]
	if runs[0].Config.Pixels() {
		for _, m := range pictureMeasures(runs[0]) {
			cells = append(cells, m.name)
		}
		cells = append(cells, "amplitude kept")
	}
	return cells
}

func pageRow(same []*Run) []string {
	cells := tableRow(same)[1:]
	if same[0].Config.Pixels() {
		for _, m := range pictureMeasures(same[0]) {
			cells = append(cells, spread(same, m.of))
		}
		kept := values(same, pixelMeasure(func(p *PixelResults) Number { return p.AmplitudeKept }))
		cells = append(cells, percent(median(kept)))
	}
	return cells
}

type pictureMeasure struct {
	name string
	of   func(*Results) Number
}

// pictureMeasures are the errors of pixels that a run on pictures has: over all frames of a
// rollout only where they are more than the first.
func pictureMeasures(r *Run) []pictureMeasure {
	ms := []pictureMeasure{{"reconstruction", pixelMeasure(func(p *PixelResults) Number { return p.Reconstruction })}}
	add := func(frames int, of func(*PixelResults) Number) {
		ms = append(ms, pictureMeasure{fmt.Sprintf("pixel MSE, %d frames", frames), pixelMeasure(of)})
	}
	p := r.Results.Pixels
	if p == nil {
		return ms
	}
	add(min(energyFrames, p.Frames), func(p *PixelResults) Number { return p.PixelMSE })
	if p.Frames > energyFrames {
		add(p.Frames, func(p *PixelResults) Number { return p.LongPixelMSE })
	}
	return ms
}

// percent is a share for a reader, as scientific is a number.
func percent(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "-"
	}
	return fmt.Sprintf("%.1f%%", 100*v)
}

// settingsKey is the same for runs that differ by their seed alone.
func settingsKey(r *Run) string {
	c := r.Config
	c.Seed = 0
	var text strings.Builder
	if err := c.Write(&text); err != nil {
		return r.Dir
	}
	return text.String()
}

// addFigures adds those of the first run's seed.
func (e *Env) addFigures(s *report.Section, runs []*Run) error {
	seed := runs[0].Config.Seed
	var shown []*Run
	kinds := map[string]bool{}
	for _, r := range runs {
		// Of two runs of one kind and seed the first is shown: their lines would have one colour.
		if kind := kindKey(r); r.Config.Seed == seed && !kinds[kind] {
			kinds[kind] = true
			shown = append(shown, r)
		}
	}
	for _, r := range shown {
		var err error
		if r.data, err = e.load(&r.Config); err != nil {
			return err
		}
		if r.Config.Bands > 0 {
			if err := e.Sure(context.Background(), r); err != nil && !errors.Is(err, errNoBand) {
				e.log("%s: no bands in the figures: %v", r.Dir, err)
			}
		}
	}
	pictures, err := pictures(shown)
	if err != nil {
		return err
	}
	if shown[0].data.films != nil {
		film, err := drawFilm(shown)
		if err != nil {
			return err
		}
		if len(film) > filmLimit {
			s.Notes = append(s.Notes, fmt.Sprintf("The film has %.0f MB, too many for this page; it is %s.", float64(len(film))/1e6, filepath.Join(shown[0].Dir, figuresFolder, filmFile)))
		} else {
			s.Films = append(s.Films, report.Animation{GIF: film, Caption: "A held-out film and each model's rollout from its first observation, decoded; of an HNN also with energy added halfway."})
		}
	}
	if len(shown) < len(runs) {
		var names []string
		for _, r := range shown {
			names = append(names, filepath.Base(r.Dir))
		}
		s.Notes = append(s.Notes, "The figures show "+strings.Join(names, ", ")+".")
	}
	for _, p := range pictures {
		s.Figures = append(s.Figures, report.Captioned{Figure: p.figure, Caption: p.caption})
	}
	return nil
}

// sheet is what a reader needs to repeat the run.
func (r *Run) sheet() (report.Sheet, error) {
	var config strings.Builder
	if err := r.Config.Write(&config); err != nil {
		return report.Sheet{}, err
	}
	res := r.Results
	s := report.Sheet{
		Name:   filepath.Base(r.Dir),
		Repeat: "hnn train --config " + shell.Quote(filepath.Join(r.Dir, configFile)),
		Config: config.String(),
		Facts: [][2]string{
			{"parameters", fmt.Sprint(res.Parameters)},
			{"training loss", scientific(float64(res.TrainLoss.Mean))},
			{"test loss", scientific(float64(res.TestLoss.Mean)) + " ± " + scientific(float64(res.TestLoss.SEM))},
		},
	}
	fact := func(name string, v Number) {
		if text := scientific(float64(v)); text != "-" {
			s.Facts = append(s.Facts, [2]string{name, text})
		}
	}
	for _, m := range measures {
		if m.fact != "" {
			fact(m.fact, m.of(res))
		}
	}
	if p := res.Pixels; p != nil {
		for _, m := range pictureMeasures(r) {
			fact(m.name, m.of(res))
		}
		s.Facts = append(s.Facts, [2]string{"amplitude kept", percent(float64(p.AmplitudeKept))})
		fact("angle by the linear map, rms error in rad", p.AngleResidual)
	}
	if res.StepMS > 0 {
		s.Facts = append(s.Facts, [2]string{"time a step", fmt.Sprintf("%.2f ms", res.StepMS)})
	}
	e := res.Engine
	s.Facts = append(s.Facts, [2]string{"computed with", fmt.Sprintf("%s kernels, %s, %s%s", e.Kernel, e.Precision, plural(e.Threads, "thread"), e.platform())})
	return s, nil
}
