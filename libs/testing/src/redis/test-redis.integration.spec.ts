import { startTestRedis } from './test-redis';
import type { TestRedis } from './test-redis';

describe('a Redis of a test’s own', () => {
  let redis: TestRedis;

  afterEach(() => redis?.stop());

  it('answers at its address', async () => {
    redis = await startTestRedis();
    expect(await redis.client().ping()).toBe('PONG');
    expect(redis.url).toBe(`redis://${redis.host}:${redis.port}`);
  });

  it('takes further settings', async () => {
    redis = await startTestRedis({
      args: ['--maxmemory-policy', 'noeviction', '--databases', '3'],
    });
    expect(await redis.client().config('GET', 'databases')).toEqual(['databases', '3']);
  });

  it('keeps its port and what it acknowledged over a kill', async () => {
    redis = await startTestRedis({ persistence: 'always' });
    const port = redis.port;
    await redis.client().set('seen', 'yes');
    await redis.kill();
    await redis.restart();
    expect(redis.port).toBe(port);
    expect(await redis.client().get('seen')).toBe('yes');
  });

  it('comes back empty when asked to', async () => {
    redis = await startTestRedis({ persistence: 'always' });
    await redis.client().set('seen', 'yes');
    await redis.restart({ empty: true });
    expect(await redis.client().dbsize()).toBe(0);
  });

  it('comes back empty from a restart without persistence', async () => {
    redis = await startTestRedis();
    await redis.client().set('seen', 'yes');
    await redis.restart();
    expect(await redis.client().dbsize()).toBe(0);
  });

  it('refuses connections while it is killed', async () => {
    redis = await startTestRedis();
    await redis.kill();
    const client = redis.client({ lazyConnect: true, retryStrategy: () => null });
    await expect(client.connect()).rejects.toThrow();
  });

  it('holds answers back while paused and gives them once resumed', async () => {
    redis = await startTestRedis();
    const client = redis.client();
    await client.ping();
    await redis.pause();
    const impatient = redis.client({ commandTimeout: 200, maxRetriesPerRequest: null });
    await expect(impatient.ping()).rejects.toThrow('Command timed out');
    const answer = client.ping();
    await redis.resume();
    expect(await answer).toBe('PONG');
  });

  it('can be stopped while paused, and twice', async () => {
    redis = await startTestRedis();
    await redis.pause();
    await redis.stop();
    await expect(redis.stop()).resolves.toBeUndefined();
  });
});

describe('a Redis that cannot be had', () => {
  const before = { ...process.env };

  afterEach(() => {
    process.env = { ...before };
  });

  it('is an error that says how to get one', async () => {
    Object.assign(process.env, { TEST_REDIS_KIND: 'process', TEST_REDIS_BIN: '/nowhere/redis' });
    await expect(startTestRedis()).rejects.toThrow('install redis-server or valkey-server');
  });

  it('is an error that shows what the server said', async () => {
    await expect(startTestRedis({ args: ['--no-such-setting', '1'] })).rejects.toThrow(
      'did not start',
    );
  });
});
