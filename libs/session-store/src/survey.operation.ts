import {
  PROTECTION_SERVERS_MIN,
  WITNESSES_PER_ZONE,
  type LateServer,
  type ServerId,
  type Survey,
  type ZoneSurvey,
} from '@rollcall/domain';
import { decodeProtection } from './protection.codec';
import { inGroups, inPages, membersByScore, PAGE_MAX } from './score-pages';
import type { StoreContext } from './store-context';

/** What the script tells of one moment. */
interface Beginning {
  readonly nowMs: number;
  readonly heard: boolean;
  readonly settled: boolean;
  readonly servers: number;
  /** How many may be late; none is sure to be. */
  readonly suspects: number;
  readonly protections: Survey['protections'];
  readonly leaving: ReadonlySet<string>;
  readonly anyReplaced: boolean;
  readonly hasZones: boolean;
  /** How many servers each named zone has; empty when zones do not matter. */
  readonly zones: ReadonlyMap<string, number>;
}

type BeginningReply = readonly [
  now: number,
  heard: number,
  settled: number,
  servers: number,
  suspects: number,
  protections: readonly string[],
  leaving: readonly string[],
  anyReplaced: number,
  hasZones: number,
  zones: readonly (string | number)[],
];

/**
 * Reads who is late, and what that means for each zone: what is of one moment in one script, and then the late in pages, between
 * which lookups are answered. Whoever reports, or is held, meanwhile is told as before or as after it.
 */
export async function readSurvey(context: StoreContext, lateMax: number): Promise<Survey> {
  const beginning = await begin(context);
  const late = beginning.suspects === 0 ? [] : await readLate(context, beginning);
  const { nowMs, heard, settled, servers, protections } = beginning;
  const zonesMatter = late.length >= PROTECTION_SERVERS_MIN || protections.length > 0;
  return {
    ...{ nowMs, heard, settled, servers, protections },
    late: late.slice(0, lateMax),
    lateTotal: late.length,
    zones: zonesMatter ? await readZones(context, beginning, late) : [],
  };
}

async function begin({ keys, policy, runner, script }: StoreContext): Promise<Beginning> {
  const { due, settled, held, leaving, zones, replaced, protect, pulse } = keys;
  const scriptKeys = [due, settled, held, leaving, zones, replaced, protect, pulse];
  const { leaseTtlMs, lateAfterMs, gapMs, heardAfterMs } = policy;
  const args = [leaseTtlMs, lateAfterMs, PROTECTION_SERVERS_MIN, gapMs, heardAfterMs];
  const reply = await runner.run('survey', () => script('survey', scriptKeys, args));
  return toBeginning(reply as BeginningReply);
}

function toBeginning(reply: BeginningReply): Beginning {
  const [nowMs, heard, settled, servers, suspects, protections, ...rest] = reply;
  const [leaving, anyReplaced, hasZones, zones] = rest;
  return {
    ...{ nowMs, heard: heard === 1, settled: settled === 1, servers, suspects },
    protections: inGroups(protections, 2).map(([zone = '', value = '']) =>
      decodeProtection(zone, value),
    ),
    leaving: new Set(leaving),
    anyReplaced: anyReplaced === 1,
    hasZones: hasZones === 1,
    zones: new Map(inGroups(zones, 2).map(([zone, count]) => [String(zone), Number(count)])),
  };
}

/** Those whose lease or hold ends first are first. */
async function readLate(context: StoreContext, beginning: Beginning): Promise<LateServer[]> {
  const { keys, policy, redis, runner } = context;
  const { leaving } = beginning;
  const found = new Map<string, Omit<LateServer, 'zone' | 'replaced'>>();
  const note = (name: string, reportedAtMs: number, leaseEndsAtMs: number, held: boolean) => {
    found.set(name, { server: name as ServerId, reportedAtMs, leaseEndsAtMs, held });
  };
  // First: whoever is held meanwhile is found below.
  const fresh = beginning.nowMs + policy.leaseTtlMs - policy.lateAfterMs;
  for await (const page of membersByScore(context, keys.due, fresh)) {
    for (const { member, score } of page) {
      if (!leaving.has(member)) note(member, score - policy.leaseTtlMs, score, false);
    }
  }
  for await (const page of membersByScore(context, keys.held, '+inf')) {
    const names = page.map(({ member }) => member);
    const ends = await runner.run('zmscore', () => redis.zmscore(keys.due, ...names));
    for (const [index, { member, score }] of page.entries()) {
      const leaseEnd = ends[index] ?? null;
      // Whoever is held and not on the roll was struck off by an earlier version, which knows of no holds.
      if (leaseEnd !== null) note(member, score, Number(leaseEnd), true);
    }
  }
  const names = [...found.keys()];
  const zones = await zonesOf(context, beginning, names);
  const replaced = beginning.anyReplaced ? await replacedOf(context, names, fresh) : undefined;
  return [...found.values()]
    .map((late, index) => ({
      ...late,
      zone: zones[index] ?? '',
      replaced: replaced?.has(late.server) ?? false,
    }))
    .sort(byEnd);
}

