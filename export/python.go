package export

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"

	"hnn/model/program"
	"hnn/ode"
)

// Python writes a model as one module, model.py, that needs NumPy alone.
func Python(m *Model, precision Precision) []File {
	p := &arrays{precision: precision, known: map[string]string{}}
	functions := cFunctions(m)
	for _, f := range functions {
		p.function(f.program, "_"+f.name, f.arguments)
	}
	var b bytes.Buffer
	b.WriteString("\"\"\"" + strings.Join(cTitle(m), "\n") + "\n\nThe last axis of x has the state; any number of states may lie along the axes before it.\n\"\"\"\n\n")
	ops := used(functions)
	if ops[program.Phi] {
		b.WriteString("import math\n\n")
	}
	dtype := map[Precision]string{Double: "np.float64", Float: "np.float32"}[precision]
	fmt.Fprintf(&b, "import numpy as np\n\nREAL = %s\nSTATES = %d\nINPUTS = %d\n\n", dtype, m.Dim, m.Inputs)
	b.WriteString(strings.Join(p.tables, ""))
	b.WriteString("\n\n")
	if ops[program.Sigmoid] {
		b.WriteString("def _sigmoid(a):\n    with np.errstate(over=\"ignore\"):\n        return REAL(1) / (REAL(1) + np.exp(-a))\n\n\n")
	}
	if ops[program.Softplus] {
		b.WriteString("def _softplus(a):\n    return np.maximum(a, REAL(0)) + np.log1p(np.exp(-np.abs(a)))\n\n\n")
	}
	if ops[program.Phi] {
		b.WriteString("_erfc = np.vectorize(math.erfc, otypes=[REAL])\n\n\ndef _phi(a):\n    return REAL(0.5) * _erfc(-a * REAL(0.7071067811865476))\n\n\n")
	}
	if ops[program.Concat] {
		b.WriteString("def _concat(*parts):\n    parts = [np.atleast_1d(v) for v in parts]\n    shape = np.broadcast_shapes(*(v.shape[:-1] for v in parts))\n    return np.concatenate([np.broadcast_to(v, shape + v.shape[-1:]) for v in parts], axis=-1)\n\n\n")
	}
	b.Write(p.code.Bytes())
	u := ""
	if m.Inputs > 0 {
		u = ", _inputs(x, u)"
	}
	now := m.now(", np.asarray(t, REAL)[..., None]")
	if m.Inputs > 0 {
		b.WriteString("def _inputs(x, u):\n    u = np.zeros(INPUTS, REAL) if u is None else np.asarray(u, REAL)\n    return np.broadcast_to(u, x.shape[:-1] + (INPUTS,))\n\n\n")
	}
	fmt.Fprintf(&b, "def field(x, u=None%s):\n    \"\"\"dx/dt of states x under inputs u, zero where None%s.\"\"\"\n    x = np.asarray(x, REAL)\n    return _field(x%s)\n\n\n", m.now(", t=0.0"), m.now(", at times t"), u+now)
	if m.Chart != nil {
		fmt.Fprintf(&b, "def _change(x, u=None%s):\n    return _inner(x%s)\n\n\n", m.now(", t=0.0"), u+now)
	}
	if m.Energy != nil {
		b.WriteString("def energy(x):\n    \"\"\"The learned energy H of states x, known up to a constant.\"\"\"\n    return _energy(np.asarray(x, REAL))\n\n\n")
	}
	if m.Encode != nil {
		b.WriteString("def encode(y):\n    \"\"\"States of observations: frames behind each other, row by row, in [0, 1].\"\"\"\n    return _encode(np.asarray(y, REAL))\n\n\ndef decode(x):\n    \"\"\"Observations of states.\"\"\"\n    return _decode(np.asarray(x, REAL))\n\n\n")
	}
	pythonSteps(&b, m, p)
	return []File{{"model.py", b.Bytes()}}
}

// list is a list of constants.
func (p *arrays) list(v []float64) string { return "[" + numbers(v, double) + "]" }

