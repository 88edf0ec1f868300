import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { Injectable, Logger } from '@nestjs/common';
import {
  NO_RENEWALS,
  renewalFailed,
  renewed,
  rollTrust,
  storeFailure,
  StoreUnavailableError,
  type LeasePolicy,
  type LookupStore,
  type Renewals,
  type RollTrust,
} from '@rollcall/domain';

/** The connection, begun while the application is put together, gets this long before the first renewal. */
const FIRST_AFTER_MS = 50;

/** After a failed renewal the next one comes this soon, so that the end of an outage is noticed. */
const RETRY_AFTER_MS = 500;

/** Besides lookups a resolver sends at most ten commands per second, however short the leases are. */
const APART_MIN_MS = 100;

/** Share of the period by which a renewal may come early, so that resolvers do not march in step. */
const JITTER = 0.2;

/**
 * Renews the settled fact, and so finds out how far this process may trust what it reads. One renewal at a time: the
 * next is due a period after the last one *started*, but never before that one has ended.
 */
@Injectable()
export class RollRenewalService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(RollRenewalService.name);
  private renewals: Renewals = NO_RENEWALS;
  private failure = 'the session store has not answered yet';
  private reported: string | undefined = this.failure;
  private timer: NodeJS.Timeout | undefined;
  private startedAtMs = Number.NEGATIVE_INFINITY;
  private stopped = false;

  constructor(
    private readonly store: Pick<LookupStore, 'renew'>,
    private readonly policy: LeasePolicy,
    private readonly now: () => number,
    private readonly random: () => number = Math.random,
  ) {}

  onApplicationBootstrap(): void {
    this.schedule(FIRST_AFTER_MS);
  }

  onModuleDestroy(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  trust(): RollTrust {
    return rollTrust(this.renewals, this.now(), this.policy);
  }

  /** Says why the roll is not to be trusted now, or undefined when it is. */
  problem(): string | undefined {
    const { renewing, settled } = this.trust();
    if (!this.renewals.lastAttemptOk) return this.failure;
    if (!renewing)
      return `the roll was last renewed ${Math.round(this.now() - this.renewals.lastOkAtMs)} ms ago`;
    if (settled) return undefined;
    return `the roll is not settled: it has to be written for ${this.policy.settleAfterMs} ms without a gap of ${this.policy.gapMs} ms`;
  }

  /**
   * A lost connection is the end of all trust, before any renewal fails: what is behind the next one may be empty. A new
   * one is renewed on at once.
   */
  connectionChanged(up: boolean): void {
    if (up) {
      if (this.timer !== undefined) this.schedule(0);
      return;
    }
    this.renewals = renewalFailed(this.renewals);
    this.failure = new StoreUnavailableError('unreachable').message;
  }

  private schedule(delayMs: number): void {
    if (this.stopped) return;
    clearTimeout(this.timer);
    const soonestMs = this.startedAtMs + APART_MIN_MS - this.now();
    this.timer = setTimeout(() => void this.renew(), Math.max(0, delayMs, soonestMs));
  }

  private async renew(): Promise<void> {
    this.timer = undefined;
    const startedAtMs = (this.startedAtMs = this.now());
    try {
      const { settled } = await this.store.renew();
      // The answer is as old as its question.
      this.renewals = renewed(settled, startedAtMs);
    } catch (error) {
      this.renewals = renewalFailed(this.renewals);
      this.failure = error instanceof Error ? error.message : String(error);
      if (!storeFailure(error)) this.logger.error(error);
    }
    this.reportChange();
    this.schedule(startedAtMs + this.periodMs() - this.now());
  }

  private periodMs(): number {
    const { renewEveryMs } = this.policy;
    const wantedMs = this.renewals.lastAttemptOk
      ? renewEveryMs
      : Math.min(renewEveryMs, RETRY_AFTER_MS);
    return wantedMs * (1 - JITTER * this.random());
  }

  private reportChange(): void {
    const problem = this.problem();
    if (problem === this.reported) return;
    this.reported = problem;
    if (problem === undefined) this.logger.log('Ready: the roll is settled and renewed.');
    else if (this.renewals.lastAttemptOk) this.logger.log(`Not ready: ${problem}.`);
    else this.logger.warn(`Not ready: ${problem}.`);
  }
}
