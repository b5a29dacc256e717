"""PySINDy, polynomial ridge regression and a Gaussian process on rows of a measured file: see
experiment/measuredrivals_test.go, which writes them.

    python measured.py ROWS.json

Prints, of each, the errors of one rollout a block of held-out rows, as shares of the columns' ranges. Each takes the best of
its grid below by the median error of the same kind of blocks in the last fifth of the training rows, and is then fitted to
all of them. Derivatives and states: those that hnn estimated, or what was measured with PySINDy's smoothed differences.
Rollouts: Runge-Kutta of order 4, four steps a row.
"""
import json, sys, warnings
import numpy as np

warnings.filterwarnings("ignore")
import pysindy as ps
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel
from sklearn.preprocessing import PolynomialFeatures

RIDGE = [(degree, waves, ridge) for degree in (1, 2, 3, 5) for waves in (0, 1, 2) for ridge in (1e-8, 1e-6, 1e-4, 1e-2)]
SINDY = [(degree, waves, threshold) for degree, waves in ((1, 0), (1, 1), (1, 2), (2, 0), (3, 0), (3, 1)) for threshold in (0.01, 0.05, 0.1, 0.5)]
GP_ROWS = [300, 600]
MOST_FEATURES = 260
STEPS = 4  # of Runge-Kutta a row; 1 where settings are compared


def trial(v, d, k, measured):
    n = len(v["t"])
    out = {"t": np.array(v["t"]), "x": np.array(v["x"]).reshape(n, d), "u": np.array(v.get("u") or []).reshape(n, k)}
    if v.get("dx"):
        out["dx"] = np.array(v["dx"]).reshape(n, d)
    out["m"] = np.array(v["m"]).reshape(n, measured) if v.get("m") else out["x"][:, :measured]
    return out


def cut(v, lo, hi):
    return {name: part[lo:hi] for name, part in v.items()}


def blocks(trials, rows):
    out = []
    for v in trials:
        for lo in range(0, len(v["t"]), rows):
            hi = min(lo + rows, len(v["t"]))
            if hi - lo >= max(rows // 2, 3):
                out.append(cut(v, lo, hi))
    return out


def errors(field, test, d, steps=STEPS):
    """One rollout a block; ten ranges where it diverges."""
    n, rows, k = len(test), max(len(v["t"]) for v in test), d["inputs"]
    T, U = np.zeros((n, rows)), np.zeros((n, rows, k))
    for b, v in enumerate(test):
        length = len(v["t"])
        T[b, :length], T[b, length:] = v["t"], v["t"][-1]
        U[b, :length], U[b, length:] = v["u"], v["u"][-1]
    X = np.array([v["x"][0] for v in test])
    P = [X]
    with np.errstate(all="ignore"):
        for i in range(rows - 1):
            h = ((T[:, i + 1] - T[:, i]) / steps)[:, None]
            for s in range(steps):
                u = lambda c: U[:, i] if d["held"] else U[:, i] * (1 - c) + U[:, i + 1] * c
                f = lambda X, c: np.nan_to_num(field(np.clip(np.nan_to_num(X), -1e9, 1e9), u(c)))
                a = s / steps
                k1 = f(X, a)
                k2 = f(X + h / 2 * k1, a + 0.5 / steps)
                k3 = f(X + h / 2 * k2, a + 0.5 / steps)
                k4 = f(X + h * k3, a + 1 / steps)
                X = np.clip(X + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4), -1e9, 1e9)
            P.append(X)
    P = np.array(P)
    out = []
    for b, v in enumerate(test):
        E = P[: len(v["t"]), b, : d["measured"]] - v["m"]
        for j, angle in enumerate(d["angles"][: d["measured"]] if d["angles"] else []):
            if angle:
                E[:, j] = np.remainder(E[:, j] + np.pi, 2 * np.pi) - np.pi
        e = np.sqrt(np.mean((E / d["range"]) ** 2, axis=1))[1:]
        e = float(np.sqrt(np.mean(e**2)))
        out.append(min(e, 10.0) if np.isfinite(e) else 10.0)
    return out


def stack(trials, name):
    return np.vstack([v[name] for v in trials])


