import { setTimeout as delay } from 'node:timers/promises';
import {
  lastStep,
  longestSilence,
  measureGaps,
  measureNobodyLost,
} from '../history/outage-figures.mjs';
import { lastReport, reportsOf } from '../history/queries.mjs';
import { startCluster } from '../site/cluster.mjs';

/** Neighbours of the roll in its slot, so that the move takes a while in which its keys are here and there. */
const NEIGHBOURS = 20_000;
const NEIGHBOURS_AT_ONCE = 1_000;
/** Slots besides those of the roll and its jobs. */
const OTHERS = 12;

async function fillSlotOf(client, key) {
  const tag = /\{.*\}/.exec(key)[0];
  for (let number = 0; number < NEIGHBOURS; number += NEIGHBOURS_AT_ONCE) {
    const names = Array.from({ length: NEIGHBOURS_AT_ONCE }, (_, one) => number + one);
    await client.mset(names.flatMap((name) => [`neighbour:${tag}:${name}`, 'moves along']));
  }
}

/** Every key's slot goes to a master that does not hold it; resolves to `[key, master]` of each. */
async function moveAll(cluster, random, keys) {
  const masters = await cluster.masters();
  const moved = [];
  for (const key of keys) {
    const from = await cluster.masterOf(key);
    const to = random.pick(masters.filter((master) => master !== from));
    await cluster.moveSlot(key, to);
    moved.push([key, to]);
  }
  return moved;
}

async function areThere(cluster, moved) {
  const places = new Map(moved);
  for (const [key, to] of places) if ((await cluster.masterOf(key)) !== to) return false;
  return true;
}

export default {
  id: 'F16',
  title: 'slots of a Cluster move under load, the roll’s too',
  core: false,
  bars: ['not found while live', 'not answered while live', 'servers lost', 'F16 lapsed'],
  async run(context) {
    const { profile, random, site } = context;
    const topology = await startCluster(profile);
    await context.arrange({ hosts: 3, store: { topology } });
    const { cluster } = topology;
    const own = [site.keys.due, `${site.keys.jobs}:`];
    await fillSlotOf(site.store.client(), site.keys.due);
    const others = Array.from(
      { length: OTHERS },
      () => `other-${Math.floor(random.between(0, 1e6))}`,
    );
    // A report has to wait while some of its keys are here and some there, and what is nowhere may be looked for there.
    const moved = await context.fault('slots move', {
      effect: { kind: 'store', state: 'refusing' },
      act: async () => {
        // The roll and its jobs move at any time among the others, and again once everybody has reported since.
        const first = await moveAll(cluster, random, random.shuffled([...own, ...others]));
        await delay(profile.back);
        return [...first, ...(await moveAll(cluster, random, random.shuffled(own)))];
      },
      proof: (all) => areThere(cluster, all),
    });
    const [movedFrom] = lastStep(context);
    await context.heal('all of them have arrived', {
      effect: { kind: 'store', state: 'up' },
      proof: () => areThere(cluster, moved),
    });
    const records = await context.conclude();

    measureNobodyLost(context, movedFrom);
    measureGaps(context, { from: movedFrom });
    const { at: endedAt } = records.filter(({ type }) => type === 'traffic').at(-1);
    const silences = context.live.map(({ id }) => {
      const { end: from } = lastReport(records, id, { before: movedFrom });
      return longestSilence(reportsOf(records, id, { from }), from, endedAt).ms;
    });
    context.measure('F16 lapsed', Math.max(...silences));
  },
};
