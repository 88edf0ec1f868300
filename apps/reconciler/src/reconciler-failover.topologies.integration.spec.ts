import { readEnv, RedisSettings, type RedisConfig } from '@rollcall/config';
import {
  aReport,
  startTestCluster,
  startTestSentinel,
  until,
  type TestCluster,
  type TestRedis,
  type TestSentinel,
} from '@rollcall/testing';
import type { RunningReconciler } from './reconciler.application';
import { LiveTraffic } from './testing/live-traffic';
import { SCALED, ScaledRoll, scraped } from './testing/scaled-roll';

const NODE_TIMEOUT_MS = 1_000;
/**
 * So long may writes and sweeps be out once there is a master again. How long its choice takes is Redis' own affair: a
 * vote of the Sentinels that nobody wins is only repeated after twice their failover time-out.
 */
const WRITES_OUT_MS = 3_000;
const SWEEPS_OUT_MS = 7_000;
const START_TIMEOUT_MS = 60_000;

const configOf = ({ environment }: { environment: Record<string, string> }): RedisConfig =>
  readEnv({ redis: RedisSettings }, environment).redis;

let scenes = 0;

/** A roll under traffic, with one reconciler; each has a host of its own. */
class Running {
  private readonly host = `gpu-${++scenes}`;
  readonly roll: ScaledRoll;
  readonly traffic: LiveTraffic;
  private reconciler!: RunningReconciler;

  constructor(config: RedisConfig) {
    this.roll = new ScaledRoll(config);
    const host = { server: this.host, sessions: ['cad'] };
    const report = (sequence: number) => aReport({ ...host, sequence });
    this.traffic = new LiveTraffic(this.roll.redis, report, `${this.host}~cad`);
  }

  async start(): Promise<void> {
    await this.roll.ready();
    this.reconciler = await this.roll.startReconciler();
    await this.traffic.start();
    await until('the roll is settled', async () => (await this.roll.store.renew()).settled);
    await until('the session is found', () => this.traffic.findsAgain(), 5_000);
    await this.sweeps(3, 10_000);
  }

  /** So many sweeps more by the job, which shows that BullMQ works. */
  async sweeps(count: number, withinMs: number): Promise<void> {
    const series = 'rollcall_sweep_duration_seconds_count{trigger="job",outcome="finished"}';
    const before = await scraped(this.reconciler, series);
    await until(
      'sweeps by the job finish',
      async () => {
        return (await scraped(this.reconciler, series)) >= before + count;
      },
      withinMs,
    );
  }

  /** A host that reports once, and whose end is then announced: events are written and read. */
  async losesAHost(): Promise<void> {
    const server = `${this.host}-dies`;
    await until(
      'a report is taken',
      async () => {
        return (await this.roll.store.report(aReport({ server }))).kind === 'applied';
      },
      WRITES_OUT_MS,
    );
    await this.roll.events(1, ({ type, fields }) => {
      return type === 'server.lost' && fields['server'] === server;
    });
    const counted = 'rollcall_server_events_total{event="lost",reason="lapsed"}';
    const booked = async () => (await scraped(this.reconciler, counted)) > 0;
    await until('the event was delivered to the reconciler', booked);
  }

  /** Makes the fault, which resolves when Redis has overcome it, and sees the roll come back as it must. */
  async survives(fault: () => Promise<unknown>): Promise<{ readonly unavailable: number }> {
    const brokenAtMs = performance.now();
    await fault();
    const overcomeAtMs = performance.now();
    await this.sweeps(3, SWEEPS_OUT_MS);
    await until('lookups find the session again', () => this.traffic.findsAgain(25), WRITES_OUT_MS);
    expect(this.traffic.longestReportPauseMs(overcomeAtMs)).toBeLessThan(WRITES_OUT_MS);
    expect(this.traffic.count('not-found', brokenAtMs)).toBe(0);
    expect(this.traffic.longestLookupPauseMs(brokenAtMs)).toBeLessThan(1_000);
    return { unavailable: this.traffic.count('unavailable', brokenAtMs) };
  }

