// Package printable makes text that came from a file or a path safe to show: what would move
// a terminal's cursor, change its colours or its title, run backwards or break XML is written
// as an escape, as Go's %q has it. All that the program prints for people goes through it.
package printable

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Name is a name of a user's in which every character can be seen: control characters, line
// breaks among them, those that format (marks of direction, of no width), and bytes that are
// no UTF-8 are escapes.
func Name(s string) string { return escape(s, "") }

// Cell is a name as a cell of a table that spreadsheets open: what they would take for a formula has an apostrophe in front,
// which they take for the mark of text. FromCell is its reverse.
func Cell(name string) string {
	if strings.ContainsAny(name[:min(1, len(name))], "=+-@") {
		return "'" + name
	}
	return name
}

// FromCell is the name that Cell has written.
func FromCell(cell string) string {
	if name, ok := strings.CutPrefix(cell, "'"); ok && Cell(name) == cell {
		return name
	}
	return cell
}

// Text is Name of whole lines: line breaks and tabs stay.
func Text(s string) string { return escape(s, "\n\r\t") }

// hidden reports whether a character is one to escape.
func hidden(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp)
}

func escape(s, kept string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return r == utf8.RuneError || hidden(r) }) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case hidden(r) && !strings.ContainsRune(kept, r):
			quoted := strconv.QuoteRuneToASCII(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		default:
			b.WriteString(s[i : i+size])
		}
		i += size
	}
	return b.String()
}

// Writer passes on what is written to it as Text. Close writes the beginning of a character
// that did not come to its end; the writer below stays open.
type Writer struct {
	w    io.Writer
	rest []byte
}

// NewWriter returns a Writer on w.
func NewWriter(w io.Writer) *Writer { return &Writer{w: w} }

func (w *Writer) Write(p []byte) (int, error) {
	if len(w.rest) == 0 && plain(p) {
		return w.w.Write(p)
	}
	all := append(w.rest, p...)
	end := len(all)
	for i := 1; i < utf8.UTFMax && i <= len(all); i++ {
		if utf8.RuneStart(all[len(all)-i]) {
			if !utf8.FullRune(all[len(all)-i:]) {
				end -= i
			}
			break
		}
	}
	w.rest = append([]byte(nil), all[end:]...)
	if _, err := io.WriteString(w.w, Text(string(all[:end]))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Close writes what is left.
func (w *Writer) Close() error {
	_, err := io.WriteString(w.w, Text(string(w.rest)))
	w.rest = nil
	return err
}

// plain reports whether bytes are ASCII that stays as it is.
func plain(p []byte) bool {
	for _, c := range p {
		if c >= utf8.RuneSelf-1 || c < ' ' && c != '\n' && c != '\t' && c != '\r' {
			return false
		}
	}
	return true
}
