import {
  type EvictionOutcome,
  type HoldOutcome,
  type LeasePolicy,
  type Release,
  type ReleaseOutcome,
  type ServerId,
  type ServerRecord,
  type Vouch,
} from '@rollcall/domain';
import { both, either, isBefore, later, not, type Certainty, type Moments } from './moments';
import type { Circumstances, ServerTruth } from './roll-oracle';

/** What reconcilers have said, and what that must come to. */
export class BeliefOracle {
  private readonly verdicts = new Map<ServerId, Map<string, Moments>>();
  private readonly protectedUntil = new Map<string, Moments>();
  private releasedAt: Moments | undefined;

  constructor(private readonly policy: LeasePolicy) {}

  vouched(server: ServerId, { by, cause, verdictTtlMs }: Vouch, when: Moments): void {
    if (cause !== 'probe') return;
    const verdicts = this.verdicts.get(server) ?? new Map<string, Moments>();
    this.verdicts.set(server, verdicts.set(by, later(when, verdictTtlMs)));
  }

  /** Notes what a release did besides striking off; `kind` is what became of it. */
  released(
    { server, zone }: ServerRecord,
    { reason, by }: Release,
    kind: ReleaseOutcome['kind'],
    when: Moments,
  ): void {
    if (reason !== 'dead' || kind === 'unsettled' || kind === 'gone' || kind === 'renewed') return;
    this.verdicts.get(server)?.delete(by);
    if (kind === 'evicted' && this.isProtected(zone, when) !== 'no') this.releasedAt = when;
  }

  /** Its silence is over, one way or the other. */
  forget(server: ServerId): void {
    this.verdicts.delete(server);
  }

  protectionChanged(zone: string, until: Moments | undefined): void {
    if (until) this.protectedUntil.set(zone, until);
    else this.protectedUntil.delete(zone);
  }

  lostEverything(): void {
    this.verdicts.clear();
    this.protectedUntil.clear();
    this.releasedAt = undefined;
  }

  /** Whether a server has not reported for too long. */
  isLate({ report, held, reportedAt }: ServerTruth, now: Moments): Certainty {
    if (!report || report.leaving) return 'no';
    return held ? 'yes' : not(isBefore(now, later(reportedAt, this.policy.lateAfterMs)));
  }

  /** What a hold must come to; several outcomes when the oracle cannot know. */
  expectedHolds(
    truth: ServerTruth | undefined,
    seen: ServerRecord,
    { holdMaxMs }: Vouch,
    mayBeReplaced: boolean,
    when: Circumstances,
  ): HoldOutcome['kind'][] {
    const outcomes = new Outcomes<HoldOutcome['kind']>();
    outcomes.stopIf(truth?.held ? 'no' : not(when.heard), 'unsettled');
    outcomes.stopIf(truth?.report ? not(isBefore(when, truth.retainedUntil)) : 'yes', 'gone');
    if (!truth?.report) return outcomes.all();
    outcomes.stopIf(isSeen(truth, seen) ? 'no' : 'yes', 'reported');
    outcomes.stopIf(truth.report.leaving ? 'yes' : 'no', 'gone');
    outcomes.stopIf(not(this.isLate(truth, when)), 'reported');
    outcomes.stopIf(mayBeReplaced ? 'maybe' : 'no', 'replaced');
    outcomes.stopIf(not(isBefore(when, later(truth.reportedAt, holdMaxMs))), 'expired');
    return outcomes.all('held');
  }

  /** What a release must come to; several outcomes when the oracle cannot know. */
  expectedReleases(
    truth: ServerTruth | undefined,
    seen: ServerRecord,
    { reason, by, confirmed }: Release,
    mayBeReplaced: boolean,
    when: Circumstances,
  ): ReleaseOutcome['kind'][] {
    const outcomes = new Outcomes<ReleaseOutcome['kind']>();
    outcomes.stopIf(not(when.settled), 'unsettled');
    outcomes.stopIf(truth ? 'no' : 'maybe', 'gone');
    if (!truth) return outcomes.all('renewed');
    outcomes.stopIf(truth.report ? 'no' : 'yes', 'gone');
    if (!truth.report) return outcomes.all();
    outcomes.stopIf(not(isBefore(when, truth.retainedUntil)), 'renewed');
    outcomes.stopIf(isSeen(truth, seen) && truth.held ? 'no' : 'yes', 'renewed');
    outcomes.stopIf(isBefore(when, later(truth.reportedAt, this.policy.leaseTtlMs)), 'renewed');
    if (reason === 'replaced') outcomes.stopIf(mayBeReplaced ? 'maybe' : 'yes', 'renewed');
    if (reason !== 'dead') return outcomes.all('evicted');
    outcomes.stopIf(this.isVouchedFor(truth.server, when, by), 'vouched');
    const isProtected = this.isProtected(truth.report.zone, when);
    outcomes.stopIf(confirmed ? 'no' : isProtected, 'protected');
    outcomes.stopIf(both(isProtected, this.isPaced(when)), 'paced');
    return outcomes.all('evicted');
  }

  /** What the eviction of a lapsed server comes to once nothing else speaks against it. */
  expectedEndings({ server, report }: ServerTruth, when: Moments): EvictionOutcome['kind'][] {
    const outcomes = new Outcomes<EvictionOutcome['kind']>();
    outcomes.stopIf(this.isVouchedFor(server, when), 'vouched');
    const isSpared = report && !report.leaving ? this.isProtected(report.zone, when) : 'no';
    outcomes.stopIf(isSpared, 'protected');
    return outcomes.all('evicted');
  }

  private isVouchedFor(server: ServerId, now: Moments, exceptBy?: string): Certainty {
    const verdicts = [...(this.verdicts.get(server) ?? [])].filter(([by]) => by !== exceptBy);
    return verdicts.reduce<Certainty>((sofar, [, end]) => either(sofar, isBefore(now, end)), 'no');
  }

  private isProtected(zone: string, now: Moments): Certainty {
    const until = this.protectedUntil.get(zone);
    return until ? isBefore(now, until) : 'no';
  }

  /** Of so few servers only one is released per interval. */
  private isPaced(now: Moments): Certainty {
    return this.releasedAt ? isBefore(now, later(this.releasedAt, this.policy.intervalMs)) : 'no';
  }
}

/** Gathers what may become of something that is checked step by step. */
class Outcomes<Kind> {
  private readonly kinds: Kind[] = [];
  private isOpen = true;

  /** It ends here, perhaps, with this outcome. */
  stopIf(certainty: Certainty, kind: Kind): void {
    if (!this.isOpen || certainty === 'no') return;
    this.kinds.push(kind);
    this.isOpen = certainty === 'maybe';
  }

  all(last?: Kind): Kind[] {
    return this.isOpen && last !== undefined ? [...this.kinds, last] : this.kinds;
  }
}

function isSeen({ fence }: ServerTruth, { boot, sequence }: ServerRecord): boolean {
  return fence.boot === boot && fence.sequence === sequence;
}
