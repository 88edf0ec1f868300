/**
 * Of `seen`, `[name, quantity]` each, the names of those that have no sample since a moment, or one with nothing in it: what
 * has died, or is not there, does not grow. `records` are the recorder's.
 */
export function unheardOf(records, seen, since) {
  const samples = records.filter(({ type, at }) => type === 'sample' && at >= since);
  const isHeard = ([name, quantity]) =>
    samples.some((sample) => sample.of === name && sample[quantity] > 0);
  return seen.filter((each) => !isHeard(each)).map(([name]) => name);
}
