import { storeFailure } from '@rollcall/domain';
import type { Stopping, Unavailable } from './lookup-decision';

export interface LookupGateOptions {
  /** Lookups that may wait for the store at once; one more is refused, so that a silent store lets nothing pile up. */
  readonly pendingMax: number;
  /** How long one may wait. */
  readonly budgetMs: number;
  /** A monotonic clock. */
  readonly now: () => number;
}

const CROWDED: Unavailable = { kind: 'unavailable', cause: 'crowded' };
const LATE: Unavailable = { kind: 'unavailable', cause: 'late' };
const STOPPING: Stopping = { kind: 'stopping' };

/** Lets lookups through to the store: not too many at once, none for longer than its budget, none while stopping. */
export class LookupGate {
  private waiting = 0;
  private closed = false;

  constructor(private readonly options: LookupGateOptions) {}

  /** How many lookups the store has not answered yet. */
  get pending(): number {
    return this.waiting;
  }

  /** From now on nothing is let through. */
  close(): void {
    this.closed = true;
  }

  pass<T>(lookup: () => Promise<T>): Promise<T | Unavailable | Stopping> {
    if (this.closed) return Promise.resolve(STOPPING);
    const { pendingMax, budgetMs, now } = this.options;
    if (this.waiting >= pendingMax) return Promise.resolve(CROWDED);
    const deadlineMs = now() + budgetMs;
    this.waiting++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, budgetMs, LATE);
      const finish = () => {
        this.waiting--;
        clearTimeout(timer);
      };
      lookup().then(
        (evidence) => {
          finish();
          // After a pause of this process Node reads what has come in before it runs timers: that answer may be old.
          resolve(now() > deadlineMs ? LATE : evidence);
        },
        (error: unknown) => {
          finish();
          const failure = storeFailure(error);
          if (failure) resolve({ kind: 'unavailable', cause: failure });
          else reject(error);
        },
      );
    });
  }
}
