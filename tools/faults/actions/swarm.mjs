import { availableParallelism } from 'node:os';
import { spawnSwarm } from '../../swarm/swarm-process.mjs';
import { serversOf } from '../history/key-census.mjs';
import { lastStep } from '../history/outage-figures.mjs';
import { eventsOf, isFound, isNotFound } from '../history/queries.mjs';
import { SwarmLookups } from '../history/swarm-lookups.mjs';

const SEEDS = 1_000_000;
const JOINED_WITHIN_MS = 120_000;
const PAGE = 1_000;

/** So many hosts more on the roll, on a core of their own where there are more than two; resolves once they are live. */
export async function swarmJoins(context, hosts, options = []) {
  const swarm = spawnSwarm({
    options: [
      ...['--hosts', String(hosts), ...options],
      ...['--seed', String(Math.floor(context.random.next() * SEEDS))],
    ],
    env: context.site.environment(),
    core: availableParallelism() > 2 ? 1 : undefined,
  });
  context.atEnd(() => swarm.stop('crash'));
  await untilSwarmIsLive(swarm, hosts);
  return swarm;
}

/** All of the swarm are on the roll, and the store takes their reports. */
export function untilSwarmIsLive(swarm, count) {
  return swarm.until(({ hosts }) => hosts.live === count, JOINED_WITHIN_MS);
}

/** It takes leave of the roll, and what the roll would remember of it for the retention goes, too. */
export function swarmLeaves(context, swarm) {
  const { client, site } = context;
  return context.step('the swarm leaves', {
    act: async () => {
      await swarm.stop('withdraw');
      for (const server of await serversOf(client, site.keys.due)) await forget(server);
    },
  });
}

async function forget(server) {
  for (let cursor = '0'; ;) {
    const [next, keys] = await server.scan(cursor, 'MATCH', '*swarm-*', 'COUNT', PAGE);
    if (keys.length > 0) await server.unlink(...keys);
    cursor = next;
    if (cursor === '0') return;
  }
}

/** So many hosts of a swarm beside those of a fault that has its own. */
const FLEET = 300;

/** What a fleet is held against whose hosts live, whatever happens to what they report through. */
export const FLEET_BARS = ['fleet not found', 'fleet lost', 'fleet back'];

/** A swarm of 300, in so many zones, each with a DCV port of its own; all are looked up over and over until they leave. */
export async function fleetJoins(context, { zones = 1 } = {}) {
  const swarm = await swarmJoins(context, FLEET, ['--zones', String(zones), '--doors', 'each']);
  const servers = Array.from({ length: FLEET }, (_, index) => `swarm-${index + 1}`);
  const lookups = new SwarmLookups(context, servers);
  context.atEnd(() => lookups.stop());
  lookups.start();
  return { swarm, servers, lookups };
}

/** Nothing that these report arrives, and no packet to their DCV ports; `who` as a command of the swarm has it. */
export function fleetIsCut(context, { swarm }, who) {
  return context.fault(`of the fleet, ${who}: reports are lost, and packets to the ports`, {
    act: async () => {
      await swarm.do(`drop ${who}`);
      return swarm.do(`silence ${who}`);
    },
    proof: async ({ hosts }) => {
      const { silent, dropping } = (await swarm.stats()).hosts;
      return hosts > 0 && silent === hosts && dropping === hosts;
    },
  });
}

/** All that was done to the fleet is undone. */
export function fleetIsWell(context, { swarm }) {
  return context.heal('the whole fleet is as it was', {
    act: () => swarm.do('resume all'),
    proof: async () => {
      const { silent, dropping, refusing } = (await swarm.stats()).hosts;
      return silent + dropping + refusing === 0;
    },
  });
}

/** Resolves, as soon as all of the fleet report, to that moment. */
export async function fleetReports(context, { swarm }) {
  await untilSwarmIsLive(swarm, FLEET);
  return context.now();
}

/**
 * After the last step: waits until all of the fleet report and are found again, has it leave, concludes, and measures
 * the bars of a fleet. `dead` are those of it that were not alive all the time, `healedAt` is when the last step ended
 * and `reportedAt` when all reported again, unless others are named.
 */
export async function concludeWithFleet(
  context,
  { swarm, servers, lookups },
  { dead = [], healedAt = lastStep(context)[1], reportedAt } = {},
) {
  const liveAt = await fleetReports(context, { swarm });
  await context.pass(context.profile.lease);
  await lookups.stop();
  const span = { from: 0, to: context.now() };
  await swarmLeaves(context, swarm);
  const records = await context.conclude();

  const live = new Set(servers.filter((server) => !dead.includes(server)));
  const wasLive = ({ server }) => live.has(server);
  const missing = lookups.records.filter((lookup) => wasLive(lookup) && isNotFound(lookup));
  context.measure('fleet not found', missing.length);
  context.measure('fleet lost', eventsOf(records, 'server.lost', {}, span).filter(wasLive).length);
  const lastMiss = lookups.records.filter((lookup) => !isFound(lookup)).at(-1);
  const backAt = Math.max(healedAt, reportedAt ?? liveAt, lastMiss?.end ?? 0);
  context.measure('fleet back', backAt - healedAt, { from: healedAt, to: backAt });
}
