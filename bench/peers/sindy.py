"""Sparse laws by PySINDy on rows that hnn's test wrote: see fit/formula/peers_test.go.

    python sindy.py FOLDER

For every FOLDER/NAME-NOISE-DRAW-train.csv the best of a grid is printed: STLSQ on derivatives by differences, plain and
smoothed, and STLSQ on the weak form, by the error of rollouts from the first states of the test trials, which have no
noise. (The grid is judged by the test rows themselves: more than a user has.) The library holds the right terms:
polynomials of degree 3, for angles sines and cosines, for bodies the components of the distance over its cube.
"""
import glob, os, sys, time, warnings
import numpy as np
import pysindy as ps

warnings.filterwarnings("ignore")

THRESHOLDS = [0.003, 0.01, 0.03, 0.1, 0.3]
WINDOWS = [11, 21]
WEAK = [(100, 8), (400, 4), (400, 8), (400, 16)]  # test functions, and their half-widths as a part of the horizon

# Rollouts that err by less than FINELY, the FEW best, are repeated with FINE Runge-Kutta steps a row.
FEW, FINE, FINELY = 5, 80, 1e-4


def polynomials(d, degree, used=None):
    """Functions of d columns, with names, the constant left out."""
    out = []
    used = range(d) if used is None else used

    def grow(powers, start, left):
        for i in [u for u in used if u >= start]:
            p = powers.copy()
            p[i] += 1
            out.append(tuple(p))
            if left > 1:
                grow(p, i, left - 1)

    grow([0] * d, 0, degree)
    return sorted(set(out), key=lambda p: (sum(p), [-v for v in p]))


def monomial(p):
    return lambda *x: np.prod([x[i] ** k for i, k in enumerate(p) if k], axis=0)


def library(name, columns):
    """The functions, and of each column of dx/dt which of them are right."""
    d = len(columns)
    fs, names = [], []

    def poly(degree, used=None):
        for p in polynomials(d, degree, used):
            fs.append(monomial(p))
            names.append("*".join(f"{columns[i]}^{k}" if k > 1 else columns[i] for i, k in enumerate(p) if k))

    if name == "pendulum":
        poly(3, [1])
        fs.extend([lambda q, p: np.sin(q), lambda q, p: np.cos(q), lambda q, p: np.sin(2 * q), lambda q, p: np.cos(2 * q), lambda q, p: p * np.sin(q), lambda q, p: p * np.cos(q)])
        names.extend(["sin(q)", "cos(q)", "sin(2q)", "cos(2q)", "p*sin(q)", "p*cos(q)"])
        right = [{"p"}, {"sin(q)"}]
    elif name == "spring":
        poly(3)
        right = [{"p"}, {"q"}]
    elif name == "duffing":
        poly(3)
        right = [{"p"}, {"q", "q^3"}]
    elif name == "henon-heiles":
        poly(3)
        right = [{"p1"}, {"p2"}, {"q1", "q1*q2"}, {"q2", "q1^2", "q2^2"}]
    elif name == "kepler":
        poly(2)
        fs.extend([lambda x, y, px, py: x / (x * x + y * y) ** 1.5, lambda x, y, px, py: y / (x * x + y * y) ** 1.5])
        names.extend(["x/r^3", "y/r^3"])
        right = [{"px"}, {"py"}, {"x/r^3"}, {"y/r^3"}]
    else:  # two-body: x1 x2 y1 y2 in the order of the columns
        poly(1)
        at = {c: i for i, c in enumerate(columns)}

        def part(axis):
            def f(*v):
                dx, dy = v[at["x1"]] - v[at["x2"]], v[at["y1"]] - v[at["y2"]]
                return (dx if axis == "x" else dy) / (dx * dx + dy * dy) ** 1.5
            return f

        fs.extend([part("x"), part("y")])
        names.extend(["dx/r^3", "dy/r^3"])
        right = [{"p" + c} if c[0] != "p" else {"d" + c[1] + "/r^3"} for c in columns]
    return fs, names, right


def read(path):
    with open(path) as f:
        columns = f.readline().strip().split(",")[2:]
    a = np.loadtxt(path, delimiter=",", skiprows=1)
    trials = [a[a[:, 0] == k] for k in np.unique(a[:, 0])]
    return columns, [t[:, 1] for t in trials], [t[:, 2:] for t in trials]


