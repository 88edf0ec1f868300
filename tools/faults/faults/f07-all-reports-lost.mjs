import {
  portsAnswerAgain,
  portsAreCut,
  reportsAreCut,
  reportsArriveAgain,
} from '../actions/silence.mjs';
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

const variant = ({ id, title, core = false, cutsPorts = false, settings = {}, ms }) => ({
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
    await context.pass(ms ?? scaled(context.profile, TEN_MINUTES_MS));
    if (cutsPorts) await portsAnswerAgain(context, hosts);
    await reportsArriveAgain(context, hosts);
    const [, healedAt] = lastStep(context);
    await context.conclude();
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
];
