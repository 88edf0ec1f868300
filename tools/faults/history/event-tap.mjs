import { setTimeout as delay } from 'node:timers/promises';

const BLOCK_MS = 500;
const AGAIN_MS = 100;

/** Records the events of a roll as they come, over outages of the store. */
export class EventTap {
  #recorder;
  #client;
  #stream;
  #stopped = false;
  #since;
  #loop;

  /** `since`: the entry after which it begins. */
  constructor(recorder, client, stream, since = '0-0') {
    this.#recorder = recorder;
    this.#client = client;
    this.#stream = stream;
    this.#since = since;
  }

  start() {
    this.#loop = this.#run();
  }

  async stop() {
    this.#stopped = true;
    this.#client.disconnect();
    await this.#loop;
  }

  async #run() {
    let last = this.#since;
    while (!this.#stopped) {
      try {
        const read = await this.#client.xread('BLOCK', BLOCK_MS, 'STREAMS', this.#stream, last);
        for (const [entry, flat] of read?.[0]?.[1] ?? []) {
          last = entry;
          this.#heard(entry, flat);
        }
      } catch {
        if (!this.#stopped) await delay(AGAIN_MS);
      }
    }
  }

  #heard(entry, flat) {
    const fields = {};
    for (let index = 0; index < flat.length; index += 2) fields[flat[index]] = flat[index + 1];
    const { type: event, at: storeAt, ...rest } = fields;
    this.#recorder.record('event', { at: this.#recorder.now(), entry, event, storeAt, ...rest });
  }
}
