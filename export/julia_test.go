package export

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const juliaDriver = `
numbers(path) = collect(reinterpret(Float64, read(path)))
for line in eachline(ARGS[1])
    path, step = split(line)
    m = include(string(path, "/Model.jl"))
    Base.invokelatest() do
        rows = reshape(numbers(string(path, "/in")), m.STATES + m.INPUTS, :)
        timed = occursin("; t=0)", read(string(path, "/Model.jl"), String))
        out = Float64[]
        for k in axes(rows, 2)
            x, u = rows[1:m.STATES, k], m.INPUTS > 0 ? rows[m.STATES+1:end, k] : nothing
            append!(out, timed ? m.field(x, u; t=0.75) : m.field(x, u))
        end
        if isdefined(m, :energy)
            append!(out, [m.energy(rows[1:m.STATES, k]) for k in axes(rows, 2)])
        end
        for method in m.METHODS
            append!(out, m.simulate(rows[1:m.STATES, 1], parse(Float64, step), 100, method)[:, end])
        end
        write(string(path, "/out"), out)
    end
end
`

// What the Julia that is written gives is the model's field, energy and rollouts, for every kind of model: where there is a
// julia, which Debian 12 does not have. HNN_JULIA names one.
func TestJulia(t *testing.T) {
	julia := os.Getenv("HNN_JULIA")
	if julia == "" {
		julia = tool(t, "julia")
	}
	everywhere(t, func(m *Model, p Precision) ([]File, error) { return Julia(m, p), nil }, func(dir, list string) {
		script := filepath.Join(dir, "driver.jl")
		if err := os.WriteFile(script, []byte(juliaDriver), 0o644); err != nil {
			t.Fatal(err)
		}
		run(t, nil, julia, "-O1", script, list)
	})
}

const juliaParser = `
import sys
import tree_sitter, tree_sitter_julia
parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_julia.language()))
bad = parser.parse(b"f(x = ) end")
assert bad.root_node.has_error
for path in sys.argv[1:]:
    text = open(path, "rb").read()
    tree = parser.parse(text)
    assert not tree.root_node.has_error, path
    assert [n.type for n in tree.root_node.named_children if n.type != "line_comment"] == ["module_definition"], path
`

// Julia that is written parses by a grammar that is not ours, for every kind of model.
func TestJuliaParses(t *testing.T) {
	interpreter := python(t, "tree_sitter", "tree_sitter_julia")
	dir := t.TempDir()
	script := filepath.Join(dir, "parse.py")
	args := []string{script}
	for _, k := range kinds(t) {
		m, err := New(k.form, Names{Model: k.name})
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, strings.ReplaceAll(k.name, " ", "_")+".jl")
		if err := os.WriteFile(path, Julia(m, Double)[0].Data, 0o644); err != nil {
			t.Fatal(err)
		}
		args = append(args, path)
	}
	if err := os.WriteFile(script, []byte(juliaParser), 0o644); err != nil {
		t.Fatal(err)
	}
	run(t, nil, interpreter, args...)
}
