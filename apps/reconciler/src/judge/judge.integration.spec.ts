import { startTestRedis, until, type TestRedis } from '@rollcall/testing';
import type { RunningReconciler } from '../reconciler.application';
import { LoopbackHost } from '../testing/loopback-host';
import {
  SCALED,
  SCALED_BELIEF,
  ScaledRoll,
  scraped,
  type ReconcilerTraits,
} from '../testing/scaled-roll';
import { connectTcp, type Connector } from './tcp-connector';

const { intervalMs, leaseTtlMs } = SCALED;
const { probePeriodMs, protectionConfirmMs } = SCALED_BELIEF;
/** Bars that faults.md does not scale. */
const BACK_MS = 1.1 * intervalMs + 2_000;
const LOST_HOLD_MS = probePeriodMs + 3_000;

const TAKES_MAX = 4;
const TAKE_TIMEOUT_MS = 60_000;
/** Half the time after which the roll is not settled any more. */
const STANDSTILL_MS = SCALED.gapMs / 2;

/** Notices how long this process could do nothing at a time. */
class StandstillWatch {
  longestMs = 0;
  private lastMs = performance.now();
  private readonly timer = setInterval(() => {
    const nowMs = performance.now();
    this.longestMs = Math.max(this.longestMs, nowMs - this.lastMs);
    this.lastMs = nowMs;
  }, 10);

  stop(): void {
    clearInterval(this.timer);
  }
}

/** Connections to these ports get no answer, as behind a packet filter. */
function dropping(ports: ReadonlySet<number>): Connector {
  return (address, port, timeoutMs, signal) =>
    ports.has(port)
      ? new Promise((resolve) => setTimeout(resolve, timeoutMs, 'silent'))
      : connectTcp(address, port, timeoutMs, signal);
}

