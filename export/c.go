package export

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"hnn/model/program"
	"hnn/ode"
)

// File is one of the files of an exported model.
type File struct {
	Name string
	Data []byte
}

// C writes a model as C99: model.h and model.c, which needs libm and allocates nothing.
func C(m *Model, precision Precision) []File {
	header, code := cHeader(m, precision), cCode(m, precision)
	return []File{{"model.h", header}, {"model.c", code}}
}

// cFunctions are the functions of the C interface: the program, its name and its arguments.
func cFunctions(m *Model) []cFunction {
	state := []string{"x"}
	if m.Inputs > 0 {
		state = append(state, "u")
	}
	changed := slices.Clone(state)
	if m.Timed {
		changed = append(changed, "t")
	}
	all := []cFunction{
		{m.Field, "field", changed}, {m.Energy, "energy", []string{"x"}}, {m.Velocity, "velocity", []string{"p"}}, {m.Force, "force", []string{"q"}},
		{m.Encode, "encode", []string{"y"}}, {m.Decode, "decode", []string{"z"}},
	}
	if c := m.Chart; c != nil {
		inner := slices.Clone(changed)
		inner[0] = "y"
		all = append(all, cFunction{c.Enter, "enter", []string{"x"}}, cFunction{c.Leave, "leave", []string{"y"}}, cFunction{c.Field, "inner", inner})
	}
	if m.extended {
		changes := append(slices.Clone(changed), "dx")
		if m.Inputs > 0 {
			changes = append(changes, "du")
		}
		all = append(all, cFunction{m.Supply, "power", changed}, cFunction{m.Tangent, "tangent", changes})
	}
	return slices.DeleteFunc(all, func(f cFunction) bool { return f.program == nil })
}

// now is a piece of text of a model whose field depends on the time, nothing of another.
func (m *Model) now(text string) string {
	if m.Timed {
		return text
	}
	return ""
}

type cFunction struct {
	program   *program.Function
	name      string
	arguments []string
}

// cTitle is the comment at the top of a file, without its frame.
func cTitle(m *Model) []string {
	lines := []string{fmt.Sprintf("%s: a %s, written by hnn export. Do not edit.", plain(m.Model), plain(m.Kind))}
	for i, c := range m.Columns {
		unit := ""
		if i < len(m.Units) && m.Units[i] != "" {
			unit = ", in " + plain(m.Units[i])
		}
		lines = append(lines, fmt.Sprintf("state %d: %s%s", i, plain(c), unit))
	}
	for i, c := range m.Names.Inputs {
		lines = append(lines, fmt.Sprintf("input %d: %s", i, plain(c)))
	}
	return lines
}

