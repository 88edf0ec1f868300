import { DEFAULT_TIMINGS, leasePolicy, type SessionList, type TokenDigest } from '@rollcall/domain';
import {
  aReport,
  listed,
  localId,
  openMonitor,
  publicId,
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
/** ioredis names a script's text once a minute (EVAL), and its hash otherwise (EVALSHA). */
const NAMES: Record<string, string> = { eval: 'script', evalsha: 'script' };

describe('what the store costs', () => {
  let server: TestRedis;
  let redis: Redis;
  let observer: Redis;
  let store: RedisSessionStore;

  beforeAll(async () => {
    server = await startTestRedis();
    observer = server.client();
    await loadScripts();
  });
  afterAll(() => server.stop());

  beforeEach(async () => {
    await observer.flushall();
    await settle();
    redis = server.client();
    store = new RedisSessionStore(redis, ROLL, POLICY);
    await store.report(
      aReport({ server: 'gpu-1', sequence: 1, sessions: ['console', 'cad', 'a~b'] }),
    );
  });
  afterEach(() => redis.disconnect());

  it('answers a hit with one GET, by qualified and by bare id', async () => {
    expect(await commandsOf(() => store.lookup(publicId('gpu-1~console')))).toEqual(['get']);
    expect(await commandsOf(() => store.lookup(publicId('cad')))).toEqual(['get']);
  });

  it('answers a session missing from a fresh list with one GET', async () => {
    expect(await commandsOf(() => store.lookup(publicId('gpu-1~gone')))).toEqual(['get']);
  });

  it('reads once more for a claim made before the roll settled', async () => {
    await observer.del(KEYS.pulse);
    await store.report(aReport({ server: 'gpu-2', sequence: 1, sessions: ['early'] }));
    expect(await commandsOf(() => store.lookup(publicId('early')))).toEqual(['get', 'get']);
  });

  it('answers a miss with one single-slot read more', async () => {
    expect(await commandsOf(() => store.lookup(publicId('gpu-9~console')))).toEqual([
      'get',
      'mget',
    ]);
    expect(await commandsOf(() => store.lookup(publicId('nowhere')))).toEqual(['get', 'mget']);
  });

  it('sends an unchanged report as one touch', async () => {
    const again = aReport({ server: 'gpu-1', sequence: 2, sessions: ['console', 'cad', 'a~b'] });
    expect(await commandsOf(() => store.report(again))).toEqual(['script']);
  });

  it('sends a changed report as one script', async () => {
    const changed = aReport({ server: 'gpu-1', sequence: 2, sessions: ['console', 'new'] });
    expect(await commandsOf(() => store.report(changed))).toEqual(['script']);
  });

  it('sends a report of a reopened session as one script, and the next as a touch', async () => {
    const report = (sequence: number, sessions: SessionList) =>
      store.report(aReport({ server: 'gpu-1', sequence, sessions }));
    await report(2, listed('console', 'cad'));
    const commands = await commandsOf(async () => {
      await report(3, reopened('console', 'cad'));
      await report(4, listed('console', 'cad'));
    });
    expect(commands).toEqual(['script', 'script']);
  });

  it('finds a token with one script, and who has an id with one read, or two while it is contested', async () => {
    const name = { server: serverId('gpu-1'), session: localId('console') };
    await store.grantToken(name, 'digest' as TokenDigest, { user: 'alice' }, 60_000);
    expect(await commandsOf(() => store.findGrant(name, 'digest' as TokenDigest))).toEqual([
      'script',
    ]);
    const findClaimants = () => store.findClaimants(name.session);
    expect(await commandsOf(findClaimants)).toEqual(['mget']);
    await store.report(aReport({ server: 'gpu-2' }));
    expect(await commandsOf(findClaimants)).toEqual(['mget', 'hgetall']);
  });

  it('needs two round trips after a restart of the agent, and one from then on', async () => {
    const restarted = new RedisSessionStore(redis, ROLL, POLICY);
    const sessions = ['console', 'cad', 'a~b'];
    expect(
      await commandsOf(() =>
        restarted.report(aReport({ server: 'gpu-1', boot: 2, sequence: 1, sessions })),
      ),
    ).toEqual(['script', 'script']);
    expect(
      await commandsOf(() =>
        restarted.report(aReport({ server: 'gpu-1', boot: 2, sequence: 2, sessions })),
      ),
    ).toEqual(['script']);
  });

  it('needs two round trips after the store has lost everything', async () => {
    const report = (sequence: number) =>
      aReport({ server: 'gpu-1', sequence, sessions: ['console', 'cad', 'a~b'] });
    await store.report(report(2));
    await observer.flushall();
    expect(await commandsOf(() => store.report(report(3)))).toEqual(['script', 'script']);
    expect(await store.lookup(publicId('gpu-1~cad'))).toMatchObject({ kind: 'answer' });
  });

  it('goes on after SCRIPT FLUSH without an error', async () => {
    const report = (sequence: number, ...sessions: string[]) =>
      aReport({ server: 'gpu-1', sequence, sessions });
    await store.report(report(2, 'console', 'cad', 'a~b'));
    await observer.script('FLUSH');
    expect(await store.report(report(3, 'console', 'cad', 'a~b'))).toEqual({ kind: 'applied' });
    await observer.script('FLUSH');
    expect(await store.report(report(4, 'console'))).toEqual({ kind: 'applied' });
  });

  it('touches an id that many servers claim without repeating the report', async () => {
    const hosts = Array.from({ length: 40 }, (_, index) => `host-${index}`);
    const reportAll = async (sequence: number) => {
      for (const host of hosts)
        await store.report(aReport({ server: host, sequence, sessions: ['console'] }));
    };
    await reportAll(1);
    await reportAll(2);
    const commands = await commandsOf(() => reportAll(3));
    expect(commands).toEqual(hosts.map(() => 'script'));
  });

  it('keeps every key it writes under the roll’s prefix and hash tag, whatever the ids hold', async () => {
    const odd = ['*', '{other}:x', 'ключ', '../../etc', 'a b', '"', '%s', 'x'.repeat(256), '🖥️'];
    await store.report(aReport({ server: 'odd.1', sessions: odd }));
    await store.report(aReport({ server: 'odd.2', sessions: odd }));
    await store.withdraw(serverId('odd.1'), { boot: 1, sequence: 9 });
    const keys = await observer.keys('*');
    expect(keys.filter((key) => !key.startsWith('rollcall:{main}:'))).toEqual([]);
    for (const id of odd) {
      expect(await store.lookup(publicId(`odd.2~${id}`))).toMatchObject({
        destination: { session: id },
      });
    }
  });

  /** The roll was written for a minute without a gap. */
  async function settle(): Promise<void> {
    const now = Number((await observer.time())[0]) * 1000;
    await observer.set(KEYS.pulse, `${now - 60_000}:${now}`);
  }

  /** So that no test meets a script that Redis does not know yet. */
  async function loadScripts(): Promise<void> {
    const warmUp = new RedisSessionStore(server.client(), ROLL, POLICY);
    await warmUp.report(aReport({ sequence: 1 }));
    await warmUp.report(aReport({ sequence: 2 }));
  }

  /** What the store's connection sent meanwhile, in order; what scripts call inside Redis does not count. */
  async function commandsOf(work: () => Promise<unknown>): Promise<string[]> {
    const monitor = await openMonitor(observer);
    const seen: string[] = [];
    const marker = `end-${Math.random()}`;
    const done = new Promise<void>((resolve) => {
      monitor.on('monitor', (_time: string, args: string[], source: string) => {
        if (args[1] === marker) resolve();
        else if (source !== 'lua') seen.push(NAMES[args[0] ?? ''] ?? args[0] ?? '');
      });
    });
    await work();
    await observer.echo(marker);
    await done;
    monitor.disconnect();
    return seen;
  }
});
