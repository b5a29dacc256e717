// The real system as it moves: each picture draws the states of all runs.

import * as api from './api.js';
import { Surface, color, faded, disc, line, symbol } from './drawing.js';

export class System {
  constructor(canvas, redraw) {
    this.surface = new Surface(canvas, redraw);
    this.redraw = redraw;
  }

  // decode asks for the pictures of the present states, one answer at a time.
  async decode(all) {
    const wanted = JSON.stringify(all.map(({ run, x }) => [run.id, x]));
    if (this.busy || wanted === this.asked) return;
    this.busy = true;
    const group = this.group;
    try {
      for (const { run, x } of all) {
        const { width, height, pictures: [levels] } = await api.decode(run.id, [x]);
        if (group !== this.group) return;
        const image = new ImageData(width, height);
        levels.forEach((v, k) => image.data.set([v, v, v, 255], 4 * k));
        const picture = document.createElement('canvas');
        picture.width = width;
        picture.height = height;
        picture.getContext('2d').putImageData(image, 0, 0);
        this.decoded.set(run.id, picture);
      }
      this.asked = wanted;
    } catch { // the next frame asks again
    } finally {
      this.busy = false;
      this.redraw();
    }
  }

  show(group, coordinates) {
    this.group = group;
    this.decoded = new Map(); // the last picture of each run
    this.asked = '';
    this.coordinates = coordinates;
  }

  draw(playback, shown) {
    const c = this.surface.clear();
    if (!this.group || !playback.segment) return;
    const bodies = shown.map((run) => {
      const track = playback.segment.tracks.get(run.id);
      return track && { run, track, x: track.state(playback.t) };
    }).filter((b) => b?.x?.every(isFinite));
    const picture = pictures[this.group.view.picture] ?? pictures.none;
    picture.call(this, c, bodies, playback.t);
  }
}

