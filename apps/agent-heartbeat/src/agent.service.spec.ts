import { publicId, type InMemorySessionStore } from '@rollcall/testing';
import { onJestTime, pass } from './testing/jest-time';
import type { RecordedLog } from './testing/recorded-log';
import { fails, lists, never, POLICY, SimulatedAgent } from './testing/simulated-agent';

let log: RecordedLog;
let store: InMemorySessionStore;

beforeEach(() => {
  ({ log, store } = onJestTime());
});

afterEach(() => {
  jest.restoreAllMocks();
  jest.useRealTimers();
});

const console_ = publicId('gpu-1~console');

async function onTheRoll(
  traits: ConstructorParameters<typeof SimulatedAgent>[1] = {},
): Promise<SimulatedAgent> {
  const agent = new SimulatedAgent(store, traits).start();
  await pass(1_000);
  return agent;
}

/** Stops it; how long that took. */
async function stop({ agent }: SimulatedAgent): Promise<number> {
  const startedAtMs = performance.now();
  let tookMs = Number.NaN;
  void agent.stop().then(() => (tookMs = performance.now() - startedAtMs));
  await pass(60_000);
  return tookMs;
}

describe('a stopped agent', () => {
  it('leaves: one last report that keeps the sessions for two intervals', async () => {
    const agent = await onTheRoll({ stop: 'leave' });

    await agent.agent.stop();

    expect(agent.reports.at(-1)).toMatchObject({ leaving: true, sessions: { ids: ['console'] } });
    await pass(POLICY.leavingLeaseMs - 1);
    expect(await store.lookup(console_)).toMatchObject({ kind: 'answer' });
    await pass(1);
    expect(await store.lookup(console_)).toMatchObject({ kind: 'absent' });
  });

  it('leaves word for its next start that the stop was planned', async () => {
    const agent = await onTheRoll({ stop: 'leave' });

    await agent.agent.stop();

    expect(agent.plannedStops).toBe(1);
  });

  it('that comes back is never absent in between', async () => {
    const before = await onTheRoll({ boot: 1 });
    await before.agent.stop();
    await pass(POLICY.leavingLeaseMs - 1_000);

    new SimulatedAgent(store, { boot: 2, returning: true }).start();
    await pass(1_000);

    expect(await store.lookup(console_)).toMatchObject({ kind: 'answer', mark: 'live' });
  });

  it('withdraws, if told so: its sessions are gone at once', async () => {
    const agent = await onTheRoll({ stop: 'withdraw' });

    await agent.agent.stop();

    expect(await store.lookup(console_)).toMatchObject({ lastKnown: { kind: 'gone' } });
    expect(agent.plannedStops).toBe(0);
  });

  it('withdraws what an earlier life has left, even before its own first report', async () => {
    const before = await onTheRoll({ boot: 1 });
    await before.agent.stop();
    const agent = new SimulatedAgent(store, {
      boot: 2,
      returning: false,
      stop: 'withdraw',
    }).start();

    await agent.agent.stop();

    expect(await store.lookup(console_)).toMatchObject({ lastKnown: { kind: 'gone' } });
  });

  it('that was never on the roll does not join it to leave', async () => {
    const agent = new SimulatedAgent(store, { returning: false }).start();

    await agent.agent.stop();

    expect(agent.sent).toEqual([]);
  });

  it('sends nothing more', async () => {
    const agent = await onTheRoll();
    await agent.agent.stop();
    const sent = agent.sent.length;
    agent.dcv = lists('alice');

    await pass(60_000);

    expect(agent.sent).toHaveLength(sent);
  });

  it.each(['leave', 'withdraw'] as const)(
    'is done within three seconds though store and dcv hang (%s)',
    async (mode) => {
      const agent = await onTheRoll({ stop: mode });
      jest.spyOn(store, 'report').mockImplementation(() => never);
      jest.spyOn(store, 'withdraw').mockImplementation(() => never);
      jest.spyOn(store, 'ping').mockImplementation(() => never);
      agent.dcv = never;
      await pass(4_000);

      expect(await stop(agent)).toBeLessThan(2_500);
      expect(log.texts('warn').at(-1)).toContain('no leave was taken');
    },
  );

  it('is done at once though the store is away', async () => {
    const agent = await onTheRoll();
    store.goDown('unreachable');
    await pass(60_000);

    expect(await stop(agent)).toBeLessThan(POLICY.reportTimeoutMs);
  });

  it.each([
    ['and dcv hangs when it looks again', 5_000],
    ['and has not noticed yet', 0],
  ])('after it was suspended, %s, is done and reports no session from before', async (_, ms) => {
    const agent = await onTheRoll();
    const now = performance.now.bind(performance);
    jest.spyOn(performance, 'now').mockImplementation(() => now() + 60_000);
    agent.dcv = never;
    await pass(ms);

    expect(await stop(agent)).toBeLessThan(2_500);
    expect(agent.sent).toHaveLength(1);
    expect(agent.plannedStops).toBe(1);
    expect(log.texts('warn').at(-1)).toContain('no leave was taken');
  });

  it('takes leave when it has looked at the sessions since it was suspended', async () => {
    const agent = await onTheRoll();
    const now = performance.now.bind(performance);
    jest.spyOn(performance, 'now').mockImplementation(() => now() + 60_000);
    agent.dcv = lists('alice');
    await pass(6_000);

    await stop(agent);
    expect([...new Set(agent.lists.slice(1).flat())]).toEqual(['alice']);
    expect(agent.reports.at(-1)).toMatchObject({ leaving: true });
  });

  it('that gave way to another agent takes no leave of it', async () => {
    const older = await onTheRoll({ boot: 1 });
    await onTheRoll({ boot: 2 });
    await pass(10_000);
    expect(older.conflict).toBeDefined();
    const sent = older.sent.length;

    await older.agent.stop();

    expect(older.sent).toHaveLength(sent);
    expect(older.plannedStops).toBe(0);
  });
});

