import type { BeliefStore } from './belief-store.port';
import type { EvictionOutcome, LapsedServer, LapseScan } from './eviction';
import type { PublicId, ServerId } from './ids';
import type { Fence, Report, ReportOutcome } from './report';
import type { Evidence } from './resolution';
import type { ServerRecord } from './server-record';
import type { TokenStore } from './token-store.port';

/** What an agent needs of the store. Every method rejects with `StoreUnavailableError` when the store does not answer. */
export interface ReportStore {
  /**
   * Applies a report in one step: its sessions are believed for one lease, those no longer listed vanish, nobody else's do.
   * @throws InvalidReportError when the report breaks a rule; nothing is changed then.
   */
  report(report: Report): Promise<ReportOutcome>;
  /** Takes a server off the roll at its own wish (`AGENT_STOP=withdraw`); the fence outlives it. */
  withdraw(server: ServerId, fence: Fence): Promise<ReportOutcome>;
  /**
   * Tells that this agent ends for another one that reports as the same server, and changes nothing. `outdated`: there is
   * no such one on the roll.
   */
  giveWay(server: ServerId, fence: Fence): Promise<ReportOutcome>;
  /** Finds out whether the store answers, without writing anything. */
  ping(): Promise<void>;
  /** The store's clock, in milliseconds since 1970; behind a door, the door's. */
  time(): Promise<number>;
}

/** What a resolver needs of the store. */
export interface LookupStore {
  /** One read when the answer is there, one more when it is not. */
  lookup(id: PublicId): Promise<Evidence>;
  /**
   * Counts as a write of the roll and tells whether it is settled. When the last one of this process has failed, and nobody
   * wrote the roll for more than half a gap meanwhile, agents have missed their turn as well: it settles anew, from when it
   * was written again.
   */
  renew(): Promise<{ readonly settled: boolean }>;
}

/** What a reconciler and an operator need of the store. */
export interface RollStore {
  /** Reads who is lapsed, the longest first. */
  findLapsed(limit: number): Promise<LapseScan>;
  /** Strikes a server off, with its sessions, if it is still as lapsed as the scan saw it; publishes what it did. */
  evict(server: LapsedServer): Promise<EvictionOutcome>;
  /** Strikes a server off whether it is lapsed or not; a living agent brings it back with its next report. */
  evictNow(server: ServerId): Promise<EvictionOutcome>;
  /** A page of the roll, by lease end. `cursor` 0 starts; `next` is undefined on the last page. */
  servers(cursor: number, limit: number): Promise<ServerPage>;
  /** Notes that a sweep has finished. */
  sweepFinished(): Promise<void>;
  /** How long ago, by the store's clock, a sweep of any reconciler finished; undefined when none is on record. */
  sinceLastSweepMs(): Promise<number | undefined>;
}

/** A page of the roll, at one moment of the store's clock. */
export interface ServerPage {
  readonly nowMs: number;
  readonly servers: readonly ServerRecord[];
  readonly next?: number;
}

/** The live roll: one implementation on Redis, one in memory; both pass the conformance suite. */
export interface SessionStore
  extends ReportStore, LookupStore, RollStore, BeliefStore, TokenStore {}

/** Why the store gave no answer. */
export type StoreFailure =
  /** No connection, or none in time. */
  | 'unreachable'
  /** It answers, but refuses writes: no replica, a full disk, a read-only replica, or still loading. */
  | 'refused'
  /** It is full, and takes nothing new. */
  | 'full';

/** The store did not do what it was asked; the same call may succeed later. */
export class StoreUnavailableError extends Error {
  readonly code = 'STORE_UNAVAILABLE';

  constructor(
    readonly failure: StoreFailure,
    options?: { cause?: unknown },
  ) {
    super(SENTENCES[failure], options);
    this.name = 'StoreUnavailableError';
  }
}

/** Why the store gave no answer, if that is what the error says; matched by its code, as an error may cross packages. */
export function storeFailure(error: unknown): StoreFailure | undefined {
  const isUnavailable =
    error instanceof Error && 'code' in error && error.code === 'STORE_UNAVAILABLE';
  return isUnavailable ? (error as StoreUnavailableError).failure : undefined;
}

const SENTENCES: Record<StoreFailure, string> = {
  unreachable: 'the session store does not answer',
  refused: 'the session store refuses writes',
  full: 'the session store is out of memory and takes nothing new',
};

/** A report that breaks a rule; the sentence says which. */
export class InvalidReportError extends Error {
  readonly code = 'INVALID_REPORT';

  constructor(problem: string) {
    super(problem);
    this.name = 'InvalidReportError';
  }
}
