package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"hnn/experiment"
	"hnn/fit"
	"hnn/internal/printable"
)

// display shows messages and the progress of trainings on standard error: a bar on
// a terminal, a line now and then elsewhere or where bars is cleared, since several
// trainings go on side by side.
type display struct {
	w     io.Writer
	bars  bool
	quiet bool
	mu    sync.Mutex
	bar   *progressbar.ProgressBar // the one on the screen
	line  bool                     // transient has written one
	// studied is when study has last written a line.
	studied time.Time
}

func newDisplay(w io.Writer, quiet bool) *display {
	f, ok := w.(*os.File)
	return &display{w: w, bars: ok && term.IsTerminal(int(f.Fd())), quiet: quiet}
}

func (d *display) log(format string, args ...any) {
	if d.quiet {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.bar != nil {
		_ = d.bar.Clear() // only the look of the screen depends on it
	}
	d.clear()
	for i, a := range args {
		if name, ok := a.(string); ok {
			args[i] = printable.Name(name)
		}
	}
	fmt.Fprintln(d.w, printable.Text(fmt.Sprintf(format, args...)))
}

// barFrom is the size of a file, in bytes, whose reading takes long enough for a bar.
const barFrom = 16 << 20

// reading shows how much of a data file has been read.
func (d *display) reading(file string, read, total int64) {
	if d.quiet || !d.bars || read < barFrom && total < barFrom {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.width() < barWidth {
		d.transient(fmt.Sprintf("read %d MB of %s", read>>20, printable.Name(filepath.Base(file))))
		if read == total {
			d.clear()
		}
		return
	}
	if d.bar == nil {
		if total <= 0 {
			total = -1 // a bar without an end
		}
		d.bar = progressbar.NewOptions64(total,
			progressbar.OptionSetWriter(d.w), progressbar.OptionSetDescription("reading "+printable.Name(filepath.Base(file))),
			progressbar.OptionShowBytes(true), progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionFullWidth(), progressbar.OptionClearOnFinish())
	}
	_ = d.bar.Set64(read) // only the look of the screen depends on it
	if read == total {
		_ = d.bar.Finish()
		d.bar = nil
	}
}

// rolling shows how far a rollout has come, from the time on at which it is a long one; nil shows nothing.
func (d *display) rolling() func(share float64) {
	if d.quiet {
		return nil
	}
	start := time.Now()
	last := start
	return func(share float64) {
		if now := time.Now(); now.Sub(last) >= lineEvery && share > 0 && share < 1 {
			last = now
			left := time.Duration(float64(now.Sub(start)) * (1 - share) / share)
			if !d.bars {
				d.log("%.0f%% of the time, %s left", 100*share, left.Round(time.Second))
				return
			}
			d.mu.Lock()
			defer d.mu.Unlock()
			d.transient(fmt.Sprintf("%3.0f%% of the time, %s left", 100*share, left.Round(time.Second)))
		}
	}
}

// rolled ends what rolling shows.
func (d *display) rolled() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.clear()
}

// transient shows a line that the next one replaces, cut to the width of the terminal: one that goes on in the next row
// could not be replaced.
func (d *display) transient(text string) {
	d.line = true
	fmt.Fprintf(d.w, "\r%s\x1b[K", cut(text, d.width()-1))
}

// clear takes away the line that transient has shown.
func (d *display) clear() {
	if d.line {
		d.line = false
		fmt.Fprint(d.w, "\r\x1b[K")
	}
}

// width is that of the terminal, 80 where it cannot be known.
func (d *display) width() int {
	if f, ok := d.w.(*os.File); ok {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
			return width
		}
	}
	return 80
}

// barWidth is the width of the narrowest terminal that has room for a bar beside the counts.
const barWidth = 80

// cut is the first part of a text, of at most so many characters.
func cut(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:max(most, 0)])
	}
	return text
}

// lineEvery is the time between two lines of progress where there is no bar.
const lineEvery = 5 * time.Second

func (d *display) meter(run string, steps int) experiment.Meter {
	switch {
	case d.quiet:
		return silent{}
	case !d.bars:
		return &lines{d: d, run: run, steps: steps, last: time.Now(), start: time.Now()}
	case d.width() < barWidth:
		return &narrowMeter{lines{d: d, run: run, steps: steps, start: time.Now()}}
	}
	bar := progressbar.NewOptions(steps,
		progressbar.OptionSetWriter(d.w), progressbar.OptionSetDescription(run),
		progressbar.OptionShowIts(), progressbar.OptionSetItsString("steps"),
		progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionFullWidth(),
		progressbar.OptionSetPredictTime(true))
	d.mu.Lock()
	d.bar = bar
	d.mu.Unlock()
	return &barMeter{d: d, bar: bar, run: run}
}

type silent struct{}

func (silent) Step(fit.Record) {}
func (silent) Done()           {}

type barMeter struct {
	d    *display
	bar  *progressbar.ProgressBar
	run  string
	test float64
	next time.Time
}

func (m *barMeter) Step(r fit.Record) {
	if r.Tested {
		m.test = r.Test
	}
	// Drawing costs more than a small step: ten times a second is enough.
	if now := time.Now(); now.After(m.next) || r.Tested {
		m.next = now.Add(100 * time.Millisecond)
		// Eighty columns hold the name, one loss, the bar and the counts.
		label := fmt.Sprintf("%s  loss %.2e", m.run, r.Loss)
		if m.test > 0 {
			label = fmt.Sprintf("%s  test %.2e", m.run, m.test)
		}
		m.bar.Describe(label)
		_ = m.bar.Set(r.Step) // only the look of the screen depends on it
	}
}

func (m *barMeter) Done() {
	m.d.mu.Lock()
	defer m.d.mu.Unlock()
	_ = m.bar.Exit()
	fmt.Fprintln(m.d.w)
	m.d.bar = nil
}

type lines struct {
	d           *display
	run         string
	steps       int
	first       int
	start, last time.Time
	record      fit.Record
	test        float64
}

// keep keeps what Done says of the last step.
func (m *lines) keep(r fit.Record) {
	if m.first == 0 {
		m.first = r.Step
	}
	m.record = r
	if r.Tested {
		m.test = r.Test
	}
}

func (m *lines) Step(r fit.Record) {
	m.keep(r)
	if time.Since(m.last) >= lineEvery {
		m.last = time.Now()
		rate := float64(r.Step-m.first+1) / time.Since(m.start).Seconds()
		left := time.Duration(float64(m.steps-r.Step) / rate * float64(time.Second))
		m.d.log("%s: step %d of %d, loss %.3e, %.0f steps/s, %s left", m.run, r.Step, m.steps, r.Loss, rate, left.Round(time.Second))
	}
}

// narrowMeter is one line in a terminal that has no room for a bar.
type narrowMeter struct{ lines }

func (m *narrowMeter) Step(r fit.Record) {
	m.keep(r)
	if now := time.Now(); now.Sub(m.last) >= 100*time.Millisecond {
		m.last = now
		m.d.mu.Lock()
		defer m.d.mu.Unlock()
		// What matters most comes first, where the line is cut.
		m.d.transient(fmt.Sprintf("%3.0f%% loss %.1e %s", 100*float64(r.Step)/float64(m.steps), r.Loss, m.run))
	}
}

func (m *lines) Done() {
	if m.first == 0 {
		return // the run was finished before
	}
	m.d.log("%s: %d steps in %.1f s, loss %.3e, test loss %.3e", m.run, m.record.Step, time.Since(m.start).Seconds(), m.record.Loss, m.test)
}