describe('an agent', () => {
  it('is ready when the store has applied a report, not before', async () => {
    const { agent } = new SimulatedAgent(store).start();
    expect(agent.readinessProblems()).toEqual(['no report has been applied yet']);

    await pass(0);

    expect(agent.readinessProblems()).toEqual([]);
  });

  it('is alive and ready though dcv fails or hangs', async () => {
    const agent = await onTheRoll();
    agent.dcv = fails;
    await pass(600_000);
    expect(agent.agent.readinessProblems()).toEqual([]);
    expect(agent.agent.livenessProblems()).toEqual([]);
  });

  it('is not alive when a loop has stopped turning', async () => {
    const agent = await onTheRoll();
    agent.dcv = never;

    await pass(600_000);

    expect(agent.agent.livenessProblems()).toEqual(['the dcv loop has not turned for 22000 ms']);
  });
});

describe('the metrics of an agent', () => {
  it('count reports and readings by outcome, and show the sessions', async () => {
    const agent = await onTheRoll();
    agent.dcv = fails;
    await pass(1_000);
    store.goDown('unreachable');
    await pass(10_000);

    const text = await agent.metrics.registry.metrics();

    expect(text).toContain('rollcall_reports_total{outcome="applied"} 2');
    expect(text).toContain('rollcall_reports_total{outcome="unavailable"} 1');
    expect(text).toMatch(/rollcall_report_duration_seconds_count 3\n/);
    expect(text).toContain('rollcall_dcv_reads_total{outcome="ok"} 1');
    expect(text).toMatch(/rollcall_dcv_reads_total\{outcome="exit-code"\} [56]\n/);
    expect(text).toContain('rollcall_agent_sessions 1');
    expect(text).toMatch(/rollcall_last_report_applied_timestamp_seconds \d+/);
  });

  it('show what is left out, which is logged once and never in full', async () => {
    const agent = new SimulatedAgent(store);
    const ids = Array.from({ length: 503 }, (_, index) => `session-${index}`);
    agent.dcv = { ...lists(...ids), unusable: ['secret\n'] };
    agent.start();
    await pass(60_000);

    const text = await agent.metrics.registry.metrics();

    expect(text).toContain('rollcall_agent_sessions 500');
    expect(text).toContain('rollcall_agent_sessions_left_out{reason="unusable-id"} 1');
    expect(text).toContain('rollcall_agent_sessions_left_out{reason="too-many"} 3');
    const said = log.texts('log', 'warn', 'error').join('\n');
    expect(said.match(/left out/g)).toHaveLength(2);
    expect(said).not.toContain('secret');
  });
});
