import type { EvictionOutcome, Sweep } from '@rollcall/domain';
import type { Metrics } from '@rollcall/observability';
import type { SweepTrigger } from './sweep.service';

/** What the sweeps of this process come to. */
export class SweepMetrics {
  private readonly lapses;
  private readonly spared;
  private readonly durations;
  private readonly lastFinished;
  private readonly renewals;

  constructor(metrics: Metrics) {
    this.lapses = metrics.counter({
      name: 'lapses_total',
      help: 'Leases that have run out, as the sweeps of this process first saw them',
    });
    this.spared = metrics.counter({
      name: 'spared_total',
      help: 'Lapsed servers that a sweep of this process left alone, and why; counted at every sweep',
      labelNames: ['reason'],
    });
    this.durations = metrics.histogram({
      name: 'sweep_duration_seconds',
      help: 'Duration of the sweeps of this process',
      labelNames: ['trigger', 'outcome'],
    });
    this.lastFinished = metrics.gauge({
      name: 'last_finished_sweep_timestamp_seconds',
      help: 'When a sweep of this process finished last, in seconds since 1970; 0 when none has yet',
    });
    this.renewals = metrics.counter({
      name: 'sweep_worker_renewals_total',
      help: 'Workers that were given up for a new one because no sweep finished any more',
    });
  }

  lapsed(count: number): void {
    this.lapses.inc(count);
  }

  tried(outcome: EvictionOutcome): void {
    if (outcome.kind === 'evicted' || outcome.kind === 'gone') return;
    this.spared.inc({ reason: outcome.kind });
  }

  finished(trigger: SweepTrigger, { judged, spared }: Sweep, seconds: number): void {
    if (!judged) this.spared.inc({ reason: 'unsettled' }, spared);
    this.durations.observe({ trigger, outcome: 'finished' }, seconds);
    this.lastFinished.setToCurrentTime();
  }

  failed(trigger: SweepTrigger, seconds: number): void {
    this.durations.observe({ trigger, outcome: 'failed' }, seconds);
  }

  workerRenewed(): void {
    this.renewals.inc();
  }
}
