import {
  agentPauses,
  agentResumes,
  hostDies,
  hostReturns,
  portCloses,
  portOpens,
} from '../actions/hosts.mjs';
import { reconcilersPause, reconcilersResume } from '../actions/reconcilers.mjs';
import { untilSwept } from '../actions/store.mjs';
import { evictionsOfTheRenewed } from '../history/evictions.mjs';
import { lastStep } from '../history/outage-figures.mjs';
import { eventsOf, isFound, lookupsOf } from '../history/queries.mjs';
import { scaled } from '../profile.mjs';

const TEN_MINUTES_MS = 600_000;

/** Meanwhile one host dies, and another is silent for longer than its lease until the very moment at which they go on. */
export default {
  id: 'F27',
  title: 'the reconcilers are stopped for 10 min, and go on',
  core: false,
  withoutReconcilers: false,
  bars: ['evicted while renewed', 'not answered while live', 'F27 swept again'],
  async run(context) {
    const hosts = await context.arrange({ hosts: 5 });
    const { site, profile } = context;
    const [dying, silent, ...others] = context.random.shuffled(hosts);
    const silenceMs = profile.lease + context.random.between(2, 4) * profile.interval;
    const stoppedMs = scaled(profile, TEN_MINUTES_MS);
    await reconcilersPause(context, site.reconcilers);
    const [pausedAt] = lastStep(context);
    await context.pass((stoppedMs - silenceMs) / 2);
    await hostDies(context, dying);
    await context.pass((stoppedMs - silenceMs) / 2);
    await portCloses(context, silent);
    await agentPauses(context, silent);
    await context.pass(silenceMs);
    await portOpens(context, silent);
    await agentResumes(context, silent);
    await reconcilersResume(context, site.reconcilers);
    const [, resumedAt] = lastStep(context);
    const swept = await untilSwept(context);
    await context.until(
      `${dying.id} is struck off`,
      () => eventsOf(context.records, 'server.lost', { server: dying.id }).length > 0,
    );
    await hostReturns(context, dying);
    const records = await context.conclude();

    context.measure('evicted while renewed', evictionsOfTheRenewed(context).length);
    const own = others.flatMap(({ ids }) => ids.filter((id) => !id.includes('visit')));
    const gaps = lookupsOf(records, own, { from: pausedAt }).filter((one) => !isFound(one));
    context.measure('not answered while live', gaps.length);
    context.measure('F27 swept again', swept, { from: resumedAt, to: resumedAt + swept });
  },
};