const pictures = {
  // A mass on a spring for each run, one above the other.
  spring(c, all) {
    const { width, height } = this.surface, [lo, hi] = this.group.view.range[0];
    const most = 1.15 * Math.max(Math.abs(lo), Math.abs(hi));
    const row = Math.min(74, (height - 8) / Math.max(all.length, 1));
    const top = (height - row * all.length) / 2;
    const wall = 18 + Math.max(...all.map(({ run }) => c.measureText(run.short).width)), middle = (wall + 46 + width) / 2, reach = (width - wall - 46) / 2 - 22;
    c.strokeStyle = color('line');
    c.setLineDash([3, 4]);
    line(c, middle, top, middle, top + row * all.length);
    c.setLineDash([]);
    all.forEach(({ run, x }, k) => {
      const y = top + (k + 0.5) * row, size = Math.min(34, row * 0.62);
      const mass = middle + Math.max(-1.25, Math.min(1.15, x[0] / most)) * reach;
      c.fillStyle = color('text');
      c.textAlign = 'right';
      c.textBaseline = 'middle';
      c.fillText(run.short, wall - 10, y);
      c.strokeStyle = color('soft');
      c.lineWidth = 3;
      line(c, wall, y - row * 0.38, wall, y + row * 0.38);
      c.lineWidth = 1;
      c.strokeStyle = color('line');
      line(c, wall, y + size / 2 + 2.5, width - 6, y + size / 2 + 2.5);
      coil(c, wall, mass - size / 2, y, Math.min(9, row * 0.16), color('soft'));
      c.fillStyle = color(run.role);
      c.beginPath();
      c.roundRect(mass - size / 2, y - size / 2, size, size, 5);
      c.fill();
    });
  },

  pendulum(c, all, t) { hang.call(this, c, all, 1, t); },
  'double-pendulum'(c, all, t) { hang.call(this, c, all, 2, t); },

  // A picture for each run, since bodies of several cannot be told apart.
  bodies(c, all, t) {
    const { width, height } = this.surface, { bodies, range } = this.group.view;
    const columns = Math.max(1, Math.min(all.length, Math.round(Math.sqrt(all.length * width / height))));
    const rows = Math.ceil(all.length / columns), w = width / columns, h = height / rows;
    const of = (k) => [Math.min(...bodies.map((b) => range[b[k]][0])), Math.max(...bodies.map((b) => range[b[k]][1]))];
    const [x0, x1] = of(0), [y0, y1] = of(1);
    const scale = 0.86 * Math.min(w / (x1 - x0), (h - 20) / (y1 - y0));
    all.forEach(({ run, track, x }, k) => {
      const left = (k % columns) * w, upper = Math.floor(k / columns) * h;
      const px = (v) => left + w / 2 + (v - (x0 + x1) / 2) * scale;
      const py = (v) => upper + (h + 20) / 2 - (v - (y0 + y1) / 2) * scale;
      c.save();
      c.beginPath();
      c.rect(left, upper, w - 2, h - 2);
      c.clip();
      c.fillStyle = color('text');
      c.textAlign = 'center';
      c.textBaseline = 'top';
      c.fillText(run.short, left + w / 2, upper + 2);
      bodies.forEach((b, j) => {
        tail(c, track, t, 260, (s) => [px(s[b[0]]), py(s[b[1]])], color(run.role));
        c.fillStyle = c.strokeStyle = color(run.role);
        c.lineWidth = 2;
        disc(c, px(x[b[0]]), py(x[b[1]]), 6);
        if (j % 2 === 0) c.fill();
        else {
          c.save();
          c.fillStyle = color('card');
          c.fill();
          c.restore();
          c.stroke();
        }
      });
      if (bodies.length === 1) { // about a fixed centre
        c.fillStyle = color('text');
        disc(c, px(0), py(0), 3.5);
        c.fill();
      }
      c.restore();
    });
  },

  // A point in the plane of the two positions.
  point(c, all, t) {
    const { width, height } = this.surface, { range } = this.group.view;
    const reach = 1.1 * Math.max(...range.slice(0, 2).flat().map(Math.abs));
    const scale = Math.min(width, height - 24) / 2 / reach;
    const px = (s) => [width / 2 + s[0] * scale, height / 2 - 6 - s[1] * scale];
    c.strokeStyle = color('line');
    line(c, width / 2 - reach * scale, height / 2 - 6, width / 2 + reach * scale, height / 2 - 6);
    line(c, width / 2, 0, width / 2, height - 14);
    for (const { run, track, x } of all) {
      tail(c, track, t, 300, px, color(run.role));
      c.fillStyle = color(run.role);
      disc(c, ...px(x), 6.5);
      c.fill();
    }
    legend(c, all, width, height);
  },

  // What a model of pictures sees.
  pixels(c, all) {
    const { width, height } = this.surface;
    this.decode(all);
    const side = Math.min(height - 26, width / Math.max(all.length, 1) - 12);
    all.forEach(({ run }, k) => {
      const picture = this.decoded.get(run.id), x = (k + 0.5) / all.length * width - side / 2;
      c.imageSmoothingEnabled = false; // pixels are what there is
      if (picture) c.drawImage(picture, x, 0, side, side * picture.height / picture.width);
      c.strokeStyle = color('line');
      c.strokeRect(x, 0, side, side);
    });
    legend(c, all, width, height);
  },

  // Of an unknown system: each position on a scale of its own.
  none(c, all) {
    const { width, height } = this.surface, n = this.coordinates.length / 2;
    for (let i = 0; i < n; i++) {
      const [lo, hi] = this.group.view.range[i], x = (i + 0.5) / n * width;
      const py = (v) => height - 44 - (v - lo) / (hi - lo) * (height - 64);
      c.strokeStyle = color('line');
      c.lineWidth = 4;
      line(c, x, py(lo), x, py(hi));
      all.forEach(({ run, x: state }, k) => {
        c.fillStyle = color(run.role);
        disc(c, x + (k - (all.length - 1) / 2) * 4, py(Math.max(lo - 0.1 * (hi - lo), Math.min(hi + 0.1 * (hi - lo), state[i]))), 6.5);
        c.fill();
      });
      c.fillStyle = color('text');
      c.textAlign = 'center';
      c.textBaseline = 'alphabetic';
      c.fillText(symbol(this.coordinates[i].name), x, height - 24);
    }
    legend(c, all, width, height);
  },
};

