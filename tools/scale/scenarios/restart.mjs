import { answersIn, isFound } from '../../faults/history/queries.mjs';
import { fleetJoins, measureIdle, SESSIONS_PER_HOST, sessionsOf } from '../fleet.mjs';
import { waitingRows } from '../measure/fleet-figures.mjs';
import { latencyOf } from '../measure/latency-figures.mjs';
import { lookUpOnce } from '../measure/look-up-once.mjs';
import { countsText, shown } from '../report/report-text.mjs';

const SECOND_MS = 1_000;
const BACK_WITHIN_MS = 120_000;

/** The whole fleet reports, Redis is killed and started anew: until every session resolves again. */
export default function restart(run, { hosts, away, settle, 'with-data': keepsData }) {
  return run.staged('fleet', { keepsData }, async (stage) => {
    const { swarm, idle } = await fleetReports(run, stage, { hosts, settle });
    const killedAt = await storeIsAway(run, stage, away);
    const { backAt, heardAt } = await storeReturns(run, stage, { hosts, keepsData });
    const { sinceMark } = await swarm.stats();
    await stage.pass(2 * stage.profile.interval);
    const span = { from: killedAt, to: stage.now() };
    const unresolved = await everySessionIsLookedUp(run, stage, hosts);

    const lookups = stage.lookups(span);
    const lastMiss = lookups.filter((one) => one.start >= backAt && !isFound(one)).at(-1);
    const missedAt = lastMiss?.end ?? backAt;
    // With its data the store answers for hosts that have not reported yet.
    const resolvedAt = keepsData ? missedAt : Math.max(missedAt, heardAt);
    const seconds = (at) => (at - backAt) / SECOND_MS;
    const of = `${shown(hosts)} hosts`;
    const meanwhile = latencyOf(lookups);
    // While there is no Redis a 503 is out at once: the longer that lasts, the less would the return count.
    const sinceBack = latencyOf(stage.lookups({ ...span, from: backAt }));
    const worst = Math.max(meanwhile.p99, sinceBack.p99);
    run.figure('resolve again', unresolved === 0 ? seconds(resolvedAt) : Infinity, { hosts }, of);
    run.figure(
      'lookups',
      worst / idle.p99,
      { hosts },
      `${of}, from the kill or from the return on`,
    );
    run.table(
      'Redis is killed',
      ['', of],
      [
        ['sessions', hosts * SESSIONS_PER_HOST],
        ['Redis came back', keepsData ? 'with its data' : 'empty'],
        ['there was no Redis for, s', -seconds(killedAt)],
        ['from Redis being back: all hosts have reported, s', seconds(heardAt)],
        ['from Redis being back: last answer but 200, s', seconds(missedAt)],
        ['sessions that did not resolve when each was looked up after that', unresolved],
        ['busiest second, reports', sinceMark.busiestSecond],
        ['reports that failed', sinceMark.failed],
        ['lookups before the fleet came: p99, ms', idle.p99],
        ['lookups from the kill on: p50, ms', meanwhile.p50],
        ['lookups from the kill on: p99, ms', meanwhile.p99],
        ['lookups from Redis being back on: p99, ms', sinceBack.p99],
        ['answers from the kill on', countsText(answersIn(lookups))],
        ...waitingRows(stage.loadIn(span), stage.lateAsks(span)),
      ],
    );
  });
}

async function fleetReports(run, stage, size) {
  const { idle } = await measureIdle(run, stage, size);
  await fleetJoins(run, stage, size);
  await stage.swarm.do('mark');
  return { swarm: stage.swarm, idle };
}

/** Resolves to when it was killed. */
async function storeIsAway(run, stage, seconds) {
  const { killedAt } = await run.step('Redis away', stage, async () => {
    const killedAt = stage.mark('Redis is killed');
    await stage.site.redis.kill();
    await stage.pass(seconds * SECOND_MS);
    return { killedAt, told: `for ${seconds} s` };
  });
  return killedAt;
}

/** Resolves to when it was back, and to when every host had reported to it. */
function storeReturns(run, stage, { hosts, keepsData }) {
  const { client, profile, site } = stage;
  return run.step('Redis back', stage, async () => {
    // Who reports from here on has a lease that ends no sooner.
    const newLeasesFrom = Date.now() + profile.lease;
    await site.redis.restart({ empty: !keepsData });
    const backAt = stage.mark(`Redis is back${keepsData ? '' : ', empty'}`);
    await site.noteStoreProcesses();
    const haveReported = async () =>
      (await client.zcount(site.keys.due, newLeasesFrom, '+inf')) === hosts;
    await stage.until(
      'every host has reported again',
      () => haveReported().catch(() => false),
      BACK_WITHIN_MS,
    );
    const heardAt = stage.mark('every host has reported');
    return {
      backAt,
      heardAt,
      told: `all reported after ${((heardAt - backAt) / SECOND_MS).toFixed(1)} s`,
    };
  });
}

/** Resolves to how many do not resolve. */
async function everySessionIsLookedUp(run, stage, hosts) {
  const { unresolved } = await run.step('each once', stage, async () => {
    const unresolved = await lookUpOnce(stage.site, sessionsOf(hosts));
    return {
      unresolved,
      told: `${unresolved} of ${hosts * SESSIONS_PER_HOST} sessions do not resolve`,
    };
  });
  return unresolved;
}
