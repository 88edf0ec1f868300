import type {
  Claimant,
  Evidence,
  EvictionOutcome,
  Fence,
  GrantOutcome,
  LapsedServer,
  LapseScan,
  LeasePolicy,
  LocalId,
  PublicId,
  Report,
  ReportOutcome,
  ServerId,
  ServerPage,
  SessionName,
  SessionStore,
  TokenDigest,
  TokenGrant,
} from '@rollcall/domain';
import type { Redis } from 'ioredis';
import { CommandRunner } from './command-runner';
import { rollKeys, type RollName } from './keys';
import { LookupOperations } from './lookup.operations';
import { scriptCommands } from './lua/script-commands';
import type { StoreObserver } from './redis-connection';
import { ReportOperations } from './report.operations';
import { RollOperations } from './roll.operations';
import type { StoreContext } from './store-context';
import { TokenOperations } from './token.operations';

/** Keeps the stream below some 20 MB: enough for hours of a large fleet's comings and goings. */
export const EVENTS_MAX = 100_000;

/** The roll in Redis; see the port. */
export class RedisSessionStore implements SessionStore {
  private readonly reports: ReportOperations;
  private readonly lookups: LookupOperations;
  private readonly roll: RollOperations;
  private readonly tokens: TokenOperations;

  constructor(redis: Redis, name: RollName, policy: LeasePolicy, observer: StoreObserver = {}) {
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
    this.tokens = new TokenOperations(context);
  }

  report(report: Report): Promise<ReportOutcome> {
    return this.reports.report(report);
  }

  withdraw(server: ServerId, fence: Fence): Promise<ReportOutcome> {
    return this.reports.withdraw(server, fence);
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