describe('reconcilers that judge the silent, on a real Redis', () => {
  let redis: TestRedis;
  let roll: ScaledRoll;
  let hosts: LoopbackHost[];

  async function setUp(): Promise<void> {
    hosts = [];
    redis = await startTestRedis();
    roll = new ScaledRoll(redis.url);
    await roll.ready();
  }

  async function tearDown(): Promise<void> {
    for (const host of hosts) host.stop();
    await roll.stop();
    await redis.stop();
  }

  /**
   * A test with hosts and reconcilers of its own. Time is real: where this machine stood still for so long that agents
   * could not report in time, a scene that fails has not shown anything, and is played again.
   */
  function scene(name: string, play: () => Promise<void>): void {
    it(
      name,
      async () => {
        for (let take = 1; ; take += 1) {
          await setUp();
          const time = new StandstillWatch();
          try {
            return await play();
          } catch (error) {
            if (take === TAKES_MAX || time.longestMs < STANDSTILL_MS) throw error;
          } finally {
            time.stop();
            await tearDown();
          }
        }
      },
      TAKES_MAX * TAKE_TIMEOUT_MS,
    );
  }

  async function start(count: number, zone = ''): Promise<LoopbackHost[]> {
    const added = Array.from({ length: count }, (_, index) => {
      return new LoopbackHost(roll.store, `gpu-${zone}${hosts.length + index + 1}`, zone);
    });
    hosts.push(...added);
    for (const host of added) await host.start();
    return added;
  }

  /** Reconcilers on a roll that has settled with these hosts on it. */
  async function settled(traits: readonly ReconcilerTraits[] = [{}]): Promise<RunningReconciler[]> {
    const reconcilers: RunningReconciler[] = [];
    for (const each of traits) reconcilers.push(await roll.startReconciler(each));
    await until('the roll is settled', async () => (await roll.store.renew()).settled);
    return reconcilers;
  }

  const passed = (sinceMs: number, ms: number) =>
    until(`${ms} ms have passed`, () => performance.now() - sinceMs >= ms, ms + 5_000);

  async function protectedZones(): Promise<string[]> {
    const { protections } = await roll.store.survey(0);
    return protections.filter(({ state }) => state === 'on').map(({ zone }) => zone);
  }

  const lossesOf = async (reason: string): Promise<string[]> => {
    const entries = await redis.client().xrange(roll.keys.events, '-', '+');
    return entries
      .map(([, fields]) => Object.fromEntries(pairs(fields)))
      .filter((event) => event['type'] === 'server.lost' && event['reason'] === reason)
      .map((event) => event['server'] ?? '');
  };

  scene('F1: hold a server while its port answers, and let it go when that dies', async () => {
    const [host] = (await start(4)) as [LoopbackHost];
    const [reconciler] = (await settled()) as [RunningReconciler];
    const silentAtMs = host.killAgent();
    await passed(silentAtMs, 4 * leaseTtlMs);
    expect(host.answersSince(silentAtMs)).toEqual(new Set(['live', 'held']));
    expect(await scraped(reconciler, 'rollcall_held_servers')).toBe(1);
    const alerted = host.told.find(({ answer }) => answer === 'held')!.atMs - silentAtMs;
    expect(alerted).toBeLessThan(2_500);

    const diedAtMs = host.kill();
    await until('it is lost', () => host.lostAtMs(diedAtMs));
    expect(host.lostAtMs(diedAtMs)! - diedAtMs).toBeLessThan(LOST_HOLD_MS);
    await until('that is published', async () => (await lossesOf('dead')).length === 1, 5_000);
    expect(host.longestPauseMs()).toBeLessThan(intervalMs);
  });

  scene('let a server’s report win over its hold', async () => {
    const [host] = (await start(4)) as [LoopbackHost];
    await settled();
    await passed(host.killAgent(), 2 * leaseTtlMs);
    const backAtMs = performance.now();
    await host.startAgent();
    await passed(backAtMs, 2 * leaseTtlMs);
    expect(host.answersSince(backAtMs + BACK_MS)).toEqual(new Set(['live']));
    expect(host.lostAtMs()).toBeUndefined();
    expect((await roll.store.survey(10)).late).toEqual([]);
  });

  for (const [how, ports, traits] of [
    ['a) with ports that answer', 'answer', {}],
    ['b) with ports that drop', 'drop', {}],
    ['c) with probing off', 'answer', { belief: { probeMode: 'off' } }],
  ] as const) {
    scene(`F7: protect a roll that falls silent as a whole, ${how}`, async () => {
      const all = await start(8);
      const dropped = new Set(ports === 'drop' ? all.map(({ port }) => port) : []);
      await settled([{ ...traits, connect: dropping(dropped) }]);
      const silentAtMs = performance.now();
      for (const host of all) host.killAgent();
      await passed(silentAtMs, 2 * protectionConfirmMs);
      for (const host of all) expect(host.lostAtMs(silentAtMs)).toBeUndefined();
      expect(await protectedZones()).toEqual(['']);
      expect(await lossesOf('dead')).toEqual([]);

      const healedAtMs = performance.now();
      await Promise.all(all.map((host) => host.startAgent()));
      await passed(healedAtMs, BACK_MS + 500);
      for (const host of all) {
        expect(host.answersSince(healedAtMs + BACK_MS)).toEqual(new Set(['live']));
      }
      expect(await protectedZones()).toEqual([]);
    });
  }

  scene('F8: protect the zone that falls silent, and judge another as ever', async () => {
    const [a, b] = [await start(4, 'a'), await start(6, 'b')];
    await settled();
    const silentAtMs = performance.now();
    for (const host of a) host.killAgent();
    const [dying, ...others] = b as [LoopbackHost, ...LoopbackHost[]];
    dying.kill();
    await passed(silentAtMs, 3 * leaseTtlMs);
    expect(await protectedZones()).toEqual(['a']);
    for (const host of a) expect(host.lostAtMs()).toBeUndefined();
    for (const host of others) expect(host.answersSince(silentAtMs)).toEqual(new Set(['live']));
    expect(dying.lostAtMs()! - silentAtMs).toBeLessThan(leaseTtlMs + 5_000);
    expect(await lossesOf('lapsed')).toEqual([dying.server]);
  });

  for (const [how, ports, fromMs, toMs] of [
    ['a) by refusal', 'refuse', 0, 6_000],
    ['b) by silence', 'drop', protectionConfirmMs, 2 * protectionConfirmMs],
  ] as const) {
    scene(`F9: let 60 % go that have died ${how}, 15 % of the roll per interval`, async () => {
      const all = await start(20);
      const [dead, living] = [all.slice(0, 12), all.slice(12)];
      const dropped = new Set(ports === 'drop' ? dead.map(({ port }) => port) : []);
      await settled([{ connect: dropping(dropped) }, { connect: dropping(dropped) }]);
      const diedAtMs = performance.now();
      for (const host of dead)
        if (ports === 'refuse') host.kill();
        else host.killAgent();
      await until('all are lost', () => dead.every((host) => host.lostAtMs(diedAtMs)), 20_000);
      const lostAfterMs = dead
        .map((host) => host.lostAtMs(diedAtMs)! - diedAtMs)
        .sort((x, y) => x - y);
      expect(lostAfterMs[0]).toBeGreaterThan(fromMs);
      expect(lostAfterMs.at(-1)).toBeLessThan(toMs);
      for (const atMs of lostAfterMs) {
        // The client looks every 20 ms, and is held up now and then.
        const within = lostAfterMs.filter((ms) => ms >= atMs && ms < atMs + intervalMs - 50);
        expect(within.length).toBeLessThanOrEqual(3);
      }
      for (const host of living) expect(host.answersSince(diedAtMs)).toEqual(new Set(['live']));
      expect((await lossesOf('dead')).sort()).toEqual(dead.map(({ server }) => server).sort());
      await until('protection is over', async () => (await protectedZones()).length === 0, 3_000);
    });
  }

  scene('do not let a server go that one of them can reach', async () => {
    const [host, ...others] = (await start(4)) as [LoopbackHost, ...LoopbackHost[]];
    const blind = { connect: dropping(new Set([host.port])) };
    const [reconciler] = (await settled([blind, {}])) as [RunningReconciler];
    const silentAtMs = host.killAgent();
    await passed(silentAtMs, 5 * leaseTtlMs);
    expect(host.answersSince(silentAtMs)).toEqual(new Set(['live', 'held']));
    const vouched = 'rollcall_releases_total{reason="dead",outcome="vouched"}';
    expect(await scraped(reconciler, vouched)).toBeGreaterThan(3);
    for (const other of others) expect(other.answersSince(silentAtMs)).toEqual(new Set(['live']));
  });

  scene('F36: let a held server go in one sweep when a live one reports its endpoint', async () => {
    const [host] = (await start(4)) as [LoopbackHost];
    await settled();
    await passed(host.killAgent(), 2 * leaseTtlMs);
    const { port } = host;
    host.kill();
    const heir = new LoopbackHost(roll.store, 'heir');
    hosts.push(heir);
    await heir.start(port);
    const reportedAtMs = performance.now();
    await until('the old one is gone', () => host.lostAtMs(reportedAtMs), 3_000);
    expect(host.lostAtMs(reportedAtMs)! - reportedAtMs).toBeLessThan(
      2 * SCALED.sweepIntervalMs + 300,
    );
    expect(await lossesOf('replaced')).toEqual([host.server]);
    expect(heir.lostAtMs(reportedAtMs)).toBeUndefined();
  });

  scene('stop in an orderly way while they probe what does not answer', async () => {
    // Too few for protection, under which they would be probed a few at a time.
    const some = (await start(25)).slice(0, 7);
    const silent = dropping(new Set(some.map(({ port }) => port)));
    const [reconciler] = (await settled([{ connect: silent }])) as [RunningReconciler];
    for (const host of some) host.killAgent();
    const waiting = async () => (await scraped(reconciler, 'rollcall_probes_under_way')) > 5;
    await until('probes are under way', waiting, 5_000);
    const startedAtMs = performance.now();
    await reconciler.stop();
    expect(performance.now() - startedAtMs).toBeLessThan(2_500);
  });
});

function pairs(fields: readonly string[]): [string, string][] {
  return fields.flatMap((text, index) =>
    index % 2 === 0 ? [[text, fields[index + 1] ?? ''] as [string, string]] : [],
  );
}
