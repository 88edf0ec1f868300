import {
  portsAnswerAgain,
  portsAreCut,
  reportsAreCut,
  reportsArriveAgain,
} from '../actions/silence.mjs';
import { measureProtectedInTime } from '../history/belief-figures.mjs';
import { lastStep, measureFoundAgain, measureNobodyLost } from '../history/outage-figures.mjs';
import { eventsOf, lookupsOf } from '../history/queries.mjs';

const ZONES = ['east', 'north', 'west'];
/** Fifteen leases. */
const AWAY_MS = 30_000;

const variant = ({ id, title, cutsPorts = false, settings = {} }) => ({
  id,
  title: `one zone of three loses its reports: ${title}`,
  core: false,
  withoutReconcilers: false,
  bars: [
    'not found while live',
    'servers lost',
    'protected before the first lease lapses',
    'F8 other zones protected',
    'F8 stale elsewhere',
    'back, qualified',
    'back, bare',
  ],
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
    const records = await context.conclude();
    measureNobodyLost(context, cutAt);
    measureProtectedInTime(context, cut, cutAt, zone);
    const started = eventsOf(records, 'protection.started', {}, { from: cutAt });
    context.measure(
      'F8 other zones protected',
      started.filter((event) => event.zone !== zone).length,
    );
    const others = hosts.filter((host) => !cut.includes(host)).flatMap(({ ids }) => ids);
    const stale = lookupsOf(records, others, { from: cutAt }).filter((lookup) => lookup.stale);
    context.measure('F8 stale elsewhere', stale.length);
    measureFoundAgain(context, 'back, qualified', healedAt, ['live']);
    measureFoundAgain(context, 'back, bare', healedAt, ['bare']);
  },
});

export default [
  variant({ id: 'F8a', title: 'the DCV ports answer' }),
  variant({ id: 'F8b', title: 'probes are dropped, too', cutsPorts: true }),
  variant({ id: 'F8c', title: 'PROBE_MODE=off', settings: { PROBE_MODE: 'off' } }),
];
