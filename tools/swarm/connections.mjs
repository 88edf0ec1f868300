import { openSessionStore } from '@rollcall/session-store';

/** A few connections to Redis that all hosts share, each in the role and with the time-outs of an agent's own. */
export class Connections {
  #opened;
  #shared;

  constructor({ redis, policy, count }) {
    this.#opened = Array.from({ length: count }, () =>
      openSessionStore({ redis, policy, role: 'report' }),
    );
    this.#shared = this.#opened.map((opened) => new SharedConnection(opened));
  }

  /** Resolves to whether Redis has answered in time; if not, the connections go on trying. */
  async ready(timeoutMs) {
    const ready = await Promise.allSettled(this.#opened.map(({ ready }) => ready(timeoutMs)));
    return ready.every(({ status }) => status === 'fulfilled');
  }

  /** One of them. */
  at(number) {
    return this.#shared[number % this.#shared.length];
  }

  async close() {
    await Promise.all(this.#opened.map((opened) => opened.close()));
  }
}

/** A connection that many hosts share. */
class SharedConnection {
  #redis;
  #ping;

  constructor({ store, redis }) {
    this.store = store;
    this.#redis = redis;
  }

  get isUp() {
    return this.#redis.status === 'ready';
  }

  /**
   * Hosts that ping while a ping is under way share its outcome: when Redis hangs, or this process is late, they would
   * otherwise send so many that it never catches up.
   */
  ping() {
    this.#ping ??= this.store.ping().finally(() => (this.#ping = undefined));
    return this.#ping;
  }
}