def rollouts(fs, c, ts, xs, steps=5):
    """Median over trials of the root mean square error in the columns' spreads, at most 10 a number."""
    x = np.array([v[0] for v in xs])
    truth = np.array(xs)
    spread = truth.reshape(-1, truth.shape[2]).std(axis=0)
    field = lambda x: np.stack([f(*x.T) for f in fs], axis=1) @ c.T
    path = [x]
    h = (ts[0][1] - ts[0][0]) / steps
    with np.errstate(all="ignore"):
        for _ in range(len(ts[0]) - 1):
            for _ in range(steps):
                k1 = field(x)
                k2 = field(x + h / 2 * k1)
                k3 = field(x + h / 2 * k2)
                k4 = field(x + h * k3)
                x = x + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
            path.append(x)
        e = np.abs(np.stack(path, axis=1) - truth) / spread
        e[~(e < 10)] = 10
    return float(np.median(np.sqrt((e ** 2).mean(axis=(1, 2)))))


def explicit(f, d):
    """f of d columns with d named arguments: the library counts them."""
    args = ", ".join(f"x{i}" for i in range(d))
    return eval(f"lambda {args}: f({args})", {"f": f})


def fits(fs, names, ts, xs):
    """Every model of the grid: what it is, its coefficients and the seconds of its fit."""
    d = xs[0].shape[1]
    lib = lambda: ps.CustomLibrary(library_functions=[explicit(f, d) for f in fs], function_names=[explicit(lambda *v, n=n: n, d) for n in names])
    for method in ["finite differences"] + [f"smoothed {w}" for w in WINDOWS]:
        for th in THRESHOLDS:
            begin = time.process_time()
            diff = ps.FiniteDifference() if method[0] == "f" else ps.SmoothedFiniteDifference(smoother_kws={"window_length": int(method.split()[1])})
            m = ps.SINDy(feature_library=lib(), optimizer=ps.STLSQ(threshold=th, alpha=1e-6), differentiation_method=diff)
            try:
                m.fit(xs, t=ts)
                yield f"STLSQ, {method}, threshold {th}", m.coefficients(), time.process_time() - begin
            except Exception as e:
                print("   ", method, th, e, file=sys.stderr)
    for k, part in WEAK:
        begin = time.process_time()
        np.random.seed(0)
        try:  # the weak library once, as SINDy.fit makes it; then every threshold
            weak = ps.WeakPDELibrary(function_library=lib(), spatiotemporal_grid=ts[0], K=k, H_xt=(ts[0][-1] - ts[0][0]) / part, p=6)
            axes = [ps.AxesArray(x, {"ax_time": 0, "ax_coord": 1}) for x in xs]
            theta = np.vstack(weak.fit_transform(axes))
            rates = np.vstack([weak.convert_u_dot_integral(x) for x in axes])
            made = time.process_time() - begin
        except Exception as e:
            print("    weak", k, part, e, file=sys.stderr)
            continue
        for th in THRESHOLDS:
            begin = time.process_time()
            c = ps.STLSQ(threshold=th, alpha=1e-6).fit(theta, rates).coef_
            yield f"weak form, K {k}, half-width 1/{part}, threshold {th}", c, made + time.process_time() - begin


def main(folder):
    paths = glob.glob(os.path.join(folder, "*-train.csv"))
    for path in sorted(paths, key=lambda p: (p.rsplit("-", 2)[1], p)):  # draw by draw
        base = os.path.basename(path)[: -len("-train.csv")]
        name, noise, draw = base.rsplit("-", 2)
        columns, ts, xs = read(path)
        _, tt, tx = read(path.replace("-train", "-test"))
        fs, names, right = library(name, columns)
        found = {}
        for what, c, seconds in fits(fs, names, ts, xs):
            kind = "weak" if what[0] == "w" else "STLSQ"
            found.setdefault(kind, []).append((rollouts(fs, c, tt, tx), seconds, what, c))
        for kind, list in found.items():
            list.sort(key=lambda f: f[0])
            # The best few again with steps that take nothing away from exact coefficients.
            fine = [(rollouts(fs, c, tt, tx, FINE) if error < FINELY else error, seconds, what, c) for error, seconds, what, c in list[:FEW]]
            error, seconds, what, c = min(fine, key=lambda f: f[0])
            terms = [{names[j] for j in np.flatnonzero(row)} for row in c]
            ok = "right" if terms == right else "wrong"
            print(f"{base},{kind},{error:.3g},{ok},{seconds:.2f},{what.replace(',', ';')}", flush=True)


main(sys.argv[1])
