import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../start/until.mjs';
import { openForger } from './actions/forged-reports.mjs';
import { BARS } from './bars.mjs';
import { Churn } from './history/churn.mjs';
import { EventTap } from './history/event-tap.mjs';
import { keyCensus } from './history/key-census.mjs';
import { deadHosts } from './history/queries.mjs';
import { Recorder } from './history/recorder.mjs';
import { RollTap } from './history/roll-tap.mjs';
import { Starvation } from './history/starvation.mjs';
import { Traffic } from './history/traffic.mjs';
import { SeededRandom } from './seeded-random.mjs';
import { Site } from './site/site.mjs';

const VISITS = ['visit-1', 'visit-2'];
const BASELINE_MS = 1_500;
const KEYS_PATIENCE_MS = 10_000;
const ANSWERED_WITHIN_S = '0.3';

/** How many lookups a resolver has answered, and how many of them within 300 ms, by its own measure. */
async function answersOf(resolver) {
  const name = 'rollcall_lookup_duration_seconds';
  const page = await resolver.metrics();
  const of = (metric, labels) => page.sum(`${name}_${metric}`, labels);
  return { count: of('count'), inTime: of('bucket', { le: ANSWERED_WITHIN_S }) };
}

/**
 * What a fault is made with: a site, recorded traffic, and steps. In order: `arrange`, then `fault` and `heal` as the
 * fault demands, then `conclude`, then `measure`.
 */
export class Context {
  #tap;
  #rollTap;
  #starvation;
  #before;
  #client;
  #forger;
  #endings = [];

  constructor({ fault, profile, seed, reconcilers = true, older }) {
    this.fault_ = fault;
    /** Revision of the older version, for faults that run two; undefined unless somebody chose one. */
    this.older = older;
    this.profile = profile;
    this.random = new SeededRandom(`${fault.id} ${seed}`);
    this.hasReconcilers = reconcilers;
    this.recorder = new Recorder();
    this.site = new Site({ profile, recorder: this.recorder });
    this.traffic = new Traffic(this.recorder);
    this.recorder.record('run', {
      at: 0,
      ...{ fault: fault.id, title: fault.title, seed, profile, reconcilers },
      history: fault.history ?? true,
    });
  }

  /** The history so far. */
  get records() {
    return this.recorder.records;
  }

  now() {
    return this.recorder.now();
  }

  pass(ms) {
    return delay(ms);
  }

  /** A connection of the runner's own to the store. */
  get client() {
    return this.#client;
  }

