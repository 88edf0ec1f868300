import { hostDies, hostReturns } from '../actions/hosts.mjs';
import { isFound, lastReport, stillMs } from '../history/queries.mjs';

export default {
  id: 'F2',
  title: 'a host dies',
  core: true,
  bars: ['F2 found after the last report'],
  async run(context) {
    const hosts = await context.arrange({ hosts: 3 });
    const dying = context.random.pick(hosts);
    const ids = dying.ids.filter((id) => !id.includes('visit'));
    await hostDies(context, dying);
    const [, diedAt] = context.records.at(-1).at;
    await context.pass(context.profile.lease + 3_000);
    await hostReturns(context, dying);
    const [returnsAt] = context.records.at(-1).at;
    await context.conclude();

    const { end } = lastReport(context.records, dying.id, { before: diedAt });
    const gone = (lookup) => isFound(lookup) && lookup.start < returnsAt;
    const found = stillMs(context.records, ids, end, gone);
    context.measure('F2 found after the last report', found, { from: end, to: end + found });
  },
};
