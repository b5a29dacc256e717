// How the rollouts shown are integrated: what the controls ask for, as simulate takes it.

// settings are the horizon, the time between two points, and what else simulate takes for a
// run and such an interval. scale is how long a trajectory of the data is.
export function settings({ horizon, method, tolerance, step }, scale, inputs) {
  // Three hundred points for what one trajectory of the data shows, twenty for a period of
  // what acts, and no more than a browser draws with ease.
  const even = Math.max(Math.min(scale / 300, inputs.shortest / 20), horizon / 20000);
  const integrator = (run, interval) => {
    if (method.adaptive || !serves(method, run, inputs)) return { method: method.adaptive ? method.name : 'dop853', rtol: tolerance, atol: tolerance };
    // Between two points lie whole steps, as methods with a fixed step want it.
    return { method: method.name, step: interval / Math.max(1, Math.round(interval / step)) };
  };
  return {
    horizon, dt: method.adaptive ? even : Math.max(even, step),
    request: (run, interval) => ({ ...integrator(run, interval), input: inputs.of(run) }),
  };
}

// serves reports whether a method can integrate a run under its inputs.
export function serves(method, run, inputs) {
  if (method.needs_split) return run.separable && !inputs.of(run);
  return !(method.state_only && inputs.of(run) && isFinite(inputs.shortest));
}
