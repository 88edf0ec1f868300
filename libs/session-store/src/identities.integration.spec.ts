import { leasePolicy, DEFAULT_TIMINGS, EMPTY_KEPT_MS } from '@rollcall/domain';
import { describeIdentityStore, serverId, startTestRedis, type TestRedis } from '@rollcall/testing';
import type { IdentityDigest } from '@rollcall/domain';
import type { Redis } from 'ioredis';
import { rollKeys } from './keys';
import { RedisSessionStore } from './redis-session-store';

const ROLL = { keyPrefix: 'rollcall', roll: 'main' };
const KEY = rollKeys(ROLL).identities;
const GPU_1 = serverId('gpu-1');
const DIGEST = 'a'.repeat(43) as IdentityDigest;
const DAY_MS = 86_400_000;

function storeOn(redis: Redis) {
  return new RedisSessionStore(redis, ROLL, leasePolicy(DEFAULT_TIMINGS)).identities;
}

describeIdentityStore('Redis', async () => {
  const server = await startTestRedis();
  const redis = server.client();
  return {
    store: storeOn(redis),
    clear: async () => void (await redis.flushall()),
    stop: () => server.stop(),
  };
});

describe('identities in Redis', () => {
  let server: TestRedis;
  let redis: Redis;

  beforeAll(async () => {
    server = await startTestRedis();
    redis = server.client();
  });
  beforeEach(() => redis.flushall());
  afterAll(() => server?.stop());

  it('are one key of the roll that never expires, with digests alone in it', async () => {
    await storeOn(redis).issue(GPU_1, DIGEST);

    expect(await redis.keys('*')).toEqual([KEY]);
    expect(await redis.ttl(KEY)).toBe(-1);
    expect(await redis.hget(KEY, GPU_1)).toMatch(/^\d+\t0\ta{43}:\d+$/);
  });

  it('are revoked in a full store, which takes no new ones', async () => {
    const store = storeOn(redis);
    await store.issue(GPU_1, DIGEST);
    await redis.config('SET', 'maxmemory', '1');
    try {
      await expect(store.issue(serverId('gpu-2'), DIGEST)).rejects.toMatchObject({
        code: 'STORE_UNAVAILABLE',
        failure: 'full',
      });
      expect(await store.revoke(GPU_1, 'everything')).toEqual({ voided: 1 });
      expect((await store.read())?.identities.get(GPU_1)).toMatchObject({ revoked: true });
    } finally {
      await redis.config('SET', 'maxmemory', '0');
    }
  });

  it('forget what says nothing and is older than anybody remembers, and never a revocation', async () => {
    const nowMs = Date.now();
    const old = nowMs - EMPTY_KEPT_MS - 2 * DAY_MS;
    const young = nowMs - EMPTY_KEPT_MS;
    const records = { old: `${old}\t0`, young: `${young}\t0`, revoked: `${old}\t1` };
    await redis.hset(KEY, { '#': 'x', ...records });

    await storeOn(redis).issue(GPU_1, DIGEST);

    expect((await redis.hkeys(KEY)).sort()).toEqual(['#', 'gpu-1', 'revoked', 'young']);
  });

  it('pass over what is no record', async () => {
    const store = storeOn(redis);
    await redis.hset(KEY, { 'gpu-1': 'rubbish', 'no server': `1\t0\t${DIGEST}:1`, 'gpu-2': '' });

    expect(await store.read()).toEqual({ version: '', identities: new Map() });
    await store.issue(GPU_1, DIGEST);
    expect((await store.read())?.identities.get(GPU_1)?.tokens).toHaveLength(1);
  });

  it('are told unavailable, not absent, when Redis does not answer', async () => {
    const down = await startTestRedis();
    const store = storeOn(down.client({ maxRetriesPerRequest: 0, enableOfflineQueue: false }));
    await down.kill();
    await expect(store.read()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await down.stop();
  });
});
