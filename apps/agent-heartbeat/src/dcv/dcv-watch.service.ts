import { Logger } from '@nestjs/common';
import { SESSIONS_PER_SERVER_MAX } from '@rollcall/domain';
import { maskSessionId } from '@rollcall/observability';
import type { AgentObserver } from '../agent.metrics';
import { Alarm } from '../alarm';
import type { Openings } from '../roster/openings';
import { emptyRoster, noteReading, standing, type Roster, type Standing } from '../roster/roster';
import type { DcvReading } from './dcv-reader';

export interface DcvWatchOptions {
  readonly pollIntervalMs: number;
  readonly graceMs: number;
  /** Which openings of the sessions an earlier life of the agent has told of. */
  readonly toldBefore?: Openings;
}

export type ReadDcv = (signal: AbortSignal) => Promise<DcvReading>;

const MASKED_MAX = 5;

/** Looks at the host's sessions again and again, one reading at a time; nobody who asks for the standing waits for it. */
export class DcvWatch {
  private readonly logger = new Logger('Dcv');
  private readonly alarm = new Alarm();
  private readonly ended = new AbortController();
  private readonly listeners = new Set<() => void>();
  private roster: Roster;
  private readingsStarted = 0;
  private readingsFinished = 0;
  private readingsWanted = 0;
  private leftOut = '';
  private loop?: Promise<void>;
  private turnedAtMs = performance.now();

  constructor(
    private readonly read: ReadDcv,
    private readonly options: DcvWatchOptions,
    private readonly observer: AgentObserver,
  ) {
    this.roster = emptyRoster(performance.now(), options.toldBefore);
  }

  start(): void {
    this.roster = emptyRoster(performance.now(), this.options.toldBefore);
    this.loop ??= this.run();
  }

  async stop(): Promise<void> {
    this.ended.abort();
    this.alarm.ring();
    await this.loop;
  }

  /** Whether `dcv` has been heard of at all, well or ill. */
  get hasRead(): boolean {
    return this.readingsFinished > 0;
  }

  /** When the loop last came round, by the monotonic clock. */
  get lastTurnAtMs(): number {
    return this.turnedAtMs;
  }

  standing(): Standing {
    return standing(this.roster, performance.now(), this.options.graceMs);
  }

  /** Calls back after every reading. */
  onReading(listener: () => void): void {
    this.listeners.add(listener);
  }

  /** Resolves when a reading has ended that began after this call; with false when the watch ended before. */
  async fresh(): Promise<boolean> {
    const wanted = this.readingsStarted + 1;
    this.readingsWanted = wanted;
    this.alarm.ring();
    while (this.readingsFinished < wanted && !this.ended.signal.aborted) await this.nextReading();
    return this.readingsFinished >= wanted;
  }

  private nextReading(): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.listeners.delete(done);
        this.ended.signal.removeEventListener('abort', done);
        resolve();
      };
      this.listeners.add(done);
      this.ended.signal.addEventListener('abort', done);
    });
  }

  private async run(): Promise<void> {
    const { signal } = this.ended;
    while (!signal.aborted) {
      await this.look(signal);
      this.turnedAtMs = performance.now();
      const isHurried = this.readingsWanted > this.readingsStarted;
      if (!isHurried && !signal.aborted) await this.alarm.wait(this.options.pollIntervalMs);
    }
  }

  private async look(signal: AbortSignal): Promise<void> {
    const startedAtMs = performance.now();
    this.readingsStarted += 1;
    const reading = await this.read(signal);
    if (signal.aborted) return;
    const outcome = reading.kind === 'listed' ? 'ok' : reading.failure;
    this.observer.dcvRead(outcome, performance.now() - startedAtMs);
    this.note(reading);
    this.readingsFinished = this.readingsStarted;
    for (const listener of [...this.listeners]) listener();
  }

  private note(reading: DcvReading): void {
    const before = this.roster;
    this.roster = noteReading(before, reading, performance.now());
    if (reading.kind === 'failed') {
      this.sayFailed(reading, before.failure !== undefined);
      return;
    }
    if (before.failure !== undefined) this.logger.log('dcv answers again');
    this.observer.rosterChanged(this.roster, reading.unusable.length);
    this.sayLeftOut(reading.unusable, this.roster.overflow);
  }

  private sayFailed(reading: DcvReading & { kind: 'failed' }, again: boolean): void {
    const { failure, reason, said } = reading;
    const { graceMs } = this.options;
    if (again) this.logger.debug('dcv fails again', { failure, reason });
    else {
      const sentence =
        'dcv does not list the sessions; the last ones stand until the grace is over';
      this.logger.warn(sentence, { failure, reason, graceMs });
    }
    if (said !== undefined) this.logger.debug('what dcv said', { said });
  }

  private sayLeftOut(unusable: readonly string[], overflow: number): void {
    const leftOut = `${unusable.length} ${overflow}`;
    if (leftOut === this.leftOut || (this.leftOut === '' && leftOut === '0 0')) return;
    this.leftOut = leftOut;
    if (unusable.length > 0) {
      this.logger.warn('sessions are left out: their ids are no 1–256 bytes of plain UTF-8', {
        count: unusable.length,
        sessions: unusable.slice(0, MASKED_MAX).map(maskSessionId),
      });
    }
    if (overflow > 0) {
      this.logger.error(
        `sessions are left out: dcv lists more than the ${SESSIONS_PER_SERVER_MAX} that a server may report`,
        { count: overflow },
      );
    }
    if (leftOut === '0 0') this.logger.log('no session is left out any more');
  }
}
