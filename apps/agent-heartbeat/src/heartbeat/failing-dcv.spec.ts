import { publicId, type InMemorySessionStore } from '@rollcall/testing';
import { onJestTime, pass } from '../testing/jest-time';
import type { RecordedLog } from '../testing/recorded-log';
import { fails, lists, SimulatedAgent } from '../testing/simulated-agent';

let log: RecordedLog;
let store: InMemorySessionStore;

beforeEach(() => {
  ({ log, store } = onJestTime());
});

afterEach(() => jest.useRealTimers());

describe('a failing dcv', () => {
  it('makes the host unhealthy at once, with its last sessions', async () => {
    const agent = new SimulatedAgent(store).start();
    await pass(1_000);
    agent.dcv = fails;

    await pass(1_000);

    expect(agent.reports.at(-1)).toMatchObject({
      healthy: false,
      sessions: { kind: 'listed', ids: ['console'] },
    });
    expect(await store.lookup(publicId('gpu-1~console'))).toMatchObject({ kind: 'answer' });
  });

  it('takes the sessions off the roll when the grace is over, and not before', async () => {
    const agent = new SimulatedAgent(store).start();
    await pass(0);
    agent.dcv = fails;

    await pass(29_999);
    expect(agent.lists).not.toContain('withheld');
    await pass(2_001);

    expect(agent.lists.at(-1)).toBe('withheld');
    expect(await store.lookup(publicId('gpu-1~console'))).toEqual({ kind: 'not-listed' });
  });

  it('that recovers brings them back at once', async () => {
    const agent = new SimulatedAgent(store);
    agent.dcv = fails;
    agent.start();
    await pass(60_000);
    expect(agent.lists.at(-1)).toBe('withheld');
    agent.dcv = lists('console');

    await pass(2_000);

    expect(agent.reports.at(-1)).toMatchObject({ healthy: true, sessions: { ids: ['console'] } });
    expect(await store.lookup(publicId('console'))).toMatchObject({ kind: 'answer' });
  });

  it('is logged once, and so are the end of the grace and the recovery', async () => {
    const agent = new SimulatedAgent(store).start();
    await pass(0);
    agent.dcv = fails;
    await pass(60_000);
    agent.dcv = lists('console');
    await pass(10_000);

    expect(log.texts('log', 'warn', 'error')).toEqual([
      'on the roll {"healthy":true,"sessions":1}',
      expect.stringContaining('dcv does not list the sessions'),
      expect.stringContaining('the sessions are withheld'),
      'dcv answers again',
      'sessions changed {"opened":1,"closed":0,"healthy":true,"sessions":1}',
    ]);
  });
});
