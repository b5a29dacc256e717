package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// A block is what stands between two marks of a page:
//
//	<!-- measured NAME -->
//	| heading | ...
//	| row     | ...
//
//	Measured DATE, COMMIT, MACHINE:
//
//	    command
//	<!-- end NAME -->
//
// The first mark of a table that was put in by hand says so: <!-- measured NAME, kept -->.
type block struct {
	name     string
	kept     bool
	table    string
	stamp    string // date, commit and machine
	commands []string
}

var (
	marks   = regexp.MustCompile(`(?ms)^<!-- measured ([a-z0-9-]+)(, kept)? -->\n(.*?)<!-- end ([a-z0-9-]+) -->`)
	anyMark = regexp.MustCompile(`(?m)^<!-- (measured|end) `)
	inside  = regexp.MustCompile(`(?s)^(\|[^\n]*\|\n(?:\|---)+\|\n(?:\|[^\n]*\|\n)+)\nMeasured ([^\n]*(?:\n[^\n]+)*):\n\n((?:    [^\n]*\n)+)$`)
	stamps  = regexp.MustCompile(`^\d{4}-\d\d-\d\d, [0-9a-f]{7,}(?: and changes)?,\s.+`)
)

func (b block) String() string {
	var s strings.Builder
	kept := ""
	if b.kept {
		kept = ", kept"
	}
	fmt.Fprintf(&s, "<!-- measured %s%s -->\n%s\nMeasured %s:\n\n", b.name, kept, b.table, b.stamp)
	for _, c := range b.commands {
		fmt.Fprintf(&s, "    %s\n", c)
	}
	fmt.Fprintf(&s, "<!-- end %s -->", b.name)
	return s.String()
}

// parse finds the blocks of a page. An error says what is wrong with the first bad one.
func parse(page string) ([]block, error) {
	found := marks.FindAllStringSubmatch(page, -1)
	if n := len(anyMark.FindAllString(page, -1)); n != 2*len(found) {
		return nil, fmt.Errorf("%d marks make %d pairs: every <!-- measured NAME --> needs its <!-- end NAME -->", n, len(found))
	}
	var all []block
	for _, f := range found {
		b := block{name: f[1], kept: f[2] != ""}
		if f[4] != b.name {
			return nil, fmt.Errorf("%s ends with the mark of %s", b.name, f[4])
		}
		in := inside.FindStringSubmatch(f[3])
		if in == nil {
			return nil, fmt.Errorf("%s is not a table, a line Measured DATE, COMMIT, MACHINE: and commands", b.name)
		}
		b.table, b.stamp = in[1], in[2]
		if !stamps.MatchString(b.stamp) {
			return nil, fmt.Errorf("%s: %q is no DATE, COMMIT, MACHINE", b.name, b.stamp)
		}
		for line := range strings.Lines(in[3]) {
			b.commands = append(b.commands, strings.TrimSpace(line))
		}
		all = append(all, b)
	}
	return all, nil
}

// replace writes a block in the place of the one of its name.
func replace(file string, b block) error {
	page, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if _, err := parse(string(page)); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	found := false
	text := marks.ReplaceAllStringFunc(string(page), func(old string) string {
		if marks.FindStringSubmatch(old)[1] != b.name {
			return old
		}
		found = true
		return b.String()
	})
	if !found {
		return fmt.Errorf("%s has no <!-- measured %s -->", file, b.name)
	}
	return os.WriteFile(file, []byte(text), 0o666)
}

// checkAll reports a measurement without a block, a block without a measurement, and a block
// whose heading or commands are not those of its measurement.
func checkAll(root string) error {
	pages, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil {
		return err
	}
	blocks := map[string]block{} // by file and name
	for _, page := range append(pages, filepath.Join(root, "README.md")) {
		text, err := os.ReadFile(page)
		if err != nil {
			return err
		}
		found, err := parse(string(text))
		if err != nil {
			return fmt.Errorf("%s: %w", page, err)
		}
		file, err := filepath.Rel(root, page)
		if err != nil {
			return err
		}
		for _, b := range found {
			blocks[filepath.ToSlash(file)+" "+b.name] = b
		}
	}
	for _, m := range measurements {
		key := m.file + " " + m.name
		b, ok := blocks[key]
		switch {
		case !ok:
			return fmt.Errorf("%s has no <!-- measured %s -->", m.file, m.name)
		case !strings.HasPrefix(b.table, heading(m.head)):
			return fmt.Errorf("%s: the heading of %s is not that of docs/measure: measure it again", m.file, m.name)
		case strings.Join(b.commands, "\n") != strings.Join(m.commands(), "\n"):
			return fmt.Errorf("%s: the commands of %s are not those of docs/measure: measure it again", m.file, m.name)
		}
		delete(blocks, key)
	}
	for key := range blocks {
		return fmt.Errorf("%s: docs/measure has no such measurement", key)
	}
	return nil
}

func heading(head []string) string {
	return row(head) + strings.Repeat("|---", len(head)) + "|\n"
}

func row(cells []string) string {
	line := "|"
	for _, c := range cells {
		line += strings.TrimSuffix(" "+c, " ") + " |"
	}
	return line + "\n"
}
