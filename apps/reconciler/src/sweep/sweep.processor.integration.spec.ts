import { Logger } from '@nestjs/common';
import { SWEEP_JOB, SWEEP_QUEUE } from '@rollcall/contracts';
import type { Sweep } from '@rollcall/domain';
import { Metrics } from '@rollcall/observability';
import { connectRedis } from '@rollcall/session-store';
import { startTestRedis, until, type TestRedis } from '@rollcall/testing';
import { Queue } from 'bullmq';
import { EventEmitter, once } from 'node:events';
import { SCALED, ScaledRoll } from '../testing/scaled-roll';
import type { JobConnection } from './job-connections';
import { SweepLog } from './sweep.log';
import { SweepMetrics } from './sweep.metrics';
import { SweepProcessor } from './sweep.processor';
import { SweepService } from './sweep.service';
import { RENEWALS_MAX, SweepWatchdog } from './sweep.watchdog';

/** Each of the new workers has the watchdog's time. */
const GIVE_UP_MS = 2 * (RENEWALS_MAX + 1) * SCALED.watchdogMs;
const NOTHING: Sweep = { lapsed: 0, evicted: 0, sessions: 0, spared: 0, judged: true };

/** Nobody is late in numbers here. */
const NO_PROTECTION = { look: async () => undefined };

