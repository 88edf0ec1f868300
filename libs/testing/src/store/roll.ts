import {
  hasBareForm,
  type Claimant,
  type EvictionOutcome,
  type EvictionReason,
  type Evidence,
  type Fence,
  type HoldOutcome,
  type LapsedServer,
  type LapseScan,
  type LeasePolicy,
  type LocalId,
  type ProtectionChange,
  type PublicId,
  type Release,
  type ReleaseOutcome,
  type Report,
  type ReportOutcome,
  type ServerId,
  type ServerPage,
  type ServerRecord,
  type SessionName,
  type Survey,
  type Vouch,
} from '@rollcall/domain';
import { BareId, type Claim } from './bare-id';
import { Beliefs } from './beliefs';
import { EventLog } from './event-log';
import { RollPulse } from './roll-pulse';
import type { RollStep } from './roll-step';
import {
  markOf,
  onlyRenews,
  recordOf,
  refusalBy,
  type Present,
  type ServerEntry,
} from './server-entry';
import { NO_FENCE, ServerTable } from './server-table';
import { TokenLedger } from './token-ledger';

/** The live roll as plain data: every method is one step at one moment. Lapses are decided on read. */
export class Roll {
  readonly events = new EventLog();
  readonly tokens = new TokenLedger();
  private readonly pulse: RollPulse;
  private readonly servers = new ServerTable();
  private readonly beliefs: Beliefs;
  private readonly bareIds = new Map<LocalId, BareId>();

  constructor(private readonly policy: LeasePolicy) {
    this.pulse = new RollPulse(policy);
    this.beliefs = new Beliefs(this.servers, policy);
  }

  /** What is remembered of a server, if its retention has not ended. */
  retained(server: ServerId, nowMs: number): ServerEntry | undefined {
    return this.servers.retained(server, nowMs);
  }

  apply(report: Report, nowMs: number): ReportOutcome {
    const entry = this.retained(report.server, nowMs);
    const refusal = refusalBy(entry, report);
    if (refusal) return refusal;

    const step = this.begin(nowMs);
    const before = entry?.kind === 'present' ? entry : undefined;
    const after = this.presentAfter(report, before, nowMs);
    this.servers.set(report.server, after);
    if (before?.held || !onlyRenews(before, report))
      this.beliefs.book.reported(report.server, report.endpoint, before?.report.endpoint);
    if (before?.held) {
      this.beliefs.book.forget(report.server);
      step.publish('server.recovered', { server: report.server });
    }
    if (!before) {
      const reason = entry ? 'returned' : 'new';
      step.publish('server.joined', { server: report.server, reason });
    }
    this.applyList(before?.sessions ?? [], after, step);
    return { kind: 'applied' };
  }

  /** Voids the tokens of the sessions that a report closes, opens or reopens, and changes nothing else. */
  voidEndingTokens(report: Report, nowMs: number): void {
    const { server } = report;
    const entry = this.retained(server, nowMs);
    if (refusalBy(entry, report)) return;
    const present = entry?.kind === 'present' ? entry : undefined;
    const before = present?.sessions ?? [];
    const after = listAfter(report, present) ?? [];
    const kept = before.filter((id) => after.includes(id) && !reopenedIn(report).includes(id));
    for (const session of [...before, ...after]) {
      if (!kept.includes(session)) this.tokens.void({ server, session }, nowMs);
    }
  }

  /** Whether a server that is on the roll, late or not, lists the session. */
  lists({ server, session }: SessionName, nowMs: number): boolean {
    return this.servers.sessions(server, nowMs).includes(session);
  }

  giveWay(server: ServerId, fence: Fence, nowMs: number): ReportOutcome {
    const entry = this.retained(server, nowMs);
    if (entry?.kind !== 'present' || entry.report.boot < fence.boot)
      return { kind: 'outdated', sequence: 0 };
    const by = entry.report.boot;
    this.events.publish('server.conflict', nowMs, { server, boot: fence.boot, by });
    return { kind: 'applied' };
  }

  withdraw(server: ServerId, fence: Fence, nowMs: number): ReportOutcome {
    const entry = this.retained(server, nowMs);
    const refusal = refusalBy(entry, fence);
    if (refusal) return refusal;

    const step = this.begin(nowMs);
    if (this.servers.member(server)) this.strikeOff(server, 'withdrawn', step);
    this.bury(server, fence, nowMs);
    return { kind: 'applied' };
  }

