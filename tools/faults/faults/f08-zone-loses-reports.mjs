import { reportsAreLost } from '../actions/lost-reports.mjs';
import { FLEET_BARS, fleetJoins } from '../actions/swarm.mjs';
import { measureProtectedInTime } from '../history/belief-figures.mjs';
import { measureFoundAgain, measureNobodyLost } from '../history/outage-figures.mjs';
import { eventsOf, lookupsOf } from '../history/queries.mjs';

const BARS = [
  'not found while live',
  'servers lost',
  'protected before the first lease lapses',
  'F8 other zones protected',
  'F8 stale elsewhere',
  'back, qualified',
  'back, bare',
];
/** As a swarm calls its zones; it deals its hosts to them in turn. */
const ZONES = ['a', 'b', 'c'];
/** Fifteen leases. */
const AWAY_MS = 30_000;

const variant = ({ id, title, withFleet = false, cutsPorts, settings = {} }) => ({
  id,
  title: `one zone of three loses its reports: ${title}`,
  core: false,
  withoutReconcilers: false,
  bars: [...BARS, ...(withFleet ? FLEET_BARS : [])],
  async run(context) {
    const hosts = await context.arrange({ hosts: withFleet ? 3 : 9, zones: ZONES, settings });
    const fleet = withFleet ? await fleetJoins(context, { zones: ZONES.length }) : undefined;
    const zone = context.random.pick(ZONES);
    const cut = hosts.filter((host) => host.zone === zone);
    const course = { forMs: AWAY_MS, cutsPorts, fleet, who: `all zone ${zone}` };
    const { cutAt, healedAt } = await reportsAreLost(context, cut, course);
    const { records } = context;
    measureNobodyLost(context, cutAt);
    measureProtectedInTime(context, cut, cutAt, zone);
    const started = eventsOf(records, 'protection.started', {}, { from: cutAt });
    const others = started.filter((event) => event.zone !== zone);
    context.measure('F8 other zones protected', others.length);
    const elsewhere = hosts.filter((host) => !cut.includes(host)).flatMap(({ ids }) => ids);
    const lookups = [
      ...lookupsOf(records, elsewhere, { from: cutAt }),
      ...lookupsOfFleetOutside(zone, fleet),
    ];
    context.measure('F8 stale elsewhere', lookups.filter(({ stale }) => stale).length);
    measureFoundAgain(context, 'back, qualified', healedAt, ['live']);
    measureFoundAgain(context, 'back, bare', healedAt, ['bare']);
  },
});

function lookupsOfFleetOutside(zone, fleet) {
  const zoneOf = (server) => ZONES[fleet.servers.indexOf(server) % ZONES.length];
  return (fleet?.lookups.records ?? []).filter(({ server }) => zoneOf(server) !== zone);
}

export default [
  variant({ id: 'F8a', title: 'the DCV ports answer' }),
  variant({ id: 'F8b', title: 'probes are dropped, too', cutsPorts: true }),
  variant({ id: 'F8c', title: 'PROBE_MODE=off', settings: { PROBE_MODE: 'off' } }),
  variant({
    id: 'F8d',
    title: 'probes are dropped, too: a fleet of 300',
    cutsPorts: true,
    withFleet: true,
  }),
];
