import { Injectable } from '@nestjs/common';
import { verifyOutcomeOf, type VerifyDecision } from './verify-decision';
import type { Asker, VerifyLog } from './verify.log';
import type { VerifyMetrics } from './verify.metrics';

/** Counts, measures and logs what became of each verification. */
@Injectable()
export class VerifyJournal {
  constructor(
    private readonly metrics: VerifyMetrics,
    private readonly log: VerifyLog,
  ) {}

  decided(decision: VerifyDecision, asker: Asker, elapsedMs: number): void {
    const outcome = verifyOutcomeOf(decision);
    this.metrics.finished(outcome, elapsedMs);
    this.log.decided(outcome, decision, asker);
  }

  /** It came to its end before its form was read. */
  refused(decision: VerifyDecision, asker: Asker): void {
    const outcome = verifyOutcomeOf(decision);
    this.metrics.refused(outcome);
    this.log.decided(outcome, decision, asker);
  }
}
