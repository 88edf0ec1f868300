import type { ServerId } from '@rollcall/domain';
import { publicId, type InMemorySessionStore } from '@rollcall/testing';
import { AgentMetrics } from '../agent.metrics';
import { Metrics } from '@rollcall/observability';
import { onJestTime, pass } from '../testing/jest-time';
import type { RecordedLog } from '../testing/recorded-log';
import { lists, never, POLICY, SimulatedAgent } from '../testing/simulated-agent';

const { intervalMs, reportTimeoutMs } = POLICY;
const BACK_MS = 1.1 * intervalMs + 2_000;

let log: RecordedLog;
let store: InMemorySessionStore;

beforeEach(() => {
  ({ log, store } = onJestTime());
});

afterEach(() => jest.useRealTimers());

/** Reproducible, and spread well enough. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
}

async function onTheRoll(random?: () => number): Promise<SimulatedAgent> {
  const agent = new SimulatedAgent(store, { random }).start();
  await pass(1_000);
  return agent;
}

describe('while the store is away', () => {
  it('only pings are sent, at most a report time-out apart', async () => {
    const agent = await onTheRoll(seeded(1));
    store.goDown('unreachable');

    await pass(10 * intervalMs);

    expect(agent.sent).toHaveLength(2);
    const gaps = agent.pingedAtMs.slice(1).map((atMs, i) => atMs - (agent.pingedAtMs[i] ?? 0));
    expect(Math.max(...gaps.slice(1))).toBeLessThanOrEqual(reportTimeoutMs);
    expect(Math.min(...gaps.slice(8))).toBeGreaterThanOrEqual(reportTimeoutMs / 2);
  });

  it('nothing queues up and nothing ends, for hours', async () => {
    const agent = await onTheRoll();
    store.goDown('unreachable');
    await pass(60_000);
    const timers = jest.getTimerCount();

    await pass(2 * 3_600_000);

    expect(jest.getTimerCount()).toBeLessThanOrEqual(timers);
    expect(agent.sent).toHaveLength(2);
    expect(agent.agent.livenessProblems()).toEqual([]);
  });

  it('the agent says so once, and once when it is back', async () => {
    await onTheRoll();
    store.goDown('unreachable');
    await pass(60_000);
    store.comeBack();
    await pass(60_000);

    expect(log.texts('log', 'warn', 'error').slice(1)).toEqual([
      expect.stringMatching(/takes no reports.*unreachable/),
      expect.stringContaining('takes reports again'),
    ]);
  });

  it('the agent is alive, and not ready', async () => {
    const { agent } = await onTheRoll();
    expect(agent.readinessProblems()).toEqual([]);
    store.goDown('unreachable');

    await pass(60_000);

    expect(agent.livenessProblems()).toEqual([]);
    expect(agent.readinessProblems()).toEqual([
      expect.stringMatching(/^the last report was applied \d+ ms ago$/),
    ]);
  });

  it('a store that hangs is no other', async () => {
    const agent = await onTheRoll();
    jest.spyOn(store, 'report').mockImplementation(() => never);
    jest.spyOn(store, 'ping').mockImplementation(() => never);
    await pass(60_000);
    expect(agent.sent).toHaveLength(2);
    jest.restoreAllMocks();

    await pass(BACK_MS);

    expect(agent.sent).toHaveLength(3);
  });

  it('a store that answers pings but refuses writes is tried an interval apart', async () => {
    const agent = await onTheRoll(seeded(7));
    store.goDown('refused');

    await pass(20 * intervalMs);

    const tries = agent.moments.slice(2);
    const gaps = tries.slice(1).map((atMs, index) => atMs - (tries[index] ?? 0));
    expect(tries.length).toBeGreaterThan(15);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(0.9 * intervalMs);
  });
});

describe('when the store is back', () => {
  it.each([1, 2, 3, 4, 5])('the host is, within the time promised (%i)', async (seed) => {
    await onTheRoll(seeded(seed));
    store.goDown('unreachable');
    await pass(60_000 + 137 * seed);
    store.comeBack({ empty: true });

    await pass(BACK_MS);

    expect(await store.lookup(publicId('gpu-1~console'))).toMatchObject({ kind: 'answer' });
  });

  it('the report tells of what happened in the meantime', async () => {
    const agent = await onTheRoll();
    store.goDown('unreachable');
    await pass(30_000);
    agent.dcv = lists('alice');
    await pass(30_000);
    store.comeBack();

    await pass(BACK_MS);

    expect(agent.lists.at(-1)).toEqual(['alice']);
    expect(agent.lists.filter((list) => list.includes('alice'))).toHaveLength(1);
  });

  it('writes accepted again bring it back just as soon', async () => {
    const agent = await onTheRoll(seeded(3));
    store.goDown('refused');
    await pass(60_000);
    const tries = agent.sent.length;
    store.comeBack();

    await pass(BACK_MS);

    expect(agent.sent.length).toBeGreaterThan(tries);
    expect(agent.agent.readinessProblems()).toEqual([]);
  });
});

describe('when another server has become the master', () => {
  it('the next report comes as soon as that one answers, and no interval later', async () => {
    const agent = await onTheRoll(seeded(5));
    store.goDown('refused');
    await pass(4 * intervalMs);
    const tries = agent.sent.length;
    store.goDown('unreachable');
    agent.leftMaster();
    await pass(200);
    expect(agent.sent).toHaveLength(tries);
    store.comeBack();

    await pass(reportTimeoutMs);

    expect(agent.sent).toHaveLength(tries + 1);
    expect(agent.agent.readinessProblems()).toEqual([]);
  });

  it('a refusal of that one is waited out again', async () => {
    const agent = await onTheRoll(seeded(5));
    store.goDown('refused');
    await pass(4 * intervalMs);
    const tries = agent.sent.length;
    agent.leftMaster();

    await pass(0.8 * intervalMs);

    expect(agent.sent).toHaveLength(tries + 1);
  });
});

describe('when the store is not there at the start', () => {
  it('no report is tried before it is, and the first is spread over an interval', async () => {
    store.goDown('unreachable');
    const agent = new SimulatedAgent(store, { random: () => 0.5 }).start();
    await pass(60_000);
    expect(agent.sent).toEqual([]);
    expect(log.texts('warn')).toEqual([expect.stringContaining('takes no reports')]);
    store.comeBack();
    await pass(intervalMs / 2);
    expect(agent.sent).toEqual([]);

    await pass(BACK_MS);

    expect(agent.lists[0]).toEqual(['console']);
  });

  it('but a moment later, the first report after a planned stop is still immediate', async () => {
    store.goDown('unreachable');
    const agent = new SimulatedAgent(store, { returning: true }).start();
    await pass(300);
    store.comeBack();

    await pass(700);

    expect(agent.sent).toHaveLength(1);
  });
});

describe('a fleet that acts together', () => {
  const HOSTS = 300;
  // A minute of 300 agents is work, for a busy machine for longer than Jest's five seconds.
  const SIMULATION_TIMEOUT_MS = 60_000;

  let written: number[];

  function startAll(returning: boolean): void {
    const agentMetrics = new AgentMetrics(new Metrics());
    written = [];
    const report = store.report.bind(store);
    jest.spyOn(store, 'report').mockImplementation(async (sent) => {
      written.push(performance.now());
      return report(sent);
    });
    for (let host = 1; host <= HOSTS; host++) {
      const server = `gpu-${host}` as ServerId;
      const random = seeded(host * 7_919);
      new SimulatedAgent(store, { server, random, returning, agentMetrics }).start();
    }
  }

  async function expectSteadyRate(): Promise<void> {
    await pass(4 * intervalMs);
    expect(new Set(written).size).toBeGreaterThan(HOSTS);
    expect(busiestSecond(written)).toBeLessThanOrEqual((2 * HOSTS * 1_000) / intervalMs);
    expect((await store.servers(0, 1_000)).servers).toHaveLength(HOSTS);
  }

  it(
    'and lost the store comes back with at most twice its steady rate of writes in any second',
    async () => {
      startAll(false);
      await pass(20_000);
      store.goDown('unreachable');
      await pass(30_000);
      written.length = 0;
      store.comeBack();

      await expectSteadyRate();
    },
    SIMULATION_TIMEOUT_MS,
  );

  it(
    'and is switched on comes with no more',
    async () => {
      startAll(false);

      await expectSteadyRate();
    },
    SIMULATION_TIMEOUT_MS,
  );

  it(
    'and was upgraded while the store was away comes back with no more',
    async () => {
      store.goDown('unreachable');
      startAll(true);
      await pass(30_000);
      expect(written).toEqual([]);
      store.comeBack();

      await expectSteadyRate();
    },
    SIMULATION_TIMEOUT_MS,
  );

  it('and was upgraded reports at once, for its sessions are waited for', async () => {
    startAll(true);

    await pass(500);

    expect(written).toHaveLength(HOSTS);
  });
});

function busiestSecond(moments: readonly number[]): number {
  const sorted = [...moments].sort((one, other) => one - other);
  let most = 0;
  for (let first = 0, last = 0; last < sorted.length; last++) {
    while ((sorted[last] ?? 0) - (sorted[first] ?? 0) >= 1_000) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}
