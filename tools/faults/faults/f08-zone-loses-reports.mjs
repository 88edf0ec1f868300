import {
  portsAnswerAgain,
  portsAreCut,
  reportsAreCut,
  reportsArriveAgain,
} from '../actions/silence.mjs';
import {
  FLEET_BARS,
  concludeWithFleet,
  fleetIsCut,
  fleetIsWell,
  fleetJoins,
} from '../actions/swarm.mjs';
import { measureProtectedInTime } from '../history/belief-figures.mjs';
import { lastStep, measureFoundAgain, measureNobodyLost } from '../history/outage-figures.mjs';
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
const ZONES = ['east', 'north', 'west'];
/** What a swarm calls its zones. */
const FLEET_ZONES = ['a', 'b', 'c'];
/** Fifteen leases. */
const AWAY_MS = 30_000;

const variant = ({ id, title, cutsPorts = false, settings = {} }) => ({
  id,
  title: `one zone of three loses its reports: ${title}`,
  core: false,
  withoutReconcilers: false,
  bars: BARS,
  async run(context) {
    const hosts = await context.arrange({ hosts: 9, zones: ZONES, settings });
    const zone = context.random.pick(ZONES);
    const cut = hosts.filter((host) => host.zone === zone);
    if (cutsPorts) await portsAreCut(context, cut);
    await reportsAreCut(context, cut);
    const [, cutAt] = lastStep(context);
    await context.pass(AWAY_MS);
    if (cutsPorts) await portsAnswerAgain(context, cut);
    await reportsArriveAgain(context, cut);
    const [, healedAt] = lastStep(context);
    await context.conclude();
    measureAll(context, { hosts, cut, zone, cutAt, healedAt });
  },
});

/** A swarm deals its hosts to its zones in turn. */
const zoneOf = ({ servers }, server) => FLEET_ZONES[servers.indexOf(server) % FLEET_ZONES.length];

function measureAll(context, { hosts, cut, zone, cutAt, healedAt, fleetLookups = [] }) {
  const { records } = context;
  measureNobodyLost(context, cutAt);
  measureProtectedInTime(context, cut, cutAt, zone);
  const started = eventsOf(records, 'protection.started', {}, { from: cutAt });
  context.measure(
    'F8 other zones protected',
    started.filter((event) => event.zone !== zone).length,
  );
  const others = hosts.filter((host) => !cut.includes(host)).flatMap(({ ids }) => ids);
  const elsewhere = [...lookupsOf(records, others, { from: cutAt }), ...fleetLookups];
  context.measure('F8 stale elsewhere', elsewhere.filter(({ stale }) => stale).length);
  measureFoundAgain(context, 'back, qualified', healedAt, ['live']);
  measureFoundAgain(context, 'back, bare', healedAt, ['bare']);
}

export default [
  variant({ id: 'F8a', title: 'the DCV ports answer' }),
  variant({ id: 'F8b', title: 'probes are dropped, too', cutsPorts: true }),
  variant({ id: 'F8c', title: 'PROBE_MODE=off', settings: { PROBE_MODE: 'off' } }),
  {
    id: 'F8d',
    title: 'one zone of three loses its reports, probes are dropped, too: a fleet of 300',
    core: false,
    withoutReconcilers: false,
    bars: [...BARS, ...FLEET_BARS],
    async run(context) {
      const hosts = await context.arrange({ hosts: 3, zones: FLEET_ZONES });
      const fleet = await fleetJoins(context, { zones: FLEET_ZONES.length });
      const zone = context.random.pick(FLEET_ZONES);
      const cut = hosts.filter((host) => host.zone === zone);
      await portsAreCut(context, cut);
      await fleetIsCut(context, fleet, `all zone ${zone}`);
      await reportsAreCut(context, cut);
      const [, cutAt] = lastStep(context);
      await context.pass(AWAY_MS);
      await portsAnswerAgain(context, cut);
      await reportsArriveAgain(context, cut);
      await fleetIsWell(context, fleet);
      const [, healedAt] = lastStep(context);
      await concludeWithFleet(context, fleet);
      const fleetLookups = fleet.lookups.records.filter(
        ({ server }) => zoneOf(fleet, server) !== zone,
      );
      measureAll(context, { hosts, cut, zone, cutAt, healedAt, fleetLookups });
    },
  },
];
