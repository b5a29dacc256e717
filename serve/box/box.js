// Bodies in a box: the server runs them by learned laws, a piece of some frames at a time, and this page shows the pieces one after another.

import { Surface, Frame, color, disc, faded, line, number, readColors } from '/drawing.js';

const roles = ['hnn', 'baseline', 'closed-form', 'second-order', 'structured', 'truth'];
const get = (id) => document.getElementById(id);
const address = location.pathname.replace(/\/$/, '');
const perSecond = 30; // frames at the speed 1
const kept = 1500; // points of the chart of energies

let scene; // what the run is
let piece, next; // shown now, and asked for
let at = 0; // of the frames of the piece
let state; // to go on from
let run = 0; // counts new beginnings, whose answers alone count
let forward = 1, playing = !matchMedia('(prefers-reduced-motion: reduce)').matches;
let time = 0, began = 0; // at the piece's first frame
let heat = 0; // temperature that the next piece is brought to, 0 for none
let history = []; // [t, kinetic, potential], and where in it the piece's first frame is
let base = 0;
let turn = 0.45, tilt = 0.3;

const surface = new Surface(get('box'), draw);
const distribution = new Surface(get('gr'), draw);
const energies = new Surface(get('energy'), draw);

function problem(text) {
  get('problem').textContent = text ?? '';
  get('problem').hidden = !text;
}

