import { DEFAULT_TIMINGS, leasePolicy } from '@rollcall/domain';
import { readEnv, type Environment } from './read-env';
import { TimingSettings } from './timing.settings';

const read = (env: Environment) => readEnv({ timing: TimingSettings }, env).timing;

describe('TimingSettings', () => {
  it('becomes the default lease policy', () => {
    expect(read({})).toEqual(leasePolicy(DEFAULT_TIMINGS));
  });

  it('derives the policy from what is set', () => {
    const env = {
      HEARTBEAT_INTERVAL_MS: '400',
      LEASE_TTL_MS: '1600',
      RETENTION_MS: '60000',
      SWEEP_INTERVAL_MS: '100',
    };

    expect(read(env)).toEqual(
      leasePolicy({ intervalMs: 400, leaseTtlMs: 1600, retentionMs: 60_000, sweepIntervalMs: 100 }),
    );
  });

  it('refuses to start with a lease that a live host could outlast', () => {
    expect(() => read({ LEASE_TTL_MS: '15000' })).toThrow(
      /^LEASE_TTL_MS \(15000\) must be at least 3 × HEARTBEAT_INTERVAL_MS/,
    );
  });

  it('says every relation that fails', () => {
    expect(() => read({ LEASE_TTL_MS: '15000', SWEEP_INTERVAL_MS: '9000' })).toThrow(
      /LEASE_TTL_MS .*\n.*SWEEP_INTERVAL_MS/,
    );
  });

  it.each(['HEARTBEAT_INTERVAL_MS', 'LEASE_TTL_MS', 'RETENTION_MS', 'SWEEP_INTERVAL_MS'])(
    'wants %s to be a whole number of at least 50',
    (name) => {
      expect(() => read({ [name]: '49' })).toThrow(`${name} must be at least 50`);
      expect(() => read({ [name]: '-5000' })).toThrow(`${name} must be at least 50`);
      expect(() => read({ [name]: '60000.5' })).toThrow(
        `${name} must be a whole number of milliseconds`,
      );
      expect(() => read({ [name]: '5s' })).toThrow(`${name} must be a number, such as`);
    },
  );
});
