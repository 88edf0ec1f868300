import {
  NO_RENEWALS,
  renewalFailed,
  renewed,
  resolve,
  rollTrust,
  storeFailure,
  type Endpoint,
  type LeasePolicy,
  type LookupStore,
  type PublicId,
  type Renewals,
  type Resolution,
} from '@rollcall/domain';

const RETRY_AFTER_MS = 500;

/** A resolver of a model: renews at its time, and decides as the real one does. Moments are its own clock's. */
export class ModelResolver {
  private renewals: Renewals = NO_RENEWALS;
  private startedAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly policy: LeasePolicy,
    readonly permits: (endpoint: Endpoint) => boolean,
  ) {}

  dueAtMs(): number {
    const { renewEveryMs } = this.policy;
    const { lastAttemptOk } = this.renewals;
    return (
      this.startedAtMs + (lastAttemptOk ? renewEveryMs : Math.min(renewEveryMs, RETRY_AFTER_MS))
    );
  }

  isRenewing(nowMs: number): boolean {
    return rollTrust(this.renewals, nowMs, this.policy).renewing;
  }

  async renew(store: Pick<LookupStore, 'renew'>, nowMs: number): Promise<void> {
    this.startedAtMs = nowMs;
    try {
      this.renewals = renewed((await store.renew()).settled, nowMs);
    } catch (error) {
      if (!storeFailure(error)) throw error;
      this.renewals = renewalFailed(this.renewals);
    }
  }

  /** Undefined when the store does not answer: that is a 503. */
  async look(
    store: Pick<LookupStore, 'lookup'>,
    id: PublicId,
    nowMs: () => number,
  ): Promise<Resolution | undefined> {
    try {
      const evidence = await store.lookup(id);
      const renewing = this.isRenewing(nowMs());
      return resolve(evidence, { transport: 'HTTP', renewing, permits: this.permits });
    } catch (error) {
      if (!storeFailure(error)) throw error;
      return undefined;
    }
  }
}
