package serve

import (
	"context"
	"flag"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

var screenshots = flag.String("screenshots", "", "folder to write pictures of the page to, of each task and size")

// browser opens a tab of a headless browser, and skips the test where there is none.
// The tab's console is checked when the test ends: nothing may complain.
func browser(t *testing.T) context.Context {
	t.Helper()
	if testing.Short() {
		t.Skip("short: no browser")
	}
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "headless-shell"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		t.Skip("no browser: install chromium to run the page's tests")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox)
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	var mu sync.Mutex
	var complaints []string
	listener := chromedp.WithListener(func(event any) {
		mu.Lock()
		defer mu.Unlock()
		switch e := event.(type) {
		case *runtime.EventExceptionThrown:
			d := e.ExceptionDetails
			text := fmt.Sprintf("%s (%s:%d)", d.Text, d.URL, d.LineNumber+1)
			if d.Exception != nil {
				text += " " + d.Exception.Description
			}
			complaints = append(complaints, text)
		case *runtime.EventConsoleAPICalled:
			complaints = append(complaints, fmt.Sprint(e.Type, " ", e.Args))
		case *log.EventEntryAdded:
			complaints = append(complaints, e.Entry.Text+" "+e.Entry.URL)
		}
	})
	ctx, cancel = chromedp.NewContext(ctx, listener)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Skipf("the browser %s does not start: %v", path, err)
	}
	// Not earlier: the end of the first call's context is the browser's.
	ctx, cancel = context.WithTimeout(ctx, 4*time.Minute)
	t.Cleanup(cancel)
	t.Cleanup(func() {
		mu.Lock()
		defer mu.Unlock()
		for _, c := range complaints {
			t.Errorf("the console says: %s", c)
		}
	})
	return ctx
}

// do runs actions in the tab.
func do(t *testing.T, ctx context.Context, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, actions...); err != nil {
		t.Fatal(err)
	}
}

// inPage returns the value of an expression in the page.
func inPage[T any](t *testing.T, ctx context.Context, expression string) T {
	t.Helper()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// until waits for an expression to become true.
func until(t *testing.T, ctx context.Context, expression string) {
	t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		if inPage[bool](t, ctx, expression) {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("never true: %s; the page says %q", expression, inPage[string](t, ctx, "document.querySelector('#values').innerText + document.querySelector('#message').innerText"))
		}
	}
}

// cell is the number in a run's row of the page's table, counted from one.
func cell(run string, column int) string {
	return fmt.Sprintf(`number(document.querySelector('tr[data-run="%s"] td:nth-of-type(%d)').textContent)`, run, column)
}

// reader reads a number as the page writes it for people.
const reader = `window.number = (s) => {
	const plain = s.replaceAll('\u2212', '-').replace(/(?:(.*)\u00b7)?10([\u207b\u2070\u00b9\u00b2\u00b3\u2074-\u2079]+)/,
		(_, m, e) => (m || '1') + 'e' + [...e].map((c) => '-0123456789'['\u207b\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079'.indexOf(c)]).join(''));
	return plain.trim() === '' ? NaN : Number(plain);
}; true`

// served serves the page until the test ends.
func served(t *testing.T, ctx context.Context, s http.Handler) (address string) {
	t.Helper()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	// A page that still asks when the server has gone would complain of it.
	t.Cleanup(func() { do(t, ctx, chromedp.Navigate("about:blank")) })
	return server.URL
}

// open shows the page, as large as given, and waits until it moves.
func open(t *testing.T, ctx context.Context, address string, width, height int64) {
	t.Helper()
	do(t, ctx, chromedp.EmulateViewport(width, height), chromedp.Navigate("about:blank"), chromedp.Navigate(address))
	until(t, ctx, "document.querySelectorAll('#values tbody tr').length > 0")
	inPage[bool](t, ctx, reader)
}

const (
	springBaseline = "spring-baseline"
	springHNN      = "spring-hnn"
)

