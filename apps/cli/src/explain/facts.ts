import {
  isServerId,
  resolve,
  type Claimant,
  type Evidence,
  type LocalId,
  type PublicId,
  type Resolution,
  type ServerId,
  type ServerRecord,
  type Survey,
  type Transport,
} from '@rollcall/domain';
import { protectedZones, type ProtectedZone } from '../protect/protected-zone';
import type { Roll } from '../roll/roll';
import { seeServer, type SeenServer } from '../roll/roll-snapshot';

/** What the store has on a server: on the roll, off it within the retention, or nothing. */
export type ServerFacts =
  | {
      readonly kind: 'present';
      readonly server: ServerId;
      readonly seen: SeenServer;
      /** Another server has reported its address since. */
      readonly replaced: boolean;
      /** Why its endpoint is not allowed here. */
      readonly refusal?: string;
      readonly protection?: ProtectedZone;
      /** How many of its zone are late, of how many; undefined while too few are for anybody to count. */
      readonly zone?: { readonly late: number; readonly servers: number };
    }
  | { readonly kind: 'gone'; readonly server: ServerId }
  | { readonly kind: 'unknown'; readonly server: ServerId };

/** What the store has on a public id, and what follows from it. */
export interface SessionFacts {
  readonly id: PublicId;
  readonly evidence: Evidence;
  readonly answers: Readonly<Record<Transport, Resolution>>;
  /** Of a bare id: who claims it. */
  readonly claimants: readonly Claimant[];
}

/** Everything that decides about what was asked, at about one moment. */
export interface Facts {
  readonly survey: Survey;
  readonly protections: readonly ProtectedZone[];
  /** Undefined when a server was meant. */
  readonly session?: SessionFacts;
  /** The server that was meant, or all that have a say in the session. */
  readonly servers: readonly ServerFacts[];
}

/** Late servers that are looked through for one that was replaced. */
const LATE_MAX = 10_000;

/** Of the servers that claim a bare id so many are looked at: `console` is claimed by a whole fleet. */
const CLAIMANTS_MAX = 10;

/** Asked of a server to learn whether it has left a tombstone; whether it lists this session does not matter. */
const ANY_SESSION = 'console' as LocalId;

/** Reads what a lookup and a reconciler would see. Writes nothing. */
export async function gatherFacts(roll: Roll, id: PublicId): Promise<Facts> {
  const survey = await roll.store.survey(LATE_MAX);
  const protections = protectedZones(survey, roll.belief);
  const context = { roll, survey, protections };
  const session = await readSession(roll, id);
  if (id.kind === 'qualified') {
    return { survey, protections, session, servers: await readServers(context, [id.server]) };
  }
  const named = isServerId(id.local) ? await readServers(context, [id.local]) : [];
  const isServer = named.some(({ kind }) => kind !== 'unknown');
  if (isServer && !isOnRecord(session)) return { survey, protections, servers: named };
  const involved = new Set(serversOf(session));
  const others = [...involved].filter((server) => !isServer || server !== named[0]?.server);
  const claiming = await readServers(context, others.slice(0, CLAIMANTS_MAX));
  const servers = [...(isServer ? named : []), ...claiming];
  return { survey, protections, session, servers };
}

/** Whether anything at all is on record. */
export function isAnythingKnown({ session, servers }: Facts): boolean {
  const isSessionKnown = session !== undefined && isOnRecord(session);
  return isSessionKnown || servers.some(({ kind }) => kind !== 'unknown');
}

async function readSession(
  { store, endpoints }: Pick<Roll, 'store' | 'endpoints'>,
  id: PublicId,
): Promise<SessionFacts> {
  const evidence = await store.lookup(id);
  const claimants = id.kind === 'bare' ? await store.findClaimants(id.local) : [];
  const permits = (endpoint: Claimant['endpoint']) => endpoints.refusal(endpoint) === undefined;
  const answer = (transport: Transport) =>
    resolve(evidence, { transport, renewing: true, permits });
  return { id, evidence, answers: { HTTP: answer('HTTP'), QUIC: answer('QUIC') }, claimants };
}

function isOnRecord({ evidence, claimants }: SessionFacts): boolean {
  const isAbsent = evidence.kind === 'absent' && evidence.lastKnown.kind === 'nothing';
  return !isAbsent || claimants.length > 0;
}

function serversOf({ evidence, claimants }: SessionFacts): readonly ServerId[] {
  const named = claimants.map(({ server }) => server);
  if ('destination' in evidence) return [evidence.destination.server, ...named];
  if (evidence.kind === 'absent' && evidence.lastKnown.kind === 'destination') {
    return [evidence.lastKnown.destination.server, ...named];
  }
  return named;
}

interface Context {
  readonly roll: Roll;
  readonly survey: Survey;
  readonly protections: readonly ProtectedZone[];
}

async function readServers(context: Context, ids: readonly ServerId[]): Promise<ServerFacts[]> {
  if (ids.length === 0) return [];
  const { store } = context.roll;
  const records = await store.records(ids);
  return Promise.all(
    ids.map(async (server): Promise<ServerFacts> => {
      const record = records.find((candidate) => candidate.server === server);
      if (record) return presentFacts(context, record);
      const trace = await store.lookup({ kind: 'qualified', server, local: ANY_SESSION });
      const isGone = trace.kind === 'absent' && trace.lastKnown.kind === 'gone';
      return { kind: isGone ? 'gone' : 'unknown', server };
    }),
  );
}

function presentFacts({ roll, survey, protections }: Context, record: ServerRecord): ServerFacts {
  const { server, zone, endpoint } = record;
  const counted = survey.zones.find((candidate) => candidate.zone === zone);
  return {
    kind: 'present',
    server,
    seen: seeServer(record, survey.nowMs, roll.policy),
    replaced: survey.late.some((late) => late.server === server && late.replaced),
    refusal: roll.endpoints.refusal(endpoint),
    protection: protections.find((protection) => protection.zone === zone),
    zone: counted && { late: counted.late, servers: counted.servers },
  };
}
