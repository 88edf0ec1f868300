import { EVENTS_MAX } from '@rollcall/session-store';
import { fleetJoins, measureFleet, measureIdle, SESSIONS_PER_HOST } from '../fleet.mjs';
import { fleetFigures, growthWithHosts, MEMORY_PER_SESSION } from '../measure/fleet-figures.mjs';
import { shown } from '../report/report-text.mjs';

const SECOND_MS = 1_000;
/** Of the reports that a fleet owes: the rest may be under way at either end. */
const REPORTED_AT_LEAST = 0.95;

/** A fleet of each size on a roll of its own: what it costs while nothing happens. */
export default async function steady(run, { hosts: sizes, seconds, settle, ...options }) {
  const fleets = [];
  try {
    for (const hosts of sizes) {
      const keepsData = options['with-data'];
      const figures = await run.staged(`${hosts}-hosts`, { keepsData }, (stage) =>
        measureSize(run, stage, { hosts, seconds, settle }),
      );
      fleets.push(figures);
      holdAgainstBars(run, hosts, Object.fromEntries(figures));
    }
  } finally {
    if (fleets.length > 0) showCapacity(run, fleets, seconds);
  }
}

function showCapacity(run, fleets, seconds) {
  const [first] = fleets;
  const columns = [
    '',
    ...fleets.map((figures) => `${shown(Object.fromEntries(figures).hosts)} hosts`),
  ];
  const rows = first.map(([label], index) => [
    label,
    ...fleets.map((figures) => figures[index][1]),
  ]);
  run.table(`Capacity, ${seconds} s each`, columns, rows);
  for (const { words, each, fixed } of growthWithHosts(fleets))
    run.note(
      `1,000 hosts more cost ${shown(each)} ${words}, beside ${shown(fixed)} whatever their number.`,
    );
}

async function measureSize(run, stage, { hosts, seconds, settle }) {
  const { idle } = await measureIdle(run, stage, { hosts, settle });
  await fleetJoins(run, stage, { hosts, settle });
  const { span, latency, sinceMark } = await measureFleet(run, stage, seconds);
  fleetWasWhole(run, stage, { hosts, sinceMark, lookups: stage.lookups(span) });
  const sessions = hosts * SESSIONS_PER_HOST;
  const { emptyBytes } = stage;
  const load = stage.loadIn(span);
  const stream = await streamOf(stage);
  return fleetFigures({
    ...{ hosts, sessions, load, idle, latency, sinceMark, emptyBytes, stream },
    lateAsks: stage.lateAsks(span),
  });
}

/** A fleet that does not report, or is not answered for, costs little. */
function fleetWasWhole(run, { profile }, { hosts, sinceMark, lookups }) {
  const reports = sinceMark.applied / sinceMark.seconds;
  const due = (hosts * SECOND_MS) / profile.interval;
  run.premise(
    reports >= REPORTED_AT_LEAST * due,
    `${shown(reports)} reports/s were applied, though ${shown(hosts)} hosts owe ${shown(due)}`,
  );
  run.premiseAnswered(lookups, 200);
}

/**
 * The events, which are capped; sampled would be guessed. What is kept of them is bounded by their number, not by the size
 * of the fleet, and it may not be all there yet: `fullBytes` is what it will be.
 */
async function streamOf({ client, site }) {
  const { events } = site.keys;
  const bytes = (await client.memory('USAGE', events, 'SAMPLES', 0)) ?? 0;
  const length = await client.xlen(events);
  return { bytes, length, fullBytes: (bytes / Math.max(1, length)) * EVENTS_MAX };
}

function holdAgainstBars(run, hosts, figures) {
  const [size, of] = [{ hosts }, `${shown(hosts)} hosts`];
  run.figure('redis cpu', figures['Redis: CPU, % of a core'], size, of);
  run.figure('redis memory', figures[MEMORY_PER_SESSION], size, of);
  run.figure('lookups', figures['lookups: p99 ÷ p99 before'], size, of);
}
