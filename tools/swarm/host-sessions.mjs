/** The sessions of one host, as its `dcv` lists them. */
export class HostSessions {
  #server;
  #opened = 0;
  #createdAtMs = new Map();
  #fixed;
  #reading;

  constructor(server, count, fixed = []) {
    this.#server = server;
    this.#fixed = fixed;
    const nowMs = Date.now();
    for (const id of fixed) this.#createdAtMs.set(id, nowMs);
    for (let index = 0; index < count; index += 1) this.#open(nowMs);
    this.#list();
  }

  get count() {
    return this.#createdAtMs.size;
  }

  get ids() {
    return this.#reading.ids;
  }

  /** What `dcv list-sessions` says at this moment. */
  get reading() {
    return this.#reading;
  }

  /** Closes one session, if there is one to close, and opens another. */
  churn(random) {
    const closable = this.ids.filter((id) => !this.#fixed.includes(id));
    this.#createdAtMs.delete(closable[Math.floor(random() * closable.length)]);
    this.#open(Date.now());
    this.#list();
  }

  #open(nowMs) {
    this.#createdAtMs.set(`${this.#server}.${++this.#opened}`, nowMs);
  }

  #list() {
    const createdAtMs = new Map(this.#createdAtMs);
    this.#reading = { kind: 'listed', ids: [...createdAtMs.keys()], createdAtMs, unusable: [] };
  }
}