func cHeader(m *Model, precision Precision) []byte {
	var b bytes.Buffer
	comment := func(lines ...string) { fmt.Fprintf(&b, "/* %s */\n", strings.Join(lines, "\n   ")) }
	comment(cTitle(m)...)
	fmt.Fprintf(&b, "#ifndef HNN_MODEL_H\n#define HNN_MODEL_H\n\ntypedef %s hnn_real;\n\n#define HNN_STATES %d\n#define HNN_INPUTS %d\n", precision, m.Dim, m.Inputs)
	fmt.Fprintf(&b, "\n/* A state at a time. Functions keep nothing between calls: any number of threads may run any\n   number of these. */\ntypedef struct {\n\thnn_real t;\n\thnn_real x[HNN_STATES];\n} hnn_state;\n\n")
	comment("The methods that fit the model. RK4 fits any; the others are symplectic: the energy error of", "long rollouts does not grow.")
	b.WriteString("typedef enum {\n")
	for i, method := range m.Methods {
		comma := ","
		if i == len(m.Methods)-1 {
			comma = ""
		}
		fmt.Fprintf(&b, "\t%s%s /* order %d */\n", cMethod(method), comma, method.Order())
	}
	b.WriteString("} hnn_method;\n\n")
	u := "u may be a null pointer, for inputs that are zero."
	if m.Inputs == 0 {
		u = "u is not read, and may be a null pointer."
	}
	if m.Timed {
		b.WriteString("#define HNN_TIMED 1\n")
		u += " The forces depend on the time t."
	}
	comment("dx/dt of a state (HNN_STATES numbers) under inputs u (HNN_INPUTS); dx must not overlap x.", u)
	b.WriteString("void hnn_field(" + m.now("hnn_real t, ") + "const hnn_real x[HNN_STATES], const hnn_real *u, hnn_real dx[HNN_STATES]);\n\n")
	if m.Energy != nil {
		comment("The learned energy H, known up to a constant.")
		b.WriteString("hnn_real hnn_energy(const hnn_real x[HNN_STATES]);\n\n")
	}
	if m.Force != nil {
		fmt.Fprintf(&b, "#define HNN_SEPARABLE 1\n")
		comment("H = T(p) + V(q): dq/dt of the momenta and dp/dt of the positions, half as many as states.")
		b.WriteString("void hnn_velocity(const hnn_real p[HNN_STATES / 2], hnn_real v[HNN_STATES / 2]);\nvoid hnn_force(const hnn_real q[HNN_STATES / 2], hnn_real f[HNN_STATES / 2]);\n\n")
	}
	if m.Encode != nil {
		fmt.Fprintf(&b, "#define HNN_PIXELS %d\n", m.Encode.Nodes[0].Len)
		comment("The autoencoder: a state of an observation, frames behind each other, row by row, in [0, 1];", "and an observation of a state.")
		b.WriteString("void hnn_encode(const hnn_real y[HNN_PIXELS], hnn_real x[HNN_STATES]);\nvoid hnn_decode(const hnn_real x[HNN_STATES], hnn_real y[HNN_PIXELS]);\n\n")
	}
	if m.extended {
		if m.Supply != nil {
			comment("dH/dt.")
			b.WriteString("hnn_real hnn_power(" + m.now("hnn_real t, ") + "const hnn_real x[HNN_STATES], const hnn_real *u);\n\n")
		}
		comment("The change of dx/dt and, of a model with an energy, of H and dH/dt behind it, with changes of state", "and inputs.")
		b.WriteString("void hnn_tangent(" + m.now("hnn_real t, ") + "const hnn_real x[HNN_STATES], const hnn_real *u, const hnn_real dx[HNN_STATES], const hnn_real *du, hnn_real *out);\n\n")
	}
	comment("One step of length h, which may be negative. Inputs go linearly from u0 to u1 during the step;",
		"the same pointer twice holds them, null pointers are zero. 0 is success; 1 a method that the model",
		"does not have, 2 an implicit step whose equations were not solved, 3 a state that is not finite:",
		"then the state is as it was.")
	b.WriteString("int hnn_step(hnn_state *s, hnn_method method, hnn_real h, const hnn_real *u0, const hnn_real *u1);\n\n#endif\n")
	return b.Bytes()
}

func cMethod(m ode.Method) string {
	return "HNN_" + strings.ToUpper(strings.ReplaceAll(m.String(), "-", "_"))
}

// cMath are the functions that programs call.
var cMath = map[program.Op]string{
	program.Exp: "exp%s(a)", program.Expm1: "expm1%s(a)", program.Log: "log%s(a)", program.Log1p: "log1p%s(a)", program.Sqrt: "sqrt%s(a)",
	program.Abs: "fabs%s(a)", program.Sin: "sin%s(a)", program.Cos: "cos%s(a)", program.Tan: "tan%s(a)", program.Tanh: "tanh%s(a)",
	program.Sinh: "sinh%s(a)", program.Cosh: "cosh%s(a)", program.Sigmoid: "1 / (1 + exp%s(-a))",
	program.Softplus: "(a > 0 ? a : 0) + log1p%s(exp%[1]s(-fabs%[1]s(a)))",
	program.Relu:     "a > 0 ? a : 0", program.Min0: "a < 0 ? a : 0", program.Step: "a > 0 ? 1 : 0",
}

