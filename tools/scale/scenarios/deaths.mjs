import { eventsOf } from '../../faults/history/queries.mjs';
import { fleetJoins, measureIdle, SESSIONS_PER_HOST } from '../fleet.mjs';
import { evictionFigures } from '../measure/eviction-figures.mjs';
import { waitingRows } from '../measure/fleet-figures.mjs';
import { latencyOf } from '../measure/latency-figures.mjs';
import { countsText, shown } from '../report/report-text.mjs';

const SECOND_MS = 1_000;
/** So long after they have died all are late, and nobody's lease is over. */
const LATE_FOR_MS = 2_000;
const PATIENCE_MS = 60_000;

/** Some of the hosts die at once, their ports refused: until the last of them is struck off. */
export default function deaths(run, { hosts, dying, settle, 'with-data': keepsData }) {
  return run.staged('fleet', { keepsData }, async (stage) => {
    const size = { hosts, settle, doors: 'each' };
    const { idle } = await measureIdle(run, stage, size);
    await fleetJoins(run, stage, size);
    await stage.tapEvents();
    const { diedAt, diedAtEpochMs, leaseEnds } = await hostsDie(run, stage, dying);
    await untilStruckOff(run, stage, dying);

    const span = { from: diedAt, to: stage.now() };
    const lost = eventsOf(stage.recorder.records, 'server.lost');
    const evictions = evictionFigures(leaseEnds, lost);
    const lookups = stage.lookups(span);
    const meanwhile = latencyOf(lookups);
    const load = stage.loadIn(span);
    const of = `${shown(dying)} of ${shown(hosts)} hosts`;
    const isWhole = leaseEnds.size === dying && evictions.missing === 0 && evictions.others === 0;
    run.premiseAnswered(lookups, 200, 404);
    run.figure('struck off', isWhole ? evictions.afterMs / SECOND_MS : Infinity, { hosts }, of);
    run.figure('lookups', meanwhile.p99 / idle.p99, { hosts }, `${of} die`);
    run.table(
      'Hosts die',
      ['', of],
      [
        ['sessions of theirs', dying * SESSIONS_PER_HOST],
        ['hosts that were late before their lease was over', leaseEnds.size],
        [
          'from the deaths to the last lapse, s',
          (evictions.lastLapseAtMs - diedAtEpochMs) / SECOND_MS,
        ],
        ['from the last lapse to the last eviction published, s', evictions.afterMs / SECOND_MS],
        ['dead hosts that were not struck off', evictions.missing],
        ['live hosts that were struck off', evictions.others],
        ['sessions struck off', eventsOf(stage.recorder.records, 'session.evicted').length],
        ['lookups before the fleet came: p99, ms', idle.p99],
        ['lookups from the deaths on: p50, ms', meanwhile.p50],
        ['lookups from the deaths on: p99, ms', meanwhile.p99],
        ['answers from the deaths on', countsText(meanwhile.answers)],
        ['Redis: CPU, % of a core', load.processes.redis.cpuPercent],
        ...waitingRows(load, stage.lateAsks(span)),
      ],
    );
  });
}

/** Resolves to when they died, and to when the lease of each of them ends, by the clock of Redis. */
function hostsDie(run, stage, dying) {
  const { profile, swarm } = stage;
  return run.step('hosts die', stage, async () => {
    const diedAtEpochMs = Date.now();
    const diedAt = stage.mark(`${dying} hosts die`);
    await swarm.do(`die ${dying}`);
    await stage.pass(profile.lateAfter + LATE_FOR_MS);
    const leaseEnds = await leaseEndsOfTheLate(stage);
    return { diedAt, diedAtEpochMs, leaseEnds, told: `${leaseEnds.size} are late` };
  });
}

async function leaseEndsOfTheLate({ client, profile, site }) {
  const fresh = Date.now() + profile.lease - profile.lateAfter;
  const flat = await client.zrangebyscore(site.keys.due, '-inf', fresh, 'WITHSCORES');
  const pairs = flat.flatMap((server, index) =>
    index % 2 === 0 ? [[server, Number(flat[index + 1])]] : [],
  );
  return new Map(pairs);
}

/** And one interval more: whoever is struck off without having died shows, too. */
function untilStruckOff(run, stage, dying) {
  return run.step('struck off', stage, async () => {
    const struckOff = () => eventsOf(stage.recorder.records, 'server.lost').length >= dying;
    const patienceMs = stage.profile.lease + PATIENCE_MS;
    await stage.until(`${dying} servers are struck off`, struckOff, patienceMs);
    stage.mark('all are struck off');
    await stage.pass(stage.profile.interval);
    return { told: `${dying} servers` };
  });
}