// methodsOf are the model's methods by what they are made of.
func methodsOf(m *Model) (splitting, implicit []ode.Method) {
	for _, method := range m.Methods {
		if _, _, ok := method.Splitting(); ok {
			splitting = append(splitting, method)
		}
		if _, _, _, ok := method.Implicit(); ok {
			implicit = append(implicit, method)
		}
	}
	return splitting, implicit
}

func pythonSteps(b *bytes.Buffer, m *Model, p *arrays) {
	splitting, implicit := methodsOf(m)
	fmt.Fprintf(b, "METHODS = [%s]\n", quoted(m))
	if splitting != nil {
		b.WriteString("_SPLITTING = {  # kicks and drifts\n")
		for _, method := range splitting {
			kick, drift, _ := method.Splitting()
			fmt.Fprintf(b, "    %q: (%s, %s),\n", method.String(), p.list(kick), p.list(drift))
		}
		b.WriteString("}\n")
	}
	if implicit != nil {
		b.WriteString("_IMPLICIT = {  # matrices and weights of Runge and Kutta's\n")
		for _, method := range implicit {
			a, weights, _, _ := method.Implicit()
			fmt.Fprintf(b, "    %q: (np.array(%s, REAL).reshape(%d, %d), np.array(%s, REAL)),\n", method.String(), p.list(slices.Concat(a...)), len(a), len(a), p.list(weights))
		}
		b.WriteString("}\n")
	}
	// What moves is the states, or the coordinates that the states' rollouts go through.
	moved, enter, leave := "field", "", "%s"
	if m.Chart != nil {
		moved, enter, leave = "_change", "        x = _enter(x)\n", "_leave(%s)"
	}
	fmt.Fprintf(b, `

def step(x, h, method="rk4", u0=None, u1=None%s):
    """States x after one step of length h%s. Inputs go linearly from u0 to u1, zero where None."""
    x, h = np.asarray(x, REAL), REAL(h)
    if method == "rk4":
%s`, m.now(", t=0.0"), m.now(" from the time t on"), enter)
	if m.Inputs > 0 {
		b.WriteString("        u0, u1 = _inputs(x, u0), _inputs(x, u1)\n        half = (u0 + u1) * REAL(0.5)\n")
	} else {
		b.WriteString("        half = None\n")
	}
	fmt.Fprintf(b, `        a = %[1]s(x, u0%[2]s)
        b = %[1]s(x + REAL(0.5) * h * a, half%[3]s)
        c = %[1]s(x + REAL(0.5) * h * b, half%[3]s)
        d = %[1]s(x + h * c, u1%[4]s)
        return %[5]s
`, moved, m.now(", t"), m.now(", t + h / 2"), m.now(", t + h"), fmt.Sprintf(leave, "x + h * (a + REAL(2) * b + REAL(2) * c + d) / REAL(6)"))
	if splitting != nil {
		b.WriteString(`    if method in _SPLITTING:
        kicks, drifts = _SPLITTING[method]
        q, p = x[..., : STATES // 2], x[..., STATES // 2 :]
        for i, k in enumerate(kicks):
            p = p + h * REAL(k) * _force(q).reshape(q.shape)
            if i < len(drifts):
                q = q + h * REAL(drifts[i]) * _velocity(p).reshape(p.shape)
        return np.concatenate([q, p], axis=-1)
`)
	}
	if implicit != nil {
		fmt.Fprintf(b, `    if method in _IMPLICIT:
        a, weights = _IMPLICIT[method]
        k = np.repeat(field(x)[None], len(weights), axis=0)
        last = np.inf
        for _ in range(100):
            new = np.stack([field(x + h * np.tensordot(row, k, axes=1)) for row in a])
            change = np.max(np.abs(h * (new - k)))
            size = np.max(np.abs(x)) + np.max(np.abs(h * new))
            k = new
            if change <= 2 * np.finfo(REAL).eps * size or change >= last and change <= %s * size:
                return x + h * np.tensordot(weights, k, axes=1)
            last = change
        raise ArithmeticError("the equations of the implicit step were not solved: shorten the step")
`, map[Precision]string{Double: "1e-12", Float: "1e-5"}[p.precision])
	}
	energy := ""
	if m.Energy != nil {
		energy = ", energy(x)"
	}
	fmt.Fprintf(b, `    raise ValueError("method is one of " + ", ".join(METHODS))


def simulate(x, h, steps, method="rk4", u=None%s):
    """States at 0, h, ... steps h from x on; u are inputs that stay, or steps + 1 rows of them."""
    out = [np.asarray(x, REAL)]
    for i in range(steps):
        varying = u is not None and np.ndim(u) > 1
        out.append(step(out[-1], h, method, u[i] if varying else u, u[i + 1] if varying else u%s))
    return np.stack(out)


if __name__ == "__main__":
    for x in simulate(%s, 0.05, 100):
        print(x%s)
`, m.now(", t=0.0"), m.now(", t + i * h"), p.list(m.start()), energy)
}

