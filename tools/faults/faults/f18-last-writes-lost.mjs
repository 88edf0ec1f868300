import { replicationOf } from '@rollcall/testing';
import { masterDies, masterReturns, replicaTakesOver } from '../actions/failover.mjs';
import { lastStep, measureNobodyLost } from '../history/outage-figures.mjs';
import { lookupsOf } from '../history/queries.mjs';
import { startUnderSentinels } from '../site/sentinels.mjs';

/** Stops the replica and takes its link: what the master acknowledges from now on reaches nobody else. */
async function standStill(replica, master) {
  await replica.pause();
  const client = master.client();
  await client.client('KILL', 'TYPE', 'replica');
  client.disconnect();
}

/** How much of what the old master had the new one never got, by their own counts of the bytes of replication. */
async function lostBytes(oldOffset, promoted) {
  // One more than the last byte that it got.
  return oldOffset - (Number(await replicationOf(promoted, 'second_repl_offset')) - 1);
}

export default {
  id: 'F18',
  title: 'a failover loses the last writes',
  core: false,
  bars: ['not found while live', 'servers lost', 'F18 lost', 'F18 previous', 'F18 previous until'],
  async run(context) {
    const { random, site, traffic } = context;
    const topology = await startUnderSentinels(context.profile);
    const [opens, closes] = random.shuffled(
      await context.arrange({ hosts: 3, store: { topology } }),
    );
    const { watched } = topology;
    const [master, replica] = [await watched.master(), await watched.replica()];
    const [opened, closed] = [`${opens.id}~visit-1`, `${closes.id}~visit-2`];
    context.churn.stop();
    closes.open('visit-2');
    traffic.ask('churn', [opened, closed]);
    await context.until('a session is there, another not yet', async () => {
      return (await site.becomes(closed, 200)) && (await site.becomes(opened, 404));
    });

    await context.fault('the replica stands still', {
      act: () => standStill(replica, master),
      proof: async () => (await replicationOf(master, 'connected_slaves')) === '0',
    });
    const [stoodFrom] = lastStep(context);
    await context.step('one session is opened, another closed', {
      act: async () => {
        opens.open('visit-1');
        closes.close('visit-2');
        await context.until('the master has both', async () => {
          return (await site.becomes(opened, 200)) && (await site.becomes(closed, 404));
        });
      },
    });
    const had = Number(await replicationOf(master, 'master_repl_offset'));
    const [, diedAt] = await masterDies(context, master);
    let promoted;
    await replicaTakesOver(context, async () => {
      await replica.resume();
      promoted = await watched.masterOtherThan(master);
      return promoted;
    }, [stoodFrom, diedAt]);
    const [, promotedAt] = lastStep(context);
    const lost = await lostBytes(had, promoted);
    await masterReturns(context, master, watched);
    const records = await context.conclude();

    const isPrevious = ({ id, status }) =>
      (id === opened && status === 404) || (id === closed && status === 200);
    // In the end all visitors leave.
    const leftAt = records.findLast(({ type, server }) => type === 'listed' && server === opens.id)
      .at[0];
    const previous = lookupsOf(records, [opened, closed], { from: diedAt, to: leftAt }).filter(
      isPrevious,
    );
    const until = Math.max(0, (previous.at(-1)?.start ?? 0) - promotedAt);
    context.measure('F18 lost', lost);
    context.measure('F18 previous', previous.length);
    context.measure('F18 previous until', until, { from: promotedAt, to: promotedAt + until });
    measureNobodyLost(context, stoodFrom);
  },
};
