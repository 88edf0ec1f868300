import type { EvictionOutcome } from '@rollcall/domain';
import { Metrics } from '@rollcall/observability';
import { FakeClock, InMemorySessionStore, serverId } from '@rollcall/testing';
import { sample } from '../testing/sample';
import { toldLines } from '../testing/told-lines';
import { SweepLog } from './sweep.log';
import { SweepMetrics } from './sweep.metrics';
import { SweepService } from './sweep.service';
import { RENEWALS_MAX, SweepWatchdog } from './sweep.watchdog';

const TICK_MS = 10;

/** Nobody is late in numbers here. */
const NO_PROTECTION = { look: async () => undefined };

describe('the watchdog over the sweeps', () => {
  let clock: FakeClock;
  let store: InMemorySessionStore;
  let sweeps: SweepService;
  let watchdog: SweepWatchdog;
  let processor: { hasSwept: boolean; renew: jest.Mock };
  let giveUp: jest.Mock;
  let metrics: Metrics;
  let run: jest.SpyInstance;

  beforeEach(() => {
    jest.useFakeTimers();
    toldLines();
    clock = new FakeClock();
    store = new InMemorySessionStore({ clock });
    metrics = new Metrics();
    const sweepMetrics = new SweepMetrics(metrics);
    const now = () => clock.now();
    sweeps = new SweepService(store, sweepMetrics, new SweepLog(), now, NO_PROTECTION);
    run = jest.spyOn(sweeps, 'run');
    processor = { hasSwept: true, renew: jest.fn(() => (processor.hasSwept = false)) };
    giveUp = jest.fn();
    const { policy } = store;
    watchdog = new SweepWatchdog(store, sweeps, processor, sweepMetrics, policy, now, giveUp);
    watchdog.start();
  });

  afterEach(async () => {
    await watchdog.stop();
    jest.useRealTimers();
  });

  const own = () => run.mock.calls.filter(([trigger]) => trigger === 'watchdog').length;

  async function pass(ms: number, everySecond?: () => Promise<unknown>): Promise<void> {
    for (let passed = 0; passed < ms; passed += TICK_MS) {
      clock.advance(TICK_MS);
      await jest.advanceTimersByTimeAsync(TICK_MS);
      if (passed % 1_000 === 0) await everySecond?.();
    }
  }

  it('leaves everything alone while jobs sweep', async () => {
    await pass(60_000, () => sweeps.run('job'));
    expect(own()).toBe(0);
    expect(processor.renew).not.toHaveBeenCalled();
  });

  it('leaves everything alone while another reconciler sweeps', async () => {
    await pass(60_000, () => store.sweepFinished());
    expect(own()).toBe(0);
    expect(processor.renew).not.toHaveBeenCalled();
  });

  it('sweeps itself when none has finished in time, and has the worker renewed', async () => {
    const { watchdogMs } = store.policy;
    await pass(10_000, () => sweeps.run('job'));
    await pass(watchdogMs - 1_000);
    expect(own()).toBe(0);
    await pass(1_500);
    expect(own()).toBe(1);
    expect(processor.renew).toHaveBeenCalledTimes(1);
    expect(await sample(metrics, 'sweep_worker_renewals_total')).toBe(1);
  });

  it('does so, too, when no sweep has ever finished', async () => {
    await pass(store.policy.watchdogMs + 1_000);
    expect(own()).toBe(1);
    expect(processor.renew).toHaveBeenCalledTimes(1);
  });

  it('keeps sweeping while new workers do not, and gives up after a bounded number of them', async () => {
    const { watchdogMs } = store.policy;
    await pass(RENEWALS_MAX * (watchdogMs + 500));
    expect(own()).toBeGreaterThanOrEqual(RENEWALS_MAX - 1);
    expect(processor.renew.mock.calls.length).toBeLessThanOrEqual(RENEWALS_MAX);
    expect(giveUp).not.toHaveBeenCalled();
    await pass(2 * (watchdogMs + 500));
    expect(processor.renew).toHaveBeenCalledTimes(RENEWALS_MAX);
    expect(giveUp).toHaveBeenCalled();
    expect(watchdog.problem()).toBeUndefined();
  });

  it('does not give up over workers that sweep for a while', async () => {
    for (let round = 0; round < 3 * RENEWALS_MAX; round++) {
      await pass(store.policy.watchdogMs + 1_000);
      processor.hasSwept = true;
    }
    expect(processor.renew.mock.calls.length).toBeGreaterThan(RENEWALS_MAX);
    expect(giveUp).not.toHaveBeenCalled();
  });

  it('never blames the worker for an absent store, however long, and stays alive', async () => {
    store.goDown('unreachable');
    await pass(600_000);
    expect(processor.renew).not.toHaveBeenCalled();
    expect(giveUp).not.toHaveBeenCalled();
    expect(watchdog.problem()).toBeUndefined();
  });

  it('sweeps at once when the store is back, and lets the worker follow by itself', async () => {
    store.goDown('refused');
    await pass(20_000);
    run.mockClear();
    store.comeBack({ empty: true });
    await pass(1_000);
    expect(await run.mock.results.at(-1)?.value).toMatchObject({ lapsed: 0 });
    await pass(store.policy.watchdogMs - 1_000);
    expect(processor.renew).not.toHaveBeenCalled();
  });

  it('does so whatever the store says of the last sweep: the clock of a promoted replica may be behind', async () => {
    store.goDown('unreachable');
    await pass(20_000);
    jest.spyOn(store, 'sinceLastSweepMs').mockResolvedValue(0);
    store.comeBack();
    await pass(1_000);
    expect(await run.mock.results.at(-1)?.value).toMatchObject({ lapsed: 0 });
  });

  it('renews the worker when it does not follow', async () => {
    store.goDown('refused');
    await pass(20_000);
    store.comeBack({ empty: true });
    await pass(store.policy.watchdogMs + 1_500);
    expect(processor.renew).toHaveBeenCalledTimes(1);
  });

  it('remembers an outage no longer than it matters', async () => {
    store.goDown('unreachable');
    await pass(20_000);
    store.comeBack();
    await pass(10_000, () => store.sweepFinished());
    await pass(store.policy.watchdogMs + 1_500);
    expect(processor.renew).toHaveBeenCalledTimes(1);
  });

  it.each([
    ['a job’s', 'job'],
    ['its own', 'watchdog'],
  ] as const)(
    'is not stuck while a sweep with many evictions goes on, slow as the store is: %s',
    async (_whose, trigger) => {
      const servers = Array.from({ length: 500 }, (_, index) => ({
        server: serverId(`gpu-${index}`),
        fence: { boot: 1, sequence: 1 },
        sessions: [],
      }));
      jest.spyOn(store, 'findLapsed').mockImplementationOnce(async () => {
        return { settled: true, judged: true, lapsed: servers, total: servers.length };
      });
      const evict = jest
        .spyOn(store, 'evict')
        .mockImplementation(
          (): Promise<EvictionOutcome> =>
            new Promise((resolve) => setTimeout(() => resolve({ kind: 'gone' }), 1_900)),
        );
      const problems: unknown[] = [];
      if (trigger === 'job') void sweeps.run('job');
      else await pass(store.policy.watchdogMs + 100);
      expect(sweeps.isUnderWay).toBe(true);
      await pass(50_000, async () => problems.push(watchdog.problem()));
      expect(sweeps.isUnderWay).toBe(true);
      expect(run).toHaveBeenCalledWith(trigger);
      expect(evict.mock.calls.length).toBeGreaterThan(16 * 20);
      expect(problems.filter(Boolean)).toEqual([]);
      await pass(20_000);
      expect(evict).toHaveBeenCalledTimes(servers.length);
    },
  );

  it('is stuck when a sweep never ends', async () => {
    jest.spyOn(store, 'findLapsed').mockReturnValue(new Promise(() => undefined));
    void sweeps.run('job');
    await pass(30_000);
    expect(watchdog.problem()).toBeUndefined();
    await pass(10_000);
    expect(watchdog.problem()).toMatch(/has not turned for \d+ ms/);
  });
});