func cCode(m *Model, precision Precision) []byte {
	p := newLoops(false, precision)
	functions := cFunctions(m)
	for _, f := range functions {
		p.function(f.program, "model_"+f.name, f.arguments)
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "/* %s */\n#include \"model.h\"\n\n#include <math.h>\n\n", strings.Join(cTitle(m), "\n   "))
	suffix := ""
	if precision == Float {
		suffix = "f"
	}
	ops := used(functions)
	for op := range program.Ops {
		body, ok := cMath[op]
		switch {
		case !ops[op]:
		case op == program.Pow:
			fmt.Fprintf(&b, "#define f_pow pow%s\n", suffix)
		case op == program.Atan2:
			fmt.Fprintf(&b, "#define f_atan2 atan2%s\n", suffix)
		case op == program.Phi:
			fmt.Fprintf(&b, "static hnn_real f_phi(hnn_real a) { return %s * erfc%s(-a * %s); }\n", p.number(0.5), suffix, p.number(0.70710678118654752440))
		case ok:
			if strings.Contains(body, "%") {
				body = fmt.Sprintf(body, suffix)
			}
			fmt.Fprintf(&b, "static hnn_real f_%v(hnn_real a) { return %s; }\n", op, body)
		}
	}
	b.WriteString("\n")
	for _, t := range p.tables {
		b.WriteString(t)
	}
	if p.helpers["affine"] {
		b.WriteString(cAffine)
	}
	if p.helpers["transposed"] {
		b.WriteString(cTransposed)
	}
	b.WriteString("\n")
	b.Write(p.code.Bytes())
	cInterface(&b, m, functions)
	cSteps(&b, m, p, precision)
	b.WriteString(cDemo(m))
	return b.Bytes()
}

// The matrix products keep the order of a loop for each element but for eight sums side by side, which compilers make a
// vector of.
const cAffine = `
/* y = W x + b, of each of rows pieces of x; W is out x in. */
static void hnn_affine(const hnn_real *restrict w, const hnn_real *restrict b, const hnn_real *restrict x, int rows, int out, int in, hnn_real *restrict y)
{
	for (int r = 0; r < rows; r++) {
		for (int i = 0; i < out; i++) {
			const hnn_real *row = w + i * in;
			hnn_real s[8] = { 0 };
			hnn_real sum = b ? b[i] : 0;
			int j = 0;
			for (; j + 8 <= in; j += 8)
				for (int k = 0; k < 8; k++) s[k] += row[j + k] * x[j + k];
			for (; j < in; j++) sum += row[j] * x[j];
			y[i] = sum + (((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7])));
		}
		x += in;
		y += out;
	}
}
`

const cTransposed = `
/* y = W^T x, of each of rows pieces of x; W is in x out. */
static void hnn_transposed(const hnn_real *restrict w, const hnn_real *restrict x, int rows, int in, int out, hnn_real *restrict y)
{
	for (int r = 0; r < rows; r++) {
		for (int j = 0; j < out; j++) y[j] = 0;
		for (int i = 0; i < in; i++)
			for (int j = 0; j < out; j++) y[j] += w[i * out + j] * x[i];
		x += in;
		y += out;
	}
}
`

