// Contours of values on a grid, by marching squares: each cell's corners above and
// below a level say which of its edges the line crosses; a saddle is told by the mean.

// contours returns, for each level, line segments x0, y0, x1, y1 in grid coordinates.
export function contours(values, nx, ny, levels) {
  return levels.map((level) => {
    const segments = [];
    for (let j = 0; j + 1 < ny; j++) {
      for (let i = 0; i + 1 < nx; i++) {
        cell(segments, level, i, j, values[j * nx + i], values[j * nx + i + 1], values[(j + 1) * nx + i + 1], values[(j + 1) * nx + i]);
      }
    }
    return segments;
  });
}

function cell(out, level, i, j, a, b, c, d) {
  const kind = (a > level ? 1 : 0) | (b > level ? 2 : 0) | (c > level ? 4 : 0) | (d > level ? 8 : 0);
  if (kind === 0 || kind === 15 || !isFinite(a + b + c + d)) return;
  const south = () => [i + (level - a) / (b - a), j];
  const east = () => [i + 1, j + (level - b) / (c - b)];
  const north = () => [i + (level - d) / (c - d), j + 1];
  const west = () => [i, j + (level - a) / (d - a)];
  const add = (p, q) => out.push(p[0], p[1], q[0], q[1]);
  switch (kind) {
    case 1: case 14: return add(south(), west());
    case 2: case 13: return add(south(), east());
    case 3: case 12: return add(west(), east());
    case 4: case 11: return add(east(), north());
    case 6: case 9: return add(south(), north());
    case 7: case 8: return add(west(), north());
  }
  const above = (a + b + c + d) / 4 > level;
  if ((kind === 5) === above) {
    add(south(), east());
    add(west(), north());
  } else {
    add(south(), west());
    add(east(), north());
  }
}

// spacing says how far the values reach below and above that at the initial state, and
// how far apart so many levels lie. The lowest share of the values is left out, as the
// well about a body would be full of lines, and so is what is far above.
export function spacing(values, through, count, low) {
  const sorted = values.filter((v) => isFinite(v)).sort((p, q) => p - q);
  if (sorted.length < 2 || !isFinite(through)) return { below: 0, above: 0, step: 0 };
  const lo = sorted[Math.floor(low * sorted.length)], hi = sorted[Math.floor(0.985 * (sorted.length - 1))];
  return { below: through - lo, above: hi - through, step: (hi - lo) / count };
}

// around are the levels a step apart through a value, which is the orbit that the energy
// allows.
export function around(through, below, above, step) {
  const all = [];
  if (!(step > 0) || !isFinite(through)) return all;
  for (let k = Math.ceil(-below / step); k * step <= above && all.length < 200; k++) all.push(through + k * step);
  return all;
}