  /** The store as an agent has it, for reports that no agent would send. */
  get forger() {
    return (this.#forger ??= openForger(this));
  }

  /** Waits until a condition holds; an error that names it when it never does. */
  async until(what, condition, timeoutMs = 20_000) {
    if (!(await until(condition, timeoutMs)))
      throw new Error(`Within ${timeoutMs} ms this did not come: ${what}`);
  }

  /**
   * A settled roll under traffic: `hosts` live ones (gpu-1 …, each with a session of its own; gpu-1 and gpu-2 both have
   * a `console`), a dead one, session churn, resolvers and reconcilers. Resolves to the live hosts after a quiet while.
   */
  async arrange({
    hosts = 3,
    zones = [],
    resolvers = 1,
    reconcilers = 2,
    store,
    settings = {},
    hostSettings,
    resolverSettings,
    everyMs,
  } = {}) {
    const { site, recorder } = this;
    if (everyMs) this.traffic.everyMs = everyMs;
    site.settings = settings;
    await site.startStore(store);
    this.#client = site.store.client();
    this.#starvation = new Starvation(recorder, () => site.processes);
    this.#starvation.start();
    this.#tap = new EventTap(
      recorder,
      site.store.client({ commandTimeout: 3_000 }),
      site.keys.events,
    );
    this.#tap.start();

    const services = [
      ...Array.from({ length: resolvers }, () => () => site.startResolver(resolverSettings)),
      ...Array.from(
        { length: this.hasReconcilers ? reconcilers : 0 },
        () => () => site.startReconciler(),
      ),
    ];
    const dead = await site.startHost('gpu-0', ['gone'], { settings: { AGENT_STOP: 'withdraw' } });
    for (const start of services) await start();
    for (let number = 1; number <= hosts; number += 1) {
      const sessions = [`cad-${number}`, ...(number <= 2 ? ['console'] : [])];
      const options = { zone: zones[(number - 1) % zones.length], settings: hostSettings };
      await site.startHost(`gpu-${number}`, sessions, options);
    }
    this.live = site.hosts.filter((host) => host !== dead);
    await site.settled();
    await this.until('every session resolves', () => this.#everySessionResolves());
    await this.#letDie(dead);
    await this.#startTraffic();
    await this.pass(BASELINE_MS);
    return this.live;
  }

  /** From now on the reports of agents of another version are recorded, too: they show in the store alone. */
  async tapRoll() {
    const { REDIS_URL: url } = this.site.store.environment('127.0.0.1');
    const redis = { mode: 'standalone', url, keyPrefix: 'rollcall', roll: 'main' };
    this.#rollTap = new RollTap(this.recorder, redis, () => this.site.hosts);
    await this.#rollTap.start();
  }

  /** A step of the fault. `effect` tells the checker what it means, `proof` that it has happened. */
  fault(name, step) {
    return this.#step('fault', name, step);
  }

  /** A step that takes the fault away. */
  heal(name, step) {
    return this.#step('heal', name, step);
  }

  /** A step that neither breaks nor mends anything. */
  step(name, step = {}) {
    return this.#step('step', name, step);
  }

  /** When the last of the faults ended. */
  get healedAt() {
    const steps = this.records.filter(({ type, phase }) => type === 'step' && phase !== 'step');
    return Math.max(...steps.map(({ at: [, end] }) => end));
  }

  /** Waits until what the fault did must be over and some more, counts the keys, and ends the traffic: the history is complete. */
  async conclude({ watchMs = this.profile.lease } = {}) {
    const { profile, site } = this;
    const overAt = this.healedAt + Math.max(profile.back, profile.settleAfter) + watchMs;
    await this.pass(Math.max(0, overAt - this.now()));
    this.churn?.stop();
    // A change is reported at once.
    await this.pass(2 * profile.poll + 500);
    await this.#countKeysAgain();
    await this.#noteLatencies(site.resolvers);
    await this.traffic.stop();
    return this.records;
  }

  /** Holds a figure against a bar of the table. `from` and `to` are where it lies in the history, for the picture. */
  measure(bar, value, span = {}) {
    const { max, min } = BARS[bar] ?? {};
    if (!max && !min) throw new Error(`There is no bar called ${bar}.`);
    const [most, least] = [max?.(this.profile), min?.(this.profile)];
    const met = (most === undefined || value <= most) && (least === undefined || value >= least);
    this.recorder.record('measure', { at: this.now(), bar, value, most, least, met, ...span });
  }

  /** Has something done when the run is over, however it ends. */
  atEnd(work) {
    this.#endings.push(work);
  }

  /** Ends whatever runs. */
  async stop() {
    this.churn?.stop();
    this.#starvation?.stop();
    await this.traffic.stop().catch(() => undefined);
    await this.#tap?.stop();
    const ended = await Promise.allSettled(this.#endings.map((work) => work()));
    await this.#rollTap?.stop();
    await this.site.stop();
    for (const { reason } of ended) if (reason) throw reason;
  }

  /** Tells the traffic which ids there are; after a host was added, or its sessions have changed for good. */
  aim() {
    const { live, traffic } = this;
    const own = live.map((host) => host.listed.filter((id) => !VISITS.includes(id)));
    traffic.ask(
      'live',
      live.flatMap(({ id }, index) => own[index].map((local) => `${id}~${local}`)),
    );
    traffic.ask(
      'bare',
      [...new Set(own.flat())].filter((id) => id !== 'console'),
    );
    traffic.ask('contested', ['console']);
    traffic.ask('churn', [
      ...VISITS,
      ...live.flatMap(({ id }) => VISITS.map((local) => `${id}~${local}`)),
    ]);
    traffic.ask('dead', ['gpu-0~gone', 'gone']);
    traffic.ask('unknown', ['gpu-1~nobody', 'gpu-99~nobody', 'nobody']);
    traffic.through(this.site.resolvers);
  }

  async #everySessionResolves() {
    for (const id of this.site.hosts.flatMap(({ ids }) => ids))
      if ((await this.site.lookup(id)).status !== 200) return false;
    return true;
  }

  /**
   * What is left of it is what the lookups of the dead ask for. It is killed; with the timings that operators get, where
   * a lease takes its time, it withdraws.
   */
  async #letDie(host) {
    const { site, profile } = this;
    await host.dcv.close();
    const start = this.now();
    if (profile.scale > 1) await host.agent.kill();
    else await host.agent.stop();
    this.recorder.record('step', {
      at: [start, this.now()],
      name: 'gpu-0 is dead',
      phase: 'step',
      effects: [{ kind: 'host', server: host.id, state: 'dead' }],
    });
    await this.until('the dead host lapses', () => site.becomes('gpu-0~gone', 404));
    if (this.hasReconcilers)
      await this.until('the dead host is struck off', async () => {
        return (await this.#client.zscore(site.keys.due, host.id)) === null;
      });
  }

  /** Every visitor has been there once before the keys are counted, so that what is remembered of them counts as well. */
  async #startTraffic() {
    const [first] = this.live;
    this.churn = new Churn({ random: this.random, hosts: this.live, sessions: VISITS });
    const usual = first.listed;
    first.list(...usual, ...VISITS);
    for (const visit of VISITS)
      await this.until(`${visit} resolves`, () => this.site.becomes(visit, 200));
    first.list(...usual);
    for (const visit of VISITS)
      await this.until(`${visit} is closed`, () => this.site.becomes(visit, 404));
    this.#before = await this.#countKeys('before');
    this.aim();
    this.traffic.start();
    this.churn.start();
  }

  async #step(phase, name, { effect = [], act, proof } = {}) {
    const start = this.now();
    const done = await act?.();
    const at = [start, this.now()];
    const proven = proof === undefined ? undefined : Boolean(await proof(done));
    this.recorder.record('step', { at, name, phase, effects: [effect].flat(), proven });
    return done;
  }

  async #countKeysAgain() {
    const deadline = this.now() + KEYS_PATIENCE_MS;
    for (;;) {
      const after = await this.#countKeys('after');
      const known = new Set(this.#before.keys);
      if (after.keys.every((key) => known.has(key)) || this.now() > deadline) return;
      await this.pass(this.profile.interval);
    }
  }

  async #countKeys(when) {
    const census = await keyCensus(this.#client, this.site.keyBase, deadHosts(this.records));
    return this.recorder.record('keys', { at: this.now(), when, ...census });
  }

  async #noteLatencies(resolvers) {
    for (const resolver of resolvers.filter(({ isRunning }) => isRunning)) {
      const { count: answered, inTime } = await answersOf(resolver);
      this.recorder.record('latency', {
        at: this.now(),
        ...{ resolver: resolver.name, answered, late: answered - inTime },
      });
    }
  }
}
