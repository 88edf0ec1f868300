import type { Metrics } from '@rollcall/observability';
import { LOOKUP_OUTCOMES, type LookupOutcome } from './lookup-decision';

/** Around what a lookup takes, from one read in the same rack to the bar of 300 ms. */
const DURATION_BUCKETS_SECONDS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5,
];

/** Counts and measures lookups. Every outcome is there from the start, so that a rate over it has a beginning. */
export class LookupMetrics {
  private readonly count: Readonly<Record<LookupOutcome, () => void>>;
  private readonly measure: (seconds: number) => void;

  constructor(metrics: Metrics, pending: () => number) {
    const lookups = metrics.counter({
      name: 'lookups_total',
      help: 'Lookups by what became of them',
      labelNames: ['outcome'],
    });
    this.count = Object.fromEntries(
      LOOKUP_OUTCOMES.map((outcome) => {
        lookups.inc({ outcome }, 0);
        const child = lookups.labels(outcome);
        return [outcome, () => child.inc()];
      }),
    ) as Record<LookupOutcome, () => void>;
    const duration = metrics.histogram({
      name: 'lookup_duration_seconds',
      help: 'From the read request to the written answer',
      buckets: DURATION_BUCKETS_SECONDS,
    });
    this.measure = (seconds) => duration.observe(seconds);
    metrics.gauge({
      name: 'lookups_in_flight',
      help: 'Lookups that the store has not answered yet',
      collect() {
        this.set(pending());
      },
    });
  }

  finished(outcome: LookupOutcome, elapsedMs: number): void {
    this.count[outcome]();
    this.measure(elapsedMs / 1000);
  }
}
