import { InMemorySessionStore } from '@rollcall/testing';
import type { DcvReading } from '../dcv/dcv-reader';
import { later, onJestTime, pass } from '../testing/jest-time';
import type { RecordedLog } from '../testing/recorded-log';
import { fails, lists, never, POLICY, SimulatedAgent } from '../testing/simulated-agent';

const { intervalMs } = POLICY;

let log: RecordedLog;
let store: InMemorySessionStore;

beforeEach(() => {
  ({ log, store } = onJestTime());
});

afterEach(() => jest.useRealTimers());

describe('a suspended agent', () => {
  let asleepMs: number;

  beforeEach(() => {
    asleepMs = 0;
    const now = performance.now.bind(performance);
    jest.spyOn(performance, 'now').mockImplementation(() => now() + asleepMs);
    store = new InMemorySessionStore({ clock: { now: () => Date.now() + asleepMs } });
  });

  afterEach(() => jest.restoreAllMocks());

  it('looks again before it reports, and brings back no closed session', async () => {
    const agent = new SimulatedAgent(store);
    agent.dcv = lists('alice', 'bob');
    agent.start();
    await pass(1_000);

    asleepMs = 60_000;
    agent.dcv = later(lists('bob'), 500);
    await pass(intervalMs);

    expect(agent.lists.slice(1)).toEqual([['bob']]);
  });

  it('does so even if dcv fails to notice at first', async () => {
    const agent = new SimulatedAgent(store).start();
    await pass(1_000);
    let hang: (reading: DcvReading) => void = () => {};
    agent.dcv = new Promise((resolve) => (hang = resolve));
    await pass(1_500);

    asleepMs = 60_000;
    agent.dcv = later(lists('bob'), 500);
    hang(fails);
    await pass(intervalMs);

    expect(agent.lists.slice(1)).toEqual([['bob']]);
  });

  it('is not suspected because dcv or the store is slow', async () => {
    jest.spyOn(store, 'report').mockImplementation(() => never);
    const agent = new SimulatedAgent(store).start();
    agent.dcv = never;

    await pass(20 * intervalMs);

    expect(log.texts('warn').join()).not.toContain('suspended');
  });
});
