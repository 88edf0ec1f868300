import { replicationOf } from '@rollcall/testing';
import { refusesWrites } from '../actions/store.mjs';
import {
  lastStep,
  measureFoundAgain,
  measureGaps,
  measureNobodyLost,
} from '../history/outage-figures.mjs';
import { startUnderSentinels } from '../site/sentinels.mjs';
import { startWithReplica } from '../site/with-replica.mjs';

/** Three leases and more: nobody's report is taken. */
const AWAY_MS = 7_000;
const REFUSED = 'NOREPLICAS';
const ARGS = ['--min-replicas-to-write', '1', '--min-replicas-max-lag', '2'];

/** Resolves when the replica follows, so that the master takes writes. */
async function followed(context, { redis }) {
  await context.until('the replica follows', async () =>
    /state=online/.test(await replicationOf(redis, 'slave0')),
  );
}

const TOPOLOGIES = [
  [
    'F38a',
    'a replica is lost under min-replicas-to-write',
    async (context) => {
      const topology = await startWithReplica({ args: ARGS });
      await followed(context, topology);
      return topology;
    },
    ({ replica }) => replica,
  ],
  [
    'F38b',
    'the same under Sentinels',
    ({ profile }) => startUnderSentinels(profile, { args: ARGS }),
    ({ watched }) => watched.replica(),
  ],
];

export default TOPOLOGIES.map(([id, title, start, replicaOf]) => ({
  id,
  title,
  core: id === 'F38a',
  bars: [
    'not found while live',
    'not answered while live',
    'servers lost',
    'back, qualified',
    'back, bare',
  ],
  async run(context) {
    const topology = await start(context);
    await context.arrange({ hosts: 3, store: { topology } });
    const replica = await replicaOf(topology);
    const client = context.site.store.client();
    await context.pass(context.random.between(0, context.profile.interval));
    await context.fault('the replica is killed', {
      effect: { kind: 'store', state: 'refusing' },
      act: async () => {
        await replica.kill();
        await context.until('writes are refused', () => refusesWrites(client, REFUSED));
      },
      proof: () => refusesWrites(client, REFUSED),
    });
    const [goneAt] = lastStep(context);
    await context.pass(AWAY_MS);
    await context.heal('the replica is back', {
      effect: { kind: 'store', state: 'up' },
      act: async () => {
        await replica.restart();
        await context.until(
          'writes are taken',
          async () => !(await refusesWrites(client, REFUSED)),
        );
        await context.site.noteStoreProcesses();
      },
    });
    const [roomAt, backAt] = lastStep(context);
    await context.conclude();

    measureNobodyLost(context, goneAt);
    measureGaps(context, { from: goneAt, to: roomAt });
    measureFoundAgain(context, 'back, qualified', backAt, ['live']);
    measureFoundAgain(context, 'back, bare', backAt, ['bare']);
  },
}));
