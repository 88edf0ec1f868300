import { StoreUnavailableError } from '@rollcall/domain';

/** Made once: while Redis is away 20,000 hosts ping some 50,000 times a second. */
const UNREACHABLE = new StoreUnavailableError('unreachable');

/** What an agent has of the store: a way to it that can be lost. */
export class Line {
  /** - `open`: everything passes · `silent`: what is sent is lost, and nobody says so · `cut`: it fails at once, for ever */
  #state = 'open';
  #connection;
  #meters;

  constructor(connection, meters, isSilent) {
    this.#connection = connection;
    this.#meters = meters;
    this.silent = isSilent;
  }

  set silent(isSilent) {
    if (this.#state !== 'cut') this.#state = isSilent ? 'silent' : 'open';
  }

  cut() {
    this.#state = 'cut';
  }

  report(report) {
    return this.#pass(() => {
      this.#meters.written();
      return this.#connection.store.report(report);
    });
  }

  withdraw(server, fence) {
    return this.#pass(() => {
      this.#meters.written();
      return this.#connection.store.withdraw(server, fence);
    });
  }

  ping() {
    return this.#pass(() => this.#connection.ping());
  }

  #pass(work) {
    switch (this.#state) {
      case 'open':
        // A connection that is down fails at once by itself, too, but for more work.
        if (!this.#connection.isUp) return Promise.reject(UNREACHABLE);
        return work();
      case 'silent':
        return new Promise(() => undefined);
      default:
        return Promise.reject(UNREACHABLE);
    }
  }
}
