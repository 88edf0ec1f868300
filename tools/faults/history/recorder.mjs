import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { moment } from './moment.mjs';

/**
 * Everything that was seen of one run, in the order in which it was heard of. Moments are milliseconds since the run
 * began, by the machine's monotonic clock.
 */
export class Recorder {
  #origin = moment();
  #records = [];
  #listeners = new Set();

  get origin() {
    return this.#origin;
  }

  /** This moment, as the records have it. */
  now() {
    return this.since(moment());
  }

  /** A moment of the monotonic clock, as the records have it. */
  since(atMoment) {
    return Math.round((atMoment - this.#origin) * 100) / 100;
  }

  record(type, fields) {
    const record = { type, ...fields };
    this.#records.push(record);
    for (const listener of this.#listeners) listener(record);
    return record;
  }

  get records() {
    return this.#records;
  }

  /** Resolves with the first record from now on that fits. */
  next(fits) {
    return new Promise((resolve) => {
      const listener = (record) => {
        if (!fits(record)) return;
        this.#listeners.delete(listener);
        resolve(record);
      };
      this.#listeners.add(listener);
    });
  }

  /** Saves it as lines of JSON. */
  save(file) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, this.#records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  }
}
