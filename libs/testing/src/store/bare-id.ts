import type {
  Claimant,
  Endpoint,
  Evidence,
  LastKnown,
  LeasePolicy,
  LocalId,
  Mark,
  ServerId,
} from '@rollcall/domain';
import type { RollStep } from './roll-step';

/** A server's word that it has the session, good until its lease ends. */
export interface Claim {
  readonly server: ServerId;
  readonly endpoint: Endpoint;
  readonly mark: Mark;
  /** When it was reported, or kept by a hold. */
  readonly renewedAtMs: number;
  readonly leaseEndsAtMs: number;
}

/** What the roll's pulse says now. */
interface RollState {
  readonly settled: boolean;
  readonly heard: boolean;
}

type Memory =
  | { readonly kind: 'sole'; readonly claim: Claim; readonly untilMs: number }
  | { readonly kind: 'contested'; readonly untilMs: number }
  | { readonly kind: 'closed'; readonly by: ServerId; readonly untilMs: number };

type Standing =
  | { readonly kind: 'nobody' }
  | { readonly kind: 'sole'; readonly claim: Claim }
  | { readonly kind: 'contested' };

/** One bare id: who claims it now, and who was last known to have it. */
export class BareId {
  private readonly claims = new Map<ServerId, Claim>();
  private contested = false;
  private provisional = false;
  private answeredBefore: ServerId | undefined;
  private memory: Memory | undefined;

  constructor(
    private readonly local: LocalId,
    private readonly policy: LeasePolicy,
  ) {}

  evidence(nowMs: number, { settled, heard }: RollState): Evidence {
    const standing = this.standing(nowMs);
    switch (standing.kind) {
      case 'contested':
        return this.contestEvidence(settled);
      case 'sole': {
        const destination = this.destination(standing.claim);
        return this.provisional
          ? { kind: 'provisional', heard, destination }
          : { kind: 'answer', mark: standing.claim.mark, destination };
      }
      case 'nobody':
        return { kind: 'absent', settled, lastKnown: this.lastKnown(nowMs) };
    }
  }

  /** Everybody who claims it, or who is last known to have had it alone. */
  claimants(nowMs: number): readonly Claimant[] {
    if (this.standing(nowMs).kind === 'contested') return [...this.claims.values()].map(claimant);
    return this.soleClaims(nowMs).map(claimant);
  }

  claim(claim: Claim, step: RollStep): void {
    const standing = this.standing(step.nowMs);
    if (standing.kind === 'nobody') {
      this.takeFree(claim, step);
    } else if (standing.kind === 'contested') {
      this.claims.set(claim.server, claim);
      this.rememberContest(step.nowMs);
      this.decideContest(step);
    } else if (standing.claim.server !== claim.server) {
      this.contest(claim, standing.claim, step);
    } else if (this.provisional) {
      this.takeFree(claim, step);
    } else {
      this.takeAlone(claim, false);
    }
  }

  /** Keeps a claim there is, or was until it lapsed and nobody else came; a hold makes no new one. */
  keep(claim: Claim, step: RollStep): void {
    const standing = this.standing(step.nowMs);
    if (standing.kind === 'contested') {
      if (this.claims.has(claim.server)) this.claim(claim, step);
      return;
    }
    // What has lapsed stays so, should the clock go back.
    if (standing.kind === 'nobody') this.claims.clear();
    const memory = this.remembered(step.nowMs);
    const owner =
      standing.kind === 'sole'
        ? standing.claim.server
        : memory?.kind === 'sole' && memory.claim.server;
    if (owner === claim.server) this.claim(claim, step);
  }

  withdraw(server: ServerId, step: RollStep): void {
    const standing = this.standing(step.nowMs);
    if (standing.kind === 'contested') {
      this.claims.delete(server);
      this.decideContest(step);
      return;
    }
    if (standing.kind === 'nobody' || standing.claim.server === server) this.claims.clear();
    const memory = this.remembered(step.nowMs);
    if (memory?.kind === 'sole' && memory.claim.server === server) {
      const untilMs = step.nowMs + this.policy.leaseTtlMs;
      this.memory = { kind: 'closed', by: server, untilMs };
    }
  }

