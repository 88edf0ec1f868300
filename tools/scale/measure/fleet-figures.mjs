import { median } from './statistics.mjs';

const KB = 1e3;
const MB = 1e6;

/** The row that is held against a bar. */
export const MEMORY_PER_SESSION = 'Redis: memory per session with all events that are ever kept, B';

/**
 * What a fleet of one size costs, each as `[label, value]`: of the load within a span (`loadBetween`), what lookups took in
 * it and before the fleet came, and what the swarm has counted. `stream` is what the events take, and will: `{ bytes, length,
 * fullBytes }`.
 */
export function fleetFigures({
  hosts,
  sessions,
  load,
  idle,
  latency,
  sinceMark,
  emptyBytes,
  stream,
  lateAsks,
}) {
  const { redis } = load.processes;
  const store = load.stores.redis;
  const bytes = store.memoryBytes - emptyBytes;
  const reports = sinceMark.perSecond;
  return [
    ['hosts', hosts],
    ['sessions', sessions],
    ['reports/s', sinceMark.applied / sinceMark.seconds],
    ['reports that failed', sinceMark.failed],
    ['Redis: CPU, % of a core', redis.cpuPercent],
    [
      'Redis: CPU per report, lookups and all else included, µs',
      (redis.cpuPercent * 1e4) / reports,
    ],
    ['Redis: commands/s', store.commandsPerSecond],
    ['Redis: memory, MB', store.memoryBytes / MB],
    ['Redis: memory per session, B', bytes / sessions],
    ['of it the events, B', stream.bytes / sessions],
    ['events kept', stream.length],
    [MEMORY_PER_SESSION, (bytes - stream.bytes + stream.fullBytes) / sessions],
    ['Redis: network in, kB/s', store.inBytesPerSecond / KB],
    ['Redis: network out, kB/s', store.outBytesPerSecond / KB],
    ['resolver: CPU, % of a core', cpuOf(load, 'resolver')],
    ['reconcilers: CPU of each, % of a core', cpuOf(load, 'reconciler')],
    ['lookups/s', latency.count / load.seconds],
    ['lookups: p50, ms', latency.p50],
    ['lookups: p99, ms', latency.p99],
    ['lookups before the fleet came: p50, ms', idle.p50],
    ['lookups before the fleet came: p99, ms', idle.p99],
    ['lookups: p99 ÷ p99 before', latency.p99 / idle.p99],
    ['the swarm itself: CPU, % of a core', load.processes.swarm?.cpuPercent],
    ...waitingRows(load, lateAsks),
  ];
}

/** How far the machine disturbed what was measured, as rows: who was ready to run and had no processor. */
export function waitingRows({ processes }, lateAsks) {
  const shares = Object.entries(processes).map(([name, { waitedPercent }]) => [
    `${name}: waited for a processor, % of the time`,
    waitedPercent,
  ]);
  return [...shares, ['lookups that were asked late, for the same reason', lateAsks]];
}

/** What grows by how much with a thousand hosts more, between the smallest fleet and the largest: one sentence each. */
export function growthWithHosts(fleets) {
  const [smallest, largest] = [fleets[0], fleets.at(-1)].map((figures) =>
    Object.fromEntries(figures),
  );
  const thousands = (largest.hosts - smallest.hosts) / 1_000;
  if (!(thousands > 0)) return [];
  return [
    ['Redis: CPU, % of a core', '% of a core of Redis'],
    ['Redis: memory, MB', 'MB of memory of Redis'],
    ['Redis: network in, kB/s', 'kB/s into Redis'],
    ['Redis: network out, kB/s', 'kB/s out of Redis'],
  ].map(([label, words]) => {
    const each = (largest[label] - smallest[label]) / thousands;
    const fixed = smallest[label] - (each * smallest.hosts) / 1_000;
    return { words, each, fixed };
  });
}

/** Of several processes of an app the middle one. */
function cpuOf({ processes }, app) {
  const each = Object.entries(processes).filter(([name]) => name.startsWith(app));
  return median(each.map(([, { cpuPercent }]) => cpuPercent));
}
