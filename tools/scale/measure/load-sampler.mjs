import { setTimeout as delay } from 'node:timers/promises';
import { processLoad } from './process-load.mjs';
import { storeLoad } from './redis-info.mjs';

const EVERY_MS = 1_000;

/**
 * Records every second, as `load`, what processes and stores have used so far, who is on the roll, and what the swarm says.
 * What cannot be had at a moment, such as the memory of a Redis that is away, is left out of that record.
 */
export class LoadSampler {
  /** All that was recorded, the oldest first. */
  loads = [];
  #stage;
  #isOver = false;
  #turns;

  /** A stage has `recorder`, `processes`, `stores`, `roll()`, and `swarm` once there is one. */
  constructor(stage) {
    this.#stage = stage;
  }

  start() {
    this.#turns = this.#takeTurns();
  }

  async stop() {
    this.#isOver = true;
    await this.#turns;
  }

  /** Records this very moment. */
  async look() {
    const { recorder, processes, stores, swarm } = this.#stage;
    const at = recorder.now();
    const loads = processes.map(({ name, pid }) => [name, processLoad(pid)]);
    const [roll, ...told] = await Promise.all([
      this.#stage.roll().catch(() => ({})),
      ...stores.map(({ client }) => infoOf(client)),
    ]);
    const load = recorder.record('load', {
      at,
      processes: Object.fromEntries(loads.filter(([, load]) => load)),
      stores: Object.fromEntries(
        stores.flatMap(({ name }, index) => (told[index] ? [[name, storeLoad(told[index])]] : [])),
      ),
      roll,
      ...(swarm?.lastStats && { swarm: swarmFigures(swarm.lastStats) }),
    });
    this.loads.push(load);
    // A look that was begun later may have had its answers sooner.
    if (this.loads.at(-2)?.at > at) this.loads.sort((one, other) => one.at - other.at);
    return load;
  }

  async #takeTurns() {
    for (let dueAt = performance.now(); !this.#isOver; dueAt += EVERY_MS) {
      await this.look();
      await delay(Math.max(0, dueAt + EVERY_MS - performance.now()));
    }
  }
}

const infoOf = (client) =>
  client.call('INFO', 'server', 'memory', 'stats', 'clients').catch(() => undefined);

function swarmFigures({ hosts, window, process }) {
  return {
    live: hosts.live,
    reportsPerSecond: window.perSecond,
    failed: window.failed,
    lagMsP99: process.loopLagMs.p99,
  };
}
