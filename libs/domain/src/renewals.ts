import { FAILED_RENEWALS_MAX, SETTLE_ANEW_APART_MS, type LeasePolicy } from './lease-policy';

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

/** The failed renewals of one process in a row; moments are of one clock that does not go back. */
export class RenewalFailures {
  private count = 0;
  private firstAtMs = Number.NEGATIVE_INFINITY;
  private lastAtMs = Number.NEGATIVE_INFINITY;

  constructor(private readonly policy: Pick<LeasePolicy, 'gapMs'>) {}

  failed(nowMs: number): void {
    if (this.areOld(nowMs)) this.count = 0;
    if (this.count === 0) this.firstAtMs = nowMs;
    this.count += 1;
    this.lastAtMs = nowMs;
  }

  succeeded(): void {
    this.count = 0;
  }

  /**
   * Agents will have missed their turn as well, so that the roll has to settle anew, unless it has begun to within so many
   * ms: since the first of these failures, or a moment before, as not every process is back at the same moment. So one that
   * goes on failing does not keep it from settling. Undefined when there is no need: failures of more than a gap ago tell
   * nothing, for either others have written the roll since, or its pulse has ended.
   */
  settleAnewApartMs(nowMs: number): number | undefined {
    if (this.count < FAILED_RENEWALS_MAX || this.areOld(nowMs)) return undefined;
    return Math.max(SETTLE_ANEW_APART_MS, nowMs - this.firstAtMs);
  }

  private areOld(nowMs: number): boolean {
    return nowMs - this.lastAtMs > this.policy.gapMs;
  }
}
