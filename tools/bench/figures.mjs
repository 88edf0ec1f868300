/** The middle of some numbers; the mean of the two middle ones where there are two. */
export function median(values) {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** What several rounds of one measurement come to: `{ median, min, max }`. */
export function spreadOf(values) {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/**
 * The median of the ratios of two measurements, round by round: what slows a machine down for a while slows both of a
 * round, and so falls out.
 */
export function ratioOf(values, others) {
  return spreadOf(values.map((value, round) => value / others[round]));
}
