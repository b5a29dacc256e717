// Energy over time, of every run and every segment.

import { Surface, Frame, color, faded, line, disc, number, label, sup, ticks, placeTip } from './drawing.js';

const floor = 1e-16; // of the logarithmic scale: the rounding of double precision

export class Chart {
  constructor(canvas, tip, redraw) {
    this.tip = tip;
    this.redraw = redraw;
    this.options = { measure: 'truth', scale: 'linear' };
    this.cap = Infinity; // beyond this change a run is cut off, so that the others stay visible
    this.surface = new Surface(canvas, redraw);
    canvas.addEventListener('pointermove', (e) => { this.cursor = e.offsetX; this.at = e.offsetY; redraw(); });
    canvas.addEventListener('pointerleave', () => { this.cursor = undefined; tip.hidden = true; redraw(); });
  }

  // change is the energy less that at time zero, on the scale that is shown.
  change(playback, run, track, k) {
    const first = playback.segments[0].tracks.get(run.id)?.[this.options.measure];
    const e = track[this.options.measure][k] - first?.[0];
    return this.options.scale === 'log' ? Math.log10(Math.max(Math.abs(e), floor)) : e;
  }

  draw(playback, shown) {
    const c = this.surface.clear(), { width, height } = this.surface;
    if (!playback.segment) return;
    const log = this.options.scale === 'log';
    const box = { x: 74, y: 8, w: Math.max(40, width - 84), h: Math.max(30, height - 48) };
    const times = playback.segments.flatMap((s) => [s.t0, s.t1]);
    let lo = Infinity, hi = -Infinity;
    this.each(playback, shown, (run, track) => {
      const n = track[this.options.measure].length, stride = Math.max(1, Math.floor(n / 400));
      for (let k = 0; k < n; k += stride) {
        const v = this.change(playback, run, track, k);
        if (isFinite(v)) {
          lo = Math.min(lo, v);
          hi = Math.max(hi, v);
        }
      }
    });
    if (!(lo <= hi)) [lo, hi] = log ? [-12, 0] : [-1, 1];
    if (log) {
      lo = Math.max(Math.floor(lo), -16);
      hi = Math.max(Math.ceil(hi), lo + 2);
    } else {
      lo = Math.max(lo, -this.cap);
      hi = Math.min(hi, this.cap);
      // What the integrator's tolerance leaves is to look like the nothing that it is.
      const least = isFinite(this.cap) ? 1e-4 * this.cap : 1e-9;
      const pad = 0.08 * (hi - lo) + Math.max(0, least - (hi - lo)) / 2;
      [lo, hi] = [lo - pad, hi + pad];
    }
    const frame = new Frame(box, [Math.min(...times), Math.max(...times)], [lo, hi]);
    const yTicks = log ? ticks(lo, hi, box.h / 24).filter(Number.isInteger) : ticks(lo, hi, box.h / 24);
    const step = yTicks[1] - yTicks[0];
    const name = this.options.measure === 'truth' ? 'true H' : 'learned H';
    frame.axes(c, 'time', log ? `|change of ${name}|` : `change of ${name}`,
      { yTicks, yText: log ? (v) => sup(`1e${v}`) : (v) => label(v, step) });
    c.save();
    frame.clip(c);
    this.each(playback, shown, (run, track, segment, last) => this.curve(c, frame, playback, run, track, segment, last));
    c.strokeStyle = faded(color('text'), 0.5);
    c.lineWidth = 1;
    line(c, frame.px(playback.t), box.y, frame.px(playback.t), box.y + box.h);
    this.each(playback, shown, (run, track, segment, last) => {
      if (!last) return;
      const v = this.change(playback, run, track, Math.round(track.place(playback.t)));
      c.fillStyle = color(run.role);
      disc(c, frame.px(playback.t), frame.py(v), 3.5);
      c.fill();
    });
    c.restore();
    this.hover(c, frame, playback, shown);
  }

  each(playback, shown, f) {
    playback.segments.forEach((segment, k) => {
      for (const run of shown) {
        const track = segment.tracks.get(run.id);
        if (track?.[this.options.measure].length) f(run, track, segment, k === playback.segments.length - 1);
      }
    });
  }

  curve(c, frame, playback, run, track, segment, last) {
    const n = Math.min(track[this.options.measure].length, Math.floor(track.place(last ? playback.t : segment.t1)) + 1);
    const stride = Math.max(1, Math.floor(n / (2 * frame.box.w)));
    c.setLineDash(segment.direction < 0 ? [2, 5] : run.dash);
    c.strokeStyle = faded(color(run.role), last ? 1 : 0.45);
    c.lineWidth = run.role === 'truth' ? 2.6 : 1.7;
    c.beginPath();
    for (let k = 0; k < n; k += stride) {
      const py = frame.py(this.change(playback, run, track, k));
      if (isFinite(py)) c.lineTo(frame.px(track.t0 + k * track.dt), Math.min(Math.max(py, -1e4), 1e4));
    }
    c.stroke();
    c.setLineDash([]);
  }

  hover(c, frame, playback, shown) {
    if (this.cursor === undefined || !frame.inside(this.cursor, this.at)) {
      this.tip.hidden = true;
      return;
    }
    const t = frame.vx(this.cursor), s = playback.segment;
    let text = `t = ${number(t)}`;
    for (const run of shown) {
      const track = s.tracks.get(run.id), series = track?.[this.options.measure];
      if (!series?.length || (t - s.t0) * (t - s.t1) > 0) continue;
      const first = playback.segments[0].tracks.get(run.id)?.[this.options.measure][0];
      text += `\n${run.short}: ${number(track.value(series, t) - first)}`;
    }
    c.strokeStyle = faded(color('text'), 0.35);
    c.setLineDash([3, 3]);
    line(c, this.cursor, frame.box.y, this.cursor, frame.box.y + frame.box.h);
    c.setLineDash([]);
    placeTip(this.tip, this.cursor, this.at, text);
  }
}
