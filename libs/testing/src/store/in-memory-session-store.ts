import {
  DEFAULT_TIMINGS,
  grantProblem,
  InvalidReportError,
  leasePolicy,
  reportProblem,
  StoreUnavailableError,
  type Claimant,
  type EvictionOutcome,
  type Evidence,
  type Fence,
  type GrantOutcome,
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
  type SessionStore,
  type StoreFailure,
  type Survey,
  type TokenDigest,
  type TokenGrant,
  type Vouch,
} from '@rollcall/domain';
import { FakeClock } from '../clock/fake-clock';
import type { StoreClock } from '../clock/store-clock';
import type { FlatEvent } from './event-log';
import { Roll } from './roll';
import { onlyRenews } from './server-entry';

/** What an in-memory store is made of. */
export interface InMemorySessionStoreOptions {
  /** The store's own clock; a `FakeClock` of its own when missing. */
  readonly clock?: StoreClock;
  /** The default timings when missing. */
  readonly policy?: LeasePolicy;
}

/** The session store without Redis: every method is as in the port; it can be made to fail, and to lose its memory. */
export class InMemorySessionStore implements SessionStore {
  readonly policy: LeasePolicy;
  private readonly clock: StoreClock;
  private roll: Roll;
  private sweptAtMs: number | undefined;
  private hasRenewalFailed = false;
  private failure: StoreFailure | undefined;

  constructor(options: InMemorySessionStoreOptions = {}) {
    this.clock = options.clock ?? new FakeClock();
    this.policy = options.policy ?? leasePolicy(DEFAULT_TIMINGS);
    this.roll = new Roll(this.policy);
  }

  /**
   * From now on: `unreachable` fails every call, `refused` every write, `full` what brings something new,
   * except that tokens still end with their session.
   */
  goDown(failure: StoreFailure): void {
    this.failure = failure;
  }

  /** Works again, with what it held before or empty; leases have run on in between. */
  comeBack({ empty = false }: { empty?: boolean } = {}): void {
    this.failure = undefined;
    if (empty) this.clear();
  }

  /** Loses everything, events and fences as well. */
  clear(): void {
    this.roll = new Roll(this.policy);
    this.sweptAtMs = undefined;
  }

  /** Every event since the store was made or cleared, oldest first. */
  events(): FlatEvent[] {
    return this.roll.events.all();
  }

  async report(report: Report): Promise<ReportOutcome> {
    const problem = reportProblem(report);
    if (problem) throw new InvalidReportError(problem);
    const nowMs = this.write();
    const known = this.roll.retained(report.server, nowMs);
    if (this.failure === 'full' && !onlyRenews(known, report)) {
      this.roll.voidEndingTokens(report, nowMs);
      throw new StoreUnavailableError('full');
    }
    return this.roll.apply(structuredClone(report), nowMs);
  }

  async withdraw(server: ServerId, fence: Fence): Promise<ReportOutcome> {
    return this.roll.withdraw(server, { boot: fence.boot, sequence: fence.sequence }, this.write());
  }

  async giveWay(server: ServerId, { boot, sequence }: Fence): Promise<ReportOutcome> {
    return this.roll.giveWay(server, { boot, sequence }, this.write());
  }

  async ping(): Promise<void> {
    this.read();
  }

  async time(): Promise<number> {
    return this.read();
  }

  async lookup(id: PublicId): Promise<Evidence> {
    return this.roll.lookup(id, this.read());
  }

  async renew(): Promise<{ readonly settled: boolean }> {
    try {
      const settled = this.roll.renew(this.write(), this.hasRenewalFailed);
      this.hasRenewalFailed = false;
      return { settled };
    } catch (error) {
      this.hasRenewalFailed = true;
      throw error;
    }
  }

  async findLapsed(limit: number): Promise<LapseScan> {
    return this.roll.findLapsed(limit, this.read());
  }

  async evict(server: LapsedServer): Promise<EvictionOutcome> {
    return this.roll.evict(server, this.write());
  }

  async evictNow(server: ServerId): Promise<EvictionOutcome> {
    return this.roll.evictNow(server, this.write());
  }

  async servers(cursor: number, limit: number): Promise<ServerPage> {
    return this.roll.page(cursor, limit, this.read());
  }

  async sweepFinished(): Promise<void> {
    this.sweptAtMs = this.write();
  }

  async sinceLastSweepMs(): Promise<number | undefined> {
    const nowMs = this.read();
    return this.sweptAtMs === undefined ? undefined : nowMs - this.sweptAtMs;
  }

  async survey(lateMax: number): Promise<Survey> {
    return this.roll.survey(lateMax, this.read());
  }

  async records(servers: readonly ServerId[]): Promise<ServerRecord[]> {
    return this.roll.records(servers, this.read());
  }

  async hold(server: ServerRecord, vouch: Vouch): Promise<HoldOutcome> {
    return this.roll.hold(server, vouch, this.write());
  }

  async release(server: ServerRecord, release: Release): Promise<ReleaseOutcome> {
    return this.roll.release(server, release, this.write());
  }

  async changeProtection(
    zone: string,
    seenVersion: number,
    change: ProtectionChange,
  ): Promise<boolean> {
    return this.roll.changeProtection(zone, seenVersion, change, this.write());
  }

  async grantToken(
    session: SessionName,
    digest: TokenDigest,
    grant: TokenGrant,
    ttlMs: number,
  ): Promise<GrantOutcome> {
    const problem = grantProblem(grant, ttlMs);
    if (problem !== undefined) throw new TypeError(problem);
    if (!this.roll.lists(session, this.read())) return 'no-session';
    const nowMs = this.add();
    this.roll.tokens.grant(session, digest, grant, nowMs + ttlMs, nowMs);
    return 'granted';
  }

  async findGrant(session: SessionName, digest: TokenDigest): Promise<TokenGrant | undefined> {
    return this.roll.tokens.find(session, digest, this.read());
  }

  async revokeTokens(session: SessionName, user?: string): Promise<number> {
    return this.roll.tokens.void(session, this.write(), user);
  }

  async countGuess(sourceAddress: string): Promise<number> {
    return this.roll.tokens.countGuess(sourceAddress, this.add());
  }

  async findClaimants(session: LocalId): Promise<readonly Claimant[]> {
    return this.roll.claimants(session, this.read());
  }

  private read(): number {
    if (this.failure === 'unreachable') throw new StoreUnavailableError('unreachable');
    return this.clock.now();
  }

  private write(): number {
    if (this.failure === 'unreachable' || this.failure === 'refused') {
      throw new StoreUnavailableError(this.failure);
    }
    return this.clock.now();
  }

  private add(): number {
    const nowMs = this.write();
    if (this.failure === 'full') throw new StoreUnavailableError('full');
    return nowMs;
  }
}
