import { InvalidReportError, type ReportOutcome, type TokenDigest } from '@rollcall/domain';
import { localId, publicId, serverId, type InMemorySessionStore } from '@rollcall/testing';
import { later, onJestTime, pass } from '../testing/jest-time';
import type { RecordedLog } from '../testing/recorded-log';
import {
  fails,
  lists,
  listsCreated,
  never,
  POLICY,
  SimulatedAgent,
} from '../testing/simulated-agent';

const { intervalMs } = POLICY;

let log: RecordedLog;
let store: InMemorySessionStore;

beforeEach(() => {
  ({ log, store } = onJestTime());
});

afterEach(() => jest.useRealTimers());

describe('the first report', () => {
  it('comes at a random moment within an interval', async () => {
    const agent = new SimulatedAgent(store, { returning: false, random: () => 0.5 }).start();
    await pass(intervalMs / 2 - 1);
    expect(agent.sent).toEqual([]);

    await pass(1);

    expect(agent.lists).toEqual([['console']]);
  });

  it('comes at once after a planned stop', async () => {
    const agent = new SimulatedAgent(store, { returning: true }).start();

    await pass(0);

    expect(agent.lists).toEqual([['console']]);
  });

  it('waits for the first word of dcv', async () => {
    const agent = new SimulatedAgent(store);
    agent.dcv = later(lists('alice'), 1_700);
    agent.start();
    await pass(1_699);
    expect(agent.sent).toEqual([]);

    await pass(1);

    expect(agent.lists).toEqual([['alice']]);
  });

  it('waits no longer than an interval for it, and then reports no list, which is no empty one', async () => {
    const agent = new SimulatedAgent(store);
    agent.dcv = never;
    agent.start();

    await pass(intervalMs);

    expect(agent.reports).toMatchObject([{ healthy: false, sessions: { kind: 'unknown' } }]);
  });

  it('reports no list when dcv fails from the start, and lets stand what the store holds', async () => {
    const before = new SimulatedAgent(store, { boot: 1 }).start();
    await pass(0);
    await before.agent.stop();

    const agent = new SimulatedAgent(store, { boot: 2 });
    agent.dcv = fails;
    agent.start();
    await pass(0);

    expect(agent.reports).toMatchObject([{ healthy: false, sessions: { kind: 'unknown' } }]);
    expect(await store.lookup(publicId('gpu-1~console'))).toMatchObject({ kind: 'answer' });
  });
});

