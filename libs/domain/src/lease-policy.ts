/** The four durations an operator chooses; every other number of the lease protocol follows from them. */
export interface LeaseTimings {
  /** Between two heartbeats of an agent (`HEARTBEAT_INTERVAL_MS`). */
  readonly intervalMs: number;
  /** How long a report is believed (`LEASE_TTL_MS`). */
  readonly leaseTtlMs: number;
  /** How long the last known record outlives the last report, or up to a tenth less (`RETENTION_MS`). */
  readonly retentionMs: number;
  /** Between two sweeps of the reconciler (`SWEEP_INTERVAL_MS`). */
  readonly sweepIntervalMs: number;
}

/** The chosen durations with all that is derived from them. */
export interface LeasePolicy extends LeaseTimings {
  /** An agent gives a report this long, and its retries never wait longer. */
  readonly reportTimeoutMs: number;
  /** A roll that was not written for this long is no longer settled; also the TTL of the settled fact. */
  readonly gapMs: number;
  /** Resolvers and sweeps renew the settled fact this often: four tries before it runs out. */
  readonly renewEveryMs: number;
  /** Written this long without a gap, every live agent has reported: a bare id is whose claim alone it is. */
  readonly heardAfterMs: number;
  /** W: written this long without a gap, the roll is settled: whoever is not on it now is late, or dead. */
  readonly settleAfterMs: number;
  /** Written this long without a gap, the roll is judged: whoever lives though silent is held, and the lapsed are struck off. */
  readonly judgedAfterMs: number;
  /** A server without a report for this long is late. */
  readonly lateAfterMs: number;
  /** The lease of a server that said it is leaving: its successor has two intervals to come up. */
  readonly leavingLeaseMs: number;
  /** No finished sweep for this long: the reconciler starts its worker anew. */
  readonly watchdogMs: number;
}

/** The defaults: a dead host is a 404 within 25 s, at 0.2 reports per host and second. */
export const DEFAULT_TIMINGS: LeaseTimings = {
  intervalMs: 5_000,
  leaseTtlMs: 20_000,
  retentionMs: 900_000,
  sweepIntervalMs: 1_000,
};

/** Both reads of one lookup together: the answer has to be out within 300 ms. */
export const LOOKUP_BUDGET_MS = 280;

/** Share of the interval by which each heartbeat is randomly early or late, so that agents never march in step. */
export const HEARTBEAT_JITTER = 0.1;

/** An agent that lost its connection has a new one this soon after the store is back. */
const RECONNECTED_WITHIN_MS = 2_000;

const REPORT_TIMEOUT_MAX_MS = 500;
const WATCHDOG_MIN_MS = 3_000;
const RETENTION_MIN_MS = 30_000;
const DURATION_MAX_MS = 86_400_000;

/** Derives the whole policy; check `leaseTimingProblems` first. */
export function leasePolicy(timings: LeaseTimings): LeasePolicy {
  const { intervalMs, leaseTtlMs, sweepIntervalMs } = timings;
  const gapMs = Math.floor(leaseTtlMs / 4);
  const settleAfterMs = Math.ceil(1.5 * intervalMs) + RECONNECTED_WITHIN_MS;
  return {
    ...timings,
    reportTimeoutMs: reportTimeoutMs(intervalMs),
    gapMs,
    renewEveryMs: Math.floor(gapMs / 4),
    heardAfterMs: Math.round((1 + HEARTBEAT_JITTER) * intervalMs) + RECONNECTED_WITHIN_MS,
    settleAfterMs,
    judgedAfterMs: settleAfterMs + Math.floor(leaseTtlMs / 2),
    lateAfterMs: Math.round(2.2 * intervalMs),
    leavingLeaseMs: 2 * intervalMs,
    watchdogMs: Math.max(3 * sweepIntervalMs, WATCHDOG_MIN_MS),
  };
}

/** One sentence for each relation the timings break; empty when the protocol can hold its promises with them. */
export function leaseTimingProblems(timings: LeaseTimings): string[] {
  const { intervalMs, leaseTtlMs, retentionMs, sweepIntervalMs } = timings;
  const leaseMinMs = 3 * intervalMs + 2 * reportTimeoutMs(intervalMs);
  const retentionMinMs = Math.max(10 * leaseTtlMs, RETENTION_MIN_MS);
  const problems: string[] = [];
  if (leaseTtlMs < leaseMinMs) {
    problems.push(
      `LEASE_TTL_MS (${leaseTtlMs}) must be at least 3 × HEARTBEAT_INTERVAL_MS + 2 × the report time-out = ${leaseMinMs}: ` +
        'a live host has to survive two lost reports',
    );
  }
  if (retentionMs < retentionMinMs) {
    problems.push(
      `RETENTION_MS (${retentionMs}) must be at least 10 × LEASE_TTL_MS and at least ${RETENTION_MIN_MS}, here ${retentionMinMs}: ` +
        'the last known records have to outlive a store outage',
    );
  }
  if (sweepIntervalMs > intervalMs) {
    problems.push(
      `SWEEP_INTERVAL_MS (${sweepIntervalMs}) must not exceed HEARTBEAT_INTERVAL_MS (${intervalMs}): ` +
        'a lapsed lease has to be noticed before it could have been renewed again',
    );
  }
  for (const [name, value] of Object.entries({
    HEARTBEAT_INTERVAL_MS: intervalMs,
    LEASE_TTL_MS: leaseTtlMs,
    RETENTION_MS: retentionMs,
    SWEEP_INTERVAL_MS: sweepIntervalMs,
  })) {
    if (value > DURATION_MAX_MS)
      problems.push(`${name} (${value}) must not exceed one day (${DURATION_MAX_MS})`);
  }
  return problems;
}

function reportTimeoutMs(intervalMs: number): number {
  return Math.min(REPORT_TIMEOUT_MAX_MS, Math.floor(intervalMs / 2));
}
