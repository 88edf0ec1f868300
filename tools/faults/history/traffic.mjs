import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

const PROGRAM = new URL('./traffic.worker.mjs', import.meta.url);

/**
 * Steady lookups through every resolver, each recorded from its start to its end. `ids` are by kind (`live`, `bare`,
 * `churn`, `dead`, `unknown`); the kinds take turns, so that each is asked for as often as its share says.
 */
export class Traffic {
  #recorder;
  #worker;
  #kinds = new Map();
  #resolvers = [];
  #passesOver = false;
  #ended;

  constructor(recorder, { everyMs = 8 } = {}) {
    this.#recorder = recorder;
    this.everyMs = everyMs;
  }

  /** Which ids belong to a kind from now on. */
  ask(kind, ids) {
    this.#kinds.set(kind, [...ids]);
    this.#tell();
  }

  /**
   * Which resolvers are asked from now on: `{ name, url }`. `passesOver`: one that takes no connection is passed over for
   * a while, and another asked, as proxies and load balancers do; each lookup is the resolver's that it was sent to last.
   */
  through(resolvers, { passesOver = false } = {}) {
    this.#resolvers = resolvers.map(({ name, url }) => ({ name, url }));
    this.#passesOver = passesOver;
    this.#tell();
  }

  start() {
    const workerData = { everyMs: this.everyMs, plan: this.#plan() };
    this.#worker = new Worker(PROGRAM, { workerData });
    this.#ended = new Promise((resolve, reject) => {
      this.#worker.on('error', reject);
      this.#worker.on('message', (told) => {
        if (told === 'done') resolve();
        else for (const one of told) this.#heard(one);
      });
    });
    this.#ended.catch(() => undefined);
    this.#note('started');
  }

  /** Ends it; resolves when every lookup has been answered or given up. */
  async stop() {
    if (!this.#worker) return;
    const exited = once(this.#worker, 'exit');
    this.#worker.postMessage({ stop: true });
    this.#note('stopped');
    await this.#ended;
    await exited;
    this.#worker = undefined;
  }

  #tell() {
    if (!this.#worker) return;
    this.#worker.postMessage({ plan: this.#plan() });
    this.#note('changed');
  }

  #note(what) {
    this.#recorder.record('traffic', {
      at: this.#recorder.now(),
      what,
      kinds: Object.fromEntries(this.#kinds),
    });
  }

  #plan() {
    return {
      ids: takingTurns([...this.#kinds.values()]),
      resolvers: this.#resolvers,
      passesOver: this.#passesOver,
    };
  }

  #heard({ lag, ...one }) {
    const end = this.#recorder.since(one.end);
    if (lag !== undefined) this.#recorder.record('lag', { at: end, ms: Math.round(lag) });
    else
      this.#recorder.record('lookup', { ...one, kind: this.#kindOf(one.id), ...this.#span(one) });
  }

  #span({ start, end }) {
    return { start: this.#recorder.since(start), end: this.#recorder.since(end) };
  }

  #kindOf(id) {
    for (const [kind, ids] of this.#kinds) if (ids.includes(id)) return kind;
    return undefined;
  }
}

/** One of each kind in turn, each kind going round by itself, until all have gone round together often enough. */
function takingTurns(kinds) {
  const filled = kinds.filter((ids) => ids.length > 0);
  const longest = Math.max(0, ...filled.map((ids) => ids.length));
  const rounds = longest * 12;
  const order = [];
  for (let round = 0; round < rounds; round += 1)
    for (const ids of filled) order.push(ids[round % ids.length]);
  return order;
}
