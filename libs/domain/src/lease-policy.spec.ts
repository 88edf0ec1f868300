import {
  DEFAULT_TIMINGS,
  leasePolicy,
  leaseTimingProblems,
  LOOKUP_BUDGET_MS,
  type LeaseTimings,
} from './lease-policy';

const SCALED: LeaseTimings = {
  intervalMs: 500,
  leaseTtlMs: 2_000,
  retentionMs: 120_000,
  sweepIntervalMs: 200,
};

describe('leasePolicy', () => {
  it('derives the default policy', () => {
    expect(leasePolicy(DEFAULT_TIMINGS)).toEqual({
      intervalMs: 5_000,
      leaseTtlMs: 20_000,
      retentionMs: 900_000,
      sweepIntervalMs: 1_000,
      reportTimeoutMs: 500,
      gapMs: 5_000,
      renewEveryMs: 1_250,
      heardAfterMs: 7_500,
      settleAfterMs: 9_500,
      judgedAfterMs: 19_500,
      lateAfterMs: 11_000,
      leavingLeaseMs: 10_000,
      watchdogMs: 3_000,
    });
  });

  it('derives the scaled policy', () => {
    expect(leasePolicy(SCALED)).toMatchObject({
      reportTimeoutMs: 250,
      gapMs: 500,
      renewEveryMs: 125,
      heardAfterMs: 2_550,
      settleAfterMs: 2_750,
      judgedAfterMs: 3_750,
      lateAfterMs: 1_100,
      leavingLeaseMs: 1_000,
      watchdogMs: 3_000,
    });
  });

  it.each([DEFAULT_TIMINGS, SCALED, { ...DEFAULT_TIMINGS, intervalMs: 3_333, leaseTtlMs: 12_347 }])(
    'keeps its promises with accepted timings (%#)',
    (timings) => {
      expect(leaseTimingProblems(timings)).toEqual([]);
      const policy = leasePolicy(timings);
      expect(policy.renewEveryMs * 4).toBeLessThanOrEqual(policy.gapMs);
      expect(policy.lateAfterMs).toBeLessThan(policy.leaseTtlMs);
      expect(policy.leavingLeaseMs).toBeLessThan(policy.leaseTtlMs);
      expect(policy.settleAfterMs).toBeGreaterThan(
        1.1 * policy.intervalMs + 2 * policy.reportTimeoutMs,
      );
    },
  );

  it('gives every duration in whole milliseconds', () => {
    const policy = leasePolicy({
      intervalMs: 333,
      leaseTtlMs: 2_001,
      retentionMs: 30_001,
      sweepIntervalMs: 77,
    });
    const broken = Object.entries(policy).filter(([, value]) => !Number.isInteger(value));
    expect(broken).toEqual([]);
  });

  it('leaves room for an answer within 300 ms', () => {
    expect(LOOKUP_BUDGET_MS).toBeLessThan(300);
  });
});

describe('leaseTimingProblems', () => {
  it.each([
    ['the default timings', DEFAULT_TIMINGS],
    ['the scaled profile', SCALED],
    ['the shortest lease', { ...DEFAULT_TIMINGS, leaseTtlMs: 16_000 }],
    ['the shortest retention', { ...DEFAULT_TIMINGS, retentionMs: 200_000 }],
    ['the slowest sweep', { ...DEFAULT_TIMINGS, sweepIntervalMs: 5_000 }],
  ])('accepts %s', (_, timings) => {
    expect(leaseTimingProblems(timings)).toEqual([]);
  });

  it.each([
    [
      'a lease that two lost reports would end',
      { leaseTtlMs: 15_999 },
      /LEASE_TTL_MS \(15999\).*= 16000.*two lost reports/,
    ],
    [
      'a retention below ten leases',
      { retentionMs: 199_999 },
      /RETENTION_MS \(199999\).*200000.*outlive/,
    ],
    [
      'a sweep slower than the heartbeat',
      { sweepIntervalMs: 5_001 },
      /SWEEP_INTERVAL_MS \(5001\).*5000/,
    ],
    [
      'a retention of more than a day',
      { retentionMs: 86_400_001 },
      /RETENTION_MS \(86400001\) must not exceed one day/,
    ],
  ])('refuses %s with a sentence', (_, change, sentence) => {
    expect(leaseTimingProblems({ ...DEFAULT_TIMINGS, ...change })).toEqual([
      expect.stringMatching(sentence),
    ]);
  });

  it('refuses a retention below half a minute, however short the lease', () => {
    expect(leaseTimingProblems({ ...SCALED, retentionMs: 29_999 })).toEqual([
      expect.stringMatching(/RETENTION_MS \(29999\).*30000/),
    ]);
  });

  it('bounds the report time-out by half the interval when the interval is short', () => {
    const shortest = { ...SCALED, leaseTtlMs: 3 * 500 + 2 * 250 };
    expect(leaseTimingProblems(shortest)).toEqual([]);
    const shorter = { ...shortest, leaseTtlMs: shortest.leaseTtlMs - 1 };
    expect(leaseTimingProblems(shorter)).toHaveLength(1);
  });

  it('tells every broken relation at once', () => {
    const broken = {
      intervalMs: 1_000,
      leaseTtlMs: 1_000,
      retentionMs: 1_000,
      sweepIntervalMs: 2_000,
    };
    expect(leaseTimingProblems(broken)).toHaveLength(3);
  });
});