async function ask() {
  const mine = run;
  const body = { n: Number(get('n').value) || scene.n, density: Number(get('density').value) || scene.density, seed: 0, temperature: state ? heat : chosen(), ...state };
  heat = 0;
  const answer = await fetch(`${address}/frames`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
  const value = await answer.json();
  if (mine !== run) return null;
  if (!answer.ok) throw new Error(value.detail ?? `The server answers ${answer.status}.`);
  return value;
}

// fill asks for the piece that comes after the one at hand.
async function fill() {
  if (next) return;
  const before = { ...state };
  next = ask().then((p) => {
    if (!p) return null;
    p.start = before.x ? before : { x: p.x0, v: p.v0 };
    state = { x: p.x, v: p.v };
    problem();
    return p;
  });
  const mine = run;
  try {
    const p = await next;
    if (p && !piece && mine === run) begin(p);
  } catch (e) {
    if (mine !== run) return;
    problem(`${e.message} Begin anew.`);
    playing = false;
    label();
  }
}

function begin(p) {
  piece = p;
  at = 0;
  began = time;
  next = null;
  base = Math.max(0, history.length - 1); // a piece begins with the last frame of the one before
  record(history.length ? 1 : 0);
  fill();
  draw();
}

// record keeps the energies of the piece's frames from one on.
function record(from) {
  for (let k = from; k < piece.frames.length; k++) history.push([began + forward * k * piece.dt, piece.kinetic[k], piece.potential[k]]);
  const over = history.length - kept;
  if (over > 0) {
    history = history.slice(over);
    base -= over;
  }
}

function anew() {
  run++;
  piece = next = state = null;
  at = time = began = base = 0;
  forward = 1;
  heat = 0;
  history = [];
  problem();
  label();
  fill();
}

// backwards turns time round: the piece is shown from its end to its beginning, and what comes then goes on from there with all
// velocities turned.
function backwards() {
  if (!piece) return;
  run++;
  next = null;
  const p = piece, last = p.frames.length - 1, turned = (s) => ({ x: s.x, v: s.v.map((v) => -v) });
  history = history.slice(0, base + Math.floor(at) + 1);
  began += forward * last * p.dt;
  forward = -forward;
  at = last - at;
  state = turned(p.start);
  piece = { ...p, start: turned({ x: p.x, v: p.v }), ...state, frames: p.frames.toReversed(), kinetic: p.kinetic.toReversed(), potential: p.potential.toReversed() };
  base = history.length - 1 - Math.floor(at);
  record(Math.floor(at) + 1);
  label();
  fill();
}

const chosen = () => scene.temperature * 10 ** Number(get('temperature').value);
const speed = () => 10 ** Number(get('speed').value);

function label() {
  get('play').querySelector('span').textContent = playing ? 'Pause' : 'Play';
  get('reverse').setAttribute('aria-pressed', forward < 0);
  get('speed-value').textContent = `${number(speed(), 2)}×`;
  get('temperature-value').textContent = number(chosen(), 3);
}

let before;
function tick(now) {
  const passed = Math.min(0.1, (now - (before ?? now)) / 1000);
  before = now;
  if (playing && piece) {
    const last = piece.frames.length - 1;
    at = Math.min(last, at + passed * perSecond * speed());
    time = began + forward * at * piece.dt;
    if (at === last && next) {
      const mine = run, waiting = next;
      waiting.then((p) => { if (p && mine === run && next === waiting) begin(p); }, () => {});
    }
    draw();
  }
  requestAnimationFrame(tick);
}

// places are the bodies at a moment between two frames, within the box.
function places(p, s) {
  const k = Math.min(Math.floor(s), p.frames.length - 2), part = s - k;
  const a = p.frames[k], b = p.frames[k + 1];
  return a.map((v, i) => {
    const x = v + part * (b[i] - v), side = p.side[i % 3];
    return p.periodic[i % 3] ? x - Math.floor(x / side) * side : x;
  });
}

// room is what is drawn: the box, or in open space what holds nearly all bodies.
function room(p, x) {
  const lo = [0, 0, 0], hi = [...p.side];
  for (let k = 0; k < 3; k++) {
    if (p.periodic[k]) continue;
    const all = [];
    for (let i = k; i < x.length; i += 3) all.push(x[i]);
    all.sort((a, b) => a - b);
    lo[k] = all[Math.floor(0.01 * all.length)];
    hi[k] = all[Math.ceil(0.99 * all.length) - 1];
  }
  return [lo, hi];
}
let steady; // the room in open space, which follows slowly

function drawBox() {
  const c = surface.clear(), p = piece;
  if (!p) return;
  const x = places(p, at);
  let [lo, hi] = room(p, x);
  if (!p.periodic.every(Boolean) && !(p.flat && p.periodic[0] && p.periodic[1])) {
    steady = steady ? steady.map((side, k) => side.map((v, j) => v + 0.02 * ((k ? hi : lo)[j] - v))) : [lo, hi];
    [lo, hi] = steady;
  }
  const middle = lo.map((v, k) => (v + hi[k]) / 2);
  const sine = Math.sin(turn), cosine = Math.cos(turn), up = Math.sin(tilt), flat = Math.cos(tilt);
  const seen = (a, b, d) => {
    a -= middle[0]; b -= middle[1]; d -= middle[2];
    if (p.flat) return [a, b, 0];
    const depth = a * sine + b * cosine;
    return [a * cosine - b * sine, d * flat + depth * up, d * up - depth * flat];
  };
  const half = p.flat ? Math.max(hi[0] - lo[0], hi[1] - lo[1]) / 2 : Math.hypot(hi[0] - lo[0], hi[1] - lo[1], hi[2] - lo[2]) / 2;
  const scale = 0.48 * Math.min(surface.width, surface.height) / half * (p.flat ? 0.95 : 1);
  const px = (v) => surface.width / 2 + v * scale, py = (v) => surface.height / 2 - v * scale;
  const size = scale * (scene.density ? 0.36 : 0.1) * radius(p, x.length / 3, lo, hi);
  const corner = (m) => seen(m & 1 ? hi[0] : lo[0], m & 2 ? hi[1] : lo[1], m & 4 ? hi[2] : lo[2]);
  const edges = [];
  for (let m = 0; m < 8; m++) for (const bit of [1, 2, 4]) if (!(m & bit) && !(p.flat && (m | bit) & 4)) edges.push([corner(m), corner(m | bit)]);
  const behind = ([a, b]) => a[2] + b[2] < 0;
  const stroke = (e) => { for (const [a, b] of e) line(c, px(a[0]), py(a[1]), px(b[0]), py(b[1])); };
  c.strokeStyle = color('line');
  c.lineWidth = 1.5;
  stroke(edges.filter(behind));
  const all = [];
  for (let i = 0; i < x.length; i += 3) all.push([...seen(x[i], x[i + 1], x[i + 2]), p.kind[i / 3]]);
  all.sort((a, b) => a[2] - b[2]);
  for (const [a, b, depth, kind] of all) {
    const near = p.flat ? 1 : (depth / half + 1) / 2; // 0 far, 1 near
    c.fillStyle = color('card');
    disc(c, px(a), py(b), size * (0.85 + 0.3 * near));
    c.fill();
    c.fillStyle = faded(color(roles[kind % roles.length]), 0.25 + 0.75 * near);
    c.fill();
    c.strokeStyle = faded(color('text'), 0.15 + 0.35 * near);
    c.lineWidth = 0.7;
    c.stroke();
  }
  c.strokeStyle = color('line');
  stroke(edges.filter((e) => !behind(e)));
  if (scene.kinds.length > 1) scene.kinds.forEach((name, k) => {
    c.fillStyle = color(roles[k % roles.length]);
    disc(c, 12, 14 + 18 * k, 5);
    c.fill();
    c.fillStyle = color('text');
    c.textAlign = 'left';
    c.textBaseline = 'middle';
    c.fillText(name, 22, 14 + 18 * k);
  });
}

// radius is the mean distance of neighbours.
function radius(p, n, lo, hi) {
  const [a, b, d] = hi.map((v, k) => v - lo[k]);
  return p.flat ? Math.sqrt(a * b / n) : Math.cbrt(a * b * d / n);
}

// plot draws lines [name, role, dash, points] in a surface.
function plot(s, xName, yName, lines) {
  const c = s.clear();
  const points = lines.flatMap((l) => l[3]);
  if (points.length < 2) return;
  const of = (k) => {
    const v = points.map((q) => q[k]), lo = Math.min(...v), hi = Math.max(...v), pad = 0.06 * (hi - lo) || 1;
    return k ? [lo - pad, hi + 5 * pad] : [lo, hi > lo ? hi : lo + 1];
  };
  const f = new Frame({ x: 62, y: 10, w: Math.max(20, s.width - 74), h: Math.max(20, s.height - 52) }, of(0), of(1));
  f.axes(c, xName, yName);
  c.save();
  f.clip(c);
  for (const [, role, dash, l] of lines) {
    c.strokeStyle = color(role);
    c.setLineDash(dash);
    c.lineWidth = 1.6;
    c.beginPath();
    l.forEach((q, k) => (k ? c.lineTo(f.px(q[0]), f.py(q[1])) : c.moveTo(f.px(q[0]), f.py(q[1]))));
    c.stroke();
  }
  c.setLineDash([]);
  c.restore();
  c.textAlign = 'right';
  c.textBaseline = 'middle';
  lines.forEach(([name, role, dash], k) => {
    const x = f.box.x + f.box.w - 10, y = f.box.y + 14 + 16 * k;
    c.strokeStyle = color(role);
    c.setLineDash(dash);
    c.lineWidth = 1.6;
    line(c, x - 22, y, x, y);
    c.setLineDash([]);
    c.fillStyle = color('text');
    c.fillText(name, x - 28, y);
  });
}

function draw() {
  if (!scene) return;
  drawBox();
  const p = piece;
  if (p?.r) {
    const pairs = (r, g) => r.map((v, k) => [v, g[k]]);
    const lines = [['now', 'hnn', [], pairs(p.r, p.g)]];
    if (scene.r) lines.unshift(['data', 'truth', [6, 4], pairs(scene.r, scene.g)]);
    plot(distribution, 'r', 'g(r)', lines);
  }
  const shown = history.slice(0, base + Math.floor(at) + 1);
  if (shown.length > 1) {
    const of = (value) => shown.map((h) => [h[0], value(h)]);
    plot(energies, 't', 'energy', [['total', 'truth', [], of((h) => h[1] + h[2])], ['kinetic', 'baseline', [], of((h) => h[1])], ['potential', 'hnn', [], of((h) => h[2])]]);
    const last = shown[shown.length - 1];
    get('drift').textContent = `total ${number(last[1] + last[2], 6)}`;
  }
  get('clock').textContent = `t = ${number(time, 3)}`;
}

function options(select, values, value, text) {
  select.replaceChildren(...values.map((v) => new Option(text(v), v, v === value, v === value)));
}

function key(e) {
  if (e.target.matches('select, input')) return;
  const turns = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, 0.1], ArrowDown: [0, -0.1] }[e.key];
  if (turns) {
    turn += turns[0];
    tilt += turns[1];
    draw();
  } else if (e.key === ' ' && !e.target.matches('button')) get('play').click();
  else if (e.key === 'Home') anew();
  else if (e.key === 'r' || e.key === 'R') backwards();
  else return;
  e.preventDefault();
}