// hang draws pendulums of so many rods from one pivot, the truth below the others.
function hang(c, all, rods, t) {
  const { width, height } = this.surface, { range } = this.group.view;
  // A pendulum that only swings needs no room above its pivot.
  const over = range.slice(0, rods).some(([lo, hi]) => Math.max(-lo, hi) > 1.45);
  const room = height - 30;
  const length = Math.min(over ? room / 2 - 10 : room - 26, width / 2 - 20) / rods;
  const x0 = width / 2, y0 = over ? room / 2 + 2 : 12;
  c.strokeStyle = color('line');
  c.lineWidth = 1;
  c.setLineDash([3, 4]);
  line(c, x0, y0, x0, y0 + length * rods);
  disc(c, x0, y0, length * rods);
  if (rods === 1) c.stroke();
  c.setLineDash([]);
  const joints = (x) => {
    const points = [[x0, y0]];
    for (let k = 0; k < rods; k++) {
      const [px, py] = points[k];
      points.push([px + length * Math.sin(x[k]), py + length * Math.cos(x[k])]);
    }
    return points;
  };
  for (const { run, track, x } of all) {
    if (rods > 1) tail(c, track, t, 200, (s) => joints(s).at(-1), color(run.role));
    const points = joints(x);
    c.strokeStyle = faded(color(run.role), 0.85);
    c.lineWidth = run.role === 'truth' ? 5 : 2.5;
    for (let k = 0; k < rods; k++) line(c, ...points[k], ...points[k + 1]);
    c.fillStyle = color(run.role);
    for (const p of points.slice(1)) {
      disc(c, ...p, run.role === 'truth' ? 12 : 9);
      c.fill();
    }
  }
  c.fillStyle = color('text');
  disc(c, x0, y0, 3.5);
  c.fill();
  legend(c, all, width, height);
}

function legend(c, all, width, height) {
  c.textBaseline = 'middle';
  c.textAlign = 'left';
  const widths = all.map(({ run }) => c.measureText(run.short).width), sum = widths.reduce((a, w) => a + w, 0);
  const gap = Math.min(28, (width - sum) / all.length);
  let x = (width - sum - gap * all.length) / 2 + 8;
  all.forEach(({ run }, k) => {
    c.fillStyle = color(run.role);
    disc(c, x, height - 9, 5);
    c.fill();
    c.fillStyle = color('text');
    c.fillText(run.short, x + 10, height - 9);
    x += widths[k] + gap;
  });
}

// tail draws the last so many states before a time, fading.
function tail(c, track, t, count, place, stroke) {
  const end = Math.floor(track.place(t)), pieces = 6;
  c.lineWidth = 1.6;
  for (let k = 0; k < pieces; k++) {
    const from = Math.max(0, end - count + Math.floor(k * count / pieces));
    const to = Math.min(end, end - count + Math.floor((k + 1) * count / pieces));
    if (to <= from) continue;
    c.strokeStyle = faded(stroke, 0.08 + 0.5 * (k + 1) / pieces);
    c.beginPath();
    for (let i = from; i <= to; i++) c.lineTo(...place(track.states[i]));
    if (to === end) c.lineTo(...place(track.state(t)));
    c.stroke();
  }
}

// coil draws a spring between two points of a row.
function coil(c, from, to, y, radius, stroke) {
  const turns = 11, ends = 8, length = to - from - 2 * ends;
  c.strokeStyle = stroke;
  c.lineWidth = 1.6;
  c.beginPath();
  c.moveTo(from, y);
  c.lineTo(from + ends, y);
  for (let k = 0; k < 2 * turns; k++) c.lineTo(from + ends + (k + 0.5) / (2 * turns) * length, y + (k % 2 ? radius : -radius));
  c.lineTo(to - ends, y);
  c.lineTo(to, y);
  c.stroke();
}
