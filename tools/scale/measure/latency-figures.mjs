import { answersIn, percentile } from '../../faults/history/queries.mjs';

const BIN_MS = 1_000;

/** How long lookups took, in milliseconds, and what they were answered; what got no answer counts with its time, too. */
export function latencyOf(lookups) {
  const ms = lookups.map(durationMs);
  const at = (share) => (ms.length === 0 ? NaN : percentile(ms, share));
  return { count: ms.length, p50: at(0.5), p99: at(0.99), max: at(1), answers: answersIn(lookups) };
}

/** Whether some sessions were found, and no lookup was answered with anything but these statuses: errors are fast, too. */
export function areAnswered(lookups, ...statuses) {
  return (
    lookups.some(({ status }) => status === 200) &&
    lookups.every(({ status }) => statuses.includes(status))
  );
}

/** How long lookups took over time, by the moment at which the lookups began: `[seconds, milliseconds]` for the middle of each bin. */
export function latencyOverTime(lookups, binMs = BIN_MS) {
  const bins = new Map();
  for (const lookup of lookups) {
    const bin = Math.floor(lookup.start / binMs);
    if (bins.has(bin)) bins.get(bin).push(durationMs(lookup));
    else bins.set(bin, [durationMs(lookup)]);
  }
  const ordered = [...bins].sort(([one], [other]) => one - other);
  const line = (share) =>
    ordered.map(([bin, ms]) => [((bin + 0.5) * binMs) / 1_000, percentile(ms, share)]);
  return { p50: line(0.5), p99: line(0.99) };
}

/** How many lookups of each second were answered with anything but 200: `[seconds, lookups a second]`. */
export function failuresOverTime(lookups, binMs = BIN_MS) {
  const counts = new Map();
  for (const { start, status } of lookups) {
    const bin = Math.floor(start / binMs);
    counts.set(bin, (counts.get(bin) ?? 0) + (status === 200 ? 0 : 1));
  }
  return [...counts]
    .sort(([one], [other]) => one - other)
    .map(([bin, count]) => [((bin + 0.5) * binMs) / 1_000, count / (binMs / 1_000)]);
}

const durationMs = ({ start, end }) => end - start;
