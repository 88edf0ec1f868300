import { DEFAULT_TIMINGS, leasePolicy, SETTLE_ANEW_APART_MS } from '@rollcall/domain';
import { startTestRedis, type TestRedis } from '@rollcall/testing';
import type { Redis } from 'ioredis';
import { rollKeys } from './keys';
import { scriptCommands } from './lua/script-commands';
import { RedisSessionStore } from './redis-session-store';
import { pulseArguments } from './store-context';

const POLICY = leasePolicy(DEFAULT_TIMINGS);
const ROLL = { keyPrefix: 'rollcall', roll: 'main' };
const { pulse, settled } = rollKeys(ROLL);

/** What a connection has taken before it is given up may reach Redis much later, when packets pass again. */
describe('a renewal of a process whose renewals have failed', () => {
  let server: TestRedis;
  let redis: Redis;

  beforeAll(async () => {
    server = await startTestRedis();
    redis = server.client();
  });
  afterAll(() => server.stop());

  async function nowMs(): Promise<number> {
    const [seconds, microseconds] = await redis.time();
    return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
  }

  /** On a roll that has been written for a minute: whether it is settled still after a renewal that was under way so long. */
  async function isSettledAfter(underWayMs: number | undefined): Promise<boolean> {
    const now = await nowMs();
    await redis.set(pulse, `${now - 60_000}:${now}`);
    const sentAtMs = underWayMs === undefined ? -1 : now - underWayMs;
    const [isSettled] = (await scriptCommands(redis)(
      'renew',
      [pulse, settled],
      [...pulseArguments(POLICY), SETTLE_ANEW_APART_MS, sentAtMs, SETTLE_ANEW_APART_MS],
    )) as [number, number];
    return isSettled === 1;
  }

  it('has the roll settle anew, unless it was stuck on the way', async () => {
    expect(await isSettledAfter(0)).toBe(false);
    expect(await isSettledAfter(undefined)).toBe(false);
    expect(await isSettledAfter(SETTLE_ANEW_APART_MS + 500)).toBe(true);
  });

  it('says when it was sent, by the clock of Redis', async () => {
    const store = new RedisSessionStore(redis, ROLL, POLICY);
    await store.renew();
    const monitor = await redis.monitor();
    const sent = new Promise<string[]>((resolve) =>
      monitor.on('monitor', (_at: string, args: string[]) => {
        if (/^evalsha$/i.test(args[0] ?? '') && args.includes(pulse)) resolve(args);
      }),
    );
    await store.renew();
    const sentAtMs = Number((await sent).at(-2));
    monitor.disconnect();
    expect(Math.abs(sentAtMs - (await nowMs()))).toBeLessThan(SETTLE_ANEW_APART_MS);
  });
});
