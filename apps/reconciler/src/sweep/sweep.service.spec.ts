import { beliefPolicy, DEFAULT_BELIEF } from '@rollcall/domain';
import { Metrics } from '@rollcall/observability';
import { aReport, FakeClock, InMemorySessionStore } from '@rollcall/testing';
import { ProtectionService } from '../judge/protection.service';
import { sample } from '../testing/sample';
import { toldLines, type ToldLine } from '../testing/told-lines';
import { SweepLog } from './sweep.log';
import { SweepMetrics } from './sweep.metrics';
import { SweepService } from './sweep.service';

describe('the sweep', () => {
  let clock: FakeClock;
  let store: InMemorySessionStore;
  let metrics: Metrics;
  let sweeps: SweepService;
  let told: ToldLine[];

  beforeEach(() => {
    told = toldLines();
    clock = new FakeClock();
    store = new InMemorySessionStore({ clock });
    metrics = new Metrics();
    const protection = new ProtectionService(store, beliefPolicy(DEFAULT_BELIEF));
    const now = () => clock.now();
    const [books, log] = [new SweepMetrics(metrics), new SweepLog()];
    sweeps = new SweepService(store, books, log, now, protection);
  });

  const sweep = () => sweeps.run('job');
  const texts = () => told.map(({ text }) => text);

  /** Sweeps as often as it takes, so that the roll stays written. */
  async function sweepFor(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 1_000) {
      await sweep();
      clock.advance(1_000);
    }
  }

  /** The roll is settled, and the lease of this server is over. */
  async function lapse(server = 'gpu-1'): Promise<void> {
    await store.report(aReport({ server, sessions: ['console', 'second'] }));
    await sweepFor(store.policy.leaseTtlMs);
    told.splice(0);
  }

  it('strikes off whose lease is over, and says so in one line', async () => {
    await lapse();
    expect(await sweep()).toMatchObject({ lapsed: 1, evicted: 1, sessions: 2, spared: 0 });
    const fields = { server: 'gpu-1', sessions: 2, reason: 'lapsed', boot: 1, sequence: 1 };
    expect(told).toEqual([{ level: 'log', text: 'a server is struck off', fields }]);
    expect(await sweep()).toMatchObject({ lapsed: 0, evicted: 0 });
    expect(store.events().filter(({ type }) => type === 'server.lost')).toHaveLength(1);
  });

  it('settles the roll by itself, and spares everybody until then and until judges had their turn: told once, and when it is over', async () => {
    await store.report(aReport());
    clock.advance(store.policy.leaseTtlMs);
    const first = await sweep();
    expect(first).toEqual({ lapsed: 1, evicted: 0, sessions: 0, spared: 1, judged: false });
    await sweepFor(store.policy.judgedAfterMs - 2_000);
    expect(store.events().map(({ type }) => type)).not.toContain('server.lost');
    await sweepFor(3_000);
    expect(store.events().map(({ type }) => type)).toContain('server.lost');
    expect(texts()).toEqual([
      'lapsed servers are spared: the roll is not settled, or has only just settled',
      'a server is struck off',
      'lapsed servers are no longer spared',
    ]);
    expect(await sample(metrics, 'lapses_total')).toBe(1);
    expect(await sample(metrics, 'spared_total', { reason: 'unsettled' })).toBeGreaterThan(5);
  });

  it('has protection decided before it strikes: the judge may have slept through the same outage', async () => {
    const servers = ['gpu-1', 'gpu-2', 'gpu-3'];
    for (const server of servers) await store.report(aReport({ server }));
    await sweepFor(store.policy.leaseTtlMs);
    told.splice(0);
    expect(await sweep()).toMatchObject({ lapsed: 3, evicted: 0, spared: 3 });
    await sweep();
    expect((await store.survey(0)).protections).toMatchObject([{ zone: '', state: 'on', late: 3 }]);
    expect(texts()).toEqual(['lapsed servers are spared: protected, or just probed well']);
    expect(await sample(metrics, 'spared_total', { reason: 'protected' })).toBe(6);
    let sequence = 1;
    for (const server of servers) await store.report(aReport({ server, sequence: ++sequence }));
    await sweep();
    expect(texts().at(-1)).toBe('no lapsed server is spared any more');
  });

  it('spares a server that reports between the check and the eviction', async () => {
    await lapse();
    const { findLapsed } = InMemorySessionStore.prototype;
    jest.spyOn(store, 'findLapsed').mockImplementation(async (limit) => {
      const scan = await findLapsed.call(store, limit);
      await store.report(aReport({ sequence: 2 }));
      return scan;
    });
    expect(await sweep()).toMatchObject({ lapsed: 1, evicted: 0, spared: 1 });
    expect(store.events().map(({ type }) => type)).not.toContain('server.lost');
    expect(texts()).toEqual(['a lapsed server is spared: it has just reported']);
    expect(await sample(metrics, 'spared_total', { reason: 'renewed' })).toBe(1);
  });

  it('is one sweep for all who ask while it is under way', async () => {
    const findLapsed = jest.spyOn(store, 'findLapsed');
    const [first, second] = [sweeps.run('job'), sweeps.run('watchdog')];
    expect(sweeps.isUnderWay).toBe(true);
    expect(await first).toBe(await second);
    expect(findLapsed).toHaveBeenCalledTimes(1);
    expect(sweeps.isUnderWay).toBe(false);
    await sweep();
    expect(findLapsed).toHaveBeenCalledTimes(2);
  });

  it('notes for everybody, and for itself, when it has finished', async () => {
    expect(sweeps.lastFinishedAtMs).toBe(Number.NEGATIVE_INFINITY);
    await sweep();
    const finishedAtMs = clock.now();
    clock.advance(700);
    expect(sweeps.lastFinishedAtMs).toBe(finishedAtMs);
    expect(await store.sinceLastSweepMs()).toBe(700);
    expect(await sample(metrics, 'last_finished_sweep_timestamp_seconds')).toBeGreaterThan(0);
  });

  it('fails with the store, told once until it finishes again, and has not finished then', async () => {
    store.goDown('refused');
    await expect(sweep()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await expect(sweep()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(sweeps.lastFinishedAtMs).toBe(Number.NEGATIVE_INFINITY);
    store.comeBack();
    await sweep();
    await sweep();
    expect(texts()).toEqual([
      'sweeps fail: the session store refuses writes',
      'sweeps finish again',
    ]);
  });

  it('tells a fault that is not the store’s as an error', async () => {
    jest.spyOn(store, 'findLapsed').mockRejectedValueOnce(new TypeError('a bug'));
    await expect(sweep()).rejects.toThrow('a bug');
    expect(told).toMatchObject([{ level: 'error', text: 'sweeps fail' }]);
  });
});
