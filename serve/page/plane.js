// The plane: contours of H and its flow behind, rollouts in front, and the initial
// state to be set. It shows two coordinates, or the positions of bodies.

import * as api from './api.js';
import { contours, spacing, around } from './contour.js';
import { Surface, Frame, color, rgb, faded, dashes, disc, line, number, quantity, symbol, placeTip } from './drawing.js';

const gridWidth = 72;

export class Plane {
  // onset is called with a new initial state, and whether the pointer still drags it.
  constructor(canvas, tip, onset, redraw) {
    this.tip = tip;
    this.onset = onset;
    this.redraw = redraw;
    this.layer = document.createElement('canvas');
    this.options = { flow: '', contours: 'both' };
    this.surface = new Surface(canvas, () => { if (this.group) this.layout(); });
    this.listen(canvas);
  }

  // show sets what is drawn. coordinates are the group's, axes two of them or 'bodies'.
  show(group, coordinates, axes, learned, truth, x0) {
    if (group !== this.group) this.h = this.arrows = null;
    Object.assign(this, { group, coordinates, learned, truth, x0 });
    this.bodies = axes === 'bodies' ? group.view.bodies : null;
    this.body = 0;
    this.pair = this.bodies ? this.bodies[0] : axes;
    // Where both axes are positions the flow is the same momentum everywhere, and the force
    // is what there is to see.
    this.places = this.pair.every((i) => i < coordinates.length / 2);
    this.layout();
  }

  // set moves the initial state.
  set(x0) {
    const slice = (x) => x?.filter((_, i) => !this.pair.includes(i)).join();
    const stale = slice(x0) !== slice(this.x0);
    this.x0 = x0;
    const outside = this.frame && !this.frame.inside(this.frame.px(x0[this.pair[0]]), this.frame.py(x0[this.pair[1]]));
    if (outside && !this.drag) this.layout();
    else if (stale) this.fetch();
    this.still = null;
    this.redraw();
  }

  // layout finds the ranges shown: the data's, wider where the initial state lies outside
  // or where both axes can have one scale.
  layout() {
    const { width, height } = this.surface;
    const box = { x: 54, y: 8, w: Math.max(40, width - 62), h: Math.max(40, height - 50) };
    const of = (indices) => {
      let lo = Infinity, hi = -Infinity;
      for (const i of indices) {
        lo = Math.min(lo, this.group.view.range[i][0], this.x0[i]);
        hi = Math.max(hi, this.group.view.range[i][1], this.x0[i]);
      }
      const pad = 0.12 * (hi - lo);
      return [lo - pad, hi + pad];
    };
    let x = of(this.bodies ? this.bodies.map((b) => b[0]) : [this.pair[0]]);
    let y = of(this.bodies ? this.bodies.map((b) => b[1]) : [this.pair[1]]);
    const ratio = (x[1] - x[0]) / (y[1] - y[0]);
    if (ratio < 4 && ratio > 0.25) {
      const perPixel = Math.max((x[1] - x[0]) / box.w, (y[1] - y[0]) / box.h);
      x = widen(x, perPixel * box.w);
      y = widen(y, perPixel * box.h);
    }
    this.frame = new Frame(box, x, y);
    this.flowWidth = Math.max(8, Math.round(box.w / 40)); // an arrow every so many pixels
    this.levelCount = Math.min(13, Math.max(6, Math.round(box.h / 42)));
    this.low = this.bodies ? 0.06 : 0.01;
    this.fetch();
  }