function byEnd(one: LateServer, other: LateServer): number {
  return one.leaseEndsAtMs - other.leaseEndsAtMs || (one.server < other.server ? -1 : 1);
}

/** The zone of each of these servers, empty for one that has none; nothing at all when nobody has one. */
async function zonesOf(
  { keys, redis, runner }: StoreContext,
  { hasZones }: Beginning,
  servers: readonly string[],
): Promise<string[]> {
  const zones: string[] = [];
  for (const page of hasZones ? inPages(servers) : []) {
    const found = await runner.run('hmget', () => redis.hmget(keys.zones, ...page));
    zones.push(...found.map((zone) => zone ?? ''));
  }
  return zones;
}

/** Those of these servers whose endpoint another one has reported since that is live itself; as in include/places.lua. */
async function replacedOf(
  { keys, redis, runner }: StoreContext,
  servers: readonly string[],
  fresh: number,
): Promise<Set<string>> {
  const replaced = new Set<string>();
  for (const page of inPages(servers)) {
    const places = await runner.run('hmget', () => redis.hmget(keys.replaced, ...page));
    const moved = page.flatMap((server, index) => {
      const place = places[index] ?? null;
      return place === null ? [] : [{ server, place }];
    });
    if (moved.length === 0) continue;
    const at = moved.map(({ place }) => place);
    const owners = await runner.run('hmget', () => redis.hmget(keys.endpoints, ...at));
    const names = owners.map((owner) => owner ?? '');
    const [ends, held] = await Promise.all([
      runner.run('zmscore', () => redis.zmscore(keys.due, ...names)),
      runner.run('zmscore', () => redis.zmscore(keys.held, ...names)),
    ]);
    for (const [index, { server }] of moved.entries()) {
      const isLive = Number(ends[index] ?? 0) > fresh && (held[index] ?? null) === null;
      if (isLive && names[index] !== server) replaced.add(server);
    }
  }
  return replaced;
}

async function readZones(
  context: StoreContext,
  beginning: Beginning,
  late: readonly LateServer[],
): Promise<ZoneSurvey[]> {
  const { servers, zones, leaving } = beginning;
  const named = [...zones.values()].reduce((sum, count) => sum + count, 0);
  const sizes = new Map([...zones, ['', servers - named] as const]);
  const lateIn = countOf(late.map(({ zone }) => zone));
  const names = [...leaving];
  const zonesOfLeaving = await zonesOf(context, beginning, names);
  const leavingIn = countOf(names.map((_, index) => zonesOfLeaving[index] ?? ''));
  const wanted = new Map<string, number>();
  for (const [zone, size] of sizes) {
    const live = size - (lateIn.get(zone) ?? 0) - (leavingIn.get(zone) ?? 0);
    wanted.set(zone, Math.min(Math.max(live, 0), WITNESSES_PER_ZONE));
  }
  const witnesses = await findWitnesses(context, beginning, late, wanted);
  return [...sizes]
    .filter(([, size]) => size > 0)
    .map(([zone, size]) => ({
      ...{ zone, servers: size, late: lateIn.get(zone) ?? 0 },
      witnesses: witnesses.get(zone) ?? [],
    }));
}

/** Of each zone as many live servers as are wanted, those that have reported last. */
async function findWitnesses(
  context: StoreContext,
  beginning: Beginning,
  late: readonly LateServer[],
  wanted: ReadonlyMap<string, number>,
): Promise<Map<string, ServerId[]>> {
  const { keys, redis, runner } = context;
  const known = new Set<string>([...late.map(({ server }) => server), ...beginning.leaving]);
  const found = new Map<string, ServerId[]>();
  let missing = [...wanted.values()].reduce((sum, count) => sum + count, 0);
  for (let start = 0; missing > 0 && start < beginning.servers; start += PAGE_MAX) {
    const newest = await runner.run('zrevrange', () =>
      redis.zrevrange(keys.due, start, start + PAGE_MAX - 1),
    );
    const zones = await zonesOf(context, beginning, newest);
    for (const [index, server] of newest.entries()) {
      const zone = zones[index] ?? '';
      const witnesses = found.get(zone) ?? [];
      if (witnesses.length >= (wanted.get(zone) ?? 0)) continue;
      if (known.has(server)) continue;
      // Ranks change between pages: nobody is to be found twice.
      known.add(server);
      found.set(zone, [...witnesses, server as ServerId]);
      missing -= 1;
    }
  }
  return found;
}

function countOf(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
