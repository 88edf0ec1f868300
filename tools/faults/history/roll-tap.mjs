import { setTimeout as delay } from 'node:timers/promises';
import { DEFAULT_TIMINGS, leasePolicy } from '@rollcall/domain';
import { openSessionStore } from '@rollcall/session-store';

const LOOK_EVERY_MS = 20;
const CONNECT_MS = 5_000;

const fenceOf = ({ boot, sequence }) => `${boot}.${sequence}`;

/**
 * Records the reports of agents that do not tell of them, by what the store holds of their servers: each was applied
 * between one look and the next.
 */
export class RollTap {
  #recorder;
  #hosts;
  #open;
  #seen = new Map();
  #stopped = false;
  #loop;

  /** `hosts` tells, whenever asked, who there is; the agents of those that are older keep silent. */
  constructor(recorder, redis, hosts) {
    this.#recorder = recorder;
    this.#hosts = hosts;
    this.#open = openSessionStore({ redis, policy: leasePolicy(DEFAULT_TIMINGS), role: 'sweep' });
  }

  async start() {
    await this.#open.ready(CONNECT_MS);
    this.#loop = this.#run();
  }

  async stop() {
    this.#stopped = true;
    await this.#loop;
    await this.#open.close();
  }

  async #run() {
    let start = this.#recorder.now();
    while (!this.#stopped) {
      const since = start;
      start = this.#recorder.now();
      const found = await this.#look();
      const span = { start: since, end: this.#recorder.now() };
      for (const [host, record] of found ?? []) this.#compare(host, record, span);
      await delay(LOOK_EVERY_MS);
    }
  }

  async #look() {
    const hosts = this.#hosts();
    try {
      const records = await this.#open.store.records(hosts.map(({ id }) => id));
      return hosts.map((host) => [host, records.find(({ server }) => server === host.id)]);
    } catch {
      return undefined;
    }
  }

  #compare(host, record, span) {
    const seen = this.#seen.get(host.id);
    if (record && seen && fenceOf(record) === fenceOf(seen)) return;
    if (!record && !seen) return;
    this.#seen.set(host.id, record);
    if (!host.isOlder) return;
    const { boot, sequence, leaving, sessions } = record ?? {
      ...{ boot: seen.boot, sequence: seen.sequence + 0.5 },
      ...{ leaving: false, sessions: 'withdrawn' },
    };
    const { id: server, address, port, zone } = host;
    this.#recorder.record('report', {
      server,
      ...{ boot, sequence, sessions, leaving, outcome: 'applied', host: address, port, zone },
      ...span,
    });
  }
}
