import { setTimeout as delay } from 'node:timers/promises';
import { EventTap } from '../faults/history/event-tap.mjs';
import { lookupsOf } from '../faults/history/queries.mjs';
import { Recorder } from '../faults/history/recorder.mjs';
import { Traffic } from '../faults/history/traffic.mjs';
import { DEFAULT_PROFILE } from '../faults/profile.mjs';
import { Site } from '../faults/site/site.mjs';
import { until } from '../start/until.mjs';
import { loadBetween } from './measure/load-figures.mjs';
import { LoadSampler } from './measure/load-sampler.mjs';

/** As docs/redis.md advises. */
const WITH_DATA = ['--appendonly', 'yes', '--appendfsync', 'everysec'];
/** Some 120 lookups a second: many enough for a 99th percentile, few enough to be no load. */
const LOOKUP_EVERY_MS = 8;
/** When Redis is back is told by this. */
const RECONNECT_AFTER_MS = 50;
const RECENT_MS = 3_000;
const RECENT_RECORDS_MAX = 600;

/** One roll with its store and services by default settings, recorded lookups, and what all of them use, every second. */
export class Stage {
  recorder = new Recorder();
  profile = DEFAULT_PROFILE;
  /** Moments worth a line in the pictures: `{ at, text }`. */
  moments = [];
  /** The hosts; see fleet.mjs. */
  swarm;
  #signal;
  #sampler = new LoadSampler(this);
  #client;
  #endings = [];
  #others = [];
  #isLookingUp = false;

  /** `signal` ends what waits; `random` is what is chosen by. */
  constructor({ signal, random, roll }) {
    this.#signal = signal;
    this.random = random;
    this.site = new Site({ profile: this.profile, recorder: this.recorder, roll });
    this.traffic = new Traffic(this.recorder, { everyMs: LOOKUP_EVERY_MS });
  }

  /**
   * Starts the store and the services; resolves once they are ready. `keepsData`: Redis does, as is advised; `topology`: a
   * store that was started elsewhere; `settings` go to every process.
   */
  async open({ keepsData = false, topology, resolvers = 1, reconcilers = 2, settings = {} } = {}) {
    const { site } = this;
    site.settings = settings;
    const args = keepsData ? WITH_DATA : [];
    await site.startStore({ topology, persistence: 'none', args });
    this.#client = site.store.client({ retryStrategy: () => RECONNECT_AFTER_MS });
    const { stores } = await this.#sampler.look();
    /** What a Redis holds that nobody uses. */
    this.emptyBytes = stores.redis?.memoryBytes;
    this.#sampler.start();
    const services = [
      ...Array.from({ length: resolvers }, () => () => site.startResolver()),
      ...Array.from({ length: reconcilers }, () => () => site.startReconciler()),
    ];
    for (const start of services) {
      this.#signal.throwIfAborted();
      await start();
    }
    await site.settled();
  }

  /** A connection of the runner's own to the store. */
  get client() {
    return this.#client;
  }

  /** Everything that runs: `[{ name, pid }]`. */
  get processes() {
    const { swarm, site } = this;
    return [
      ...site.processes,
      ...(swarm?.isRunning ? [{ name: 'swarm', pid: swarm.pid }] : []),
      ...this.#others.flatMap((processes) => processes()),
    ];
  }

  /** The servers of the store, as processes are named: `[{ name, client }]`. */
  get stores() {
    const { cluster } = this.site.store;
    if (!cluster) return [{ name: 'redis', client: this.#client }];
    return cluster.nodes.map((node, index) => ({
      name: `redis-${index + 1}`,
      client: cluster.operator(node),
    }));
  }

  /** Processes that are not of this stage are measured with it. */
  alsoMeasure(processes) {
    this.#others.push(processes);
  }

  /** Servers on the roll, and of them the late, and those whose lease is over though they are still on it. */
  async roll() {
    const { due } = this.site.keys;
    // One machine: the clock of Redis is this one.
    const now = Date.now();
    const [servers, late, lapsed] = await Promise.all([
      this.#client.zcard(due),
      this.#client.zcount(due, '-inf', now + this.profile.lease - this.profile.lateAfter),
      this.#client.zcount(due, '-inf', now),
    ]);
    return { servers, late, lapsed };
  }

  /** From now on these are looked up, one after the other and over again. */
  lookUp(ids) {
    this.traffic.ask('fleet', ids);
    this.traffic.through(this.site.resolvers);
    if (!this.#isLookingUp) this.traffic.start();
    this.#isLookingUp = true;
  }

  /** From now on events of the roll are recorded. */
  async tapEvents() {
    const { events } = this.site.keys;
    const [last] = await this.#client.xrevrange(events, '+', '-', 'COUNT', 1);
    const client = this.site.store.client({ commandTimeout: 3_000 });
    const tap = new EventTap(this.recorder, client, events, last?.[0]);
    tap.start();
    this.atEnd(() => tap.stop());
  }

  now() {
    return this.recorder.now();
  }

  /** Notes this moment for the pictures; returns it. */
  mark(text) {
    const at = this.now();
    this.moments.push({ at, text });
    return at;
  }

  /** Lets time pass; rejects when the run is stopped. */
  pass(ms) {
    return delay(ms, undefined, { signal: this.#signal });
  }

  /** Waits until a condition holds; an error that names it when it never does, or the run is stopped. */
  async until(what, condition, timeoutMs) {
    const isSo = () => {
      this.#signal.throwIfAborted();
      return condition();
    };
    if (!(await until(isSo, timeoutMs)))
      throw new Error(`Within ${timeoutMs / 1_000} s this did not come: ${what}`);
  }

  /** Lets time pass; resolves to the span, at both ends of which all that was used was looked at. */
  async watch(ms) {
    const { at: from } = await this.#sampler.look();
    await this.pass(ms);
    const { at: to } = await this.#sampler.look();
    return { from, to };
  }

  /** What all of them had used, once a second. */
  get loads() {
    return this.#sampler.loads;
  }

  /** Lookups that began and ended within a span; all of them unless one is named. */
  lookups(span) {
    return lookupsOf(this.recorder.records, undefined, span);
  }

  /** How often within a span the one who asks was late himself by more than 40 ms. */
  lateAsks({ from, to }) {
    const isLate = ({ type, at }) => type === 'lag' && at >= from && at <= to;
    return this.recorder.records.filter(isLate).length;
  }

  /** What processes and stores have used within a span. */
  loadIn(span) {
    return loadBetween(this.loads, span);
  }

  /** What there is to see of the last seconds. */
  recent() {
    const to = this.now();
    const span = { from: to - RECENT_MS, to };
    const loads = this.loads.slice(-RECENT_MS / 1_000 - 1);
    const lookups = lookupsOf(this.recorder.records.slice(-RECENT_RECORDS_MAX), undefined, span);
    return { load: loads.at(-1), usage: loadBetween(loads, { from: 0, to }), lookups };
  }

  /** Has something done when it is over, however it ends. */
  atEnd(work) {
    this.#endings.push(work);
  }

  /** Ends whatever runs. */
  async close() {
    await this.#sampler.stop();
    await this.traffic.stop().catch(() => undefined);
    const ended = await Promise.allSettled(this.#endings.map((work) => work()));
    await this.site.stop();
    for (const { reason } of ended) if (reason) throw reason;
  }
}
