import { SWEEP_QUEUE } from '@rollcall/contracts';
import { aReport, startTestRedis, until, type TestRedis } from '@rollcall/testing';
import type { RunningReconciler } from './reconciler.application';
import { ask, SCALED, ScaledRoll } from './testing/scaled-roll';

/** No pause of the sweeps may be longer, once Redis answers. */
const BACK_WITHIN_MS = 7_000;

describe('a reconciler in an outage of Redis', () => {
  let redis: TestRedis;
  let roll: ScaledRoll;
  let reconciler: RunningReconciler;

  beforeEach(async () => {
    redis = await startTestRedis({ persistence: 'always' });
    roll = new ScaledRoll(redis.url);
    await roll.ready();
    reconciler = await roll.startReconciler();
    await sweepsAgain(5_000);
  });

  afterEach(async () => {
    await roll.stop();
    await redis.stop();
  });

  async function schedulers(): Promise<number> {
    return redis.client().zcard(`${roll.keys.jobs}:${SWEEP_QUEUE}:repeat`);
  }

  async function finished(): Promise<number> {
    const { text } = await ask(reconciler, '/metrics');
    const count =
      /^rollcall_sweep_duration_seconds_count\{trigger="job",outcome="finished"\} (\d+)$/m.exec(
        text,
      );
    return Number(count?.[1] ?? 0);
  }

  /** Three more sweeps by the job, which shows that it is scheduled again and again. */
  async function sweepsAgain(withinMs = BACK_WITHIN_MS): Promise<void> {
    const before = await finished();
    await until('sweeps finish', async () => (await finished()) >= before + 3, withinMs);
    expect(await schedulers()).toBe(1);
  }

  const health = async () => [
    (await ask(reconciler, '/health/live')).status,
    (await ask(reconciler, '/health/ready')).status,
  ];

  async function isAway(): Promise<void> {
    await until('it is not ready', async () => (await health())[1] === 503, 5_000);
    expect(await health()).toEqual([200, 503]);
  }

  it('stops in bounded time while Redis is away', async () => {
    await redis.kill();
    await isAway();
    const startedAt = performance.now();
    await reconciler.stop();
    expect(performance.now() - startedAt).toBeLessThan(3_000);
    await redis.restart();
  });

  it('stops in bounded time while Redis hangs, with its board', async () => {
    const shown = await roll.startReconciler({ board: true });
    await redis.pause();
    try {
      await isAway();
      const startedAt = performance.now();
      await shown.stop();
      expect(performance.now() - startedAt).toBeLessThan(8_500);
    } finally {
      await redis.resume();
    }
  });

  it('is alive and not ready while Redis is away, and sweeps when it is back with its data', async () => {
    await redis.kill();
    await isAway();
    await redis.restart();
    await sweepsAgain();
    expect(await health()).toEqual([200, 200]);
  });

  it('schedules its sweeps anew when Redis comes back empty', async () => {
    await redis.restart({ empty: true });
    await sweepsAgain();
  });

  it('does so after FLUSHALL, which closes no connection', async () => {
    await redis.client().flushall();
    await sweepsAgain();
  });

  it('is alive while Redis hangs for longer than the watchdog waits, and sweeps when it goes on', async () => {
    await redis.pause();
    const pausedAt = performance.now();
    await isAway();
    await until(
      'the watchdog has barked',
      () => performance.now() - pausedAt > SCALED.watchdogMs + 2_500,
    );
    expect(await health()).toEqual([200, 503]);
    await redis.resume();
    await sweepsAgain();
  });

  it('evicts nobody for an outage, and somebody who stays away for longer', async () => {
    await until('the roll is settled', async () => (await roll.store.renew()).settled, 5_000);
    await roll.store.report(aReport({ server: 'returns' }));
    await roll.store.report(aReport({ server: 'stays-away' }));
    await redis.kill();
    const downAt = performance.now();
    await until('every lease is over', () => performance.now() - downAt > SCALED.leaseTtlMs);
    await redis.restart();
    let sequence = 1;
    const beat = setInterval(() => {
      roll.store
        .report(aReport({ server: 'returns', sequence: ++sequence }))
        .catch(() => undefined);
    }, SCALED.intervalMs);
    const events = await roll.events(1, ({ type }) => type === 'server.lost');
    clearInterval(beat);
    expect(events.at(-1)?.fields['server']).toBe('stays-away');
    expect(performance.now() - downAt).toBeGreaterThan(SCALED.leaseTtlMs + SCALED.settleAfterMs);
  });
});
