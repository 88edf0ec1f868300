import type {
  Fence,
  HoldCause,
  LeasePolicy,
  LocalId,
  Report,
  ReportOutcome,
  ServerId,
} from '@rollcall/domain';
import { claimantsOf, wordOf, type Facts, type Standing, type Word } from './facts';
import { Settling } from './settling';

/** What a report has said, and who owned a bare id last, may be forgotten by such a share of the retention early. */
const FORGOTTEN_EARLY = 0.1;

interface Forgotten {
  readonly word: Word & { readonly server: ServerId };
  readonly untilMs: number;
}

/** What the store has acknowledged, and what follows from that alone; knows nothing of how a store works. */
export class Acknowledged {
  readonly settling: Settling;
  private readonly servers = new Map<ServerId, Standing>();
  private readonly owners = new Map<LocalId, ServerId>();
  private readonly contested = new Set<LocalId>();
  private readonly windows = new Set<Facts[]>();
  private readonly forgotten = new Map<ServerId, Forgotten>();
  private forgottenAtMs = Number.NEGATIVE_INFINITY;
  private wentBackMs = 0;

  constructor(
    private readonly policy: LeasePolicy,
    private nowMs: number,
  ) {
    this.settling = new Settling(policy);
  }

  get facts(): Facts {
    const { nowMs, servers, owners, contested, settling, forgotten } = this;
    const { heardAfterMs, settleAfterMs, judgedAfterMs } = this.policy;
    return {
      nowMs,
      servers,
      owners,
      contested,
      perhapsForgotten: [...forgotten.values()]
        .filter(({ untilMs }) => nowMs <= untilMs)
        .map(({ word }) => word),
      mayBeHeard: settling.mayBeWritten(heardAfterMs, nowMs),
      maySettle: settling.mayBeSettled(nowMs),
      mustSettle: settling.mustBeWritten(settleAfterMs, nowMs),
      mayBeJudged: settling.mayBeWritten(judgedAfterMs, nowMs),
      mustBeJudged: settling.mustBeWritten(judgedAfterMs, nowMs),
    };
  }

  /** Begins to collect everything that was true for a while; a lookup may have seen any of it. */
  openWindow(): Facts[] {
    const window = [this.frozenFacts()];
    this.windows.add(window);
    return window;
  }

  closeWindow(window: Facts[]): void {
    this.windows.delete(window);
  }

  /** Whether two ends meet at this very moment, so that nothing can be said of it. */
  get isBetween(): boolean {
    const { retentionMs } = this.policy;
    return [...this.servers.values()].some(
      (standing) => endOf(standing, retentionMs) === this.nowMs,
    );
  }

  /** For how long nothing can be said, as a server may be forgotten by now, and need not be. */
  get undecidedForMs(): number {
    const { retentionMs } = this.policy;
    const waits = [...this.servers.values()].map((standing) => {
      const leftMs = endOf(standing, retentionMs) - this.nowMs;
      const isExact = standing.kind === 'struck' || standing.word.heldAtMs !== undefined;
      return isExact || leftMs > FORGOTTEN_EARLY * retentionMs ? 0 : leftMs + 1;
    });
    return Math.max(0, ...waits);
  }

  /** Whether a clock that went back to this moment would be one at which something forgotten was still remembered. */
  wouldRemember(nowMs: number): boolean {
    return nowMs <= this.forgottenAtMs;
  }

  /** Time has passed, or the store's clock has jumped. */
  timeIs(nowMs: number): void {
    const wentBack = nowMs < this.nowMs;
    if (wentBack) this.wentBackMs += this.nowMs - nowMs;
    for (const [server, standing] of this.servers) {
      const endsAtMs = endOf(standing, this.policy.retentionMs);
      if (nowMs > endsAtMs - FORGOTTEN_EARLY * this.policy.retentionMs) this.disownAll(server);
      if (nowMs > endsAtMs) this.forget(server, standing, endsAtMs);
      else if (wentBack && standing.kind === 'present' && standing.word.untilMs <= this.nowMs)
        this.servers.set(server, { kind: 'present', word: { ...standing.word, doubtful: true } });
    }
    this.nowMs = nowMs;
    this.settling.timeIs(nowMs);
    this.noted();
  }