function listen() {
  get('play').onclick = () => { playing = !playing; label(); };
  get('reset').onclick = anew;
  get('reverse').onclick = backwards;
  get('speed').oninput = label;
  get('temperature').oninput = () => { heat = chosen(); label(); };
  get('n').onchange = get('density').onchange = anew;
  addEventListener('keydown', key);
  const canvas = get('box');
  canvas.style.touchAction = 'none';
  canvas.onpointerdown = (e) => canvas.setPointerCapture(e.pointerId);
  canvas.onpointermove = (e) => {
    if (!canvas.hasPointerCapture(e.pointerId)) return;
    turn += e.movementX / 150;
    tilt = Math.max(-1.5, Math.min(1.5, tilt + e.movementY / 150));
    draw();
  };
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => { readColors(); draw(); });
}

async function start() {
  readColors();
  scene = await (await fetch(`${address}/scene`)).json();
  for (const [href, text, current] of scene.pages) {
    const link = document.createElement('button');
    link.type = 'button';
    link.textContent = text;
    link.setAttribute('aria-current', current);
    link.onclick = () => { location.href = href; };
    get('groups').append(link);
  }
  get('box-title').textContent = `Bodies in ${scene.trap ? 'a trap' : scene.density ? 'a box' : 'open space'}: ${scene.name}`;
  if (scene.sized) {
    const sizes = [...new Set([108, 256, 500, 864, 1372, scene.n])].filter((n) => n <= scene.most).sort((a, b) => a - b);
    options(get('n'), sizes, scene.n, String);
    options(get('density'), [0.4, 0.6, 0.8, 1, 1.1, 1.2].map((v) => v * scene.density), scene.density, (v) => number(v, 4));
  } else for (const e of document.querySelectorAll('.sized')) e.hidden = true;
  get('heat').hidden = get('distribution').hidden = !scene.density;
  listen();
  label();
  await fill();
  requestAnimationFrame(tick);
}

start().catch((e) => problem(e.message));
