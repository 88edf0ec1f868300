import {
  readRoll,
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

export async function takeSnapshot(
  store: Pick<RollStore, 'servers' | 'findLapsed'>,
  policy: LeasePolicy,
): Promise<RollSnapshot> {
  const { nowMs, servers } = await readRoll(store);
  const { settled } = await store.findLapsed(1);
  const byName = (a: SeenServer, b: SeenServer) =>
    compareNaturally(a.record.server, b.record.server);
  return { settled, servers: servers.map((record) => see(record, nowMs, policy)).sort(byName) };
}

function see(record: ServerRecord, nowMs: number, policy: LeasePolicy): SeenServer {
  return {
    record,
    state: serverState(record, nowMs, policy),
    reportedAgoMs: Math.max(0, nowMs - record.reportedAtMs),
    leaseLeftMs: record.leaseEndsAtMs - nowMs,
  };
}
