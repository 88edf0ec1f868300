import type {
  Fence,
  HoldOutcome,
  LeasePolicy,
  Release,
  ReleaseOutcome,
  ServerRecord,
  Survey,
  Vouch,
} from '@rollcall/domain';
import { BeliefBook } from './belief-book';
import type { RollStep } from './roll-step';
import type { Present } from './server-entry';
import type { Member, ServerTable } from './server-table';
import { isFresh, isLate, survey, type Surveyed } from './survey';

type Spared<Kind> = { readonly kind: Kind } | undefined;

/** Who is believed beyond the lease, and what speaks against it. */
export class Beliefs {
  readonly book: BeliefBook;

  constructor(
    private readonly servers: ServerTable,
    private readonly policy: LeasePolicy,
  ) {
    this.book = new BeliefBook(policy);
  }

  survey(lateMax: number, moment: Pick<Surveyed, 'nowMs' | 'heard' | 'settled'>): Survey {
    const { nowMs } = moment;
    const surveyed = {
      ...moment,
      members: this.servers.members(),
      protections: this.book.protections(),
      isReplaced: ([, entry]: Member) => this.isReplaced(entry, nowMs),
    };
    return survey(surveyed, lateMax, this.policy);
  }

  /** Why a server is not held; undefined when it may be. */
  refusalToHold(
    seen: ServerRecord,
    { holdMaxMs }: Vouch,
    { nowMs, heard }: RollStep,
  ): Exclude<HoldOutcome, { kind: 'held' }> | undefined {
    const entry = this.servers.retained(seen.server, nowMs);
    if (!heard && !(entry?.kind === 'present' && entry.held)) return { kind: 'unsettled' };
    if (entry?.kind !== 'present') return { kind: 'gone' };
    if (!isSame(entry.report, seen)) return { kind: 'reported' };
    if (entry.report.leaving) return { kind: 'gone' };
    if (!isLate(entry, nowMs, this.policy)) return { kind: 'reported' };
    if (this.isReplaced(entry, nowMs)) return { kind: 'replaced' };
    return nowMs - entry.reportedAtMs >= holdMaxMs ? { kind: 'expired' } : undefined;
  }

  /** Why a server is not released; undefined when it may be, which then counts. */
  refusalToRelease(
    seen: ServerRecord,
    release: Release,
    { nowMs, settled }: RollStep,
  ): Exclude<ReleaseOutcome, { kind: 'evicted' }> | undefined {
    if (!settled) return { kind: 'unsettled' };
    const entry = this.servers.member(seen.server);
    if (entry === undefined) return { kind: 'gone' };
    if (!isSame(this.servers.fence(seen.server, nowMs), seen)) return { kind: 'renewed' };
    if (!entry.held) return { kind: 'renewed' };
    if (nowMs - entry.reportedAtMs < this.policy.leaseTtlMs) return { kind: 'renewed' };
    if (release.reason === 'replaced' && !this.isReplaced(entry, nowMs)) return { kind: 'renewed' };
    return release.reason === 'dead' ? this.refusalOfDeath(entry, release, nowMs) : undefined;
  }

  /** Why a lapsed server is not evicted; undefined when nothing is said for it. */
  refusalToEvict({ report }: Present, nowMs: number): Spared<'vouched' | 'protected'> {
    if (this.book.isVouchedFor(report.server, nowMs)) return { kind: 'vouched' };
    const isProtected = !report.leaving && this.book.isProtected(report.zone, nowMs);
    return isProtected ? { kind: 'protected' } : undefined;
  }

  private refusalOfDeath(
    { report: { server, zone } }: Present,
    { by, confirmed }: Release,
    nowMs: number,
  ): Spared<'vouched' | 'protected' | 'paced'> {
    this.book.retracted(server, by);
    if (this.book.isVouchedFor(server, nowMs)) return { kind: 'vouched' };
    if (!this.book.isProtected(zone, nowMs)) return undefined;
    if (!confirmed) return { kind: 'protected' };
    const isAllowed = this.book.mayRelease(this.servers.members().length, nowMs);
    return isAllowed ? undefined : { kind: 'paced' };
  }

  /** Whether a server that is live itself has reported the endpoint since. */
  private isReplaced({ report }: Present, nowMs: number): boolean {
    const owner = this.book.ownerOf(report.endpoint);
    if (owner === undefined || owner === report.server) return false;
    const entry = this.servers.member(owner);
    return entry !== undefined && isFresh(entry, nowMs, this.policy);
  }
}

function isSame(one: Fence, other: Fence): boolean {
  return one.boot === other.boot && one.sequence === other.sequence;
}
