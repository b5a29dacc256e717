// What all canvases share: their size, colours, axes and numbers.

// Surface is a canvas that follows the size of its element, in CSS pixels.
export class Surface {
  constructor(canvas, redraw) {
    this.canvas = canvas;
    this.context = canvas.getContext('2d');
    this.width = this.height = 1;
    new ResizeObserver(() => { this.fit(); redraw(); }).observe(canvas);
    this.fit();
  }

  fit() {
    const box = this.canvas.getBoundingClientRect();
    this.ratio = Math.min(window.devicePixelRatio || 1, 2);
    this.width = Math.max(1, box.width);
    this.height = Math.max(1, box.height);
    this.canvas.width = Math.round(this.width * this.ratio);
    this.canvas.height = Math.round(this.height * this.ratio);
  }

  clear() {
    const c = this.context;
    c.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    c.clearRect(0, 0, this.width, this.height);
    c.lineCap = c.lineJoin = 'round';
    c.font = '12px system-ui, "Segoe UI", Roboto, Arial, sans-serif';
    return c;
  }
}

let colors = {};

// readColors takes the style sheet's colours, which follow light and dark.
export function readColors() {
  const style = getComputedStyle(document.documentElement);
  for (const name of ['truth', 'baseline', 'hnn', 'closed-form', 'second-order', 'structured', 'card', 'line', 'text', 'soft', 'low', 'high', 'accent']) {
    colors[name] = style.getPropertyValue(`--${name}`).trim();
  }
}

export const color = (name) => colors[name] ?? colors.text;

// A second run of the same role has its colour and another dash.
export const dashes = [[], [7, 4], [2, 4], [9, 3, 2, 3]];

export function rgb(hex) {
  const n = parseInt(hex.slice(1), 16);
  return [n >> 16, (n >> 8) & 255, n & 255];
}

export function faded(hex, alpha) {
  return `rgb(${rgb(hex).join(' ')} / ${alpha})`;
}

// ticks are round numbers between lo and hi, about n of them.
export function ticks(lo, hi, n) {
  const raw = (hi - lo) / Math.max(n, 1);
  if (!(raw > 0) || !isFinite(raw)) return [];
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].find((m) => m * power >= raw) * power;
  const all = [];
  for (let k = Math.ceil(lo / step - 1e-9); k * step <= hi + 1e-9 * step; k++) all.push(k * step);
  return all;
}

// label writes a tick as short as its step allows.
export function label(v, step) {
  if (v === 0 || Math.abs(v) < 1e-9 * step) return '0';
  if (Math.abs(v) >= 1e5 || step < 1e-4) return sup(v.toExponential(Math.max(0, Math.floor(Math.log10(Math.abs(v) / step) + 1e-9))));
  return minus(v.toFixed(Math.max(0, -Math.floor(Math.log10(step) + 1e-9))));
}

export const minus = (s) => s.replace('-', '\u2212');
const superscript = (s) => [...s].map((c) => '\u207b\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079'['-0123456789'.indexOf(c)] ?? '').join('');

// sup writes 1e-7 as 10 to that power, as figures do.
export function sup(s) {
  const [mantissa, exponent] = s.split('e');
  if (exponent === undefined) return minus(s);
  const power = `10${superscript(exponent.replace('+', ''))}`;
  if (mantissa === '1' || mantissa === '-1') return minus(mantissa.slice(0, -1)) + power;
  return `${minus(mantissa)}\u00b7${power}`;
}

// number writes a value for people, with so many digits that count.
export function number(v, digits = 4) {
  if (v === undefined || v === null || !isFinite(v)) return '\u2013';
  const a = Math.abs(v);
  if (a === 0) return '0';
  if (a < 1e-3 || a >= 1e5) return sup(v.toExponential(Math.min(2, digits - 1)));
  return minus(v.toFixed(Math.max(0, digits - 1 - Math.floor(Math.log10(a) + 1e-9))));
}

// symbol writes a coordinate as print does: x1 as x with an index.
export function symbol(name) {
  const m = /^([a-z]+)(\d+)$/i.exec(name);
  if (!m) return name;
  return m[1] + [...m[2]].map((d) => String.fromCharCode(0x2080 + Number(d))).join('');
}

export const quantity = (c) => symbol(c.name) + (c.unit ? ` / ${c.unit.replaceAll('^2', '\u00b2')}` : '');

// Frame maps a rectangle of values to one of pixels and draws its axes.
export class Frame {
  constructor(box, x, y) {
    Object.assign(this, { box, x, y });
  }

  px(v) { return this.box.x + (v - this.x[0]) / (this.x[1] - this.x[0]) * this.box.w; }
  py(v) { return this.box.y + (this.y[1] - v) / (this.y[1] - this.y[0]) * this.box.h; }
  vx(p) { return this.x[0] + (p - this.box.x) / this.box.w * (this.x[1] - this.x[0]); }
  vy(p) { return this.y[1] - (p - this.box.y) / this.box.h * (this.y[1] - this.y[0]); }

  inside(px, py) {
    const b = this.box;
    return px >= b.x && px <= b.x + b.w && py >= b.y && py <= b.y + b.h;
  }

  clip(c) {
    c.beginPath();
    c.rect(this.box.x, this.box.y, this.box.w, this.box.h);
    c.clip();
  }

  axes(c, xLabel, yLabel, { grid = true, yTicks = null, yText = null } = {}) {
    const b = this.box;
    c.lineWidth = 1;
    c.strokeStyle = color('line');
    c.fillStyle = color('soft');
    const xs = ticks(...this.x, b.w / 70), ys = yTicks ?? ticks(...this.y, b.h / 36);
    c.textAlign = 'center';
    c.textBaseline = 'top';
    for (const v of xs) {
      const p = Math.round(this.px(v)) + 0.5;
      if (grid) line(c, p, b.y, p, b.y + b.h);
      c.fillText(label(v, xs[1] - xs[0]), p, b.y + b.h + 5);
    }
    c.textAlign = 'right';
    c.textBaseline = 'middle';
    for (const v of ys) {
      const p = Math.round(this.py(v)) + 0.5;
      if (grid) line(c, b.x, p, b.x + b.w, p);
      c.fillText(yText ? yText(v) : label(v, ys[1] - ys[0]), b.x - 6, p);
    }
    c.strokeRect(b.x + 0.5, b.y + 0.5, b.w - 1, b.h - 1);
    c.fillStyle = color('text');
    c.textAlign = 'center';
    c.textBaseline = 'alphabetic';
    c.fillText(xLabel, b.x + b.w / 2, b.y + b.h + 32);
    c.save();
    c.translate(12, b.y + b.h / 2);
    c.rotate(-Math.PI / 2);
    c.fillText(yLabel, 0, 0);
    c.restore();
  }
}

export function line(c, x0, y0, x1, y1) {
  c.beginPath();
  c.moveTo(x0, y0);
  c.lineTo(x1, y1);
  c.stroke();
}

export function disc(c, x, y, r) {
  c.beginPath();
  c.arc(x, y, r, 0, 2 * Math.PI);
}

// place puts a tip beside a point, within its canvas.
export function placeTip(tip, x, y, text) {
  tip.textContent = text;
  tip.hidden = false;
  const box = tip.parentElement.getBoundingClientRect();
  const w = tip.offsetWidth, h = tip.offsetHeight;
  tip.style.left = `${x + 16 + w > box.width ? Math.max(0, x - w - 12) : x + 16}px`;
  tip.style.top = `${Math.max(0, Math.min(y + 14, box.height - h))}px`;
}
