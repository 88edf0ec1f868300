/** Durations that follow from the chosen ones; the formulas are the product's own and are never scaled. */
function derived(chosen) {
  const { interval, lease } = chosen;
  return {
    ...chosen,
    /** A server without a report for this long is late. */
    lateAfter: 2.2 * interval,
    /** The lease of a server that said it is leaving. */
    leavingLease: 2 * interval,
    /** Not written for this long, the roll is no longer settled. */
    gap: lease / 4,
    /** W: written this long without a gap, the roll is settled. */
    settleAfter: 1.5 * interval + 2_000,
    /** Until a live session resolves again by its qualified id after the last fault has healed; bare ids have W. */
    back: 1.1 * interval + 2_000,
  };
}

/** The timings that operators get. */
export const DEFAULT_PROFILE = derived({
  name: 'default',
  scale: 1,
  interval: 5_000,
  lease: 20_000,
  sweep: 1_000,
  poll: 2_000,
  retention: 900_000,
  probePeriod: 10_000,
  probeTimeout: 1_000,
  confirm: 60_000,
  holdMax: 1_800_000,
  nodeTimeout: 5_000,
});

/** A tenth of them where that is possible, so that an outage longer than the lease fits into a test. */
export const SCALED_PROFILE = derived({
  name: 'scaled',
  scale: 10,
  interval: 500,
  lease: 2_000,
  sweep: 100,
  poll: 200,
  retention: 120_000,
  probePeriod: 1_000,
  probeTimeout: 250,
  confirm: 6_000,
  holdMax: 180_000,
  nodeTimeout: 1_000,
});

/** A duration of at least 10 s of a fault, or a bar of 25, 60 or 120 s, as this profile has it. */
export const scaled = (profile, ms) => ms / profile.scale;

/** The profile as every process of a roll is told. */
export function profileEnvironment(profile) {
  const settings = {
    HEARTBEAT_INTERVAL_MS: profile.interval,
    LEASE_TTL_MS: profile.lease,
    RETENTION_MS: profile.retention,
    SWEEP_INTERVAL_MS: profile.sweep,
    AGENT_POLL_INTERVAL_MS: profile.poll,
    PROBE_PERIOD_MS: profile.probePeriod,
    PROBE_TIMEOUT_MS: profile.probeTimeout,
    PROTECTION_CONFIRM_MS: profile.confirm,
    HOLD_MAX_MS: profile.holdMax,
  };
  return Object.fromEntries(Object.entries(settings).map(([name, ms]) => [name, String(ms)]));
}
