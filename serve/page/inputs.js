// What acts on the systems shown from outside: a control for each input of their models.

import { number, sup, symbol } from './drawing.js';

// kinds are what an input may do, and the numbers that say how.
const kinds = { off: [], constant: ['value'], sine: ['amplitude', 'period'] };

export class Inputs {
  // onchange is called with each new choice, when it can be worked with.
  constructor(card, onchange) {
    this.card = card;
    this.onchange = onchange;
    this.list = [];
  }

  // show makes a control for each input of the runs. saved has, by their names, the numbers of
  // those that act; the horizon is how long a trajectory of the data is.
  show(runs, horizon, saved = {}) {
    const ranges = new Map();
    for (const run of runs) {
      run.inputs?.forEach((name, i) => {
        const [lo, hi] = ranges.get(name) ?? [Infinity, -Infinity], r = run.input_range[i];
        ranges.set(name, [Math.min(lo, r[0]), Math.max(hi, r[1])]);
      });
    }
    this.list = [...ranges].map(([name, range], i) => new Input(name, range, horizon, saved[name], `input-${i}`, () => this.onchange()));
    this.card.hidden = !this.list.length;
    this.card.querySelector('h2').textContent = this.list.length > 1 ? 'Inputs' : 'Input';
    this.card.querySelector('.rows').replaceChildren(...this.list.map((input) => input.row));
  }

  // of is what simulate takes for a run, undefined where nothing acts on it.
  of(run) {
    const signals = this.signals(run);
    return signals.some(acts) ? signals : undefined;
  }

  // steady is the same without what changes with time.
  steady(run) {
    const signals = this.signals(run).map((s) => (s.amplitude === undefined ? s : 0));
    return signals.some(acts) ? signals : undefined;
  }

  signals(run) { return (run.inputs ?? []).map((name) => this.list.find((input) => input.name === name).signal); }

  // acting are the names of those that are not zero.
  get acting() { return this.list.filter((input) => acts(input.signal)).map((input) => input.name); }

  // shortest is the shortest period of those that change with time, Infinity where none does.
  get shortest() { return Math.min(...this.list.map((input) => (acts(input.signal) && input.signal.period) || Infinity)); }

  // tell says what else is to be known of the rollouts shown; instead is the method in whose
  // place another is taken, '' for none.
  tell(shown, measured, instead) {
    const alone = shown.filter((run) => this.acting.length && !this.of(run)).map((run) => run.short), notes = [];
    if (alone.length) notes.push(`${alone.join(', ')}: no such input, left alone.`);
    if (instead) notes.push(`${instead} does not go with this: dop853 is taken.`);
    if (isFinite(this.shortest)) notes.push('Arrows: the flow without the sine.');
    if (measured) notes.push('Dots: under an input of their own.');
    this.card.querySelector('.note').textContent = notes.join(' ');
  }

  // tick shows the inputs at a time.
  tick(t) { for (const input of this.list) input.tick(t); }

  // saved are the numbers of those that are not off, by name, as show takes them.
  get saved() {
    return Object.fromEntries(this.list.filter((input) => input.kind !== 'off').map((input) => [input.name, input.numbers]));
  }
}

const short = (v) => sup(String(Number(v.toPrecision(2))));
const acts = (signal) => (signal.amplitude ?? signal) !== 0;

class Input {
  constructor(name, range, horizon, saved, id, onchange) {
    Object.assign(this, { name, range, onchange });
    const size = 0.5 * Math.max(...range.map(Math.abs)) || 1;
    const first = { value: size, amplitude: size, period: horizon / 3 };
    this.fields = {};
    this.select = element('select', {}, ...Object.keys(kinds).map((kind) => new Option(kind)));
    this.select.onchange = () => this.choose(this.select.value);
    this.now = element('span', { className: 'now' });
    this.error = element('p', { id: `${id}-error`, className: 'error' });
    this.error.setAttribute('role', 'alert');
    this.row = element('div', { className: 'input' }, element('label', {}, `${symbol(name)} `, this.select));
    this.row.setAttribute('role', 'group');
    this.row.setAttribute('aria-label', `Input ${name}`);
    this.row.dataset.input = name;
    for (const key of Object.keys(first)) {
      const field = element('input', { value: String(Number(first[key].toPrecision(2))), inputMode: 'decimal', autocomplete: 'off', spellcheck: false });
      const step = 10 ** Math.round(Math.log10(first[key] / 10));
      field.dataset.key = key;
      field.onchange = () => this.read();
      field.onkeydown = (e) => {
        const up = { ArrowUp: 1, ArrowDown: -1 }[e.key], value = read(field);
        if (!up || value === undefined) return;
        e.preventDefault();
        field.value = String(Number((value + up * step).toPrecision(8)));
        this.read();
      };
      field.setAttribute('aria-describedby', this.error.id);
      this.fields[key] = { field, label: element('label', {}, `${key} `, field) };
      this.row.append(this.fields[key].label);
    }
    this.row.append(this.now, element('span', { className: 'seen' }, `data: ${range.map(short).join(' to ')}`), this.error);
    this.take(saved);
  }

  // take begins with what a link says, or off.
  take(saved) {
    const kind = { 1: 'constant', 2: 'sine' }[saved?.length] ?? 'off';
    kinds[kind].forEach((key, i) => { this.fields[key].field.value = String(saved[i]); });
    this.select.value = kind;
    this.signal = 0;
    this.choose(kind, () => {});
  }

  choose(kind, tell = this.onchange) {
    this.kind = kind;
    for (const [key, { label }] of Object.entries(this.fields)) label.hidden = !kinds[kind].includes(key);
    this.read(tell);
  }

  // read takes what the fields say; what cannot be worked with is told, and changes nothing.
  read(tell = this.onchange) {
    const shown = kinds[this.kind];
    let wrong = '';
    for (const [key, { field }] of Object.entries(this.fields)) {
      const value = read(field);
      let text = '';
      if (shown.includes(key) && value === undefined) text = `${this.name}: the ${key} \u201c${field.value.trim()}\u201d is no number; give one, such as 0.5.`;
      else if (shown.includes(key) && key === 'period' && !(value > 0)) text = `${this.name}: the period is ${field.value.trim()}; give a positive one.`;
      field.setAttribute('aria-invalid', Boolean(text));
      wrong ||= text;
    }
    this.error.textContent = wrong;
    if (wrong) return;
    this.numbers = shown.map((key) => read(this.fields[key].field));
    const [first, period] = this.numbers;
    this.signal = { off: 0, constant: first, sine: { amplitude: first, period } }[this.kind];
    tell();
  }

  tick(t) {
    const s = this.signal;
    this.now.textContent = s.period ? `now ${number(s.amplitude * Math.sin(2 * Math.PI * t / s.period), 2)}` : '';
  }
}

function element(name, properties = {}, ...children) {
  const e = Object.assign(document.createElement(name), properties);
  e.append(...children);
  return e;
}

// read is the number in a field, or undefined.
function read(field) {
  const text = field.value.trim(), value = Number(text);
  return text !== '' && isFinite(value) ? value : undefined;
}