describe('a heartbeat', () => {
  it.each([
    ['early', 0, 0.9],
    ['late', 0.999_999, 1.1],
  ])('comes at most a tenth of the interval too %s', async (_when, random, share) => {
    const agent = new SimulatedAgent(store, { random: () => random }).start();

    await pass(10 * intervalMs);

    const [first = 0, ...others] = agent.moments;
    others.forEach((atMs, index) =>
      expect(Math.abs(atMs - first - (index + 1) * share * intervalMs)).toBeLessThan(20),
    );
    expect(others.length).toBe(Math.floor(10 / share));
  });

  it('has a higher sequence number than the one before, in the same boot', async () => {
    const agent = new SimulatedAgent(store, { boot: 7 }).start();

    await pass(3 * intervalMs);

    expect(agent.reports.map(({ boot, sequence }) => [boot, sequence])).toEqual([
      [7, 1],
      [7, 2],
      [7, 3],
      [7, 4],
    ]);
  });

  it('follows at once when the sessions change, and the next one an interval later', async () => {
    const agent = new SimulatedAgent(store).start();
    await pass(1_000);
    agent.dcv = lists('console', 'alice');

    await pass(2_000 + intervalMs);

    expect(agent.moments).toEqual([0, 2_000, 2_000 + intervalMs]);
    expect(agent.lists).toEqual([['console'], ['alice', 'console'], ['alice', 'console']]);
  });

  it('follows at once when a session is another one of the same name, and says so once', async () => {
    const agent = new SimulatedAgent(store);
    agent.dcv = listsCreated('console', 1_000_123);
    agent.start();
    await pass(1_000);
    agent.dcv = listsCreated('console', 2_000_456);

    await pass(2_000 + intervalMs);

    expect(agent.moments).toEqual([0, 2_000, 2_000 + intervalMs]);
    expect(agent.reopened).toEqual([['console'], ['console'], []]);
    expect(log.texts('log').join()).toMatch(/sessions changed.*"opened":1,"closed":1/);
  });

  it('says that a session was reopened until a report that does was applied', async () => {
    const agent = new SimulatedAgent(store);
    agent.dcv = listsCreated('console', 1_000_123);
    agent.start();
    await pass(1_000);
    const name = { server: serverId('gpu-1'), session: localId('console') };
    const digest = 'a digest' as TokenDigest;
    await store.grantToken(name, digest, { user: 'alice' }, 3_600_000);
    store.goDown('refused');
    agent.dcv = listsCreated('console', 2_000_456);
    await pass(2 * intervalMs);
    expect(agent.sent.length).toBeGreaterThan(1);
    expect(await store.findGrant(name, digest)).toEqual({ user: 'alice' });
    store.comeBack();

    await pass(4 * intervalMs);

    const [, ...others] = agent.reopened;
    const saidUntil = others.findIndex((ids) => ids.length === 0);
    expect(saidUntil).toBeGreaterThan(1);
    expect(others.slice(0, saidUntil).flat()).toEqual(Array(saidUntil).fill('console'));
    expect(others.slice(saidUntil).flat()).toEqual([]);
    expect(await store.findGrant(name, digest)).toBeUndefined();
    const closed = store.events().filter(({ type }) => type === 'session.closed');
    expect(closed).toHaveLength(1);
  });

  it('does not follow at once when dcv lists the same sessions in another order', async () => {
    const agent = new SimulatedAgent(store);
    agent.dcv = lists('alice', 'bob');
    agent.start();
    await pass(1_000);
    agent.dcv = lists('bob', 'alice');

    await pass(intervalMs - 1_001);

    expect(agent.moments).toEqual([0]);
  });

  it('follows at once when the sessions changed while a report was under way', async () => {
    const agent = new SimulatedAgent(store).start();
    await pass(3_000);
    agent.dcv = later(lists('alice'), 2_400);
    let answer: (outcome: ReportOutcome) => void = () => {};
    jest
      .spyOn(store, 'report')
      .mockImplementationOnce(() => new Promise((resolve) => (answer = resolve)));
    await pass(2_700);

    answer({ kind: 'applied' });
    await pass(0);

    expect(agent.moments).toEqual([0, 5_000, 5_700]);
    expect(agent.lists).toEqual([['console'], ['console'], ['alice']]);
  });

  it('is not held up by a hung dcv', async () => {
    const agent = new SimulatedAgent(store).start();
    await pass(0);
    agent.dcv = never;

    await pass(4 * intervalMs);

    expect(agent.moments).toEqual([0, 5_000, 10_000, 15_000, 20_000]);
    expect(agent.readingsUnderWayMax).toBe(1);
  });

  it('waits for the one before', async () => {
    jest.spyOn(store, 'report').mockImplementation(() => never);
    const agent = new SimulatedAgent(store).start();
    await pass(0);
    agent.dcv = lists('alice');

    await pass(20 * intervalMs);

    const gaps = agent.moments.slice(1).map((atMs, index) => atMs - (agent.moments[index] ?? 0));
    expect(gaps.length).toBeGreaterThan(3);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(2 * POLICY.reportTimeoutMs);
  });

  it('goes on though the store refuses the report, and says so once', async () => {
    jest
      .spyOn(store, 'report')
      .mockRejectedValue(new InvalidReportError('a session is listed twice'));
    const agent = new SimulatedAgent(store).start();

    await pass(3 * intervalMs);

    expect(agent.moments).toEqual([0, 5_000, 10_000, 15_000]);
    expect(log.texts('error')).toEqual([
      expect.stringContaining('the session store refuses the report'),
    ]);
  });

  it('is logged only when something changes', async () => {
    const agent = new SimulatedAgent(store).start();
    await pass(10 * intervalMs);
    agent.dcv = lists('console', 'alice');
    await pass(10 * intervalMs);
    agent.dcv = lists('alice');
    await pass(10 * intervalMs);

    expect(log.texts('log', 'warn', 'error')).toEqual([
      'on the roll {"healthy":true,"sessions":1}',
      'sessions changed {"opened":1,"closed":0,"healthy":true,"sessions":2}',
      'sessions changed {"opened":0,"closed":1,"healthy":true,"sessions":1}',
    ]);
  });
});
