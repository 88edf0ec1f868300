import { setTimeout as delay } from 'node:timers/promises';
import { RollUnderTest, SCALED_TIMINGS, settleAfterMs } from './roll-under-test.mjs';
import { longestPauseMs, statuses, Traffic } from './traffic.mjs';

const { interval, lease } = SCALED_TIMINGS;
const BACK_MS = 1.1 * interval + 2_000;
const W_MS = settleAfterMs(SCALED_TIMINGS);
const LONGER_THAN_THE_LEASE_MS = 1.5 * lease;
const LIVE = ['gpu-1~one', 'gpu-2~two', 'one', 'two'];
/** Whoever writes tries to connect every half a second, and a little later with bad luck. */
const WRITTEN_WITHIN_MS = 1_000;
const UNKNOWN = 'gpu-9~nobody';

/** That an answer takes 300 ms at most is for the fault suite to judge, which has the machine to itself (F10, F12). */
const ANSWERED_BY_THEN_MS = 1_000;

describe('a store that goes away', () => {
  let roll;
  let operator;

  beforeEach(async () => {
    roll = await RollUnderTest.start({ persistence: 'always' });
    operator = roll.redis.client();
    await Promise.all([roll.startHost('gpu-1', ['one']), roll.startHost('gpu-2', ['two'])]);
    for (const id of LIVE) expect(await roll.becomes(id, 200, 10_000)).toBeDefined();
  });
  afterEach(() => roll?.stop());

  /** Since when the roll has been written without a gap, by its pulse. */
  async function writtenSince() {
    const [sinceMs] = String(await operator.get('rollcall:{main}:pulse'))
      .split(':')
      .map(Number);
    return sinceMs - performance.timeOrigin;
  }

  it('is killed under load, and back with its data after longer than the lease: 503, then 200 within 1 s; no 404, nobody evicted', async () => {
    const traffic = new Traffic(roll, LIVE);
    await delay(300);
    const goneAt = performance.now();
    await roll.redis.kill();
    await delay(LONGER_THAN_THE_LEASE_MS);
    const returnsAt = performance.now();
    await roll.redis.restart();
    const backAt = performance.now();
    await delay(W_MS + lease);
    const history = await traffic.stop();

    expect(longestPauseMs(history)).toBeLessThan(interval);
    expect(statuses(history)[404]).toBeUndefined();
    expectOnly503(history, goneAt + 100, returnsAt);
    expect(Object.keys(statuses(traffic.since(backAt + 1_000)))).toEqual(['200']);
    expect(await eventsOf('server.lost')).toEqual([]);
  });

  it('I5: comes back empty: 503 until everything resolves again, by qualified id within 1.1 × interval + 2 s, by bare id within W; no 404', async () => {
    const traffic = new Traffic(roll, LIVE);
    await delay(300);
    await roll.redis.kill();
    await delay(lease);
    await roll.redis.restart({ empty: true });
    const backAt = performance.now();
    await delay(WRITTEN_WITHIN_MS + W_MS + 2 * interval);
    const history = await traffic.stop();

    expect(longestPauseMs(history)).toBeLessThan(interval);
    expect(Object.keys(statuses(history)).sort()).toEqual(['200', '503']);
    const qualified = traffic.since(backAt + BACK_MS).filter(({ id }) => id.includes('~'));
    expect(Object.keys(statuses(qualified))).toEqual(['200']);
    const writtenAt = await writtenSince();
    expect(writtenAt - backAt).toBeLessThan(WRITTEN_WITHIN_MS);
    const bare = traffic.since(writtenAt + W_MS + interval).filter(({ id }) => !id.includes('~'));
    expect(Object.keys(statuses(bare))).toEqual(['200']);
  });

  it('I5: is emptied without a lost connection: no 404 for a live session', async () => {
    const traffic = new Traffic(roll, LIVE);
    await delay(300);
    await operator.flushall();
    const emptiedAt = performance.now();
    await delay(W_MS + 2 * interval);
    const history = await traffic.stop();
    expect(Object.keys(statuses(history)).sort()).toEqual(['200', '503']);
    const qualified = traffic.since(emptiedAt + BACK_MS).filter(({ id }) => id.includes('~'));
    expect(Object.keys(statuses(qualified))).toEqual(['200']);
  });

  it('refuses writes while reads work, for longer than the lease: last known answers, no 404, an unknown id 503; nobody evicted', async () => {
    const traffic = new Traffic(roll, LIVE);
    await delay(300);
    await operator.config('SET', 'min-replicas-to-write', '1');
    await delay(LONGER_THAN_THE_LEASE_MS);
    const stale = await roll.lookup('gpu-1~one');
    const unknown = await roll.lookup(UNKNOWN);
    await operator.config('SET', 'min-replicas-to-write', '0');
    const backAt = performance.now();
    await delay(BACK_MS + lease);
    const history = await traffic.stop();

    expect(stale).toMatchObject({ status: 200, stale: 'unsettled' });
    expect(unknown).toMatchObject({ status: 503, body: { code: 'ROLL_WARMING' } });
    expect(Object.keys(statuses(history))).toEqual(['200']);
    expect(traffic.since(backAt + BACK_MS).every((answer) => answer.stale === null)).toBe(true);
    expect(await eventsOf('server.lost')).toEqual([]);
  });

  it('hangs for longer than the lease: 503 all the while, liveness green, readiness red; 200 within 1 s after', async () => {
    const traffic = new Traffic(roll, LIVE);
    await delay(300);
    await roll.redis.pause();
    const goneAt = performance.now();
    await delay(LONGER_THAN_THE_LEASE_MS);
    expect(await roll.resolver.answers('/health/live')).toBe(true);
    expect(await roll.resolver.answers('/health/ready')).toBe(false);
    const returnsAt = performance.now();
    await roll.redis.resume();
    const backAt = performance.now();
    await delay(W_MS + lease);
    const history = await traffic.stop();
    expect(statuses(history)[404]).toBeUndefined();
    expectOnly503(history, goneAt, returnsAt);
    expect(Object.keys(statuses(traffic.since(backAt + 1_000)))).toEqual(['200']);
    expect(await eventsOf('server.lost')).toEqual([]);
  });

  /** Of the lookups between two moments at which the store is away: nobody waits for it. */
  function expectOnly503(history, fromMs, toMs) {
    const during = history.filter(
      ({ startedAt }) => startedAt > fromMs && startedAt < toMs - ANSWERED_BY_THEN_MS,
    );
    expect(Object.keys(statuses(during))).toEqual(['503']);
    expect(during.every(({ retryAfter }) => retryAfter === '1')).toBe(true);
    expect(during.every(({ endedAt }) => endedAt < toMs)).toBe(true);
  }

  async function eventsOf(type) {
    const entries = await operator.xrange('rollcall:{main}:events', '-', '+');
    return entries.filter(([, fields]) => fields[fields.indexOf('type') + 1] === type);
  }
});