  // fetch asks for H on the shown rectangle and for the flow, in a moment: a resize or a
  // drag asks often.
  fetch() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.fetchNow(), 40);
    this.still = null;
    this.redraw();
  }

  async fetchNow() {
    this.abort?.abort();
    const { signal } = this.abort = new AbortController();
    const { frame, pair, x0, flowWidth } = this; // as they are now: another layout may come meanwhile
    const size = (n) => [n, Math.max(3, Math.min(2 * n, Math.round(n * frame.box.h / frame.box.w)))];
    const grid = (n) => ({ grid: { axes: pair, range: [frame.x, frame.y], size: size(n), at: x0 } });
    const energies = async (run) => {
      if (!run?.has_energy) return null;
      const values = (await api.energy(run.id, grid(gridWidth), signal)).map((v) => v ?? NaN);
      return { values, size: size(gridWidth), x: frame.x, y: frame.y };
    };
    const flow = async () => {
      if (!this.options.flow) return null;
      const along = this.places ? pair.map((i) => i + x0.length / 2) : pair;
      const dx = await api.field(this.options.flow, { ...grid(flowWidth), input: this.options.input }, signal);
      return { dx, size: size(flowWidth), x: frame.x, y: frame.y, pair: along };
    };
    try {
      const [learned, truth, arrows] = await Promise.all([energies(this.learned), energies(this.truth), flow()]);
      if (signal.aborted) return;
      this.h = { learned, truth };
      this.arrows = arrows;
      this.still = null;
      this.redraw();
    } catch (err) {
      if (!signal.aborted) this.onproblem?.(err);
    }
  }

  // value interpolates a grid.
  value(grid, vx, vy) {
    if (!grid) return NaN;
    const [nx, ny] = grid.size;
    const s = (vx - grid.x[0]) / (grid.x[1] - grid.x[0]) * (nx - 1);
    const t = (vy - grid.y[0]) / (grid.y[1] - grid.y[0]) * (ny - 1);
    const i = Math.min(Math.max(Math.floor(s), 0), nx - 2), j = Math.min(Math.max(Math.floor(t), 0), ny - 2);
    const at = (k, l) => grid.values[l * nx + k];
    const u = s - i, v = t - j;
    return (1 - v) * ((1 - u) * at(i, j) + u * at(i + 1, j)) + v * ((1 - u) * at(i, j + 1) + u * at(i + 1, j + 1));
  }

  // background draws what does not move to a canvas of its own.
  background() {
    const { surface, layer, frame } = this;
    layer.width = surface.canvas.width;
    layer.height = surface.canvas.height;
    const c = layer.getContext('2d');
    c.setTransform(surface.ratio, 0, 0, surface.ratio, 0, 0);
    c.font = surface.context.font;
    c.lineJoin = c.lineCap = 'round';
    const x0 = [this.x0[this.pair[0]], this.x0[this.pair[1]]];
    const main = this.h?.learned ?? this.h?.truth, known = this.h?.truth ?? this.h?.learned;
    // The levels are those of the true H where it is known: far from the data a learned one
    // may be anything.
    const levels = known && spacing(known.values, this.value(known, ...x0), this.levelCount, this.low);
    const wants = this.options.contours;
    c.save();
    frame.clip(c);
    if (main && wants !== 'none') this.shade(c, main, levels, x0);
    c.restore();
    frame.axes(c, this.axisLabel(0), this.axisLabel(1), { grid: wants === 'none' });
    c.save();
    frame.clip(c);
    if (main && wants !== 'none') {
      const { learned, truth } = this.h;
      if (truth && wants !== 'learned') this.lines(c, truth, levels, x0, 'truth', [5, 4]);
      if (learned && wants !== 'true') this.lines(c, learned, levels, x0, this.learned.role, []);
    }
    if (this.arrows) this.quiver(c);
    c.restore();
  }

  axisLabel(k) {
    if (this.bodies) return 'xy'[k];
    return quantity(this.coordinates[this.pair[k]]);
  }

  // shade tints the plane by H, low to high.
  shade(c, grid, { below, above }, x0) {
    const [nx, ny] = grid.size, through = this.value(grid, ...x0);
    const lo = through - below, hi = through + above;
    const image = new ImageData(nx, ny), low = rgb(color('low')), high = rgb(color('high'));
    for (let j = 0; j < ny; j++) {
      for (let i = 0; i < nx; i++) {
        const w = Math.min(Math.max((grid.values[j * nx + i] - lo) / (hi - lo), 0), 1) || 0;
        const o = 4 * ((ny - 1 - j) * nx + i);
        for (let k = 0; k < 3; k++) image.data[o + k] = low[k] + w * (high[k] - low[k]);
        image.data[o + 3] = 255;
      }
    }
    const small = document.createElement('canvas');
    small.width = nx;
    small.height = ny;
    small.getContext('2d').putImageData(image, 0, 0);
    // A pixel's centre is its value's place, so the picture is half a pixel larger.
    const f = this.frame, left = f.px(grid.x[0]), right = f.px(grid.x[1]), top = f.py(grid.y[1]), bottom = f.py(grid.y[0]);
    const dx = (right - left) / (nx - 1) / 2, dy = (bottom - top) / (ny - 1) / 2;
    c.imageSmoothingEnabled = true;
    c.imageSmoothingQuality = 'high';
    c.drawImage(small, left - dx, top - dy, right - left + 2 * dx, bottom - top + 2 * dy);
  }

  // lines draws level lines, that through the initial state bold.
  lines(c, grid, { below, above, step }, x0, role, dash) {
    const [nx, ny] = grid.size, f = this.frame;
    const through = this.value(grid, ...x0);
    const all = around(through, below, above, step);
    const gx = (i) => f.px(grid.x[0] + i / (nx - 1) * (grid.x[1] - grid.x[0]));
    const gy = (j) => f.py(grid.y[0] + j / (ny - 1) * (grid.y[1] - grid.y[0]));
    c.setLineDash(dash);
    contours(grid.values, nx, ny, all).forEach((segments, k) => {
      const bold = Math.abs(all[k] - through) < 1e-9 * step;
      c.strokeStyle = faded(color(role), bold ? 0.85 : 0.32);
      c.lineWidth = bold ? 1.6 : 1;
      c.beginPath();
      for (let s = 0; s < segments.length; s += 4) {
        c.moveTo(gx(segments[s]), gy(segments[s + 1]));
        c.lineTo(gx(segments[s + 2]), gy(segments[s + 3]));
      }
      c.stroke();
    });
    c.setLineDash([]);
  }

  // quiver draws the flow, or the force; an arrow's length grows with the root of the speed, so that slow
  // places keep theirs.
  quiver(c) {
    const { dx, size: [nx, ny], x, y, pair } = this.arrows, f = this.frame;
    const scaleX = f.box.w / (f.x[1] - f.x[0]), scaleY = f.box.h / (f.y[1] - f.y[0]);
    const pixel = dx.map((v) => (v ? [v[pair[0]] * scaleX, -v[pair[1]] * scaleY] : [0, 0]));
    const speeds = pixel.map((v) => Math.hypot(...v)).sort((a, b) => a - b);
    const top = speeds[Math.floor(0.95 * (speeds.length - 1))] || 1;
    const cellWidth = f.box.w / nx;
    c.strokeStyle = c.fillStyle = faded(color('soft'), 0.55);
    c.lineWidth = 1;
    for (let j = 0; j < ny; j++) {
      for (let i = 0; i < nx; i++) {
        const [u, v] = pixel[j * nx + i], speed = Math.hypot(u, v);
        if (!(speed > 0)) continue;
        const length = 0.72 * cellWidth * Math.min(1, Math.sqrt(speed / top));
        const px = f.px(x[0] + i / (nx - 1) * (x[1] - x[0])), py = f.py(y[0] + j / (ny - 1) * (y[1] - y[0]));
        arrow(c, px - u / speed * length / 2, py - v / speed * length / 2, u / speed, v / speed, length, 3.4);
      }
    }
  }

  draw(playback, shown) {
    const { surface, frame } = this;
    const c = surface.clear();
    if (!frame) return;
    if (!this.still) {
      this.background();
      this.still = true;
    }
    c.setTransform(1, 0, 0, 1, 0, 0);
    c.drawImage(this.layer, 0, 0);
    c.setTransform(surface.ratio, 0, 0, surface.ratio, 0, 0);
    c.save();
    frame.clip(c);
    this.measured(c);
    const places = this.bodies ?? [this.pair];
    for (const run of shown) {
      const track = playback.segment?.tracks.get(run.id);
      if (track?.band) for (const p of places) this.band(c, track, playback.t, p, run);
    }
    playback.segments.forEach((segment, k) => {
      const last = k === playback.segments.length - 1;
      for (const run of shown) {
        const track = segment.tracks.get(run.id);
        if (!track) continue;
        for (const p of places) this.trail(c, track, last ? playback.t : segment.t1, p, run, last, segment.direction);
      }
    });
    for (const p of places) this.handle(c, p);
    if (playback.segment) {
      for (const run of shown) {
        const x = playback.segment.tracks.get(run.id)?.state(playback.t);
        if (!x) continue;
        for (const p of places) {
          c.fillStyle = color(run.role);
          c.strokeStyle = color('card');
          c.lineWidth = 1.5;
          disc(c, frame.px(x[p[0]]), frame.py(x[p[1]]), run.role === 'truth' ? 6.5 : 5.5);
          c.fill();
          c.stroke();
        }
      }
    }
    c.restore();
  }

  // band fills what a rollout up to the time may lie in: faint where nothing is known.
  band(c, track, until, p, run) {
    const { band } = track, end = Math.min(Math.floor(track.place(until)) + 1, Math.floor((band.length - 1) * band.dt / track.dt) + 1);
    const stride = Math.max(1, Math.floor(end / 3000)), paths = [new Path2D(), new Path2D()];
    for (let k = 0; k < end; k += stride) {
      const x = track.states[k], t = track.t0 + k * track.dt;
      if (!x) break;
      const a = band.at(t, p[0]), b = band.at(t, p[1]);
      const left = this.frame.px(x[p[0]] - a.below), right = this.frame.px(x[p[0]] + a.above);
      const top = this.frame.py(x[p[1]] + b.above), bottom = this.frame.py(x[p[1]] - b.below);
      if ([left, right, top, bottom].every((v) => Math.abs(v) < 1e5)) paths[a.outside ? 1 : 0].rect(left, top, right - left, bottom - top);
    }
    paths.forEach((path, k) => {
      c.fillStyle = faded(color(run.role), k ? 0.06 : 0.25);
      c.fill(path);
    });
  }

  // trail draws a rollout up to the time: the recent part strong.
  trail(c, track, until, p, run, last, direction) {
    const end = Math.floor(track.place(until)) + 1;
    const recent = Math.max(0, end - 300);
    const path = (from, to, alpha, width) => {
      if (to - from < 1) return;
      const stride = Math.max(1, Math.floor((to - from) / 3000));
      c.strokeStyle = faded(color(run.role), alpha);
      c.lineWidth = width;
      c.beginPath();
      for (let k = from; k < to; k += stride) this.point(c, track.states[k], p, k === from);
      this.point(c, to === end ? track.state(until) : track.states[to], p, false);
      c.stroke();
    };
    c.setLineDash(direction < 0 ? [2, 5] : run.dash);
    const wide = run.role === 'truth' ? 3.2 : 1.9;
    path(0, recent, last ? 0.3 : 0.18, wide * 0.7);
    path(recent, end, last ? 0.9 : 0.22, last ? wide : wide * 0.7);
    c.setLineDash([]);
  }

  point(c, x, p, first) {
    if (!x) return;
    const px = this.frame.px(x[p[0]]), py = this.frame.py(x[p[1]]);
    // Canvas does not take what is far out.
    if (Math.abs(px) > 1e5 || Math.abs(py) > 1e5) return;
    if (first) c.moveTo(px, py);
    else c.lineTo(px, py);
  }

  measured(c) {
    const m = this.group.view.measured;
    if (!m || this.bodies) return;
    c.fillStyle = faded(color('truth'), 0.5);
    for (const x of m.states) {
      disc(c, this.frame.px(x[this.pair[0]]), this.frame.py(x[this.pair[1]]), 1.8);
      c.fill();
    }
  }

  // handle marks the initial state; a body has an arrow with its momentum.
  handle(c, p) {
    const px = this.frame.px(this.x0[p[0]]), py = this.frame.py(this.x0[p[1]]);
    c.strokeStyle = color('text');
    c.lineWidth = 1.6;
    if (this.bodies) {
      const [tx, ty] = this.tipOf(p), dx = tx - px, dy = ty - py, length = Math.hypot(dx, dy);
      c.fillStyle = c.strokeStyle = faded(color('text'), 0.75);
      if (length > 1) arrow(c, px, py, dx / length, dy / length, length, 6);
    }
    disc(c, px, py, 8.5);
    c.stroke();
  }

  // tipOf is where a body's momentum arrow ends, in pixels.
  tipOf(p) {
    const n = this.x0.length / 2, r = this.group.view.range;
    const most = Math.max(...this.bodies.flatMap((b) => [...r[n + b[0]], ...r[n + b[1]]].map(Math.abs))) || 1;
    this.perPixel = most / 70;
    return [this.frame.px(this.x0[p[0]]) + this.x0[n + p[0]] / this.perPixel,
      this.frame.py(this.x0[p[1]]) - this.x0[n + p[1]] / this.perPixel];
  }

  listen(canvas) {
    const at = (e) => {
      const box = canvas.getBoundingClientRect();
      return [e.clientX - box.left, e.clientY - box.top];
    };
    canvas.addEventListener('pointerdown', (e) => {
      if (!this.frame || e.button !== 0) return;
      const [px, py] = at(e);
      if (!this.frame.inside(px, py)) return;
      canvas.setPointerCapture(e.pointerId);
      this.drag = this.pick(px, py);
      this.move(px, py, true);
    });
    canvas.addEventListener('pointermove', (e) => {
      const [px, py] = at(e);
      if (this.drag) this.move(px, py, true);
      else this.hover(px, py);
    });
    const end = (e) => {
      if (!this.drag) return;
      this.drag = null;
      this.onset(this.x0, false);
      this.hover(...at(e));
    };
    canvas.addEventListener('pointerup', end);
    canvas.addEventListener('pointercancel', end);
    canvas.addEventListener('pointerleave', () => { this.tip.hidden = true; });
    canvas.addEventListener('keydown', (e) => {
      const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[e.key];
      if (!step || !this.frame) return;
      e.preventDefault();
      const x = this.x0.slice(), by = e.shiftKey ? 0.002 : 0.02;
      x[this.pair[0]] += step[0] * by * (this.frame.x[1] - this.frame.x[0]);
      x[this.pair[1]] += step[1] * by * (this.frame.y[1] - this.frame.y[0]);
      this.onset(x, false);
    });
  }

  // pick says what a press at a pixel takes hold of: a momentum's tip, or a position.
  pick(px, py) {
    if (!this.bodies) return { pair: this.pair };
    let best = { distance: 16 };
    this.bodies.forEach((pair, body) => {
      const [tx, ty] = this.tipOf(pair);
      const distance = Math.hypot(px - tx, py - ty);
      if (distance < best.distance) best = { distance, pair, body, momentum: true };
    });
    if (best.pair) return best;
    this.bodies.forEach((pair, body) => {
      const distance = Math.hypot(px - this.frame.px(this.x0[pair[0]]), py - this.frame.py(this.x0[pair[1]]));
      if (!best.pair || distance < best.distance) best = { distance, pair, body };
    });
    this.body = best.body;
    this.pair = best.pair;
    return best;
  }

  move(px, py, dragging) {
    const { pair, momentum } = this.drag, x = this.x0.slice(), b = this.frame.box;
    if (momentum) {
      const n = x.length / 2;
      x[n + pair[0]] = (px - this.frame.px(x[pair[0]])) * this.perPixel;
      x[n + pair[1]] = (this.frame.py(x[pair[1]]) - py) * this.perPixel;
    } else {
      x[pair[0]] = this.frame.vx(Math.min(Math.max(px, b.x), b.x + b.w));
      x[pair[1]] = this.frame.vy(Math.min(Math.max(py, b.y), b.y + b.h));
    }
    this.tip.hidden = true;
    this.onset(x, dragging);
  }

  hover(px, py) {
    if (!this.frame?.inside(px, py)) {
      this.tip.hidden = true;
      return;
    }
    const vx = this.frame.vx(px), vy = this.frame.vy(py);
    const name = (k) => (this.bodies ? 'xy'[k] : symbol(this.coordinates[this.pair[k]].name));
    let text = `${name(0)} = ${number(vx)}   ${name(1)} = ${number(vy)}`;
    const x0 = [this.x0[this.pair[0]], this.x0[this.pair[1]]];
    // Only differences of H mean something: those from the initial state.
    for (const [key, title] of [['learned', 'learned'], ['truth', 'true']]) {
      const h = this.value(this.h?.[key], vx, vy) - this.value(this.h?.[key], ...x0);
      if (isFinite(h)) text += `\n${title} H \u2212 H\u2080 = ${number(h)}`;
    }
    placeTip(this.tip, px, py, text);
  }
}

function widen([lo, hi], length) {
  const extra = (length - (hi - lo)) / 2;
  return [lo - extra, hi + extra];
}

// arrow draws from a point along a unit vector.
export function arrow(c, x, y, ux, uy, length, head) {
  const tx = x + ux * length, ty = y + uy * length;
  const h = Math.min(head, length * 0.6);
  line(c, x, y, tx - ux * h * 0.7, ty - uy * h * 0.7);
  c.beginPath();
  c.moveTo(tx, ty);
  c.lineTo(tx - h * (ux + 0.5 * uy), ty - h * (uy - 0.5 * ux));
  c.lineTo(tx - h * (ux - 0.5 * uy), ty - h * (uy + 0.5 * ux));
  c.fill();
}
