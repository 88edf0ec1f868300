import { maskSessionId, type Logger } from '@rollcall/observability';
import type { LookupDecision, LookupOutcome } from './lookup-decision';
import type { LookupQuery, QueryProblem } from './lookup-query.reader';

type Level = 'debug' | 'info' | 'warn';
type LookupLogger = Pick<Logger, Level | 'isLevelEnabled'>;

interface Rule {
  readonly level: Level;
  /** Lines per period; what comes beyond is counted, and told at the period's end. */
  readonly linesMax: number;
}

interface Tally {
  lines: number;
  unlogged: number;
}

const EACH = Number.POSITIVE_INFINITY;
const REFUSAL: Rule = { level: 'info', linesMax: 100 };
const STALE: Rule = { level: 'info', linesMax: 10 };
/** In an outage every lookup ends so: one line says it, and a count. */
const OUTAGE: Rule = { level: 'warn', linesMax: 1 };

const RULES: Readonly<Record<LookupOutcome, Rule>> = {
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
  private readonly tallies = new Map<LookupOutcome, Tally>();

  constructor(private readonly logger: LookupLogger) {}

  decided(outcome: LookupOutcome, decision: LookupDecision, query: LookupQuery): void {
    if (!this.admits(outcome)) return;
    this.write(outcome, {
      session: maskSessionId(query.sessionId),
      transport: query.transport,
      ...(RULES[outcome].level === 'debug' ? { sessionId: query.sessionId } : {}),
      ...detailsOf(decision),
    });
  }

  refused(problem: QueryProblem): void {
    if (this.admits('invalid')) this.write('invalid', { problem });
  }

  /** Ends a period: tells what was not logged in it, and starts to count anew. */
  nextPeriod(): void {
    for (const [outcome, { unlogged }] of this.tallies) {
      if (unlogged > 0) this.write(outcome, { unlogged }, 'more lookups, not logged one by one');
    }
    this.tallies.clear();
  }

  private admits(outcome: LookupOutcome): boolean {
    const { level, linesMax } = RULES[outcome];
    if (!this.logger.isLevelEnabled(level)) return false;
    if (linesMax === EACH) return true;
    const tally = this.tallyOf(outcome);
    if (tally.lines < linesMax) {
      tally.lines++;
      return true;
    }
    tally.unlogged++;
    return false;
  }

  private tallyOf(outcome: LookupOutcome): Tally {
    const tally = this.tallies.get(outcome) ?? { lines: 0, unlogged: 0 };
    this.tallies.set(outcome, tally);
    return tally;
  }

  private write(outcome: LookupOutcome, details: object, message = 'lookup'): void {
    this.logger[RULES[outcome].level]({ outcome, ...details }, message);
  }
}

function detailsOf(decision: LookupDecision): object {
  if (decision.kind === 'found') return { server: decision.destination.server };
  if (decision.kind === 'unavailable') return { cause: decision.cause };
  return {};
}
