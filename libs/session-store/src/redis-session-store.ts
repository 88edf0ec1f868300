import type {
  Claimant,
  Evidence,
  EvictionOutcome,
  Fence,
  GrantOutcome,
  IdentityStore,
  HoldOutcome,
  LapsedServer,
  LapseScan,
  LeasePolicy,
  LocalId,
  ProtectionChange,
  PublicId,
  Release,
  ReleaseOutcome,
  Report,
  ReportOutcome,
  ServerId,
  ServerPage,
  ServerRecord,
  SessionName,
  SessionStore,
  Survey,
  TokenDigest,
  TokenGrant,
  Vouch,
} from '@rollcall/domain';
import { BeliefOperations } from './belief.operations';
import { CommandRunner } from './command-runner';
import { IdentityOperations } from './identity.operations';
import { rollKeys, type RollName } from './keys';
import { LookupOperations } from './lookup.operations';
import { scriptCommands } from './lua/script-commands';
import type { RedisConnection, StoreObserver } from './redis-connection';
import { ReportOperations } from './report.operations';
import { RollOperations } from './roll.operations';
import type { StoreContext } from './store-context';
import { TokenOperations } from './token.operations';

/**
 * About so many events are kept: all that 10,000 hosts with four sessions each cause when they come at once, or an
 * hour of such a fleet's comings and goings, in some 4 MB.
 */
export const EVENTS_MAX = 50_000;

/** The roll in Redis; see the port. */
export class RedisSessionStore implements SessionStore {
  private readonly reports: ReportOperations;
  private readonly lookups: LookupOperations;
  private readonly roll: RollOperations;
  private readonly beliefs: BeliefOperations;
  private readonly tokens: TokenOperations;
  /** Who may report through a door, on the same connection. */
  readonly identities: IdentityStore;

  constructor(
    redis: RedisConnection,
    name: RollName,
    policy: LeasePolicy,
    observer: StoreObserver = {},
  ) {
    const context: StoreContext = {
      redis,
      policy,
      keys: rollKeys(name),
      runner: new CommandRunner(redis, observer),
      script: scriptCommands(redis),
      eventsMax: EVENTS_MAX,
    };
    this.reports = new ReportOperations(context);
    this.lookups = new LookupOperations(context);
    this.roll = new RollOperations(context);
    this.beliefs = new BeliefOperations(context);
    this.tokens = new TokenOperations(context);
    this.identities = new IdentityOperations(context);
  }

  report(report: Report): Promise<ReportOutcome> {
    return this.reports.report(report);
  }

  withdraw(server: ServerId, fence: Fence): Promise<ReportOutcome> {
    return this.reports.withdraw(server, fence);
  }

  time(): Promise<number> {
    return this.reports.time();
  }

  giveWay(server: ServerId, fence: Fence): Promise<ReportOutcome> {
    return this.reports.giveWay(server, fence);
  }

  ping(): Promise<void> {
    return this.reports.ping();
  }

  lookup(id: PublicId): Promise<Evidence> {
    return this.lookups.lookup(id);
  }

  renew(): Promise<{ readonly settled: boolean }> {
    return this.lookups.renew();
  }

  findLapsed(limit: number): Promise<LapseScan> {
    return this.roll.findLapsed(limit);
  }

  evict(server: LapsedServer): Promise<EvictionOutcome> {
    return this.roll.evict(server);
  }

  evictNow(server: ServerId): Promise<EvictionOutcome> {
    return this.roll.evictNow(server);
  }

  servers(cursor: number, limit: number): Promise<ServerPage> {
    return this.roll.servers(cursor, limit);
  }

  sweepFinished(): Promise<void> {
    return this.roll.sweepFinished();
  }

  sinceLastSweepMs(): Promise<number | undefined> {
    return this.roll.sinceLastSweepMs();
  }

  survey(lateMax: number): Promise<Survey> {
    return this.beliefs.survey(lateMax);
  }

  records(servers: readonly ServerId[]): Promise<ServerRecord[]> {
    return this.beliefs.records(servers);
  }

  hold(server: ServerRecord, vouch: Vouch): Promise<HoldOutcome> {
    return this.beliefs.hold(server, vouch);
  }

  release(server: ServerRecord, release: Release): Promise<ReleaseOutcome> {
    return this.beliefs.release(server, release);
  }

  changeProtection(zone: string, seenVersion: number, change: ProtectionChange): Promise<boolean> {
    return this.beliefs.changeProtection(zone, seenVersion, change);
  }

  grantToken(
    session: SessionName,
    digest: TokenDigest,
    grant: TokenGrant,
    ttlMs: number,
  ): Promise<GrantOutcome> {
    return this.tokens.grantToken(session, digest, grant, ttlMs);
  }

  findGrant(session: SessionName, digest: TokenDigest): Promise<TokenGrant | undefined> {
    return this.tokens.findGrant(session, digest);
  }

  revokeTokens(session: SessionName, user?: string): Promise<number> {
    return this.tokens.revokeTokens(session, user);
  }

  countGuess(sourceAddress: string): Promise<number> {
    return this.tokens.countGuess(sourceAddress);
  }

  findClaimants(session: LocalId): Promise<readonly Claimant[]> {
    return this.tokens.findClaimants(session);
  }
}
