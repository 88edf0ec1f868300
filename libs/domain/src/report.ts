import { endpointProblem, type Endpoint } from './endpoint';
import { isLocalId, isServerId, type LocalId, type ServerId } from './ids';

/** Most sessions one server may report: twice what the largest host carries, and a bound on what one script touches. */
export const SESSIONS_PER_SERVER_MAX = 500;

/** Highest boot number: ten digits, a boot per second for three centuries. */
export const BOOT_MAX = 9_999_999_999;

/** Highest sequence number within one boot. */
export const SEQUENCE_MAX = 999_999_999_999;

const ZONE = /^[A-Za-z0-9._-]{0,63}$/;

/** Orders the reports of one server: boots first, then the sequence within a boot. */
export interface Fence {
  /** Raised at every start of the agent. */
  readonly boot: number;
  /** Raised with every report of one boot. */
  readonly sequence: number;
}

/** What an agent knows of its host's sessions. */
export type SessionList =
  /** `dcv` listed exactly these (or they are the last it listed, within the grace period). */
  | {
      readonly kind: 'listed';
      readonly ids: readonly LocalId[];
      /** Those of `ids` that were closed and opened anew since the last applied report: their tokens are void. */
      readonly reopened?: readonly LocalId[];
    }
  /** `dcv` has not answered since the agent started: whatever the store holds for this server stands. */
  | { readonly kind: 'unknown' }
  /** `dcv` has failed for longer than the grace period: no session of this server is believed any more. */
  | { readonly kind: 'withheld' };

/** One answer of one server to the roll call. */
export interface Report extends Fence {
  readonly server: ServerId;
  readonly endpoint: Endpoint;
  /** Failure domain of the host; empty when none is set. */
  readonly zone: string;
  /** Whether the host's DCV server answers its own command line. */
  readonly healthy: boolean;
  /** A planned stop: the sessions stay, the lease is cut to two intervals. */
  readonly leaving: boolean;
  readonly sessions: SessionList;
}

/** What became of a report. */
export type ReportOutcome =
  | { readonly kind: 'applied' }
  /** The same report had arrived before; nothing was changed. */
  | { readonly kind: 'already-applied' }
  /** A later boot of this server has reported: this one has no say any more. */
  | { readonly kind: 'superseded'; readonly boot: number }
  /** A later report of this boot was applied before; nothing was changed. */
  | { readonly kind: 'outdated'; readonly sequence: number };

/** Whether the text can name a zone; empty for none. */
export function isZone(text: string): boolean {
  return ZONE.test(text);
}

/** Says what is wrong with a report, or undefined when nothing is. */
export function reportProblem(report: Report): string | undefined {
  if (!isServerId(report.server)) return 'the server id must match [A-Za-z0-9][A-Za-z0-9._-]{0,62}';
  if (!isCounter(report.boot, BOOT_MAX))
    return `the boot number must be a whole number from 1 to ${BOOT_MAX}`;
  if (!isCounter(report.sequence, SEQUENCE_MAX))
    return `the sequence number must be a whole number from 1 to ${SEQUENCE_MAX}`;
  if (!isZone(report.zone)) return 'the zone must match [A-Za-z0-9._-]{0,63}';
  return endpointProblem(report.endpoint) ?? sessionListProblem(report.sessions);
}

function sessionListProblem(sessions: SessionList): string | undefined {
  if (sessions.kind !== 'listed') return undefined;
  const { ids } = sessions;
  if (ids.length > SESSIONS_PER_SERVER_MAX)
    return `a server may report at most ${SESSIONS_PER_SERVER_MAX} sessions, not ${ids.length}`;
  if (!ids.every(isLocalId))
    return 'a session id must be 1–256 bytes of UTF-8 without control characters';
  const listed = new Set(ids);
  if (listed.size !== ids.length) return 'a session is listed twice';
  const { reopened = [] } = sessions;
  return reopened.length > ids.length || !reopened.every((id) => listed.has(id))
    ? 'a session is reopened that is not listed, or twice'
    : undefined;
}

function isCounter(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= max;
}
