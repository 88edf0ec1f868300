import { DEFAULT_TIMINGS, leasePolicy } from '@rollcall/domain';
import { aReport, serverId, startTestRedis, type TestRedis } from '@rollcall/testing';
import type { Redis } from 'ioredis';
import { rollKeys } from './keys';
import { RedisSessionStore } from './redis-session-store';

const POLICY = leasePolicy(DEFAULT_TIMINGS);
const ROLL = { keyPrefix: 'rollcall', roll: 'main' };
const RECORD = rollKeys(ROLL).record(serverId('gpu-1'));
/** Where the header has the moment at which the record was kept on, and how wide it is. */
const KEPT_AT = { offset: 38, width: 13 };
const TIME_OF_A_TEST_MS = 30_000;

describe('the record of a server that reports the same again and again', () => {
  let server: TestRedis;
  let operator: Redis;
  let store: RedisSessionStore;

  beforeEach(async () => {
    server = await startTestRedis();
    operator = server.client();
    store = new RedisSessionStore(server.client(), ROLL, POLICY);
    await store.report(aReport({ server: 'gpu-1', sequence: 1, sessions: ['cad'] }));
  });
  afterEach(() => server.stop());

  it('is not kept on with every report', async () => {
    const { wouldEndAtMs, endsAtMs } = await reportedAgain(-80_000);
    expect(endsAtMs).toBe(wouldEndAtMs);
  });

  it.each([
    ['after a tenth of the retention', -91_000],
    ['no longer than the retention when the clock has gone back', 60_000],
  ])('is kept on %s', async (_, ms) => {
    const { now, endsAtMs } = await reportedAgain(ms);
    expect(endsAtMs).toBeGreaterThanOrEqual(now + POLICY.retentionMs);
    expect(endsAtMs).toBeLessThan(now + POLICY.retentionMs + TIME_OF_A_TEST_MS);
  });

  /** A report of a server whose record was kept on so long from now. */
  async function reportedAgain(ms: number) {
    const [seconds] = await operator.time();
    const now = Number(seconds) * 1_000;
    const keptAtMs = now + ms;
    const wouldEndAtMs = keptAtMs + POLICY.retentionMs;
    await operator.setrange(RECORD, KEPT_AT.offset, String(keptAtMs).padStart(KEPT_AT.width, '0'));
    await operator.pexpireat(RECORD, wouldEndAtMs);
    const report = aReport({ server: 'gpu-1', sequence: 2, sessions: ['cad'] });
    expect(await store.report(report)).toEqual({ kind: 'applied' });
    return { now, wouldEndAtMs, endsAtMs: await operator.pexpiretime(RECORD) };
  }
});
