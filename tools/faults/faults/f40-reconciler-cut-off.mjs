import { portsAnswerAgain, portsAreCut } from '../actions/silence.mjs';
import { lastStep, measureNobodyLost } from '../history/outage-figures.mjs';

/** Ten leases. */
const AWAY_MS = 20_000;

export default {
  id: 'F40',
  title: 'the reconcilers alone are cut off from the hosts',
  core: false,
  withoutReconcilers: false,
  bars: ['not found while live', 'servers lost'],
  async run(context) {
    const hosts = await context.arrange({ hosts: 4 });
    await portsAreCut(context, hosts);
    const [cutAt] = lastStep(context);
    await context.pass(AWAY_MS);
    await portsAnswerAgain(context, hosts);
    await context.conclude();
    measureNobodyLost(context, cutAt);
  },
};
