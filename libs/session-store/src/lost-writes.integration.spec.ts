import { DEFAULT_TIMINGS, leasePolicy } from '@rollcall/domain';
import { aReport, publicId, startTestRedis, type TestRedis } from '@rollcall/testing';
import type { Redis } from 'ioredis';
import { rollKeys } from './keys';
import { RedisSessionStore } from './redis-session-store';

const POLICY = leasePolicy(DEFAULT_TIMINGS);
const ROLL = { keyPrefix: 'rollcall', roll: 'main' };
const KEYS = rollKeys(ROLL);

/** A promoted replica may lack the last writes: one key says what another one no longer does. */
describe('an unchanged report after a fail-over that lost writes', () => {
  let server: TestRedis;
  let redis: Redis;
  let store: RedisSessionStore;
  const own = aReport({ server: 'gpu-1', sequence: 2, sessions: ['cad'] });
  const other = aReport({
    server: 'gpu-2',
    sequence: 1,
    sessions: ['cad'],
    endpoint: { host: '10.0.0.2' },
  });
  const bare = KEYS.bare(own.sessions.kind === 'listed' ? own.sessions.ids[0]! : ('' as never));

  beforeAll(async () => {
    server = await startTestRedis();
    redis = server.client();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    await redis.flushall();
    store = new RedisSessionStore(redis, ROLL, POLICY);
  });

  it('I4: never renews what another server is now answering for: it contests it', async () => {
    await store.report(other);
    const theirs = await redis.get(bare);
    await redis.flushall();
    await store.report({ ...own, sequence: 1 });
    await redis.set(bare, theirs!, 'PX', 3_000);
    expect(await store.report(own)).toEqual({ kind: 'applied' });
    expect(await store.lookup(publicId('cad'))).toEqual({ kind: 'ambiguous' });
    expect(await redis.zscore(KEYS.claims(publicId('cad').local), 'gpu-2')).not.toBeNull();
  });

  it('I8: brings back a bare id that was lost', async () => {
    await store.report({ ...own, sequence: 1 });
    await redis.del(bare);
    expect(await store.report(own)).toEqual({ kind: 'applied' });
    expect(await store.lookup(publicId('cad'))).toMatchObject({ destination: { server: 'gpu-1' } });
  });

  it('I8: brings back an answer that was lost', async () => {
    await store.report({ ...own, sequence: 1 });
    await redis.del(KEYS.answer(own.server));
    expect(await store.report(own)).toEqual({ kind: 'applied' });
    expect(await store.lookup(publicId('gpu-1~cad'))).toMatchObject({ kind: 'answer' });
  });

  it('I8: brings back a record that was lost', async () => {
    await store.report({ ...own, sequence: 1 });
    await redis.del(KEYS.record(own.server));
    expect(await store.report(own)).toEqual({ kind: 'applied' });
    expect((await store.servers(0, 10)).servers).toMatchObject([
      { server: 'gpu-1', sessions: ['cad'] },
    ]);
  });

  it('I8: a list that went back to an earlier one becomes the newest again, and what it no longer holds is gone', async () => {
    await store.report(aReport({ server: 'gpu-1', sequence: 1, sessions: ['cad', 'old'] }));
    const keys = await redis.keys('*');
    const earlier = await Promise.all(
      keys.map(async (key) => [key, await redis.dumpBuffer(key), await redis.pttl(key)] as const),
    );
    await store.report(own);
    await store.report({ ...own, sequence: 3 });
    for (const [key, dump, ttl] of earlier)
      await redis.restore(key, Math.max(0, ttl), dump, 'REPLACE');
    expect(await store.report({ ...own, sequence: 4 })).toEqual({ kind: 'applied' });
    expect(await store.lookup(publicId('gpu-1~old'))).toEqual({ kind: 'not-listed' });
    expect(await store.lookup(publicId('old'))).toMatchObject({ kind: 'absent' });
  });
});
