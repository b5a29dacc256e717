// The page: what is shown, what the controls do, and the loop that draws.

import * as api from './api.js';
import * as link from './link.js';
import * as integration from './integration.js';
import { Playback } from './playback.js';
import { Plane } from './plane.js';
import { System } from './system.js';
import { Chart } from './chart.js';
import { Inputs } from './inputs.js';
import { fillTable } from './table.js';
import { spacing } from './contour.js';
import { readColors, dashes, number, symbol } from './drawing.js';

const $ = (id) => document.getElementById(id);
const playback = new Playback();
const levelsOfEnergy = 30; // on either side of the slider's middle

let library = { runs: [], groups: [], methods: [] };
let group = null; // the one shown
let all = []; // its runs, the truth first
let shown = []; // those that are ticked
let x0 = null; // the initial state
let base = null; // the state from which the energy slider counts, and the path through it
let drawn = true;

const plane = new Plane($('plane'), $('plane-tip'), (x, dragging) => setInitial(x, { dragging }), redraw);
const system = new System($('system'), redraw);
const chart = new Chart($('chart'), $('chart-tip'), redraw);
const inputs = new Inputs($('inputs'), act);

// Setting up

async function begin() {
  readColors();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => { readColors(); plane.still = null; redraw(); });
  listen();
  requestAnimationFrame(frame);
  await load();
}

