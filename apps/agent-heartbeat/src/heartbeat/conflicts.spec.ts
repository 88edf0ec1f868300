import { publicId, type InMemorySessionStore } from '@rollcall/testing';
import { onJestTime, pass } from '../testing/jest-time';
import type { RecordedLog } from '../testing/recorded-log';
import { POLICY, SimulatedAgent } from '../testing/simulated-agent';

const { intervalMs } = POLICY;

let log: RecordedLog;
let store: InMemorySessionStore;

beforeEach(() => {
  ({ log, store } = onJestTime());
});

afterEach(() => jest.useRealTimers());

describe('two agents with one server id', () => {
  it('the one that started earlier gives way, with a sentence, and reports no more', async () => {
    const older = new SimulatedAgent(store, { boot: 4 }).start();
    await pass(1_000);
    const newer = new SimulatedAgent(store, { boot: 5 }).start();

    await pass(60_000);

    expect(older.conflict).toMatchObject({ kind: 'superseded' });
    expect(older.sent).toHaveLength(2);
    expect(newer.conflict).toBeUndefined();
    expect(store.events().filter(({ type }) => type === 'server.conflict')).toMatchObject([
      { boot: '4', by: '5' },
    ]);
    expect(log.texts('error')).toEqual([
      expect.stringMatching(/started later, as boot 5.*its own AGENT_SERVER_ID.*This agent stops/),
    ]);
  });

  it.each([0, 1_000, 61_000])(
    'that are copies of one running machine cannot go on side by side (%i ms)',
    async (headStartMs) => {
      const agents = [new SimulatedAgent(store).start()];
      await pass(headStartMs);
      agents.push(new SimulatedAgent(store).start());

      await pass(10 * intervalMs);

      const conflicts = agents.map(({ conflict }) => conflict?.kind);
      expect(conflicts).toContain('outdated');
      expect(conflicts).toContain(undefined);
      const told = store.events().filter(({ type }) => type === 'server.conflict');
      expect(told).toHaveLength(1);
    },
  );
});

describe('an older snapshot of this machine', () => {
  it('counts on from where the store is, and stays', async () => {
    const lost = new SimulatedAgent(store).start();
    await pass(10 * intervalMs);
    await lost.agent.stop();

    const resumed = new SimulatedAgent(store).start();
    await pass(10 * intervalMs);

    expect(resumed.conflict).toBeUndefined();
    expect(resumed.reports.at(-1)?.sequence).toBeGreaterThan(lost.reports.at(-1)?.sequence ?? 0);
    expect(await store.lookup(publicId('console'))).toMatchObject({ kind: 'answer' });
  });
});
