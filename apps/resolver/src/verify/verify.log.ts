import type { ServerId } from '@rollcall/domain';
import { maskSessionId } from '@rollcall/observability';
import { BoundedLog, EACH, type LeveledLogger, type LogRule } from '../log/bounded-log';
import type { VerifyDecision, VerifyOutcome } from './verify-decision';

/** Who asked about what, as far as it could be read. */
export interface Asker {
  /** The address that the question came from: the host's, or that of what stands before it. */
  readonly sourceAddress: string;
  /** The server that the path names. */
  readonly server?: ServerId;
  readonly session?: string;
}

const REFUSAL: LogRule = { level: 'info', linesMax: 100 };
/** They come in numbers, and one line says it: a count tells the rest. */
const FLOOD: LogRule = { level: 'warn', linesMax: 1 };

const RULES: Readonly<Record<VerifyOutcome, LogRule>> = {
  yes: { level: 'debug', linesMax: EACH },
  no_malformed: REFUSAL,
  no_unknown_host: REFUSAL,
  no_wrong_token: REFUSAL,
  no_wrong_client: REFUSAL,
  no_too_many_guesses: FLOOD,
  unavailable: FLOOD,
  fault: FLOOD,
};

/**
 * One line per verification, bounded per period. It names the host that asks, whose settings may be what is wrong, and
 * the session masked above debug; neither tokens, nor users, nor addresses of clients at any level: who is let into
 * which session is for the host's own log to say.
 */
export class VerifyLog {
  private readonly lines: BoundedLog<VerifyOutcome>;

  constructor(logger: LeveledLogger) {
    this.lines = new BoundedLog(logger, RULES, 'verification');
  }

  decided(outcome: VerifyOutcome, decision: VerifyDecision, asker: Asker): void {
    if (!this.lines.admits(outcome)) return;
    const { sourceAddress, session } = asker;
    const server = decision.kind === 'yes' ? decision.server : asker.server;
    this.lines.write(outcome, {
      sourceAddress,
      ...(server === undefined ? {} : { server }),
      ...(session === undefined ? {} : { session: maskSessionId(session) }),
      ...(session !== undefined && RULES[outcome].level === 'debug' ? { sessionId: session } : {}),
      ...(decision.kind === 'unavailable' ? { cause: decision.cause } : {}),
    });
  }

  /** Ends a period: tells what was not logged in it, and starts to count anew. */
  nextPeriod(): void {
    this.lines.nextPeriod();
  }
}
