import { LOOKUP_BUDGET_MS } from '@rollcall/domain';
import { roleOptions } from './redis-roles';

const DEFAULT_NODE_TIMEOUT_MS = 15_000;

describe('what a role asks of its connection', () => {
  it.each(['resolve', 'report', 'sweep'] as const)('%s fails at once, and in time', (role) => {
    const { redis, cluster } = roleOptions(role, 500);
    expect(redis).toMatchObject({
      maxRetriesPerRequest: 0,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
    });
    expect(redis.commandTimeout).toBeLessThanOrEqual(500);
    const { maxRedirections = 0, retryDelayOnFailover = 0, enableOfflineQueue } = cluster;
    expect(enableOfflineQueue).toBe(false);
    expect(maxRedirections * retryDelayOnFailover).toBeLessThan(redis.commandTimeout ?? 0);
  });

  it('leaves a lookup time for its second read', () => {
    expect(roleOptions('resolve', 500).redis.commandTimeout).toBeLessThan(LOOKUP_BUDGET_MS);
  });

  it('has a worker outlast a failover of a Cluster by five seconds, though every other redirection takes no time', () => {
    const { redis, cluster } = roleOptions('worker', 500);
    expect(redis).toEqual({ maxRetriesPerRequest: null });
    const { maxRedirections = 0, retryDelayOnFailover = 0 } = cluster;
    expect((maxRedirections / 2) * retryDelayOnFailover).toBeGreaterThan(
      DEFAULT_NODE_TIMEOUT_MS + 5_000,
    );
  });
});
