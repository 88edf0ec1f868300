import { maskSessionId } from '@rollcall/observability';
import { BoundedLog, EACH, type LeveledLogger, type LogRule } from '../log/bounded-log';
import type { LookupDecision, LookupOutcome } from './lookup-decision';
import type { LookupQuery, QueryProblem } from './lookup-query.reader';

/** Who asked: a Connection Gateway its lookup, or a proxy its route. */
export type LookupEdge = 'gateway' | 'proxy';

const REFUSAL: LogRule = { level: 'info', linesMax: 100 };
const STALE: LogRule = { level: 'info', linesMax: 10 };
/** In an outage every lookup ends so: one line says it, and a count. */
const OUTAGE: LogRule = { level: 'warn', linesMax: 1 };

const RULES: Readonly<Record<LookupOutcome, LogRule>> = {
  live: { level: 'debug', linesMax: EACH },
  stale_held: STALE,
  stale_unsettled: STALE,
  not_found_unknown: REFUSAL,
  not_found_lapsed: REFUSAL,
  not_found_ambiguous: REFUSAL,
  not_found_transport: REFUSAL,
  not_found_endpoint_refused: { level: 'warn', linesMax: 100 },
  invalid: REFUSAL,
  warming: OUTAGE,
  unavailable: OUTAGE,
};

/** One line per decision, with session ids masked above debug, without addresses of clients, and bounded per period. */
export class LookupLog {
  private readonly lines: BoundedLog<LookupOutcome>;

  constructor(logger: LeveledLogger) {
    this.lines = new BoundedLog(logger, RULES, 'lookup');
  }

  decided(
    outcome: LookupOutcome,
    decision: LookupDecision,
    query: LookupQuery,
    edge: LookupEdge,
  ): void {
    if (!this.lines.admits(outcome)) return;
    this.lines.write(outcome, {
      edge,
      session: maskSessionId(query.sessionId),
      transport: query.transport,
      ...(RULES[outcome].level === 'debug' ? { sessionId: query.sessionId } : {}),
      ...detailsOf(decision),
    });
  }

  refused(problem: QueryProblem, edge: LookupEdge): void {
    if (this.lines.admits('invalid')) this.lines.write('invalid', { edge, problem });
  }

  /** Ends a period: tells what was not logged in it, and starts to count anew. */
  nextPeriod(): void {
    this.lines.nextPeriod();
  }
}

function detailsOf(decision: LookupDecision): object {
  if (decision.kind === 'found') return { server: decision.destination.server };
  if (decision.kind === 'unavailable') return { cause: decision.cause };
  return {};
}
