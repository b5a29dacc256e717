// Playback: rollouts are streamed into buffers, and a clock runs over them.
//
// A segment is a stretch of time in one direction. Turning time round begins a new
// segment from the states reached: every model is integrated anew from there, backwards,
// and nothing is replayed.

import * as api from './api.js';

// Track is the rollout of one run over a segment, at even times.
class Track {
  // work is what inputs have done before.
  constructor(t0, dt, start, work) {
    this.t0 = t0;
    this.dt = dt; // negative backwards
    this.states = [start];
    this.energy = []; // the learned H, and the true one, at each state
    this.truth = [];
    this.supply = []; // the power of inputs, and their work
    this.work = [];
    this.before = work;
    this.done = false;
    this.error = '';
  }

  push(piece) {
    const states = piece.states[0];
    for (let i = 0; i < states.length; i++) {
      if (!states[i]) break; // it was not reached: the last line says why
      // The first state of the first piece is the start.
      const k = Math.round((piece.times[i] - this.t0) / this.dt);
      this.states[k] = states[i];
      if (piece.energy) this.energy[k] = piece.energy[0][i];
      if (piece.true_energy) this.truth[k] = piece.true_energy[0][i];
      if (piece.supply) this.integrate(k, piece.supply[0][i]);
    }
  }

  // integrate adds the work of an interval, by the parabola through the last three powers.
  integrate(k, power) {
    const s = this.supply;
    s[k] = power;
    if (k === 0) this.work[0] = this.before;
    else this.work[k] = this.work[k - 1] + this.dt * (k === 1 ? (s[0] + s[1]) / 2 : (5 * s[k] + 8 * s[k - 1] - s[k - 2]) / 12);
  }

  get length() { return this.states.length; }
  get end() { return this.t0 + (this.length - 1) * this.dt; }

  // place is where t lies among the states, as a fraction, and no later than the last.
  place(t) { return Math.min(Math.max((t - this.t0) / this.dt, 0), this.length - 1); }

  state(t) {
    const s = this.place(t);
    const i = Math.min(Math.floor(s), this.length - 2);
    if (i < 0) return this.states[0];
    const a = this.states[i], b = this.states[i + 1], w = s - i;
    return a.map((v, j) => v + w * (b[j] - v));
  }

  value(series, t) {
    const s = this.place(t), i = Math.min(Math.floor(s), series.length - 2);
    if (i < 0) return series[0];
    return series[i] + (s - i) * (series[i + 1] - series[i]);
  }
}

const bandSteps = 300; // of a band, which takes a hundred rollouts

// Band lies about a track: what is below and above its states, at even times.
class Band {
  constructor({ times, states: [states], lo: [lo], hi: [hi], outside: [outside] }) {
    this.t0 = times[0];
    this.dt = times[1] - times[0];
    const known = states.findIndex((x) => !x); // a rollout may end before its time
    this.length = known < 0 ? states.length : known;
    this.below = states.map((x, k) => x?.map((v, j) => v - (lo[k][j] ?? v)));
    this.above = states.map((x, k) => x?.map((v, j) => (hi[k][j] ?? v) - v));
    this.outside = outside;
    // From this time nothing is known but where the data lie.
    const first = outside.indexOf(true);
    this.unknown = first < 0 ? undefined : times[first];
  }

  // at is how far the band goes below and above a coordinate at a time, and whether nothing is known there.
  at(t, j) {
    const s = Math.min(Math.max((t - this.t0) / this.dt, 0), this.length - 1), i = Math.min(Math.floor(s), this.length - 2), w = s - i;
    const mix = (v) => v[i][j] + w * (v[i + 1][j] - v[i][j]);
    return { below: mix(this.below), above: mix(this.above), outside: this.outside[i] || this.outside[i + 1] };
  }
}

export class Playback {
  constructor() {
    this.segments = [];
    this.t = 0;
    this.playing = false;
    this.speed = 1; // time units a second
    this.abort = new AbortController();
    this.onchange = () => {};
    this.onband = () => {};
  }

