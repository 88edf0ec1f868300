import { startCluster } from '../../faults/site/cluster.mjs';
import { DEFAULT_PROFILE } from '../../faults/profile.mjs';
import { rollKeys } from '@rollcall/session-store';
import { fleetJoins, measureFleet } from '../fleet.mjs';
import { shown } from '../report/report-text.mjs';

const KEY_PREFIX = 'rollcall';
const NAMES_TRIED_MAX = 1_000;

/** The same fleet as one roll, and as two that a Cluster has on two of its masters. */
export default async function rolls(run, { hosts, seconds, settle }) {
  const half = Math.ceil(hosts / 2);
  const one = await measureRolls(run, 'one-roll', { sizes: [hosts], seconds, settle });
  const two = await measureRolls(run, 'two-rolls', {
    sizes: [half, hosts - half],
    seconds,
    settle,
  });
  const columns = ['', `one roll of ${shown(hosts)} hosts`, `two rolls of ${shown(half)}`];
  const rows = one.masters.map((cpuPercent, index) => [
    `master ${index + 1}: CPU, % of a core`,
    cpuPercent,
    two.masters[index],
  ]);
  run.table('Masters of the Cluster, the busiest first', columns, [
    ...rows,
    ['reports/s', one.reports, two.reports],
    ['reports that failed', one.failed, two.failed],
    ['busiest master: waited for a processor, % of the time', one.waited, two.waited],
  ]);
  const share = (100 * two.masters[0]) / one.masters[0];
  run.note(
    `The busiest master has ${shown(share)} % of the work that it has when all hosts are on one roll.`,
  );
}

/** Each roll has services and a swarm of its own. Resolves to what its masters used, the busiest first. */
async function measureRolls(run, name, { sizes, seconds, settle }) {
  const topology = await startCluster(DEFAULT_PROFILE);
  try {
    const names = await rollsOnMastersOfTheirOwn(topology.cluster, sizes.length);
    return await withStages(run, { name, names, topology }, async (stages) => {
      for (const [index, stage] of stages.entries())
        await fleetJoins(run, stage, { hosts: sizes[index], settle });
      return measure(run, stages, seconds);
    });
  } finally {
    await topology.stop();
  }
}

/** Opens a stage for each roll; the first looks at what is used by all. */
function withStages(run, { name, names: [roll, ...others], topology }, work, stages = []) {
  const shared = { ...topology, stop: async () => undefined };
  const options = { roll, topology: shared };
  return run.staged(`${name}-${roll}`, options, (stage) => {
    stages[0]?.alsoMeasure(() => servicesOf(stage, roll));
    stages.push(stage);
    return others.length === 0
      ? work(stages)
      : withStages(run, { name, names: others, topology }, work, stages);
  });
}

const servicesOf = ({ processes }, roll) =>
  processes
    .filter(({ name }) => !name.startsWith('redis'))
    .map(({ name, pid }) => ({ name: `${roll}: ${name}`, pid }));

async function measure(run, stages, seconds) {
  const measured = await Promise.all(
    stages.map((stage, index) =>
      index === 0 ? measureFleet(run, stage, seconds) : measureQuietly(stage, seconds),
    ),
  );
  const [first] = stages;
  const { processes } = first.loadIn(measured[0].span);
  const masters = await mastersOf(first);
  const used = masters.map((name) => processes[name]).sort((a, b) => b.cpuPercent - a.cpuPercent);
  const sum = (of) => measured.reduce((total, { sinceMark }) => total + of(sinceMark), 0);
  return {
    masters: used.map(({ cpuPercent }) => cpuPercent),
    waited: used[0].waitedPercent,
    reports: sum(({ applied, seconds: long }) => applied / long),
    failed: sum(({ failed }) => failed),
  };
}

async function measureQuietly(stage, seconds) {
  await stage.swarm.do('mark');
  await stage.watch(seconds * 1_000);
  return stage.swarm.stats();
}

/** Names of processes. */
async function mastersOf({ site }) {
  const { cluster } = site.store;
  const masters = await cluster.masters();
  return masters.map((node) => `redis-${cluster.nodes.indexOf(node) + 1}`);
}

/** Which master a roll is on follows from its name: tries names until there are enough on different ones. */
async function rollsOnMastersOfTheirOwn(cluster, count) {
  const found = new Map();
  for (let number = 1; found.size < count && number < NAMES_TRIED_MAX; number += 1) {
    const roll = `site-${number}`;
    const master = await cluster.masterOf(rollKeys({ keyPrefix: KEY_PREFIX, roll }).due);
    if (!found.has(master)) found.set(master, roll);
  }
  return [...found.values()];
}
