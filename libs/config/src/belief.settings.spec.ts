import { beliefPolicy, DEFAULT_BELIEF } from '@rollcall/domain';
import { BeliefSettings } from './belief.settings';
import { readEnv, type Environment } from './read-env';
import { TimingSettings } from './timing.settings';

const read = (env: Environment) => readEnv({ belief: BeliefSettings }, env).belief;

/** A tenth of the default timings. */
const SCALED_LEASE = {
  HEARTBEAT_INTERVAL_MS: '500',
  LEASE_TTL_MS: '2000',
  RETENTION_MS: '120000',
  SWEEP_INTERVAL_MS: '200',
};

describe('BeliefSettings', () => {
  it('become the default belief policy', () => {
    expect(read({})).toEqual(beliefPolicy(DEFAULT_BELIEF));
  });

  it('become what is set', () => {
    const env = {
      ...SCALED_LEASE,
      PROBE_MODE: 'off',
      PROBE_PERIOD_MS: '1000',
      PROBE_TIMEOUT_MS: '250',
      PROBE_CONCURRENCY: '50',
      PROTECTION_THRESHOLD: '0.5',
      PROTECTION_CONFIRM_MS: '6000',
      HOLD_MAX_MS: '180000',
    };
    expect(read(env)).toEqual({
      probeMode: 'off',
      probePeriodMs: 1_000,
      probeTimeoutMs: 250,
      probeConcurrency: 50,
      protectionThreshold: 0.5,
      protectionConfirmMs: 6_000,
      holdMaxMs: 180_000,
      verdictTtlMs: 1_500,
    });
  });

  it.each([
    ['PROBE_MODE', 'udp', 'PROBE_MODE must be tcp or off'],
    ['PROBE_PERIOD_MS', '49', 'PROBE_PERIOD_MS must be a whole number of milliseconds from 50'],
    ['PROBE_TIMEOUT_MS', '1.5', 'PROBE_TIMEOUT_MS must be a whole number of milliseconds from 50'],
    ['PROBE_CONCURRENCY', '0', 'PROBE_CONCURRENCY must be a whole number from 1 to 10000'],
    ['PROTECTION_THRESHOLD', '0', 'PROTECTION_THRESHOLD must be above 0 and at most 1'],
    ['PROTECTION_THRESHOLD', '30', 'PROTECTION_THRESHOLD must be above 0 and at most 1'],
    ['PROTECTION_THRESHOLD', '30%', 'PROTECTION_THRESHOLD must be a number, such as 0.3'],
    ['PROTECTION_CONFIRM_MS', '-1', 'PROTECTION_CONFIRM_MS must be a whole number'],
    ['HOLD_MAX_MS', '86400001', 'HOLD_MAX_MS must be a whole number of milliseconds from 50'],
  ])('refuse %s=%s', (name, value, sentence) => {
    expect(() => read({ [name]: value })).toThrow(sentence);
  });

  it('refuse what does not fit the lease, which is another group’s', () => {
    expect(() => read(SCALED_LEASE)).toThrow(/^PROBE_PERIOD_MS \(10000\).*LEASE_TTL_MS \(2000\)/);
    const both = { timing: TimingSettings, belief: BeliefSettings };
    const problem = (env: Environment) => {
      try {
        return String(readEnv(both, env));
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(problem({ LEASE_TTL_MS: '100' }).match(/LEASE_TTL_MS \(100\) must be/g)).toHaveLength(1);
  });
});
