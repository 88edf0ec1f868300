/** Share of a bar by which noise may exceed it; a figure that needs it says so. */
export const ALLOWANCE = 0.1;

/** What a report says of each verdict. */
export const VERDICT_WORDS = {
  stretch: 'met, stretch too',
  met: 'met',
  allowed: `met only with the allowance of ${100 * ALLOWANCE} % for noise`,
  missed: '**missed**',
  smaller: 'not judged: smaller than what the bar speaks of',
  unmeasured: 'not measured',
};

/**
 * What comes of a number that is to be `most` at most, or `least` at least; `stretch` is what would be better still.
 * Without noise there is no need for an `allowance`.
 */
export function verdictOn(value, { most, least, stretch, allowance = ALLOWANCE }) {
  const reaches = (limit) => (most === undefined ? value >= limit : value <= limit);
  const bar = most ?? least;
  if (stretch !== undefined && reaches(stretch)) return 'stretch';
  if (reaches(bar)) return 'met';
  return reaches(bar * (1 + (most === undefined ? -allowance : allowance))) ? 'allowed' : 'missed';
}
