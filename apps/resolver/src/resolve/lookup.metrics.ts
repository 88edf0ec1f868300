import type { DurationSeries, Metrics } from '@rollcall/observability';
import { LOOKUP_OUTCOMES, type LookupOutcome } from './lookup-decision';

/** Around what a lookup takes, from one read in the same rack to the bar of 300 ms. */
const DURATION_BUCKETS_SECONDS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5,
];

/** Counts and measures lookups. Every outcome is there from the start, so that a rate over it has a beginning. */
export class LookupMetrics {
  /** Since the last scrape; prom-client's own finds the labels of a counter anew each time. */
  private readonly counts = Object.fromEntries(
    LOOKUP_OUTCOMES.map((outcome) => [outcome, 0]),
  ) as Record<LookupOutcome, number>;
  private readonly duration: DurationSeries;

  constructor(metrics: Metrics, pending: () => number) {
    const { counts } = this;
    metrics.counter({
      name: 'lookups_total',
      help: 'Lookups by what became of them',
      labelNames: ['outcome'],
      collect() {
        for (const outcome of LOOKUP_OUTCOMES) {
          this.inc({ outcome }, counts[outcome]);
          counts[outcome] = 0;
        }
      },
    });
    this.duration = metrics
      .durations({
        name: 'lookup_duration_seconds',
        help: 'From the read request to the written answer',
        bucketsSeconds: DURATION_BUCKETS_SECONDS,
      })
      .labels();
    metrics.gauge({
      name: 'lookups_in_flight',
      help: 'Lookups that the store has not answered yet',
      collect() {
        this.set(pending());
      },
    });
  }

  finished(outcome: LookupOutcome, elapsedMs: number): void {
    this.counts[outcome] += 1;
    this.duration.observe(elapsedMs / 1000);
  }
}