// Julia writes a model as one module, Model.jl, that needs no package.
func Julia(m *Model, precision Precision) []File {
	p := &arrays{julia: true, precision: precision, known: map[string]string{}}
	functions := cFunctions(m)
	for _, f := range functions {
		p.function(f.program, "_"+f.name, f.arguments)
	}
	var b bytes.Buffer
	b.WriteString("# " + strings.Join(cTitle(m), "\n# ") + "\nmodule Model\n\n")
	real := map[Precision]string{Double: "Float64", Float: "Float32"}[precision]
	exported := []string{"field", "step", "simulate"}
	if m.Energy != nil {
		exported = append(exported, "energy")
	}
	if m.Encode != nil {
		exported = append(exported, "encode", "decode")
	}
	fmt.Fprintf(&b, "export %s\n\nconst Real_ = %s\nconst STATES = %d\nconst INPUTS = %d\n\n", strings.Join(exported, ", "), real, m.Dim, m.Inputs)
	b.WriteString(strings.Join(p.tables, ""))
	b.WriteString("\n")
	ops := used(functions)
	for _, helper := range []struct {
		op   program.Op
		text string
	}{
		{program.Sqrt, "_sqrt(a) = a < 0 ? oftype(a, NaN) : sqrt(a)\n"},
		{program.Pow, "_power(a, b) = a < 0 ? oftype(a, NaN) : a^b\n"},
		{program.Sigmoid, "_sigmoid(a) = 1 / (1 + exp(-a))\n"},
		{program.Softplus, "_softplus(a) = max(a, zero(a)) + log1p(exp(-abs(a)))\n"},
		{program.Phi, "# The normal distribution by C's erfc.\n_phi(a::Float64) = 0.5 * ccall(:erfc, Float64, (Float64,), -a * " + double(math.Sqrt2/2) + ")\n_phi(a::Float32) = Float32(_phi(Float64(a)))\n"},
	} {
		if ops[helper.op] {
			b.WriteString(helper.text)
		}
	}
	b.WriteString("\n")
	b.Write(p.code.Bytes())
	u := ""
	if m.Inputs > 0 {
		u = ", u === nothing ? zeros(Real_, INPUTS) : Real_.(u)"
	}
	u += m.now(", Real_[t]")
	fmt.Fprintf(&b, "\"dx/dt of a state under inputs u, zero where nothing%s.\"\nfield(x, u=nothing%s) = _field(Real_.(x)%s)\n\n", m.now(", at a time t"), m.now("; t=0"), u)
	if m.Chart != nil {
		fmt.Fprintf(&b, "_change(x, u=nothing%s) = _inner(x%s)\n\n", m.now("; t=0"), u)
	}
	if m.Energy != nil {
		b.WriteString("\"The learned energy H, known up to a constant.\"\nenergy(x) = _energy(Real_.(x))\n\n")
	}
	if m.Encode != nil {
		b.WriteString("\"A state of an observation.\"\nencode(y) = _encode(Real_.(y))\n\n\"An observation of a state.\"\ndecode(x) = _decode(Real_.(x))\n\n")
	}
	juliaSteps(&b, m, p)
	b.WriteString("end\n")
	return []File{{"Model.jl", b.Bytes()}}
}

