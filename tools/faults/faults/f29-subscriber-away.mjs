import { reconcilersPause, reconcilersResume } from '../actions/reconcilers.mjs';
import {
  Watcher,
  watcherEnds,
  watcherIsBack,
  watcherIsCut,
  watcherStartsAgain,
} from '../actions/watchers.mjs';
import { scaled } from '../profile.mjs';

const FIVE_MINUTES_MS = 300_000;
const HANDLED = 'rollcall_event_deliveries_total';
const MISSED = 'rollcall_events_missed_total';
/** Of what was written while everybody was away, so much is trimmed from the stream. */
const TRIMMED_SHARE = 0.5;
const LOSS = /trimmed|no longer held|missed/i;

const eventsIn = ({ records }) => records.filter(({ type }) => type === 'event');

/** One watcher waits, another ends, and the reconcilers, who keep the books together, stand still. */
async function everybodyIsAway(context, { meanwhile = () => undefined }) {
  const { site, profile } = context;
  const waiting = new Watcher(site, 'watcher-1');
  const ending = new Watcher(site, 'watcher-2');
  await context.until(
    'both watch',
    () => isUpToDate(context, waiting) && isUpToDate(context, ending),
  );
  await watcherIsCut(context, waiting);
  await watcherEnds(context, ending);
  if (context.hasReconcilers) await reconcilersPause(context, site.reconcilers);
  const before = eventsIn(context).length;
  await context.pass(scaled(profile, FIVE_MINUTES_MS));
  await meanwhile(before);
  await watcherIsBack(context, waiting);
  await watcherStartsAgain(context, ending);
  if (context.hasReconcilers) await reconcilersResume(context, site.reconcilers);
  return [waiting, ending];
}

function isUpToDate(context, { told }) {
  return told.length > 0 && told.at(-1) === eventsIn(context).at(-1).entry;
}

const sumOf = async ({ site }, ...metric) =>
  (await Promise.all(site.reconcilers.map((one) => one.metric(...metric)))).reduce(
    (sum, count) => sum + count,
  );

/** Waits until both have the newest event; resolves to the entries that each was never told of. */
async function missedBy(context, watchers) {
  const entries = eventsIn(context).map(({ entry }) => entry);
  await context.until('both have caught up', () =>
    watchers.every((watcher) => isUpToDate(context, watcher)),
  );
  return watchers.map(({ told }) => {
    const known = new Set(told);
    return entries.filter((entry) => !known.has(entry));
  });
}

export default [
  {
    id: 'F29a',
    title: 'subscribers to the events are away for 5 min, and the stream holds all of them',
    core: false,
    bars: ['F29 missed'],
    async run(context) {
      await context.arrange({ hosts: 3 });
      const watchers = await everybodyIsAway(context, {});
      const written = eventsIn(context).length;
      const missed = await missedBy(context, watchers);
      await context.conclude();

      const handled = context.hasReconcilers
        ? await sumOf(context, HANDLED, { verdict: 'handled' })
        : written;
      context.measure('F29 missed', missed.flat().length + Math.max(0, written - handled));
    },
  },
  {
    id: 'F29b',
    title: 'subscribers to the events are away for 5 min, and part of them is trimmed meanwhile',
    core: false,
    bars: ['F29 told of the loss'],
    async run(context) {
      await context.arrange({ hosts: 3 });
      const watchers = await everybodyIsAway(context, {
        meanwhile: (before) => trim(context, before),
      });
      const missed = await missedBy(context, watchers);
      await context.conclude();

      const tells = new Map(watchers.map(({ name, said }) => [name, LOSS.test(said)]));
      if (context.hasReconcilers) tells.set('the reconcilers', (await sumOf(context, MISSED)) > 0);
      const silent = [...tells.keys()].filter((name) => !tells.get(name));
      await context.step(`nothing is said of the loss by: ${silent.join(', ') || 'nobody'}`, {
        proof: () => missed.every(({ length }) => length > 0),
      });
      context.measure('F29 told of the loss', 1 - silent.length / tells.size);
    },
  },
];

/** The oldest of what was written while they were away is taken from the stream, and all before it. */
async function trim(context, before) {
  const { site } = context;
  const client = site.store.client();
  const unseen = eventsIn(context).slice(before);
  const first = unseen[Math.ceil(unseen.length * TRIMMED_SHARE)];
  await context.fault('part of the stream is trimmed', {
    act: () => client.xtrim(site.keys.events, 'MINID', first.entry),
    proof: async () =>
      (await client.xrange(site.keys.events, '-', '+', 'COUNT', 1))[0][0] === first.entry,
  });
  client.disconnect();
}
