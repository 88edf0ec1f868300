import { lastStep, measureGaps } from '../history/outage-figures.mjs';

export default {
  id: 'F42',
  title: 'SCRIPT FLUSH',
  core: false,
  bars: ['not answered while live', 'F42 failed reports'],
  async run(context) {
    await context.arrange({ hosts: 3 });
    const client = context.site.store.client();
    const known = "return 'known to the cache'";
    const digest = await client.script('LOAD', known);
    await context.fault('SCRIPT FLUSH', {
      act: () => client.script('FLUSH'),
      proof: async () => (await client.script('EXISTS', digest))[0] === 0,
    });
    const [flushedAt] = lastStep(context);
    await context.pass(2 * context.profile.interval);
    await context.conclude();

    measureGaps(context, { from: flushedAt });
    const failed = context.records.filter(
      ({ type, end, outcome }) => type === 'report' && end >= flushedAt && outcome !== 'applied',
    );
    context.measure('F42 failed reports', failed.length);
  },
};
