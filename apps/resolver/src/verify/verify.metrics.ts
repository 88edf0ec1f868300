import type { Metrics } from '@rollcall/observability';
import { VERIFY_OUTCOMES, type VerifyOutcome } from './verify-decision';

/** From two reads in the same rack to the bar of 1 s. */
const DURATION_BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2];

/** Counts and measures verifications. Every outcome is there from the start, so that a rate over it has a beginning. */
export class VerifyMetrics {
  private readonly count: (outcome: VerifyOutcome) => void;
  private readonly measure: (seconds: number) => void;

  constructor(metrics: Metrics, pending: () => number) {
    const verifications = metrics.counter({
      name: 'verifications_total',
      help: 'Verifications of connection tokens by what became of them',
      labelNames: ['outcome'],
    });
    for (const outcome of VERIFY_OUTCOMES) verifications.inc({ outcome }, 0);
    this.count = (outcome) => verifications.inc({ outcome });
    const duration = metrics.histogram({
      name: 'verification_duration_seconds',
      help: 'From the read form to the written answer',
      buckets: DURATION_BUCKETS_SECONDS,
    });
    this.measure = (seconds) => duration.observe(seconds);
    metrics.gauge({
      name: 'verifications_in_flight',
      help: 'Verifications that the store has not answered yet',
      collect() {
        this.set(pending());
      },
    });
  }

  finished(outcome: VerifyOutcome, elapsedMs: number): void {
    this.count(outcome);
    this.measure(elapsedMs / 1000);
  }

  /** Refused before there was anything to measure. */
  refused(outcome: VerifyOutcome): void {
    this.count(outcome);
  }
}
