import {
  qualifiedId,
  type Evidence,
  type LocalId,
  type ServerId,
  type ServerRecord,
  type SessionStore,
  type Survey,
} from '@rollcall/domain';
import { publicId } from '../builders/ids';
import type { StoreHarness } from '../conformance/store-harness';
import type { Moments } from './moments';

/** One answer of the store to one question. */
export interface Sighting {
  readonly id: string;
  readonly local: LocalId;
  /** Undefined for a bare id. */
  readonly server?: ServerId;
  readonly evidence: Evidence;
}

/** All that can be asked about some servers and local ids, within a stretch of time. */
export interface RollSnapshot extends Moments {
  readonly sightings: readonly Sighting[];
  readonly records: readonly ServerRecord[];
  readonly lapsed: number;
  readonly settled: boolean;
  readonly survey: Survey;
}

const EVERYBODY = 1_000;

/** Looks every id up, and reads the roll. */
export async function takeSnapshot(
  harness: StoreHarness,
  servers: readonly ServerId[],
  locals: readonly LocalId[],
): Promise<RollSnapshot> {
  const { store } = harness;
  const fromMs = await harness.now();
  const scan = await store.findLapsed(EVERYBODY);
  const bare = locals.map((local) => sight(store, local));
  const qualified = servers.flatMap((server) => locals.map((local) => sight(store, local, server)));
  const [sightings, page, survey] = await Promise.all([
    Promise.all([...bare, ...qualified]),
    store.servers(0, EVERYBODY),
    store.survey(EVERYBODY),
  ]);
  const toMs = await harness.now();
  const { servers: records } = page;
  const { total: lapsed, settled } = scan;
  return { fromMs, toMs, sightings, records, lapsed, settled, survey };
}

async function sight(store: SessionStore, local: LocalId, server?: ServerId): Promise<Sighting> {
  const id = server ? qualifiedId(server, local) : local;
  return { id, local, server, evidence: await store.lookup(publicId(id)) };
}
