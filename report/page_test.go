package report

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
)

func springPage(t *testing.T) *Page {
	task, data := springTask()
	f, err := PhasePlane(task, data)
	if err != nil {
		t.Fatal(err)
	}
	return &Page{
		Title: "Runs <of> a spring", Command: "hnn report runs/a&b",
		Sections: []Section{{
			Title:   "Spring",
			Summary: []string{"what was <found>"},
			Tables: []Table{{
				Title: "Losses", Header: []string{"model", "test loss"}, Numbers: 1,
				Rows:  []TableRow{{Baseline, []string{"baseline", "3.8e-02"}}, {HNN, []string{"hnn", "3.7e-02"}}},
				Below: []string{"a footnote"},
			}},
			Notes:   []string{"a note"},
			Figures: []Captioned{{f, "a caption"}},
			Films:   []Animation{{[]byte("GIF89a, or so"), "a <film>"}},
			Runs:    []Sheet{{Name: "0001-spring-hnn", Facts: [][2]string{{"parameters", "41000"}}, Repeat: "hnn train --config x", Config: "task: spring\n"}},
		}},
	}
}

// The page has everything inside: nothing is loaded from anywhere, no script runs, and
// what comes from outside is escaped.
func TestPage(t *testing.T) {
	var buf bytes.Buffer
	if err := springPage(t).Write(&buf); err != nil {
		t.Fatal(err)
	}
	html := buf.String()
	for _, want := range []string{
		"Runs &lt;of&gt; a spring", "runs/a&amp;b", "<svg role=\"img\"", "a caption", "a note", "3.8e-02", "<li>what was &lt;found&gt;</li>", "<h3>Losses</h3>", "<p>a footnote</p>",
		"img-src data:;", `<img src="data:image/gif;base64,R0lGODlhLCBvciBzbw==" alt="a &lt;film&gt;">`, "task: spring\n", "hnn train --config x", "background:light-dark(#D55E00,", "</html>",
	} {
		if !strings.Contains(html, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if got := regexp.MustCompile(`(src|href|url)\s*[=(]\s*["']?[^#"' ]`).FindString(strings.NewReplacer("xmlns", "", `src="data:image/gif;base64,`, "").Replace(html)); got != "" {
		t.Errorf("the page loads something: %q", got)
	}
	if strings.Contains(html, "<script") {
		t.Error("the page has a script")
	}
	var again bytes.Buffer
	if err := springPage(t).Write(&again); err != nil || !bytes.Equal(buf.Bytes(), again.Bytes()) {
		t.Error("the same numbers gave two pages", err)
	}
}

func TestPageWithARaggedTable(t *testing.T) {
	p := springPage(t)
	p.Sections[0].Tables[0].Rows[1].Cells = []string{"hnn"}
	if err := p.Write(new(bytes.Buffer)); err == nil || !strings.Contains(err.Error(), "a row of 1 cells under a header of 2") {
		t.Errorf("error is %v", err)
	}
}

// White and black change places, up to the paper's shade, and a colour keeps its hue:
// the order of its channels and, but for that shade, their distances.
func TestInverted(t *testing.T) {
	for light, dark := range map[string]string{
		"#FFFFFF": "#171717", "#000000": "#ffffff", "#D55E00": "#ff933d", "#0072B2": "#5dc5ff",
	} {
		if got := inverted(light); got != dark {
			t.Errorf("%s becomes %s, want %s", light, got, dark)
		}
	}
}
