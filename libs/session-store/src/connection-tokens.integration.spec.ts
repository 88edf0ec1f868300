import { DEFAULT_TIMINGS, GUESS_WINDOW_MS, leasePolicy, type TokenDigest } from '@rollcall/domain';
import {
  aReport,
  localId,
  reopened,
  serverId,
  startTestRedis,
  type TestRedis,
} from '@rollcall/testing';
import type { Redis } from 'ioredis';
import { rollKeys } from './keys';
import { RedisSessionStore } from './redis-session-store';

const POLICY = leasePolicy(DEFAULT_TIMINGS);
const ROLL = { keyPrefix: 'rollcall', roll: 'main' };
const KEYS = rollKeys(ROLL);
const CONSOLE = { server: serverId('gpu-1'), session: localId('console') };
const named = (session: string) => ({ server: CONSOLE.server, session: localId(session) });
const LONG_MS = 3_600_000;
const [TOKEN, OTHER] = ['digest-of-a-token', 'digest-of-another'] as TokenDigest[] as [
  TokenDigest,
  TokenDigest,
];

describe('connection tokens in Redis', () => {
  let server: TestRedis;
  let operator: Redis;
  let store: RedisSessionStore;

  beforeEach(async () => {
    server = await startTestRedis();
    operator = server.client();
    store = new RedisSessionStore(server.client(), ROLL, POLICY);
    await store.report(aReport());
    await store.grantToken(CONSOLE, TOKEN, { user: 'alice' }, LONG_MS);
  });
  afterEach(() => server.stop());

  it('are found, with who asks for them, while every write is refused', async () => {
    await operator.script('FLUSH');
    await operator.config('SET', 'min-replicas-to-write', '1');

    expect(await store.findGrant(CONSOLE, TOKEN)).toEqual({ user: 'alice' });
    expect(await store.findGrant(CONSOLE, OTHER)).toBeUndefined();
    expect(await store.findClaimants(CONSOLE.session)).toMatchObject([{ server: 'gpu-1' }]);
    for (const write of [
      () => store.grantToken(CONSOLE, OTHER, { user: 'bob' }, LONG_MS),
      () => store.revokeTokens(CONSOLE),
      () => store.countGuess('10.0.0.1'),
    ])
      await expect(write()).rejects.toMatchObject({ failure: 'refused' });
  });

  it('are found and revoked when memory is full, and a new one voids none', async () => {
    await fillUp();

    for (const write of [
      () => store.grantToken(CONSOLE, OTHER, { user: 'bob' }, 1),
      () => store.countGuess('10.0.0.1'),
    ])
      await expect(write()).rejects.toMatchObject({ failure: 'full' });
    expect(await store.findGrant(CONSOLE, TOKEN)).toEqual({ user: 'alice' });
    expect(await store.revokeTokens(CONSOLE)).toBe(1);
    expect(await operator.exists(KEYS.tokens(CONSOLE))).toBe(0);
  });

  it('go with a withdrawn server also when memory is full', async () => {
    await fillUp();
    await store.withdraw(CONSOLE.server, { boot: 1, sequence: 2 });

    expect(await store.findGrant(CONSOLE, TOKEN)).toBeUndefined();
  });

  it('go with a session that closes or reopens though a full store refuses the report, and stay with one that is kept', async () => {
    const [kept, closed, qualified] = ['kept', 'closed', 'closed~too'].map(named);
    await store.report(
      aReport({ sequence: 2, sessions: ['console', 'kept', 'closed', 'closed~too'] }),
    );
    for (const name of [kept, closed, qualified])
      await store.grantToken(name!, TOKEN, { user: 'alice' }, LONG_MS);
    await fillUp();
    const report = aReport({ sequence: 3, sessions: reopened('console', 'kept') });
    await expect(store.report(report)).rejects.toMatchObject({ failure: 'full' });

    for (const name of [CONSOLE, closed, qualified])
      expect(await store.findGrant(name!, TOKEN)).toBeUndefined();
    expect(await store.findGrant(kept!, TOKEN)).toEqual({ user: 'alice' });
    const [record] = (await store.servers(0, 1)).servers;
    expect(record).toMatchObject({ sequence: 3, sessions: expect.arrayContaining(['closed']) });
  });

  it('go with a server that withholds its sessions from a full store', async () => {
    await fillUp();
    const report = aReport({ sequence: 2, sessions: { kind: 'withheld' } });
    await expect(store.report(report)).rejects.toMatchObject({ failure: 'full' });

    expect(await store.findGrant(CONSOLE, TOKEN)).toBeUndefined();
  });

  it('stay when a full store is told late what was so once', async () => {
    await store.report(aReport({ sequence: 5 }));
    const restarted = new RedisSessionStore(server.client(), ROLL, POLICY);
    await fillUp();

    const late = { sequence: 4, sessions: [] };
    expect(await store.report(aReport(late))).toMatchObject({ kind: 'outdated' });
    expect(await restarted.report(aReport(late))).toMatchObject({ kind: 'outdated' });
    expect(await store.findGrant(CONSOLE, TOKEN)).toEqual({ user: 'alice' });
  });

  it('go when a server is back that the store has forgotten, also as long as it is full', async () => {
    const forgotten = async () => {
      await operator.del(KEYS.record(CONSOLE.server));
      return new RedisSessionStore(server.client(), ROLL, POLICY);
    };
    await (await forgotten()).report(aReport({ boot: 2 }));
    expect(await store.findGrant(CONSOLE, TOKEN)).toBeUndefined();

    await store.grantToken(CONSOLE, OTHER, { user: 'bob' }, LONG_MS);
    const restarted = await forgotten();
    await fillUp();
    await expect(restarted.report(aReport({ boot: 3 }))).rejects.toMatchObject({
      failure: 'full',
    });
    expect(await store.findGrant(CONSOLE, OTHER)).toBeUndefined();
  });

  it('are void when a process that has reported nothing yet says that their session was reopened', async () => {
    const restarted = new RedisSessionStore(server.client(), ROLL, POLICY);
    await restarted.report(aReport({ boot: 2, sessions: reopened('console') }));

    expect(await store.findGrant(CONSOLE, TOKEN)).toBeUndefined();
  });

  it('are one key of a session, which lasts as long as its longest token', async () => {
    await store.grantToken(CONSOLE, OTHER, { user: 'bob' }, 2 * LONG_MS);
    expect(await keysOf('t')).toEqual([KEYS.tokens(CONSOLE)]);
    await expectToLast(KEYS.tokens(CONSOLE), 2 * LONG_MS);

    await store.revokeTokens(CONSOLE, 'bob');
    await expectToLast(KEYS.tokens(CONSOLE), LONG_MS);
    await store.revokeTokens(CONSOLE, 'alice');
    expect(await keysOf('t')).toEqual([]);
  });

  it('are dropped, once their time is over, by the next one that is granted', async () => {
    const past = `${Date.now() - LONG_MS}\tbob\t`;
    await operator.hset(KEYS.tokens(CONSOLE), OTHER, past);
    await store.grantToken(CONSOLE, 'a third' as TokenDigest, { user: 'carol' }, LONG_MS);

    expect(await operator.hkeys(KEYS.tokens(CONSOLE))).toEqual([TOKEN, 'a third']);
  });

  it('cost a session that has none nothing', async () => {
    const sessions = ['console', 'cad', 'with~tilde'];
    await store.report(aReport({ server: 'gpu-2', sessions }));
    await store.report(aReport({ server: 'gpu-2', sequence: 2, sessions: ['cad'] }));
    await store.revokeTokens({ server: serverId('gpu-2'), session: localId('cad') });

    expect(await keysOf('t')).toEqual([KEYS.tokens(CONSOLE)]);
  });

  it('that are wrong leave one key for an address however it is spelt, and one for all that is none', async () => {
    const spellings = ['10.0.0.1', '::ffff:10.0.0.1', '::FFFF:a00:1', '0:0:0:0:0:ffff:10.0.0.1'];
    const others = ['2001:db8::1', '2001:DB8:0::01'];
    const none = ['', '*', '}:due', 'a\r\nb', '10.0.0.1 ', 'fe80::1%eth0', 'x'.repeat(100_000)];
    for (const source of [...spellings, ...others, ...none]) await store.countGuess(source);

    const keys = ['20010db8000000000000000000000001', 'ffff0a000001', 'unknown'];
    expect(await keysOf('g')).toEqual(keys.map((text) => `rollcall:{main}:g:${text}`));
    for (const key of await keysOf('g')) await expectToLast(key, GUESS_WINDOW_MS);
  });

  async function fillUp(): Promise<void> {
    await operator.config('SET', 'maxmemory-policy', 'noeviction');
    await operator.config('SET', 'maxmemory', '1mb');
  }

  async function keysOf(letter: string): Promise<string[]> {
    return (await operator.keys(`rollcall:{main}:${letter}:*`)).sort();
  }

  async function expectToLast(key: string, ttlMs: number): Promise<void> {
    const leftMs = await operator.pttl(key);
    expect(leftMs).toBeLessThanOrEqual(ttlMs);
    expect(leftMs).toBeGreaterThan(0.5 * ttlMs);
  }
});
