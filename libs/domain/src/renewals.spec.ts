import { DEFAULT_TIMINGS, leasePolicy } from './lease-policy';
import { NO_RENEWALS, renewalFailed, renewed, rollTrust } from './renewals';

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
