import type { Endpoint } from './endpoint';
import type { LocalId, ServerId } from './ids';
import type { LeasePolicy } from './lease-policy';
import type { Fence } from './report';

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
  /** End of the lease, by the store's clock. */
  readonly leaseEndsAtMs: number;
}

/** How far a server is believed. */
export type ServerState = 'live' | 'leaving' | 'late' | 'lapsed';

/** Decides a server's state at a moment of the store's clock. */
export function serverState(record: ServerRecord, nowMs: number, policy: LeasePolicy): ServerState {
  if (nowMs >= record.leaseEndsAtMs) return 'lapsed';
  if (record.leaving) return 'leaving';
  return nowMs - record.reportedAtMs >= policy.lateAfterMs ? 'late' : 'live';
}