  async stop(): Promise<void> {
    await this.traffic.stop();
    await this.roll.stop();
  }
}

describe('a roll under Sentinels', () => {
  let redis: TestSentinel;
  let running: Running;

  beforeAll(async () => {
    redis = await startTestSentinel({ downAfterMs: NODE_TIMEOUT_MS });
  }, START_TIMEOUT_MS);
  beforeEach(async () => {
    running = new Running(configOf(redis));
    await running.start();
  });
  afterEach(() => running.stop());
  afterAll(() => redis?.stop());

  it('survives an orderly failover', async () => {
    await running.survives(() => redis.promote());
    await running.survives(() => redis.untilSettled());
    await running.losesAHost();
  });

  it('survives the death of its master, and of the next one', async () => {
    for (let death = 0; death < 2; death++) {
      const master = await redis.master();
      await running.survives(async () => {
        await master.kill();
        await redis.masterOtherThan(master);
      });
      await master.restart();
      await redis.untilSettled();
    }
  });

  it('survives a master that hangs', async () => {
    const master = await redis.master();
    await running.survives(async () => {
      await master.pause();
      await redis.masterOtherThan(master);
    });
    await master.resume();
    await redis.untilSettled();
  });

  it('is back at once when all of it was away for longer than a lease', async () => {
    const all = [...redis.servers, ...redis.sentinels];
    const awayForMs = 1.5 * SCALED.leaseTtlMs;
    await Promise.all(all.map((member) => member.pause()));
    await until('it is away', () => !running.traffic.findsAgain(1), 5_000);
    await new Promise((resolve) => setTimeout(resolve, awayForMs));
    await running.survives(() => Promise.all(all.map((member) => member.resume())));
    await redis.untilSettled();
  });
});

describe('a roll in a Cluster', () => {
  let redis: TestCluster;
  let running: Running;

  beforeAll(async () => {
    redis = await startTestCluster({ nodeTimeoutMs: NODE_TIMEOUT_MS });
  }, START_TIMEOUT_MS);
  beforeEach(async () => {
    running = new Running(configOf(redis));
    await running.start();
  });
  afterEach(() => running.stop());
  afterAll(() => redis?.stop());

  const ofRoll = () => redis.masterOf(running.roll.keys.due);
  const ofJobs = () => redis.masterOf(`${running.roll.keys.jobs}:`);

  async function back(node: TestRedis, how: 'restart' | 'resume'): Promise<void> {
    await node[how]();
    await redis.untilSettled();
  }

  it('survives an orderly failover', async () => {
    await running.survives(() => redis.promote(running.roll.keys.due));
    await running.losesAHost();
  });

  it.each([
    ['that keeps the roll', ofRoll],
    ['that keeps the jobs', ofJobs],
    [
      'that keeps neither',
      async () => {
        const kept = [await ofRoll(), await ofJobs()];
        return (await redis.masters()).find((master) => !kept.includes(master))!;
      },
    ],
  ])('survives the death of the master %s', async (_, which) => {
    const master = await which();
    await running.survives(async () => {
      await master.kill();
      await redis.replaced(master);
    });
    await running.losesAHost();
    await back(master, 'restart');
  });

  it('survives a master that hangs', async () => {
    const master = await ofRoll();
    await running.survives(async () => {
      await master.pause();
      await redis.replaced(master);
    });
    await back(master, 'resume');
  });

  it('loses no lookup and no lease while the slot of the roll moves', async () => {
    const from = await ofRoll();
    const to = (await redis.masters()).find((master) => master !== from)!;
    const { unavailable } = await running.survives(() => redis.moveSlot(running.roll.keys.due, to));
    expect(unavailable).toBe(0);
    await running.losesAHost();
  });
});
