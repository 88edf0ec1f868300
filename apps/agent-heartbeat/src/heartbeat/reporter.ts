import { Logger } from '@nestjs/common';
import {
  storeFailure,
  StoreUnavailableError,
  type Endpoint,
  type Fence,
  type LeasePolicy,
  type Report,
  type ReportOutcome,
  type ReportStore,
  type StoreFailure,
} from '@rollcall/domain';
import type { AgentObserver } from '../agent.metrics';
import type { Identity } from '../identity/identity';
import type { Standing } from '../roster/roster';
import type { ToldSessions } from './told-sessions';

/** What became of one report. */
export type SendOutcome =
  | { readonly kind: 'applied' }
  /** The store gave no answer, or refuses writes. */
  | { readonly kind: 'unavailable'; readonly failure: StoreFailure }
  /** The store did not understand it: a later one may fare better, repeating this one does not help. */
  | { readonly kind: 'refused'; readonly error: unknown }
  | { readonly kind: 'superseded'; readonly boot: number }
  /** Somebody has used this boot's sequence number, or a later one. */
  | { readonly kind: 'outdated' };

export interface ReporterOptions {
  readonly identity: Identity;
  readonly endpoint: Endpoint;
  readonly zone: string;
  readonly policy: LeasePolicy;
}

/** A report is one round trip, or two after a restart or a loss; each is bounded by the report time-out. */
const ROUND_TRIPS_MAX = 2;

/** Speaks to the store for this life of this server, one report at a time, each with a higher sequence number. */
export class Reporter {
  private readonly logger = new Logger('Report');
  private sequence = 0;
  private appliedAtMs?: number;

  constructor(
    private readonly store: ReportStore,
    private readonly options: ReporterOptions,
    private readonly told: ToldSessions,
    private readonly observer: AgentObserver,
  ) {}

  /** When the store last applied a report, by the monotonic clock. */
  get lastAppliedAtMs(): number | undefined {
    return this.appliedAtMs;
  }

  /**
   * Reports the standing. No number is used twice, not even after a time-out: if the store has seen this one or a later
   * one, this process is a copy of another, or an older snapshot of itself. It then counts on from the store's number.
   */
  async send(standing: Standing, leaving = false): Promise<SendOutcome> {
    const { identity, endpoint, zone } = this.options;
    const report: Report = {
      ...this.nextFence(),
      server: identity.server,
      healthy: standing.healthy,
      sessions: this.told.listOf(standing),
      endpoint,
      zone,
      leaving,
    };
    const outcome = await this.attempt(report, () => this.store.report(report));
    this.told.wasSent(standing, outcome.kind === 'applied');
    return outcome;
  }

  /** Takes the server off the roll. */
  async withdraw(): Promise<SendOutcome> {
    const { server } = this.options.identity;
    const fence = this.nextFence();
    return this.attempt(fence, () => this.store.withdraw(server, fence));
  }

  /** Tells that this agent ends for another one; as well as it can, for it ends in any case. */
  async giveWay(): Promise<void> {
    const { identity, policy } = this.options;
    const told = this.store.giveWay(identity.server, this.nextFence());
    await within(ROUND_TRIPS_MAX * policy.reportTimeoutMs, told).catch((error: unknown) =>
      this.logger.debug('nobody was told of the conflict', { reason: String(error) }),
    );
  }

  /** Whether the store answers; writes nothing. */
  async ping(): Promise<boolean> {
    try {
      await within(this.options.policy.reportTimeoutMs, this.store.ping());
      return true;
    } catch (error) {
      this.logger.debug('the session store does not answer a ping', { reason: String(error) });
      return false;
    }
  }

  /** How far this host's clock is ahead of the store's; undefined when the store does not tell. */
  async clockSkewMs(): Promise<number | undefined> {
    try {
      const startedAtMs = Date.now();
      const storeMs = await within(this.options.policy.reportTimeoutMs, this.store.time());
      return (startedAtMs + Date.now()) / 2 - storeMs;
    } catch (error) {
      this.logger.debug('the session store does not tell its clock', { reason: String(error) });
      return undefined;
    }
  }

  private nextFence(): Fence {
    return { boot: this.options.identity.boot, sequence: ++this.sequence };
  }

  private async attempt(
    sent: Fence | Report,
    work: () => Promise<ReportOutcome>,
  ): Promise<SendOutcome> {
    const startedAtMs = performance.now();
    const outcome = await this.outcomeOf(work);
    const endedAtMs = performance.now();
    if (outcome.kind === 'applied') this.appliedAtMs = endedAtMs;
    this.observer.reportFinished(outcome.kind, endedAtMs - startedAtMs);
    const tookMs = Math.ceil(endedAtMs - startedAtMs);
    this.logger.debug('report', { ...summary(sent), outcome: outcome.kind, tookMs });
    return outcome;
  }

  private async outcomeOf(work: () => Promise<ReportOutcome>): Promise<SendOutcome> {
    try {
      const timeoutMs = ROUND_TRIPS_MAX * this.options.policy.reportTimeoutMs;
      const outcome = await within(timeoutMs, work());
      return this.translated(outcome);
    } catch (error) {
      const failure = storeFailure(error);
      if (failure === undefined) return { kind: 'refused', error };
      this.logger.debug('the session store did not take a report', { failure });
      return { kind: 'unavailable', failure };
    }
  }

  private translated(outcome: ReportOutcome): SendOutcome {
    switch (outcome.kind) {
      case 'applied':
      case 'superseded':
        return outcome;
      case 'already-applied':
        return { kind: 'outdated' };
      case 'outdated':
        this.sequence = outcome.sequence;
        return { kind: 'outdated' };
    }
  }
}

/** What a report said, for who follows every single one of them. */
function summary(sent: Fence | Report): Record<string, unknown> {
  const { boot, sequence } = sent;
  if (!('sessions' in sent)) return { boot, sequence, sessions: 'withdrawn' };
  const { sessions, leaving } = sent;
  return {
    boot,
    sequence,
    leaving,
    sessions: sessions.kind === 'listed' ? sessions.ids : sessions.kind,
  };
}

async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new StoreUnavailableError('unreachable')), timeoutMs);
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
