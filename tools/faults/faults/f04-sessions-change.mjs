import { lastStep } from '../history/outage-figures.mjs';
import { isFound, lookupsOf, onlyFromMs, stillMs } from '../history/queries.mjs';

const listsNot = (host, session) => () => !host.listed.includes(session);
const HOPE_MS = 4_000;

/** With the timings that operators get: the bar of 3 s is theirs, one look of 2 s and the report. */
export default {
  id: 'F4',
  title: 'sessions are closed, renamed, and moved to another host',
  core: false,
  profile: 'default',
  bars: ['F4 closed', 'F4 moved', 'not answered while live'],
  async run(context) {
    const [first, second, third] = context.random.shuffled(await context.arrange({ hosts: 3 }));
    const own = (host) => host.listed.find((id) => id.startsWith('cad'));
    const [closing, renaming, moving] = [first, second, third].map(own);

    await context.fault(`${closing} is closed`, {
      act: () => first.close(closing),
      proof: listsNot(first, closing),
    });
    const [, closedAt] = lastStep(context);
    await context.pass(HOPE_MS);
    await context.fault(`${renaming} is renamed`, {
      act: () => second.list(...second.listed.filter((id) => id !== renaming), `${renaming}-b`),
      proof: listsNot(second, renaming),
    });
    const [, renamedAt] = lastStep(context);
    await context.pass(HOPE_MS);
    await context.fault(`${moving} moves from ${third.id} to ${first.id}`, {
      act: () => {
        third.close(moving);
        first.open(moving);
      },
      proof: listsNot(third, moving),
    });
    const [, movedAt] = lastStep(context);
    await context.pass(HOPE_MS);
    await context.heal('everything is where it was', {
      act: () => {
        first.list(...first.listed.filter((id) => id !== moving), closing);
        second.list(...second.listed.filter((id) => id !== `${renaming}-b`), renaming);
        third.open(moving);
      },
      proof: () => first.listed.includes(closing) && third.listed.includes(moving),
    });
    const [restoredAt] = lastStep(context);
    const records = await context.conclude({ watchMs: context.profile.interval });

    const until = (id, host, since) =>
      stillMs(
        records,
        [id, `${host.id}~${id}`],
        since,
        (lookup) => isFound(lookup) && lookup.start < restoredAt,
      );
    const closed = Math.max(until(closing, first, closedAt), until(renaming, second, renamedAt));
    context.measure('F4 closed', closed, { from: closedAt, to: closedAt + closed });
    const elsewhere = (lookup) => lookup.start > restoredAt || lookup.port === first.port;
    const moved = onlyFromMs(records, moving, movedAt, elsewhere);
    context.measure('F4 moved', moved, { from: movedAt, to: movedAt + moved });
    const others = [`${first.id}~console`, `${second.id}~console`, `${third.id}~console`].filter(
      (id) => lookupsOf(records, id).length > 0,
    );
    const gaps = lookupsOf(records, others, { from: closedAt }).filter(
      (lookup) => !isFound(lookup),
    );
    context.measure('not answered while live', gaps.length);
  },
};
