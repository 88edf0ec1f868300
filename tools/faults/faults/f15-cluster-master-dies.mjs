import { masterDies, masterReturns, replicaTakesOver } from '../actions/failover.mjs';
import { FLEET_BARS, concludeWithFleet, fleetJoins, fleetReports } from '../actions/swarm.mjs';
import {
  lastStep,
  measureLate,
  measureNobodyLost,
  measureWritesOut,
} from '../history/outage-figures.mjs';
import { watchSweeps } from '../history/sweep-pauses.mjs';
import { startCluster } from '../site/cluster.mjs';

/** A key that one of the masters holds that have neither the roll nor its jobs. */
async function keyOfNeither(cluster, keys) {
  const taken = [await cluster.masterOf(keys.due), await cluster.masterOf(`${keys.jobs}:`)];
  for (let number = 0; ; number += 1) {
    const key = `other-${number}`;
    if (!taken.includes(await cluster.masterOf(key))) return key;
  }
}

/** A Cluster that misses a master refuses everything until another has taken over, whatever it had. */
const MASTERS = [
  ['F15a', 'of the roll', 'down', (_, keys) => keys.due],
  ['F15b', 'of the jobs', 'refusing', (_, keys) => `${keys.jobs}:`],
  ['F15c', 'of neither the roll nor the jobs', 'refusing', keyOfNeither],
];

const alone = MASTERS.map(([id, which, state, keyOf]) => ({
  id,
  title: `in a Cluster the master ${which} dies`,
  core: id === 'F15a',
  bars: ['not found while live', 'servers lost', 'answered late', 'writes out', 'sweeps pause'],
  async run(context) {
    const { profile, random, site } = context;
    const topology = await startCluster(profile);
    await context.arrange({ hosts: 3, store: { topology } });
    const { cluster } = topology;
    const key = await keyOf(cluster, site.keys);
    const master = await cluster.masterOf(key);
    const measureSweepsPause = watchSweeps(context);
    await context.pass(random.between(0, profile.interval));
    const died = await masterDies(context, master, { which, state });
    const successor = () => cluster.masterOtherThan(master, key);
    await replicaTakesOver(context, successor, key === site.keys.due ? died : undefined);
    await context.pass(random.between(0, profile.lease));
    await masterReturns(context, master, cluster);
    await context.conclude();

    measureNobodyLost(context, died[0]);
    measureLate(context);
    measureWritesOut(context, died[0]);
    await measureSweepsPause();
  },
}));

const withFleet = {
  id: 'F15d',
  title: 'in a Cluster the master of the roll dies: a fleet of 300',
  core: false,
  bars: FLEET_BARS,
  async run(context) {
    const { profile, site } = context;
    const topology = await startCluster(profile);
    await context.arrange({ hosts: 3, store: { topology } });
    const { cluster } = topology;
    const fleet = await fleetJoins(context);
    const { due } = site.keys;
    const master = await cluster.masterOf(due);
    const died = await masterDies(context, master, { which: 'of the roll', state: 'down' });
    await replicaTakesOver(context, () => cluster.masterOtherThan(master, due), died);
    const [, healedAt] = lastStep(context);
    const reportedAt = await fleetReports(context, fleet);
    await context.pass(profile.lease);
    await masterReturns(context, master, cluster);
    await concludeWithFleet(context, fleet, { healedAt, reportedAt });
  },
};

export default [...alone, withFleet];