// cInterface prints the functions of the header.
func cInterface(b *bytes.Buffer, m *Model, functions []cFunction) {
	if m.Inputs > 0 {
		b.WriteString("static const hnn_real hnn_zero[HNN_INPUTS] = { 0 };\n\n")
	}
	call := func(name, out, arguments string, n int) string {
		if n == 1 {
			return fmt.Sprintf("%s[0] = model_%s(%s);", out, name, arguments)
		}
		return fmt.Sprintf("model_%s(%s, %s);", name, arguments, out)
	}
	for _, f := range functions {
		n := f.program.Nodes[f.program.Out].Len
		switch f.name {
		case "field":
			arguments := "x"
			b.WriteString("void hnn_field(" + m.now("hnn_real t, ") + "const hnn_real x[HNN_STATES], const hnn_real *u, hnn_real dx[HNN_STATES])\n{\n")
			if m.Inputs > 0 {
				arguments = "x, u ? u : hnn_zero"
			} else {
				b.WriteString("\t(void)u;\n")
			}
			arguments += m.now(", &t")
			fmt.Fprintf(b, "\t%s\n}\n\n", call("field", "dx", arguments, n))
		case "energy":
			b.WriteString("hnn_real hnn_energy(const hnn_real x[HNN_STATES])\n{\n\treturn model_energy(x);\n}\n\n")
		case "power":
			arguments, rest := "x, u ? u : hnn_zero", ""
			if m.Inputs == 0 {
				arguments, rest = "x", "\t(void)u;\n"
			}
			fmt.Fprintf(b, "hnn_real hnn_power(%sconst hnn_real x[HNN_STATES], const hnn_real *u)\n{\n%s\treturn model_power(%s%s);\n}\n\n", m.now("hnn_real t, "), rest, arguments, m.now(", &t"))
		case "tangent":
			arguments, rest := "x, u ? u : hnn_zero"+m.now(", &t")+", dx, du ? du : hnn_zero", ""
			if m.Inputs == 0 {
				arguments, rest = "x"+m.now(", &t")+", dx", "\t(void)u;\n\t(void)du;\n"
			}
			fmt.Fprintf(b, "void hnn_tangent("+m.now("hnn_real t, ")+"const hnn_real x[HNN_STATES], const hnn_real *u, const hnn_real dx[HNN_STATES], const hnn_real *du, hnn_real *out)\n{\n%s\t%s\n}\n\n", rest, call("tangent", "out", arguments, n))
		case "velocity":
			fmt.Fprintf(b, "void hnn_velocity(const hnn_real p[HNN_STATES / 2], hnn_real v[HNN_STATES / 2])\n{\n\t%s\n}\n\n", call("velocity", "v", "p", n))
		case "force":
			fmt.Fprintf(b, "void hnn_force(const hnn_real q[HNN_STATES / 2], hnn_real f[HNN_STATES / 2])\n{\n\t%s\n}\n\n", call("force", "f", "q", n))
		case "encode":
			fmt.Fprintf(b, "void hnn_encode(const hnn_real y[HNN_PIXELS], hnn_real x[HNN_STATES])\n{\n\t%s\n}\n\n", call("encode", "x", "y", n))
		case "decode":
			fmt.Fprintf(b, "void hnn_decode(const hnn_real x[HNN_STATES], hnn_real y[HNN_PIXELS])\n{\n\t%s\n}\n\n", call("decode", "y", "x", n))
		}
	}
}

// numbers is a list of constants.
func (p *loops) numbers(v []float64) string { return numbers(v, p.number) }