func TestPage(t *testing.T) {
	ctx := browser(t)
	address := served(t, ctx, newServer(t, Options{}))
	open(t, ctx, address+"/#task=spring&horizon=6", 1280, 900)

	// A click starts the truth, the baseline and the HNN from where it was.
	do(t, ctx, chromedp.MouseClickXY(300, 400))
	until(t, ctx, "document.querySelector('#play').innerText.trim() === 'Pause'")
	x0 := inPage[[]float64](t, ctx, "document.querySelector('#initial').value.split(',').map(Number)")
	if len(x0) != 2 || x0[0] == 0 || x0[1] == 0 {
		t.Fatalf("the click set the state %v", x0)
	}
	runs := []string{"true-spring", springBaseline, springHNN}
	for _, run := range runs {
		until(t, ctx, cell(run, 5)+" > 0.05") // it has left the start
	}
	// The end of the horizon stops the clock; the models have parted from the truth. (The clock
	// alone might still show an end from before the click: it is written ten times a second.)
	until(t, ctx, "document.querySelector('#play').innerText.trim() === 'Play'")
	until(t, ctx, "document.querySelector('#clock').textContent === 't = 6.000'")
	if d := inPage[float64](t, ctx, cell(springBaseline, 4)); !(d > 1e-3) {
		t.Errorf("the baseline is %v from the truth", d)
	}
	if e := inPage[float64](t, ctx, cell("true-spring", 3)); !(e < 1e-7 && e > -1e-7) {
		t.Errorf("the true energy changed by %v", e)
	}

	// Backwards from somewhere every run comes back to its start, at the tolerance of 1e-9.
	do(t, ctx, chromedp.Click("#reset"))
	until(t, ctx, "number(document.querySelector('#clock').textContent.slice(4)) === 0")
	do(t, ctx, chromedp.Click("#play"))
	until(t, ctx, "number(document.querySelector('#clock').textContent.slice(4)) > 2")
	do(t, ctx, chromedp.Click("#reverse"))
	until(t, ctx, "document.querySelector('#message').textContent.startsWith('Back at t = 0')")
	for _, run := range runs {
		if d := inPage[float64](t, ctx, cell(run, 5)); !(d < 1e-6) {
			t.Errorf("%s is back %v from its start", run, d)
		}
	}
	// Nothing is replayed: an integration of its own ends near the start, not on it.
	if d := inPage[float64](t, ctx, cell(springHNN, 5)); d == 0 {
		t.Error("the way back ends exactly on the start")
	}

	// The energy slider moves the initial state along the gradient of the learned H.
	until(t, ctx, "!document.querySelector('#energy').disabled")
	inPage[bool](t, ctx, "const s = document.querySelector('#energy'); s.value = 10; s.dispatchEvent(new Event('input')); true")
	x1 := inPage[[]float64](t, ctx, "document.querySelector('#initial').value.split(',').map(Number)")
	if h0, h1 := x0[0]*x0[0]+x0[1]*x0[1], x1[0]*x1[0]+x1[1]*x1[1]; !(h1 > h0*1.05) {
		t.Errorf("with energy added H went from %v to %v", h0, h1)
	}
	until(t, ctx, cell(springHNN, 5)+" > 0.05")

	// The keyboard does what the buttons do.
	do(t, ctx, chromedp.Evaluate[chromedp.Void]("document.activeElement.blur()"), chromedp.KeyEvent(" "))
	until(t, ctx, "document.querySelector('#play').innerText.trim() === 'Play'")

	// The link restores the view.
	until(t, ctx, "location.hash.includes('x0=')")
	time.Sleep(time.Second) // the address follows in a moment
	link := inPage[string](t, ctx, "location.href")
	open(t, ctx, link, 1280, 900)
	x2 := inPage[[]float64](t, ctx, "document.querySelector('#initial').value.split(',').map(Number)")
	if len(x2) != 2 || x2[0] != x1[0] || x2[1] != x1[1] {
		t.Errorf("the link restores %v, want %v", x2, x1)
	}
}

// Neither a phone nor a wide screen scrolls sideways, in any group.
func TestPageWidths(t *testing.T) {
	ctx := browser(t)
	s := newServer(t, Options{})
	addPushed(t, s)
	address := served(t, ctx, s)
	sizes := []struct {
		name          string
		width, height int64
	}{{"phone", 360, 740}, {"tablet", 820, 1100}, {"desktop", 1440, 900}, {"wide", 2200, 1200}}
	for _, g := range s.api.Groups() {
		for _, size := range sizes {
			for _, scheme := range []string{"light", "dark"} {
				if scheme == "dark" && (size.name == "tablet" || size.name == "wide") {
					continue
				}
				do(t, ctx, chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
					_, err := cdp.Call(ctx, tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
						Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
					return err
				}))
				open(t, ctx, address+"/#task="+g.ID+"&input.u=1.5,2.5", size.width, size.height)
				if over := inPage[float64](t, ctx, "document.documentElement.scrollWidth - innerWidth"); over > 0 {
					t.Errorf("%s, %s: the page is %v pixels wider than the screen", g.ID, size.name, over)
				}
				capture(t, ctx, strings.Join([]string{g.ID, size.name, scheme}, "-"))
			}
		}
	}
}

// capture keeps a screenshot of the whole page, where that is wanted.
func capture(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	if *screenshots == "" {
		return
	}
	time.Sleep(2500 * time.Millisecond) // something has moved by then
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(*screenshots, name+".png"), png, 0o644); err != nil {
		t.Fatal(err)
	}
}

