import { StoreUnavailableError } from '@rollcall/domain';
import { GatheredWrites } from './gathered-writes';
import { renewConnection, type RedisConnection, type StoreObserver } from './redis-connection';
import { toStoreError } from './store-errors';

const TIMEOUTS_BEFORE_RECONNECT = 3;
const SILENCE_BEFORE_RECONNECT_MS = 500;
const COMMAND_TIMED_OUT = 'Command timed out';

/**
 * Runs the store's commands: sends them together, measures them, translates their errors, and gives up a connection on
 * which nothing but time-outs (three or more, for half a second) was heard, for a half-open socket never closes by itself.
 */
export class CommandRunner {
  private timeoutsInARow = 0;
  private firstTimeoutAtMs = 0;
  private underWay = 0;
  private readonly writes: GatheredWrites;

  constructor(
    private readonly redis: RedisConnection,
    private readonly observer: StoreObserver,
  ) {
    this.writes = new GatheredWrites(redis);
  }

  /** Runs one command under a name for the metrics. */
  async run<T>(name: string, command: () => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    if (this.underWay++ > 0) this.writes.gather();
    try {
      const result = await command();
      this.timeoutsInARow = 0;
      this.observer.commandFinished?.(name, (performance.now() - startedAt) / 1000, true);
      return result;
    } catch (error) {
      this.observer.commandFinished?.(name, (performance.now() - startedAt) / 1000, false);
      this.noteTimeout(error);
      throw toStoreError(error);
    } finally {
      this.underWay--;
    }
  }

  private noteTimeout(error: unknown): void {
    const timedOut = error instanceof Error && error.message === COMMAND_TIMED_OUT;
    this.timeoutsInARow = timedOut ? this.timeoutsInARow + 1 : 0;
    if (this.timeoutsInARow === 1) this.firstTimeoutAtMs = performance.now();
    if (this.timeoutsInARow < TIMEOUTS_BEFORE_RECONNECT) return;
    if (performance.now() - this.firstTimeoutAtMs < SILENCE_BEFORE_RECONNECT_MS) return;
    this.timeoutsInARow = 0;
    renewConnection(this.redis);
  }
}

/**
 * Rejects as `unreachable` when the work takes longer than this; the work itself is left to its own time-out. After a
 * pause of the process Node runs timers before it reads what has come in, so that gets one more turn.
 */
export async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    const giveUp = () => reject(new StoreUnavailableError('unreachable'));
    timer = setTimeout(() => setImmediate(giveUp), Math.max(0, timeoutMs));
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
