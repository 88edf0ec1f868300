import { TestCa } from '../certificates/test-ca';
import { startTestCluster, type TestCluster } from './test-cluster';
import { startTestSentinel, type TestSentinel } from './test-sentinel';
import { startTestRedis, type TestRedis } from './test-redis';
import type { SecurityOptions } from './server-security';

async function locked(): Promise<SecurityOptions> {
  const ca = await TestCa.create();
  return {
    tls: { server: await ca.peer(), caPem: ca.certPem },
    users: ['user reader on >secret ~* &* -@all +get +ping'],
  };
}

describe('a Redis with TLS and users', () => {
  let redis: TestRedis;
  afterEach(() => redis?.stop());

  it('knows its operator and its users, and nobody else', async () => {
    redis = await startTestRedis(await locked());
    expect(await redis.client().set('a', '1')).toBe('OK');
    const reader = redis.client({ username: 'reader', password: 'secret' });
    expect(await reader.get('a')).toBe('1');
    await expect(reader.set('a', '2')).rejects.toThrow('NOPERM');
    expect(redis.url).toMatch(/^rediss:/);
    expect(redis.environment).toMatchObject({ REDIS_URL: redis.url, REDIS_USERNAME: 'operator' });
  });
});

describe.each([
  ['open', async () => ({})],
  ['with TLS and users', locked],
])('two servers under Sentinels, %s', (_, security) => {
  let roll: TestSentinel;
  beforeAll(async () => {
    roll = await startTestSentinel({ ...(await security()), downAfterMs: 3_000 });
  });
  afterAll(() => roll?.stop());

  it('fail over in an orderly way, and when the master dies', async () => {
    const client = roll.client();
    await client.set('a', '1');
    const first = await roll.master();
    const second = await roll.promote();
    expect(second.port).not.toBe(first.port);
    expect(await roll.client().get('a')).toBe('1');
    await roll.untilSettled();
    await second.kill();
    expect((await roll.masterOtherThan(second)).port).toBe(first.port);
    expect(await roll.client().get('a')).toBe('1');
    await second.restart();
    await roll.untilSettled();
    expect((await roll.replica()).port).toBe(second.port);
  });
});

describe.each([
  ['open', async () => ({})],
  ['with TLS and users', locked],
])('a Cluster, %s', (_, security) => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await startTestCluster(await security());
  });
  afterAll(() => cluster?.stop());

  it('fails over in an orderly way, and when a master dies', async () => {
    const client = cluster.client();
    await client.set('a', '1');
    const first = await cluster.masterOf('a');
    const second = await cluster.promote('a');
    expect(await client.get('a')).toBe('1');
    await cluster.untilSettled();
    expect((await cluster.replicasOf('a')).map(({ port }) => port)).toEqual([first.port]);
    await second.kill();
    expect((await cluster.masterOtherThan(second, 'a')).port).toBe(first.port);
    expect(await cluster.client().get('a')).toBe('1');
    await second.restart();
    await cluster.untilSettled();
  });

  it('moves a slot with its keys', async () => {
    const client = cluster.client();
    await client.mset('{b}1', '1', '{b}2', '2');
    const from = await cluster.masterOf('{b}');
    const to = (await cluster.masters()).find((master) => master !== from)!;
    await cluster.moveSlot('{b}', to);
    expect((await cluster.masterOf('{b}')).port).toBe(to.port);
    expect(await client.mget('{b}1', '{b}2')).toEqual(['1', '2']);
  });
});