  evict(seen: LapsedServer, nowMs: number): EvictionOutcome {
    const step = this.begin(nowMs);
    if (!step.judged) return { kind: 'unsettled' };
    const entry = this.servers.member(seen.server);
    if (entry === undefined) return { kind: 'gone' };
    const fence = this.servers.fence(seen.server, nowMs);
    if (fence.boot !== seen.fence.boot || fence.sequence !== seen.fence.sequence) {
      return { kind: 'renewed' };
    }
    if (entry.leaseEndsAtMs > nowMs) return { kind: 'renewed' };
    const refusal = this.beliefs.refusalToEvict(entry, nowMs);
    return refusal ?? this.evictEntry(seen.server, 'lapsed', step);
  }

  survey(lateMax: number, nowMs: number): Survey {
    return this.beliefs.survey(lateMax, {
      nowMs,
      heard: this.pulse.isHeardStill(nowMs),
      settled: this.pulse.isSettled(nowMs),
    });
  }

  records(servers: readonly ServerId[], nowMs: number): ServerRecord[] {
    return servers.flatMap((server) => {
      const entry = this.retained(server, nowMs);
      return entry?.kind === 'present' ? [recordOf(server, entry)] : [];
    });
  }

  hold(seen: ServerRecord, vouch: Vouch, nowMs: number): HoldOutcome {
    const step = this.begin(nowMs);
    const refusal = this.beliefs.refusalToHold(seen, vouch, step);
    if (refusal) return refusal;
    const entry = this.servers.member(seen.server);
    return entry ? this.holdEntry(entry, vouch, step) : { kind: 'gone' };
  }

  release(seen: ServerRecord, release: Release, nowMs: number): ReleaseOutcome {
    const step = this.begin(nowMs);
    const refusal = this.beliefs.refusalToRelease(seen, release, step);
    return refusal ?? this.evictEntry(seen.server, release.reason, step);
  }

  changeProtection(
    zone: string,
    seenVersion: number,
    change: ProtectionChange,
    nowMs: number,
  ): boolean {
    return this.beliefs.book.change(zone, seenVersion, change, this.begin(nowMs));
  }

  evictNow(server: ServerId, nowMs: number): EvictionOutcome {
    const step = this.begin(nowMs);
    if (!this.servers.member(server)) return { kind: 'gone' };
    return this.evictEntry(server, 'operator', step);
  }

  renew(nowMs: number, hasFailed: boolean): boolean {
    return this.pulse.beat(nowMs, hasFailed);
  }

  lookup(id: PublicId, nowMs: number): Evidence {
    const settled = this.pulse.isSettled(nowMs);
    if (id.kind === 'qualified') return this.lookupOf(id.server, id.local, nowMs, settled);
    const bareId = this.bareIds.get(id.local);
    if (bareId) return bareId.evidence(nowMs, { settled, heard: this.pulse.isHeard });
    return { kind: 'absent', settled, lastKnown: { kind: 'nothing' } };
  }

  claimants(local: LocalId, nowMs: number): readonly Claimant[] {
    return this.bareIds.get(local)?.claimants(nowMs) ?? [];
  }

  findLapsed(limit: number, nowMs: number): LapseScan {
    const lapsed = this.servers.members().filter(([, entry]) => entry.leaseEndsAtMs <= nowMs);
    return {
      settled: this.pulse.isSettled(nowMs),
      judged: this.pulse.isJudged(nowMs),
      lapsed: lapsed.slice(0, limit).map(([server]) => ({
        server,
        fence: this.servers.fence(server, nowMs),
        sessions: this.servers.sessions(server, nowMs),
      })),
      total: lapsed.length,
    };
  }

  page(cursor: number, limit: number, nowMs: number): ServerPage {
    const retained = this.servers.members().filter(([, entry]) => nowMs < entry.retainedUntilMs);
    const end = cursor + limit;
    return {
      nowMs,
      servers: retained.slice(cursor, end).map(([server, entry]) => recordOf(server, entry)),
      ...(end < retained.length ? { next: end } : {}),
    };
  }

  private holdEntry(entry: Present, vouch: Vouch, step: RollStep): HoldOutcome {
    const { server } = entry.report;
    const { nowMs, publish } = step;
    const { cause, by, verdictTtlMs } = vouch;
    const after: Present = {
      ...entry,
      held: cause,
      leaseEndsAtMs: nowMs + this.policy.leaseTtlMs,
      retainedUntilMs: nowMs + this.policy.retentionMs,
    };
    this.servers.set(server, after);
    if (cause === 'probe') this.beliefs.book.vouched(server, by, nowMs + verdictTtlMs);
    for (const session of after.sessions ?? [])
      this.bareId(session)?.keep(claimOf(after, nowMs), step);
    if (!entry.held) publish('server.held', { server, reason: cause });
    return { kind: 'held', untilMs: after.leaseEndsAtMs };
  }

  private begin(nowMs: number): RollStep {
    const settled = this.pulse.beat(nowMs);
    return {
      nowMs,
      heard: this.pulse.isHeard,
      settled,
      judged: this.pulse.isJudged(nowMs),
      publish: (type, fields) => this.events.publish(type, nowMs, fields),
    };
  }

