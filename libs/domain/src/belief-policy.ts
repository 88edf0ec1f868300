import type { LeasePolicy } from './lease-policy';

/** What an operator chooses about believing servers that have fallen silent. */
export interface BeliefSettings {
  /** `tcp`: late servers are probed by connecting to their DCV port; `off`: nobody is (`PROBE_MODE`). */
  readonly probeMode: 'tcp' | 'off';
  /** Between two probes of a server that is held (`PROBE_PERIOD_MS`). */
  readonly probePeriodMs: number;
  /** How long one try may take; a probe is two (`PROBE_TIMEOUT_MS`). */
  readonly probeTimeoutMs: number;
  /** Most servers probed at the same time (`PROBE_CONCURRENCY`). */
  readonly probeConcurrency: number;
  /** Share of a zone's servers that are late at once from which on the zone is protected (`PROTECTION_THRESHOLD`). */
  readonly protectionThreshold: number;
  /** Under protection, silence is a death only after so long (`PROTECTION_CONFIRM_MS`). */
  readonly protectionConfirmMs: number;
  /** Longest a server is held after its last report, and longest a protection lasts (`HOLD_MAX_MS`). */
  readonly holdMaxMs: number;
}

/** The choices with all that is derived from them. */
export interface BeliefPolicy extends BeliefSettings {
  /** A verdict is fresh for 1.5 probe periods. */
  readonly verdictTtlMs: number;
}

/** 700 at once: 2,900 servers that time out in both tries are judged in 8.3 s, within what a lease leaves of 20 s. */
export const DEFAULT_BELIEF: BeliefSettings = {
  probeMode: 'tcp',
  probePeriodMs: 10_000,
  probeTimeoutMs: 1_000,
  probeConcurrency: 700,
  protectionThreshold: 0.3,
  protectionConfirmMs: 60_000,
  holdMaxMs: 1_800_000,
};

/** Protection needs at least so many late servers: of two, one is already half. */
export const PROTECTION_SERVERS_MIN = 3;

/** Under protection at most this share of the roll (but at least one server) is released per interval. */
export const RELEASE_SHARE_MAX = 0.15;

/** Live servers of a protected zone that are probed along: while they do not answer either, silence proves nothing. */
export const WITNESSES_PER_ZONE = 5;

/** Derives the policy. */
export function beliefPolicy(settings: BeliefSettings): BeliefPolicy {
  return { ...settings, verdictTtlMs: Math.ceil(1.5 * settings.probePeriodMs) };
}

/** One sentence for each relation the choices break, among themselves or with the lease. */
export function beliefProblems(
  settings: BeliefSettings,
  lease: Pick<LeasePolicy, 'leaseTtlMs' | 'lateAfterMs' | 'sweepIntervalMs'>,
): string[] {
  const { probePeriodMs, probeTimeoutMs, holdMaxMs } = settings;
  const { leaseTtlMs, lateAfterMs, sweepIntervalMs } = lease;
  const probeMs = 2 * probeTimeoutMs;
  const problems: string[] = [];
  if (probeMs > probePeriodMs) {
    problems.push(
      `PROBE_TIMEOUT_MS (${probeTimeoutMs}) must not exceed half of PROBE_PERIOD_MS (${probePeriodMs}): ` +
        'a probe has two tries, and is over before the next one',
    );
  }
  if (probePeriodMs + probeMs + 2 * sweepIntervalMs > leaseTtlMs) {
    problems.push(
      `PROBE_PERIOD_MS (${probePeriodMs}) + 2 × PROBE_TIMEOUT_MS + 2 × SWEEP_INTERVAL_MS must not exceed LEASE_TTL_MS (${leaseTtlMs}): ` +
        'a held server has to be probed again before its hold runs out',
    );
  }
  if (lateAfterMs + probeMs + sweepIntervalMs > leaseTtlMs) {
    problems.push(
      `PROBE_TIMEOUT_MS (${probeTimeoutMs}) leaves no time for a probe: 2.2 × HEARTBEAT_INTERVAL_MS + 2 × PROBE_TIMEOUT_MS + SWEEP_INTERVAL_MS must not exceed LEASE_TTL_MS (${leaseTtlMs})`,
    );
  }
  if (holdMaxMs < leaseTtlMs) {
    problems.push(
      `HOLD_MAX_MS (${holdMaxMs}) must be at least LEASE_TTL_MS (${leaseTtlMs}): a hold is one lease long`,
    );
  }
  return problems;
}
