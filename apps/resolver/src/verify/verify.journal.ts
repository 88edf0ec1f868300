import type { OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import { Injectable } from '@nestjs/common';
import { verifyOutcomeOf, type VerifyDecision } from './verify-decision';
import type { Asker, VerifyLog } from './verify.log';
import type { VerifyMetrics } from './verify.metrics';

const LOG_PERIOD_MS = 10_000;

/** Counts, measures and logs what became of each verification. */
@Injectable()
export class VerifyJournal implements OnModuleInit, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly metrics: VerifyMetrics,
    private readonly log: VerifyLog,
  ) {}

  onModuleInit(): void {
    this.timer = setInterval(() => this.log.nextPeriod(), LOG_PERIOD_MS);
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
    this.log.nextPeriod();
  }

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
