import { Injectable, Logger } from '@nestjs/common';
import type { LeasePolicy, RollStore } from '@rollcall/domain';
import { Periodic } from '../periodic';
import type { SweepMetrics } from './sweep.metrics';
import type { SweepProcessor } from './sweep.processor';
import type { SweepService } from './sweep.service';

/** A renewed worker gets as long as it takes the watchdog to bark; after so many it is not the worker's fault. */
export const RENEWALS_MAX = 5;

const TURNS_PER_BARK = 6;
const STUCK_AFTER_MS = 30_000;

/**
 * Sees to it that a sweep finishes lately, whatever becomes of the jobs: after an outage BullMQ may say that it runs and
 * never do anything again. In every turn it is in one of five states.
 * - sweeping: a sweep is under way in this process. It ends, for each of its steps has a time-out, however many there
 *   are and however slow the store; should a step not end, the loop counts as stuck.
 * - swept: a sweep, of this or another reconciler, has finished within the watchdog's time. Nothing to do.
 * - away: none has, and its own attempt fails as well: it is the store. The next turn tries again.
 * - back: its own attempt is the first to succeed after it failed; it makes one whatever the store says of the last sweep,
 *   as a promoted replica's clock may be behind. The worker gets the watchdog's time to follow.
 * - deserted: its own attempt succeeds, so the store answers and the jobs do not come: the worker is given up for a new
 *   one. When several in a row have not finished a single sweep, the process has to end.
 */
@Injectable()
export class SweepWatchdog {
  private readonly logger = new Logger(SweepWatchdog.name);
  private readonly turns: Periodic;
  private readonly turnEveryMs: number;
  private readonly startedAtMs: number;
  private turnedAtMs: number;
  private storeWasAway = false;
  private renewals = 0;

  constructor(
    private readonly store: Pick<RollStore, 'sinceLastSweepMs'>,
    private readonly sweeps: Pick<
      SweepService,
      'run' | 'isUnderWay' | 'lastFinishedAtMs' | 'lastStepAtMs'
    >,
    private readonly processor: Pick<SweepProcessor, 'hasSwept' | 'renew'>,
    private readonly metrics: Pick<SweepMetrics, 'workerRenewed'>,
    private readonly policy: Pick<LeasePolicy, 'sweepIntervalMs' | 'watchdogMs'>,
    private readonly now: () => number,
    /** Ends the process. */
    private readonly giveUp: (why: string) => void,
  ) {
    const { sweepIntervalMs, watchdogMs } = policy;
    this.startedAtMs = this.turnedAtMs = now();
    this.turnEveryMs = Math.min(sweepIntervalMs, watchdogMs / TURNS_PER_BARK);
    this.turns = new Periodic(async () => {
      await this.turn();
      return this.turnEveryMs;
    });
  }

  start(): void {
    this.turns.start();
  }

  async stop(): Promise<void> {
    await this.turns.stop();
  }

  /** Says why only a restart helps, or undefined; an absent store is no such reason. */
  problem(): string | undefined {
    const { isUnderWay, lastStepAtMs } = this.sweeps;
    const movedAtMs = isUnderWay ? Math.max(this.turnedAtMs, lastStepAtMs) : this.turnedAtMs;
    const sinceMs = this.now() - movedAtMs;
    return sinceMs > STUCK_AFTER_MS + this.policy.watchdogMs
      ? `the sweep loop has not turned for ${Math.round(sinceMs)} ms`
      : undefined;
  }

  private async turn(): Promise<void> {
    if (this.sweeps.isUnderWay) return;
    this.turnedAtMs = this.now();
    if (!this.storeWasAway && (await this.sweptLately())) return;
    try {
      await this.sweeps.run('watchdog');
    } catch {
      this.storeWasAway = true;
      return;
    }
    if (this.storeWasAway) this.storeWasAway = false;
    else this.renewWorker();
  }

  private async sweptLately(): Promise<boolean> {
    const { watchdogMs } = this.policy;
    const lastMs = Math.max(this.startedAtMs, this.sweeps.lastFinishedAtMs);
    if (this.now() - lastMs < watchdogMs) return true;
    const sinceMs = await this.store.sinceLastSweepMs().catch(() => undefined);
    return sinceMs !== undefined && sinceMs < watchdogMs;
  }

  private renewWorker(): void {
    if (this.processor.hasSwept) this.renewals = 0;
    if (this.renewals === RENEWALS_MAX) {
      this.giveUp(`${RENEWALS_MAX} new workers in a row have not finished a sweep`);
      return;
    }
    this.renewals += 1;
    this.metrics.workerRenewed();
    this.logger.warn(
      { renewals: this.renewals },
      `no sweep has finished for ${this.policy.watchdogMs} ms: swept, and starting a new worker`,
    );
    this.processor.renew();
  }
}
