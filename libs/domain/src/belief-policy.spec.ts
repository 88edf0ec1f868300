import { beliefPolicy, beliefProblems, DEFAULT_BELIEF } from './belief-policy';
import { DEFAULT_TIMINGS, leasePolicy } from './lease-policy';

const LEASE = leasePolicy(DEFAULT_TIMINGS);
const SCALED = leasePolicy({
  intervalMs: 500,
  leaseTtlMs: 2_000,
  retentionMs: 120_000,
  sweepIntervalMs: 200,
});
const problems = (traits: Partial<typeof DEFAULT_BELIEF>, lease = LEASE) =>
  beliefProblems({ ...DEFAULT_BELIEF, ...traits }, lease);

describe('the belief policy', () => {
  it('takes a verdict for fresh for one and a half probe periods', () => {
    expect(beliefPolicy(DEFAULT_BELIEF).verdictTtlMs).toBe(15_000);
  });

  it('fits the lease by default, and scaled', () => {
    expect(problems({})).toEqual([]);
    const scaled = { probePeriodMs: 1_000, probeTimeoutMs: 250, holdMaxMs: 180_000 };
    expect(problems(scaled, SCALED)).toEqual([]);
  });

  it.each([
    ['PROBE_TIMEOUT_MS', { probePeriodMs: 1_999 }],
    ['PROBE_PERIOD_MS', { probePeriodMs: 16_001 }],
    ['PROBE_TIMEOUT_MS', { probeTimeoutMs: 4_001, probePeriodMs: 8_100 }],
    ['HOLD_MAX_MS', { holdMaxMs: 19_999 }],
  ])('says in a sentence with %s what does not fit', (name, traits) => {
    expect(problems(traits)[0]).toMatch(new RegExp(`^${name} \\(`));
  });

  it('says each of several problems', () => {
    expect(problems({ probePeriodMs: 60_000, holdMaxMs: 1 })).toHaveLength(2);
    expect(problems({}, SCALED)).toHaveLength(2);
  });
});