// cSteps prints hnn_step.
func cSteps(b *bytes.Buffer, m *Model, p *loops, precision Precision) {
	splitting, implicit := methodsOf(m)
	// What moves is the states, or the coordinates that the states' rollouts go through.
	moved, enter, leave, from, to := "HNN_STATES", "", "", "s->x", "x"
	field := "hnn_field(" + m.now("t, ") + "x, %s, dx);"
	if m.Chart != nil {
		fmt.Fprintf(b, "/* Steps move coordinates that keep the states' constraints, so many. */\n#define HNN_MOVED %d\n\n", m.Chart.Dim)
		moved, enter, leave, from, to = "HNN_MOVED", "\t\thnn_real y[HNN_MOVED], z[HNN_MOVED];\n\t\tmodel_enter(s->x, y);\n", "\t\tmodel_leave(z, x);\n", "y", "z"
		field = "model_inner(x" + m.now(", &t") + ", dx);"
		if m.Inputs > 0 {
			field = "model_inner(x, %s" + m.now(", &t") + ", dx);"
		}
	}
	mix := "(void)u0;\n\t(void)u1;\n\t(void)c;\n\t" + strings.ReplaceAll(field, "%s", "0")
	if m.Inputs > 0 {
		mix = "hnn_real u[HNN_INPUTS];\n\tfor (int i = 0; i < HNN_INPUTS; i++) u[i] = (u0 ? u0[i] : 0) * (1 - c) + (u1 ? u1[i] : 0) * c;\n\t" + strings.ReplaceAll(field, "%s", "u")
	}
	fmt.Fprintf(b, "/* The field at a share c of a step. */\nstatic void hnn_at(%sconst hnn_real x[%[3]s], const hnn_real *u0, const hnn_real *u1, hnn_real c, hnn_real dx[%[3]s])\n{\n\t%[2]s\n}\n\n", m.now("hnn_real t, "), mix, moved)
	half, two, six := p.number(0.5), p.number(2), p.number(6)
	fmt.Fprintf(b, `static void hnn_step_rk4(%[5]sconst hnn_real x[%[4]s], hnn_real h, const hnn_real *u0, const hnn_real *u1, hnn_real out[%[4]s])
{
	hnn_real k[%[4]s], at[%[4]s], sum[%[4]s];
	hnn_at(%[6]sx, u0, u1, 0, k);
	for (int i = 0; i < %[4]s; i++) {
		sum[i] = k[i];
		at[i] = x[i] + h * %[1]s * k[i];
	}
	hnn_at(%[7]sat, u0, u1, %[1]s, k);
	for (int i = 0; i < %[4]s; i++) {
		sum[i] += %[2]s * k[i];
		at[i] = x[i] + h * %[1]s * k[i];
	}
	hnn_at(%[7]sat, u0, u1, %[1]s, k);
	for (int i = 0; i < %[4]s; i++) {
		sum[i] += %[2]s * k[i];
		at[i] = x[i] + h * k[i];
	}
	hnn_at(%[8]sat, u0, u1, 1, k);
	for (int i = 0; i < %[4]s; i++) out[i] = x[i] + h * (sum[i] + k[i]) / %[3]s;
}

`, half, two, six, moved, m.now("hnn_real t, "), m.now("t, "), m.now("t + h * "+half+", "), m.now("t + h, "))
	if splitting != nil {
		b.WriteString(`/* Kicks of the momenta and drifts of the positions in turn. */
static void hnn_step_split(const hnn_real x[HNN_STATES], hnn_real h, const hnn_real *kick, int kicks, const hnn_real *drift, int drifts, hnn_real out[HNN_STATES])
{
	hnn_real d[HNN_STATES / 2];
	hnn_real *q = out, *p = out + HNN_STATES / 2;
	for (int i = 0; i < HNN_STATES; i++) out[i] = x[i];
	for (int s = 0; s < kicks; s++) {
		hnn_force(q, d);
		for (int i = 0; i < HNN_STATES / 2; i++) p[i] += h * kick[s] * d[i];
		if (s < drifts) {
			hnn_velocity(p, d);
			for (int i = 0; i < HNN_STATES / 2; i++) q[i] += h * drift[s] * d[i];
		}
	}
}

`)
	}
	if implicit != nil {
		tolerance := "4.4e-16"
		if precision == Float {
			tolerance = "2.4e-7f"
		}
		abs := "fabs"
		if precision == Float {
			abs = "fabsf"
		}
		fmt.Fprintf(b, `/* An implicit Runge-Kutta step, solved by fixed-point iteration; 0 where it is solved. */
static int hnn_step_implicit(const hnn_real x[HNN_STATES], hnn_real h, int stages, const hnn_real *a, const hnn_real *b, hnn_real out[HNN_STATES])
{
	hnn_real k[3][HNN_STATES], at[HNN_STATES], dx[HNN_STATES];
	hnn_real last = -1;
	hnn_field(x, 0, k[0]);
	for (int s = 1; s < stages; s++)
		for (int i = 0; i < HNN_STATES; i++) k[s][i] = k[0][i];
	for (int n = 0; n < 100; n++) {
		hnn_real change = 0, size = 0;
		for (int s = 0; s < stages; s++) {
			for (int i = 0; i < HNN_STATES; i++) {
				hnn_real sum = 0;
				for (int j = 0; j < stages; j++) sum += a[s * stages + j] * k[j][i];
				at[i] = x[i] + h * sum;
			}
			hnn_field(at, 0, dx);
			for (int i = 0; i < HNN_STATES; i++) {
				const hnn_real d = %[2]s(h * (dx[i] - k[s][i])), v = %[2]s(x[i]) + %[2]s(h * dx[i]);
				if (!(d <= change)) change = d;
				if (v > size) size = v;
				k[s][i] = dx[i];
			}
		}
		if (!(change <= size)) {
			if (!(change - change == 0)) return 2;
		}
		/* Solved, or at the end of what rounding lets come closer. */
		if (change <= %[1]s * size || (last >= 0 && change >= last && change <= %[3]s * size)) {
			for (int i = 0; i < HNN_STATES; i++) {
				hnn_real sum = 0;
				for (int s = 0; s < stages; s++) sum += b[s] * k[s][i];
				out[i] = x[i] + h * sum;
			}
			return 0;
		}
		last = change;
	}
	return 2;
}

`, tolerance, abs, map[Precision]string{Double: "1e-12", Float: "1e-5f"}[precision])
	}
	open, shut := "", ""
	if enter != "" {
		open, shut = " {", "\t}\n"
	}
	fmt.Fprintf(b, "int hnn_step(hnn_state *s, hnn_method method, hnn_real h, const hnn_real *u0, const hnn_real *u1)\n{\n\thnn_real x[HNN_STATES];\n\tint status = 0;\n\tswitch (method) {\n\tcase HNN_RK4:%s\n%s\t\thnn_step_rk4(%s%s, h, u0, u1, %s);\n%s\t\tbreak;\n%s", open, enter, m.now("s->t, "), from, to, leave, shut)
	for _, method := range splitting {
		kick, drift, _ := method.Splitting()
		fmt.Fprintf(b, "\tcase %s: {\n\t\tstatic const hnn_real kick[] = { %s };\n\t\tstatic const hnn_real drift[] = { %s };\n\t\thnn_step_split(s->x, h, kick, %d, drift, %d, x);\n\t\tbreak;\n\t}\n",
			cMethod(method), p.numbers(kick), p.numbers(drift), len(kick), len(drift))
	}
	for _, method := range implicit {
		a, weights, _, _ := method.Implicit()
		fmt.Fprintf(b, "\tcase %s: {\n\t\tstatic const hnn_real a[] = { %s };\n\t\tstatic const hnn_real b[] = { %s };\n\t\tstatus = hnn_step_implicit(s->x, h, %d, a, b, x);\n\t\tbreak;\n\t}\n",
			cMethod(method), p.numbers(slices.Concat(a...)), p.numbers(weights), len(weights))
	}
	b.WriteString(`	default:
		return 1;
	}
	if (status) return status;
	for (int i = 0; i < HNN_STATES; i++)
		if (!(x[i] - x[i] == 0)) return 3;
	for (int i = 0; i < HNN_STATES; i++) s->x[i] = x[i];
	s->t += h;
	return 0;
}
`)
}

