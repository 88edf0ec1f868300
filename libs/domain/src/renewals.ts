import type { LeasePolicy } from './lease-policy';

/** What one process remembers of its own renewals of the settled fact; moments are of a monotonic clock. */
export interface Renewals {
  readonly lastAttemptOk: boolean;
  readonly lastOkAtMs: number;
  readonly settled: boolean;
}

/** What a process's own renewals of the settled fact tell it. */
export interface RollTrust {
  /** Whether they get through. */
  readonly renewing: boolean;
  /** Whether the last one found the roll settled. */
  readonly settled: boolean;
}

/** Before the first renewal nothing is trusted. */
export const NO_RENEWALS: Renewals = {
  lastAttemptOk: false,
  lastOkAtMs: Number.NEGATIVE_INFINITY,
  settled: false,
};

/** After a renewal that got through. */
export function renewed(settled: boolean, nowMs: number): Renewals {
  return { lastAttemptOk: true, lastOkAtMs: nowMs, settled };
}

/** After a renewal that did not. */
export function renewalFailed(renewals: Renewals): Renewals {
  return { ...renewals, lastAttemptOk: false };
}

/** How far the process may trust what it reads: not after a failed renewal, nor after a pause longer than the gap. */
export function rollTrust(renewals: Renewals, nowMs: number, policy: LeasePolicy): RollTrust {
  return {
    renewing: renewals.lastAttemptOk && nowMs - renewals.lastOkAtMs <= policy.gapMs,
    settled: renewals.settled,
  };
}
