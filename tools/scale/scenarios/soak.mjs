import { growthOf, startSampling } from '../../faults/history/soak-samples.mjs';
import { lineCharts } from '../../plots/line-chart.mjs';
import { AGENT_SESSION, startDemoAgent } from '../demo-agent.mjs';
import { fleetJoins, SESSIONS_PER_HOST } from '../fleet.mjs';
import { waitingRows } from '../measure/fleet-figures.mjs';
import { latencyOf } from '../measure/latency-figures.mjs';
import { soakTimes } from '../measure/soak-times.mjs';
import { unheardOf } from '../measure/unheard-of.mjs';
import { shown } from '../report/report-text.mjs';

const SECOND_MS = 1_000;
/** One may be missed. */
const LAST_SAMPLES = 2;
const MB = 1e6;
/** A soak has many lookups. */
const LOOKUP_EVERY_MS = 40;
/** A working day: every second so many sessions are closed and others opened, every minute so many hosts die and return. */
const CHURN_SHARE = 1 / 2_000;
const DYING_SHARE = 1 / 1_000;
const [DEAD_FOR_MS, ALIVE_FOR_MS] = [40_000, 20_000];

/** A fleet that works, for hours: whether heaps, or the memory of Redis, grow. */
export default function soak(run, { hosts, minutes, settle, 'with-data': keepsData }) {
  const times = soakTimes(minutes);
  const settings = { RETENTION_MS: String(times.retentionMs) };
  return run.staged('fleet', { keepsData, settings }, async (stage) => {
    stage.traffic.everyMs = LOOKUP_EVERY_MS;
    const agent = await startDemoAgent(stage);
    await fleetJoins(run, stage, { hosts, settle, doors: 'each' });
    stage.lookUp([AGENT_SESSION]);
    const apps = [...stage.site.resolvers, ...stage.site.reconcilers, agent];
    stage.atEnd(startSampling(stage, apps, times.sampleEveryMs));
    const span = await fleetWorks(run, stage, { hosts, ...times });
    allWereSeen(run, stage, { apps, span, ...times });
    report(run, stage, { apps, span, hosts, minutes, ...times });
  });
}

/** Resolves to the span from the end of the warm-up on. */
async function fleetWorks(run, stage, { hosts, soakMs, warmUpMs }) {
  const { swarm } = stage;
  const { span } = await run.step('working', stage, async () => {
    const from = stage.mark('work begins');
    const span = { from: from + warmUpMs, to: from + soakMs };
    stage.moments.push({ at: span.from, text: 'warm: growth counts' });
    const passUntilEnd = (ms) => stage.pass(Math.max(0, Math.min(ms, span.to - stage.now())));
    await swarm.do(`churn ${atLeastOne(hosts * CHURN_SHARE)}/s`);
    while (stage.now() < span.to) {
      await swarm.do(`die ${atLeastOne(hosts * DYING_SHARE)}`);
      await passUntilEnd(DEAD_FOR_MS);
      await swarm.do('resume all');
      await passUntilEnd(ALIVE_FOR_MS);
    }
    return { span, told: `${Math.round(soakMs / SECOND_MS)} s` };
  });
  return span;
}

/** All processes to the end, and lookups were answered. */
function allWereSeen(run, stage, { apps, span, sampleEveryMs }) {
  const seen = [...apps.map(({ name }) => [name, 'heap']), ['redis', 'memory']];
  const since = span.to - LAST_SAMPLES * sampleEveryMs;
  const unheard = unheardOf(stage.recorder.records, seen, since);
  run.premise(unheard.length === 0, `nothing was heard of ${unheard.join(', ')} at the end`);
  run.premiseAnswered(stage.lookups(span), 200, 404);
}

function report(run, stage, { apps, span, hosts, minutes, retentionMs, warmUpMs }) {
  const { records } = stage.recorder;
  const growth = (of, what) => growthOf(records, of, what, span.from);
  const of = `${minutes} min, ${shown(hosts)} hosts`;
  const worst = (what) => Math.max(...apps.map(({ name }) => growth(name, what)));
  const size = { hosts, minutes };
  run.figure('heap growth', worst('heap'), size, of);
  run.figure('memory growth', growth('redis', 'memory'), size, of);
  const load = stage.loadIn(span);
  run.table(
    `Growth that the samples prove, ${of}`,
    ['', '% over the run'],
    [
      ...apps.map(({ name }) => [`${name}: heap`, growth(name, 'heap')]),
      ...apps.map(({ name }) => [`${name}: open files and handles`, growth(name, 'handles')]),
      ['Redis: memory without the capped streams', growth('redis', 'memory')],
      ['Redis: keys', growth('redis', 'keys')],
    ],
  );
  const latency = latencyOf(stage.lookups(span));
  run.table(
    'Meanwhile',
    ['', of],
    [
      ['sessions', hosts * SESSIONS_PER_HOST],
      ['Redis: CPU, % of a core', load.processes.redis.cpuPercent],
      ['lookups: p50, ms', latency.p50],
      ['lookups: p99, ms', latency.p99],
      ...waitingRows(load, stage.lateAsks(span)),
    ],
  );
  run.note(
    `RETENTION_MS was ${retentionMs}; growth counts from ${Math.round(warmUpMs / SECOND_MS)} s on.` +
      (warmUpMs < retentionMs
        ? ' That is sooner than as many records go as come: this run proves little.'
        : ''),
  );
  run.picture('growth', 'Heaps, and the memory of Redis', growthPicture(stage, apps));
}

function growthPicture({ recorder, moments }, apps) {
  const samples = recorder.records.filter(({ type }) => type === 'sample');
  const line = (of, what) => ({
    name: of,
    points: samples
      .filter((sample) => sample.of === of)
      .map((sample) => [sample.at / SECOND_MS, sample[what] / MB]),
  });
  return lineCharts({
    heading: 'Heaps, and the memory of Redis',
    xLabel: 'time (s)',
    marks: moments.map(({ at, text }) => ({ x: at / SECOND_MS, text })),
    panels: [
      { title: 'heap in use', unit: 'MB', series: apps.map(({ name }) => line(name, 'heap')) },
      { title: 'Redis without the capped streams', unit: 'MB', series: [line('redis', 'memory')] },
    ],
  });
}

const atLeastOne = (number) => Math.max(1, Math.round(number));
