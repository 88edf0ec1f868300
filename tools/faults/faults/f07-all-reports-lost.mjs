import { reportsAreLost } from '../actions/lost-reports.mjs';
import { FLEET_BARS, fleetJoins } from '../actions/swarm.mjs';
import { measureProtectedInTime } from '../history/belief-figures.mjs';
import { measureFoundAgain, measureNobodyLost } from '../history/outage-figures.mjs';
import { scaled } from '../profile.mjs';

const TEN_MINUTES_MS = 600_000;
const BARS = [
  'not found while live',
  'servers lost',
  'protected before the first lease lapses',
  'back, qualified',
  'back, bare',
];

const variant = ({ id, title, core = false, withFleet = false, cutsPorts, settings = {} }) => ({
  id,
  title: `all reports are lost for 10 min: ${title}`,
  core,
  withoutReconcilers: false,
  bars: [...BARS, ...(withFleet ? FLEET_BARS : [])],
  async run(context) {
    const hosts = await context.arrange({ hosts: withFleet ? 3 : 5, settings });
    const fleet = withFleet ? await fleetJoins(context) : undefined;
    const forMs = scaled(context.profile, TEN_MINUTES_MS);
    const { cutAt, healedAt } = await reportsAreLost(context, hosts, { forMs, cutsPorts, fleet });
    measureNobodyLost(context, cutAt);
    measureProtectedInTime(context, hosts, cutAt);
    measureFoundAgain(context, 'back, qualified', healedAt, ['live']);
    measureFoundAgain(context, 'back, bare', healedAt, ['bare']);
  },
});

export default [
  variant({ id: 'F7a', title: 'the DCV ports answer' }),
  variant({ id: 'F7b', title: 'probes are dropped, too', core: true, cutsPorts: true }),
  variant({ id: 'F7c', title: 'PROBE_MODE=off', settings: { PROBE_MODE: 'off' } }),
  variant({
    id: 'F7d',
    title: 'probes are dropped, too: a fleet of 300',
    cutsPorts: true,
    withFleet: true,
  }),
];