// What the user lets act is what the API is asked for: the rollouts drawn end where it says. A
// mistake is told and changes nothing, the link restores it, and where nothing can act there is
// no control.
func TestPageInput(t *testing.T) {
	ctx := browser(t)
	s := newServer(t, Options{})
	addPushed(t, s)
	address := served(t, ctx, s)
	open(t, ctx, address+"/#task=pushed&horizon=4&x0=1,0&speed=1&runs=pushed-hnn,pushed-baseline,pushed-alone", 1280, 900)

	// ends waits until the rollouts end as the API has them under an input, and returns how far the
	// HNN's ends from where it does without.
	ends := func(input string) float64 {
		t.Helper()
		reached, far := "document.querySelector('#clock').textContent === 't = 4.000'", 0.0
		for _, run := range []string{"pushed-hnn", "pushed-baseline", "pushed-alone"} {
			with := `,"input":` + input
			if run == "pushed-alone" || input == "" {
				with = ""
			}
			path := "/api/v1/runs/" + run + "/simulate"
			x := want[rollouts](t, s, 200, "POST", path, `{"initial":[[1,0]],"times":[0,4]`+with+`}`).States[0][1]
			for k, v := range x {
				// The page writes four digits that count.
				reached += fmt.Sprintf(" && Math.abs(%s - %v) < %v", cell(run, k+1), v, 1e-3*max(1, math.Abs(v)))
			}
			if run == "pushed-hnn" {
				left := want[rollouts](t, s, 200, "POST", path, `{"initial":[[1,0]],"times":[0,4]}`).States[0][1]
				far = math.Hypot(x[0]-left[0], x[1]-left[1])
			}
		}
		until(t, ctx, reached)
		return far
	}
	field := func(key string) string {
		return fmt.Sprintf("document.querySelector('[data-input=u] [data-key=%s]')", key)
	}
	choose := func(kind string) { // by the keyboard, which finds an option by its first letter
		t.Helper()
		inPage[bool](t, ctx, "document.querySelector('[data-input=u] select').focus(); true")
		do(t, ctx, chromedp.KeyEvent(kind[:1]))
		until(t, ctx, fmt.Sprintf("document.querySelector('[data-input=u] select').value === %q", kind))
	}
	write := func(key, text string) {
		t.Helper()
		inPage[bool](t, ctx, field(key)+".select(); true")
		do(t, ctx, chromedp.KeyEvent(text+"\r"))
	}
	says := func(text string) {
		t.Helper()
		if got := inPage[string](t, ctx, "document.querySelector('[data-input=u] .error').textContent"); (text == "") != (got == "") || !strings.Contains(got, text) {
			t.Errorf("the page says %q, want %q", got, text)
		}
	}
	title := func(text string) {
		t.Helper()
		if got := inPage[string](t, ctx, "document.querySelector('#energy-title').textContent"); got != text {
			t.Errorf("the energy's title is %q, want %q", got, text)
		}
	}

	ends("")
	title("Energy over time")
	choose("constant")
	write("value", "0.7")
	if far := ends("[0.7]"); far < 0.1 {
		t.Errorf("a push of 0.7 moves the end by %v", far)
	}
	title("Energy over time, which u changes")
	// Without friction H changes by the work of what acts.
	if change, work := inPage[float64](t, ctx, cell("pushed-hnn", 3)), inPage[float64](t, ctx, cell("pushed-hnn", 4)); !(math.Abs(work-change) < 0.01*math.Abs(change)) {
		t.Errorf("a work of %v changes H by %v", work, change)
	}
	if note := inPage[string](t, ctx, "document.querySelector('#inputs .note').textContent"); !strings.Contains(note, "no such input") {
		t.Errorf("of a model that takes no u it says %q", note)
	}
	write("value", "much")
	says("u: the value \u201cmuch\u201d is no number")
	if invalid := inPage[string](t, ctx, field("value")+".getAttribute('aria-invalid')"); invalid != "true" {
		t.Errorf("the wrong field is marked %q", invalid)
	}
	time.Sleep(300 * time.Millisecond) // time for what is not to come
	ends("[0.7]")
	write("value", "0.7")
	says("")
	do(t, ctx, chromedp.KeyEvent(kb.ArrowUp))
	ends("[0.8]")

	choose("sine")
	write("amplitude", "1.5")
	write("period", "-2")
	says("the period is -2; give a positive one")
	write("period", "2.5")
	says("")
	const sine = `[{"amplitude":1.5,"period":2.5}]`
	if far := ends(sine); far < 0.1 {
		t.Errorf("a sine moves the end by %v", far)
	}
	// Backwards the same acts at the same times, so that it leads back.
	do(t, ctx, chromedp.Click("#reverse"))
	until(t, ctx, "document.querySelector('#message').textContent.startsWith('Back at t = 0')")
	if d := inPage[float64](t, ctx, fmt.Sprintf("number(document.querySelector('tr[data-run=%q] td:last-child').textContent)", "pushed-hnn")); !(d < 1e-6) {
		t.Errorf("the way back ends %v from the start", d)
	}

	until(t, ctx, "location.href.includes('input.u=1.5,2.5')") // the address follows in a moment
	link := inPage[string](t, ctx, "location.href")
	open(t, ctx, link, 360, 740)
	ends(sine)
	if over := inPage[float64](t, ctx, "document.documentElement.scrollWidth - innerWidth"); over > 0 {
		t.Errorf("the page is %v pixels wider than a phone", over)
	}
	choose("off")
	ends("")
	title("Energy over time")
	open(t, ctx, address+"/#task=spring", 1280, 900)
	if !inPage[bool](t, ctx, "document.querySelector('#inputs').hidden && document.querySelector('#help-input').hidden") {
		t.Error("a spring that nothing acts on has a control for inputs")
	}
}