func juliaSteps(b *bytes.Buffer, m *Model, p *arrays) {
	splitting, implicit := methodsOf(m)
	fmt.Fprintf(b, "\"The methods that fit the model.\"\nconst METHODS = [%s]\n\n", quoted(m))
	if splitting != nil {
		b.WriteString("const SPLITTING = Dict( # kicks and drifts\n")
		for _, method := range splitting {
			kick, drift, _ := method.Splitting()
			fmt.Fprintf(b, "    %q => (%s, %s),\n", method.String(), p.list(kick), p.list(drift))
		}
		b.WriteString(")\n\n")
	}
	if implicit != nil {
		b.WriteString("const IMPLICIT = Dict( # matrices and weights of Runge and Kutta's\n")
		for _, method := range implicit {
			a, weights, _, _ := method.Implicit()
			fmt.Fprintf(b, "    %q => (permutedims(reshape(Real_.(%s), %d, %d)), Real_.(%s)),\n", method.String(), p.list(slices.Concat(a...)), len(a), len(a), p.list(weights))
		}
		b.WriteString(")\n\n")
	}
	half := "nothing"
	if m.Inputs > 0 {
		half = "(u0 === nothing ? zeros(Real_, INPUTS) : Real_.(u0)) ./ 2 .+ (u1 === nothing ? zeros(Real_, INPUTS) : Real_.(u1)) ./ 2"
	}
	moved, enter, leave := "field", "", "%s"
	if m.Chart != nil {
		moved, enter, leave = "_change", "        x = _enter(x)\n", "_leave(%s)"
	}
	fmt.Fprintf(b, `"The state after one step of length h%s. Inputs go linearly from u0 to u1, zero where nothing."
function step(x, h, method="rk4"; u0=nothing, u1=nothing%s)
    x, h = Real_.(x), Real_(h)
    if method == "rk4"
        half = %s
%s        a = %[5]s(x, u0%[6]s)
        b = %[5]s(x .+ h / 2 .* a, half%[7]s)
        c = %[5]s(x .+ h / 2 .* b, half%[7]s)
        d = %[5]s(x .+ h .* c, u1%[8]s)
        return %[9]s
    end
`, m.now(" from the time t on"), m.now(", t=0"), half, enter, moved, m.now("; t=t"), m.now("; t=t + h / 2"), m.now("; t=t + h"), fmt.Sprintf(leave, "x .+ h .* (a .+ 2 .* b .+ 2 .* c .+ d) ./ 6"))
	if splitting != nil {
		b.WriteString(`    if haskey(SPLITTING, method)
        kicks, drifts = SPLITTING[method]
        n = STATES ÷ 2
        q, p = x[1:n], x[n+1:end]
        for (i, k) in enumerate(kicks)
            p = p .+ h * Real_(k) .* _force(q)
            if i <= length(drifts)
                q = q .+ h * Real_(drifts[i]) .* _velocity(p)
            end
        end
        return vcat(q, p)
    end
`)
	}
	if implicit != nil {
		fmt.Fprintf(b, `    if haskey(IMPLICIT, method)
        a, weights = IMPLICIT[method]
        s = length(weights)
        k = repeat(field(x), 1, s)
        last = Inf
        for _ in 1:100
            new = reduce(hcat, [field(x .+ h .* (k * a[i, :])) for i in 1:s])
            change = maximum(abs.(h .* (new .- k)))
            size = maximum(abs.(x)) + maximum(abs.(h .* new))
            k = new
            if change <= 2 * eps(Real_) * size || (change >= last && change <= %s * size)
                return x .+ h .* (k * weights)
            end
            last = change
        end
        error("the equations of the implicit step were not solved: shorten the step")
    end
`, map[Precision]string{Double: "1e-12", Float: "1e-5"}[p.precision])
	}
	fmt.Fprintf(b, `    error("the model has no method ", method)
end

"States at 0, h, ... steps h from x on, as columns."
function simulate(x, h, steps, method="rk4"%s)
    out = [Real_.(x)]
    for i in 1:steps
        push!(out, step(out[end], h, method%s))
    end
    return reduce(hcat, out)
end

`, m.now("; t=0"), m.now("; t=t + (i - 1) * h"))
}
