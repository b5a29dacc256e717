// The table of runs: the legend, what is shown, and the values.

import { color, number, symbol } from './drawing.js';

let built = null;

// fillTable shows each run's values at the present time; toggle is called when one is
// ticked or not, and work says that inputs act, whose work the learned H shows.
export function fillTable(table, { all, shown, playback, x0, pair, coordinates, measure, work, toggle }) {
  const head = ['Run', ...pair.map((i) => symbol(coordinates[i].name)), measure === 'truth' ? 'change of true H' : 'change of learned H',
    ...(work ? ['work of inputs'] : []), ...(all.some((r) => r.role === 'truth') ? ['from truth'] : []), 'from start'];
  const key = JSON.stringify([all.map((r) => r.id), head]);
  if (built?.key !== key) build(table, all, head, key, toggle);
  const truth = all.find((r) => r.role === 'truth');
  const reference = truth && playback.segment?.tracks.get(truth.id)?.state(playback.t);
  for (const run of all) {
    const row = built.rows.get(run.id), track = playback.segment?.tracks.get(run.id), on = shown.some((r) => r.id === run.id);
    row.tr.className = on ? '' : 'off';
    row.box.checked = on;
    row.swatch.style.borderTopColor = color(run.role);
    row.swatch.style.borderTopStyle = run.dash.length ? 'dashed' : 'solid';
    const x = track?.state(playback.t);
    let texts = head.slice(1).map(() => '\u2013');
    if (on && x) {
      const first = playback.segments[0].tracks.get(run.id)?.[measure][0];
      const far = (y) => (y ? number(Math.hypot(...x.map((v, i) => v - y[i])), 3) : '\u2013');
      texts = [...pair.map((i) => number(x[i])), number(track.value(track[measure], playback.t) - first, 3),
        ...(work ? [number(track.value(track.work, playback.t), 3)] : []), ...(truth ? [far(run === truth ? null : reference)] : []), far(x0)];
    }
    const failed = on && track?.error && (playback.t - track.end) * playback.direction > -1e-9;
    row.cells.forEach((td, k) => {
      td.textContent = failed && k === row.cells.length - 1 ? 'ended' : texts[k];
      td.classList.toggle('problem', Boolean(failed) && k === row.cells.length - 1);
      td.title = failed ? track.error : '';
    });
  }
}

function build(table, all, head, key, toggle) {
  const th = (text, scope) => {
    const cell = document.createElement('th');
    cell.textContent = text;
    cell.scope = scope;
    return cell;
  };
  const top = document.createElement('tr');
  top.append(...head.map((h) => th(h, 'col')));
  table.tHead.replaceChildren(top);
  built = { key, rows: new Map() };
  table.tBodies[0].replaceChildren(...all.map((run) => {
    const tr = document.createElement('tr'), name = th('', 'row'), text = document.createElement('label');
    const box = document.createElement('input'), swatch = document.createElement('span');
    box.type = 'checkbox';
    box.onchange = () => toggle(run, box.checked);
    swatch.className = 'swatch';
    text.append(box, swatch, run.short);
    name.append(text);
    const cells = head.slice(1).map(() => document.createElement('td'));
    tr.dataset.run = run.id;
    tr.append(name, ...cells);
    built.rows.set(run.id, { tr, box, swatch, cells });
    return tr;
  }));
}
