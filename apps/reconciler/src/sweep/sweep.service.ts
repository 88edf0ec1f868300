import { Injectable } from '@nestjs/common';
import { sweep, type Sweep, type SweepStore } from '@rollcall/domain';
import type { ProtectionService } from '../judge/protection.service';
import { LapseCount } from './lapse-count';
import type { SweepLog } from './sweep.log';
import type { SweepMetrics } from './sweep.metrics';

/** Who asked for a sweep. */
export type SweepTrigger = 'job' | 'watchdog';

/** Runs sweeps, one at a time in this process: whoever asks while one is under way gets that one. */
@Injectable()
export class SweepService {
  private readonly lapses = new LapseCount();
  private readonly store: SweepStore;
  private underWay: Promise<Sweep> | undefined;
  private finishedAtMs = Number.NEGATIVE_INFINITY;
  private steppedAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    store: SweepStore,
    private readonly metrics: SweepMetrics,
    private readonly log: SweepLog,
    private readonly now: () => number,
    private readonly protection: Pick<ProtectionService, 'look'>,
  ) {
    this.store = {
      renew: () => this.step(store.renew()),
      findLapsed: async (limit) => {
        const scan = await this.step(store.findLapsed(limit));
        this.metrics.lapsed(this.lapses.fresh(scan.lapsed));
        return scan;
      },
      evict: (server) => this.step(store.evict(server)),
      sweepFinished: () => this.step(store.sweepFinished()),
    };
  }

  get isUnderWay(): boolean {
    return this.underWay !== undefined;
  }

  /** When a sweep of this process finished last. */
  get lastFinishedAtMs(): number {
    return this.finishedAtMs;
  }

  /** When a sweep of this process got any further, well or ill; each step of one is bounded in time. */
  get lastStepAtMs(): number {
    return this.steppedAtMs;
  }

  /** Rejects when the store does not do its part. */
  run(trigger: SweepTrigger): Promise<Sweep> {
    this.underWay ??= this.sweep(trigger).finally(() => (this.underWay = undefined));
    return this.underWay;
  }

  private step<T>(work: Promise<T>): Promise<T> {
    return work.finally(() => (this.steppedAtMs = this.now()));
  }

  private async sweep(trigger: SweepTrigger): Promise<Sweep> {
    const startedAtMs = this.now();
    const seconds = () => (this.now() - startedAtMs) / 1000;
    try {
      const result = await sweep(this.store, {
        beforeEvicting: () => this.step(this.protection.look()),
        evictionTried: (server, outcome) => {
          this.metrics.tried(outcome);
          this.log.tried(server, outcome);
        },
      });
      this.finishedAtMs = this.now();
      this.metrics.finished(trigger, result, seconds());
      this.log.finished(result);
      return result;
    } catch (error) {
      this.metrics.failed(trigger, seconds());
      this.log.failed(error);
      throw error;
    }
  }
}
