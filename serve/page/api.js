// The API of this server: /api/v1/openapi.json describes it.

import { request } from './transport.js';

const base = 'api/v1/runs';

async function checked(response) {
  if (response.ok) return response;
  let detail = `${response.status} ${response.statusText}`;
  try {
    detail = (await response.json()).detail ?? detail;
  } catch { /* no JSON: the status says it */ }
  throw new Error(detail);
}

// send posts a body, again where the server has too much to do.
async function send(path, body, signal) {
  for (let attempt = 0; ; attempt++) {
    const response = await request(`${base}/${encodeURIComponent(path[0])}/${path[1]}`, {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body), signal,
    });
    if (response.status !== 503 || attempt === 4) return checked(response);
    await response.body?.cancel();
    await new Promise((resolve) => setTimeout(resolve, 250 * 2 ** attempt));
    signal?.throwIfAborted();
  }
}

export async function runs() {
  return (await checked(await request(base))).json();
}

export async function energy(run, body, signal) {
  return (await (await send([run, 'energy'], body, signal)).json()).energy;
}

export async function field(run, body, signal) {
  return (await (await send([run, 'field'], body, signal)).json()).derivatives;
}

export async function decode(run, states) {
  return (await send([run, 'decode'], { states })).json();
}

export async function shift(run, body, signal) {
  return (await send([run, 'shift'], body, signal)).json();
}

// band is that of a level about one rollout: its times, states, lo, hi and outside.
export async function band(run, body, signal) {
  return (await send([run, 'simulate'], body, signal)).json();
}

// simulate yields the pieces of a streamed rollout as they arrive.
export async function* simulate(run, body, signal) {
  const response = await send([run, 'simulate'], { ...body, energy: true, stream: true }, signal);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      const lines = (rest + value).split('\n');
      rest = lines.pop();
      for (const line of lines) yield JSON.parse(line);
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
