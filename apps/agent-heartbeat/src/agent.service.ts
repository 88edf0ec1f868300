import { Logger } from '@nestjs/common';
import type { LeasePolicy } from '@rollcall/domain';
import type { StopMode } from './settings/host.settings';
import type { DcvWatch } from './dcv/dcv-watch.service';
import type { Conflict } from './heartbeat/conflicts';
import { suspendedAfterMs } from './heartbeat/heartbeat-timing';
import type { Heartbeat } from './heartbeat/heartbeat.service';
import type { Reporter } from './heartbeat/reporter';

export interface AgentOptions {
  readonly policy: LeasePolicy;
  readonly stop: StopMode;
  readonly dcvTimeoutMs: number;
  readonly pollIntervalMs: number;
  /** Leaves word for the next start that this stop was planned. */
  readonly notePlannedStop: () => void;
}

/** A loop that is this much later than it ever should be has stopped turning. */
const LIFE_SLACK_MS = 10_000;

/** The agent as a whole: begins, ends in order, and says how it is. */
export class Agent {
  private readonly logger = new Logger('Agent');
  private conflict?: Conflict;

  constructor(
    private readonly watch: DcvWatch,
    private readonly heartbeat: Heartbeat,
    private readonly reporter: Reporter,
    private readonly options: AgentOptions,
  ) {}

  /** Begins; resolves only if the agent has to give way to another one. */
  async run(): Promise<Conflict> {
    this.watch.start();
    const conflict = await this.heartbeat.start();
    if (conflict === undefined) return new Promise(() => undefined);
    this.conflict = conflict;
    this.logger.error(`${conflict.sentence} This agent stops.`, { conflict: conflict.kind });
    await this.reporter.giveWay();
    return conflict;
  }

  /** Ends the loops, then takes leave; bounded by what a report under way and the last one may take. */
  async stop(mode: StopMode = this.options.stop): Promise<void> {
    await this.watch.stop();
    await this.heartbeat.stop();
    if (this.conflict) return;
    if (mode === 'withdraw') await this.withdraw();
    else if (this.reporter.lastAppliedAtMs !== undefined) await this.leave();
  }

  /** What keeps the host from being on the roll; empty = it is. */
  readinessProblems(): string[] {
    if (this.conflict) return [this.conflict.sentence];
    const appliedAtMs = this.reporter.lastAppliedAtMs;
    if (appliedAtMs === undefined) return ['no report has been applied yet'];
    const ageMs = Math.round(performance.now() - appliedAtMs);
    return ageMs < this.options.policy.lateAfterMs
      ? []
      : [`the last report was applied ${ageMs} ms ago`];
  }

  /** What only a restart cures; neither Redis nor dcv can cause it. */
  livenessProblems(): string[] {
    const { policy, dcvTimeoutMs, pollIntervalMs } = this.options;
    const readingMs = pollIntervalMs + dcvTimeoutMs + LIFE_SLACK_MS;
    const loops = [
      ['dcv', this.watch.lastTurnAtMs, readingMs],
      ['heartbeat', this.heartbeat.lastTurnAtMs, suspendedAfterMs(policy) + 2 * readingMs],
    ] as const;
    return loops
      .filter(([, turnedAtMs, limitMs]) => performance.now() - turnedAtMs > limitMs)
      .map(([name, , limitMs]) => `the ${name} loop has not turned for ${limitMs} ms`);
  }

  private async leave(): Promise<void> {
    try {
      this.options.notePlannedStop();
    } catch (error) {
      this.logger.warn('the planned stop could not be noted: the next start will not hurry', error);
    }
    if (this.heartbeat.wasSuspended()) return this.missed('suspended');
    const { kind } = await this.reporter.send(this.watch.standing(), true);
    if (kind !== 'applied') return this.missed(kind);
    const { leavingLeaseMs } = this.options.policy;
    this.logger.log('leaving: the sessions stay findable for a while', { forMs: leavingLeaseMs });
  }

  private async withdraw(): Promise<void> {
    const { kind } = await this.reporter.withdraw();
    if (kind === 'applied') this.logger.log('withdrawn: the sessions are off the roll');
    else this.missed(kind);
  }

  private missed(outcome: string): void {
    this.logger.warn('no leave was taken: the sessions lapse with their lease', { outcome });
  }
}
