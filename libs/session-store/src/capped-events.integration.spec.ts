import { DEFAULT_TIMINGS, leasePolicy } from '@rollcall/domain';
import { aReport, startTestRedis, type TestRedis } from '@rollcall/testing';
import { rollKeys } from './keys';
import { EVENTS_MAX, RedisSessionStore } from './redis-session-store';

const ROLL = { keyPrefix: 'rollcall', roll: 'main' };
const { events } = rollKeys(ROLL);
/** A stream is trimmed by whole nodes, each of so many entries at most (`stream-node-max-entries` of Redis). */
const NODE_MAX = 100;
const ADD_EVENTS = `for _ = 1, ARGV[1] do redis.call('XADD', KEYS[1], '*', 'type', 'server.joined') end`;

describe('the events of a roll', () => {
  let server: TestRedis;

  beforeEach(async () => {
    server = await startTestRedis();
  });
  afterEach(() => server.stop());

  it('are kept up to a number, and no more', async () => {
    const operator = server.client();
    const store = new RedisSessionStore(server.client(), ROLL, leasePolicy(DEFAULT_TIMINGS));
    await operator.eval(ADD_EVENTS, 1, events, EVENTS_MAX + 3 * NODE_MAX);

    await store.report(aReport({ server: 'gpu-1', sequence: 1, sessions: ['cad'] }));

    const kept = await operator.xlen(events);
    expect(kept).toBeGreaterThanOrEqual(EVENTS_MAX);
    expect(kept).toBeLessThanOrEqual(EVENTS_MAX + NODE_MAX);
    const [last] = await operator.xrevrange(events, '+', '-', 'COUNT', 1);
    expect(last?.[1]).toContain('session.opened');
  });
});