def ridge(trials, setting):
    degree, waves, lam = setting
    X, U, DX = stack(trials, "x"), stack(trials, "u"), stack(trials, "dx")
    Z = np.column_stack([X, U])
    mean, spread = Z.mean(0), Z.std(0) + 1e-12
    powers = PolynomialFeatures(degree)

    def features(X, U):
        F = powers.fit_transform((np.column_stack([X, U]) - mean) / spread)
        for w in range(1, waves + 1):
            F = np.column_stack([F, np.sin(w * X), np.cos(w * X)])
        return F

    F = features(X, U)
    if F.shape[1] > MOST_FEATURES:
        raise ValueError("too many features")
    size = DX.std(0) + 1e-12
    W = np.linalg.solve(F.T @ F + lam * len(F) * np.eye(F.shape[1]), F.T @ (DX / size)) * size
    return lambda X, U: features(X, U) @ W


def sindy(trials, setting):
    degree, waves, threshold = setting
    library = ps.PolynomialLibrary(degree=degree)
    if waves:
        library = ps.GeneralizedLibrary([library, ps.FourierLibrary(n_frequencies=waves)])
    model = ps.SINDy(optimizer=ps.STLSQ(threshold=threshold, alpha=1e-3, normalize_columns=True), feature_library=library)
    k = trials[0]["u"].shape[1]
    scale = np.ones(trials[0]["x"].shape[1]) if waves else stack(trials, "x").std(0) + 1e-12
    us = stack(trials, "u").std(0) + 1e-12 if k else None
    model.fit([v["x"] / scale for v in trials], t=[v["t"] for v in trials], x_dot=[v["dx"] / scale for v in trials], u=[v["u"] / us for v in trials] if k else None)
    return lambda X, U: np.asarray(model.predict(X / scale, u=U / us if k else None)) * scale


def gaussian(trials, rows):
    Z, DX = np.column_stack([stack(trials, "x"), stack(trials, "u")]), stack(trials, "dx")
    pick = np.random.default_rng(0).permutation(len(Z))[:rows]
    mean, spread, dm, ds = Z.mean(0), Z.std(0) + 1e-12, DX.mean(0), DX.std(0) + 1e-12
    kernel = ConstantKernel(1) * RBF(np.ones(Z.shape[1])) + WhiteKernel(1e-3)
    fits = [GaussianProcessRegressor(kernel).fit((Z[pick] - mean) / spread, (DX[pick, j] - dm[j]) / ds[j]) for j in range(DX.shape[1])]
    return lambda X, U: np.column_stack([f.predict((np.column_stack([X, U]) - mean) / spread) * ds[j] + dm[j] for j, f in enumerate(fits)])


def held_out(trials):
    if len(trials) > 1:
        n = len(trials) - max(1, len(trials) // 5)
        return trials[:n], trials[n:]
    n = len(trials[0]["t"])
    return [cut(trials[0], 0, n - n // 5)], [cut(trials[0], n - n // 5, n)]


def main(path):
    d = json.load(open(path))
    d["range"] = np.array(d["range"])
    read = lambda name: [trial(v, d["dim"], d["inputs"], d["measured"]) for v in d.get(name) or []]
    test, sources = read("test"), {}
    train = [v for v in read("train") if "dx" in v]
    if train:
        sources["hnn's derivatives"] = train
    smoothed = ps.SmoothedFiniteDifference()
    raw = read("raw") or read("train")
    for v in raw:
        v["dx"] = np.asarray(smoothed(v["x"], v["t"])) if len(v["t"]) >= 12 else np.gradient(v["x"], v["t"], axis=0)
    sources["smoothed differences"] = raw
    out = {}
    for name, fit, grid in (("ridge", ridge, RIDGE), ("PySINDy", sindy, SINDY), ("Gaussian process", gaussian, GP_ROWS)):
        best = None
        for source, trials in sources.items():
            first, rest = held_out(trials)
            inner = blocks(rest, d["block"])
            inner = inner[:: max(1, len(inner) // 40)]
            for setting in grid:
                try:
                    value = float(np.median(errors(fit(first, setting), inner, d, 1)))
                except Exception:
                    continue
                if best is None or value < best[0]:
                    best = value, source, setting
        if best is not None:
            try:
                out[name] = {"setting": f"{best[2]}, {best[1]}", "errors": errors(fit(sources[best[1]], best[2]), test, d)}
            except Exception as error:
                print(name, error, file=sys.stderr)
    json.dump(out, sys.stdout)


main(sys.argv[1])
