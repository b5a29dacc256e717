// The view in the address: everything behind the # that is needed to see the same again.

const input = 'input.'; // before an input's name

export function read() {
  const p = new URLSearchParams(location.hash.slice(1));
  const view = {};
  for (const [key, value] of p) {
    if (key.startsWith(input)) view.inputs = { ...view.inputs, [key.slice(input.length)]: numbers(value) };
    else view[key] = value;
  }
  if (view.x0 !== undefined) view.x0 = numbers(view.x0);
  for (const key of ['horizon', 'speed', 'step', 't']) {
    if (view[key] !== undefined) {
      view[key] = Number(view[key]);
      if (!isFinite(view[key])) delete view[key];
    }
  }
  if (view.runs !== undefined) view.runs = view.runs.split(',');
  return view;
}

let timer;

// write replaces the address, in a moment: browsers allow it only so often.
export function write(view) {
  clearTimeout(timer);
  timer = setTimeout(() => history.replaceState(null, '', `#${text(view)}`), 250);
}

export function text(view) {
  const p = new URLSearchParams();
  const { inputs, ...rest } = view;
  for (const [name, value] of Object.entries(inputs ?? {})) rest[input + name] = value;
  for (const [key, value] of Object.entries(rest)) {
    if (value !== undefined && value !== '') p.set(key, Array.isArray(value) ? value.join(',') : String(value));
  }
  return p.toString().replaceAll('%2C', ',');
}

// numbers reads numbers with commas or spaces between them, or returns undefined.
export function numbers(s) {
  const parts = s.trim().split(/[\s,;]+/);
  const all = parts.map(Number);
  return s.trim() !== '' && all.every(isFinite) ? all : undefined;
}
