import { storeFailure, type StoreFailure } from '@rollcall/domain';
import { Deadlines } from './deadlines';
import { Shares } from './shares';

/** Why the store was not heard: its own failure, its silence, or that too many questions wait for it already. */
export type UnavailableCause = StoreFailure | 'late' | 'crowded';

export interface Unavailable {
  readonly kind: 'unavailable';
  readonly cause: UnavailableCause;
}

export interface Stopping {
  readonly kind: 'stopping';
}

export interface BoundedGateOptions {
  /** Questions that may wait for the store at once; one more is refused, so that a silent store lets nothing pile up. */
  readonly pendingMax: number;
  /** Of one source, where sources are told apart: the others get through when one of them asks without end. */
  readonly pendingPerSourceMax?: number;
  /** How long one may wait. */
  readonly budgetMs: number;
  /** A monotonic clock. */
  readonly now: () => number;
}

const CROWDED: Unavailable = { kind: 'unavailable', cause: 'crowded' };
const LATE: Unavailable = { kind: 'unavailable', cause: 'late' };
const STOPPING: Stopping = { kind: 'stopping' };

/** Lets questions through to the store: not too many at once, none for longer than its budget, none while stopping. */
export class BoundedGate {
  private waiting = 0;
  private closed = false;
  private readonly shares: Shares | undefined;
  private readonly deadlines: Deadlines;

  constructor(private readonly options: BoundedGateOptions) {
    const { pendingPerSourceMax, budgetMs, now } = options;
    this.deadlines = new Deadlines(budgetMs, now);
    if (pendingPerSourceMax !== undefined) this.shares = new Shares(pendingPerSourceMax);
  }

  /** How many questions the store has not answered yet. */
  get pending(): number {
    return this.waiting;
  }

  /** From now on nothing is let through. */
  close(): void {
    this.closed = true;
  }

  /** `source` is who asks, where that matters. */
  pass<T>(ask: () => Promise<T>, source = ''): Promise<T | Unavailable | Stopping> {
    if (this.closed) return Promise.resolve(STOPPING);
    const { pendingMax, now } = this.options;
    if (this.waiting >= pendingMax || this.shares?.take(source) === false)
      return Promise.resolve(CROWDED);
    this.waiting++;
    return new Promise((resolve, reject) => {
      const deadline = this.deadlines.set(() => resolve(LATE));
      const finish = () => {
        this.waiting--;
        this.shares?.giveBack(source);
        this.deadlines.clear(deadline);
      };
      ask().then(
        (answer) => {
          finish();
          // After a pause of this process Node reads what has come in before it runs timers: that answer may be old.
          resolve(now() > deadline.dueAtMs ? LATE : answer);
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
