import { Injectable } from '@nestjs/common';
import { outcomeOf, type LookupDecision } from './lookup-decision';
import type { LookupEdge, LookupLog, LookupRefusal } from './lookup.log';
import type { LookupMetrics } from './lookup.metrics';
import type { LookupQuery } from './lookup-query.reader';

/** Counts, measures and logs what became of each lookup. */
@Injectable()
export class LookupJournal {
  constructor(
    private readonly metrics: LookupMetrics,
    private readonly log: LookupLog,
  ) {}

  decided(decision: LookupDecision, query: LookupQuery, edge: LookupEdge, elapsedMs: number): void {
    const outcome = outcomeOf(decision);
    this.metrics.finished(outcome, elapsedMs);
    this.log.decided(outcome, decision, query, edge);
  }

  refused(problem: LookupRefusal, edge: LookupEdge, elapsedMs: number): void {
    this.metrics.finished('invalid', elapsedMs);
    this.log.refused(problem, edge);
  }
}
