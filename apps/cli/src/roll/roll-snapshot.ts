import {
  serverState,
  type LeasePolicy,
  type RollStore,
  type ServerRecord,
  type ServerState,
} from '@rollcall/domain';
import { compareNaturally } from '../output/natural-order';

/** A server as the roll had it at the moment it was read. */
export interface SeenServer {
  readonly record: ServerRecord;
  readonly state: ServerState;
  readonly reportedAgoMs: number;
  /** Negative once the lease is over. */
  readonly leaseLeftMs: number;
}

/** The whole roll, as it was read. */
export interface RollSnapshot {
  /** Whether silence is evidence: until then nobody is struck off, and what is not there is not called unknown. */
  readonly settled: boolean;
  /** In the order of their names. */
  readonly servers: readonly SeenServer[];
}

const PAGE_SIZE = 500;

export async function readRoll(
  store: Pick<RollStore, 'servers' | 'findLapsed'>,
  policy: LeasePolicy,
): Promise<RollSnapshot> {
  const seen = new Map<string, SeenServer>();
  let cursor: number | undefined = 0;
  while (cursor !== undefined) {
    const page = await store.servers(cursor, PAGE_SIZE);
    // A server that reports between two pages is on both: the later one is the newer.
    for (const record of page.servers) seen.set(record.server, see(record, page.nowMs, policy));
    cursor = page.next;
  }
  const { settled } = await store.findLapsed(1);
  const byName = (a: SeenServer, b: SeenServer) =>
    compareNaturally(a.record.server, b.record.server);
  return { settled, servers: [...seen.values()].sort(byName) };
}

function see(record: ServerRecord, nowMs: number, policy: LeasePolicy): SeenServer {
  return {
    record,
    state: serverState(record, nowMs, policy),
    reportedAgoMs: Math.max(0, nowMs - record.reportedAtMs),
    leaseLeftMs: record.leaseEndsAtMs - nowMs,
  };
}