  /** I3: what a report or withdrawal must come to. */
  expectedOutcome(server: ServerId, fence: Fence): ReportOutcome {
    const newest = this.fenceOf(server);
    if (!newest || fence.boot > newest.boot) return { kind: 'applied' };
    if (fence.boot < newest.boot) return { kind: 'superseded', boot: newest.boot };
    if (fence.sequence > newest.sequence) return { kind: 'applied' };
    return fence.sequence === newest.sequence
      ? { kind: 'already-applied' }
      : { kind: 'outdated', sequence: newest.sequence };
  }

  reported(report: Report, step: number): void {
    const { server, endpoint, zone, leaving } = report;
    const { leaseTtlMs, leavingLeaseMs } = this.policy;
    const before = wordOf(this.facts, server)?.list;
    const list = listAfter(report, before);
    this.settling.written(this.nowMs);
    const word: Word = {
      boot: report.boot,
      sequence: report.sequence,
      endpoint,
      list,
      zone,
      leaving,
      saidAtMs: this.nowMs,
      untilMs: this.nowMs + (leaving ? leavingLeaseMs : leaseTtlMs),
      step,
    };
    this.servers.set(server, { kind: 'present', word });
    for (const local of before ?? []) if (!list?.includes(local)) this.disown(server, local);
    for (const local of list ?? []) this.claimed(server, local);
    this.noted();
  }

  /** It was struck off, or has withdrawn. */
  struck(server: ServerId, fence: Fence): void {
    for (const local of wordOf(this.facts, server)?.list ?? []) this.disown(server, local);
    const { boot, sequence } = fence;
    this.servers.set(server, { kind: 'struck', fence: { boot, sequence }, atMs: this.nowMs });
    this.noted();
  }

  /** A reconciler has extended its lease. */
  held(server: ServerId, untilMs: number, held: HoldCause): void {
    const word = wordOf(this.facts, server);
    if (!word) return;
    const extended = { ...word, untilMs, held, heldAtMs: this.nowMs, doubtful: false };
    this.servers.set(server, { kind: 'present', word: extended });
    this.noted();
  }

  lostEverything(): void {
    this.servers.clear();
    this.owners.clear();
    this.contested.clear();
    this.forgotten.clear();
    this.settling.lost();
    this.noted();
  }

  /** A write went through that says nothing of any server. */
  written({ surely }: { surely: boolean }): void {
    if (surely) this.settling.written(this.nowMs);
    else this.settling.perhapsWritten(this.nowMs);
    this.noted();
  }

  private fenceOf(server: ServerId): Fence | undefined {
    const standing = this.servers.get(server);
    return standing?.kind === 'struck' ? standing.fence : standing?.word;
  }

  private claimed(server: ServerId, local: LocalId): void {
    const { facts } = this;
    if (claimantsOf(facts, local).some((claimant) => claimant.server !== server)) {
      this.owners.delete(local);
      this.contested.add(local);
    } else if (facts.mustSettle) {
      this.owners.set(local, server);
      this.contested.delete(local);
    } else {
      this.disownOthers(server, local);
    }
  }

  private disownOthers(server: ServerId, local: LocalId): void {
    if (this.owners.get(local) !== server) this.owners.delete(local);
  }

  private disown(server: ServerId, local: LocalId): void {
    if (this.owners.get(local) === server) this.owners.delete(local);
  }

  /** What was written before the clock went back ends so much later: who owned a bare id last is not renewed each time. */
  private forget(server: ServerId, standing: Standing, endedAtMs: number): void {
    this.forgottenAtMs = Math.max(this.forgottenAtMs, endedAtMs);
    if (standing.kind === 'present')
      this.forgotten.set(server, {
        word: { ...standing.word, server },
        untilMs: endedAtMs + this.wentBackMs,
      });
    this.servers.delete(server);
  }

  private disownAll(server: ServerId): void {
    for (const local of [...this.owners.keys()]) this.disown(server, local);
  }

  private noted(): void {
    for (const window of this.windows) window.push(this.frozenFacts());
  }

  private frozenFacts(): Facts {
    const { servers, owners, contested } = this;
    return {
      ...this.facts,
      servers: new Map(servers),
      owners: new Map(owners),
      contested: new Set(contested),
    };
  }
}

function endOf(standing: Standing, retentionMs: number): number {
  if (standing.kind === 'struck') return standing.atMs + retentionMs;
  return (standing.word.heldAtMs ?? standing.word.saidAtMs) + retentionMs;
}

function listAfter(
  { sessions }: Report,
  before: readonly LocalId[] | undefined,
): readonly LocalId[] | undefined {
  if (sessions.kind === 'listed') return sessions.ids;
  return sessions.kind === 'withheld' ? [] : before;
}
