import {
  qualifiedId,
  type EvictionOutcome,
  type Fence,
  type GrantOutcome,
  type HoldCause,
  type LapsedServer,
  type LeasePolicy,
  type LocalId,
  type Report,
  type ReportOutcome,
  type ServerId,
  type SessionName,
} from '@rollcall/domain';
import { BeliefOracle } from './belief-oracle';
import { both, isBefore, later, type Certainty, type Moments } from './moments';
import { TokenOracle } from './token-oracle';

/** All the oracle holds to be true of one server. */
export interface ServerTruth {
  readonly server: ServerId;
  readonly fence: Fence;
  /** The newest accepted report; undefined when the server was struck off. */
  readonly report?: Report;
  /** Undefined when it has told none since it joined. */
  readonly list?: readonly LocalId[];
  readonly reportedAt: Moments;
  /** Why it is believed beyond the lease of its newest report. */
  readonly held?: HoldCause;
  /** Whether it still has the bare ids it claimed: a hold does not bring back those that lapsed. */
  readonly keepsClaims: Certainty;
  readonly leaseEnds: Moments;
  readonly retainedUntil: Moments;
  /** Until when it is remembered who owned its bare ids last. */
  readonly claimsKeptUntil: Moments;
}

/** A server that may be believed with an id. */
export interface Claimant {
  readonly truth: ServerTruth;
  readonly believed: Certainty;
}

/** Who a bare id must lead to while nobody else claims it; `live` when that has to be its mark. */
export interface Ownership {
  readonly server: ServerId;
  readonly live: boolean;
}

/** How long the roll has been written without a gap, in the store's own steps. */
export interface RollState {
  readonly heard: boolean;
  readonly settled: boolean;
  readonly judged: boolean;
}

/** When something happened, and what the roll was then. */
export type Circumstances = Moments & Readonly<Record<keyof RollState, Certainty>>;

/** What the invariants say must be true after a history of reports and evictions; knows nothing of how a store works. */
export class RollOracle {
  readonly tokens = new TokenOracle();
  readonly beliefs: BeliefOracle;
  private readonly truths = new Map<ServerId, ServerTruth>();
  private readonly owners = new Map<LocalId, Ownership>();
  /** Who may have been believed alone with a bare id on a settled roll, since it last claimed it anew. */
  private readonly settledClaims = new Set<string>();

  constructor(private readonly policy: LeasePolicy) {
    this.beliefs = new BeliefOracle(policy);
  }

  /** What is known of a server, unless its retention has certainly ended. */
  truth(server: ServerId, now: Moments): ServerTruth | undefined {
    const truth = this.truths.get(server);
    return truth && isBefore(now, truth.retainedUntil) !== 'no' ? truth : undefined;
  }

  present(now: Moments): ServerTruth[] {
    return [...this.truths.keys()]
      .map((server) => this.truth(server, now))
      .filter((truth): truth is ServerTruth => truth?.report !== undefined);
  }

  claimants(id: LocalId, now: Moments): Claimant[] {
    return this.present(now)
      .filter(({ list }) => list?.includes(id))
      .map((truth) => ({
        truth,
        believed: both(isBefore(now, truth.leaseEnds), truth.keepsClaims),
      }))
      .filter(({ believed }) => believed !== 'no');
  }

  ownerOf(id: LocalId): Ownership | undefined {
    return this.owners.get(id);
  }

  /** Whether this server's bare answer may be live: its claim was seen, or may have been, by a settled roll. */
  mayBeLive(server: ServerId, id: LocalId): boolean {
    return this.settledClaims.has(qualifiedId(server, id));
  }

  /** I3: what a report or withdrawal must come to; several outcomes when the oracle cannot know. */
  expectedOutcomes(server: ServerId, fence: Fence, now: Moments): ReportOutcome[] {
    const truth = this.truth(server, now);
    const applied: ReportOutcome = { kind: 'applied' };
    if (!truth) return [applied];
    const forgotten = isBefore(now, truth.retainedUntil) === 'maybe' ? [applied] : [];
    const { boot, sequence } = truth.fence;
    if (fence.boot < boot) return [{ kind: 'superseded', boot }, ...forgotten];
    if (fence.boot > boot || fence.sequence > sequence) return [applied];
    if (fence.sequence < sequence) return [{ kind: 'outdated', sequence }, ...forgotten];
    return [{ kind: 'already-applied' }, ...forgotten];
  }

  /** What the granting of a token must come to; several outcomes when the oracle cannot know. */
  expectedGrants({ server, session }: SessionName, now: Moments): GrantOutcome[] {
    const truth = this.truth(server, now);
    if (!truth?.report || !truth.list?.includes(session)) return ['no-session'];
    const forgotten = isBefore(now, truth.retainedUntil) === 'maybe';
    return forgotten ? ['granted', 'no-session'] : ['granted'];
  }

  reported(report: Report, when: Circumstances): void {
    const { server } = report;
    const { leaseTtlMs, leavingLeaseMs } = this.policy;
    const before = this.truth(server, when);
    if (!before || isBefore(when, before.claimsKeptUntil) !== 'yes') this.forgetClaims(server);
    this.truths.set(server, {
      server,
      fence: { boot: report.boot, sequence: report.sequence },
      report,
      list: listAfter(report, before),
      reportedAt: when,
      keepsClaims: 'yes',
      leaseEnds: later(when, report.leaving ? leavingLeaseMs : leaseTtlMs),
      retainedUntil: this.keptOn(when),
      claimsKeptUntil: this.keptOn(when),
    });
    if (before?.held) this.beliefs.forget(server);
    const list = this.truths.get(server)?.list ?? [];
    const closed = before?.list?.filter((id) => !list.includes(id)) ?? [];
    const opened = list.filter((id) => !before?.list?.includes(id));
    if (!before || isBefore(when, before.retainedUntil) !== 'yes') this.tokens.doubted(server);
    this.tokens.ended(server, [...closed, ...opened, ...reopenedIn(report)]);
    for (const id of closed) this.letGo(server, id, when);
    for (const id of list) this.claimed(server, id, when);
  }

