import { percentile } from '../../faults/history/queries.mjs';

/**
 * What processes and stores have used within a span: of `load` records (load-sampler.mjs), those at its ends included.
 * CPU and waiting are shares of one core, in percent. A process that was started anew counts with each of its lives.
 */
export function loadBetween(loads, { from, to }) {
  const within = loads.filter(({ at }) => at >= from && at <= to);
  const seconds = (within.at(-1)?.at - within[0]?.at) / 1_000;
  const share = (name, field) =>
    risen(within, ({ processes }) => processes[name], field) / seconds / 10;
  const perSecond = (name, field) => risen(within, ({ stores }) => stores[name], field) / seconds;
  const processes = namesIn(within, 'processes').map((name) => [
    name,
    {
      cpuPercent: share(name, 'cpuMs'),
      childrenCpuPercent: share(name, 'childrenCpuMs'),
      waitedPercent: share(name, 'waitedMs'),
      rssBytesMost: Math.max(...valuesOf(within, ({ processes }) => processes[name]?.rssBytes)),
    },
  ]);
  const stores = namesIn(within, 'stores').map((name) => [
    name,
    {
      memoryBytes: percentile(
        valuesOf(within, ({ stores }) => stores[name]?.memoryBytes),
        0.5,
      ),
      inBytesPerSecond: perSecond(name, 'inBytes'),
      outBytesPerSecond: perSecond(name, 'outBytes'),
      commandsPerSecond: perSecond(name, 'commands'),
    },
  ]);
  return {
    seconds,
    processes: Object.fromEntries(processes),
    stores: Object.fromEntries(stores),
  };
}

/** A share of one core between each sample and the one before it, in percent: `[seconds, share]`. */
export function cpuOverTime(loads, name) {
  return loads.flatMap((load, index) => {
    const [before, after] = [loads[index - 1]?.processes[name], load.processes[name]];
    if (!isSame(before, after)) return [];
    return [
      [load.at / 1_000, (after.cpuMs - before.cpuMs) / ((load.at - loads[index - 1].at) / 100)],
    ];
  });
}

/** A value over time: `[seconds, value]`, where there is one. */
export function valueOverTime(loads, valueIn) {
  return loads.flatMap((load) => {
    const value = valueIn(load);
    return Number.isFinite(value) ? [[load.at / 1_000, value]] : [];
  });
}

/** By how much a number that only rises has risen; what comes after a restart begins at nothing. */
function risen(loads, of, field) {
  let sum = 0;
  let before;
  for (const after of loads.map(of).filter(Boolean)) {
    if (isSame(before, after)) sum += after[field] - before[field];
    else if (before) sum += after[field];
    before = after;
  }
  return sum;
}

const isSame = (before, after) => before !== undefined && before.pid === after?.pid;

function valuesOf(loads, of) {
  return loads.map(of).filter((value) => Number.isFinite(value));
}

function namesIn(loads, kind) {
  return [...new Set(loads.flatMap((load) => Object.keys(load[kind])))];
}
