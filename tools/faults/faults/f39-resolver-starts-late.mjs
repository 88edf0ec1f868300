import { storeDies, storeReturns } from '../actions/store.mjs';
import { lastStep, measureNobodyLost } from '../history/outage-figures.mjs';
import { lookupsOf } from '../history/queries.mjs';
import { scaled } from '../profile.mjs';

const AWAY_MS = 60_000;
const LATER_MS = 1_000;

/** It has not seen the outage; it is asked from the moment on at which it listens, ready or not. */
export default {
  id: 'F39',
  title: 'a resolver starts 1 s after a long outage',
  core: true,
  bars: ['not found while live', 'servers lost'],
  async run(context) {
    await context.arrange({ hosts: 3, store: { persistence: 'always' } });
    const { site, profile } = context;
    await storeDies(context);
    const [diedAt] = lastStep(context);
    await context.pass(scaled(profile, AWAY_MS));
    await storeReturns(context);
    await context.pass(LATER_MS);
    let resolver;
    await context.step('a resolver starts', {
      act: async () => {
        resolver = await site.startResolver();
        context.traffic.through([resolver]);
      },
      proof: async () => {
        const asked = () =>
          lookupsOf(context.records).filter((one) => one.resolver === resolver.name);
        await context.until('it is asked', () => asked().length > 0);
        return true;
      },
    });
    await context.conclude();

    measureNobodyLost(context, diedAt);
  },
};
