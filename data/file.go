package data

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"strings"
)

// ReadFile reads the trajectories of a file whose format it knows by the content,
// not by the name: a first line with commas, semicolons or tabs begins CSV (see
// ReadCSV), any other text the format of ReadSchmidtLipson.
//
// An error in the file is a *ParseError; one of the file system is returned as
// it is.
func ReadFile(path string) (*Set, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := bufio.NewReaderSize(f, maxLine)
	// A short file ends the peek with an error; what it returned is all there is.
	head, err := r.Peek(r.Size())
	if err != nil && err != io.EOF {
		return nil, err
	}
	if bytes.IndexByte(head, 0) >= 0 {
		return nil, &ParseError{File: path, Problem: "this is not a text file",
			Advice: "give CSV with a header line, or columns separated by blanks under a header that names the states"}
	}
	if comma := separator(string(head)); comma != 0 {
		return ReadCSV(r, path, CSVOptions{Comma: comma})
	}
	return ReadSchmidtLipson(r, path)
}

// separator returns the separator of the first line that is neither empty nor a
// comment, or 0 if it has none but blanks.
func separator(head string) rune {
	for line := range strings.Lines(head) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		for _, comma := range ",;\t" {
			if strings.ContainsRune(line, comma) {
				return comma
			}
		}
		return 0
	}
	return 0
}
