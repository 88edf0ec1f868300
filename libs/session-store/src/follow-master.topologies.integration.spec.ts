import { readEnv, RedisSettings } from '@rollcall/config';
import { DEFAULT_TIMINGS, leasePolicy } from '@rollcall/domain';
import { aReport, startTestSentinel, type TestSentinel } from '@rollcall/testing';
import { rollKeys } from './keys';
import { openSessionStore, type OpenSessionStore } from './open-session-store';

const ROLL = { keyPrefix: 'rollcall', roll: 'main' };
/** The Sentinels leave an old master alone for about eight seconds. */
const SOON_MS = 4_000;
const RETRY_MS = 100;

describe('a connection through Sentinels, under min-replicas-to-write', () => {
  let redis: TestSentinel;
  let opened: OpenSessionStore;
  let sequence: number;
  let left: number;

  beforeEach(async () => {
    sequence = 0;
    left = 0;
    redis = await startTestSentinel({
      replicas: 2,
      args: ['--min-replicas-to-write', '1', '--min-replicas-max-lag', '1'],
    });
    const config = readEnv({ redis: RedisSettings }, redis.environment).redis;
    opened = openSessionStore({
      redis: config,
      policy: leasePolicy(DEFAULT_TIMINGS),
      role: 'report',
      observer: { leftMaster: () => (left += 1) },
    });
    await opened.ready(5_000);
    await taken();
  });
  afterEach(async () => {
    await opened.close();
    await redis.stop();
  });

  /** Reports until a report is taken, and says how long that took. */
  async function taken(): Promise<number> {
    const startedAt = performance.now();
    for (;;) {
      const outcome = await opened.store
        .report(aReport({ sequence: ++sequence }))
        .catch((error: { failure: string }) => error.failure);
      if (typeof outcome === 'object') return performance.now() - startedAt;
      if (performance.now() - startedAt > 20_000) throw new Error(`no report is taken: ${outcome}`);
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  const port = () => (opened.redis as { stream?: { remotePort?: number } }).stream?.remotePort;

  it('leaves a master that was replaced, long before the Sentinels make it a replica', async () => {
    const before = await redis.master();
    const after = await redis.promote();
    while (port() === before.port) {
      expect(await taken()).toBeLessThan(SOON_MS);
    }
    expect(port()).toBe(after.port);
    expect(left).toBe(1);
    expect(await before.client().info('replication')).toContain('role:master');
    expect(await after.client().exists(rollKeys(ROLL).due)).toBe(1);
  });

  it('stays with a master that has lost its replicas, and goes on reading', async () => {
    const master = await redis.master();
    const replicas = redis.servers.filter((server) => server !== master);
    const lost = jest.fn();
    await Promise.all(replicas.map((replica) => replica.kill()));
    let refused = 0;
    opened.redis.on('close', lost);
    while (refused < 20) {
      const report = opened.store.report(aReport({ sequence: ++sequence }));
      await report.catch(() => (refused += 1));
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      await opened.store.ping();
    }
    expect(lost).not.toHaveBeenCalled();
    expect(left).toBe(0);
    expect(port()).toBe(master.port);
  });
});
