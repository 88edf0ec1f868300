import { EVENTS_MAX } from '@rollcall/session-store';
import { fleetJoins, measureFleet, measureIdle, SESSIONS_PER_HOST } from '../fleet.mjs';
import { fleetFigures, growthWithHosts } from '../measure/fleet-figures.mjs';
import { shown } from '../report/report-text.mjs';

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
  const sessions = hosts * SESSIONS_PER_HOST;
  const { emptyBytes } = stage;
  const load = stage.loadIn(span);
  const stream = await streamOf(stage);
  noteFullStream(run, { hosts, sessions, stream, load, emptyBytes });
  return fleetFigures({
    ...{ hosts, sessions, load, idle, latency, sinceMark, emptyBytes, stream },
    lateAsks: stage.lateAsks(span),
  });
}

/** The events, which are capped; sampled would be guessed. */
async function streamOf({ client, site }) {
  const { events } = site.keys;
  const bytes = await client.memory('USAGE', events, 'SAMPLES', 0);
  return { bytes: bytes ?? 0, length: await client.xlen(events) };
}

/** What is kept of events is bounded by their number, not by the size of the fleet: it may not be all there yet. */
function noteFullStream(run, { hosts, sessions, stream, load, emptyBytes }) {
  const full = (stream.bytes / Math.max(1, stream.length)) * EVENTS_MAX;
  const bytes = load.stores.redis.memoryBytes - emptyBytes - stream.bytes + full;
  run.note(
    `With ${shown(hosts)} hosts, ${shown(stream.length)} events were kept; with all of the ${shown(EVENTS_MAX)} that are kept at most a session would take ${shown(bytes / sessions)} B.`,
  );
}

function holdAgainstBars(run, hosts, figures) {
  const [size, of] = [{ hosts }, `${shown(hosts)} hosts`];
  run.figure('redis cpu', figures['Redis: CPU, % of a core'], size, of);
  run.figure('redis memory', figures['Redis: memory per session, B'], size, of);
  run.figure('lookups', figures['lookups: p99 ÷ p99 before'], size, of);
}