  /** A late server is believed for one more lease. */
  held(server: ServerId, cause: HoldCause, when: Circumstances): void {
    const before = this.truths.get(server);
    if (!before) return;
    const keepsClaims = isBefore(when, before.leaseEnds) === 'yes' ? before.keepsClaims : 'maybe';
    this.truths.set(server, {
      ...before,
      held: cause,
      keepsClaims,
      leaseEnds: later(when, this.policy.leaseTtlMs),
      retainedUntil: later(when, this.policy.retentionMs),
      claimsKeptUntil: this.keptOn(when),
    });
    for (const id of before.list ?? []) this.settledClaims.add(qualifiedId(server, id));
  }

  /** Whether another server is on the roll with the same endpoint. */
  mayBeReplaced(server: ServerId, now: Moments): boolean {
    const endpoint = this.truths.get(server)?.report?.endpoint;
    return this.present(now).some(
      ({ server: other, report }) =>
        other !== server &&
        report?.endpoint.host === endpoint?.host &&
        report?.endpoint.httpPort === endpoint?.httpPort,
    );
  }

  struckOff(server: ServerId, fence: Fence, when: Circumstances): void {
    const before = this.truths.get(server);
    const retainedUntil = later(when, this.policy.retentionMs);
    const reportedAt = before?.reportedAt ?? when;
    const keepsClaims = 'no';
    this.truths.set(server, {
      server,
      fence,
      reportedAt,
      keepsClaims,
      leaseEnds: when,
      retainedUntil,
      claimsKeptUntil: retainedUntil,
    });
    this.beliefs.forget(server);
    if (before && isBefore(when, before.retainedUntil) === 'yes')
      this.tokens.ended(server, before.list ?? []);
    else this.tokens.doubted(server);
    for (const id of before?.list ?? []) this.letGo(server, id, when);
  }

  /** What an eviction by a sweep must come to; several outcomes when the oracle cannot know. */
  expectedEvictions(seen: LapsedServer, when: Circumstances): EvictionOutcome['kind'][] {
    const truth = this.truths.get(seen.server);
    const maybe: EvictionOutcome['kind'][] = when.judged === 'yes' ? [] : ['unsettled'];
    if (!truth?.report) return ['gone', ...maybe];
    const retained = isBefore(when, truth.retainedUntil);
    const { boot, sequence } = truth.fence;
    const isSeen = seen.fence.boot === boot && seen.fence.sequence === sequence;
    const believed = isBefore(when, truth.leaseEnds);
    if (retained !== 'yes') maybe.push('gone');
    if (retained !== 'yes' || !isSeen || believed !== 'no') maybe.push('renewed');
    const isEvictable = (isSeen && believed !== 'yes') || retained !== 'yes';
    if (isEvictable && when.judged !== 'no')
      maybe.push(...this.beliefs.expectedEndings(truth, when));
    return maybe;
  }

  lostEverything(): void {
    this.truths.clear();
    this.owners.clear();
    this.settledClaims.clear();
    this.tokens.lostEverything();
    this.beliefs.lostEverything();
  }

  /** When something is forgotten that is kept on with a report, or has been, not long before. */
  private keptOn({ fromMs, toMs }: Moments): Moments {
    const { retentionMs } = this.policy;
    return { fromMs: fromMs + 0.9 * retentionMs, toMs: toMs + retentionMs };
  }

  private claimed(server: ServerId, id: LocalId, when: Circumstances): void {
    const isSole = this.claimants(id, when).every(({ truth }) => truth.server === server);
    if (when.settled !== 'no') this.settledClaims.add(qualifiedId(server, id));
    if (when.settled === 'yes' && isSole) this.owners.set(id, { server, live: true });
    else if (this.owners.get(id)?.server !== server) this.owners.delete(id);
  }

  /** A last claim that is left of a contest is promoted at once, but only on a settled roll. */
  private letGo(server: ServerId, id: LocalId, when: Circumstances): void {
    const left = this.claimants(id, when);
    const [last, ...others] = left;
    this.settledClaims.delete(qualifiedId(server, id));
    if (when.settled !== 'no') {
      for (const { truth } of left) this.settledClaims.add(qualifiedId(truth.server, id));
    }
    const owner = this.owners.get(id);
    if (owner?.server === server) this.owners.delete(id);
    if (!last || others.length > 0 || last.truth.server === owner?.server) return;
    if (when.settled === 'yes' && last.believed === 'yes') {
      this.owners.set(id, { server: last.truth.server, live: false });
    }
  }

  private forgetClaims(server: ServerId): void {
    for (const [id, owner] of this.owners) {
      if (owner.server === server) this.owners.delete(id);
    }
    for (const claim of this.settledClaims) {
      if (claim.startsWith(`${server}~`)) this.settledClaims.delete(claim);
    }
  }
}

function reopenedIn({ sessions }: Report): readonly LocalId[] {
  return (sessions.kind === 'listed' && sessions.reopened) || [];
}

function listAfter(
  report: Report,
  before: ServerTruth | undefined,
): readonly LocalId[] | undefined {
  if (report.sessions.kind === 'listed') return report.sessions.ids;
  return report.sessions.kind === 'withheld' ? [] : before?.list;
}
