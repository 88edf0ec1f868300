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
import { scaled } from '../profile.mjs';

const TEN_MINUTES_MS = 600_000;
const BARS = [
  'not found while live',
  'servers lost',
  'protected before the first lease lapses',
  'back, qualified',
  'back, bare',
];

const variant = ({ id, title, core = false, cutsPorts = false, settings = {} }) => ({
  id,
  title: `all reports are lost for 10 min: ${title}`,
  core,
  withoutReconcilers: false,
  bars: BARS,
  async run(context) {
    const hosts = await context.arrange({ hosts: 5, settings });
    if (cutsPorts) await portsAreCut(context, hosts);
    await reportsAreCut(context, hosts);
    const [, cutAt] = lastStep(context);
    await context.pass(scaled(context.profile, TEN_MINUTES_MS));
    if (cutsPorts) await portsAnswerAgain(context, hosts);
    await reportsArriveAgain(context, hosts);
    const [, healedAt] = lastStep(context);
    await context.conclude();
    measureAll(context, hosts, cutAt, healedAt);
  },
});

function measureAll(context, hosts, cutAt, healedAt) {
  measureNobodyLost(context, cutAt);
  measureProtectedInTime(context, hosts, cutAt);
  measureFoundAgain(context, 'back, qualified', healedAt, ['live']);
  measureFoundAgain(context, 'back, bare', healedAt, ['bare']);
}

export default [
  variant({ id: 'F7a', title: 'the DCV ports answer' }),
  variant({ id: 'F7b', title: 'probes are dropped, too', core: true, cutsPorts: true }),
  variant({ id: 'F7c', title: 'PROBE_MODE=off', settings: { PROBE_MODE: 'off' } }),
  {
    id: 'F7d',
    title: 'all reports are lost for 10 min, probes are dropped, too: a fleet of 300',
    core: false,
    withoutReconcilers: false,
    bars: [...BARS, ...FLEET_BARS],
    async run(context) {
      const hosts = await context.arrange({ hosts: 3 });
      const fleet = await fleetJoins(context);
      await portsAreCut(context, hosts);
      await fleetIsCut(context, fleet, 'all');
      await reportsAreCut(context, hosts);
      const [, cutAt] = lastStep(context);
      await context.pass(scaled(context.profile, TEN_MINUTES_MS));
      await portsAnswerAgain(context, hosts);
      await reportsArriveAgain(context, hosts);
      await fleetIsWell(context, fleet);
      const [, healedAt] = lastStep(context);
      await concludeWithFleet(context, fleet);
      measureAll(context, hosts, cutAt, healedAt);
    },
  },
];
