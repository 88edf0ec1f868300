/** Steady lookups of some ids, each recorded from its start to its end. */
export class Traffic {
  #stopped = false;
  #loop;

  constructor(roll, ids, everyMs = 10) {
    this.history = [];
    this.#loop = this.#run(roll, ids, everyMs);
  }

  async #run(roll, ids, everyMs) {
    const pending = new Set();
    for (let round = 0; !this.#stopped; round += 1) {
      const id = ids[round % ids.length];
      const startedAt = performance.now();
      const asked = roll
        .lookup(id)
        .catch((error) => ({
          status: `no answer: ${error.message}`,
          startedAt,
          endedAt: performance.now(),
        }))
        .then((answer) => this.history.push({ id, ...answer }))
        .finally(() => pending.delete(asked));
      pending.add(asked);
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
    await Promise.all(pending);
  }

  /** Ends the traffic; resolves to all lookups. */
  async stop() {
    this.#stopped = true;
    await this.#loop;
    return this.history;
  }

  /** Lookups that began after this moment. */
  since(moment) {
    return this.history.filter(({ startedAt }) => startedAt >= moment);
  }
}

/** How often each status came. */
export function statuses(history) {
  const counts = {};
  for (const { status } of history) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** The longest time without a lookup under way, in milliseconds: a history with a hole proves nothing. */
export function longestPauseMs(history) {
  let pause = 0;
  for (let index = 1; index < history.length; index += 1) {
    pause = Math.max(pause, history[index].startedAt - history[index - 1].startedAt);
  }
  return pause;
}
