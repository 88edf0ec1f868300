import { swarmJoins, untilSwarmIsLive } from '../faults/actions/swarm.mjs';
import { sample } from '../swarm/random.mjs';
import { latencyOf } from './measure/latency-figures.mjs';

/** As the bars have it. */
export const SESSIONS_PER_HOST = 4;

const IDLE_HOSTS = 10;
const JOIN_OVER_MAX_MS = 10_000;
/** Of more sessions so many are looked up, chosen by the seed: each has its turn every quarter of a minute. */
const LOOKED_UP_MAX = 2_000;
/** A resolver that has just started is slower than it will be. */
const WARM_UP_MS = 10_000;
const MS = 1_000;

/** Qualified ids of all sessions of so many hosts of a swarm. */
export function sessionsOf(hosts) {
  return Array.from({ length: hosts }, (_, index) => `swarm-${index + 1}`).flatMap((server) =>
    Array.from({ length: SESSIONS_PER_HOST }, (_, index) => `${server}~${server}.${index + 1}`),
  );
}

/**
 * The first hosts of a fleet join, and their sessions are looked up; resolves to how long lookups take while the roll is
 * next to empty. `doors` are the swarm's.
 */
export async function measureIdle(run, stage, { hosts, settle, doors = 'one' }) {
  const few = Math.min(IDLE_HOSTS, hosts);
  await firstHostsJoin(stage, few, doors);
  return run.step('idle', stage, async () => {
    stage.lookUp(sessionsOf(few));
    await stage.pass(Math.min(WARM_UP_MS, settle * MS));
    stage.mark('idle');
    const idle = latencyOf(stage.lookups(await stage.watch(settle * MS)));
    return { idle, told: latencyText(idle) };
  });
}

/** The rest of the fleet joins; resolves once all are live and have been for a while, and sessions of all are looked up. */
export async function fleetJoins(run, stage, { hosts, settle, doors = 'one' }) {
  if (!stage.swarm) await firstHostsJoin(stage, Math.min(IDLE_HOSTS, hosts), doors);
  const { swarm } = stage;
  await run.step('fleet joins', stage, async () => {
    stage.mark(`${hosts} hosts join`);
    const more = hosts - (await swarm.stats()).hosts.total;
    const overMs = Math.min(JOIN_OVER_MAX_MS, (settle * MS) / 2);
    if (more > 0) await swarm.do(`join ${more} over ${overMs}ms`);
    await untilSwarmIsLive(swarm, hosts);
    if (stage.site.resolvers.length > 0)
      stage.lookUp(sample(sessionsOf(hosts), LOOKED_UP_MAX, () => stage.random.next()));
    await stage.pass(settle * MS);
    return { told: `${hosts} hosts with ${hosts * SESSIONS_PER_HOST} sessions` };
  });
}

/** Lets the fleet report for so long; resolves to the span, how long lookups took in it, and what the swarm says of it. */
export async function measureFleet(run, stage, seconds, title = 'measuring') {
  return run.step(title, stage, async () => {
    await stage.swarm.do('mark');
    stage.mark(title);
    const span = await stage.watch(seconds * MS);
    const { sinceMark } = await stage.swarm.stats();
    const latency = latencyOf(stage.lookups(span));
    return {
      span,
      latency,
      sinceMark,
      told: `${sinceMark.perSecond} reports/s, ${latencyText(latency)}`,
    };
  });
}

async function firstHostsJoin(stage, hosts, doors) {
  const options = ['--sessions-per-host', String(SESSIONS_PER_HOST), '--doors', doors];
  stage.swarm = await swarmJoins(stage, hosts, options);
}

/** A latency in a few words. */
export function latencyText({ count, p50, p99 }) {
  return `${count} lookups: p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`;
}
