import { availableParallelism } from 'node:os';
import { spawnSwarm } from '../../swarm/swarm-process.mjs';
import { lastStep } from '../history/outage-figures.mjs';
import { eventsOf } from '../history/queries.mjs';

const SEEDS = 1_000_000;
const JOINED_WITHIN_MS = 120_000;
const PAGE = 1_000;

/** Hosts of a swarm are called swarm-1, swarm-2 and so on. */
const isOfSwarm = ({ server }) => server.startsWith('swarm-');

/** So many hosts more on the roll, on a core of their own where there are more than two; resolves once they are live. */
export async function swarmJoins(context, hosts) {
  const swarm = spawnSwarm({
    options: [
      ...['--hosts', String(hosts), '--doors', 'one'],
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
      for (let cursor = '0'; ;) {
        const [next, keys] = await client.scan(cursor, 'MATCH', '*swarm-*', 'COUNT', PAGE);
        if (keys.length > 0) await client.unlink(...keys);
        cursor = next;
        if (cursor === '0') break;
      }
      return site.lookup('swarm-1~swarm-1.1');
    },
  });
}

/** What a fleet is held against that nothing has happened to but what its reports go through. */
export const SWARM_BARS = ['swarm lost', 'swarm back'];

/** After the step that healed: waits until all of the swarm report again, has it leave, concludes, and measures its bars. */
export async function concludeWithSwarm(context, swarm, count) {
  const [, healedAt] = lastStep(context);
  await untilSwarmIsLive(swarm, count);
  const back = context.now() - healedAt;
  await context.pass(context.profile.lease);
  const span = { from: 0, to: context.now() };
  await swarmLeaves(context, swarm);
  await context.conclude();
  const lost = eventsOf(context.records, 'server.lost', {}, span).filter(isOfSwarm);
  context.measure('swarm lost', lost.length);
  context.measure('swarm back', back, { from: healedAt, to: healedAt + back });
}
