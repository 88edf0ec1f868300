import {
  DEFAULT_BELIEF,
  type HoldCause,
  type LeasePolicy,
  type Report,
  type ServerId,
  type ProtectionChange,
  type SessionStore,
} from '@rollcall/domain';
import { keepWritten } from './command-run';

/** Hosts that report together, and fall silent together, on a roll that stays settled. */
export class SilentFleet {
  constructor(
    private readonly store: SessionStore & { readonly policy: LeasePolicy },
    private readonly clock: { advance(ms: number): void },
  ) {}

  /** Has servers report, and no more, until they are late. */
  async fallsLate(...reports: readonly Report[]): Promise<void> {
    for (const report of reports) await this.store.report(report);
    await keepWritten(this.store, this.clock, this.store.policy.lateAfterMs);
  }

  /** A reconciler extends the lease of a late server. */
  async holds(server: string, cause: HoldCause): Promise<void> {
    const [record] = await this.store.records([server as ServerId]);
    if (!record) throw new Error(`${server} is not on the roll`);
    const { holdMaxMs } = DEFAULT_BELIEF;
    const vouch = { cause, by: 'reconciler-1', verdictTtlMs: 15_000, holdMaxMs };
    const outcome = await this.store.hold(record, vouch);
    if (outcome.kind !== 'held') throw new Error(`${server} is not held: ${outcome.kind}`);
  }

  /** A reconciler finds that a zone is to be protected. */
  async protects(zone: string, late: number, servers: number): Promise<void> {
    const { holdMaxMs } = DEFAULT_BELIEF;
    await this.change(zone, { to: 'on', late, servers, holdMaxMs });
  }

  /** A reconciler finds that few enough are late. */
  async recovers(zone: string): Promise<void> {
    await this.change(zone, { to: 'off' });
  }

  private async change(zone: string, change: ProtectionChange): Promise<void> {
    const { protections } = await this.store.survey(1);
    const version = protections.find((protection) => protection.zone === zone)?.version ?? 0;
    if (!(await this.store.changeProtection(zone, version, change))) {
      throw new Error(`the protection of "${zone}" does not become ${change.to}`);
    }
  }
}
