import {
  portsAnswerAgain,
  portsAreCut,
  reportsAreCut,
  reportsArriveAgain,
} from '../actions/silence.mjs';
import { lastStep, measureFoundAgain } from '../history/outage-figures.mjs';
import { isFound, lastReport, stillMs } from '../history/queries.mjs';

export default {
  id: 'F3',
  title: 'a host is cut off from everybody, then healed',
  core: false,
  bars: ['F2 found after the last report', 'back, qualified', 'back, bare'],
  async run(context) {
    const hosts = await context.arrange({ hosts: 4 });
    const cut = context.random.pick(hosts);
    const ids = cut.ids.filter((id) => !id.includes('visit'));
    await reportsAreCut(context, [cut]);
    await portsAreCut(context, [cut]);
    const [cutAt] = lastStep(context);
    await context.pass(context.profile.lease + 4_000);
    await portsAnswerAgain(context, [cut]);
    const [healsAt] = lastStep(context);
    await reportsArriveAgain(context, [cut]);
    const [, healedAt] = lastStep(context);
    const records = await context.conclude();

    const { end } = lastReport(records, cut.id, { before: cutAt });
    const found = stillMs(records, ids, end, (lookup) => isFound(lookup) && lookup.start < healsAt);
    context.measure('F2 found after the last report', found, { from: end, to: end + found });
    measureFoundAgain(context, 'back, qualified', healedAt, ['live']);
    measureFoundAgain(context, 'back, bare', healedAt, ['bare']);
  },
};
