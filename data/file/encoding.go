package file

import (
	"bufio"
	"bytes"
	"io"
	"regexp"
	"strings"

	"golang.org/x/text/encoding/unicode"
)

// decodeText turns text of other encodings than UTF-8 into it by the first bytes of the
// file: UTF-16, with its mark or without, lines that end in a carriage return alone, and NUL bytes
// between or behind words. It returns what was done, empty where the text is as it should be.
func decodeText(r *bufio.Reader, head []byte) (*bufio.Reader, string) {
	order, mark := unicode.LittleEndian, true
	switch {
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}):
	case bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		order = unicode.BigEndian
	default:
		// Of text in western letters every second byte is 0.
		mark = false
		var zeros [2]int
		n := min(len(head), 1<<12) &^ 1
		for i, c := range head[:n] {
			if c == 0 {
				zeros[i%2]++
			}
		}
		switch {
		case n >= 8 && zeros[1] > n*2/5 && zeros[0] < n/50:
		case n >= 8 && zeros[0] > n*2/5 && zeros[1] < n/50:
			order = unicode.BigEndian
		default:
			return decodeBytes(r, head)
		}
	}
	decoder := unicode.UTF16(order, unicode.IgnoreBOM).NewDecoder()
	if mark {
		r.Discard(2) // cannot fail: the peek has them
	}
	inner := bufio.NewReaderSize(decoder.Reader(r), maxLine)
	head, _ = inner.Peek(maxLine)
	out, more := decodeBytes(inner, head)
	if more != "" {
		more = "; " + more
	}
	return out, "the text is in UTF-16" + more
}

// decodeBytes is decodeText for text whose letters are bytes.
func decodeBytes(r *bufio.Reader, head []byte) (*bufio.Reader, string) {
	inside := bytes.TrimRight(head, "\x00")
	nuls := bytes.Count(inside, []byte{0})
	trailing := len(inside) < len(head)
	returns := bytes.IndexByte(head, '\n') < 0 && bytes.Count(head, []byte{'\r'}) > 1
	if nuls == 0 && !trailing && !returns {
		return r, ""
	}
	binary := bytes.ContainsFunc(inside, func(c rune) bool {
		return c != 0 && c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != 0x1a
	})
	if len(inside) == 0 || 100*nuls > len(inside) || binary && nuls > 0 {
		return r, "" // no text
	}
	var said []string
	if nuls > 0 || trailing {
		said = append(said, "NUL bytes are left out")
	}
	if returns {
		said = append(said, "the lines end in a carriage return alone")
	}
	return bufio.NewReaderSize(&byteReader{r: r, returns: returns}, maxLine), strings.Join(said, "; ")
}

// byteReader leaves out NUL bytes, and turns carriage returns into line feeds.
type byteReader struct {
	r       io.Reader
	returns bool
}

func (b *byteReader) Read(p []byte) (int, error) {
	for {
		n, err := b.r.Read(p)
		kept := 0
		for _, c := range p[:n] {
			if c == '\r' && b.returns {
				c = '\n'
			}
			if c != 0 {
				p[kept] = c
				kept++
			}
		}
		if kept > 0 || err != nil || len(p) == 0 {
			return kept, err
		}
	}
}

// thousandsBlanks are the blanks that no line is broken at, which part groups of thousands where
// French and other rules are kept.
var thousandsBlanks = regexp.MustCompile("([0-9])[\u00a0\u202f\u2009]([0-9]{3})")

// groupsThousands reports whether numbers of a text have groups of thousands parted by such blanks,
// in UTF-8 or in Windows-1252.
func groupsThousands(text []byte) bool {
	for i, rest := 0, text; ; {
		k := bytes.IndexByte(rest, 0xa0)
		if k < 0 {
			break
		}
		if i += k + 1; i > 1 && digits(text[i-2:i-1]) && i+3 <= len(text) && digits(text[i:i+3]) {
			return true
		}
		rest = text[i:]
	}
	return (bytes.Contains(text, []byte("\u202f")) || bytes.Contains(text, []byte("\u00a0")) || bytes.Contains(text, []byte("\u2009"))) && thousandsBlanks.Match(text)
}

// minusSign is the sign of typesetting, which word processors and web pages write in the place of a hyphen.
const minusSign = "\u2212"

// hyphenated writes the hyphen for minus signs that stand in front of a digit.
func hyphenated(text []byte) []byte {
	if !bytes.Contains(text, []byte(minusSign)) {
		return text
	}
	return minusSigns.ReplaceAll(text, []byte("-$1"))
}

var minusSigns = regexp.MustCompile(minusSign + "([0-9.,])")

// ungroup takes the blanks out of numbers with groups of thousands, and reports whether there were any.
func ungroup(text []byte) ([]byte, bool) {
	if !groupsThousands(text) {
		return text, false
	}
	for range 2 { // the groups of a number overlap: 1 000 000
		text = thousandsBlanks.ReplaceAll(text, []byte("$1$2"))
	}
	return text, true
}

// headerBreaks replaces line breaks in quotes among the first lines, as spreadsheets write them in
// a header of several lines, by blanks.
func headerBreaks(text []byte) []byte {
	const lines = 40
	at, quotes, broken := 0, 0, []int(nil)
	for range lines {
		end := bytes.IndexByte(text[at:], '\n')
		if end < 0 {
			break
		}
		quotes += bytes.Count(text[at:at+end], []byte{'"'})
		at += end + 1
		if quotes%2 != 0 {
			broken = append(broken, at-1)
		}
	}
	// A quote that is never closed is a sign for an inch.
	if broken == nil || len(broken) > 8 || quotes%2 != 0 {
		return text
	}
	out := bytes.Clone(text)
	for _, i := range broken {
		if out[i] = ' '; i > 0 && out[i-1] == '\r' {
			out[i-1] = ' '
		}
	}
	return out
}