  /** The only claim that is left of a contest answers once the roll is settled. */
  private contestEvidence(settled: boolean): Evidence {
    const [last, ...others] = this.claims.values();
    if (!settled || !last || others.length > 0 || last.mark !== 'live')
      return { kind: 'ambiguous' };
    return { kind: 'provisional', heard: true, destination: this.destination(last) };
  }

  private takeFree(claim: Claim, step: RollStep): void {
    this.claims.clear();
    this.answeredBefore = undefined;
    const memory = this.remembered(step.nowMs);
    if (step.settled || claim.mark !== 'live') {
      this.takeAlone(claim, false);
      this.publishMove(claim.server, before(memory), step);
    } else if (memory?.kind === 'contested') {
      this.contested = true;
      this.claims.set(claim.server, claim);
      this.rememberContest(step.nowMs);
    } else {
      const mineBefore = memory?.kind === 'sole' && memory.claim.server === claim.server;
      this.takeAlone(claim, !mineBefore);
    }
  }

  private takeAlone(claim: Claim, provisional: boolean): void {
    this.claims.clear();
    this.claims.set(claim.server, claim);
    this.contested = false;
    this.answeredBefore = undefined;
    this.provisional = provisional;
    if (!provisional) this.rememberSole(claim);
  }

  private contest(claim: Claim, other: Claim, step: RollStep): void {
    this.contested = true;
    this.answeredBefore = other.server;
    this.claims.set(claim.server, claim);
    this.rememberContest(step.nowMs);
    step.publish('session.ambiguous', {
      server: claim.server,
      session: this.local,
      with: other.server,
    });
  }

  private decideContest(step: RollStep): void {
    this.dropLapsed(step.nowMs);
    const [last, ...others] = this.claims.values();
    if (last === undefined) {
      this.contested = false;
      this.memory = undefined;
    } else if (others.length === 0 && step.settled) {
      const from = this.answeredBefore;
      this.takeAlone(last, false);
      this.publishMove(last.server, from, step);
    }
  }

  private publishMove(server: ServerId, from: ServerId | undefined, step: RollStep): void {
    if (from === undefined || from === server) return;
    step.publish('session.moved', { server, session: this.local, from });
  }

  private standing(nowMs: number): Standing {
    const believed = [...this.claims.values()].find((claim) => claim.leaseEndsAtMs > nowMs);
    if (believed === undefined) return { kind: 'nobody' };
    return this.contested ? { kind: 'contested' } : { kind: 'sole', claim: believed };
  }

  private soleClaims(nowMs: number): Claim[] {
    const standing = this.standing(nowMs);
    if (standing.kind === 'sole') return [standing.claim];
    const memory = this.remembered(nowMs);
    return memory?.kind === 'sole' ? [memory.claim] : [];
  }

  private dropLapsed(nowMs: number): void {
    for (const { server, leaseEndsAtMs } of [...this.claims.values()]) {
      if (leaseEndsAtMs <= nowMs) this.claims.delete(server);
    }
  }

  private rememberSole(claim: Claim): void {
    const untilMs = claim.renewedAtMs + this.policy.retentionMs;
    this.memory = { kind: 'sole', claim, untilMs };
  }

  private rememberContest(nowMs: number): void {
    this.memory = { kind: 'contested', untilMs: nowMs + this.policy.retentionMs };
  }

  private remembered(nowMs: number): Memory | undefined {
    return this.memory && nowMs < this.memory.untilMs ? this.memory : undefined;
  }

  private lastKnown(nowMs: number): LastKnown {
    const memory = this.remembered(nowMs);
    switch (memory?.kind) {
      case 'sole':
        return { kind: 'destination', destination: this.destination(memory.claim) };
      case 'contested':
        return { kind: 'ambiguous' };
      default:
        return { kind: 'nothing' };
    }
  }

  private destination({ server, endpoint }: Claim) {
    return { server, session: this.local, endpoint };
  }
}

function claimant({ server, endpoint }: Claim): Claimant {
  return { server, endpoint };
}

function before(memory: Memory | undefined): ServerId | undefined {
  if (memory?.kind === 'sole') return memory.claim.server;
  return memory?.kind === 'closed' ? memory.by : undefined;
}
