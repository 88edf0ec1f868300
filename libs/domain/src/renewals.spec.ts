import {
  DEFAULT_TIMINGS,
  FAILED_RENEWALS_MAX,
  leasePolicy,
  SETTLE_ANEW_APART_MS,
} from './lease-policy';
import { NO_RENEWALS, renewalFailed, RenewalFailures, renewed, rollTrust } from './renewals';

const POLICY = leasePolicy(DEFAULT_TIMINGS);

describe('what a resolver may trust', () => {
  it('is nothing before its first renewal', () => {
    expect(rollTrust(NO_RENEWALS, 0, POLICY)).toEqual({ renewing: false, settled: false });
    expect(rollTrust(renewalFailed(NO_RENEWALS), 0, POLICY)).toEqual({
      renewing: false,
      settled: false,
    });
  });

  it('is what its last renewal has told', () => {
    expect(rollTrust(renewed(true, 1_000), 1_000, POLICY)).toEqual({
      renewing: true,
      settled: true,
    });
    expect(rollTrust(renewed(false, 1_000), 1_000, POLICY)).toEqual({
      renewing: true,
      settled: false,
    });
  });

  it('ends with a failed renewal, and comes back with the next one that gets through', () => {
    const failed = renewalFailed(renewed(true, 1_000));
    expect(rollTrust(failed, 1_001, POLICY).renewing).toBe(false);
    expect(rollTrust(renewed(true, 2_000), 2_001, POLICY).renewing).toBe(true);
  });

  it('ends when the process was paused for longer than the gap', () => {
    const renewals = renewed(true, 1_000);
    expect(rollTrust(renewals, 1_000 + POLICY.gapMs, POLICY).renewing).toBe(true);
    expect(rollTrust(renewals, 1_001 + POLICY.gapMs, POLICY).renewing).toBe(false);
  });
});

describe('failed renewals', () => {
  const failedAt = (...moments: number[]) => {
    const failures = new RenewalFailures(POLICY);
    for (const moment of moments) failures.failed(moment);
    return failures;
  };
  const apart = (ms: number) => Array.from({ length: FAILED_RENEWALS_MAX }, (_, i) => i * ms);

  it('have the roll settle anew once they are enough, until one gets through', () => {
    const failures = failedAt(...apart(500).slice(1));
    expect(failures.settleAnewApartMs(1_000)).toBeUndefined();
    failures.failed(1_000);
    expect(failures.settleAnewApartMs(1_500)).toBe(SETTLE_ANEW_APART_MS);
    failures.succeeded();
    expect(failures.settleAnewApartMs(1_500)).toBeUndefined();
  });

  it('have it settle anew once, however long they go on', () => {
    const moments = Array.from({ length: 20 }, (_, index) => 500 * index);
    expect(failedAt(...moments).settleAnewApartMs(10_000)).toBe(10_000);
  });

  it('tell nothing when they are more than a gap old', () => {
    const lastAtMs = apart(500).at(-1)!;
    const failures = failedAt(...apart(500));
    expect(failures.settleAnewApartMs(lastAtMs + POLICY.gapMs)).toBeDefined();
    expect(failures.settleAnewApartMs(lastAtMs + POLICY.gapMs + 1)).toBeUndefined();
  });

  it('are not in a row when they are more than a gap apart', () => {
    const moments = apart(POLICY.gapMs + 1);
    expect(failedAt(...moments).settleAnewApartMs(moments.at(-1)!)).toBeUndefined();
  });
});
