package report

import (
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"image/color"
	"io"
)

// A Page is a report of several runs as one HTML file that needs nothing else: its
// figures are inside, it has no scripts, and it is light or dark as its reader's
// screen is.
type Page struct {
	Title string
	// Command is the command line that made the page.
	Command  string
	Sections []Section
}

// A Section is what a page says of one task.
type Section struct {
	Title   string
	Table   Table
	Notes   []string // below the table
	Figures []Captioned
	Films   []Animation
	Runs    []Sheet
}

// A Table compares models. Every row has a cell for each name of the header; the
// columns before Numbers are text.
type Table struct {
	Header  []string
	Numbers int
	Rows    []TableRow
}

// A TableRow is one model's. Role gives its colour.
type TableRow struct {
	Role  Role
	Cells []string
}

// Captioned is a figure with a sentence on what it shows.
type Captioned struct {
	Figure  *Figure
	Caption string
}

// An Animation is a GIF, as WriteFilms writes it, with a sentence on what it shows.
type Animation struct {
	GIF     []byte
	Caption string
}

// A Sheet is what is needed to repeat one run.
type Sheet struct {
	Name   string
	Facts  [][2]string // a name and a value
	Repeat string      // the command line
	Config string      // the configuration file
}

//go:embed page.html
var pageText string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"svg": func(f *Figure) (template.HTML, error) {
		b, err := f.inline()
		return template.HTML(b), err
	},
	"gif": func(b []byte) template.URL {
		return template.URL("data:image/gif;base64," + base64.StdEncoding.EncodeToString(b))
	},
	"color": func(r Role) template.CSS {
		hex := hexOf(r.Color())
		return template.CSS("light-dark(" + hex + "," + inverted(hex) + ")")
	},
	"number": func(t Table, column int) bool { return column >= t.Numbers },
}).Parse(pageText))

func hexOf(c color.RGBA) string { return fmt.Sprintf("#%02X%02X%02X", c.R, c.G, c.B) }

// Write writes the page.
func (p *Page) Write(w io.Writer) error {
	for _, s := range p.Sections {
		for _, r := range s.Table.Rows {
			if len(r.Cells) != len(s.Table.Header) {
				return fmt.Errorf("report: %s: a row of %d cells under a header of %d", s.Title, len(r.Cells), len(s.Table.Header))
			}
		}
	}
	return pageTemplate.Execute(w, p)
}
