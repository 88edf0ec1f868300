import type { ServerId } from '@rollcall/domain';
import {
  EACH,
  maskSessionId,
  OUTAGE,
  REFUSAL,
  type BoundedLog,
  type BoundedLogs,
  type LogRule,
} from '@rollcall/observability';
import type { VerifyDecision, VerifyOutcome } from './verify-decision';

/** Who asked about what, as far as it could be read. */
export interface Asker {
  /** The address that the question came from: the host's, or that of what stands before it. */
  readonly sourceAddress: string;
  /** The server that the path names. */
  readonly server?: ServerId;
  readonly session?: string;
}

/** Few lines say it; but one host's must not keep another's out of the log. */
const GUESSING: LogRule = { level: 'warn', linesMax: 10 };

const RULES: Readonly<Record<VerifyOutcome, LogRule>> = {
  yes: { level: 'debug', linesMax: EACH },
  no_malformed: REFUSAL,
  no_unknown_host: REFUSAL,
  no_wrong_token: REFUSAL,
  no_wrong_client: REFUSAL,
  no_too_many_guesses: GUESSING,
  unavailable: OUTAGE,
  fault: OUTAGE,
};

/**
 * One line per verification, bounded per period. It names the host that asks, whose settings may be what is wrong, and
 * the session masked above debug; neither tokens, nor users, nor addresses of clients at any level: who is let into
 * which session is for the host's own log to say.
 */
export class VerifyLog {
  private readonly lines: BoundedLog<VerifyOutcome>;

  constructor(logs: BoundedLogs) {
    this.lines = logs.of('verification', RULES);
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
}
