import { setTimeout as delay } from 'node:timers/promises';

/** Steady requests through a door, one begun every so often, whatever became of those before. */
export class DoorLoad {
  #stopped = false;
  #outcomes = {};
  #loop;

  constructor(client, paths, everyMs = 40) {
    this.#loop = this.#run(client, paths, everyMs);
  }

  async #run(client, paths, everyMs) {
    const pending = new Set();
    for (let round = 0; !this.#stopped; round += 1) {
      const asked = client
        .get(paths[round % paths.length])
        .then(
          ({ status }) => status,
          (error) => error.message,
        )
        .then((outcome) => (this.#outcomes[outcome] = (this.#outcomes[outcome] ?? 0) + 1))
        .finally(() => pending.delete(asked));
      pending.add(asked);
      await delay(everyMs);
    }
    await Promise.all(pending);
  }

  /** Ends the load; resolves to how often each status came, and each failure to get one. */
  async stop() {
    this.#stopped = true;
    await this.#loop;
    return this.#outcomes;
  }
}
