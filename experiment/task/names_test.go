package task

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The program knows a task by its name here alone: elsewhere no expression of the code is
// one, but for a system's own Name and the peers' command line. "data" and "frames" are words of
// other things too, and are only not compared with a run's Task.
func TestNamesStandHereAlone(t *testing.T) {
	names := append(Names(), RealPendulum, PixelPendulum, "2-body", "3-body")
	root := filepath.Join("..", "..")
	// The measured tables of the documentation list commands as a user types them.
	elsewhere := []string{"experiment/task", "system", "bench/peers", "docs/measure"}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		local, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		local = filepath.ToSlash(local)
		switch {
		case d.IsDir() && (slices.Contains(elsewhere, local) || d.Name() == "testdata" || d.Name() != ".." && strings.HasPrefix(d.Name(), ".")):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		files := token.NewFileSet()
		f, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BasicLit:
				if v, err := strconv.Unquote(n.Value); n.Kind == token.STRING && err == nil && slices.Contains(names, v) {
					t.Errorf("%s: the name %q of a task; take what is needed from its row", files.Position(n.Pos()), v)
				}
			case *ast.BinaryExpr:
				if (n.Op == token.EQL || n.Op == token.NEQ) && (constant(n.X) || constant(n.Y)) {
					t.Errorf("%s: compared with the name of a task; ask its row", files.Position(n.Pos()))
				}
			case *ast.CaseClause:
				if slices.ContainsFunc(n.List, constant) {
					t.Errorf("%s: a case for the name of a task; ask its row", files.Position(n.Pos()))
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// constant reports whether an expression is one of this package's names.
func constant(e ast.Expr) bool {
	s, ok := e.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	p, ok := s.X.(*ast.Ident)
	return ok && p.Name == "task" && slices.Contains([]string{"RealPendulum", "PixelPendulum", "OwnData", "OwnFrames"}, s.Sel.Name)
}
