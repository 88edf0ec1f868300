import { median } from '../scale/measure/statistics.mjs';

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
