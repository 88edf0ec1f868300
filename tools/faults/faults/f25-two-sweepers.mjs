import { agentPauses, agentResumes, portCloses, portOpens } from '../actions/hosts.mjs';
import {
  keepSweep,
  reconcilersPause,
  reconcilersResume,
  startGuardedStore,
} from '../actions/reconcilers.mjs';
import { untilSwept } from '../actions/store.mjs';
import { evictionsOfTheRenewed } from '../history/evictions.mjs';
import { measureNobodyLost } from '../history/outage-figures.mjs';

/** A job's lock lasts 30 s, in every profile. */
const LOCK_PATIENCE_MS = 40_000;

/** The locks of sweeps under way, as the job queue has them. */
async function locks({ site }) {
  const client = site.store.client();
  try {
    return await client.keys(`${site.keys.jobs}:*:lock`);
  } finally {
    client.disconnect();
  }
}

export default {
  id: 'F25',
  title: 'a sweeper is stopped past its lock, and sweeps on beside another',
  core: false,
  withoutReconcilers: false,
  bars: ['evicted while renewed', 'not found while live', 'servers lost'],
  async run(context) {
    const store = await startGuardedStore();
    const hosts = await context.arrange({ hosts: 5, store: { topology: store } });
    const silent = context.random.shuffled(hosts).slice(0, 2);
    const sweepIsKept = await keepSweep(context, {});
    for (const host of silent) {
      await portCloses(context, host);
      await agentPauses(context, host);
    }
    const sweeper = await sweepIsKept();
    let lost = [];
    // The other, too, so that it does not find them before they have reported again.
    await reconcilersPause(context, context.site.reconcilers, async () => {
      lost = await locks(context);
      return lost.length > 0;
    });
    for (const host of silent) {
      await agentResumes(context, host);
      await portOpens(context, host);
    }
    for (const id of silent.flatMap(({ ids }) => ids))
      await context.until(`${id} is back`, () => context.site.becomes(id, 200));
    const renewedAt = context.now();
    const others = context.site.reconcilers.filter((one) => one !== sweeper);
    await store.proxy.release({ but: sweeper.road });
    await reconcilersResume(context, others);
    await context.until(
      'its lock is over',
      async () => (await locks(context)).every((lock) => !lost.includes(lock)),
      LOCK_PATIENCE_MS,
    );
    await context.step('another sweeps', {
      proof: async () => (await untilSwept(context)) < Infinity && sweeper.isPaused,
    });
    let late = 0;
    await reconcilersResume(context, [sweeper], async () => {
      late = await store.proxy.release();
    });
    await context.step('it strikes off those that it had found', {
      proof: () => late > 0,
    });
    await context.conclude();

    context.measure('evicted while renewed', evictionsOfTheRenewed(context).length);
    measureNobodyLost(context, renewedAt);
  },
};
