import {
  readRoll,
  serverState,
  type BeliefStore,
  type LeasePolicy,
  type RollStore,
  type ServerRecord,
  type ServerState,
} from '@rollcall/domain';
import { compareNaturally } from '../output/natural-order';
import { protectedZones, type ProtectedZone } from '../protect/protected-zone';
import type { Roll } from './roll';

/** A server as the roll had it at the moment it was read. */
export interface SeenServer {
  readonly record: ServerRecord;
  readonly state: ServerState;
  readonly reportedAgoMs: number;
  /** To the end of its lease or of its hold; negative once that is over. */
  readonly leaseLeftMs: number;
}

/** The whole roll, as it was read. */
export interface RollSnapshot {
  /** Whether silence is evidence: until then nobody is struck off, and what is not there is not called unknown. */
  readonly settled: boolean;
  readonly protections: readonly ProtectedZone[];
  /** In the order of their names. */
  readonly servers: readonly SeenServer[];
}

/** What a snapshot needs of the roll. */
export interface SnapshotSource extends Pick<Roll, 'policy' | 'belief'> {
  readonly store: Pick<RollStore, 'servers'> & Pick<BeliefStore, 'survey'>;
}

export async function takeSnapshot({
  store,
  policy,
  belief,
}: SnapshotSource): Promise<RollSnapshot> {
  const { nowMs, servers } = await readRoll(store);
  const survey = await store.survey(1);
  const byName = (a: SeenServer, b: SeenServer) =>
    compareNaturally(a.record.server, b.record.server);
  return {
    settled: survey.settled,
    protections: protectedZones(survey, belief),
    servers: servers.map((record) => seeServer(record, nowMs, policy)).sort(byName),
  };
}

/** A server as it is at a moment of the store's clock. */
export function seeServer(record: ServerRecord, nowMs: number, policy: LeasePolicy): SeenServer {
  return {
    record,
    state: serverState(record, nowMs, policy),
    reportedAgoMs: Math.max(0, nowMs - record.reportedAtMs),
    leaseLeftMs: record.leaseEndsAtMs - nowMs,
  };
}