  get segment() { return this.segments.at(-1); }
  get direction() { return this.segment?.direction ?? 1; }
  get atEnd() { return this.segment !== undefined && Math.abs(this.t - this.segment.t1) < 1e-9; }

  // start puts every run at x0 at time zero. settings are the horizon, the time between two
  // points, and request: what else simulate takes for a run and such an interval.
  start(runs, x0, settings) {
    this.abort.abort();
    this.abort = new AbortController();
    this.runs = runs;
    this.x0 = x0;
    this.settings = settings;
    this.segments = [];
    this.t = 0;
    this.begin(1, new Map(runs.map((r) => [r.id, x0])));
  }

  // begin starts a segment from the given states at the present time.
  begin(direction, starts) {
    const { horizon, dt, request } = this.settings;
    let t1;
    if (direction > 0) t1 = this.t < horizon - dt / 2 ? horizon : this.t + horizon;
    else t1 = this.t > dt / 2 ? 0 : this.t - horizon;
    const steps = Math.max(1, Math.round(Math.abs(t1 - this.t) / dt));
    const step = (t1 - this.t) / steps;
    const segment = { t0: this.t, t1, direction, tracks: new Map() }, before = this.segment?.tracks;
    this.segments.push(segment);
    for (const run of this.runs) {
      const past = before?.get(run.id);
      const track = new Track(this.t, step, starts.get(run.id), past?.work.length ? past.value(past.work, this.t) : 0);
      segment.tracks.set(run.id, track);
      const asked = { initial: [starts.get(run.id)], from: this.t, to: t1, ...request(run, Math.abs(step)) };
      if (this.settings.band && run.band) this.surround(run, track, { ...asked, steps: Math.min(steps, bandSteps), band: this.settings.band });
      this.fill(run, track, { ...asked, steps });
    }
  }

  async fill(run, track, body) {
    const signal = this.abort.signal;
    try {
      for await (const piece of api.simulate(run.id, body, signal)) {
        if (signal.aborted) return;
        if (piece.states) track.push(piece);
        if (piece.error) track.error = piece.error;
        if (piece.errors?.[0]) track.error = piece.errors[0];
        this.onchange();
      }
    } catch (err) {
      if (signal.aborted) return;
      track.error = err.message;
    }
    track.done = true;
    this.onchange();
  }

  // surround finds the band of a track.
  async surround(run, track, body) {
    const signal = this.abort.signal;
    try {
      const answer = await api.band(run.id, body, signal);
      if (signal.aborted) return;
      const band = new Band(answer);
      if (band.length > 1) track.band = band;
    } catch (err) {
      if (signal.aborted) return;
      track.error ||= err.message;
    }
    this.onband();
  }

  // turn reverses time from the states reached: from the nearest that were computed, since
  // those between are only interpolated for the eye.
  turn() {
    if (!this.segment) return;
    const [track] = this.segment.tracks.values();
    if (track) this.t = track.t0 + Math.round(track.place(this.t)) * track.dt;
    // Fewer than a handful of segments can be told apart.
    if (this.segments.length > 5) this.segments.splice(1, this.segments.length - 5);
    this.begin(-this.direction, this.current());
  }

  current() {
    const states = new Map();
    for (const [id, track] of this.segment.tracks) states.set(id, track.state(this.t));
    return states;
  }

  play() {
    if (this.atEnd) this.begin(this.direction, this.current());
    this.playing = true;
  }

  // advance moves the clock by so many seconds, at most to what has arrived.
  advance(seconds) {
    if (!this.playing || !this.segment) return;
    const s = this.segment, d = s.direction;
    let limit = s.t1;
    for (const track of s.tracks.values()) {
      if (!track.done && (track.end - limit) * d < 0) limit = track.end;
    }
    const next = this.t + d * seconds * this.speed;
    this.t = (next - limit) * d > 0 ? limit : next;
    if (this.atEnd) {
      this.t = s.t1;
      this.playing = false;
    }
  }
}