describe('the scheduled sweep', () => {
  let redis: TestRedis;
  let roll: ScaledRoll;
  let processors: SweepProcessor[];
  let connections: JobConnection[];
  let noneConnects: boolean;
  const ends: (() => Promise<void>)[] = [];

  beforeEach(async () => {
    Logger.overrideLogger(false);
    redis = await startTestRedis();
    roll = new ScaledRoll(redis.url);
    await roll.ready();
    [processors, connections, noneConnects] = [[], [], false];
  });

  afterEach(async () => {
    await Promise.all(processors.map((processor) => processor.stop()));
    await Promise.all(ends.splice(0).map((end) => end()));
    await roll.stop();
    await redis.stop();
  });

  /** Remembers the connections it opens, those that BullMQ makes of them as well. */
  function connect(): JobConnection {
    const connection = connectRedis(roll.redis, 'worker');
    connections.push(connection);
    if (noneConnects) connection.disconnect();
    const duplicate = connection.duplicate.bind(connection) as (
      ...args: unknown[]
    ) => JobConnection;
    return Object.assign(connection, {
      duplicate: (...args: unknown[]) => {
        const copy = duplicate(...args);
        connections.push(copy);
        return copy;
      },
    });
  }

  function process(
    sweeps: Pick<SweepService, 'run'>,
    sweepIntervalMs = SCALED.sweepIntervalMs,
  ): SweepProcessor {
    const options = { connect, prefix: roll.keys.jobs, sweepIntervalMs };
    const processor = new SweepProcessor(sweeps as SweepService, options);
    processors.push(processor);
    processor.start();
    return processor;
  }

  function queue(): Queue {
    const own = new Queue(SWEEP_QUEUE, {
      connection: redis.client({ maxRetriesPerRequest: null }),
      prefix: roll.keys.jobs,
    });
    ends.push(() => own.close());
    return own;
  }

  it('runs once per interval, however many reconcilers there are', async () => {
    const at: number[] = [];
    const run = async () => {
      at.push(performance.now());
      return NOTHING;
    };
    for (let replica = 0; replica < 3; replica++) process({ run });
    await until('sweeps', () => at.length >= 12);
    const [first = 0, last = 0] = [at[1], at[11]];
    expect(last - first).toBeGreaterThan(8 * SCALED.sweepIntervalMs);
  });

  it('is scheduled anew by itself when Redis comes back empty', async () => {
    let runs = 0;
    const run = async () => {
      runs += 1;
      return NOTHING;
    };
    process({ run });
    await until('sweeps', () => runs >= 2, 5_000);
    await redis.restart({ empty: true });
    const before = runs;
    await until('sweeps again', () => runs >= before + 3, 5_000);
  });

  it('keeps a bounded number of finished and failed jobs', async () => {
    let runs = 0;
    const run = async () => {
      runs += 1;
      if (runs > 35) throw new Error('no');
      return NOTHING;
    };
    process({ run }, 20);
    await until('many sweeps', () => runs >= 75, 20_000);
    const counts = await queue().getJobCounts();
    expect(counts['completed']).toBeLessThanOrEqual(30);
    expect(counts['failed']).toBeLessThanOrEqual(30);
    expect(counts['delayed']).toBeLessThanOrEqual(1);
  });

  it('waits, when it is stopped, for the sweep under way', async () => {
    const release = new EventEmitter();
    let sweeping = false;
    const run = async () => {
      sweeping = true;
      await once(release, 'go');
      return NOTHING;
    };
    const processor = process({ run });
    await until('a sweep is under way', () => sweeping, 5_000);
    let stopped = false;
    const stop = processor.stop().then(() => (stopped = true));
    expect(await queue().getActiveCount()).toBe(1);
    expect(stopped).toBe(false);
    release.emit('go');
    await stop;
    const counts = await queue().getJobCounts();
    expect(counts).toMatchObject({ active: 0, completed: 1 });
  });

  const allEnded = () => connections.every(({ status }) => status === 'end');

  it('keeps no connection when it is stopped while a sweep does not end', async () => {
    const release = new EventEmitter();
    let sweeping = false;
    const run = async () => {
      sweeping = true;
      await once(release, 'go');
      return NOTHING;
    };
    const processor = process({ run });
    await until('a sweep is under way', () => sweeping, 5_000);
    ends.push(async () => void release.emit('go'));
    const startedAt = performance.now();
    await processor.stop();
    expect(performance.now() - startedAt).toBeLessThan(3_000);
    await until('every connection has ended', allEnded, 1_000);
  });

  it('keeps no connection of a worker that it gives up while Redis hangs', async () => {
    let runs = 0;
    const run = async () => {
      runs += 1;
      return NOTHING;
    };
    const processor = process({ run });
    await until('sweeps', () => runs >= 2, 5_000);
    await redis.pause();
    try {
      for (let renewal = 0; renewal < 3; renewal++) processor.renew();
      await processor.stop();
      expect(connections.length).toBeGreaterThan(4 * 2);
      await until('every connection has ended', allEnded, 5_000);
    } finally {
      await redis.resume();
    }
  });

  it('goes on with a new worker that clears away a schedule in a future that never comes', async () => {
    let runs = 0;
    const run = async () => {
      runs += 1;
      return NOTHING;
    };
    const startDate = Date.now() + 3_600_000;
    await queue().upsertJobScheduler(
      SWEEP_JOB,
      { every: SCALED.sweepIntervalMs, startDate },
      { name: SWEEP_JOB },
    );
    const processor = process({ run });
    await once(connections[0]!, 'ready');
    processor.renew();
    await until('sweeps', () => runs >= 3, 5_000);
    expect(processor.hasSwept).toBe(true);
  });

  describe('under the watchdog', () => {
    let sweeps: SweepService;
    let giveUp: jest.Mock;
    let byJob: number;

    beforeEach(async () => {
      const now = () => performance.now();
      const metrics = new SweepMetrics(new Metrics());
      sweeps = new SweepService(roll.store, metrics, new SweepLog(), now, NO_PROTECTION);
      giveUp = jest.fn();
      byJob = 0;
      const run = async () => {
        const result = await sweeps.run('job');
        byJob += 1;
        return result;
      };
      const processor = process({ run });
      const watchdog = new SweepWatchdog(
        roll.store,
        sweeps,
        processor,
        metrics,
        SCALED,
        now,
        giveUp,
      );
      watchdog.start();
      ends.push(() => watchdog.stop());
      await moreJobs(2, 5_000);
    });

    async function moreJobs(count: number, withinMs: number): Promise<void> {
      const before = byJob;
      await until('jobs sweep', () => byJob >= before + count, withinMs);
    }

    /** Fails with what it is measured over. */
    async function longestPauseMs(of: Promise<unknown>): Promise<number> {
      let longest = 0;
      const look = () => {
        longest = Math.max(longest, performance.now() - sweeps.lastFinishedAtMs);
      };
      const looking = setInterval(look, 20);
      try {
        await of;
      } finally {
        clearInterval(looking);
      }
      look();
      return longest;
    }

    it('comes back on new connections when the worker’s have ended for good', async () => {
      for (const connection of connections) connection.disconnect();
      expect(await longestPauseMs(moreJobs(3, 7_000))).toBeLessThan(5_000);
      expect(giveUp).not.toHaveBeenCalled();
    });

    it('comes back when the jobs and their schedule have vanished under it', async () => {
      await queue().obliterate({ force: true });
      await redis.client().del(`${roll.keys.jobs}:${SWEEP_QUEUE}:repeat`);
      expect(await longestPauseMs(moreJobs(3, 7_000))).toBeLessThan(5_000);
    });

    it('sweeps on, and has the process end, when no new worker ever gets a connection', async () => {
      noneConnects = true;
      for (const connection of connections) connection.disconnect();
      const gaveUp = () => giveUp.mock.calls.length > 0;
      expect(await longestPauseMs(until('it gives up', gaveUp, GIVE_UP_MS))).toBeLessThan(5_000);
    });
  });
});
