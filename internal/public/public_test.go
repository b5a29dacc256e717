package public

import (
	"bytes"
	"fmt"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// No exported function, method, field, variable or type of a public package has a type of an internal one in it: who
// imports the module could neither name it nor read what it is.
func TestNoInternalTypes(t *testing.T) {
	if testing.Short() {
		t.Skip("short: lists and builds every package")
	}
	list := exec.Command("go", "list", "-export", "-deps", "-f", "{{.ImportPath}}\t{{.Export}}\t{{.Name}}\t{{if .Module}}{{.Module.Main}}{{end}}", "./...")
	list.Dir = "../.."
	var problems bytes.Buffer
	list.Stderr = &problems
	out, err := list.Output()
	if err != nil {
		t.Skipf("go list does not run here: %v\n%s", err, &problems)
	}
	exports := map[string]string{}
	var packages []string
	for line := range strings.Lines(string(out)) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		exports[f[0]] = f[1]
		if f[3] == "true" && !internal(f[0]) && f[2] != "main" {
			packages = append(packages, f[0])
		}
	}
	if len(packages) < 20 {
		t.Fatalf("only %d public packages are found: %q", len(packages), packages)
	}
	imports := importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })
	for _, path := range packages {
		p, err := imports.Import(path)
		if err != nil {
			t.Fatal(err)
		}
		w := &walk{seen: map[types.Type]bool{}}
		for _, name := range p.Scope().Names() {
			if o := p.Scope().Lookup(name); o.Exported() {
				w.object(o)
			}
		}
		for _, found := range w.found {
			t.Errorf("%s: %s", path, found)
		}
	}
}

func internal(path string) bool { return strings.Contains("/"+path+"/", "/internal/") }

// walk collects where internal types are shown.
type walk struct {
	seen  map[types.Type]bool
	found []string
}

func (w *walk) object(o types.Object) {
	before := len(w.found)
	if named, ok := o.Type().(*types.Named); ok && isType(o) {
		w.parameters(named.TypeParams())
		w.typ(named.Underlying())
		for m := range named.Methods() {
			if m.Exported() {
				w.object(m)
			}
		}
	} else if alias, ok := o.Type().(*types.Alias); ok && isType(o) {
		w.typ(alias.Rhs())
	} else {
		w.typ(o.Type())
	}
	for i := before; i < len(w.found); i++ {
		w.found[i] = o.Name() + ": " + w.found[i]
	}
}

func isType(o types.Object) bool {
	_, ok := o.(*types.TypeName)
	return ok
}

func (w *walk) parameters(list *types.TypeParamList) {
	for p := range list.TypeParams() {
		w.typ(p.Constraint())
	}
}

// typ looks into a type as far as its user sees it: not into unexported fields, nor into named types of other packages,
// which are looked at where they are declared.
func (w *walk) typ(of types.Type) {
	switch of := of.(type) {
	case *types.Alias:
		w.named(of.Obj(), of.TypeArgs())
	case *types.Named:
		w.named(of.Obj(), of.TypeArgs())
		if o := of.Obj(); !o.Exported() && o.Pkg() != nil && !w.seen[of] {
			w.seen[of] = true
			w.object(o)
		}
	case *types.Pointer:
		w.typ(of.Elem())
	case *types.Slice:
		w.typ(of.Elem())
	case *types.Array:
		w.typ(of.Elem())
	case *types.Chan:
		w.typ(of.Elem())
	case *types.Map:
		w.typ(of.Key())
		w.typ(of.Elem())
	case *types.Tuple:
		for v := range of.Variables() {
			w.typ(v.Type())
		}
	case *types.Signature:
		w.parameters(of.TypeParams())
		w.typ(of.Params())
		w.typ(of.Results())
	case *types.Struct:
		for f := range of.Fields() {
			if f.Exported() {
				w.typ(f.Type())
			}
		}
	case *types.Interface:
		for m := range of.ExplicitMethods() {
			if m.Exported() {
				w.typ(m.Type())
			}
		}
		for e := range of.EmbeddedTypes() {
			w.typ(e)
		}
	case *types.Union:
		for term := range of.Terms() {
			w.typ(term.Type())
		}
	}
}

func (w *walk) named(o *types.TypeName, args *types.TypeList) {
	if o.Pkg() != nil && internal(o.Pkg().Path()) {
		w.found = append(w.found, fmt.Sprintf("%s.%s is of an internal package", o.Pkg().Path(), o.Name()))
	}
	for a := range args.Types() {
		w.typ(a)
	}
}