  private presentAfter(report: Report, before: Present | undefined, nowMs: number): Present {
    const { leaseTtlMs, leavingLeaseMs, retentionMs } = this.policy;
    return {
      kind: 'present',
      report,
      sessions: listAfter(report, before),
      reportedAtMs: nowMs,
      leaseEndsAtMs: nowMs + (report.leaving ? leavingLeaseMs : leaseTtlMs),
      retainedUntilMs: nowMs + retentionMs,
    };
  }

  private applyList(before: readonly LocalId[], after: Present, step: RollStep): void {
    const { server, sessions: list } = after.report;
    const now = after.sessions ?? [];
    const reopened = reopenedIn(after.report);
    for (const session of before.filter((id) => !now.includes(id))) {
      this.tokens.void({ server, session }, step.nowMs);
      this.bareId(session)?.withdraw(server, step);
      const reason = list.kind === 'withheld' ? 'unhealthy' : 'closed';
      step.publish('session.closed', { server, session, reason });
    }
    for (const session of now) {
      const wasThere = before.includes(session);
      if (wasThere && reopened.includes(session))
        step.publish('session.closed', { server, session, reason: 'closed' });
      if (!wasThere || reopened.includes(session)) {
        this.tokens.void({ server, session }, step.nowMs);
        step.publish('session.opened', { server, session });
      }
      this.bareId(session)?.claim(claimOf(after, step.nowMs), step);
    }
  }

  private evictEntry(server: ServerId, reason: EvictionReason, step: RollStep): EvictionOutcome {
    const fence = this.servers.fence(server, step.nowMs);
    const sessions = this.strikeOff(server, reason, step);
    if (fence === NO_FENCE) this.servers.delete(server);
    else this.bury(server, fence, step.nowMs);
    return { kind: 'evicted', sessions };
  }

  private strikeOff(
    server: ServerId,
    reason: EvictionReason | 'withdrawn',
    step: RollStep,
  ): number {
    const type = reason === 'withdrawn' ? 'session.closed' : 'session.evicted';
    const sessions = this.servers.sessions(server, step.nowMs);
    for (const session of sessions) {
      this.tokens.void({ server, session }, step.nowMs);
      this.bareId(session)?.withdraw(server, step);
      step.publish(type, { server, session, reason });
    }
    step.publish('server.lost', { server, reason, sessions: sessions.length });
    const entry = this.servers.member(server);
    if (entry) this.beliefs.book.leftBy(server, entry.report.endpoint);
    this.beliefs.book.forget(server);
    return sessions.length;
  }

  private bury(server: ServerId, fence: Fence, nowMs: number): void {
    const retainedUntilMs = nowMs + this.policy.retentionMs;
    this.servers.set(server, { kind: 'tombstone', fence, retainedUntilMs });
  }

  private lookupOf(server: ServerId, session: LocalId, nowMs: number, settled: boolean): Evidence {
    const entry = this.retained(server, nowMs);
    if (entry === undefined) return { kind: 'absent', settled, lastKnown: { kind: 'nothing' } };
    if (entry.kind === 'tombstone') return { kind: 'absent', settled, lastKnown: { kind: 'gone' } };

    const isListed = entry.sessions?.includes(session) ?? false;
    const destination = { server, session, endpoint: entry.report.endpoint };
    if (entry.sessions && nowMs < entry.leaseEndsAtMs) {
      return isListed
        ? { kind: 'answer', mark: markOf(entry), destination }
        : { kind: 'not-listed' };
    }
    const lastKnown = isListed
      ? ({ kind: 'destination', destination } as const)
      : ({ kind: 'nothing' } as const);
    return { kind: 'absent', settled, lastKnown };
  }

  private bareId(local: LocalId): BareId | undefined {
    if (!hasBareForm(local)) return undefined;
    const known = this.bareIds.get(local) ?? new BareId(local, this.policy);
    this.bareIds.set(local, known);
    return known;
  }
}

function listAfter(report: Report, before: Present | undefined): readonly LocalId[] | undefined {
  switch (report.sessions.kind) {
    case 'listed':
      return report.sessions.ids;
    case 'unknown':
      return before?.sessions;
    case 'withheld':
      return [];
  }
}

function reopenedIn({ sessions }: Report): readonly LocalId[] {
  return (sessions.kind === 'listed' && sessions.reopened) || [];
}

function claimOf(entry: Present, renewedAtMs: number): Claim {
  const { server, endpoint } = entry.report;
  return { server, endpoint, mark: markOf(entry), renewedAtMs, leaseEndsAtMs: entry.leaseEndsAtMs };
}
