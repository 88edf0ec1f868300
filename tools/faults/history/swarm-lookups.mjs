import { setTimeout as delay } from 'node:timers/promises';

/** Between two lookups, so that 300 hosts have a turn about once a second. */
const PAUSE_MS = 2;

/** Looks up the first session of every host of a swarm, one after the other and over again; part of no history. */
export class SwarmLookups {
  /** `{ server, start, end, status, stale }`, the oldest first. */
  records = [];
  #context;
  #servers;
  #isOver = false;
  #turns;

  constructor(context, servers) {
    this.#context = context;
    this.#servers = servers;
  }

  start() {
    this.#turns = this.#takeTurns();
  }

  /** Ends it after a last whole turn; may be called again. */
  async stop() {
    this.#isOver = true;
    await this.#turns;
  }

  async #takeTurns() {
    for (let isLast = false; !isLast;) {
      isLast = this.#isOver;
      for (const server of this.#servers) {
        await this.#look(server);
        await delay(PAUSE_MS);
      }
    }
  }

  async #look(server) {
    const { site } = this.#context;
    const start = this.#context.now();
    const { status, stale } = await site
      .lookup(`${server}~${server}.1`)
      .catch(() => ({ status: 0 }));
    this.records.push({ server, start, end: this.#context.now(), status, stale });
  }
}
