import { hostname } from 'node:os';
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import type { SessionStore } from '@rollcall/domain';
import { EventStreamServer } from '@rollcall/events';
import {
  BoundedLogs,
  Metrics,
  OpsServer,
  PinoLoggerService,
  redisMetrics,
  type Logger,
} from '@rollcall/observability';
import { connectRedis, rollKeys, SESSION_STORE, SessionStoreModule } from '@rollcall/session-store';
import { openBoard, type Board } from './board/board';
import { JudgeService } from './judge/judge.service';
import { connectTcp, type Connector } from './judge/tcp-connector';
import type { ReconcilerConfig } from './reconciler.config';
import { ReconcilerModule } from './reconciler.module';
import { CensusService } from './roll/census.service';
import { RollMetrics } from './roll/roll.metrics';
import { SweepProcessor } from './sweep/sweep.processor';
import { SweepWatchdog } from './sweep/sweep.watchdog';

export interface RunningReconciler {
  readonly opsPort: number;
  /** Not ready at once; the sweep under way is finished; then the jobs, the events and the store are let go, health last. */
  stop(): Promise<void>;
}

/** Every reconciler of a roll reads the events in this group: each event is counted by one of them. */
const EVENT_GROUP = 'reconciler';

/** With what the events (3 s), the store (0.6 s) and the metrics port (2 s) may take, well below the 10 s of a process. */
const JOBS_STOP_TIMEOUT_MS = 2_500;

/** Starts a reconciler; it does not wait for Redis. `connect` is how it reaches hosts. */
export async function startReconciler(
  config: ReconcilerConfig,
  logger: Logger,
  connect: Connector = connectTcp,
): Promise<RunningReconciler> {
  const { redis, timing } = config;
  const keys = rollKeys(redis);
  const metrics = new Metrics();
  const logs = new BoundedLogs(logger);
  const observer = redisMetrics(metrics);
  const id = `${hostname()}-${process.pid}-${randomBytes(4).toString('hex')}`;
  const events = new EventStreamServer({
    stream: keys.events,
    group: EVENT_GROUP,
    consumer: id,
    connect: () => connectRedis(redis, 'subscriber'),
  });
  const jobs = { connect: () => connectRedis(redis, 'worker'), prefix: keys.jobs };
  const module = ReconcilerModule.register({
    config,
    id,
    metrics,
    logs,
    connect,
    jobs,
    store: SessionStoreModule.register({ redis, policy: timing, role: 'sweep', observer }),
    giveUp: (why) => {
      logger.fatal(`reconciler ends: ${why}`);
      process.exit(1);
    },
  });
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(module, {
    strategy: events,
    abortOnError: false,
    logger: new PinoLoggerService(logger),
  });
  const book = app.get(RollMetrics);
  events.on('delivered', (type, verdict) => book.delivered(type, verdict));
  events.on('missed', (count) => book.missed(count));

  const processor = app.get(SweepProcessor);
  const watchdog = app.get(SweepWatchdog);
  const judge = app.get(JudgeService);
  const census = app.get(CensusService);
  const store = app.get<SessionStore>(SESSION_STORE);
  let stopping = false;
  const ops = new OpsServer({
    ...config.metrics,
    metrics,
    logger,
    readiness: async () => {
      if (stopping) return ['the reconciler is stopping'];
      return store.ping().then(
        () => [],
        (error: Error) => [error.message],
      );
    },
    liveness: () => [watchdog.problem() ?? [], judge.problem() ?? []].flat(),
  });
  let board: Board | undefined;
  const stop = async () => {
    stopping = true;
    const parts = [watchdog, processor, judge, census].map((part) => part.stop());
    const stopped = Promise.allSettled([...parts, board?.close()]);
    await Promise.race([stopped, delay(JOBS_STOP_TIMEOUT_MS, undefined, { ref: false })]);
    try {
      await app.close();
    } finally {
      logs.stop();
      await ops.stop();
    }
  };
  try {
    if (config.board.enabled) board = await openBoard(ops, jobs.connect(), jobs.prefix);
    const { port: opsPort } = await ops.start();
    logs.start();
    await app.listen();
    processor.start();
    watchdog.start();
    judge.start();
    census.start();
    logger.info({ metricsPort: opsPort, board: config.board.enabled }, 'sweeping');
    return { opsPort, stop };
  } catch (error) {
    await Promise.allSettled([stop()]);
    throw error;
  }
}
