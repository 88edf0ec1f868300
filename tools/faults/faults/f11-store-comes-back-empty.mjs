import { answersPing, storeDies, storeReturns, untilScheduled } from '../actions/store.mjs';
import { FLEET_BARS, concludeWithFleet, fleetJoins } from '../actions/swarm.mjs';
import { lastStep, measureFoundAgain } from '../history/outage-figures.mjs';
import { isNotFound, lookupsOfKind } from '../history/queries.mjs';

const BARS = ['F11 not found', 'back, qualified', 'back, bare', 'F11 scheduled again'];

/** FLUSHALL: nobody loses a connection. */
async function flush(context) {
  const client = context.site.store.client();
  let before;
  await context.fault('FLUSHALL', {
    effect: { kind: 'store', state: 'emptied' },
    act: async () => {
      before = await client.dbsize();
      await client.flushall();
    },
    proof: async () => before > 0 && (await answersPing(context)),
  });
}

async function restartEmpty(context) {
  await storeDies(context);
  await context.pass(context.profile.lease);
  await storeReturns(context, { empty: true });
}

const variant = (id, title, empty) => ({
  id,
  title,
  core: true,
  // By the default timings, as I5 counts in W.
  profile: 'default',
  bars: BARS,
  async run(context) {
    await context.arrange({ hosts: 3 });
    await empty(context);
    const [emptyFrom, backAt] = lastStep(context);
    const scheduled = context.hasReconcilers ? await untilScheduled(context) : undefined;
    await context.conclude();

    const early = { from: backAt, to: emptyFrom + context.profile.settleAfter };
    const missing = lookupsOfKind(context.records, ['live', 'bare', 'dead'], early).filter(
      isNotFound,
    );
    context.measure('F11 not found', missing.length);
    measureFoundAgain(context, 'back, qualified', backAt, ['live']);
    measureFoundAgain(context, 'back, bare', backAt, ['bare']);
    if (scheduled !== undefined)
      context.measure('F11 scheduled again', scheduled, { from: backAt, to: backAt + scheduled });
  },
});

export default [
  variant('F11a', 'Redis comes back empty', restartEmpty),
  variant('F11b', 'FLUSHALL without a lost connection', flush),
  {
    id: 'F11c',
    title: 'Redis comes back empty: a fleet of 300',
    core: false,
    profile: 'default',
    bars: FLEET_BARS,
    async run(context) {
      await context.arrange({ hosts: 3 });
      const fleet = await fleetJoins(context);
      await restartEmpty(context);
      await concludeWithFleet(context, fleet);
    },
  },
];
