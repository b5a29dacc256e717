package export

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hnn/ode"
)

const onnxDriver = `
import os
import sys
import numpy as np
import onnx
import onnxruntime
from onnx.reference import ReferenceEvaluator

for line in open(sys.argv[1]):
    path, step = line.split()
    model = onnx.load(path + "/model.onnx")
    onnx.checker.check_model(model, full_check=True)
    shapes = {i.name: i.type.tensor_type.shape.dim[1].dim_value for i in model.graph.input}
    real = np.float32 if path.endswith("float") else np.float64
    timed = shapes.pop("t", 0)
    data = np.fromfile(path + "/in").reshape(-1, sum(shapes.values())).astype(real)
    feed = {"x": data[:, : shapes["x"]]}
    if "u" in shapes:
        feed["u"] = data[:, shapes["x"] :]
    if timed:
        feed["t"] = np.full((len(data), 1), 0.75, real)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(path + "/model.onnx", options, providers=["CPUExecutionProvider"])
    out = session.run(None, feed)
    # The reference evaluator says what the operators mean; any batch goes.
    few = {k: v[:7] for k, v in feed.items()}
    for a, b in zip(ReferenceEvaluator(model).run(None, few), out):
        assert a.shape == b[:7].shape and a.dtype == b.dtype, path
        error = np.max(np.abs(a - b[:7])) / (1 + np.max(np.abs(b)))
        assert error < 1e5 * np.finfo(real).eps, (path, error)
    if os.path.exists(path + "/steps"):
        # A hundred steps of the classical Runge-Kutta method, without inputs, the graph giving the rates.
        h = real(step)
        def rate(x, t):
            now = {"x": x[None]}
            if "u" in shapes:
                now["u"] = np.zeros((1, shapes["u"]), real)
            if timed:
                now["t"] = np.full((1, 1), t, real)
            return session.run(None, now)[0][0]
        x = feed["x"][0]
        for n in range(100):
            t = real(n) * h
            a = rate(x, t)
            b = rate(x + h / 2 * a, t + h / 2)
            c = rate(x + h / 2 * b, t + h / 2)
            d = rate(x + h * c, t + h)
            x = x + h / 6 * (a + 2 * b + 2 * c + d)
        out.append(x)
    np.concatenate([o.ravel() for o in out]).astype(np.float64).tofile(path + "/out")
`

// Every kind of model as an ONNX graph passes onnx's checker, and onnxruntime gives its field and energy, in both
// precisions; onnx's reference evaluator agrees. A rollout about the graph is the model's own.
func TestONNX(t *testing.T) {
	interpreter := python(t, "numpy", "onnx", "onnxruntime")
	refused := ""
	everywhere(t, func(m *Model, p Precision) ([]File, error) {
		m.Methods = nil // it has no steps: those of the test are taken about it
		files, err := ONNX(m, p)
		if err != nil && strings.Contains(err.Error(), "gelu") && p == Double {
			refused += m.Names.Model + " "
			return nil, nil
		}
		if m.Chart == nil { // else steps are of other coordinates
			m.Methods, files = []ode.Method{ode.RK4}, append(files, File{Name: "steps"})
		}
		return files, err
	}, func(dir, list string) {
		script := filepath.Join(dir, "driver.py")
		if err := os.WriteFile(script, []byte(onnxDriver), 0o644); err != nil {
			t.Fatal(err)
		}
		run(t, nil, interpreter, script, list)
	})
	if refused != "hnn-options hnn-gelu " && !testing.Short() {
		t.Errorf("refused in double: %q, want the two with gelu", refused)
	}
}