// cDemo is a main that prints a rollout.
func cDemo(m *Model) string {
	method := m.Methods[0]
	for _, other := range m.Methods {
		if other == ode.Leapfrog || other == ode.Midpoint && method == ode.RK4 {
			method = other
		}
	}
	energy := ""
	if m.Energy != nil {
		energy = "\t\tprintf(\",%.9g\", (double)hnn_energy(s.x));\n"
	}
	return fmt.Sprintf(`
#ifdef HNN_DEMO
#include <stdio.h>

/* Prints times, states and energies of a rollout: STEP and STEPS may be defined. */
#ifndef STEP
#define STEP 0.05
#endif
#ifndef STEPS
#define STEPS 100
#endif

int main(void)
{
	static const double start[HNN_STATES] = { %s };
	hnn_state s;
	s.t = 0;
	for (int i = 0; i < HNN_STATES; i++) s.x[i] = (hnn_real)start[i];
	for (int n = 0; n <= STEPS; n++) {
		printf("%%.9g", (double)s.t);
		for (int i = 0; i < HNN_STATES; i++) printf(",%%.9g", (double)s.x[i]);
%s		printf("\n");
		const int status = hnn_step(&s, %s, (hnn_real)STEP, 0, 0);
		if (status) {
			printf("hnn_step: %%d\n", status);
			return status;
		}
	}
	return 0;
}
#endif
`, numbers(m.start(), double), energy, cMethod(method))
}
