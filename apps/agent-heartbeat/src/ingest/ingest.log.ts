import type { ServerId } from '@rollcall/domain';
import { OUTAGE, type BoundedLog, type BoundedLogs, type LogRule } from '@rollcall/observability';
import type { DoorDecision } from './door/door-decision';
import type { IdentityVerdict } from './identity/identity-check';

/** What a refusal is about. */
type Matter = 'identity' | 'report' | 'too-many' | 'unavailable' | 'other';

/** A host that is refused may be one that is set up wrongly: its operator finds out here. */
const REFUSED_HOST: LogRule = { level: 'warn', linesMax: 10 };

const RULES: Readonly<Record<Matter, LogRule>> = {
  identity: REFUSED_HOST,
  report: REFUSED_HOST,
  'too-many': { level: 'warn', linesMax: 3 },
  unavailable: OUTAGE,
  other: { level: 'info', linesMax: 10 },
};

/** One line per refusal, bounded per matter and period. No token, no session and nothing else of a body is in it. */
export class IngestLog {
  private readonly lines: BoundedLog<Matter>;

  constructor(logs: BoundedLogs) {
    this.lines = logs.of('refused report', RULES);
  }

  identityRefused(
    { reason, claimed, cause }: IdentityVerdict & { kind: 'refused' },
    sourceAddress: string,
  ): void {
    this.write('identity', { reason, server: claimed, cause, sourceAddress });
  }

  refused(
    { code, details }: DoorDecision & { kind: 'refused' },
    sourceAddress: string,
    server?: ServerId,
  ): void {
    this.write(matterOf(code), { code, ...details, server, sourceAddress });
  }

  private write(matter: Matter, details: object): void {
    if (this.lines.admits(matter)) this.lines.write(matter, details);
  }
}

function matterOf(code: string): Matter {
  switch (code) {
    case 'INVALID_REPORT':
    case 'IDENTITY_MISMATCH':
      return 'report';
    case 'TOO_MANY_REQUESTS':
      return 'too-many';
    case 'STORE_UNAVAILABLE':
      return 'unavailable';
    default:
      return 'other';
  }
}