// load fetches the runs, again and again while models are being trained.
async function load() {
  for (;;) {
    try {
      library = await api.runs();
      problem('');
    } catch (err) {
      problem(`The server does not answer (${err.message}).`);
      await pause(2000);
      continue;
    }
    showTraining(library.training);
    showGroups();
    const wanted = library.groups.find((g) => g.id === link.read().task) ?? library.groups[0];
    if (!group && wanted && ready(wanted)) openGroup(wanted, link.read());
    else if (group) joinRuns();
    if (!library.training && library.groups.length) return;
    await pause(300);
  }
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
// While a group's models are still being trained, the first are not shown alone.
const ready = (g) => !library.training || g.runs.length > 2 || library.groups.at(-1) !== g;

function showTraining(t) {
  $('training').hidden = !t;
  if (!t) return;
  $('training-text').textContent = `Training something to play with: ${t.run} (${t.done + 1} of ${t.of})`;
  $('training-bar').value = (t.done + (t.steps ? t.step / t.steps : 0)) / t.of;
}

function showGroups() {
  const nav = $('groups');
  nav.replaceChildren(...library.groups.map((g) => {
    const b = document.createElement('button');
    b.type = 'button';
    b.textContent = g.title;
    b.dataset.group = g.id;
    b.setAttribute('aria-current', g === group || g.id === group?.id);
    b.onclick = () => { if (g.id !== group?.id) openGroup(library.groups.find((o) => o.id === g.id), {}); };
    return b;
  }));
}

function runsOf(g) {
  const runs = g.runs.map((id) => library.runs.find((r) => r.id === id));
  const seen = {};
  return runs.map((run) => {
    const nth = seen[run.role] = (seen[run.role] ?? -1) + 1;
    const twins = runs.filter((r) => r.name === run.name);
    let short = run.name;
    if (twins.length > 1) short += new Set(twins.map((r) => r.seed)).size === twins.length ? ` (seed ${run.seed})` : ` (${run.id})`;
    return { ...run, short, dash: dashes[nth % dashes.length] };
  });
}

// openGroup shows a group, as a link's view has it where it says so.
function openGroup(g, view) {
  group = g;
  all = runsOf(g);
  const wanted = view.runs?.filter((id) => all.some((r) => r.id === id));
  // Without a wish: the truth, and the first run of each role.
  shown = wanted?.length ? all.filter((r) => wanted.includes(r.id)) : all.filter((r) => r.dash.length === 0);
  const d = coordinates().length;
  x0 = view.x0?.length === d ? view.x0 : g.view.initial.slice();
  base = null;
  chart.cap = Infinity;
  $('energy').value = 0;
  showEnergy();
  options($('axes'), axesOptions(), view.axes);
  $('axes').parentElement.hidden = $('axes').options.length < 2;
  options($('flow'), [...all.map((r) => [r.id, r.short]), ['none', 'none']], view.flow ?? learned()?.id ?? all.at(-1).id);
  options($('measure'), measures(), view.measure);
  options($('method'), library.methods.filter((m) => !m.needs_split || all.some((r) => r.separable)).map((m) => [m.name, m.name]), view.method ?? 'dop853');
  $('scale').value = view.scale === 'log' ? 'log' : 'linear';
  options($('tolerance'), ['1e-3', '1e-6', '1e-9', '1e-12'].map((v) => [v, v]), view.tolerance ?? '1e-9');
  $('step').value = view.step > 0 ? view.step : shortest(g.view.horizon / 300);
  $('horizon').value = view.horizon > 0 ? view.horizon : shortest(Math.min(10 * g.view.horizon, Math.max(60, g.view.horizon)));
  $('speed').value = view.speed ?? 0;
  setSpeed();
  showMethod();
  $('plane-title').textContent = g.view.picture === 'bodies' ? 'Orbits and phase space' : d > 2 ? 'Phase space' : 'Phase plane';
  if (g.view.measured) $('plane-title').textContent += ', dots: data';
  options($('contours'), contourChoices(), view.contours);
  $('band').value = ['0.5', '0.9', '0.99'].includes(view.band) ? view.band : '';
  inputs.show(all, g.view.horizon, view.inputs);
  $('help-input').hidden = !inputs.list.length;
  $('system-title').textContent = g.title;
  showGroups();
  showAxes();
  restart();
  if (!matchMedia('(prefers-reduced-motion: reduce)').matches) playback.play();
  showPlaying();
}

// joinRuns adds runs that have been trained since.
function joinRuns() {
  const fresh = library.groups.find((g) => g.id === group.id);
  if (!fresh || fresh.runs.length === group.runs.length) return;
  const known = new Set(all.map((r) => r.id));
  group = fresh;
  all = runsOf(fresh);
  shown = all.filter((r) => !known.has(r.id) || shown.some((s) => s.id === r.id));
  inputs.show(all, group.view.horizon, inputs.saved);
  showAxes();
  restart();
}

const shortest = (v) => Number(v.toPrecision(3));
const coordinates = () => all[0].coordinates;
const truth = () => all.find((r) => r.role === 'truth');
// learned is the run whose H is drawn and moves the energy.
const learned = () => {
  const one = (runs) => runs.find((r) => r.role !== 'truth' && r.has_energy);
  return one(shown) ?? one(all);
};

function options(select, list, value) {
  select.replaceChildren(...list.map(([v, name]) => new Option(name, v)));
  if (list.some(([v]) => v === value)) select.value = value;
}

function axesOptions() {
  const cs = coordinates(), n = cs.length / 2, list = [];
  if (group.view.bodies && group.view.picture === 'bodies') list.push(['bodies', 'orbits']);
  const add = (i, j) => list.push([`${i},${j}`, `${symbol(cs[i].name)}, ${symbol(cs[j].name)}`]);
  if (group.view.picture === 'point') add(0, 1);
  for (let i = 0; i < n; i++) add(i, n + i);
  if (n > 1 && group.view.picture !== 'point') for (let i = 1; i < n; i++) add(0, i);
  return list;
}

function contourChoices() {
  const hasLearned = all.some((r) => r.role !== 'truth' && r.has_energy), list = [['none', 'none']];
  if (truth()) list.unshift(['true', 'true H']);
  if (hasLearned) list.unshift(['learned', 'learned H']);
  if (truth() && hasLearned) list.unshift(['both', 'learned and true H']);
  return list;
}

function measures() {
  const list = [];
  if (all.some((r) => r.has_true_energy)) list.push(['truth', 'true H']);
  if (all.some((r) => r.has_energy && r.role !== 'truth')) list.push(['energy', 'learned H']);
  return list.length ? list : [['truth', 'true H']];
}

function showAxes() {
  const axes = $('axes').value;
  const flow = all.find((r) => r.id === $('flow').value);
  plane.options = { flow: flow?.id ?? '', input: flow && inputs.steady(flow), contours: $('contours').value };
  plane.show(group, coordinates(), axes === 'bodies' ? 'bodies' : axes.split(',').map(Number), learned(), truth(), x0);
  $('flow-label').textContent = plane.places ? 'force of' : 'flow of';
  system.show(group, coordinates());
  chart.options = { measure: $('measure').value, scale: $('scale').value };
}

// What is simulated

const method = () => library.methods.find((m) => m.name === $('method').value);

function settings() {
  const [horizon, tolerance, step] = ['horizon', 'tolerance', 'step'].map((id) => Number($(id).value));
  return { ...integration.settings({ horizon, method: method(), tolerance, step }, group.view.horizon, inputs), band: Number($('band').value) };
}

// tellInputs says what the inputs mean for what is drawn.
function tellInputs() {
  const unfit = shown.some((r) => inputs.of(r) && !integration.serves(method(), r, inputs));
  inputs.tell(shown, group.view.measured, unfit ? method().name : '');
  $('band-label').hidden = $('help-band').hidden = !shown.some((r) => r.band);
  const [one, ...more] = inputs.acting;
  $('energy-title').textContent = `Energy over time${one ? `, which ${more.length ? 'inputs change' : `${symbol(one)} changes`}` : ''}`;
}

// outside reports whether a state lies outside a run's training data by more than a tenth of a range, as the API does.
function outside(run, x) {
  return (run.region ?? []).some(({ least, most, angle }, j) => {
    const middle = (least + most) / 2, turn = 2 * Math.PI;
    const v = angle ? x[j] - turn * Math.round((x[j] - middle) / turn) : x[j];
    return Math.max(least - v, v - most) > 0.1 * (most - least);
  });
}

// tellWarnings says what is known of the runs that are shown and of where they start.
function tellWarnings() {
  const texts = [], away = shown.filter((r) => outside(r, x0)).map((r) => r.short);
  if (away.length) texts.push(`The start lies outside the training data of ${away.join(', ')}: from there the model guesses.`);
  for (const r of shown) {
    const t = playback.segment?.tracks.get(r.id)?.band?.unknown;
    if (t !== undefined) texts.push(`From t = ${number(t, 3)} nothing is known of ${r.short} but the range of the data.`);
  }
  for (const r of shown) for (const w of r.warnings ?? []) if (!texts.includes(w)) texts.push(w);
  $('warnings').hidden = !texts.length;
  $('warnings').replaceChildren(...texts.map((text) => {
    const item = document.createElement('li');
    item.textContent = text;
    return item;
  }));
}

function restart() {
  $('initial').value = x0.map((v) => String(Number(v.toPrecision(6)))).join(', ');
  $('initial').setCustomValidity('');
  playback.start(shown, x0, settings());
  tellInputs();
  tellWarnings();
  message('');
  remember();
  redraw();
}

let waiting = 0; // the timer of a restart that a drag or a key held asked for

// soon starts all again, but not at every pixel: the server would begin what is not waited for.
function soon() {
  clearTimeout(waiting);
  waiting = setTimeout(() => { restart(); playback.play(); showPlaying(); }, 60);
}

// act lets what acts from outside act otherwise.
function act() {
  showAxes();
  soon();
}

// setInitial moves the initial state and lets everything start from it.
function setInitial(x, { dragging = false, keepPath = false } = {}) {
  x0 = x;
  if (!keepPath) {
    base = null;
    $('energy').value = 0;
    $('energy').disabled = true;
  }
  plane.set(x0);
  if (dragging) {
    soon();
    return;
  }
  clearTimeout(waiting);
  restart();
  playback.play();
  showPlaying();
  if (!keepPath) findPath();
}

// findPath asks for the states along the gradient of H through the initial state.
async function findPath() {
  const run = learned() ?? truth();
  $('energy').closest('label').hidden = !run;
  if (!run || !isFinite(chart.cap)) return;
  const from = x0, by = 0.5 * chart.cap / levelsOfEnergy;
  const changes = Array.from({ length: 2 * levelsOfEnergy + 1 }, (_, k) => (k - levelsOfEnergy) * by);
  try {
    const path = await api.shift(run.id, { state: from, changes });
    if (from !== x0) return; // it has moved since
    base = { path: path.states, changes };
    $('energy').disabled = false;
    showEnergy();
  } catch (err) {
    problem(err.message);
  }
}

function moveEnergy() {
  if (!base) return;
  let k = Number($('energy').value) + levelsOfEnergy;
  // A minimum of H ends the path: nothing has less.
  const towards = k > levelsOfEnergy ? -1 : 1;
  while (!base.path[k] && k !== levelsOfEnergy) k += towards;
  $('energy').value = k - levelsOfEnergy;
  showEnergy();
  setInitial(base.path[k] ?? x0, { keepPath: true });
}

function showEnergy() {
  const change = base?.changes[Number($('energy').value) + levelsOfEnergy] ?? 0;
  $('energy-value').textContent = `H ${change < 0 ? '\u2212' : '+'} ${number(Math.abs(change), 3)}`;
  $('energy').setAttribute('aria-valuetext', $('energy-value').textContent);
}

// Time

function turn() {
  message('');
  playback.turn();
  playback.playing = true;
  showPlaying();
  redraw();
}

function togglePlay() {
  if (playback.playing) playback.playing = false;
  else playback.play();
  message('');
  showPlaying();
}

function showPlaying() {
  const on = playback.playing;
  $('play').querySelector('span').textContent = on ? 'Pause' : 'Play';
  $('play-icon').setAttribute('d', on ? 'M7 5h4v14H7zM14 5h4v14h-4z' : 'M7 4v16l13-8z');
  const back = playback.direction < 0;
  $('reverse').setAttribute('aria-pressed', back);
  $('reverse').querySelector('span').textContent = back ? 'Forwards' : 'Backwards';
  $('reverse').querySelector('svg').style.transform = back ? 'scaleX(-1)' : '';
  redraw();
}

function setSpeed() {
  const relative = 10 ** Number($('speed').value);
  playback.speed = relative * group.view.horizon / 3;
  $('speed-value').textContent = `${number(playback.speed, 3)} per s`;
  $('speed').setAttribute('aria-valuetext', $('speed-value').textContent);
}

// ended says how near to the start the way back has led.
function ended() {
  const s = playback.segment;
  if (s.direction > 0 || Math.abs(playback.t) > 1e-9) return;
  const parts = shown.map((run) => {
    const track = s.tracks.get(run.id);
    return track.error ? '' : `${run.short} ${number(distance(track.state(0), x0), 3)}`;
  });
  message(`Back at t = 0. Distance from the start: ${parts.filter(Boolean).join(', ')}`);
}

function distance(a, b) {
  return Math.hypot(...a.map((v, i) => v - b[i]));
}

// Drawing

function redraw() { drawn = false; }
playback.onchange = redraw;
playback.onband = () => { tellWarnings(); redraw(); };

let last = 0, tabled = 0;

function frame(now) {
  const seconds = Math.min((now - last) / 1000, 0.1);
  last = now;
  if (playback.playing) {
    playback.advance(seconds);
    drawn = false;
    if (!playback.playing) {
      ended();
      showPlaying();
    }
  }
  if (!drawn && group) {
    drawn = true;
    const grid = plane.h?.truth ?? plane.h?.learned;
    if (grid && !grid.spread) {
      const { below, above } = spacing(grid.values, grid.values[0], 1, plane.low);
      grid.spread = below + above;
      chart.cap = grid.spread;
      if (!base) findPath();
    }
    plane.draw(playback, shown);
    system.draw(playback, shown);
    chart.draw(playback, shown);
    // Numbers that change sixty times a second cannot be read.
    if (now - tabled > 100 || !playback.playing) {
      tabled = now;
      $('clock').textContent = `t = ${number(playback.t, 4)}`;
      inputs.tick(playback.t);
      const measure = $('measure').value, work = measure === 'energy' && inputs.acting.length > 0;
      fillTable($('values'), { all, shown, playback, x0, pair: plane.pair, coordinates: coordinates(), measure, work, toggle });
    }
  }
  requestAnimationFrame(frame);
}

function toggle(run, on) {
  shown = all.filter((r) => (r.id === run.id ? on : shown.includes(r)));
  showAxes();
  restart();
  playback.play();
  showPlaying();
}

function message(text) { $('message').textContent = text; }

function problem(text) {
  $('problem').hidden = !text;
  $('problem').textContent = text;
}
plane.onproblem = (err) => problem(err.message);

// The link

function view() {
  return {
    task: group.id, runs: shown.map((r) => r.id), x0: x0.map((v) => Number(v.toPrecision(8))), horizon: $('horizon').value,
    method: $('method').value, tolerance: $('tolerance').value, step: $('step').value, axes: $('axes').value, flow: $('flow').value,
    contours: $('contours').value, band: $('band').value, measure: $('measure').value, scale: $('scale').value, speed: $('speed').value,
    inputs: inputs.saved,
  };
}

function remember() { link.write(view()); }

// The controls

function showMethod() {
  const adaptive = method()?.adaptive;
  $('tolerance-label').hidden = !adaptive;
  $('step-label').hidden = adaptive;
}

function listen() {
  $('play').onclick = togglePlay;
  $('reverse').onclick = turn;
  $('reset').onclick = () => { const on = playback.playing; restart(); playback.playing = on; showPlaying(); };
  $('speed').oninput = () => { setSpeed(); remember(); };
  $('energy').oninput = moveEnergy;
  for (const id of ['axes', 'flow', 'contours', 'measure', 'scale']) $(id).onchange = () => { showAxes(); remember(); redraw(); };
  for (const id of ['horizon', 'method', 'tolerance', 'step', 'band']) {
    $(id).onchange = () => {
      showMethod();
      if (!$('settings').reportValidity()) return;
      restart();
      playback.play();
      showPlaying();
    };
  }
  $('settings').onsubmit = (e) => e.preventDefault();
  $('initial').onchange = () => {
    const x = link.numbers($('initial').value), d = coordinates().length;
    $('initial').setCustomValidity(x?.length === d ? '' : `Give ${d} numbers with commas between them: ${coordinates().map((c) => c.name).join(', ')}`);
    if ($('initial').reportValidity()) setInitial(x);
  };
  $('share').onclick = async () => {
    const address = `${location.origin}${location.pathname}#${link.text(view())}`;
    try {
      await navigator.clipboard.writeText(address);
      message('Link copied.');
    } catch { // browsers keep the clipboard from pages that are not served over TLS
      history.replaceState(null, '', address);
      message('The address of this page is the link.');
    }
  };
  $('help-open').onclick = () => $('help').showModal();
  addEventListener('hashchange', () => {
    const v = link.read(), g = library.groups.find((o) => o.id === v.task);
    if (g) openGroup(g, v);
  });
  addEventListener('keydown', key);
}

function key(e) {
  if (e.ctrlKey || e.metaKey || e.altKey || !group || $('help').open) return;
  const field = e.target.closest('input:not([type=range]):not([type=checkbox]), select');
  if (field || (e.key === ' ' && e.target.closest('button, input'))) return;
  const slide = (id, by) => {
    $(id).value = Number($(id).value) + by;
    $(id).dispatchEvent(new Event('input'));
  };
  const actions = {
    ' ': togglePlay, r: turn, R: turn, Home: () => $('reset').click(), '?': () => $('help').showModal(),
    '+': () => slide('speed', 0.1), '-': () => slide('speed', -0.1), '[': () => slide('energy', -1), ']': () => slide('energy', 1),
  };
  if (!actions[e.key] || (e.key === 'Home' && e.target.type === 'range')) return;
  e.preventDefault();
  actions[e.key]();
}

begin();
