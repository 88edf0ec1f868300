import type { OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import { Injectable } from '@nestjs/common';
import { outcomeOf, type LookupDecision } from './lookup-decision';
import type { LookupEdge, LookupLog } from './lookup.log';
import type { LookupMetrics } from './lookup.metrics';
import type { LookupQuery, QueryProblem } from './lookup-query.reader';

const LOG_PERIOD_MS = 10_000;

/** Counts, measures and logs what became of each lookup. */
@Injectable()
export class LookupJournal implements OnModuleInit, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly metrics: LookupMetrics,
    private readonly log: LookupLog,
  ) {}

  onModuleInit(): void {
    this.timer = setInterval(() => this.log.nextPeriod(), LOG_PERIOD_MS);
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
    this.log.nextPeriod();
  }

  decided(decision: LookupDecision, query: LookupQuery, edge: LookupEdge, elapsedMs: number): void {
    const outcome = outcomeOf(decision);
    this.metrics.finished(outcome, elapsedMs);
    this.log.decided(outcome, decision, query, edge);
  }

  refused(problem: QueryProblem, edge: LookupEdge, elapsedMs: number): void {
    this.metrics.finished('invalid', elapsedMs);
    this.log.refused(problem, edge);
  }
}
