import { readFileSync } from 'node:fs';

const LOOK_EVERY_MS = 100;
const WORTH_TELLING_MS = 40;

/**
 * Records when a process was ready to run and the machine had no processor for it: a slow answer at such a moment says
 * nothing about the process. Only Linux tells; elsewhere nothing is recorded, and so nothing is excused.
 */
export class Starvation {
  #recorder;
  #processes;
  #waited = new Map();
  #timer;

  /** `processes` tells, whenever asked, the `{ name, pid }` to watch. */
  constructor(recorder, processes) {
    this.#recorder = recorder;
    this.#processes = processes;
  }

  start() {
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS);
  }

  stop() {
    clearInterval(this.#timer);
  }

  #look() {
    for (const { name, pid } of this.#processes()) {
      const waited = waitedMs(pid);
      if (waited === undefined) continue;
      const ms = waited - (this.#waited.get(pid) ?? waited);
      this.#waited.set(pid, waited);
      if (ms >= WORTH_TELLING_MS)
        this.#recorder.record('starved', {
          at: this.#recorder.now(),
          process: name,
          ms: Math.round(ms),
        });
    }
  }
}

/** How long the main thread of a process has waited for a processor so far; undefined where the system does not tell. */
export function waitedMs(pid) {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1e6;
  } catch {
    return undefined;
  }
}
