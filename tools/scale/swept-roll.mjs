import { DEFAULT_TIMINGS, leasePolicy, storeFailure, sweep } from '@rollcall/domain';
import { openSessionStore } from '@rollcall/session-store';
import { aReport, startTestRedis } from '@rollcall/testing';
import { cpuTimeUs, scriptTime } from './measure/redis-info.mjs';

const SESSIONS_PER_HOST = 4;
const READY_TIMEOUT_MS = 10_000;
const AT_ONCE = 64;
const TRIES_MAX = 5;
const COMMAND_TIMEOUT_MS = 5_000;
/** Nobody lapses while others are still being filled in, nor while sweeps are measured. */
const HOUR_MS = 3_600_000;
const FILLING = { ...DEFAULT_TIMINGS, leaseTtlMs: 12 * HOUR_MS, retentionMs: 24 * HOUR_MS };
/** As the judge asks for. */
const LATE_MAX = 10_000;

/** A Redis of its own with a roll of so many sessions, none of whose leases ends soon, and the store as a reconciler has it. */
export class SweptRoll {
  #redis;
  #client;
  #opened;

  static async start(sessions) {
    const redis = await startTestRedis();
    return new SweptRoll(redis, sessions);
  }

  constructor(redis, sessions) {
    this.hosts = Math.ceil(sessions / SESSIONS_PER_HOST);
    this.#redis = redis;
    this.#client = redis.client({ commandTimeout: COMMAND_TIMEOUT_MS });
    this.#opened = this.#open('sweep', DEFAULT_TIMINGS);
  }

  /** All hosts report once; `tell` is told how many have, now and then. */
  async fill(tell, signal) {
    const filling = this.#open('report', FILLING);
    await filling.ready(READY_TIMEOUT_MS);
    let next = 0;
    const work = Array.from({ length: AT_ONCE }, async () => {
      while (next < this.hosts) {
        signal.throwIfAborted();
        if (next % 1_000 === 0) tell(next);
        await report(filling.store, next++);
      }
    });
    try {
      await Promise.all(work);
    } finally {
      await filling.close();
    }
    await this.#opened.ready(READY_TIMEOUT_MS);
  }

  /** One sweep and one survey; throws when anybody was due. */
  async sweepOnce() {
    const { store } = this.#opened;
    const swept = await sweep(store);
    const survey = await store.survey(LATE_MAX);
    const due = swept.lapsed + survey.lateTotal;
    if (due > 0) throw new Error(`of a roll with nothing due ${due} servers are late or lapsed`);
    return swept;
  }

  /** So many of them, one after the other: time of Redis and duration of each, in the middle. */
  async measure(count) {
    const before = await this.#used();
    const startedAt = performance.now();
    for (let number = 0; number < count; number += 1) await this.sweepOnce();
    const wallMs = (performance.now() - startedAt) / count;
    const after = await this.#used();
    return {
      wallMs,
      redisUs: (after.scripts.us - before.scripts.us) / count,
      scripts: (after.scripts.calls - before.scripts.calls) / count,
      cpuUs: (after.cpuUs - before.cpuUs) / count,
    };
  }

  async close() {
    await this.#opened.close();
    await this.#redis.stop();
  }

  async #used() {
    const info = await this.#client.call('INFO', 'commandstats', 'cpu');
    return { scripts: scriptTime(info), cpuUs: cpuTimeUs(info) };
  }

  #open(role, timings) {
    const redis = { mode: 'standalone', url: this.#redis.url, keyPrefix: 'rollcall', roll: 'main' };
    return openSessionStore({ redis, policy: leasePolicy(timings), role });
  }
}

/** A machine that has more to do may be late for a report; it is then sent again. */
async function report(store, host) {
  const sessions = Array.from(
    { length: SESSIONS_PER_HOST },
    (_, index) => `gpu-${host}.${index + 1}`,
  );
  const endpoint = { host: `10.${host >> 16}.${(host >> 8) & 255}.${host & 255}` };
  for (let tries = 1; ; tries += 1) {
    try {
      return await store.report(aReport({ server: `gpu-${host}`, endpoint, sessions }));
    } catch (error) {
      if (tries === TRIES_MAX || !storeFailure(error)) throw error;
    }
  }
}
