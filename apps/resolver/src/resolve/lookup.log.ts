import {
  EACH,
  maskSessionId,
  OUTAGE,
  REFUSAL,
  type BoundedLog,
  type BoundedLogs,
  type LogRule,
} from '@rollcall/observability';
import type { LookupDecision, LookupOutcome } from './lookup-decision';
import type { LookupQuery, QueryProblem } from './lookup-query.reader';

/** The code that a request without a readable query is refused with. */
export type LookupRefusal = QueryProblem | 'SESSION_NOT_FOUND';

/** Who asked: a Connection Gateway its lookup, or a proxy its route. */
export type LookupEdge = 'gateway' | 'proxy';

const STALE: LogRule = { level: 'info', linesMax: 10 };

const RULES: Readonly<Record<LookupOutcome, LogRule>> = {
  live: { level: 'debug', linesMax: EACH },
  stale_held: STALE,
  stale_protected: STALE,
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

  constructor(logs: BoundedLogs) {
    this.lines = logs.of('lookup', RULES);
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

  refused(problem: LookupRefusal, edge: LookupEdge): void {
    if (this.lines.admits('invalid')) this.lines.write('invalid', { edge, problem });
  }
}

function detailsOf(decision: LookupDecision): object {
  if (decision.kind === 'found') return { server: decision.destination.server };
  if (decision.kind === 'unavailable') return { cause: decision.cause };
  return {};
}
