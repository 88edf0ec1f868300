import {
  localId,
  openMonitor,
  publicId,
  serverId,
  aReport,
  describeRandomOperations,
  describeSessionStore,
  startTestCluster,
  type StoreHarness,
  type TestCluster,
} from '@rollcall/testing';
import { readEnv, RedisSettings } from '@rollcall/config';
import { rollKeys } from './keys';
import { closeRedis } from './open-session-store';
import { connectRedis } from './redis-connection';
import { openSessionStore } from './open-session-store';
import { POLICY, redisHarness, ROLL } from './testing/redis-harness';

/** A busy machine with six servers more; the suite is no test of time-outs. */
const PATIENCE_MS = 5_000;

describeSessionStore('a Redis Cluster', harness);
describeRandomOperations('a Redis Cluster', harness, { operations: 150, seeds: [3] });

async function harness(): Promise<StoreHarness> {
  const cluster = await startTestCluster();
  const config = readEnv({ redis: RedisSettings }, cluster.environment).redis;
  const redis = connectRedis(config, 'report', {}, PATIENCE_MS);
  await new Promise((resolve) => redis.once('ready', resolve));
  return redisHarness(
    redis,
    async () => cluster.operator(await cluster.masterOf(rollKeys(ROLL).due)),
    async () => {
      await closeRedis(redis);
      await cluster.stop();
    },
  );
}

/** What a connection asks of any node to find its way. */
const OF_CONNECTIONS = [
  'auth',
  'client',
  'cluster',
  'hello',
  'info',
  'quit',
  'readonly',
  'subscribe',
];
const OF_REPLICAS = ['ping', 'psync', 'replconf'];
const ROUNDS = 30;
/** A replica hears one from its master every ten seconds. */
const PINGS_MAX = 4;

describe('a store in a Cluster', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await startTestCluster();
  });
  afterAll(() => cluster?.stop());

  it('asks nothing of the nodes that do not keep its roll', async () => {
    const config = readEnv({ redis: RedisSettings }, cluster.environment).redis;
    const opened = openSessionStore({ redis: config, policy: POLICY, role: 'sweep' });
    await opened.ready(PATIENCE_MS);
    const keeper = await cluster.masterOf(rollKeys(ROLL).due);
    const replicas = await cluster.replicasOf(rollKeys(ROLL).due);
    const others = cluster.nodes.filter((node) => node !== keeper && !replicas.includes(node));
    const asked: string[] = [];
    const monitors = await Promise.all(others.map((node) => openMonitor(cluster.operator(node))));
    for (const monitor of monitors)
      monitor.on('monitor', (_at: string, [name = '']: string[]) => asked.push(name.toLowerCase()));
    const { store } = opened;
    for (let round = 1; round <= ROUNDS; round++) {
      await store.report(aReport({ sequence: round }));
      await Promise.all([store.lookup(publicId('console')), store.renew(), store.ping()]);
      await Promise.all([store.servers(0, 10), store.survey(10), store.findLapsed(10)]);
      await Promise.all([store.sinceLastSweepMs(), store.sweepFinished()]);
      await store.findClaimants(localId('console'));
      await store.records([serverId('gpu-1')]);
    }
    await opened.close();
    for (const monitor of monitors) monitor.disconnect();
    const known = [...OF_CONNECTIONS, ...OF_REPLICAS];
    expect(asked.filter((name) => !known.includes(name))).toEqual([]);
    expect(asked.filter((name) => name === 'ping').length).toBeLessThanOrEqual(PINGS_MAX);
  });
});
