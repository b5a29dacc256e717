// Command modulepath gives the module another path, under which it can be published, in go.mod and wherever
// the old one is written:
//
//	go run ./internal/modulepath github.com/someone/hnn
package main

import (
	"bytes"
	"fmt"
	"go/format"
	"io/fs"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: go run ./internal/modulepath NEW-PATH")
	}
	changed, err := rename(".", os.Args[1])
	if err != nil {
		log.Fatal("modulepath: ", err)
	}
	fmt.Printf("%d files have the path %s now: go vet ./... checks them\n", changed, os.Args[1])
}

var (
	declared = regexp.MustCompile(`(?m)^module (\S+)$`)
	allowed  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._~-]*(/[A-Za-z0-9][A-Za-z0-9._~-]*)*$`)
)

// rename changes the files of the module in a folder and returns how many those are.
func rename(dir, path string) (changed int, err error) {
	if !allowed.MatchString(path) {
		return 0, fmt.Errorf("%q is no path of a module: words of letters, digits, dots and hyphens, joined by slashes", path)
	}
	file := filepath.Join(dir, "go.mod")
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, fmt.Errorf("%w: run it in the folder of go.mod", err)
	}
	m := declared.FindSubmatch(text)
	if m == nil {
		return 0, fmt.Errorf("%s declares no module", file)
	}
	// A path stands in quotes, as in an import, or after go doc and the like in a page.
	quoted := regexp.MustCompile("([\"`]|go doc |go get )" + regexp.QuoteMeta(string(m[1])) + "/")
	err = filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if base := entry.Name(); entry.IsDir() {
			if name != dir && (strings.HasPrefix(base, ".") || base == "testdata" || base == "runs") {
				return fs.SkipDir
			}
			return nil
		}
		if ext := filepath.Ext(name); ext != ".go" && ext != ".md" {
			return nil
		}
		old, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		now := quoted.ReplaceAll(old, []byte("${1}"+path+"/"))
		if bytes.Equal(now, old) {
			return nil
		}
		if filepath.Ext(name) == ".go" { // imports are sorted by their paths
			if now, err = format.Source(now); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
		changed++
		return os.WriteFile(name, now, 0o666)
	})
	if err != nil {
		return changed, err
	}
	c := exec.Command("go", "mod", "edit", "-module", path)
	c.Dir = dir
	if said, err := c.CombinedOutput(); err != nil {
		return changed, fmt.Errorf("go mod edit: %w: %s", err, said)
	}
	return changed + 1, nil
}
