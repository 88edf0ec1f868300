import { verdictOn } from '../bars/verdict.mjs';

const FULL_FLEET = { hosts: 10_000 };
/** In less, RETENTION_MS does not fit into the warm-up. */
const LONG_SOAK = { ...FULL_FLEET, minutes: 10 };

/**
 * What the figures are held against: at most `most`, in `unit`; `stretch` is what would be better still. `reason` is
 * where the figure comes from, when it is not just the goal. `size` is what the bar speaks of: of something smaller it says
 * nothing. `allowance` differs where a bar has none.
 */
export const BARS = {
  'redis cpu': {
    what: 'CPU of Redis',
    unit: '% of a core',
    ...{ most: 5, stretch: 2.5 },
    size: FULL_FLEET,
  },
  'redis memory': {
    what: 'memory of Redis per session, with all events that are ever kept',
    unit: 'B',
    ...{ most: 700, stretch: 500 },
    size: FULL_FLEET,
  },
  lookups: {
    what: 'p99 of the lookups meanwhile ÷ p99 before the fleet came',
    unit: '×',
    most: 3,
    size: FULL_FLEET,
  },
  'resolve again': {
    what: 'from Redis being back until every session resolves',
    unit: 's',
    most: 7.5,
    reason: '1.1 × interval + 2 s',
    size: FULL_FLEET,
  },
  'struck off': {
    what: 'from the last lapse to the last eviction published',
    unit: 's',
    most: 5,
    size: FULL_FLEET,
  },
  'sweep, Redis': {
    what: 'time of Redis for a sweep with nothing due, of the large roll ÷ of the small one',
    unit: '×',
    most: 1.5,
    size: { sessions: 1_000_000 },
  },
  'sweep, wall': {
    what: 'duration of a sweep with nothing due, of the large roll ÷ of the small one',
    unit: '×',
    most: 1.5,
    size: { sessions: 1_000_000 },
  },
  'agent cpu': {
    what: 'CPU of the agent besides the dcv commands it runs',
    unit: '% of a core',
    most: 0.3,
    size: { seconds: 120 },
  },
  'agent memory': {
    what: 'most memory of the agent (RSS)',
    unit: 'MB',
    most: 80,
    size: { seconds: 120 },
  },
  'heap growth': {
    what: 'growth of a heap that the samples prove, the worst of all processes',
    unit: '% over the run',
    ...{ most: 2, allowance: 0 },
    reason: 'none; 2 % is what the fit cannot tell, as for F33',
    size: LONG_SOAK,
  },
  'memory growth': {
    what: 'the same of the memory of Redis without the capped streams',
    unit: '% over the run',
    ...{ most: 2, allowance: 0 },
    reason: 'none; 2 % is what the fit cannot tell, as for F33',
    size: LONG_SOAK,
  },
};

/**
 * The verdict on a figure that was measured of something of this size; `smaller` when that is less than what the bar
 * speaks of. What could not be measured has missed it.
 */
export function verdictOnBar(name, value, size = {}) {
  const bar = barCalled(name);
  if (!Number.isFinite(value)) return 'missed';
  if (Object.entries(bar.size).some(([of, least]) => !(size[of] >= least))) return 'smaller';
  return verdictOn(value, bar);
}

/** The bar of that name; throws when there is none. */
export function barCalled(name) {
  if (!Object.hasOwn(BARS, name)) throw new Error(`There is no bar called ${name}.`);
  return BARS[name];
}
