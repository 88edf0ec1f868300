import type { Endpoint } from './endpoint';
import type { LocalId, ServerId } from './ids';
import type { LeasePolicy } from './lease-policy';
import type { Fence } from './report';

/** Why a server is believed beyond the lease of its last report. */
export type HoldCause =
  /** Its DCV port answered a reconciler. */
  | 'probe'
  /** So many were late at once that silence is no evidence. */
  | 'protection';

/** The last thing a server that is still on the roll has said of itself. */
export interface ServerRecord extends Fence {
  readonly server: ServerId;
  readonly endpoint: Endpoint;
  readonly zone: string;
  readonly healthy: boolean;
  readonly leaving: boolean;
  readonly sessions: readonly LocalId[];
  /** When the last report was applied, by the store's clock. */
  readonly reportedAtMs: number;
  /** End of the lease or of the hold, by the store's clock. */
  readonly leaseEndsAtMs: number;
  /** Set when a reconciler has extended the lease: why. */
  readonly held?: HoldCause;
}

/** How far a server is believed. */
export type ServerState = 'live' | 'leaving' | 'late' | 'held' | 'protected' | 'lapsed';

/** Decides a server's state at a moment of the store's clock. */
export function serverState(record: ServerRecord, nowMs: number, policy: LeasePolicy): ServerState {
  if (nowMs >= record.leaseEndsAtMs) return 'lapsed';
  if (record.leaving) return 'leaving';
  if (record.held) return record.held === 'probe' ? 'held' : 'protected';
  return nowMs - record.reportedAtMs >= policy.lateAfterMs ? 'late' : 'live';
}
