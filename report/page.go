package report

import (
	"bytes"
	_ "embed"
	"encoding/base64"
	"fmt"
	"image/color"
	"io"
	"strings"

	"hnn/internal/printable"
)

// A Page is a report of several runs as one HTML file that needs nothing else: its
// figures are inside, it has no scripts, and it is light or dark as its reader's
// screen is.
type Page struct {
	Title string
	// Command is the command line that made the page.
	Command  string
	Sections []Section
	// Refresh is the time in seconds after which a browser asks for the page again, 0 for never.
	Refresh int
}

// A Section is what a page says of one task.
type Section struct {
	Title   string
	Summary []string // sentences that a reader wants first
	Tables  []Table
	Notes   []string // below the tables
	Figures []Captioned
	Films   []Animation
	Runs    []Sheet
}

// A Table compares models. Every row has a cell for each name of the header; the
// columns before Numbers are text. A title stands above it and sentences below, where there are any.
type Table struct {
	Title   string
	Below   []string
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

//go:embed page.css
var pageStyle string

// pageHead is what stands before the title.
const pageHead = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
`

func hexOf(c color.RGBA) string { return fmt.Sprintf("#%02X%02X%02X", c.R, c.G, c.B) }

// Write writes the page as HTML. It is an error if a row of a table does not fit its header.
func (p *Page) Write(w io.Writer) error {
	for _, s := range p.Sections {
		for _, t := range s.Tables {
			for _, r := range t.Rows {
				if len(r.Cells) != len(t.Header) {
					return fmt.Errorf("report: %s: a row of %d cells under a header of %d", s.Title, len(r.Cells), len(t.Header))
				}
			}
		}
	}
	h := new(markup)
	h.put(pageHead)
	if p.Refresh > 0 {
		h.put("<meta http-equiv=\"refresh\" content=\"%s\">\n", fmt.Sprint(p.Refresh))
	}
	h.put("<title>%s</title>\n<style>\n%s</style>\n</head>\n<body>\n", p.Title, raw(pageStyle))
	h.put("<header>\n<h1>%s</h1>\n", p.Title)
	if len(p.Sections) > 1 {
		h.put(`<nav aria-label="Tasks">`)
		for i, s := range p.Sections {
			h.put(`<a href="#task-%d">%s</a>`, i, s.Title)
		}
		h.put("</nav>")
	}
	h.put("\n</header>\n<main>")
	for i, s := range p.Sections {
		h.put("\n<section id=\"task-%d\">\n<h2>%s</h2>", i, s.Title)
		if err := s.write(h); err != nil {
			return err
		}
		h.put("\n</section>")
	}
	h.put("\n</main>\n<footer><p>Made by <code>%s</code></p></footer>\n</body>\n</html>\n", p.Command)
	_, err := h.WriteTo(w)
	return err
}

// write writes what is below the section's title.
func (s *Section) write(h *markup) error {
	if s.Summary != nil {
		h.put("\n<ul class=\"summary\">")
		for _, sentence := range s.Summary {
			h.put("\n<li>%s</li>", sentence)
		}
		h.put("\n</ul>")
	}
	for i := range s.Tables {
		s.Tables[i].write(h)
	}
	for _, note := range s.Notes {
		h.put("\n<p>%s</p>", note)
	}
	for _, f := range s.Figures {
		svg, err := f.Figure.inline()
		if err != nil {
			return err
		}
		var class raw
		if f.Figure.scrolls() {
			class = ` class="scrolls"`
		}
		h.put("\n<figure%s>\n<div class=\"wide\">%s</div>\n<figcaption>%s</figcaption>\n</figure>", class, raw(svg), f.Caption)
	}
	for _, f := range s.Films {
		h.put("\n<figure>\n<img src=\"data:image/gif;base64,%s\" alt=\"%s\">\n<figcaption>%s</figcaption>\n</figure>",
			base64.StdEncoding.EncodeToString(f.GIF), f.Caption, f.Caption)
	}
	if len(s.Runs) > 0 {
		h.put("\n<h3>Runs</h3>")
	}
	for _, r := range s.Runs {
		h.put("\n<details>\n<summary>%s</summary>\n<dl>", r.Name)
		for _, fact := range r.Facts {
			h.put("<dt>%s</dt><dd>%s</dd>", fact[0], fact[1])
		}
		h.put("</dl>\n<p>To repeat it:</p>\n<pre>%s</pre>\n<p>Its configuration:</p>\n<pre>%s</pre>\n</details>", r.Repeat, r.Config)
	}
	return nil
}

func (t *Table) write(h *markup) {
	class := func(column int) raw {
		if column >= t.Numbers {
			return ` class="number"`
		}
		return ""
	}
	if t.Title != "" {
		h.put("\n<h3>%s</h3>", t.Title)
	}
	h.put("\n<div class=\"wide\"><table>\n<thead><tr>")
	for j, name := range t.Header {
		h.put(`<th scope="col"%s>%s</th>`, class(j), name)
	}
	h.put("</tr></thead>\n<tbody>")
	for _, row := range t.Rows {
		h.put("\n<tr>")
		for j, cell := range row.Cells {
			h.put("<td%s>", class(j))
			if hex := hexOf(row.Role.Color()); j == 0 {
				h.put(`<span class="mark" style="background:light-dark(%s,%s)"></span>`, hex, inverted(hex))
			}
			h.put("%s</td>", cell)
		}
		h.put("</tr>")
	}
	h.put("\n</tbody>\n</table></div>")
	for _, sentence := range t.Below {
		h.put("\n<p>%s</p>", sentence)
	}
}

// markup collects HTML. (html/template would take 7 MB of the program: as templates call
// methods by name, the linker must keep every exported method of every package.)
type markup struct{ bytes.Buffer }

// raw is text that is HTML already.
type raw string

// put writes a format whose strings among args, which raw ones are not, are escaped.
func (h *markup) put(format string, args ...any) {
	for i, a := range args {
		if text, ok := a.(string); ok {
			args[i] = escaper.Replace(printable.Text(text))
		}
	}
	fmt.Fprintf(h, format, args...)
}

// escaper makes text what stands for it in elements and in quoted attributes.
var escaper = strings.NewReplacer("\x00", "\uFFFD", `"`, "&#34;", "&", "&amp;", "'", "&#39;", "+", "&#43;", "<", "&lt;", ">", "&gt;")
