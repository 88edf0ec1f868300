import { Logger } from '@nestjs/common';
import type { LeasePolicy } from '@rollcall/domain';
import type { DcvWatch } from '../dcv/dcv-watch.service';
import { sameStanding, type Standing } from '../roster/roster';
import { Alarm } from '../alarm';
import type { ClockSkew } from './clock-skew';
import { Conflicts, type Conflict } from './conflicts';
import { backOffMs, nextBeatMs, spreadMs, suspendedAfterMs, type Random } from './heartbeat-timing';
import { RollLog } from './roll-log';
import type { Reporter, SendOutcome } from './reporter';

export interface HeartbeatOptions {
  readonly policy: LeasePolicy;
  /** The last stop was planned, and a moment ago: sessions wait to be vouched for. */
  readonly returning: boolean;
  readonly random: Random;
}

/** A store that is there at the start answers within this time, connecting included. */
const CONNECT_PATIENCE_MS = 1_000;

/**
 * Reports the host's standing for as long as the agent lives. States, each left only forwards or back to *beating*:
 * - **gathering**: until the first report's moment (a random one within an interval; none when returning from a planned
 *   stop) and until `dcv` was heard of, for at most an interval.
 * - **beating**: a report every interval ± 10 %, and at once when the standing changes.
 * - **away**: the store took no report. Only pings are sent, which write nothing; when one is answered the next report
 *   waits for a random moment within an interval, so that a fleet does not come back all at once. If the store
 *   answers pings but still takes no report, the tries after the first are an interval apart. When a refusal has shown
 *   that another server is the master by now, the next one comes as soon as that one answers.
 * - **ended**: stopped, or given way to another agent with this server id.
 *
 * After the process itself was suspended, a new look at the sessions comes before the next report: the last one may
 * list sessions that were closed, or have moved on, in the meantime. Without one there is no report any more.
 */
export class Heartbeat {
  private readonly logger = new Logger('Heartbeat');
  private readonly alarm = new Alarm();
  private readonly conflicts: Conflicts;
  private readonly log = new RollLog(this.logger);
  private stopping = false;
  private suspended = false;
  private refusals = 0;
  private hasLeftMaster = false;
  private sent?: Standing;
  private loop?: Promise<Conflict | undefined>;
  private turnedAtMs = performance.now();

  constructor(
    private readonly watch: DcvWatch,
    private readonly reporter: Reporter,
    private readonly clock: ClockSkew,
    private readonly options: HeartbeatOptions,
  ) {
    this.conflicts = new Conflicts(options.policy);
    watch.onReading(() => this.alarm.ring());
  }

  /** Begins; resolves when the loop has ended, with the conflict that ended it if it was not stopped. */
  start(): Promise<Conflict | undefined> {
    this.turnedAtMs = performance.now();
    this.loop ??= this.run();
    return this.loop;
  }

  /** Ends the loop; resolves when no report is under way any more. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.alarm.ring();
    await this.loop;
  }

  /** The server that refused the last report is not the master any more, and another takes reports. */
  leftMaster(): void {
    this.hasLeftMaster = true;
    this.alarm.ring();
  }

  /** Whether the process was suspended after the last look at the sessions, so that nobody knows what became of them. */
  wasSuspended(): boolean {
    this.turn();
    return this.suspended;
  }

  /** When the loop last came round, by the monotonic clock. */
  get lastTurnAtMs(): number {
    return this.turnedAtMs;
  }

  private async run(): Promise<Conflict | undefined> {
    await this.gather();
    while (!this.stopping) {
      const outcome = await this.beat();
      if (outcome === undefined) break;
      const conflict = this.conflicts.note(outcome, performance.now());
      if (conflict) return conflict;
      if (outcome.kind === 'unavailable') await this.comeBack();
      else if (outcome.kind !== 'outdated') await this.untilNextBeat();
    }
    return undefined;
  }

  private async gather(): Promise<void> {
    const { policy, random, returning } = this.options;
    const startedAtMs = performance.now();
    if (!returning) await this.waitUntil(startedAtMs + spreadMs(policy, random));
    await this.waitUntil(startedAtMs + policy.intervalMs, () => this.watch.hasRead);
    const { waitedMs } = await this.untilStoreAnswers();
    if (waitedMs > CONNECT_PATIENCE_MS)
      await this.waitUntil(performance.now() + spreadMs(policy, random));
  }

  /** Undefined when nothing was sent, as the watch has ended before it looked again. */
  private async beat(): Promise<SendOutcome | undefined> {
    this.turn();
    if (this.suspended && !(await this.lookAgain())) return undefined;
    const standing = this.watch.standing();
    this.sent = standing;
    this.hasLeftMaster = false;
    const outcome = await this.reporter.send(standing);
    this.turn();
    this.log.sent(standing, outcome);
    if (outcome.kind === 'applied') void this.clock.lookIfDue(performance.now());
    return outcome;
  }

  private async lookAgain(): Promise<boolean> {
    this.logger.warn('the agent was suspended: it looks at the sessions before it reports them');
    const hasLooked = await this.watch.fresh();
    if (hasLooked) this.suspended = false;
    this.turnedAtMs = performance.now();
    return hasLooked;
  }

  private async untilNextBeat(): Promise<void> {
    const { policy, random } = this.options;
    const hasChanged = () => !this.sent || !sameStanding(this.sent, this.watch.standing());
    this.refusals = 0;
    await this.waitUntil(performance.now() + nextBeatMs(policy, random), hasChanged);
  }

  private async comeBack(): Promise<void> {
    const { policy, random } = this.options;
    this.refusals += 1;
    const { failedPings } = await this.untilStoreAnswers();
    const answersButRefuses = this.refusals > 1 && failedPings === 0;
    const pauseMs = answersButRefuses ? nextBeatMs(policy, random) : spreadMs(policy, random);
    await this.waitUntil(performance.now() + pauseMs, () => this.hasLeftMaster);
    if (this.hasLeftMaster) await this.untilStoreAnswers();
  }

  private async untilStoreAnswers(): Promise<{ failedPings: number; waitedMs: number }> {
    const startedAtMs = performance.now();
    let failedPings = 0;
    while (!this.stopping && !(await this.reporter.ping())) {
      failedPings += 1;
      const pauseMs = backOffMs(failedPings, this.options.policy, this.options.random);
      await this.waitUntil(performance.now() + pauseMs);
      if (performance.now() - startedAtMs > CONNECT_PATIENCE_MS) this.log.away('unreachable');
    }
    this.turn();
    return { failedPings, waitedMs: performance.now() - startedAtMs };
  }

  private async waitUntil(atMs: number, isOver: () => boolean = () => false): Promise<void> {
    while (!this.stopping && !isOver()) {
      const leftMs = atMs - performance.now();
      if (leftMs <= 0) return;
      await this.alarm.wait(leftMs);
      this.turn();
    }
  }

  private turn(): void {
    const nowMs = performance.now();
    if (nowMs - this.turnedAtMs > suspendedAfterMs(this.options.policy)) this.suspended = true;
    this.turnedAtMs = nowMs;
  }
}
