import { concludeOutage, OUTAGE_BARS } from '../actions/outage.mjs';
import { storeDies, storeReturns } from '../actions/store.mjs';
import { FLEET_BARS, concludeWithFleet, fleetJoins } from '../actions/swarm.mjs';
import { lastStep } from '../history/outage-figures.mjs';
import { scaled } from '../profile.mjs';

/** Redis is away for so long: shorter than a lease, as long as one, and three times that. */
const AWAY = [
  // By the default timings: seconds are less than a lease by these only.
  ['F10a', '3 s', () => 3_000, 'default'],
  ['F10b', '20 s', (profile) => scaled(profile, 20_000)],
  ['F10c', '60 s', (profile) => scaled(profile, 60_000)],
];

const alone = AWAY.map(([id, title, awayMs, profile]) => ({
  id,
  profile,
  title: `Redis is killed, and back after ${title} with its data`,
  core: id === 'F10c',
  bars: OUTAGE_BARS,
  async run(context) {
    await context.arrange({ hosts: 3, store: { persistence: 'always' } });
    await storeDies(context);
    const [diedAt] = lastStep(context);
    await context.pass(awayMs(context.profile));
    await storeReturns(context);
    await concludeOutage(context, diedAt);
  },
}));

const withFleet = {
  id: 'F10d',
  title: 'Redis is killed, and back after 60 s with its data: a fleet of 300',
  core: false,
  bars: FLEET_BARS,
  async run(context) {
    await context.arrange({ hosts: 3, store: { persistence: 'always' } });
    const fleet = await fleetJoins(context);
    await storeDies(context);
    await context.pass(scaled(context.profile, 60_000));
    await storeReturns(context);
    await concludeWithFleet(context, fleet);
  },
};

export default [...alone, withFleet];
