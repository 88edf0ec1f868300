import { DEFAULT_TIMINGS, leasePolicy } from '@rollcall/domain';
import { aReport, startTestRedis, type TestRedis } from '@rollcall/testing';
import type { Redis } from 'ioredis';
import { rollKeys } from './keys';
import { RedisSessionStore } from './redis-session-store';

const POLICY = leasePolicy(DEFAULT_TIMINGS);
const ROLL = { keyPrefix: 'rollcall', roll: 'main' };
const { pulse } = rollKeys(ROLL);

describe('a report that changes nothing', () => {
  let server: TestRedis;
  let operator: Redis;
  let store: RedisSessionStore;
  let nowMs: number;

  const theSame = (boot: number, sequence: number) =>
    aReport({ server: 'gpu-1', boot, sequence, sessions: ['cad'] });

  beforeAll(async () => {
    server = await startTestRedis();
    operator = server.client();
  });
  beforeEach(async () => {
    await operator.flushall();
    nowMs = Number((await operator.time())[0]) * 1_000;
    await operator.set(pulse, `${nowMs - 600_000}:${nowMs}`);
    store = new RedisSessionStore(server.client(), ROLL, POLICY);
    await store.report(theSame(1, 1));
  });
  afterAll(() => server.stop());

  it('is refused when a later boot has reported the same through another process', async () => {
    await new RedisSessionStore(server.client(), ROLL, POLICY).report(theSame(2, 1));
    expect(await store.report(theSame(1, 2))).toEqual({ kind: 'superseded', boot: 2 });
  });

  it('writes the pulse anew when the clock has gone back since it was written', async () => {
    await operator.set(pulse, `${nowMs}:${nowMs + 3_600_000}`);
    await store.report(theSame(1, 2));
    const [, lastMs] = ((await operator.get(pulse)) ?? '').split(':');
    expect(Number(lastMs)).toBeLessThan(nowMs + 60_000);
  });
});
