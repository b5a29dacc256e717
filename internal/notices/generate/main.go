// Command generate writes the licences and notices of all modules that the program is linked
// with, on any of the systems that it is made for, and of Go itself.
package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// module is one that is linked, and the folder of its source.
type module struct{ name, folder string }

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: generate FILE")
	}
	modules, err := linked()
	if err != nil {
		log.Fatal(err)
	}
	text, err := notices(modules)
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(os.Args[1], text, 0o666); err != nil {
		log.Fatal(err)
	}
}

// linked lists the modules that the program is linked with.
func linked() ([]module, error) {
	var all []module
	for _, system := range []string{"linux", "darwin", "windows"} {
		c := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}\t{{.Dir}}{{end}}{{end}}", "hnn/cmd/hnn")
		c.Env = append(os.Environ(), "GOOS="+system)
		c.Stderr = os.Stderr
		out, err := c.Output()
		if err != nil {
			return nil, fmt.Errorf("go list for %s: %w", system, err)
		}
		for line := range strings.Lines(string(out)) {
			if name, folder, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok && !slices.Contains(all, module{name, folder}) {
				all = append(all, module{name, folder})
			}
		}
	}
	slices.SortFunc(all, func(a, b module) int { return strings.Compare(a.name, b.name) })
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, fmt.Errorf("go env: %w", err)
	}
	return append([]module{{"the Go runtime and standard library", strings.TrimSpace(string(root))}}, all...), nil
}

var noticeName = regexp.MustCompile(`(?i)(licen[cs]e|notice|copying|patents)`)

// chosen says which of several licences the program is under, or what is asked for.
var chosen = map[string]string{
	"github.com/golang/freetype": "of the two licences offered the FreeType License is taken; portions of this software are copyright The FreeType Project (www.freetype.org), all rights reserved",
	"github.com/ajstarks/svgo":   "by Anthony Starks, github.com/ajstarks/svgo, unchanged, under Creative Commons Attribution 4.0",
}

// leftOut are files of licences that are not taken.
var leftOut = []string{"licenses/gpl.txt", "LICENSE-link.txt"}

// notices puts the texts together, each once.
func notices(modules []module) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("hnn is linked with the modules listed here. Below them is the text of each licence and\nnotice, under the names of the modules that it is of.\n\n")
	var texts []string
	of := map[string][]string{}
	for _, m := range modules {
		fmt.Fprintf(&b, "    %s\n", m.name)
		path, _, _ := strings.Cut(m.name, " ")
		if how := chosen[path]; how != "" {
			fmt.Fprintf(&b, "        (%s)\n", how)
		}
		files, err := files(m.folder)
		if err != nil {
			return nil, err
		}
		if len(files) == 0 {
			return nil, fmt.Errorf("%s has no licence in %s", m.name, m.folder)
		}
		for _, f := range files {
			content, err := os.ReadFile(filepath.Join(m.folder, f))
			if err != nil {
				return nil, err
			}
			text := strings.TrimSpace(strings.ReplaceAll(string(content), "\r\n", "\n"))
			if of[text] == nil {
				texts = append(texts, text)
			}
			of[text] = append(of[text], m.name+", "+f)
		}
	}
	for _, text := range texts {
		b.WriteString("\n" + strings.Repeat("=", 80) + "\n" + strings.Join(of[text], "\n") + "\n\n" + text + "\n")
	}
	return b.Bytes(), nil
}

// files lists a module's licences and notices, at its root or in a folder for them there.
func files(folder string) ([]string, error) {
	var found []string
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		switch {
		case !noticeName.MatchString(e.Name()):
		case !e.IsDir():
			found = append(found, e.Name())
		default:
			inner, err := fs.Glob(os.DirFS(folder), e.Name()+"/*")
			if err != nil {
				return nil, err
			}
			found = append(found, inner...)
		}
	}
	return slices.DeleteFunc(found, func(f string) bool { return slices.Contains(leftOut, f) }), nil
}
