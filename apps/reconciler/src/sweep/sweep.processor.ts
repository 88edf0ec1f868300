import { Injectable, Logger } from '@nestjs/common';
import { SWEEP_JOB, SWEEP_QUEUE, type SweepResult } from '@rollcall/contracts';
import { Queue, Worker } from 'bullmq';
import { setTimeout as delay } from 'node:timers/promises';
import { JobConnections, type JobConnection } from './job-connections';
import type { SweepService } from './sweep.service';

export interface SweepProcessorOptions {
  /** Opens a connection that waits for ever, as BullMQ demands. */
  readonly connect: () => JobConnection;
  /** BullMQ's prefix. */
  readonly prefix: string;
  readonly sweepIntervalMs: number;
}

/** All that belongs to one worker, and is given up with it. */
interface Line {
  readonly connections: JobConnections;
  readonly queue: Queue;
  readonly worker: Worker;
  hasSwept: boolean;
}

const JOBS_KEPT = 30;
const QUEUE_EVENTS_KEPT = 100;

/** BullMQ waits 15 s by default before it asks Redis again. */
const RETRY_AFTER_MS = 500;

/** BullMQ's close may wait for ever, for Redis or for a sweep; the connections end after this time at the latest. */
const CLOSE_TIMEOUT_MS = 2_000;

/**
 * Sweeps when the scheduled job says so. There is one job at a time, whatever the number of reconcilers: whoever takes it
 * schedules the next. The scheduler is written at every connect, for a Redis that came back may have lost it.
 */
@Injectable()
export class SweepProcessor {
  private readonly logger = new Logger(SweepProcessor.name);
  private line: Line | undefined;

  constructor(
    private readonly sweeps: SweepService,
    private readonly options: SweepProcessorOptions,
  ) {}

  start(): void {
    this.line = this.open();
  }

  /** Whether the present worker has finished a sweep. */
  get hasSwept(): boolean {
    return this.line?.hasSwept ?? false;
  }

  /** A new worker on new connections, with a scheduler written anew; nobody waits for the old one. None once it is stopped. */
  renew(): void {
    const old = this.line;
    if (old === undefined) return;
    this.line = this.open({ anew: true });
    this.close(old, true).catch((error: unknown) => this.note(error));
  }

  /** Takes no further job, and waits for the sweep under way, but not for long. */
  async stop(): Promise<void> {
    const { line } = this;
    this.line = undefined;
    if (line) await this.close(line, !line.connections.areReady);
  }

  private open({ anew = false } = {}): Line {
    const { connect, prefix } = this.options;
    const connections = new JobConnections(connect);
    const [ofQueue, ofWorker] = [connections.open(), connections.open()];
    const queue = new Queue(SWEEP_QUEUE, {
      connection: ofQueue,
      prefix,
      streams: { events: { maxLen: QUEUE_EVENTS_KEPT } },
    });
    const worker = new Worker<unknown, SweepResult>(SWEEP_QUEUE, () => this.sweep(line), {
      connection: ofWorker,
      prefix,
      runRetryDelay: RETRY_AFTER_MS,
    });
    const line: Line = { connections, queue, worker, hasSwept: false };
    // An outage is told by the sweeps that fail; these errors only repeat it, several times a second.
    queue.on('error', (error) => this.note(error));
    worker.on('error', (error) => this.note(error));
    let clear = anew;
    ofQueue.on('ready', () => {
      this.schedule(queue, clear).catch((error: unknown) => this.note(error));
      clear = false;
    });
    return line;
  }

  private async sweep(line: Line): Promise<SweepResult> {
    const { lapsed, evicted, sessions, spared } = await this.sweeps.run('job');
    line.hasSwept = true;
    return { lapsed, evicted, sessions, spared };
  }

  /** Cleared first when something is wrong with it, such as a next time in a future that a clock has left. */
  private async schedule(queue: Queue, clear: boolean): Promise<void> {
    if (clear) await queue.removeJobScheduler(SWEEP_JOB);
    await queue.upsertJobScheduler(
      SWEEP_JOB,
      { every: this.options.sweepIntervalMs },
      {
        name: SWEEP_JOB,
        opts: { removeOnComplete: { count: JOBS_KEPT }, removeOnFail: { count: JOBS_KEPT } },
      },
    );
  }

  private async close({ worker, queue, connections }: Line, force: boolean): Promise<void> {
    const closed = Promise.all([worker.close(force), queue.close()]);
    try {
      await Promise.race([closed, delay(CLOSE_TIMEOUT_MS, undefined, { ref: false })]);
    } finally {
      connections.disconnect();
    }
  }

  private note(error: unknown): void {
    this.logger.debug(error);
  }
}
